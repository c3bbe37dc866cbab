"""RB3: what is sent waits in the outbox; recalled before it left, its client neither sees nor gets it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.delivery.commands import AlreadyLeft, recall_shares, share_invoices
from core.delivery.queries import outbox
from core.delivery.receipts import make_receipt
from core.delivery.run import unfinished
from core.delivery.sending import send
from core.delivery.sharing import share_documents
from core.documents.queries import document
from core.invoicing.commands import create_draft
from core.ledger.invoices import invoice
from core.ledger.mail_state import mailed
from tests.builders import NOW, OWNER, TODAY, Book
from tests.core.payments.billed import billed, paid


def sent(book: Book, *, email: str = "") -> str:
    client_id = book.client("Ann", "Archer", email=email)
    book.session(client_id)
    with book.write() as tx:
        invoice_id = create_draft(tx, client_id=client_id, today=TODAY)
    send(book.store, OWNER, [invoice_id], today=TODAY)
    return invoice_id


def status(book: Book, invoice_id: str) -> str:
    with book.store.read() as read:
        return str(invoice(read, invoice_id, today=TODAY.isoformat()).status)


def waiting(book: Book, later: timedelta = timedelta()) -> list[str]:
    with book.store.read() as read:
        return [row.subject_id for row in outbox(read, NOW + later)]


def test_a_recalled_invoice_is_issued_and_not_sent(book: Book) -> None:
    invoice_id = sent(book, email="a@example.org")
    with book.write() as tx:
        assert recall_shares(tx, [invoice_id]) == [invoice_id]
    assert status(book, invoice_id) == "issued"
    with book.store.read() as read:
        assert mailed(read, invoice_id).state == "none"
    assert waiting(book) == []


def test_a_recalled_invoice_can_be_sent_again_and_recalled_again(book: Book) -> None:
    invoice_id = sent(book, email="a@example.org")
    for _ in range(2):
        with book.write() as tx:
            recall_shares(tx, [invoice_id])
        send(book.store, OWNER, [invoice_id], today=TODAY)
        assert (status(book, invoice_id), waiting(book)) == ("sent", [invoice_id])
    onces = [row[0] for row in book.rows("SELECT once FROM invoice_share ORDER BY no")]
    assert onces == [f"share:{invoice_id}", f"share:{invoice_id}:2", f"share:{invoice_id}:3"]


def test_sharing_twice_is_one_share(book: Book) -> None:
    invoice_id = sent(book)
    with book.write() as tx:
        assert share_invoices(tx, [invoice_id]) == []


def test_what_only_becomes_visible_waits_half_a_minute_and_a_mail_until_it_leaves(book: Book) -> None:
    seen, mailed = sent(book), sent(book, email="a@example.org")
    assert set(waiting(book)) == {seen, mailed}
    assert waiting(book, timedelta(seconds=31)) == [mailed]


def test_what_has_left_is_not_recalled_and_nothing_changes(book: Book) -> None:
    seen = sent(book)
    book.store.clock = lambda: NOW + timedelta(seconds=31)
    with pytest.raises(AlreadyLeft, match="not in the outbox"), book.write() as tx:
        recall_shares(tx, [seen])
    assert status(book, seen) == "sent"


def test_a_run_does_not_send_what_was_recalled(book: Book) -> None:
    invoice_id = sent(book, email="a@example.org")
    with book.write() as tx:
        recall_shares(tx, [invoice_id])
    assert unfinished(book.store) == []


def test_a_shared_document_can_be_taken_back_and_shared_again(book: Book) -> None:
    client_id = book.client("Ann", "Archer", email="a@example.org")
    billed(book, client_id, 10_000)
    receipt_id = make_receipt(
        book.store, OWNER, paid(book, client_id, 10_000).payment_id, today=TODAY
    ).document_id  # fmt: skip
    assert receipt_id is not None
    for _ in range(2):
        with book.write() as tx:
            assert share_documents(tx, [receipt_id]) == [receipt_id]
        assert waiting(book) == [receipt_id]
        with book.write() as tx:
            recall_shares(tx, [receipt_id])
        assert waiting(book) == []
        with book.store.read() as read:
            assert document(read, receipt_id).shared_version == 0
