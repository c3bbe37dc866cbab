"""RC4: a debt that was given up is paid after all; it is asked for again up to the payment, then paid."""

from __future__ import annotations

from datetime import timedelta

from core.payments.adjustments import write_off
from tests.builders import TODAY, Book
from tests.core.payments.billed import billed, paid, seen


def test_a_payment_of_bad_debt_brings_back_just_what_it_pays(book: Book) -> None:
    ann = book.client()
    invoice_id = billed(book, ann, 15_000)
    paid(book, ann, 2_500)
    with book.write() as tx:
        write_off(tx, invoice_id, reason="moved away", today=TODAY)
    assert (seen(book, invoice_id).status, seen(book, invoice_id).balance_cents) == ("paid", 0)
    later = TODAY + timedelta(days=200)
    recorded = paid(book, ann, 4_000, on=later, invoice_id=invoice_id)
    assert (recorded.allocations[0].amount_cents, recorded.credit_cents) == (4_000, 0)
    found = seen(book, invoice_id, today=later)
    assert (found.paid_cents, found.balance_cents) == (6_500, 0)
    assert book.rows("SELECT kind, amount_cents FROM adjustment ORDER BY no") == [
        ("bad_debt", 12_500), ("bad_debt", -4_000),
    ]  # fmt: skip


def test_an_invoice_given_up_whole_shows_written_off(book: Book) -> None:
    ann = book.client()
    invoice_id = billed(book, ann, 15_000)
    with book.write() as tx:
        write_off(tx, invoice_id, reason="moved away", today=TODAY)
    assert seen(book, invoice_id).status == "written_off"
