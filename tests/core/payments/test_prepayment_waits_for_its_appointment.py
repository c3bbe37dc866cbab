"""RC2: money paid ahead for an appointment waits for it, pays its bill, and what is over is credit."""

from __future__ import annotations

from datetime import timedelta

from core.invoicing.commands import bill_session, issue_drafts
from tests.builders import TODAY, Book
from tests.core.payments.billed import billed, credit_of, left_of, paid, seen


def test_it_is_on_the_invoice_that_bills_the_appointment(book: Book) -> None:
    ann = book.client()
    appointment = book.session(ann, TODAY, rate_cents=12_000, final=False)
    ahead = paid(book, ann, 15_000, on=TODAY - timedelta(days=3), session_id=appointment).payment_id
    other = billed(book, ann, 8_000, on=TODAY - timedelta(days=1))
    assert seen(book, other).paid_cents == 0
    assert left_of(book, ahead).left_cents == 15_000
    with book.write() as tx:
        (issued,) = issue_drafts(tx, [bill_session(tx, appointment, today=TODAY)], today=TODAY)
    assert (seen(book, issued.invoice_id).status, seen(book, issued.invoice_id).paid_cents) == (
        "paid",
        12_000,
    )
    assert credit_of(book, ann) == 3_000
    assert seen(book, other).balance_cents == 8_000
