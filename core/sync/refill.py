"""The hub lives another life, as after a backup of it was restored: what it has lost goes there again.

An office lists what it has, asks for everything from the start, and crosses off what the hub has as well.
What stays on the list is lost there, and an office that has it says it again, whoever wrote it: a cell of
another site as its own one tick later, so that nobody has to vouch for somebody else (`security.md` T11).
Nothing is sent until the list is done, because until then nobody knows what the hub has seen.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from core.sync.book import AMONG, Book, ids_text
from core.sync.policy import Travels
from core.sync.register import Cells, Clash, Kept, Register
from core.sync.stamp import site_of, tick_after
from core.sync.triggers import Shape

FROM_BEFORE = """
INSERT INTO sync_lost (tbl, id) SELECT '{table}', id FROM {table} AS r
WHERE _q > 0 OR EXISTS (SELECT 1 FROM sync_base AS b WHERE b.tbl = '{table}' AND b.id = r.id)
"""
AT_ONCE = 500


class Life(NamedTuple):
    """The hub's life that is asked for from the start. `began` is the hub's last number when it began: what
    has a higher one was written in it. `sites` are those that this office speaks for; of rows in `not_ours`
    it says nothing (table, id)."""

    began: int
    sites: Collection[int]
    not_ours: Collection[tuple[str, str]]


def begin(book: Book, shapes: Sequence[Shape]) -> None:
    """List what the hub had of this book. What it never had is unsent, as before."""
    book.execute("DELETE FROM sync_lost")
    for shape in shapes:
        if shape.travels is Travels.REGISTER:
            book.execute(FROM_BEFORE.format(table=shape.name))
    book.execute(
        "INSERT INTO sync_lost (tbl, id) SELECT tbl, id FROM sync_tomb WHERE true ON CONFLICT DO NOTHING"
    )


def listed(register: Register, ids: Collection[str]) -> set[str]:
    """Which of these rows of a table are still on the list."""
    sql = f"SELECT id FROM sync_lost WHERE tbl = :tbl AND id {AMONG}"
    return {row_id for (row_id,) in register.book.rows(sql, tbl=register.name, ids=ids_text(ids))}


def cross_off(register: Register, ids: Iterable[str]) -> None:
    register.book.many("DELETE FROM sync_lost WHERE tbl = ? AND id = ?", [(register.name, i) for i in ids])


def merged_again(
    register: Register,
    row_id: str,
    mine: Kept,
    theirs: Cells,
    waiting: dict[str, int],
    life: Life,
    number: int,
) -> tuple[Cells, dict[str, int], list[Clash]]:
    """A row that both have: as it is now, what of it the hub has lost or never had (with what it has
    instead), and the clashes: whoever wrote in the new life had not seen what is lost."""
    own = register.cells(mine)
    cells, lost, clashes = dict(own), {}, []
    for column, (value, stamp) in own.items():
        their_value, at_hub = theirs.get(column, (None, 0))
        if stamp == at_hub:
            continue
        unseen = number > life.began or (column in waiting and at_hub > waiting[column])
        if at_hub and value != their_value and unseen and site_of(stamp) != site_of(at_hub):
            pair = ((value, stamp), (their_value, at_hub))
            (kept, at), (gone, before) = pair if stamp > at_hub else pair[::-1]
            clashes.append(Clash(register.name, row_id, column, kept, gone, at, before))
        if stamp < at_hub:
            cells[column] = (their_value, at_hub)
        elif (register.name, row_id) not in life.not_ours:
            cells[column] = (value, _said_again(stamp, register.book.site, life.sites))
            lost[column] = at_hub
    cells |= {column: cell for column, cell in theirs.items() if column not in own}
    return cells, lost, clashes


def _said_again(stamp: int, site: int, sites: Collection[int]) -> int:
    return stamp if site_of(stamp) in sites else tick_after(stamp, site)


def finish(book: Book, shapes: Sequence[Shape], life: Life) -> None:
    """Everything that the hub has is here: what is left on the list goes there whole."""
    for shape in shapes:
        if shape.travels is Travels.REGISTER:
            register = Register(book, shape)
            listed = book.rows("SELECT id FROM sync_lost WHERE tbl = :tbl", tbl=shape.name)
            left = [i for (i,) in listed if (shape.name, i) not in life.not_ours]
            for start in range(0, len(left), AT_ONCE):
                say_again(register, left[start : start + AT_ONCE], life.sites)
    book.execute("DELETE FROM sync_lost")


def say_again(register: Register, ids: Sequence[str], sites: Collection[int]) -> None:
    """Rows, or their deletions, that the hub has nothing of go there whole."""
    site = register.book.site
    rows = []
    for row_id, mine in register.kept(ids).items():
        cells = {c: (v, _said_again(s, site, sites)) for c, (v, s) in register.cells(mine).items()}
        rows.append(register.row(row_id, cells, 0))
    register.put(rows)
    register.book.many(
        "DELETE FROM sync_base WHERE tbl = ? AND id = ?", [(register.name, row[0]) for row in rows]
    )
    register.book.many(
        "UPDATE sync_tomb SET _h = ?, _q = 0 WHERE tbl = ? AND id = ?",
        [
            (_said_again(tomb.newest, site, sites), register.name, row_id)
            for row_id, tomb in register.tombs(ids).items()
        ],
    )
