"""What the tables of the hub refused is tried again when it starts: an update may have brought them the
value, the column or the rule that was missing.

An office needs none of this: after its update it asks the hub for everything once more.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from core.replication.aside import note_clashes
from core.replication.hub import THE_HUB
from core.store import Merging, Store
from core.sync.facts import insert_facts, told_later
from core.sync.merge import Edit, take_edits
from core.sync.policy import Travels
from core.sync.register import Register
from core.sync.sequence import Counter
from core.sync.triggers import Shape
from core.sync.wire import unpack
from core.tables import shapes

REFUSED = "SELECT tbl, id, site, doc FROM sync_aside WHERE why NOT LIKE '% %' ORDER BY at"
"""A refusal of the database is one word, the name of its kind; every other reason is a sentence."""


def try_again(store: Store) -> int:
    """Put in what finds its place now; what is refused again stays aside. Answers how many rows it was."""
    with store.read() as read:
        if not read.rows(REFUSED):
            return 0
    known = {shape.name: shape for shape in shapes()}
    with store.merge(THE_HUB) as tx:
        number = Counter(tx)
        taken = [
            (table, row_id, site)
            for table, row_id, site, doc in tx.rows(REFUSED)
            if table in known and _taken(tx, known, known[table], row_id, unpack(doc), number)
        ]
        number.save()
        tx.many("DELETE FROM sync_aside WHERE tbl = ? AND id = ? AND site = ?", taken)
    return len(taken)


def _taken(
    tx: Merging, known: Mapping[str, Shape], shape: Shape, row_id: str, doc: Any, number: Counter
) -> bool:
    if shape.travels is Travels.FACT:
        return _fact_taken(tx, known, doc)
    return _edit_taken(tx, Register(tx, shape), row_id, doc, number)


def _fact_taken(tx: Merging, known: Mapping[str, Shape], doc: Sequence[Any]) -> bool:
    """It has its number and its place in the chain already, beside the table."""
    there = {"tbl": doc[0], "id": doc[1]}
    numbers = tx.rows("SELECT _q FROM sync_later WHERE tbl = :tbl AND id = :id", **there)
    if not numbers:
        return False
    tx.execute("DELETE FROM sync_later WHERE tbl = :tbl AND id = :id", there)
    return not insert_facts(tx, known, [told_later(doc[:6], doc[6])], [numbers[0][0]])


def _edit_taken(tx: Merging, register: Register, row_id: str, doc: Any, number: Counter) -> bool:
    whole, cells = doc
    names = tuple(cells)
    values, stamps, seens = zip(*(cells[name] for name in names), strict=True)
    applied = take_edits(register, [Edit(row_id, names, values, stamps, seens, whole)], number)
    note_clashes(tx, applied.clashes)
    return not applied.refused and applied.numbers != [0]
