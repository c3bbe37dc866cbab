"""security.md 5.4: the checkup notices what would let a change or a document go by unseen."""

from __future__ import annotations

from core.books.checkup import checkup
from core.delivery.sending import send
from core.invoicing.commands import create_draft
from tests.builders import OWNER, TODAY, Book
from tests.raw import foreign


def wrong(book: Book) -> list[str]:
    with book.store.read() as read:
        return [check.what for check in checkup(read) if not check.ok]


def test_a_sound_book_has_nothing_wrong(book: Book) -> None:
    assert wrong(book) == []


def test_capture_that_was_left_off_is_noticed(book: Book) -> None:
    with foreign(book) as raw:
        raw.execute("UPDATE sync_clock SET applying = 1")
    assert wrong(book) == ["capture is on"]


def test_a_trigger_of_the_right_name_that_does_nothing_is_noticed(book: Book) -> None:
    with foreign(book) as raw:
        raw.execute("DROP TRIGGER charge_no_delete")
        raw.execute("CREATE TRIGGER charge_no_delete BEFORE DELETE ON charge BEGIN SELECT 1; END")
    assert wrong(book) == ["changes are captured"]


def test_a_document_that_was_exchanged_is_noticed(book: Book) -> None:
    client_id = book.client()
    book.session(client_id)
    with book.write() as tx:
        draft_id = create_draft(
            tx, client_id=client_id, today=TODAY, charge_ids=[tx.value("SELECT id FROM charge")]
        )
    send(book.store, OWNER, [draft_id], today=TODAY)
    assert wrong(book) == []
    with foreign(book) as raw:
        (kept,) = raw.execute("SELECT sql FROM sqlite_schema WHERE name = 'blob_no_update'").fetchone()
        raw.execute("DROP TRIGGER blob_no_update")
        raw.execute("UPDATE blob SET content = x'00'")
        raw.execute(kept)
    assert wrong(book) == ["documents are unaltered"]
