"""decisions.md 5: facts are inserted once; only their numbering may be filled, once."""

from __future__ import annotations

from typing import Any

import pytest
from sqlcipher3 import dbapi2

from core.audit import verify
from core.sync.policy import Travels
from core.tables import metadata, shapes
from tests.builders import TODAY, Book
from tests.core.sync.facts import every_kind_of_fact
from tests.raw import beside, foreign

FACTS = [shape.name for shape in shapes() if shape.travels is Travels.FACT]


@pytest.fixture
def full(book: Book) -> Book:
    every_kind_of_fact(book)
    return book


def refused(book: Book, sql: str, *values: Any) -> None:
    with beside(book) as raw, pytest.raises(dbapi2.DatabaseError, match=r"insert-only|never deleted|UNIQUE"):
        raw.execute(sql, values)


def columns_of(table: str) -> list[str]:
    return [c for s in shapes() if s.name == table for c in s.columns]


def test_every_fact_table_has_a_fact_here(full: Book) -> None:
    assert {table for table in FACTS if full.value(f"SELECT count(*) FROM {table}") == 0} == set()


OTHER = {"TEXT": "coalesce({0}, '') || 'x'", "BIGINT": "coalesce({0}, 0) + 1", "BLOB": "x'00'"}


@pytest.mark.parametrize("way", ["UPDATE", "UPDATE OR IGNORE", "UPDATE OR REPLACE"])
def test_no_column_of_a_fact_can_be_updated(full: Book, way: str) -> None:
    tried = 0
    with beside(full) as raw:
        for table in FACTS:
            for column in metadata.tables[table].columns:
                if column.name != "_q":
                    other = OTHER[str(column.type)].format(f'"{column.name}"')
                    with pytest.raises(dbapi2.IntegrityError, match="is insert-only"):
                        raw.execute(f'{way} {table} SET "{column.name}" = {other}')
                    tried += 1
    assert tried > 200


def test_no_fact_can_be_deleted(full: Book) -> None:
    for table in (*FACTS, "blob"):
        refused(full, f"DELETE FROM {table}")


@pytest.mark.parametrize("way", ["INSERT OR REPLACE", "REPLACE", "INSERT"])
def test_no_fact_can_be_replaced(full: Book, way: str) -> None:
    for table in (*FACTS, "blob"):
        refused(full, f"{way} INTO {table} SELECT * FROM {table}")


def test_no_fact_can_be_upserted(full: Book) -> None:
    refused(
        full,
        "INSERT INTO charge SELECT * FROM charge WHERE true ON CONFLICT (id) DO UPDATE SET amount_cents = 1",
    )


def test_a_truncating_delete_is_refused_too(full: Book) -> None:
    with beside(full) as raw:
        raw.execute("PRAGMA recursive_triggers = OFF")
        with pytest.raises(dbapi2.IntegrityError, match="never deleted"):
            raw.execute("DELETE FROM audit_entry")


def test_a_tool_that_replaces_without_our_rules_is_found_by_verify(full: Book) -> None:
    """Without PRAGMA recursive_triggers SQLite fires no delete trigger for REPLACE; the chain tells."""
    with foreign(full) as raw:
        columns = ", ".join(f'"{c}"' for c in columns_of("charge"))
        changed = columns.replace('"amount_cents"', '"amount_cents" + 1')
        raw.execute(f"INSERT OR REPLACE INTO charge ({columns}) SELECT {changed} FROM charge")
    with full.store.read() as read:
        assert not verify(read).ok


def test_the_hubs_number_may_be_filled(full: Book) -> None:
    with beside(full) as raw:
        for table in FACTS:
            raw.execute(f"UPDATE {table} SET _q = rowid")
    with full.store.read() as read:
        assert verify(read).ok


def test_number_and_chain_are_filled_only_once(book: Book) -> None:
    with beside(book) as raw:
        raw.execute(
            "INSERT INTO audit_entry (id, site, at, actor, verb, subject_kind, subject_id, detail, reason)"
            " VALUES ('stray', 1, ?, '', 'v', 'k', 's', '{}', '')",
            (TODAY.isoformat(),),
        )
        raw.execute("UPDATE audit_entry SET no = 900, chain = x'00' WHERE id = 'stray'")
        for change in ("no = 901", "no = NULL", "chain = x'01'", "chain = NULL"):
            with pytest.raises(dbapi2.IntegrityError, match="insert-only"):
                raw.execute(f"UPDATE audit_entry SET {change} WHERE id = 'stray'")


@pytest.mark.parametrize("strays", [1, 40])
def test_facts_inserted_around_the_store_are_chained_by_the_next_write(book: Book, strays: int) -> None:
    with beside(book) as raw:
        raw.executemany(
            "INSERT INTO audit_entry (id, site, at, actor, verb, subject_kind, subject_id, detail, reason)"
            " VALUES (?, 1, '2026-10-31T00:00:00.000Z', 'tool', 'v', 'k', 's', '{}', '')",
            [(f"stray-{n}",) for n in range(strays)],
        )
    assert book.value("SELECT count(*) FROM sync_unchained") == strays
    book.client()
    assert book.value("SELECT count(*) FROM sync_unchained") == 0
    with book.store.read() as read:
        assert verify(read).ok
    numbers = [no for (no,) in book.rows("SELECT no FROM audit_entry WHERE id LIKE 'stray-%' ORDER BY rowid")]
    assert numbers == list(range(numbers[0], numbers[0] + strays))


def test_a_write_that_inserts_a_fact_by_sql_chains_it_before_it_commits(book: Book) -> None:
    with book.write() as tx:
        tx.execute(
            "INSERT INTO audit_entry (id, site, at, actor, verb, subject_kind, subject_id, detail, reason)"
            " VALUES ('own', 1, :at, '', 'v', 'k', 's', '{}', '')",
            {"at": tx.now_text},
        )
    assert book.value("SELECT no FROM audit_entry WHERE id = 'own'") is not None
    with book.store.read() as read:
        assert verify(read).ok
