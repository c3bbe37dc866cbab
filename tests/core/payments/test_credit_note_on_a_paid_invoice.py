"""RC4: part of a paid invoice is taken back; what was paid for it is credit."""

from __future__ import annotations

from core.payments.adjustments import credit_note
from tests.builders import TODAY, Book
from tests.core.payments.billed import billed, credit_of, paid, seen


def test_what_was_paid_too_much_is_credit(book: Book) -> None:
    ann = book.client()
    invoice_id = billed(book, ann, 15_000)
    paid(book, ann, 15_000)
    with book.write() as tx:
        made = credit_note(tx, invoice_id, amount_cents=4_050, reason="shorter session", today=TODAY)
    assert [one.amount_cents for one in made.released] == [4_050]
    found = seen(book, invoice_id)
    assert (found.status, found.paid_cents, found.balance_cents) == ("paid", 10_950, 0)
    assert credit_of(book, ann) == 4_050


def test_an_open_part_is_taken_back_before_what_was_paid(book: Book) -> None:
    ann = book.client()
    invoice_id = billed(book, ann, 15_000)
    paid(book, ann, 10_000)
    with book.write() as tx:
        credit_note(tx, invoice_id, amount_cents=6_000, reason="shorter session", today=TODAY)
    assert (seen(book, invoice_id).paid_cents, seen(book, invoice_id).balance_cents) == (9_000, 0)
    assert credit_of(book, ann) == 1_000
