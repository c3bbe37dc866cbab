"""RC5: when a late fee falls due, how much it is and on what it is charged. Numbers by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from core.dates import local_day
from core.delivery.sending import finish
from core.invoicing.commands import create_draft
from core.invoicing.holding import AlreadyOnHold, NotOnHold, end_hold, hold_invoice
from core.invoicing.late_fees import step_day
from core.invoicing.lifecycle import NotAllowedNow
from core.invoicing.voiding import void_invoice
from core.ledger.account import account_of, facts_of
from core.ledger.kept import differences
from core.payments.adjustments import write_off
from core.practice.commands import BadLateFee, LateFeeForThePast, set_late_fee
from core.practice.policies import LateFeeRule
from tests.builders import OWNER, Book
from tests.core.invoicing.late import (
    DUE,
    FLAT,
    ISSUED,
    after,
    balance,
    charge,
    due,
    fees,
    late_invoice,
    pay,
    set_rule,
)


def test_rc5_there_is_no_late_fee_until_the_practice_sets_one(book: Book) -> None:
    late_invoice(book)
    assert due(book, after(300)) == []


def test_rc5_a_flat_fee_falls_due_on_the_day_when_the_grace_is_over(book: Book) -> None:
    set_rule(book)
    invoice_id = late_invoice(book)
    assert due(book, after(9)) == []
    (fee,) = due(book, after(10))
    assert (fee.invoice_id, fee.step, fee.amount_cents, fee.assessed_on) == (
        invoice_id,
        0,
        2500,
        "2026-11-10",
    )
    assert fee.reason == "10 days past due on 2026-11-10: 25.00 flat"
    assert fees(book) == []


def test_rc5_the_due_date_itself_is_not_late(book: Book) -> None:
    set_rule(book, FLAT._replace(grace_days=1))
    late_invoice(book)
    assert due(book, DUE) == []
    assert [fee.assessed_on for fee in due(book, after(1))] == ["2026-11-01"]


def test_rc5_a_fee_falls_due_at_the_practices_midnight_also_when_the_clocks_change(book: Book) -> None:
    """The night of 1 November 2026 has 25 hours in New York: 23:59 is 04:59 UTC, 00:01 is 05:01."""
    set_rule(book, FLAT._replace(grace_days=2))
    late_invoice(book)
    before = local_day(datetime(2026, 11, 2, 4, 59, tzinfo=UTC), "America/New_York")
    behind = local_day(datetime(2026, 11, 2, 5, 1, tzinfo=UTC), "America/New_York")
    assert (due(book, before), len(due(book, behind))) == ([], 1)


def test_rc5_days_are_counted_over_the_end_of_the_year_and_a_leap_day(book: Book) -> None:
    set_rule(book, FLAT._replace(grace_days=60))
    late_invoice(book, issued_on=date(2027, 12, 1), due_on=date(2027, 12, 31))
    assert [fee.assessed_on for fee in due(book, date(2028, 6, 1))] == ["2028-02-29"]


def test_rc5_a_percentage_is_of_what_was_open_the_day_before_and_rounds_half_up_once(book: Book) -> None:
    set_rule(book, LateFeeRule("percent", 0, 150, 10, "outstanding", 0, 0))
    invoice_id = late_invoice(book, 10_033)
    pay(book, invoice_id, 3_000, after(9))
    (fee,) = due(book, after(10))
    assert fee.amount_cents == 105, "1.5 % of 70.33 is 1.05495"
    assert fee.reason == "10 days past due on 2026-11-10: 1.5 % of 70.33 open"


def test_rc5_half_a_cent_is_rounded_up(book: Book) -> None:
    set_rule(book, LateFeeRule("percent", 0, 150, 10, "outstanding", 0, 0))
    late_invoice(book, 10_100)
    assert due(book, after(10))[0].amount_cents == 152, "1.5 % of 101.00 is 1.515"


def test_rc5_a_percentage_can_be_of_the_original_total(book: Book) -> None:
    set_rule(book, LateFeeRule("percent", 0, 1000, 10, "original", 0, 0))
    invoice_id = late_invoice(book)
    pay(book, invoice_id, 9_900, after(5))
    assert due(book, after(10))[0].amount_cents == 1000


def test_rc5_a_payment_on_the_fees_day_is_too_late_and_one_on_the_day_before_is_not(book: Book) -> None:
    set_rule(book)
    on_the_day, day_before = late_invoice(book), late_invoice(book)
    pay(book, on_the_day, 9_999, after(10))
    pay(book, day_before, 10_000, after(9))
    assert [fee.invoice_id for fee in due(book, after(10))] == [on_the_day]


def test_rc5_a_fee_comes_again_every_so_many_days_up_to_the_cap(book: Book) -> None:
    set_rule(book, FLAT._replace(every_days=30, cap_cents=6000))
    invoice_id = late_invoice(book)
    charge(book, after(10))
    charge(book, after(400))
    assert fees(book) == [(0, 2500, "2026-11-10"), (1, 2500, "2026-12-10"), (2, 1000, "2027-01-09")]
    assert balance(book, invoice_id) == 16_000


def test_rc5_missed_runs_catch_up_and_no_step_is_left_out(book: Book) -> None:
    """Every step has the day and the amount that a run on its day would have given it."""
    set_rule(book, LateFeeRule("percent", 0, 1000, 10, "outstanding", 30, 0))
    invoice_id = late_invoice(book)
    pay(book, invoice_id, 4_000, after(20))
    charge(book, after(75))
    assert fees(book) == [(0, 1000, "2026-11-10"), (1, 600, "2026-12-10"), (2, 600, "2027-01-09")]


def test_rc5_no_fee_is_charged_for_a_fee(book: Book) -> None:
    """Money pays the invoice before it pays fees."""
    set_rule(book, LateFeeRule("percent", 0, 1000, 10, "outstanding", 30, 0))
    invoice_id = late_invoice(book)
    charge(book, after(10))
    pay(book, invoice_id, 10_000, after(20))
    assert balance(book, invoice_id) == 1000
    assert due(book, after(300)) == []


def test_rc5_the_run_a_hundred_times_charges_once(book: Book) -> None:
    set_rule(book)
    invoice_id = late_invoice(book)
    for day in range(50):
        charge(book, after(10 + day))
        charge(book, after(10 + day))
    assert fees(book) == [(0, 2500, "2026-11-10")]
    assert balance(book, invoice_id) == 12_500
    with book.store.read() as read:
        assert differences(read) == []


def test_rc5_a_charged_fee_is_in_the_log_with_its_reason(book: Book) -> None:
    set_rule(book)
    charge_of = late_invoice(book)
    (fee,) = charge(book, after(10))
    ((subject, detail),) = book.rows(
        "SELECT subject_id, detail FROM audit_entry WHERE verb = 'late_fee.charged'"
    )
    assert subject == charge_of
    assert fee.late_fee_id in detail
    assert '"why":"10 days past due on 2026-11-10: 25.00 flat"' in detail


def test_rc5_none_on_drafts_void_settled_written_off_and_held_invoices(book: Book) -> None:
    set_rule(book)
    client_id = book.client()
    book.session(client_id, on=date(2026, 9, 1))
    voided, paid, given_up, *held = (late_invoice(book, client_id=client_id) for _ in range(6))
    book.session(client_id, on=date(2026, 9, 2))
    with book.write() as tx:
        create_draft(tx, client_id=client_id, today=ISSUED, due_on=DUE)
        void_invoice(tx, voided, reason="billed in error", today=after(2))
        write_off(tx, given_up, reason="gone", today=after(2))
        for invoice_id, kind in zip(held, ("disputed", "insurer", "held"), strict=True):
            hold_invoice(tx, invoice_id, kind=kind, reason="wait", today=after(2))
    pay(
        book,
        paid,
        book.value("SELECT total_cents FROM invoice_issue WHERE invoice_id = :i", i=paid),
        after(2),
    )
    assert due(book, after(200)) == []


def test_rc5_days_under_a_hold_do_not_count(book: Book) -> None:
    """Held from the 4th to the 23rd day past due: 3 days are gone before, 7 more follow."""
    set_rule(book)
    invoice_id = late_invoice(book)
    with book.write() as tx:
        hold_invoice(tx, invoice_id, kind="insurer", reason="claim is out", today=after(4))
    assert due(book, after(15)) == []
    with book.write() as tx:
        end_hold(tx, invoice_id, today=after(24))
    assert due(book, after(29)) == []
    assert [fee.assessed_on for fee in due(book, after(60))] == [after(30).isoformat()]


@pytest.mark.parametrize(
    ("holds", "expected"),
    [
        ([], 10),
        ([(-20, -10)], 10),
        ([(-5, 5)], 14),
        ([(4, 4)], 10),
        ([(10, 11)], 11),
        ([(11, 20)], 10),
        ([(2, 4), (3, 6)], 14),
        ([(2, 8), (4, 5)], 16),
        ([(5, None)], None),
        ([(11, None)], 10),
    ],
)
def test_rc5_the_day_of_a_step_under_holds(holds: list[tuple[int, int | None]], expected: int | None) -> None:
    """Held from the first day on, up to the day before the second; days are past due."""
    days = [
        (after(start).isoformat(), None if end is None else after(end).isoformat()) for start, end in holds
    ]
    assert step_day(DUE, 10, days) == (None if expected is None else after(expected))
    if expected is not None:
        unheld = [
            day for day in range(1, expected + 1)
            if not any(start <= day and (end is None or day < end) for start, end in holds)
        ]  # fmt: skip
        assert (len(unheld), unheld[-1]) == (10, expected)


def test_rc5_an_invoice_issued_before_the_rule_never_carries_it(book: Book) -> None:
    set_rule(book, since=ISSUED + timedelta(days=1))
    early = late_invoice(book)
    agreed = late_invoice(book, issued_on=ISSUED + timedelta(days=1))
    found = due(book, after(100))
    assert [fee.invoice_id for fee in found] == [agreed]
    assert early not in {fee.invoice_id for fee in found}


def test_rc5_an_invoice_keeps_the_rule_under_which_it_was_issued(book: Book) -> None:
    set_rule(book)
    set_rule(book, FLAT._replace(amount_cents=4000), since=after(5))
    late_invoice(book)
    assert [fee.amount_cents for fee in due(book, after(10))] == [2500]


def test_rc5_an_empty_rule_ends_late_fees_from_its_day_on(book: Book) -> None:
    set_rule(book, FLAT._replace(every_days=30))
    set_rule(book, None, since=after(41))
    late_invoice(book)
    late_invoice(book, issued_on=after(41), due_on=after(50))
    assert [fee.assessed_on for fee in due(book, after(400))] == [
        after(10).isoformat(),
        after(40).isoformat(),
    ]


@pytest.mark.parametrize(
    "rule",
    [
        FLAT._replace(amount_cents=0),
        FLAT._replace(amount_cents=-1),
        FLAT._replace(kind="often"),
        FLAT._replace(base="everything"),
        FLAT._replace(grace_days=0),
        FLAT._replace(every_days=-1),
        FLAT._replace(cap_cents=-1),
        FLAT._replace(percent_bps=100),
        LateFeeRule("percent", 0, 10_001, 10, "outstanding", 0, 0),
        LateFeeRule("percent", 100, 100, 10, "outstanding", 0, 0),
    ],
)
def test_rc5_a_rule_that_makes_no_sense_is_refused(book: Book, rule: LateFeeRule) -> None:
    with pytest.raises(BadLateFee):
        set_rule(book, rule)


def test_rb7_a_hold_says_why_once_and_ends_once(book: Book) -> None:
    invoice_id = late_invoice(book)
    with book.write() as tx, pytest.raises(NotOnHold):
        end_hold(tx, invoice_id, today=DUE)
    with book.write() as tx:
        hold_invoice(tx, invoice_id, kind="disputed", reason="was not there", today=DUE)
    with book.write() as tx, pytest.raises(AlreadyOnHold, match="on hold already \\(disputed\\)"):
        hold_invoice(tx, invoice_id, kind="held", reason="x", today=DUE)
    assert book.value("SELECT hold FROM invoice_balance") == "disputed"
    with book.write() as tx:
        end_hold(tx, invoice_id, today=after(1))
    assert book.value("SELECT hold FROM invoice_balance") == ""
    verbs = book.rows("SELECT verb, reason FROM audit_entry WHERE verb LIKE 'invoice.h%' ORDER BY no")
    assert verbs == [("invoice.held", "was not there"), ("invoice.hold_ended", "")]


def test_rb7_a_paid_invoice_cannot_be_held(book: Book) -> None:
    invoice_id = late_invoice(book)
    pay(book, invoice_id, 10_000, ISSUED)
    with book.write() as tx, pytest.raises(NotAllowedNow, match="that is paid cannot be held"):
        hold_invoice(tx, invoice_id, kind="held", reason="x", today=DUE)


def owed_as_of(book: Book, day: date) -> int:
    guarantor_id = book.value("SELECT guarantor_id FROM invoice_balance")
    with book.store.read() as read:
        return account_of(facts_of(read, guarantor_id, as_of=day.isoformat())).owed_cents


def test_rc5_a_run_on_the_day_changes_no_report_of_an_earlier_day_and_a_late_one_is_seen_from_that_day(
    book: Book,
) -> None:
    """What was owed at the end of a day is the same, whether the run came that night or two months later."""
    set_rule(book, FLAT._replace(every_days=30))
    late_invoice(book)
    charge(book, after(10))
    assert [owed_as_of(book, after(day)) for day in (9, 10, 39)] == [10_000, 12_500, 12_500]
    charge(book, after(70))
    days = (9, 10, 39, 40, 69, 70)
    assert [owed_as_of(book, after(day)) for day in days] == [10_000, 12_500, 12_500, 15_000, 15_000, 17_500]


def test_rc5_a_fee_on_an_invoice_without_document_is_charged_all_the_same(book: Book) -> None:
    set_rule(book)
    invoice_id = late_invoice(book)
    charge(book, after(10))
    assert finish(book.store, OWNER, [invoice_id], today=after(11)) == {}
    assert balance(book, invoice_id) == 12_500


def test_rc5_a_rule_never_reaches_invoices_issued_before_it_was_set(book: Book) -> None:
    late_invoice(book)
    with (
        pytest.raises(LateFeeForThePast, match="Late fees change from today, 2026-11-20"),
        book.write() as tx,
    ):
        set_late_fee(tx, rule=FLAT, effective_from=ISSUED, today=after(20))
    with pytest.raises(LateFeeForThePast), book.write() as tx:
        set_late_fee(tx, rule=None, effective_from=after(19), today=after(20))
    with book.write() as tx:
        set_late_fee(tx, rule=FLAT, effective_from=after(20), today=after(20))
    assert due(book, after(100)) == []
