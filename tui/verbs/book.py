"""init, doctor, completion: the book as a whole, and this computer."""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from tui.door import Door


def arguments(name: str, parser: "ArgumentParser", common: "ArgumentParser") -> None:
    from tui.arguments import whole_number

    if name == "init":
        add = parser.add_argument
        add("--practice", required=True, metavar="NAME", help="the practice's name")
        add("--timezone", required=True, metavar="TZ", help="such as America/New_York")
        add("--office", required=True, metavar="CODE", help="short name of this office")
        add(
            "--terms",
            type=whole_number(0, 365),
            default=30,
            metavar="DAYS",
            help="days until a bill is due (30)",
        )
        add("--series", metavar="LETTERS", help="one to four letters before invoice numbers (of the office)")
        add("--owner", default="", metavar="NAME", help="who owns the book (the computer's user)")
        add("--machine-key", metavar="FILE", help="also write a machine key for unattended jobs")
        parser.set_defaults(run=init)
    elif name == "doctor":
        parser.add_argument("--rebuild", action="store_true", help="first make the kept summaries anew")
        parser.set_defaults(run=doctor)
    else:
        parser.add_argument("shell", choices=("bash", "zsh", "fish"))
        parser.set_defaults(run=completion)


def init(door: "Door") -> int:
    """Make a new book: encrypted, with a passphrase and a recovery code."""
    from core.dates import zone
    from core.practice.queries import practice
    from tui.new_book import NewBook, computer_user, make_book, passphrase_in, series_of

    options = door.options
    zone(options.timezone)
    if door.key_file:
        passphrase = passphrase_in(door.key_file)
    else:
        passphrase = door.ask_new_passphrase("New passphrase")
    founded = make_book(
        door.home.data,
        NewBook(
            practice=options.practice,
            timezone=options.timezone,
            office=options.office,
            series=options.series or series_of(options.office),
            terms_days=options.terms,
            owner=options.owner or computer_user(),
            passphrase=passphrase,
            machine_key_file=options.machine_key,
        ),
    )
    with founded.store.read() as read:
        practice_id = practice(read).practice_id
    founded.store.close()
    door.answer(
        {
            "home": door.home.data,
            "practice_id": practice_id,
            "office": options.office,
            "recovery_code": founded.recovery_code,
        },
        [
            f"A new book is in {door.home.data}.",
            "Recovery code, shown only now; write it down and keep it away from this computer:",
            f"  {founded.recovery_code}",
        ],
    )
    if sys.stdin.isatty() and not (options.yes or options.json):
        _typed_back(door, founded.recovery_code)
    return 0


def _typed_back(door: "Door", code: str) -> None:
    """Ask for the recovery code until it is typed as it was shown; an empty line leaves it."""
    from core.security.keys import same_recovery_code

    while True:
        try:
            typed = input("Type the recovery code back (Enter leaves it): ").strip()
        except EOFError:
            typed = ""
        if not typed:
            door.say("Not checked. Without this code a forgotten passphrase is the end of the book.")
            return
        if same_recovery_code(typed, code):
            door.say("Right.")
            return
        door.say("That is not it. Look again.")


def doctor(door: "Door") -> int:
    """Look at everything that can be looked at; 4 where something is wrong."""
    from core.books.checkup import Check, checkup
    from core.security.keys import open_to_others
    from core.security.unlock import BOOK, KEYS

    if door.options.rebuild:
        from core.ledger.kept import rebuild

        with door.store().write(door.actor()) as tx:
            rebuild(tx)
    with door.store().read() as read:
        checks = checkup(read)
    private = [(name, os.path.join(door.home.data, name)) for name in (BOOK, KEYS)]  # noqa: PTH118
    if door.key_file:
        private.append(("key file", door.key_file))
    for name, path in private:
        try:
            mode = os.stat(path).st_mode  # noqa: PTH116
        except OSError as error:
            checks.append(Check(f"{name} is private", False, os.strerror(error.errno or 0)))
        else:
            checks.append(Check(f"{name} is private", not open_to_others(mode), oct(mode & 0o777)))
    for check in checks:
        if not check.ok:
            door.refuse("unsound", f"Not so: {check.what} ({check.found}).", check.what)
    door.answer(
        {"checks": [{"check": check.what, "ok": check.ok, "found": check.found} for check in checks]},
        door.table(("", "Check", "Found"), [("ok" if c.ok else "!!", c.what, c.found) for c in checks]),
    )
    return 4 if door.errors else 0


def completion(door: "Door") -> int:
    """Print the script that teaches a shell to complete `daysheet`."""
    from argcomplete.shell_integration import shellcode

    script = shellcode(["daysheet"], shell=door.options.shell)
    door.answer({"script": script}, script.splitlines())
    return 0
