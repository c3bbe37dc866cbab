"""RC3: a refund that the card processor could not carry out leaves the account as it was before."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.invoicing.voiding import void_invoice
from core.payments.allocation import Part
from core.payments.commands import apply_credit
from core.payments.refunds import answer_refund, refund
from core.payments.refusals import AlreadyAnswered
from tests.builders import TODAY, Book
from tests.core.payments.billed import billed, credit_of, guarantor_of, left_of, paid, seen


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


def _card(book: Book, cents: int) -> tuple[str, str, str]:
    """Ann, her invoice of 100.00, and a card payment, half of which is put on it by a second step."""
    ann = book.client()
    invoice_id = billed(book, ann, 10_000)
    payment_id = paid(
        book, ann, cents, processor_id="pi_1", method="card_on_file",
        allocations=[Part(invoice_id, cents // 2)],
    ).payment_id  # fmt: skip
    with book.write() as tx:
        apply_credit(tx, guarantor_id=guarantor_of(book, ann), today=TODAY)
    return ann, invoice_id, payment_id


def test_money_put_on_an_invoice_in_two_steps_goes_back_in_one_request(book: Book) -> None:
    _, invoice_id, payment_id = _card(book, 10_000)
    with book.write() as tx:
        given = refund(tx, payment_id, amount_cents=10_000, reason="r", today=TODAY, channel="processor")
    assert [part.amount_cents for part in given.parts] == [10_000]
    with book.write() as tx:
        answer_refund(tx, given.parts[0].refund_id, outcome="failed", processor_ref="re_1", today=TODAY)
    assert (seen(book, invoice_id).status, seen(book, invoice_id).paid_cents) == ("paid", 10_000)


def test_a_refund_that_was_done_can_still_fail_days_later(book: Book) -> None:
    ann, invoice_id, payment_id = _card(book, 10_000)
    with book.write() as tx:
        given = refund(tx, payment_id, amount_cents=10_000, reason="r", today=TODAY, channel="processor")
    for days, outcome in ((1, "done"), (4, "failed")):
        with book.write() as tx:
            answer_refund(
                tx, given.parts[0].refund_id, outcome=outcome, processor_ref="re_1",
                today=TODAY + timedelta(days=days),
            )  # fmt: skip
    assert (seen(book, invoice_id).paid_cents, credit_of(book, ann)) == (10_000, 0)


def test_what_failed_is_not_done_afterwards(book: Book) -> None:
    _, _, payment_id = _card(book, 10_000)
    with book.write() as tx:
        given = refund(tx, payment_id, amount_cents=10_000, reason="r", today=TODAY, channel="processor")
        answer_refund(tx, given.parts[0].refund_id, outcome="failed", processor_ref="re_1", today=TODAY)
        with pytest.raises(AlreadyAnswered):
            answer_refund(tx, given.parts[0].refund_id, outcome="done", processor_ref="re_1", today=TODAY)


def test_a_void_gives_each_payment_back_the_way_it_came(book: Book) -> None:
    """RB6, in one step: a card through the processor, cash as given back by hand."""
    ann = book.client()
    invoice_id = billed(book, ann, 15_000)
    paid(book, ann, 5_000, processor_id="pi_1", method="card_on_file", invoice_id=invoice_id)
    paid(book, ann, 6_000, processor_id="pi_2", method="card_on_file", invoice_id=invoice_id)
    paid(book, ann, 4_000, method="cash", invoice_id=invoice_id)
    with book.write() as tx:
        voided = void_invoice(tx, invoice_id, reason="wrong client", today=TODAY, money="refund")
    assert (voided.refunded_cents, voided.credit_cents) == (15_000, 0)
    ways = book.rows("SELECT channel, amount_cents FROM refund_request ORDER BY no")
    assert ways == [("processor", 5_000), ("processor", 6_000), ("outside", 4_000)]
    refund_id = book.value("SELECT id FROM refund_request ORDER BY no LIMIT 1")
    with book.write() as tx:
        answer_refund(tx, refund_id, outcome="failed", processor_ref="re_1", today=TODAY)
    assert (seen(book, invoice_id).status, credit_of(book, ann)) == ("void", 5_000)
