"""Every table says how it travels, and a fresh book has the triggers that make it so.

A replicated table without them would keep an office's rows to itself, and nobody would notice.
"""

from __future__ import annotations

import pytest

from core.store import Store
from core.sync.policy import Travels
from core.sync.triggers import triggers
from core.tables import TABLES, Row, kept_triggers, metadata, shape, shapes, table_name

AT_LEAST = {
    Travels.FACT: {"no_update", "no_delete", "unchained"},
    Travels.REGISTER: {"capture_insert", "capture_update"},
    Travels.BLOB: {"no_update", "no_delete"},
    Travels.LOCAL: set[str](),
}


def _schema(store: Store, kind: str) -> dict[str, str]:
    with store.read() as read:
        return dict(read.rows("SELECT name, sql FROM sqlite_schema WHERE type = :kind", kind=kind))


def test_a_fresh_book_has_every_table_and_no_other(store: Store) -> None:
    ours = set(_schema(store, "table")) - {"alembic_version"}
    assert ours == {table_name(table) for table in TABLES} == set(metadata.tables)


@pytest.mark.parametrize("table", TABLES, ids=table_name)
def test_a_table_says_how_it_travels(table: type[Row]) -> None:
    assert isinstance(table.travels, Travels)
    made = {name.removeprefix(f"{table_name(table)}_") for name, _ in triggers(shape(table))}
    assert made >= AT_LEAST[table.travels]
    assert ("capture_delete" in made) == (table.travels is Travels.REGISTER and table.deletable)


def test_a_fresh_book_has_the_triggers_of_every_table_and_no_other(store: Store) -> None:
    wanted = {name: sql for each in shapes() for name, sql in triggers(each)}
    wanted.update(kept_triggers())
    assert _schema(store, "trigger") == wanted
