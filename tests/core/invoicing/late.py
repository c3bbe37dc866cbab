"""An invoice of a round sum, due 31 October 2026, and what tests of late fees do to it."""

from __future__ import annotations

from datetime import date, timedelta

from core.delivery.sending import finish
from core.invoicing.commands import create_draft, issue_drafts
from core.invoicing.late_fees import FeeCharged, FeeDue, charge_late_fees, fees_due
from core.payments.commands import record_payment
from core.practice.commands import set_late_fee
from core.practice.policies import LateFeeRule
from tests.builders import OWNER, Book

DUE = date(2026, 10, 31)
ISSUED = date(2026, 10, 1)
FLAT = LateFeeRule("flat", 2500, 0, 10, "outstanding", 0, 0)
"""25.00, ten days after the due date, once."""


def after(days: int) -> date:
    """So many days past due."""
    return DUE + timedelta(days=days)


def set_rule(book: Book, rule: LateFeeRule | None = FLAT, since: date = date(2026, 1, 1)) -> None:
    with book.write() as tx:
        set_late_fee(tx, rule=rule, effective_from=since, today=since)


def late_invoice(
    book: Book,
    cents: int = 10_000,
    *,
    client_id: str | None = None,
    issued_on: date = ISSUED,
    due_on: date = DUE,
    document: bool = False,
) -> str:
    """An issued invoice of so many cents, nothing paid."""
    client_id = client_id or book.client()
    book.session(client_id, on=issued_on - timedelta(days=7), rate_cents=cents)
    with book.write() as tx:
        invoice_id = create_draft(tx, client_id=client_id, today=issued_on, due_on=due_on)
        issue_drafts(tx, [invoice_id], today=issued_on)
    if document:
        assert finish(book.store, OWNER, [invoice_id], today=issued_on) == {}
    return invoice_id


def due(book: Book, today: date) -> list[FeeDue]:
    with book.store.read() as read:
        return fees_due(read, today)


def charge(book: Book, today: date) -> list[FeeCharged]:
    with book.write() as tx:
        return charge_late_fees(tx, today)


def fees(book: Book) -> list[tuple[int, int, str]]:
    """Every fee there is, as (step, cents, day)."""
    return book.rows("SELECT step, amount_cents, assessed_on FROM late_fee ORDER BY assessed_on, step, id")


def pay(book: Book, invoice_id: str, cents: int, on: date, *, today: date | None = None) -> str:
    """A check received on a day and recorded on that day, or later."""
    guarantor_id = book.value("SELECT guarantor_id FROM invoice_issue WHERE invoice_id = :id", id=invoice_id)
    with book.write() as tx:
        made = record_payment(
            tx, guarantor_id=guarantor_id, amount_cents=cents, method="check", received_on=on,
            today=today or on, invoice_id=invoice_id,
        )  # fmt: skip
    return str(made.payment_id)


def balance(book: Book, invoice_id: str) -> int:
    found: int = book.value("SELECT balance_cents FROM invoice_balance WHERE invoice_id = :id", id=invoice_id)
    return found
