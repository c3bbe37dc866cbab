"""The last happenings are told so that a run is one line."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from core.audit import entries, record
from core.invoicing.commands import create_draft, delete_draft
from core.ledger.happened import happened
from tests.builders import NOW, TODAY, Book


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


@pytest.mark.parametrize("most", [1, 3, 50])
def test_however_many_they_are_the_newest_are_counted_to_the_last(tmp_path: Path, most: int) -> None:
    """Against counting every entry one by one."""
    book = Book(tmp_path)
    for minute in range(12):
        book.store.clock = lambda after=timedelta(minutes=minute // 2): NOW + after  # type: ignore[misc]
        with book.write() as tx:
            for at in range(60):
                record(tx, f"thing.{at % (minute + 1)}", "invoice" if at % 7 else "payment", f"{minute}-{at}")
    with book.store.read() as read:
        every = entries(read, most=10_000)
        told = [(one.entry.at[:16], one.entry.verb, one.count) for one in happened(read, most=most)]
    book.store.close()
    counted = Counter((one.at[:16], one.verb) for one in every)
    assert told == [(*alike, many) for alike, many in counted.items()][:most]
