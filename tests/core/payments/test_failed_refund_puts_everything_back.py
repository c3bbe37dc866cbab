"""RC3: a refund that the card processor could not carry out leaves the account as it was before."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.payments.refunds import answer_refund, refund
from tests.builders import TODAY, Book
from tests.core.payments.billed import billed, credit_of, left_of, paid, seen


@pytest.mark.parametrize("balance", ["reopen", "close"])
def test_money_and_balance_are_where_they_were(book: Book, balance: str) -> None:
    ann = book.client()
    invoice_id = billed(book, ann, 15_000)
    payment_id = paid(book, ann, 20_000, processor_id="pi_1", method="card_on_file").payment_id
    before = seen(book, invoice_id), left_of(book, payment_id)
    with book.write() as tx:
        given = refund(
            tx, payment_id, amount_cents=12_000, reason="charged twice", today=TODAY, balance=balance,
            channel="processor",
        )  # fmt: skip
    assert [(part.balance, part.amount_cents) for part in given.parts] == [
        ("credit", 5_000),
        (balance, 7_000),
    ]
    assert seen(book, invoice_id).status == "processing"
    for part in given.parts:
        with book.write() as tx:
            answer_refund(tx, part.refund_id, outcome="failed", processor_ref="re_1", today=TODAY)
    assert (seen(book, invoice_id), left_of(book, payment_id)) == before
    assert credit_of(book, ann) == 5_000


def test_a_failure_told_twice_puts_back_once(book: Book) -> None:
    ann = book.client()
    invoice_id = billed(book, ann, 15_000)
    payment_id = paid(book, ann, 15_000, processor_id="pi_1", method="card_on_file").payment_id
    with book.write() as tx:
        given = refund(tx, payment_id, amount_cents=15_000, reason="r", today=TODAY, channel="processor")
    for _ in range(2):
        with book.write() as tx:
            answer_refund(tx, given.parts[0].refund_id, outcome="failed", processor_ref="re_1", today=TODAY)
    assert (seen(book, invoice_id).paid_cents, left_of(book, payment_id).refunded_cents) == (15_000, 0)


def test_what_goes_back_after_a_failure_is_not_dated_before_it(book: Book) -> None:
    """All of it was on its way back until then, so nothing was left to give back earlier."""
    ann = book.client()
    payment_id = paid(book, ann, 15_000, processor_id="pi_1", method="card_on_file").payment_id
    with book.write() as tx:
        given = refund(tx, payment_id, amount_cents=15_000, reason="r", today=TODAY, channel="processor")
    failed_on = TODAY + timedelta(days=1)
    with book.write() as tx:
        answer_refund(tx, given.parts[0].refund_id, outcome="failed", processor_ref="re_1", today=failed_on)
        refund(tx, payment_id, amount_cents=9_000, reason="r", today=failed_on, refunded_on=TODAY)
    days = book.rows("SELECT amount_cents, refunded_on FROM refund_request ORDER BY no")
    assert days == [(15_000, str(TODAY)), (9_000, str(failed_on))]
    assert book.rows("SELECT * FROM crossed_account") == []
