"""RC6: a report for a past day shows what was open then, also what was paid, voided or forgiven since."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from core.invoicing.voiding import void_invoice
from core.ledger.aging import aging
from core.payments.adjustments import write_off
from core.payments.commands import reverse_payment
from tests.builders import Book
from tests.core.payments.billed import billed, guarantor_of, paid, seen

ISSUED, DUE = date(2026, 8, 1), date(2026, 8, 31)
THEN, TODAY = date(2026, 9, 30), date(2026, 10, 31)


def buckets(book: Book, day: date) -> dict[str, tuple[int, ...]]:
    with book.store.read() as read:
        found = aging(read, day)
        assert found.totals.total_cents == found.ledger_cents
    return {row.guarantor_id: (*row.cents, -row.credit_cents) for row in found.rows}


def test_an_invoice_paid_since_is_30_days_late_in_the_report_of_that_day(book: Book) -> None:
    ann = book.client()
    billed(book, ann, 15_000, on=ISSUED, due_on=DUE)
    paid(book, ann, 15_000, on=TODAY)
    assert buckets(book, THEN) == {guarantor_of(book, ann): (0, 15_000, 0, 0, 0, 0)}
    assert buckets(book, TODAY) == {}


@pytest.mark.parametrize("deed", ["void", "write off", "bounce"])
def test_what_happens_today_changes_no_earlier_day(book: Book, deed: str) -> None:
    ann = book.client()
    invoice_id = billed(book, ann, 15_000, on=ISSUED, due_on=DUE)
    payment_id = paid(book, ann, 5_000, on=ISSUED + timedelta(days=9)).payment_id
    days = [ISSUED, DUE, THEN, TODAY - timedelta(days=1)]
    before = [buckets(book, day) for day in days]
    with book.write() as tx:
        if deed == "void":
            void_invoice(tx, invoice_id, reason="wrong client", today=TODAY, money="credit")
        elif deed == "write off":
            write_off(tx, invoice_id, reason="moved away", today=TODAY)
        else:
            reverse_payment(tx, payment_id, reason="it bounced", today=TODAY)
    assert [buckets(book, day) for day in days] == before
    assert buckets(book, TODAY) != before[-1]


def test_money_recorded_late_counts_from_the_day_it_was_received(book: Book) -> None:
    ann = book.client()
    invoice_id = billed(book, ann, 15_000, on=ISSUED, due_on=DUE)
    received = date(2026, 9, 15)
    paid(book, ann, 6_000, on=TODAY, received_on=received)
    owner = guarantor_of(book, ann)
    assert buckets(book, received - timedelta(days=1)) == {owner: (0, 15_000, 0, 0, 0, 0)}
    assert buckets(book, received) == {owner: (0, 9_000, 0, 0, 0, 0)}
    assert seen(book, invoice_id, today=TODAY).status == "overdue"
