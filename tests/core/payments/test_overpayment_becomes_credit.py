"""RC1, RC2: what is paid too much is credit, and pays the next invoice without being received again."""

from __future__ import annotations

from datetime import timedelta

from core.ledger.day_sheet import day_sheet
from core.payments.commands import apply_credit
from tests.builders import TODAY, Book
from tests.core.payments.billed import billed, credit_of, guarantor_of, paid, seen


def test_an_overpayment_is_credit_and_then_pays_part_of_the_next_invoice(book: Book) -> None:
    ann = book.client()
    first = billed(book, ann, 15_000)
    recorded = paid(book, ann, 20_000)
    assert [one.amount_cents for one in recorded.allocations] == [15_000]
    assert recorded.credit_cents == 5_000
    assert seen(book, first).status == "paid"
    second = billed(book, ann, 8_000, on=TODAY + timedelta(days=7))
    with book.write() as tx:
        (applied,) = apply_credit(tx, guarantor_id=guarantor_of(book, ann), today=TODAY + timedelta(days=7))
    assert (applied.invoice_id, applied.amount_cents) == (second, 5_000)
    assert (seen(book, second).paid_cents, seen(book, second).balance_cents) == (5_000, 3_000)
    assert credit_of(book, ann) == 0


def test_credit_put_on_an_invoice_is_no_receipt_of_that_day(book: Book) -> None:
    ann = book.client()
    billed(book, ann, 15_000)
    paid(book, ann, 20_000)
    later = TODAY + timedelta(days=7)
    billed(book, ann, 8_000, on=later)
    with book.write() as tx:
        apply_credit(tx, guarantor_id=guarantor_of(book, ann), today=later)
    with book.store.read() as read:
        assert day_sheet(read, TODAY).payments == {"check": 20_000}
        assert day_sheet(read, later).payments == {}
        assert day_sheet(read, later).closing_cents == 15_000 + 8_000 - 20_000
