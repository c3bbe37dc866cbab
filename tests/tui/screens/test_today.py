"""Today: what waits, today's agenda, what happened last (RA4, RB1)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders import TODAY, Book
from tests.tui.on_a_book import biller_on
from tui.screens.client_charges import ClientCharges
from tui.screens.invoice import Invoice
from tui.screens.invoices import Invoices
from tui.screens.unbilled import Unbilled


@pytest.fixture
def kept(book: Book) -> Book:
    """Ann has kept a session today."""
    ann = book.value("SELECT id FROM client WHERE sort_name = 'Archer, Ann'")
    book.session(ann, TODAY, final=False)
    return book


async def test_it_counts_what_waits_and_shows_the_day_in_the_practices_zone(
    kept: Book, tmp_path: Path
) -> None:
    async with biller_on(kept, tmp_path) as app:
        assert app.column(0, "waiting") == ["Clients unbilled for September 2026", "Clients unbilled in all"]
        assert app.column(1, "waiting") == [4, 5]
        assert app.column(0, "agenda") == ["11:00"]
        assert "Saturday, October 31, 2026" in app.seen()


async def test_an_empty_book_says_what_comes_next(tmp_path: Path) -> None:
    book = Book(tmp_path)
    async with biller_on(book, tmp_path) as app:
        assert "No clients yet. Next: `daysheet import`" in app.seen()
        assert "No appointments today." in app.seen()
        await app.press("2")
        assert "All charges are billed." in app.seen()
        await app.press("3")
        assert "No invoices here." in app.seen()
    book.store.close()


async def test_enter_opens_the_list_that_answers(kept: Book, tmp_path: Path) -> None:
    async with biller_on(kept, tmp_path) as app:
        await app.press("j", "enter")
        app.on(Unbilled)
        assert app.screen.period_shown == "all time"
        assert "Early, Eve" in app.column(0)
        await app.press("b")
        await app.press("1", "G", "enter")
        app.on(Invoices)
        assert app.screen.quick_filter == "draft"


async def test_b_bills_the_session_under_the_cursor_with_one_key(kept: Book, tmp_path: Path) -> None:
    async with biller_on(kept, tmp_path) as app:
        assert "b" not in app.footer
        await app.press("tab")
        assert app.footer["b"] == "Bill"
        assert app.column(3) == ["kept, not finalised"]
        await app.press("b")
        assert app.column(3) == ["draft"]
        await app.press("enter")
        page = app.on(Invoice).page
        assert page is not None
        assert page.row.total_cents == 15_000
        await app.press("u", "1")
        assert app.column(3, "agenda") == ["unbilled"]


async def test_a_session_that_is_not_over_is_refused_in_words(book: Book, tmp_path: Path) -> None:
    client_id = book.client("Finn", "Future")
    book.session(client_id, TODAY, status="scheduled", final=False)
    async with biller_on(book, tmp_path) as app:
        await app.press("tab", "b")
        assert app.said.startswith("A session that is scheduled cannot go to billing")
        assert "late cancel first." in app.seen(), "a long sentence is shown to its end"
        await app.press("enter")
        app.on(ClientCharges)
        assert app.said == "", "what was refused before is past"


async def test_a_run_is_one_line_among_the_last_events(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("2", "B", "S")
        await app.say_yes()
        await app.press("1")
        assert app.column(2, "events")[:3] == ["sent", "document made", "issued"]
        assert app.column(3, "events")[:3] == ["3 invoices"] * 3


async def test_where_it_is_wide_the_events_stand_beside(kept: Book, tmp_path: Path) -> None:
    async with biller_on(kept, tmp_path, size=(140, 40)) as app:
        first = app.seen().splitlines()[3]
        assert "To do" in first
        assert "Last" in first
