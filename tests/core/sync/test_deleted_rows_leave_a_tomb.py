"""sync.md 5.1: a deleted draft leaves a tomb, and may come back with a later stamp."""

from __future__ import annotations

import json

import pytest
from sqlcipher3 import dbapi2

from core.invoicing.commands import create_draft, delete_draft, restore_draft
from core.sync.sequence import sequence
from core.tables import shapes
from tests.builders import TODAY, Book
from tests.raw import beside


@pytest.fixture
def draft(book: Book) -> str:
    client_id = book.client()
    book.session(client_id)
    with book.write() as tx:
        return create_draft(tx, client_id=client_id, today=TODAY, notes="Thank you")


def stamp(book: Book, draft_id: str) -> int:
    return int(book.value("SELECT _h FROM draft WHERE id = :id", id=draft_id))


def tomb(book: Book, draft_id: str) -> tuple[int, dict[str, object], int]:
    h, image, q = book.rows("SELECT _h, image, _q FROM sync_tomb WHERE id = :id", id=draft_id)[0]
    return h, json.loads(image), q


def test_a_tomb_is_later_than_the_row_and_holds_all_of_it(book: Book, draft: str) -> None:
    row = book.rows("SELECT _h, client_id, notes, terms_days FROM draft")[0]
    with book.write() as tx:
        delete_draft(tx, draft)
    h, image, q = tomb(book, draft)
    assert h > row[0]
    assert q == 0
    assert (image["_h"], image["client_id"], image["notes"], image["terms_days"]) == row


def test_a_tomb_is_made_for_a_delete_by_another_program_too(book: Book, draft: str) -> None:
    with beside(book) as raw:
        raw.execute("DELETE FROM draft_line")
        raw.execute("DELETE FROM draft")
    assert book.value("SELECT count(*) FROM sync_tomb") == 2


def test_what_comes_back_is_later_than_its_tomb(book: Book, draft: str) -> None:
    with book.write() as tx:
        delete_draft(tx, draft)
    with book.write() as tx:
        restore_draft(tx, draft)
    assert stamp(book, draft) > tomb(book, draft)[0]
    assert book.value("SELECT notes FROM draft") == "Thank you"


def test_deleted_and_brought_back_again_and_again_stamps_only_rise(book: Book, draft: str) -> None:
    with beside(book) as raw:
        raw.execute("UPDATE sync_clock SET fixed_ms = 1")
    seen = [stamp(book, draft)]
    for _ in range(5):
        with book.write() as tx:
            delete_draft(tx, draft)
        seen.append(tomb(book, draft)[0])
        with book.write() as tx:
            restore_draft(tx, draft)
        seen.append(stamp(book, draft))
    assert seen == sorted(set(seen))


def test_a_delete_forgets_the_unsent_edits_of_the_row(book: Book, draft: str) -> None:
    with book.write() as tx:
        sequence(tx, shapes())
    with book.write() as tx:
        tx.execute("UPDATE draft SET notes = 'other'")
    assert book.value("SELECT count(*) FROM sync_base") == 1
    with book.write() as tx:
        delete_draft(tx, draft)
    assert book.value("SELECT count(*) FROM sync_base") == 0


def test_a_replaced_draft_keeps_a_stamp_later_than_the_one_it_replaces(book: Book, draft: str) -> None:
    before = stamp(book, draft)
    with beside(book) as raw:
        columns = "id, client_id, guarantor_id, office_id, made_on, due_on, terms_days, notes"
        raw.execute("PRAGMA foreign_keys = OFF")
        raw.execute(f"INSERT OR REPLACE INTO draft ({columns}) SELECT {columns} FROM draft")
    assert stamp(book, draft) > before


@pytest.mark.parametrize("table", ["client", "guarantor", "session", "provider", "practice", "policy"])
def test_what_a_fact_may_name_is_never_deleted(book: Book, draft: str, table: str) -> None:
    with beside(book) as raw:
        raw.execute("PRAGMA foreign_keys = OFF")
        with pytest.raises(dbapi2.IntegrityError, match="never deleted"):
            raw.execute(f"DELETE FROM {table}")
