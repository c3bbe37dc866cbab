"""init, doctor, completion: the book as a whole, and this computer."""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from core.store import Read
    from tui.door import Door


def arguments(name: str, parser: "ArgumentParser", common: "ArgumentParser") -> None:
    if name == "init":
        add = parser.add_argument
        add("--practice", required=True, metavar="NAME", help="the practice's name")
        add("--timezone", required=True, metavar="TZ", help="such as America/New_York")
        add("--office", required=True, metavar="CODE", help="short name of this office")
        add("--terms", type=int, default=30, metavar="DAYS", help="days until a bill is due (30)")
        add("--series", metavar="LETTERS", help="one to four letters before invoice numbers (of the office)")
        add("--owner", default="", metavar="NAME", help="who owns the book (the computer's user)")
        add("--machine-key", metavar="FILE", help="also write a machine key for unattended jobs")
        parser.set_defaults(run=init)
    elif name == "doctor":
        parser.set_defaults(run=doctor)
    else:
        parser.add_argument("shell", choices=("bash", "zsh", "fish"))
        parser.set_defaults(run=completion)


def init(door: "Door") -> int:
    """Make a new book: encrypted, with a passphrase and a recovery code."""
    from core.dates import local_day, parse_day, system_now, zone
    from core.errors import UsageError
    from core.security.found import found_book
    from core.security.keys import read_key_file

    options = door.options
    zone(options.timezone)
    if door.key_file:
        passphrase, machine = read_key_file(door.key_file)
        if machine is not None:
            raise UsageError("A new book needs a passphrase; the key file holds a machine key.")
    else:
        passphrase = door.ask_passphrase("New passphrase (8 characters or more): ")
        if door.ask_passphrase("The same again: ") != passphrase:
            raise UsageError("The two passphrases differ. Run the command again.")
    fixed = os.environ.get("DAYSHEET_TODAY")
    letters = "".join(ch for ch in options.office.upper() if "A" <= ch <= "Z")[:4]
    founded = found_book(
        door.home.data,
        passphrase=passphrase,
        owner=options.owner or _computer_user(),
        practice=options.practice,
        timezone=options.timezone,
        office=options.office,
        series=(options.series or letters or "A").upper(),
        terms_days=options.terms,
        today=parse_day(fixed) if fixed else local_day(system_now(), options.timezone),
        clock=system_now,
        machine_key_file=options.machine_key,
    )
    founded.store.close()
    door.answer(
        {
            "home": door.home.data,
            "practice_id": founded.practice_id,
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
    while True:
        typed = input("Type the recovery code back (Enter leaves it): ").strip()
        if not typed:
            door.say("Not checked. Without this code a forgotten passphrase is the end of the book.")
            return
        if typed.upper().replace(" ", "-") == code:
            door.say("Right.")
            return
        door.say("That is not it. Look again.")


def _computer_user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "owner"


def doctor(door: "Door") -> int:
    """Look at everything that can be looked at; 4 where something is wrong."""
    from sqlcipher3 import dbapi2

    from core.security.unlock import BOOK, KEYS

    checks: list[tuple[str, bool, str]] = []
    checks.append(("sqlite", dbapi2.sqlite_version_info >= (3, 51, 3), dbapi2.sqlite_version))
    store = door.store()
    with store.read() as read:
        checks.extend(_book_checks(read))
    for name in (BOOK, KEYS):
        path = os.path.join(door.home.data, name)  # noqa: PTH118
        mode = os.stat(path).st_mode & 0o777  # noqa: PTH116
        checks.append((f"{name} is private", os.name != "posix" or not mode & 0o077, oct(mode)))
    ok = all(good for _, good, _ in checks)
    door.answer(
        {"checks": [{"check": what, "ok": good, "found": found} for what, good, found in checks]},
        door.table(
            ("", "Check", "Found"), [("ok" if good else "!!", what, found) for what, good, found in checks]
        ),
    )
    return 0 if ok else 4


def _book_checks(read: "Read") -> "list[tuple[str, bool, str]]":
    from core.audit import verify
    from core.migrations import HEAD
    from core.sync.triggers import triggers
    from core.tables import shapes

    cipher = read.rows("PRAGMA cipher_integrity_check")
    sound = read.value("PRAGMA integrity_check")
    foreign = read.rows("PRAGMA foreign_key_check")
    there = {row[0] for row in read.rows("SELECT name FROM sqlite_schema WHERE type = 'trigger'")}
    wanted = {name for shape in shapes() for name, _ in triggers(shape)}
    verdict = verify(read)
    return [
        ("pages are authentic", not cipher, "no damage" if not cipher else f"{len(cipher)} damaged pages"),
        ("database is sound", sound == "ok", str(sound)),
        ("references hold", not foreign, f"{len(foreign)} broken"),
        (
            "journal is WAL",
            read.value("PRAGMA journal_mode") == "wal",
            str(read.value("PRAGMA journal_mode")),
        ),
        ("format is current", read.value("SELECT version_num FROM alembic_version") == HEAD, HEAD),
        ("changes are captured", wanted <= there, f"{len(wanted & there)} of {len(wanted)} triggers"),
        ("facts are unaltered", verdict.ok, f"{verdict.facts} facts"),
    ]


def completion(door: "Door") -> int:
    """Print the script that teaches a shell to complete `daysheet`."""
    from argcomplete.shell_integration import shellcode

    script = shellcode(["daysheet"], shell=door.options.shell)
    door.answer({"script": script}, [script])
    return 0
