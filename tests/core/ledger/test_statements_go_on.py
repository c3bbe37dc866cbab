"""RD2: what a statement says of an account, and how the next one goes on from it."""

from __future__ import annotations

import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.clients.commands import add_client, add_guarantor
from core.dates import Period, PeriodBackwards
from core.delivery.making import Made
from core.delivery.statements import make_statement
from core.errors import TooLong
from core.invoicing.voiding import void_invoice
from core.ledger.aging import aging
from core.ledger.entries import client_ledger, guarantor_ledger
from core.ledger.statement_account import NotOfGuarantor
from core.ledger.statement_view import COMMENT, StatementView, statement_key, statement_view
from core.ledger.statements import statement_content
from core.payments.adjustments import adjust
from core.payments.commands import record_payment
from core.payments.refunds import answer_refund, refund
from tests.builders import ADDRESS, OWNER, TODAY, Book
from tests.core.ledger.test_two_offices_cross import South
from tests.core.payments.billed import billed, guarantor_of, paid

SEPTEMBER = Period(date(2026, 9, 1), date(2026, 9, 30))
OCTOBER = Period(date(2026, 10, 1), date(2026, 10, 31))


def said(book: Book, client_id: str, period: Period, *, family: bool = True, **more: Any) -> StatementView:
    key = statement_key(
        guarantor_of(book, client_id), period, client_id=None if family else client_id, **more
    )
    with book.store.read() as read:
        return statement_view(read, key, today=TODAY)


def made(book: Book, client_id: str, period: Period, **more: Any) -> Made:
    key = statement_key(guarantor_of(book, client_id), period, **more)
    return make_statement(book.store, OWNER, key, today=TODAY)


def texts(view: StatementView) -> list[tuple[str, int, int]]:
    return [(line.text, line.amount_cents, line.balance_cents) for line in view.lines]


def test_rd2_opening_and_activity_come_to_the_closing_balance_of_the_ledger(book: Book) -> None:
    ann = book.client()
    billed(book, ann, 10_000, on=date(2026, 9, 10))
    paid(book, ann, 4_000, on=date(2026, 9, 30), reference="1187")
    billed(book, ann, 5_000, on=date(2026, 10, 1))
    paid(book, ann, 3_000, on=date(2026, 10, 31))
    view = said(book, ann, OCTOBER)
    assert view.opening_cents == 6_000
    assert texts(view) == [("Invoice N-00002", 5_000, 11_000), ("Payment, check", -3_000, 8_000)]
    assert (view.sums.charges_cents, view.sums.payments_cents) == (5_000, 3_000)
    with book.store.read() as read:
        ledger = guarantor_ledger(read, guarantor_of(book, ann), period=OCTOBER)
        assert (view.opening_cents, view.closing_cents) == (ledger.opening_cents, ledger.closing_cents)
        (row,) = aging(read, date(2026, 10, 31)).rows
    assert tuple(cents for _, cents in view.aging) == row.cents
    assert view.closing_cents == row.total_cents == 8_000


def test_rd2_both_days_of_the_range_belong_to_it(book: Book) -> None:
    ann = book.client()
    for day in (31, 1, 30, 31):
        billed(book, ann, 100 * day, on=date(2026, {31: 8, 1: 9, 30: 9}[day], day))
    assert [line.on.day for line in said(book, ann, SEPTEMBER).lines] == [1, 30]


def test_rd2_a_family_statement_has_all_clients_and_a_part_has_one(book: Book) -> None:
    with book.write() as tx:
        gil = add_guarantor(tx, name="Gil Gardener", **ADDRESS)
        ben = add_client(tx, given="Ben", family="Gardener", guarantor_id=gil)
        cleo = add_client(tx, given="Cleo", family="Gardener", guarantor_id=gil)
    billed(book, ben, 10_000, on=date(2026, 10, 5))
    billed(book, cleo, 7_000, on=date(2026, 10, 6))
    paid(book, ben, 12_000, on=date(2026, 10, 8))
    whole = said(book, ben, OCTOBER)
    assert whole.clients == ("Ben Gardener", "Cleo Gardener")
    assert [line.client for line in whole.lines] == ["Ben Gardener", "Cleo Gardener", ""]
    assert whole.closing_cents == 5_000
    parts = {one: said(book, one, OCTOBER, family=False) for one in (ben, cleo)}
    assert parts[ben].clients == ("Ben Gardener",)
    for one, view in parts.items():
        with book.store.read() as read:
            assert view.closing_cents == client_ledger(read, one, period=OCTOBER).closing_cents
    assert parts[ben].closing_cents + parts[cleo].closing_cents == 5_000
    assert parts[cleo].sums.moved_cents == 10_000
    assert len({whole.document_id, *(view.document_id for view in parts.values())}) == 3


def test_rd2_an_invoice_called_off_in_its_own_period_is_not_mentioned(book: Book) -> None:
    ann = book.client()
    invoice_id = billed(book, ann, 10_000, on=date(2026, 10, 5))
    with book.write() as tx:
        adjust(tx, invoice_id, kind="courtesy", amount_cents=500, reason="r", today=date(2026, 10, 6))
        void_invoice(tx, invoice_id, reason="wrong", today=date(2026, 10, 7))
    view = said(book, ann, OCTOBER)
    assert (view.lines, view.closing_cents) == ((), 0)


