"""RC5: a late fee is let go with a reason; a payment that was received in time proposes it."""

from __future__ import annotations

import pytest

from core.invoicing.holding import end_hold, hold_invoice
from core.invoicing.late_fees import WaiverProposed, waive_proposed, waivers_proposed
from core.ledger.fees import charged_fees
from core.payments.adjustments import reverse_adjustment, waive_fee
from core.payments.allocation import Part
from core.payments.commands import record_payment
from core.payments.refusals import AlreadyWaived, ReasonNeeded
from tests.builders import Book
from tests.core.invoicing.late import after, balance, charge, due, late_invoice, pay, set_rule


def proposed(book: Book) -> list[WaiverProposed]:
    with book.store.read() as read:
        return waivers_proposed(read)


def test_rc5_a_back_dated_payment_received_before_the_fee_proposes_the_waiver(book: Book) -> None:
    set_rule(book)
    invoice_id = late_invoice(book)
    (fee,) = charge(book, after(10))
    pay(book, invoice_id, 10_000, after(8), today=after(15))
    (one,) = proposed(book)
    assert (one.late_fee_id, one.amount_cents) == (fee.late_fee_id, 2500)
    assert one.reason == "nothing was open on 2026-11-09 any more"
    with book.write() as tx:
        assert [adjusted.amount_cents for _, adjusted in waive_proposed(tx, today=after(15))] == [2500]
    assert (proposed(book), balance(book, invoice_id)) == ([], 0)
    assert due(book, after(100)) == []


def test_rc5_it_is_proposed_too_where_the_payment_went_on_the_fee_as_well(book: Book) -> None:
    """125.00 received in time pays invoice and fee at once; waived, 25.00 of it is credit."""
    set_rule(book)
    invoice_id = late_invoice(book)
    charge(book, after(10))
    pay(book, invoice_id, 12_500, after(8), today=after(15))
    assert [one.reason for one in proposed(book)] == ["it was paid with money received before 2026-11-10"]
    with book.write() as tx:
        waive_proposed(tx, today=after(15))
    assert balance(book, invoice_id) == 0
    assert book.rows("SELECT applied_cents, left_cents FROM money_left") == [(10_000, 2500)]


@pytest.mark.parametrize(("cents", "day"), [(9_999, 8), (10_000, 10), (12_500, 10)])
def test_rc5_too_little_or_too_late_proposes_nothing(book: Book, cents: int, day: int) -> None:
    set_rule(book)
    invoice_id = late_invoice(book)
    charge(book, after(10))
    pay(book, invoice_id, cents, after(day), today=after(15))
    assert proposed(book) == []


def test_rc5_a_payment_on_another_invoice_proposes_nothing_here(book: Book) -> None:
    set_rule(book)
    client_id = book.client()
    late, other = late_invoice(book, client_id=client_id), late_invoice(book, client_id=client_id)
    charge(book, after(10))
    guarantor_id = book.value("SELECT guarantor_id FROM invoice_balance LIMIT 1")
    with book.write() as tx:
        record_payment(
            tx, guarantor_id=guarantor_id, amount_cents=10_000, method="cash", received_on=after(2),
            today=after(15), allocations=[Part(other, 10_000)],
        )  # fmt: skip
    assert [one.invoice_id for one in proposed(book)] == [other]
    assert balance(book, late) == 12_500


def test_rc5_a_hold_that_ended_before_the_fees_day_was_counted_and_proposes_nothing(book: Book) -> None:
    set_rule(book)
    invoice_id = late_invoice(book)
    with book.write() as tx:
        hold_invoice(tx, invoice_id, kind="held", reason="agreed", today=after(4))
        end_hold(tx, invoice_id, today=after(14))
    charge(book, after(40))
    assert proposed(book) == []


def test_rc5_a_hold_of_another_office_over_the_fees_day_proposes_the_waiver(book: Book) -> None:
    """The hold was put before the fee's day and got known here only after the fee."""
    set_rule(book)
    invoice_id = late_invoice(book)
    charge(book, after(10))
    with book.write() as tx:
        hold_invoice(tx, invoice_id, kind="disputed", reason="was not there", today=after(6))
    assert [one.reason for one in proposed(book)] == ["the invoice was on hold before 2026-11-10"]


def test_rc5_a_hold_put_after_the_fee_proposes_nothing(book: Book) -> None:
    set_rule(book)
    invoice_id = late_invoice(book)
    charge(book, after(10))
    with book.write() as tx:
        hold_invoice(tx, invoice_id, kind="disputed", reason="was not there", today=after(10))
    assert proposed(book) == []


def test_rc5_a_waived_fee_is_not_charged_again_and_not_waived_twice(book: Book) -> None:
    set_rule(book)
    invoice_id = late_invoice(book)
    (fee,) = charge(book, after(10))
    with book.write() as tx, pytest.raises(ReasonNeeded):
        waive_fee(tx, fee.late_fee_id, reason=" ", today=after(11))
    with book.write() as tx:
        waive_fee(tx, fee.late_fee_id, reason="first time", today=after(11))
    with book.write() as tx, pytest.raises(AlreadyWaived):
        waive_fee(tx, fee.late_fee_id, reason="again", today=after(11))
    assert charge(book, after(50)) == []
    assert balance(book, invoice_id) == 10_000


def test_rc5_a_waiver_taken_back_can_be_given_again(book: Book) -> None:
    set_rule(book)
    invoice_id = late_invoice(book)
    (fee,) = charge(book, after(10))
    with book.write() as tx:
        waiver = waive_fee(tx, fee.late_fee_id, reason="first", today=after(11))
        reverse_adjustment(tx, waiver.adjustment_id, reason="after all", today=after(12))
    assert balance(book, invoice_id) == 12_500
    with book.store.read() as read:
        assert [one.waived_cents for one in charged_fees(read)] == [0]
    with book.write() as tx:
        waive_fee(tx, fee.late_fee_id, reason="second", today=after(13))
    assert balance(book, invoice_id) == 10_000
