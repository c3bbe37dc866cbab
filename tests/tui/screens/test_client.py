"""Clients and one client's page: balances, the ledger with its running balance, billing notes (RC7)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.builders import TODAY, Book
from tests.tui.on_a_book import biller_on
from tests.tui.screens.test_money_verbs import pay
from tests.tui.screens.test_paying import bill
from tests.tui.screens.test_payments import receive
from tui.screens.client import Client
from tui.screens.clients import Clients
from tui.screens.invoice import Invoice
from tui.screens.payment import Payment
from tui.widgets.grid import Grid


@pytest.fixture
def money(book: Book) -> Book:
    """N-00001 of Ann in September, $300.00, $100.00 of it paid today; Cleo has $80.00 unapplied."""
    pay(book, bill(book, "Archer, Ann", date(2026, 9, 15)), 10_000)
    receive(book, "Carter, Cleo", 8_000)
    return book


async def test_the_list_shows_what_is_open_unapplied_and_unbilled(money: Book, tmp_path: Path) -> None:
    async with biller_on(money, tmp_path) as app:
        await app.press("4")
        app.on(Clients)
        assert app.column(0) == ["Archer, Ann", "Baker, Bob", "Carter, Cleo", "Drifter, Dan", "Early, Eve"]
        assert app.column(2) == [20_000, 0, 0, 0, 0]
        assert app.column(3) == [0, 0, 8_000, 0, 0]
        assert app.column(4) == [0, 30_000, 30_000, 15_000, 15_000]
        assert app.screen.totals == "5 clients · 1 owing · $200.00"
        await app.press("f")
        assert app.column(0) == ["Archer, Ann"]
        await app.press("f")
        assert app.column(0) == ["Carter, Cleo"]


async def test_a_book_without_clients_says_how_they_come_in(tmp_path: Path) -> None:
    empty = Book(tmp_path)
    async with biller_on(empty, tmp_path) as app:
        await app.press("4")
        assert "No clients here. `daysheet import` brings them in" in app.seen()
        assert list(app.footer) == []
        await app.press("p", "b", "n")
        assert app.said == "There is nothing here to do that with."
        app.clock.now += 2
        await app.press("P")
        assert app.strip is None
        assert "nobody yet who could pay" in app.said
    empty.store.close()


async def test_rc7_the_ledger_has_a_running_balance_and_stands_on_its_last_entry(
    money: Book, tmp_path: Path
) -> None:
    async with biller_on(money, tmp_path) as app:
        await app.press("4", "enter")
        app.on(Client)
        assert app.screen.HEADING == "Archer, Ann"
        assert app.column(1)[-2:] == ["invoice", "payment"]
        assert app.column(4)[-2:] == [30_000, 20_000]
        assert app.screen.totals == "balance $200.00"
        assert "open $200.00   unbilled $0.00" in app.seen()
        assert "1 Elm Street, Springfield MA 01101" in app.seen()
        await app.press("enter")
        app.on(Payment)
        await app.press("q", "k", "enter")
        app.on(Invoice)


async def test_rc7_f_goes_through_all_recent_past_and_a_range(money: Book, tmp_path: Path) -> None:
    async with biller_on(money, tmp_path) as app:
        await app.press("4", "enter", "f")
        assert "filter: recent 30 days" in app.seen()
        assert app.column(1) == ["opening", "payment"]
        assert app.column(4) == [30_000, 20_000]
        await app.press("f")
        assert app.column(4)[-1] == 20_000
        await app.press("f")
        assert "Ledger  from [2026-10-01" in app.seen()
        await app.press(*"9-1", "tab", *"9-30", "enter")
        assert app.column(1)[-1] == "invoice"
        assert app.screen.totals == "balance $300.00"
        assert app.screen.period_shown == "September 2026"
        await app.press("f")
        assert app.screen.totals == "balance $200.00"


async def test_rc7_a_range_that_ends_before_it_begins_is_refused_in_words(
    money: Book, tmp_path: Path
) -> None:
    async with biller_on(money, tmp_path) as app:
        await app.press("4", "enter", "f", "f", "f", *"10-20", "tab", *"10-1", "enter")
        assert app.strip is not None
        await app.press("escape")
        assert app.screen.quick_filter == "all"


async def test_a_payment_from_the_page_goes_to_who_owes(money: Book, tmp_path: Path) -> None:
    async with biller_on(money, tmp_path) as app:
        await app.press("4", "enter", "p", *"50", "c", "enter")
        assert app.said == "Recorded cash $50.00 on N-00001.  u undoes"
        assert app.column(4)[-1] == 15_000
        await app.press("u")
        assert app.column(1)[-1] == "reversal"
        assert app.column(4)[-1] == 20_000


async def test_rb1_b_bills_what_is_unbilled_and_n_begins_an_empty_draft(money: Book, tmp_path: Path) -> None:
    async with biller_on(money, tmp_path) as app:
        await app.press("4", "j", "enter")
        assert list(app.footer)[:2] == ["p", "b"]
        await app.press("b")
        assert app.said == "Draft made (3 shows it).  u undoes"
        assert "unbilled $0.00" in app.seen()
        assert "b" not in app.footer
        await app.press("n")
        app.on(Invoice)


async def test_rc7_notes_are_made_and_taken_away_and_both_undone(money: Book, tmp_path: Path) -> None:
    async with biller_on(money, tmp_path) as app:
        await app.press("4", "enter", "m", *"Pays by check", "ctrl+j", *"on the 5th", "enter")
        assert app.said == "Note made.  u undoes"
        assert app.column(1, "notes") == ["Pays by check / on the 5th"]
        await app.press("u")
        assert app.column(1, "notes") == []
        await app.press("ctrl+r")
        await app.press("x")
        assert app.column(1, "notes") == ["Pays by check / on the 5th"], "x acts in the notes only"
        await app.press("tab", "x")
        assert app.said == "1 note taken away.  u undoes"
        assert app.column(1, "notes") == []
        await app.press("u")
        assert app.column(1, "notes") == ["Pays by check / on the 5th"]
        await app.press("m", "enter")
        assert app.said == "A note needs words."


async def test_capital_j_and_k_go_through_the_clients_of_the_list(money: Book, tmp_path: Path) -> None:
    async with biller_on(money, tmp_path, size=(140, 40)) as app:
        await app.press("4", "enter", "J")
        assert app.screen.HEADING == "Baker, Bob"
        assert app.screen.query_one("#notes", Grid).display
        await app.press("K", "K")
        assert (app.screen.HEADING, app.said) == ("Archer, Ann", "This is the first one.")


async def test_a_credit_balance_opens_its_client(money: Book, tmp_path: Path) -> None:
    async with biller_on(money, tmp_path, today=TODAY) as app:
        await app.press("6", "f", "f", "enter")
        await app.until(lambda: isinstance(app.app.screen, Client))
        assert app.screen.HEADING == "Carter, Cleo"
