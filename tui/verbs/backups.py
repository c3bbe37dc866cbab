"""backup and restore: the book in one sealed file, and back."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Mapping
    from typing import Any

    from core.books.backup import Backed
    from core.books.container import Secret
    from tui.door import Door


def arguments(name: str, parser: "ArgumentParser", common: "ArgumentParser") -> None:
    from tui.arguments import whole_number

    add = parser.add_argument
    if name == "restore":
        add("file", metavar="FILE", help="the backup; its book is made in --home, where there is none")
        add("--series", default="", metavar="LETTERS", help="what new invoice numbers begin with")
        parser.set_defaults(run=restore)
        return
    add("file", metavar="FILE", nargs="?", help="the backup to make (or to check)")
    add("--check", action="store_true", help="look FILE over as a restore would, and change nothing")
    add("--keep-in", metavar="DIR", help="make a dated backup there, and take old ones away")
    for span, most, what in (("daily", 7, "days"), ("weekly", 5, "weeks"), ("monthly", 12, "months")):
        add(
            f"--{span}",
            type=whole_number(0 if span != "daily" else 1, 1000),
            default=most,
            metavar="N",
            help=f"with --keep-in: {what} of which the newest is kept ({most})",
        )
    parser.set_defaults(run=backup)


def backup(door: "Door") -> int:
    """Make a backup, or check one."""
    from core.errors import UsageError

    options = door.options
    if bool(options.file) == bool(options.keep_in):
        raise UsageError("Name the file to write, or a folder with --keep-in DIR; one of the two.")
    if options.check:
        if options.keep_in:
            raise UsageError("Name the file to check: `daysheet backup FILE --check`.")
        return _check(door)
    return _keep(door) if options.keep_in else _make(door)


def _make(door: "Door") -> int:
    import os

    from core.books.backup import back_up

    made = back_up(
        door.store(), door.actor(), door.home.data, os.path.abspath(door.options.file),  # noqa: PTH100
        program=_program(), exports=door.home.exports, key_file=door.key_file,
    )  # fmt: skip
    return _tell_made(door, made, {}, [])


def _keep(door: "Door") -> int:
    import os

    from core.books.rotation import Keep, keep_in

    options = door.options
    kept = keep_in(
        door.store(), door.actor(), door.home.data, os.path.abspath(options.keep_in),  # noqa: PTH100
        program=_program(), keep=Keep(options.daily, options.weekly, options.monthly),
        exports=door.home.exports, key_file=door.key_file,
    )  # fmt: skip
    for trouble in kept.stuck:
        door.refuse(trouble.code, f"An old backup stays: {trouble}")
    text = [f"Taken away: {name}" for name in kept.removed]
    return _tell_made(door, kept.backed, {"removed": list(kept.removed)}, text)


def _tell_made(door: "Door", made: "Backed", more: "dict[str, Any]", text: "list[str]") -> int:
    from tui.door import DONE, PARTLY

    _tell_wrong(door, made.wrong)
    if made.logged is not None:
        door.refuse(
            made.logged.code, f"The backup is made, but the book's log does not say so: {made.logged}"
        )
    door.answer(
        {"file": made.path, "bytes": made.bytes, "sha256": made.sha256, **_shown(made.manifest), **more},
        [f"{made.path} holds the book as of {made.manifest['made_at']}, {made.bytes:,} bytes.", *text],
    )
    return PARTLY if door.errors else DONE


def _check(door: "Door") -> int:
    """4 where the backup is not whole, or the book in it was not in order."""
    import tempfile

    from core.books.backup import check_backup
    from core.dates import system_now
    from tui.door import DONE, REFUSED

    secret = _secret(door)
    with tempfile.TemporaryDirectory(prefix="daysheet-") as work:
        found = check_backup(door.options.file, secret, work=work, clock=system_now)
    _tell_wrong(door, found.wrong)
    shown = _shown(found.manifest)
    door.answer(
        {"bytes": found.bytes, "sha256": found.sha256, **shown},
        [
            f"Whole, and can be restored: {shown['practice']} as of {shown['made_at']}.",
            f"{shown['facts']} facts, last invoice {shown['last_number'] or 'none'}.",
        ],
    )
    return REFUSED if door.errors else DONE


def restore(door: "Door") -> int:
    """Make the book of a backup in a home that has none."""
    from core.books.restore import restore_book
    from core.dates import system_now
    from core.security.found import require_no_book
    from tui.door import DONE, PARTLY

    options = door.options
    require_no_book(door.home.data)  # before anybody types a passphrase
    made = restore_book(
        options.file, door.home.data, _secret(door), clock=system_now, series=options.series.upper()
    )
    _tell_wrong(door, made.wrong)
    shown = _shown(made.manifest)
    lost = f"may have given {shown['series']} numbers" if shown["series"] else "may have given numbers"
    door.answer(
        {
            "home": door.home.data,
            "bytes": made.bytes,
            "sha256": made.sha256,
            **shown,
            "site": made.site,
            "series": made.series,
            "site_before": shown["site"],
            "series_before": shown["series"],
        },
        [
            f"The book of {shown['practice']} as of {shown['made_at']} is in {door.home.data}.",
            f"Its last invoice is {shown['last_number'] or 'none'}. Look for later ones in mail and paper.",
            f"New ones begin at {made.series}-00001: the lost book {lost} since.",
            "It opens with the passphrases, the recovery code and the machine key of that day.",
        ],
    )
    return PARTLY if door.errors else DONE


def _secret(door: "Door") -> "Secret":
    """What opens the backup: the key file, or what is typed."""
    from core.books.container import Secret
    from core.security.keys import read_key_file

    if door.key_file:
        door.warn_of_open_key_file()
        return Secret(*read_key_file(door.key_file))
    return Secret(door.ask_passphrase("Passphrase or recovery code of the backup: "))


def _tell_wrong(door: "Door", wrong: "tuple[str, ...]") -> None:
    for what in wrong:
        door.refuse(
            "unsound", f"The book itself is not in order. Not so: {what}. Run `daysheet doctor`.", what
        )


def _shown(manifest: "Mapping[str, Any]") -> "dict[str, Any]":
    """What a script may want of a manifest."""
    names = ("made_at", "program", "practice", "site", "series", "last_number", "ledger_sha256", "rows")
    facts = sum(no for _, no, _ in manifest["facts"])
    return {**{name: manifest[name] for name in names}, "facts": facts}


def _program() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return f"daysheet {version('daysheet')}"
    except PackageNotFoundError:
        return "daysheet, not installed"
