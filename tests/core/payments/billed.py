"""What stories of money begin with: an invoice of one session, and what is said of it since."""

from __future__ import annotations

from datetime import date
from typing import Any

from core.invoicing.commands import create_draft, issue_drafts
from core.ledger.invoices import InvoiceRow, invoice
from core.payments.commands import Recorded, record_payment
from core.payments.queries import Money, held_money, money
from core.sessions.commands import ServiceLine
from tests.builders import TODAY, Book

THERAPY = ServiceLine("CPT", "90834", "", "Psychotherapy", 1000, 15_000)


def billed(
    book: Book, client_id: str, cents: int, *, on: date = TODAY, due_on: date | None = None, **session: Any
) -> str:
    """An issued invoice for one session; answers its id."""
    book.session(client_id, on, rate_cents=cents, **session)
    with book.write() as tx:
        draft_id = create_draft(tx, client_id=client_id, today=on, due_on=due_on)
        (issued,) = issue_drafts(tx, [draft_id], today=on)
    return str(issued.invoice_id)


def paid(book: Book, client_id: str, cents: int, *, on: date = TODAY, **more: Any) -> Recorded:
    with book.write() as tx:
        return record_payment(
            tx,
            guarantor_id=guarantor_of(book, client_id),
            amount_cents=cents,
            today=on,
            **{"method": "check", "received_on": on, **more},
        )


def guarantor_of(book: Book, client_id: str) -> str:
    return str(book.value("SELECT guarantor_id FROM client WHERE id = :id", id=client_id))


def seen(book: Book, invoice_id: str, *, today: date = TODAY) -> InvoiceRow:
    """The invoice as lists show it."""
    with book.store.read() as read:
        return invoice(read, invoice_id, today=today.isoformat())


def left_of(book: Book, source_id: str) -> Money:
    with book.store.read() as read:
        return money(read, source_id)


def credit_of(book: Book, client_id: str) -> int:
    """What the guarantor has on no invoice, money kept for an appointment included."""
    with book.store.read() as read:
        held = held_money(read, guarantor_of(book, client_id), spoken_for=True)
    return sum(one.left_cents for one in held)
