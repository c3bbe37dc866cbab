"""RC3: part of a payment goes back and is asked for again; all of it goes back and the service is waived."""

from __future__ import annotations

from core.payments.refunds import refund
from tests.builders import TODAY, Book
from tests.core.payments.billed import billed, credit_of, left_of, paid, seen


def test_a_part_given_back_is_owed_again(book: Book) -> None:
    ann = book.client()
    invoice_id = billed(book, ann, 15_000)
    payment_id = paid(book, ann, 15_000).payment_id
    with book.write() as tx:
        given = refund(tx, payment_id, amount_cents=4_500, reason="wrong card", today=TODAY)
    assert [(part.balance, part.amount_cents) for part in given.parts] == [("reopen", 4_500)]
    found = seen(book, invoice_id)
    assert (found.status, found.paid_cents, found.balance_cents) == ("partly_paid", 10_500, 4_500)
    money = left_of(book, payment_id)
    assert (money.refunded_cents, money.applied_cents, money.left_cents) == (4_500, 10_500, 0)


def test_all_of_it_given_back_closes_the_balance(book: Book) -> None:
    ann = book.client()
    invoice_id = billed(book, ann, 15_000)
    payment_id = paid(book, ann, 15_000).payment_id
    with book.write() as tx:
        given = refund(tx, payment_id, amount_cents=15_000, reason="session not given", today=TODAY)
    assert [(part.balance, part.amount_cents) for part in given.parts] == [("close", 15_000)]
    found = seen(book, invoice_id)
    assert (found.status, found.paid_cents, found.balance_cents) == ("refunded", 0, 0)
    assert book.rows("SELECT kind, amount_cents FROM adjustment") == [("refund_close", 15_000)]


def test_what_is_on_no_invoice_goes_back_first(book: Book) -> None:
    ann = book.client()
    invoice_id = billed(book, ann, 15_000)
    payment_id = paid(book, ann, 20_000).payment_id
    with book.write() as tx:
        given = refund(tx, payment_id, amount_cents=7_000, reason="too much", today=TODAY)
    assert [(part.balance, part.amount_cents) for part in given.parts] == [
        ("credit", 5_000),
        ("reopen", 2_000),
    ]
    assert seen(book, invoice_id).balance_cents == 2_000
    assert credit_of(book, ann) == 0
