"""The agenda on screen: days and weeks, one key to bill, marks, write-in charges (RB1)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from core.practice.commands import set_missed_fee
from tests.builders import TODAY, Book
from tests.tui.on_a_book import biller_on
from tui.screens.agenda import Agenda
from tui.screens.client import Client
from tui.screens.invoice import Invoice

FRIDAY = date(2026, 10, 30)


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    made = Book(tmp_path)
    with made.write() as tx:
        set_missed_fee(tx, "no_show_fee", amount_cents=5_000, effective_from=date(2026, 10, 1))
    ann, bob = made.client(), made.client("Bob", "Baker")
    made.session(ann, TODAY, final=False)
    made.session(bob, TODAY, status="scheduled", final=False)
    made.session(ann, FRIDAY, bill_to="insurance")
    yield made
    made.store.close()


async def test_rb1_days_and_weeks_show_who_comes_and_what_billing_made_of_it(
    book: Book, tmp_path: Path
) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("5")
        app.on(Agenda)
        assert "5AGENDA" in app.seen()
        assert app.column(5) == [15_000, 15_000]
        assert app.column(6) == ["kept, not finalised", "scheduled"]
        assert app.screen.totals == "2 appointments · unbilled 1 · $150.00"
        await app.press("[")
        assert app.column(6) == ["claim"]
        assert app.screen.period_shown == "Friday, October 30, 2026"
        await app.press("d")
        assert app.column(0) == ["Fri 10-30", "Sat 10-31", "Sat 10-31"]
        assert app.screen.period_shown == "Oct 26 to Nov 1, 2026"
        await app.press("]")
        assert "No appointments in this week." in app.seen()
        await app.press("T", "d")
        assert app.screen.period_shown == "Saturday, October 31, 2026"


async def test_rb1_b_bills_with_one_key_and_enter_opens_the_draft_or_the_client(
    book: Book, tmp_path: Path
) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("g", "a", "b")
        assert app.column(6)[0] == "draft"
        assert app.said == "Draft made of the session (3 shows it).  u undoes"
        await app.press("enter")
        page = app.on(Invoice).page
        assert page is not None
        assert page.row.total_cents == 15_000
        await app.press("5", "u")
        assert app.column(6)[0] == "unbilled"
        await app.press("j", "enter")
        app.on(Client)
        assert app.screen.HEADING == "Baker, Bob"


async def test_rb1_marked_rows_are_billed_together_or_not_at_all(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("5", "*")
        assert app.footer["b"] == "Bill (2)"
        await app.press("b")
        assert app.said.startswith("A session that is scheduled cannot go to billing")
        assert app.column(6) == ["kept, not finalised", "scheduled"]
        await app.press("e", "k")
        assert app.said == "2 appointments: kept.  u undoes"
        await app.press("b")
        assert app.said.startswith("2 drafts made of 2 sessions")
        assert app.column(6) == ["draft", "draft"]


async def test_ra2_a_no_show_is_marked_by_key_with_its_fee_and_u_puts_it_back(
    book: Book, tmp_path: Path
) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("5", "j", "e", "n")
        assert app.said == "Baker, Bob: no-show.  u undoes"
        assert (app.column(5)[1], app.column(6)[1]) == (5_000, "no show, not finalised")
        await app.press("u")
        assert (app.column(5)[1], app.column(6)[1]) == (15_000, "scheduled")
        await app.press("ctrl+r", "b")
        assert app.column(6)[1] == "draft"
        await app.press("e", "k")
        assert app.said.startswith("This session has gone to billing.")


async def test_f_shows_only_what_waits_to_be_billed(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("5", "f")
        assert app.column(6) == ["kept, not finalised"]
        await app.press("[")
        assert "Nothing waits to be billed on this day." in app.seen()


async def test_n_writes_in_a_charge_for_the_client_of_the_row(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("5", "n", *"Report", "tab", *"25", "enter")
        assert app.said == "Charge of $25.00 written in for Archer, Ann.  u undoes"
        row = "SELECT k.sort_name, c.service_on, c.description, c.amount_cents FROM charge AS c"
        row += " JOIN client AS k ON k.id = c.client_id WHERE c.kind = 'write_in'"
        assert book.rows(row) == [("Archer, Ann", "2026-10-31", "Report", 2_500)]
        await app.press("u")
        assert book.value("SELECT count(*) FROM charge_void") == 1


async def test_the_palette_opens_a_day(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press(":", *"agenda 2026-10-30", "enter")
        await app.until(lambda: isinstance(app.app.screen, Agenda))
        assert app.column(6) == ["claim"]
        await app.press(":", *"agenda 30", "enter")
        assert app.said == '"30" is not a date. Write it like 2026-10-31.'
