"""sync.md 5.3: `sequence` numbers every committed row once; one that is broken off numbers none."""

from __future__ import annotations

import contextlib

from core.sync.policy import REPLICATED
from core.sync.sequence import sequence
from core.tables import shapes
from tests.builders import TODAY, Book
from tests.core.sync.facts import every_kind_of_fact

TABLES = [shape.name for shape in shapes() if shape.travels in REPLICATED] + ["sync_tomb"]


def numbers(book: Book) -> list[int]:
    return [row[0] for table in TABLES for row in book.rows(f"SELECT _q FROM {table}")]


def test_every_row_gets_a_number_of_its_own_without_a_gap(book: Book) -> None:
    every_kind_of_fact(book)
    with book.write() as tx:
        count = sequence(tx, shapes())
    assert sorted(numbers(book)) == list(range(1, count + 1))
    assert book.value("SELECT seq FROM sync_head") == count


def test_a_second_time_numbers_nothing(book: Book) -> None:
    with book.write() as tx:
        sequence(tx, shapes())
    before = numbers(book)
    with book.write() as tx:
        assert sequence(tx, shapes()) == 0
    assert numbers(book) == before


def test_an_edited_row_moves_to_a_newer_number(book: Book) -> None:
    client_id = book.client()
    with book.write() as tx:
        last = sequence(tx, shapes())
    book.client("Bea", "Bell")
    with book.write() as tx:
        tx.execute("UPDATE client SET name = 'Other' WHERE id = :id", {"id": client_id})
        sequence(tx, shapes())
    assert book.value("SELECT _q FROM client WHERE id = :id", id=client_id) > last


def test_one_that_is_broken_off_numbers_none(book: Book) -> None:
    book.client()
    with contextlib.suppress(ZeroDivisionError), book.write() as tx:
        sequence(tx, shapes())
        _ = 1 / 0
    assert set(numbers(book)) == {0}
    assert book.value("SELECT seq FROM sync_head") == 0


def test_numbering_is_no_edit(book: Book) -> None:
    """A numbered row keeps its stamp, and nothing is remembered as unsent."""
    book.client()
    before = book.rows("SELECT id, _h, _cv FROM guarantor")
    with book.write() as tx:
        sequence(tx, shapes())
    assert book.rows("SELECT id, _h, _cv FROM guarantor") == before
    assert book.value("SELECT count(*) FROM sync_base") == 0


def test_a_deleted_draft_is_numbered_by_its_tomb(book: Book) -> None:
    from core.invoicing.commands import create_draft, delete_draft

    client_id = book.client()
    book.session(client_id)
    with book.write() as tx:
        draft_id = create_draft(tx, client_id=client_id, today=TODAY)
    with book.write() as tx:
        sequence(tx, shapes())
    with book.write() as tx:
        delete_draft(tx, draft_id)
        assert sequence(tx, shapes()) >= 2
    assert book.value("SELECT min(_q) FROM sync_tomb") > 0