def test_rd2_an_invoice_called_off_later_shows_the_reversal(book: Book) -> None:
    ann = book.client()
    invoice_id = billed(book, ann, 10_000, on=date(2026, 9, 5))
    with book.write() as tx:
        void_invoice(tx, invoice_id, reason="wrong", today=date(2026, 10, 7))
    assert texts(said(book, ann, SEPTEMBER)) == [("Invoice N-00001", 10_000, 10_000)]
    assert texts(said(book, ann, OCTOBER)) == [("Invoice N-00001 void", -10_000, 0)]


def test_rd2_reasons_that_billers_gave_stay_among_billers(book: Book) -> None:
    ann = book.client()
    invoice_id = billed(book, ann, 10_000, on=date(2026, 10, 5))
    called_off = billed(book, ann, 1_000, on=date(2026, 9, 5))
    with book.write() as tx:
        void_invoice(tx, called_off, reason="a liar", today=TODAY)
        adjust(tx, invoice_id, kind="bad_debt", amount_cents=500, reason="a liar", today=TODAY)
    assert "liar" not in repr(said(book, ann, OCTOBER))
    assert "liar" not in repr(said(book, ann, OCTOBER, kind="open_items"))


def test_rd2_open_items_are_the_invoices_that_make_up_the_balance(book: Book) -> None:
    ann = book.client()
    billed(book, ann, 10_000, on=date(2026, 9, 5))
    billed(book, ann, 5_000, on=date(2026, 10, 5))
    paid(book, ann, 12_000, on=date(2026, 10, 8), reference="1187")
    view = said(book, ann, OCTOBER, kind="open_items")
    (item,) = view.items
    assert (item.number, item.asked_cents, item.paid_cents, item.balance_cents) == (
        "N-00002", 5_000, 2_000, 3_000,
    )  # fmt: skip
    assert [(one.text, one.amount_cents) for one in item.details] == [("Payment, check 1187", -2_000)]
    assert (view.opening_cents, view.closing_cents, view.lines) == (0, 3_000, ())
    paid(book, ann, 9_000, on=date(2026, 10, 9))
    view = said(book, ann, OCTOBER, kind="open_items")
    assert (view.items, view.credit_cents, view.closing_cents) == ((), 6_000, -6_000)


def test_rd2_the_next_statement_opens_where_the_one_before_closed(book: Book) -> None:
    ann = book.client()
    billed(book, ann, 10_000, on=date(2026, 9, 5))
    first = made(book, ann, SEPTEMBER)
    view = said(book, ann, OCTOBER)
    assert view.previous is not None
    assert view.previous.document_id == first.document_id
    assert view.previous.closing_cents == view.opening_cents == 10_000
    assert view.earlier == ()


def test_rd2_what_was_recorded_late_is_a_change_to_an_earlier_period(book: Book) -> None:
    ann = book.client()
    billed(book, ann, 10_000, on=date(2026, 9, 5))
    made(book, ann, SEPTEMBER)
    paid(book, ann, 4_000, received_on=date(2026, 9, 20))
    billed(book, ann, 1_000, on=date(2026, 10, 2))
    view = said(book, ann, OCTOBER)
    assert [(line.on, line.text, line.amount_cents) for line in view.earlier] == [
        (date(2026, 9, 20), "Payment, check", -4_000)
    ]
    assert view.previous is not None
    assert view.previous.closing_cents + view.earlier_cents == view.opening_cents == 6_000
    assert texts(view) == [("Invoice N-00002", 1_000, 7_000)]


def test_rd2_days_between_two_statements_are_not_lost(book: Book) -> None:
    ann = book.client()
    billed(book, ann, 10_000, on=date(2026, 8, 5))
    made(book, ann, Period(date(2026, 8, 1), date(2026, 8, 31)))
    billed(book, ann, 2_000, on=date(2026, 9, 5))
    view = said(book, ann, OCTOBER)
    assert [line.text for line in view.earlier] == ["Invoice N-00002"]
    assert view.opening_cents == 12_000


def test_rd2_a_statement_made_again_is_the_same_until_something_changed(book: Book) -> None:
    ann = book.client()
    billed(book, ann, 10_000, on=date(2026, 9, 5))
    first = made(book, ann, SEPTEMBER)
    assert first.new
    assert made(book, ann, SEPTEMBER) == first._replace(new=False)
    paid(book, ann, 4_000, received_on=date(2026, 9, 20))
    again = made(book, ann, SEPTEMBER)
    assert (again.new, again.version, again.document_id) == (True, 2, first.document_id)


def test_rd2_another_statement_of_earlier_days_does_not_change_one_that_is_made(book: Book) -> None:
    ann = book.client()
    billed(book, ann, 10_000, on=date(2026, 9, 5))
    made(book, ann, OCTOBER)
    made(book, ann, SEPTEMBER)
    assert not made(book, ann, OCTOBER).new


