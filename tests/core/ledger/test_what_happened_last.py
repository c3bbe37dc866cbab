"""The last happenings are told so that a run is one line."""

from __future__ import annotations

from pathlib import Path

from core.audit import record
from core.invoicing.commands import create_draft, delete_draft
from core.ledger.happened import happened
from tests.builders import TODAY, Book


def test_the_same_deed_within_a_minute_is_one_whatever_lies_between(tmp_path: Path) -> None:
    book = Book(tmp_path)
    for family in ("Archer", "Baker"):
        book.session(book.client("Ann", family))
    with book.store.read() as read:
        told = {one.entry.verb: one.count for one in happened(read)}
    book.store.close()
    assert told["session.recorded"] == 2
    assert told["sessions.finalised"] == 2


def test_a_single_deed_names_whom_it_was_about(tmp_path: Path) -> None:
    book = Book(tmp_path)
    client_id = book.client("Ann", "Archer")
    book.session(client_id)
    with book.write() as tx:
        draft_id = create_draft(tx, client_id=client_id, today=TODAY)
    with book.store.read() as read:
        assert happened(read)[0].subject == "Ann Archer"
    with book.write() as tx:
        delete_draft(tx, draft_id)
    with book.store.read() as read:
        assert happened(read)[0].subject == "", "the draft is gone, and its name with it"
    book.store.close()


def test_several_of_different_kinds_are_called_by_what_they_have_in_common(tmp_path: Path) -> None:
    book = Book(tmp_path)
    with book.write() as tx:
        for kind in ("invoice", "statement"):
            record(tx, "document.made", kind, f"{kind}-1")
        for kind in ("invoice", "invoice"):
            record(tx, "document.shared", kind, "i")
    with book.store.read() as read:
        told = {one.entry.verb: (one.count, one.subject) for one in happened(read)}
    book.store.close()
    assert told["document.made"] == (2, "document")
    assert told["document.shared"] == (2, "invoice")
