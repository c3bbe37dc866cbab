"""RB7: overdue begins the day after the due date, in the practice's days, also when partly paid."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from core.dates import local_day, parse_instant
from tests.builders import Book
from tests.core.payments.billed import billed, paid, seen

DUE = date(2026, 10, 31)
NEW_YORK = "America/New_York"


@pytest.mark.parametrize(
    ("clock", "status"),
    [
        ("2026-10-31T00:01", "partly_paid"),
        ("2026-10-31T23:59", "partly_paid"),
        ("2026-11-01T00:01", "overdue"),
        ("2026-11-01T23:59", "overdue"),
    ],
)
def test_a_partly_paid_invoice_around_midnight(book: Book, clock: str, status: str) -> None:
    """$150.00 due on 31 October, $50.00 paid: at 23:59 of that day it is not overdue, at 00:01 it is."""
    ann = book.client()
    issued_on = date(2026, 10, 1)
    invoice_id = billed(book, ann, 15_000, on=issued_on, due_on=DUE)
    paid(book, ann, 5_000, on=issued_on)
    now: datetime = parse_instant(clock, NEW_YORK)
    found = seen(book, invoice_id, today=local_day(now, NEW_YORK))
    assert (found.status, found.balance_cents) == (status, 10_000)


def test_it_is_tomorrow_in_london_and_not_yet_overdue_at_the_practice(book: Book) -> None:
    ann = book.client()
    invoice_id = billed(book, ann, 15_000, on=date(2026, 10, 1), due_on=DUE)
    late_evening = parse_instant("2026-10-31T23:59", NEW_YORK)
    assert local_day(late_evening, "Europe/London") == date(2026, 11, 1)
    assert seen(book, invoice_id, today=local_day(late_evening, NEW_YORK)).status == "issued"
