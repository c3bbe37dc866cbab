"""When an office and its hub last understood each other, for the line above every screen."""

from typing import NamedTuple

from core.store import Read

IN_TOUCH = "SELECT met_at, unreached <> '' OR trouble <> '' FROM sync_link"


class InTouch(NamedTuple):
    """`met_at` is None where they never did; `wrong` where they do not now."""

    met_at: str | None
    wrong: bool


def in_touch(read: Read) -> InTouch | None:
    """How an office stands with its hub; None in a book that has none."""
    rows = read.rows(IN_TOUCH)
    return InTouch(rows[0][0], bool(rows[0][1])) if rows else None