def test_rd2_it_stays_readable_after_everything_is_paid(book: Book) -> None:
    ann = book.client()
    billed(book, ann, 10_000, on=date(2026, 9, 5))
    document_id = made(book, ann, SEPTEMBER).document_id
    assert document_id is not None
    paid(book, ann, 10_000, on=date(2026, 10, 1))
    with book.store.read() as read:
        content = statement_content(read, document_id)
    assert (content["closing_cents"], content["bill_to"][0]) == (10_000, "Ann Archer")
    assert [line["text"] for line in content["lines"]] == ["Invoice N-00001"]


def test_rd2_what_another_office_recorded_in_time_and_sent_late_is_said(book: Book, tmp_path: Path) -> None:
    """No clock orders the two; the sum is right, and the change has a line."""
    ann = book.client()
    billed(book, ann, 10_000, on=date(2026, 9, 5))
    folder = tmp_path / "south"
    folder.mkdir()
    south = South(book, folder)
    with south.store.write(OWNER) as tx:
        record_payment(
            tx, guarantor_id=guarantor_of(book, ann), amount_cents=4_000, method="check",
            received_on=date(2026, 9, 20), today=TODAY,
        )  # fmt: skip
    made(book, ann, SEPTEMBER)
    south.bring_to(book)
    view = said(book, ann, OCTOBER)
    assert view.previous is not None
    assert (view.previous.closing_cents, view.earlier_cents, view.opening_cents) == (10_000, -4_000, 6_000)
    assert len(view.earlier) == 1


def test_a_statement_that_cannot_be_is_refused_in_words(book: Book) -> None:
    ann, bob = book.client(), book.client("Bob", "Baker")
    gil = guarantor_of(book, ann)
    with pytest.raises(PeriodBackwards):
        statement_key(gil, Period(date(2026, 10, 2), date(2026, 10, 1)))
    with pytest.raises(TooLong, match="comment is longer than 1,000 characters"):
        statement_key(gil, OCTOBER, comment="x" * (COMMENT + 1))
    with pytest.raises(NotOfGuarantor), book.store.read() as read:
        statement_view(read, statement_key(gil, OCTOBER, client_id=bob), today=TODAY)


def test_rd2_a_ledger_of_ten_thousand_entries_is_a_statement_within_five_seconds(book: Book) -> None:
    ann = book.client()
    gil = guarantor_of(book, ann)
    billed(book, ann, 1_000_000, on=date(2026, 9, 5))
    with book.write() as tx:
        for place in range(200):
            record_payment(
                tx, guarantor_id=gil, amount_cents=100, method="check", reference=str(place),
                received_on=date(2026, 9, 6) + timedelta(days=place % 20), today=TODAY,
            )  # fmt: skip
        copies(tx, 50)
    began = time.process_time()
    done = made(book, ann, SEPTEMBER)
    took = time.process_time() - began
    print(f"\na ledger of 10,000 entries: {took:.2f} s of CPU from facts to a kept document")
    assert done.new
    assert took < 5
    view = said(book, ann, SEPTEMBER)
    assert len(view.lines) == 10_001
    assert view.closing_cents == 1_000_000 - 100 * 10_000


def copies(tx: Any, times: int) -> None:
    """Each payment so many times, with its allocation."""
    for table in ("payment", "allocation"):
        names = [n for (n,) in tx.rows("SELECT name FROM pragma_table_info(:t)", t=table)]
        values = {n: f'x."{n}"' for n in names}
        for n in ("id", "once", "payment_id"):
            if n in values:
                values[n] += " || '-' || n.i"
        values |= {"no": "NULL", "chain": "NULL"}
        tx.execute(
            f"INSERT INTO {table} ({', '.join(names)}) WITH RECURSIVE n(i) AS (SELECT 1"
            f" UNION ALL SELECT i + 1 FROM n WHERE i < {times - 1}) SELECT {', '.join(values.values())}"
            f" FROM n CROSS JOIN {table} AS x"
        )


def test_rd2_a_refund_that_failed_after_it_was_told_is_named_in_the_next_statement(book: Book) -> None:
    ann = book.client()
    billed(book, ann, 10_000, on=date(2026, 10, 5))
    payment_id = paid(book, ann, 10_000, method="card_on_file", processor_id="pi_1").payment_id
    with book.write() as tx:
        refund(
            tx, payment_id, amount_cents=4_000, reason="r", today=TODAY, balance="reopen", channel="processor"
        )
    asked = book.value("SELECT id FROM refund_request")
    until = TODAY + timedelta(days=5)
    made(book, ann, Period(TODAY.replace(day=1), until))
    with book.write() as tx:
        answer_refund(tx, asked, outcome="failed", processor_ref="re_1", today=TODAY + timedelta(days=2))
    view = said(book, ann, Period(until + timedelta(days=1), until + timedelta(days=9)))
    assert [(line.text, line.amount_cents) for line in view.earlier] == [
        ("Refund failed: the money is credit again", -4_000)
    ]
