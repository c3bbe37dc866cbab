"""A new book as a practice asks for it: by `init`, or page by page on the first start of the screens."""

import os
from collections import namedtuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.security.found import Founded
    from core.store import Tx

TERMS_DAYS = 30


class NewBook(
    namedtuple(
        "NewBook",
        "practice timezone office series terms_days owner passphrase machine_key_file recovery_code",
        defaults=(None, ""),
    )
):
    """What a book begins with. `recovery_code` is one that is on paper already; else one is made."""

    practice: str
    timezone: str
    office: str
    series: str
    terms_days: int
    owner: str
    passphrase: str
    machine_key_file: str | None
    recovery_code: str
    __slots__ = ()


def make_book(folder: str, wanted: NewBook) -> "Founded":
    """Make it on this computer's day. Raises: BookExists, and what a practice or its keys refuse."""
    from core.dates import local_day, parse_today, system_now
    from core.practice.commands import found_practice
    from core.security.found import found_book

    fixed = os.environ.get("DAYSHEET_TODAY")
    today = parse_today(fixed) if fixed else local_day(system_now(), wanted.timezone)

    def fill(tx: "Tx") -> None:
        found_practice(
            tx,
            name=wanted.practice,
            timezone=wanted.timezone,
            office_code=wanted.office,
            series=wanted.series.upper(),
            terms_days=wanted.terms_days,
            today=today,
        )

    return found_book(
        folder,
        passphrase=wanted.passphrase,
        owner=wanted.owner,
        fill=fill,
        clock=system_now,
        machine_key_file=wanted.machine_key_file,
        recovery_code=wanted.recovery_code,
    )


def series_of(office: str) -> str:
    """The letters before an office's invoice numbers, unless others are asked for."""
    return "".join(ch for ch in office.upper() if "A" <= ch <= "Z")[:4] or "A"


def passphrase_in(key_file: str) -> str:
    """The passphrase for a new book, from a file. Raises: KeyFileUnreadable, UsageError."""
    from core.errors import UsageError
    from core.security.keys import read_key_file

    passphrase, machine = read_key_file(key_file)
    if machine is not None:
        raise UsageError("A new book needs a passphrase; the key file holds a machine key.")
    return passphrase


def computer_user() -> str:
    """Who owns the book, unless another name is given."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "owner"


def computer_zone() -> str:
    """The time zone this computer is set to, where it can be told; empty where it cannot."""
    named = os.environ.get("TZ", "").removeprefix(":")
    if named:
        return named
    try:
        return os.path.realpath("/etc/localtime").partition("zoneinfo/")[2]
    except OSError:
        return ""
