"""The day sheet balances from opening to closing, for any day; a closed month says so (RC8)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from core.practice.commands import add_office
from tests.builders import Book
from tests.tui.on_a_book import biller_on
from tests.tui.screens.test_money_verbs import pay
from tests.tui.screens.test_paying import bill
from tui.screens.day_sheet import DaySheetScreen
from tui.screens.invoice import Invoice
from tui.screens.payment import Payment


@pytest.fixture
def busy(book: Book) -> Book:
    """Ann was billed $300.00 in September; today Bob is billed $300.00 and Ann pays $100.00 by check."""
    ann = bill(book, "Archer, Ann", date(2026, 9, 15))
    bill(book, "Baker, Bob")
    pay(book, ann, 10_000)
    return book


async def test_rc8_the_day_from_opening_to_closing(busy: Book, tmp_path: Path) -> None:
    async with biller_on(busy, tmp_path) as app:
        await app.press("g", "d")
        app.on(DaySheetScreen)
        assert dict(zip(app.column(0, "sums"), app.column(1, "sums"), strict=True)) == {
            "Opening": 30_000,
            "Charges": 30_000,
            "Payments, check": -10_000,
            "Adjustments": 0,
            "Refunds": 0,
            "Closing": 50_000,
        }
        assert app.column(1, "entries") == ["Bob Baker: Invoice N-00002", "Ann Archer: Payment, check 77"]
        assert app.screen.totals == "2026-10-31 · deposit $100.00"
        assert app.screen.period_shown == "Saturday, October 31, 2026"


async def test_rc8_brackets_go_by_days_and_e_to_any_day(busy: Book, tmp_path: Path) -> None:
    async with biller_on(busy, tmp_path) as app:
        await app.press("g", "d", "[")
        assert app.screen.totals.startswith("2026-10-30")
        assert "Nothing happened on this day." in app.seen()
        await app.press("e", "d", *"9-15", "enter")
        assert app.column(1, "entries") == ["Ann Archer: Invoice N-00001"]
        await app.press("T")
        assert app.screen.totals.startswith("2026-10-31")


async def test_rc8_enter_on_an_entry_opens_it(busy: Book, tmp_path: Path) -> None:
    async with biller_on(busy, tmp_path, size=(140, 40)) as app:
        await app.press("g", "d", "tab", "enter")
        app.on(Invoice)
        await app.press("q", "j", "enter")
        app.on(Payment)


async def test_rc8_the_sheet_of_one_office(busy: Book, tmp_path: Path) -> None:
    with busy.write() as tx:
        add_office(tx, code="S", name="South")
    async with biller_on(busy, tmp_path) as app:
        await app.press("g", "d", "e", "o")
        assert "South" in app.seen()
        await app.press("s")
        assert "South" in app.screen.totals
        assert app.column(1, "entries") == []
        await app.press("e", "o", "a")
        assert "South" not in app.screen.totals


async def test_rc8_a_month_is_closed_after_a_question(busy: Book, tmp_path: Path) -> None:
    async with biller_on(busy, tmp_path) as app:
        await app.press("g", "d", "e", "d", *"9-30", "enter")
        await app.press("e", "c")
        assert app.question == "Close the book through 2026-09-30? Later entries into it are flagged."
        await app.say_yes()
        assert app.said == "Closed through 2026-09-30."
        assert "· closed ·" in app.screen.totals
        await app.press("T", "e", "c")
        await app.say_yes()
        assert app.said.startswith("2026-10-31 is not over: today is 2026-10-31.")


@pytest.mark.parametrize("typed", ["day sheet", "daysheet", "sheet"])
async def test_rc8_the_palette_finds_it(busy: Book, tmp_path: Path, typed: str) -> None:
    async with biller_on(busy, tmp_path) as app:
        await app.press(":", *typed, "enter")
        app.on(DaySheetScreen)
