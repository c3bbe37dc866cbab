"""`decisions.md` 3, day by day: what contradicts only for a while is in every report of those days.

Offices that worked apart put a day of their own on what they did. Aging, the ledger and the day sheet of each
day must say what the facts of that day come to.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from core.invoicing.voiding import void_invoice
from core.ledger.account import account_of, facts_of
from core.ledger.aging import aging
from core.ledger.day_sheet import day_sheet
from core.ledger.entries import MOVES, account_entries
from core.ledger.kept import differences
from core.payments.adjustments import adjust, reverse_adjustment
from core.payments.commands import reverse_payment, unapply
from core.payments.days import LEFT
from core.payments.refunds import answer_refund, refund
from tests.builders import OWNER, TODAY, Book
from tests.core.ledger.test_two_offices_cross import South, part
from tests.core.payments.billed import billed, guarantor_of, paid

DAY = timedelta(days=1)


@pytest.fixture
def south(book: Book, tmp_path: Path) -> Iterator[list[South]]:
    """Opened by the test when the offices part."""
    opened: list[South] = []
    yield opened
    for office in opened:
        office.store.close()


def balances(book: Book, client_id: str, last: date) -> list[int]:
    """What is owed at the end of each day up to the last, after every report was found to say so."""
    found = []
    guarantor_id = guarantor_of(book, client_id)
    with book.store.read() as read:
        assert differences(read) == []
        for days in range((last - TODAY).days + 1):
            day = TODAY + days * DAY
            account = account_of(facts_of(read, guarantor_id, as_of=day.isoformat()))
            entries = account_entries(read, guarantor_id, as_of=day.isoformat())
            assert sum(e.amount_cents for e in entries if e.kind not in MOVES) == account.balance_cents
            report = aging(read, day)
            assert report.totals.credit_cents == account.credit_cents, day
            assert sum(report.totals.cents) == account.owed_cents, day
            assert report.ledger_cents == account.balance_cents, day
            for office_id in (None, book.office_id):
                sheet = day_sheet(read, day, office_id=office_id)
                assert sheet.closing_cents == sheet.ledger_cents, (day, office_id)
            found.append(account.balance_cents)
    return found


def test_money_was_on_an_invoice_that_was_void_until_it_was_taken_off(book: Book, south: list[South]) -> None:
    ann = book.client()
    invoice_id = billed(book, ann, 10_000)
    other = part(book, south)
    payment_id = paid(book, ann, 6_000).payment_id
    with other.store.write(OWNER) as tx:
        void_invoice(tx, invoice_id, reason="wrong client", today=TODAY + DAY)
    with book.write() as tx:
        unapply(tx, payment_id, invoice_id, today=TODAY + 3 * DAY)
    other.bring_to(book)
    assert balances(book, ann, TODAY + 4 * DAY) == [4_000, -6_000, -6_000, -6_000, -6_000]


def test_an_invoice_called_off_on_two_days_is_void_from_the_one_that_counts(
    book: Book, south: list[South]
) -> None:
    ann = book.client()
    invoice_id = billed(book, ann, 10_000)
    other = part(book, south)
    with book.write() as tx:
        void_invoice(tx, invoice_id, reason="wrong client", today=TODAY + 2 * DAY)
    with other.store.write(OWNER) as tx:
        void_invoice(tx, invoice_id, reason="wrong client", today=TODAY + DAY)
    other.bring_to(book)
    assert balances(book, ann, TODAY + 3 * DAY) == [10_000, 10_000, 0, 0]


def test_a_payment_reversed_on_two_days_comes_back_on_the_one_that_counts(
    book: Book, south: list[South]
) -> None:
    ann = book.client()
    billed(book, ann, 10_000)
    payment_id = paid(book, ann, 6_000).payment_id
    other = part(book, south)
    for store, day in ((book.store, TODAY + 2 * DAY), (other.store, TODAY + DAY)):
        with store.write(OWNER) as tx:
            reverse_payment(tx, payment_id, reason="bounced", today=day)
    other.bring_to(book)
    assert balances(book, ann, TODAY + 3 * DAY) == [4_000, 4_000, 10_000, 10_000]


def test_a_reversal_does_not_hide_what_two_offices_took_off(book: Book, south: list[South]) -> None:
    """Each adjustment takes what is left when its turn comes, also when there is room again after it."""
    ann = book.client()
    invoice_id = billed(book, ann, 10_000)
    other = part(book, south)
    with book.write() as tx:
        first = adjust(tx, invoice_id, kind="courtesy", amount_cents=6_000, reason="agreed", today=TODAY)
    with other.store.write(OWNER) as tx:
        adjust(tx, invoice_id, kind="contractual", amount_cents=9_000, reason="schedule", today=TODAY)
    with book.write() as tx:
        reverse_adjustment(tx, first.adjustment_id, reason="by mistake", today=TODAY)
    other.bring_to(book)
    with book.write() as tx:
        for q, site, cents in ((1, 1, 6_000), (2, 2, 9_000), (3, 1, -6_000)):
            tx.execute(
                "UPDATE adjustment SET _q = :q WHERE site = :site AND amount_cents = :cents",
                {"q": q, "site": site, "cents": cents},
            )
    assert balances(book, ann, TODAY + DAY) == [6_000, 6_000]


def test_a_day_on_which_an_older_refund_counts_for_more_says_so(book: Book, south: list[South]) -> None:
    """Two offices gave one payment back; the first refund fails, and the second has its money then."""
    ann = book.client()
    payment_id = paid(book, ann, 10_000, method="card_on_file", processor_id="pi_1").payment_id
    other = part(book, south)
    made = []
    for store in (book.store, other.store):
        with store.write(OWNER) as tx:
            made += refund(
                tx, payment_id, amount_cents=6_000, reason="moved away", today=TODAY, channel="processor"
            ).parts
    with book.write() as tx:
        answer_refund(tx, made[0].refund_id, outcome="failed", processor_ref="re_1", today=TODAY + DAY)
    other.bring_to(book)
    assert balances(book, ann, TODAY + 2 * DAY) == [0, -4_000, -4_000]
    with book.store.read() as read:
        sheet = day_sheet(read, TODAY + DAY)
    assert [(entry.kind, entry.amount_cents) for entry in sheet.entries] == [
        ("adjustment", 2_000), ("refund_failed", -6_000),
    ]  # fmt: skip


def test_two_offices_hear_that_one_refund_failed_and_the_money_comes_back_once(
    book: Book, south: list[South]
) -> None:
    ann = book.client()
    billed(book, ann, 10_000)
    payment_id = paid(book, ann, 10_000, method="card_on_file", processor_id="pi_1").payment_id
    with book.write() as tx:
        made = refund(
            tx, payment_id, amount_cents=10_000, reason="moved away", balance="reopen", channel="processor",
            today=TODAY,
        ).parts  # fmt: skip
    other = part(book, south)
    for store, day in ((book.store, TODAY + DAY), (other.store, TODAY + 2 * DAY)):
        with store.write(OWNER) as tx:
            answer_refund(tx, made[0].refund_id, outcome="failed", processor_ref="", today=day)
    other.bring_to(book)
    assert balances(book, ann, TODAY + 3 * DAY) == [10_000, 0, 0, 0]
    with book.store.read() as read:
        came = sorted(day for day, cents in read.rows(LEFT, source_id=payment_id) if cents > 0)
    # Received, taken off the invoice to be given back, and back once.
    assert came == [TODAY.isoformat(), TODAY.isoformat(), (TODAY + DAY).isoformat()]
