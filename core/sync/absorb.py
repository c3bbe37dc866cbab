"""After an update: what was kept for this version finds its place (M6).

Columns that this version has come out of `_x`, facts out of `sync_later`. Rows of tables that are new here
were never kept; an office asks the hub for everything once more.
"""

from collections.abc import Sequence

from core.sync.book import Book
from core.sync.facts import insert_facts, told_later
from core.sync.policy import Travels
from core.sync.register import Register, others_of
from core.sync.triggers import Shape
from core.sync.wire import unpack

LATER = "SELECT tbl, id, site, no, chain, _q, doc FROM sync_later ORDER BY site, no"


def absorb(book: Book, shapes: Sequence[Shape]) -> None:
    """Put in what older versions kept for this one."""
    for shape in shapes:
        if shape.travels is Travels.REGISTER:
            _absorb_columns(book, Register(book, shape))
    known = {shape.name: frozenset(shape.columns) for shape in shapes}
    kept = [told_later(row[:6], unpack(row[6])) for row in book.rows(LATER)]
    fit = [fact for fact in kept if known.get(fact.table, frozenset()).issuperset(fact.values)]
    book.many("DELETE FROM sync_later WHERE tbl = ? AND id = ?", [(fact.table, fact.row_id) for fact in fit])
    insert_facts(book, {shape.name: shape for shape in shapes}, fit, [fact.number for fact in fit])
    if book.execute("UPDATE sync_link SET cursor = 0"):
        # What a table refused comes again with everything else, and is held again if it must be.
        book.execute("DELETE FROM sync_aside WHERE why NOT LIKE '% %'")


def _absorb_columns(book: Book, register: Register) -> None:
    rows = book.rows(f"SELECT id, _x FROM {register.name} WHERE _x NOTNULL")
    ready = [row_id for row_id, others in rows if others_of(others).keys() & set(register.columns)]
    if not ready:
        return
    kept = register.kept(ready)
    register.put([register.row(i, register.cells(kept[i]), kept[i].number) for i in ready])
