"""Unbilled, its second level, and the run's preview (RA4, RB1, RB5)."""

from __future__ import annotations

from pathlib import Path

from core.dates import parse_month
from tests.builders import Book
from tests.tui.on_a_book import biller_on
from tui.screens.client_charges import ClientCharges
from tui.screens.invoices import Invoices
from tui.screens.run_preview import RunPreview
from tui.screens.unbilled import Unbilled

ALL_OF_SEPTEMBER = ["Archer, Ann", "Baker, Bob", "Carter, Cleo", "Drifter, Dan"]


async def test_it_opens_on_last_month_with_a_row_for_each_client(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("2")
        app.on(Unbilled)
        assert app.column(0) == ALL_OF_SEPTEMBER
        assert app.column(3) == [30_000, 30_000, 30_000, 15_000]
        assert "September 2026 · 4 clients · 7 charges · $1,050.00" in app.screen.totals
        assert "! Drifter, Dan" in app.seen()
        assert "no postal address" in app.seen()


async def test_brackets_change_the_period_and_t_comes_back(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("2", "[")
        assert app.column(0) == ["Early, Eve"]
        await app.press("]", "]")
        assert app.column(0) == []
        assert "All charges are billed." in app.seen()
        await app.press("T")
        assert app.column(0) == ALL_OF_SEPTEMBER
        assert app.screen.period_shown == "September 2026"


async def test_quick_filters_show_who_needs_attention(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("2", "f")
        assert app.column(0) == ["Drifter, Dan"]
        assert "filter: needs attention" in app.seen()
        await app.press("f")
        assert app.column(0) == ALL_OF_SEPTEMBER[:3]


async def test_b_drafts_the_marked_clients_and_u_takes_the_drafts_back(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("2", "space", "space")
        assert app.footer["b"] == "Draft (2)"
        await app.press("b")
        assert app.said == "2 drafts made (3 shows them).  u undoes"
        assert app.column(0) == ["Carter, Cleo", "Drifter, Dan"]
        await app.press("u")
        assert app.column(0) == ALL_OF_SEPTEMBER
        await app.press("ctrl+r")
        assert book.value("SELECT count(*) FROM draft") == 2


async def test_without_marks_b_drafts_the_row_under_the_cursor(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("2", "j", "b")
        assert app.column(0) == ["Archer, Ann", "Carter, Cleo", "Drifter, Dan"]


async def test_enter_shows_the_charges_and_b_drafts_all_or_those_marked(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("2", "enter")
        app.on(ClientCharges)
        assert app.column(0) == ["2026-09-03", "2026-09-10"]
        assert app.footer["b"] == "Draft all"
        await app.press("space", "b")
        assert app.said.startswith("Draft made of 1 charge")
        assert app.column(0) == ["2026-09-10"]
        await app.press("b")
        assert app.column(0) == []
        assert "Nothing of this client is unbilled" in app.seen()


async def test_j_and_k_in_capitals_go_through_the_clients(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("2", "enter", "J")
        assert app.screen.HEADING == "Baker, Bob"
        await app.press("K", "K")
        assert app.screen.HEADING == "Archer, Ann"
        assert app.said == "This is the first one."


async def test_the_preview_shows_who_is_held_back_and_x_leaves_out(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("2", "B")
        app.on(RunPreview)
        assert app.column(0) == ["Drifter, Dan", *ALL_OF_SEPTEMBER[:3]]
        assert app.screen.totals.endswith("Ready 3 · $900.00   Left out 1")
        await app.press("x")
        assert app.said == "Held back until what it needs is mended."
        await app.press("j", "x")
        assert app.screen.totals.endswith("Ready 2 · $600.00   Left out 2")
        await app.press("x")
        assert app.screen.totals.endswith("Ready 3 · $900.00   Left out 1")


async def test_the_run_takes_only_what_a_filter_left_in_the_list(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("2", "/", *"baker", "enter", "B")
        assert app.column(0) == ["Baker, Bob"]
        assert "those shown" in app.screen.totals


async def test_s_in_capitals_sends_all_that_are_ready(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("2", "B", "S")
        assert app.question == "Send 3 invoices, $900.00, 3 by mail?"
        await app.say_yes()
        app.on(Invoices)
        assert app.column(0) == ["N-00001", "N-00002", "N-00003"]
        assert app.column(3) == ["sent"] * 3
        assert app.said == "Sending September 2026: 3 done.  u recalls"


async def test_b_makes_drafts_and_marks_them_ready_to_be_sent(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("2", "B", "b")
        app.on(Invoices)
        assert app.column(3) == ["draft"] * 3
        assert app.footer["s"] == "Send (3)"
        await app.press("s")
        await app.say_yes()
        assert app.column(0) == ["N-00001", "N-00002", "N-00003"]
        assert not app.screen.grid.marks


async def test_u_takes_all_drafts_of_a_run_back(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("2", "B", "b")
        assert app.said == "Drafting September 2026: 3 done.  u undoes"
        await app.press("u")
        assert book.value("SELECT count(*) FROM draft") == 0
        assert not app.screen.grid.marks
        await app.press("2")
        assert app.column(0) == ALL_OF_SEPTEMBER


async def test_the_palette_runs_another_month_or_two_days(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press(":", *"run 2026-08", "enter")
        assert app.on(RunPreview).period == parse_month("2026-08")
        assert app.column(0) == ["Early, Eve"]
        await app.press("q", ":", *"run 2026-08-01 2026-09-05", "enter")
        assert len(app.column(0)) == 5
        await app.press("q", ":", *"run nonsense", "enter")
        assert '"nonsense" is not a month' in app.said


async def test_where_it_is_wide_the_charges_stand_beside_the_clients(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path, size=(140, 40)) as app:
        await app.press("2", "G")
        await app.until(lambda: app.column(0, "charges") == ["2026-09-04"])
        await app.press("tab", "b")
        assert app.said.startswith("1 draft made")


async def test_rb5_an_address_is_mended_on_the_row_and_u_puts_it_back(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("2", "B")
        app.on(RunPreview)
        assert "! Drifter, Dan" in app.seen()
        await app.press("g", "g", "e", *"1 Elm Street", "enter")
        assert app.said == "Address of Dan Drifter changed.  u undoes"
        assert "Left out 0" in app.screen.totals
        assert book.value("SELECT street FROM guarantor WHERE name = 'Dan Drifter'") == "1 Elm Street"
        await app.press("u")
        assert "Left out 1" in app.screen.totals
        await app.press("escape", "G", "e", "enter")
        assert app.said == "The address is as it was."
