"""RC8: what was recorded into a closed time is listed, and the day sheet says that there is some."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from core.payments.closing import close_through
from core.payments.commands import record_payment
from tests.builders import TODAY, Book
from tests.tui.on_a_book import biller_on
from tests.tui.screens.test_paying import bill
from tui.screens.invoice import Invoice
from tui.screens.late_entries import LateEntries
from tui.screens.payment import Payment


@pytest.fixture
def closed(book: Book) -> Book:
    """September is closed; then Ann's invoice is issued into it, and a payment of Cleo received in it."""
    with book.write() as tx:
        close_through(tx, date(2026, 9, 30), today=TODAY)
    bill(book, "Archer, Ann", date(2026, 9, 15))
    guarantor_id = book.value("SELECT guarantor_id FROM client WHERE sort_name = 'Carter, Cleo'")
    with book.write() as tx:
        record_payment(
            tx, guarantor_id=guarantor_id, amount_cents=8_000, method="cash",
            received_on=date(2026, 9, 20), today=TODAY, allocations=[],
        )  # fmt: skip
    return book


async def test_rc8_late_lists_them_and_enter_opens_what_each_is_of(closed: Book, tmp_path: Path) -> None:
    async with biller_on(closed, tmp_path) as app:
        await app.press(":", *"late", "enter")
        app.on(LateEntries)
        assert app.column(0) == ["2026-09-15", "2026-09-20"]
        assert app.column(1) == ["invoice", "payment"]
        assert app.column(2) == ["N-00001", ""]
        assert app.column(3) == [30_000, 8_000]
        assert app.column(4) == ["2026-09-30", "2026-09-30"]
        assert app.screen.totals == "2 entries · closed through 2026-09-30"
        await app.press("enter")
        app.on(Invoice)
        await app.press("q", "j", "enter")
        app.on(Payment)


async def test_rc8_the_day_sheet_says_that_there_are_late_entries(closed: Book, tmp_path: Path) -> None:
    async with biller_on(closed, tmp_path) as app:
        await app.press("g", "d")
        assert "2 late entries into closed days, 0 dated this day. L lists them." in app.seen()
        await app.press("e", "d", *"9-15", "enter")
        assert "2 late entries into closed days, 1 dated this day." in app.seen()
        await app.press("L")
        app.on(LateEntries)


async def test_rc8_where_nothing_came_late_the_sheet_says_nothing(book: Book, tmp_path: Path) -> None:
    bill(book, "Archer, Ann")
    async with biller_on(book, tmp_path) as app:
        await app.press("g", "d")
        assert "into closed days" not in app.seen()
        await app.press("L")
        assert "Nothing was recorded into a closed time." in app.seen()
        assert app.screen.totals == "0 entries · nothing is closed"
