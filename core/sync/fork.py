"""A book that went back in time and was written on: what it wrote since is another site's work (M9).

The disk of a computer may be put back to yesterday without anybody saying so. The hub then knows facts of
the site that the book does not, under numbers that the book has given again. What stands in the book alone
is no other office's yet, so it may still get another place: the chain of a new site.
"""

from collections.abc import Sequence

from core.sync.book import Book, Reader
from core.sync.policy import Travels
from core.sync.register import Register
from core.sync.stamp import MAX_SITE, folded, stamps_of
from core.sync.triggers import Shape, triggers

CHAIN = "SELECT no, chain FROM {table} WHERE site = :site AND no >= :no"


def chain_after(book: Reader, shapes: Sequence[Shape], site: int, no: int) -> dict[int, bytes]:
    """The links of a site's chain from a number on, that number included."""
    found: dict[int, bytes] = {}
    for table in (*(s.name for s in shapes if s.travels is Travels.FACT), "sync_later"):
        found |= dict(book.rows(CHAIN.format(table=table), site=site, no=no))
    return found


def first_unsent(book: Reader, shapes: Sequence[Shape], site: int) -> int:
    """The number of a site's first fact that the hub has not acknowledged; the next one if it has all."""
    waiting = [
        book.value(f"SELECT min(no) FROM {s.name} WHERE _q = 0 AND site = :site", site=site)
        for s in shapes
        if s.travels is Travels.FACT
    ]
    end = book.value("SELECT no FROM sync_chain WHERE site = :site", site=site) or 0
    return min([no for no in waiting if no is not None], default=end + 1)


def leave_fork(book: Book, shapes: Sequence[Shape], *, old: int, new: int, upto: int) -> None:
    """Facts of `old` after the number `upto`, and its unsent edits, become those of `new`.

    The facts wait for their place in the new chain in the order in which they were written.
    """
    moved: list[tuple[int, str, str]] = []
    for shape in shapes:
        if shape.travels is Travels.FACT:
            rows = book.rows(
                f"SELECT no, id FROM {shape.name} WHERE site = :site AND no > :no", site=old, no=upto
            )
            moved += [(no, shape.name, row_id) for no, row_id in rows]
            _move_facts(book, shape, [row_id for _, row_id in rows], new)
        elif shape.travels is Travels.REGISTER:
            _move_edits(book, Register(book, shape), old, new)
    book.many("INSERT INTO sync_unchained (tbl, id) VALUES (?, ?)", [(t, i) for _, t, i in sorted(moved)])
    _cut_chain(book, shapes, old, upto)
    _move_tombs(book, old, new)
    book.execute("DELETE FROM sync_batch")


def _move_facts(book: Book, shape: Shape, ids: Sequence[str], new: int) -> None:
    """The one place where a fact gets another site: nobody else has it."""
    if not ids:
        return
    guard = dict(triggers(shape))[f"{shape.name}_no_update"]
    book.execute(f"DROP TRIGGER {shape.name}_no_update")
    book.many(
        f"UPDATE {shape.name} SET site = ?, no = NULL, chain = NULL WHERE id = ?", [(new, i) for i in ids]
    )
    book.execute(guard)


def _cut_chain(book: Book, shapes: Sequence[Shape], old: int, upto: int) -> None:
    book.execute("DELETE FROM sync_chain WHERE site = :site", {"site": old})
    if upto:
        head = chain_after(book, shapes, old, upto)[upto]
        book.many("INSERT INTO sync_chain (site, no, head) VALUES (?, ?, ?)", [(old, upto, head)])


def _at(stamp: int, old: int, new: int) -> int:
    """The same moment at another site."""
    return stamp - old + new if stamp & MAX_SITE == old else stamp


def _move_edits(book: Book, register: Register, old: int, new: int) -> None:
    ids = [row_id for (row_id,) in book.rows(f"SELECT id FROM {register.name} WHERE _q = 0")]
    bases = register.bases(ids)
    moved = []
    for row_id, mine in register.kept(ids).items():
        stamps = stamps_of(register.columns, mine.newest, mine.by_column)
        seen = bases.get(row_id)
        stamps = {c: _at(s, old, new) if seen is None or c in seen else s for c, s in stamps.items()}
        moved.append((*folded(stamps), row_id))
    book.many(f"UPDATE {register.name} SET _h = ?, _cv = ? WHERE id = ?", moved)


def _move_tombs(book: Book, old: int, new: int) -> None:
    tombs = book.rows("SELECT tbl, id, _h FROM sync_tomb WHERE _q = 0")
    book.many(
        "UPDATE sync_tomb SET _h = ? WHERE tbl = ? AND id = ?",
        [(_at(newest, old, new), table, row_id) for table, row_id, newest in tombs],
    )
