"""AR aging on any day, on both bases and layouts, bars beside numbers, and as CSV (RC6)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.builders import TODAY, Book
from tests.tui.on_a_book import biller_on
from tests.tui.screens.test_money_verbs import pay
from tests.tui.screens.test_paying import bill
from tests.tui.screens.test_payments import receive
from tui.screens.aging import AgingReport
from tui.screens.client import Client


@pytest.fixture
def owed(book: Book) -> Book:
    """Ann owes $200.00 since 15 September, Bob $300.00 from today; Cleo has $80.00 with the practice."""
    pay(book, bill(book, "Archer, Ann", date(2026, 9, 15)), 10_000)
    bill(book, "Baker, Bob")
    receive(book, "Carter, Cleo", 8_000)
    return book


async def test_rc6_what_is_owed_by_age_with_credit_beside(owed: Book, tmp_path: Path) -> None:
    async with biller_on(owed, tmp_path, size=(140, 40)) as app:
        await app.press("8")
        app.on(AgingReport)
        assert app.column(0) == ["Ann Archer", "Bob Baker", "Cleo Carter"]
        assert [app.column(place) for place in (1, 2, 6, 7)] == [
            [0, 30_000, 0],
            [20_000, 0, 0],
            [0, 0, -8_000],
            [20_000, 30_000, -8_000],
        ]
        assert app.screen.totals == "by due date · open $500.00 · credit $80.00 · net $420.00"
        assert "1-30     ███████████████████████████  200.00" in app.seen()
        assert "91+        0.00" in app.seen()
        await app.press("f")
        assert app.column(0) == ["Ann Archer", "Bob Baker"]
        await app.press("f")
        assert app.column(0) == ["Cleo Carter"]


async def test_rc6_both_layouts_and_both_bases(owed: Book, tmp_path: Path) -> None:
    async with biller_on(owed, tmp_path) as app:
        await app.press("8", "e", "l")
        assert [column.title for column in app.screen.grid.columns] == [
            "Who", "0-30", "31-60", "61-90", "90+", "Credit", "Net",
        ]  # fmt: skip
        assert app.column(1) == [20_000, 30_000, 0]
        await app.press("e", "b")
        assert "by invoice date" in app.screen.totals
        assert (app.column(1), app.column(2)) == ([0, 30_000, 0], [20_000, 0, 0])


async def test_rc6_any_day_shows_what_was_open_then(owed: Book, tmp_path: Path) -> None:
    async with biller_on(owed, tmp_path) as app:
        await app.press("8", "[")
        assert app.screen.period_shown == "as of 2026-09-30"
        assert (app.column(0), app.column(1)) == (["Ann Archer"], [30_000])
        await app.press("[")
        assert "Nobody owes anything as of 2026-08-31." in app.seen()
        assert "w" not in app.footer
        await app.press("T")
        assert app.screen.period_shown == "as of 2026-10-31"
        await app.press("e", "d", *"10-20", "enter")
        assert app.screen.period_shown == "as of 2026-10-20"
        await app.press("]")
        assert app.screen.period_shown == "as of 2026-10-31"


async def test_enter_opens_the_ledger_and_p_takes_a_payment(owed: Book, tmp_path: Path) -> None:
    async with biller_on(owed, tmp_path) as app:
        await app.press("8", "p", *"200", "c", "enter")
        assert app.said == "Recorded cash $200.00 on N-00001.  u undoes"
        assert app.column(0) == ["Bob Baker", "Cleo Carter"]
        await app.press("enter")
        await app.until(lambda: isinstance(app.app.screen, Client))
        assert app.screen.HEADING == "Baker, Bob"


async def test_w_writes_csv_in_which_no_name_is_a_formula(owed: Book, tmp_path: Path) -> None:
    from core.clients.commands import change_guarantor

    guarantor_id = owed.value("SELECT guarantor_id FROM client WHERE sort_name = 'Archer, Ann'")
    with owed.write() as tx:
        change_guarantor(tx, guarantor_id, name="=1+1")
    async with biller_on(owed, tmp_path) as app:
        await app.press("8", "w")
        assert app.said == f"Written: {tmp_path / 'exports' / 'aging-2026-10-31.csv'}"
    written = (tmp_path / "exports" / "aging-2026-10-31.csv").read_text()
    assert written.splitlines()[1] == '"\'=1+1",0.00,200.00,0.00,0.00,0.00,0.00,200.00'
    assert written.splitlines()[-1].startswith('"Total",300.00,200.00,0.00,0.00,0.00,-80.00,420.00')


async def test_tab_gives_the_bars_place_to_the_rows(owed: Book, tmp_path: Path) -> None:
    async with biller_on(owed, tmp_path, today=TODAY) as app:
        await app.press("8")
        assert "█" in app.seen()
        await app.press("tab")
        assert "█" not in app.seen()
        await app.press("p", "tab", *"77")
        assert app.strip is not None
        assert app.strip.texts()["reference"] == "77", "in a strip the key is for its fields"
