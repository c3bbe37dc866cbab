"""RD3 by keys: i on a client asks for days, makes the superbill, or lists what it lacks to be typed in."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from core.clients.commands import change_client
from core.dates import Period
from core.practice.commands import change_practice
from core.tables import Provider, Session
from tests.builders import TODAY, Book
from tests.core.delivery.superbilled import complete, seen
from tests.tui.on_a_book import biller_on
from tui.screens.client import Client
from tui.screens.clients import Clients
from tui.screens.superbill_check import SuperbillCheck
from tui.strips.superbill import NotARange, read_range


@pytest.fixture
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """Nobody is in it yet."""
    return Book(tmp_path_factory.mktemp("own"))


def kept(book: Book) -> list[tuple[object, ...]]:
    return book.rows("SELECT version, from_on, to_on, charged_cents FROM superbill ORDER BY version")


async def test_rd3_i_makes_last_months_superbill_on_list_and_page(book: Book, tmp_path: Path) -> None:
    client_id = complete(book)
    seen(book, client_id)
    seen(book, client_id, date(2026, 9, 12), status="no_show", final=False)
    async with biller_on(book, tmp_path) as app:
        await app.press("4", "i")
        assert "2026-09-01 to 2026-09-30" in app.seen()
        await app.press("enter")
        app.on(Clients)
        assert app.said == (
            "Superbill by Pat Provider: 1 service, $150.00 charged, $0.00 paid."
            " Left out 1: not kept: no-show."
        )
        assert kept(book) == [(1, "2026-09-01", "2026-09-30", 15_000)]
        await app.press("enter", "i", "enter")
        app.on(Client)
        assert "as it was made before" in app.said
        assert len(kept(book)) == 1


async def test_rd3_other_days_and_one_provider(book: Book, tmp_path: Path) -> None:
    client_id = complete(book)
    seen(book, client_id, date(2026, 3, 3))
    async with biller_on(book, tmp_path) as app:
        await app.press("4", "i", *"3-1 3-31", "tab", *"nobody", "enter")
        assert 'There is no provider "nobody"' in app.seen()
        await app.press(*["backspace"] * 6, *"pat", "enter")
        assert kept(book) == [(1, "2026-03-01", "2026-03-31", 15_000)]
        await app.press("i", *"2020-01", "enter")
        assert "Nothing in this range belongs on a superbill" in app.said


async def test_rd3_what_is_missing_is_typed_in_where_it_is_listed_and_r_tries_again(
    book: Book, tmp_path: Path
) -> None:
    client_id = complete(book)
    for day in (1, 2):
        session_id = seen(book, client_id, date(2026, 9, day))
        with book.write() as tx:
            tx.change(Session, session_id, place_of_service="")
    with book.write() as tx:
        change_practice(tx, tax_id="")
        change_client(tx, client_id, birth_on=None)
    async with biller_on(book, tmp_path) as app:
        await app.press("4", "i", "enter")
        app.on(SuperbillCheck)
        assert app.column(1) == ["tax id", "date of birth", "place of service", "place of service"]
        await app.press("r")
        assert app.said == "Something is still missing."
        await app.press("enter", *"MA", "enter")
        assert app.said.startswith('"MA" is not a tax id.')
        await app.press("enter")
        assert "MA" in app.seen(), "what was typed is kept"
        await app.press("backspace", "backspace", *"12-3456789", "enter")
        await app.press("g", "g", "enter", *"1990-04-05", "enter")
        assert app.column(1) == ["place of service", "place of service"]
        await app.press("*", "enter", *"11", "enter")
        assert "Nothing is missing. r makes the superbill." in app.seen()
        await app.press("r")
        app.on(Clients)
        assert kept(book) == [(1, "2026-09-01", "2026-09-30", 30_000)]


async def test_rd3_u_takes_back_what_was_typed_in_and_ctrl_r_writes_it_again(
    book: Book, tmp_path: Path
) -> None:
    client_id = complete(book)
    for day in (1, 2):
        seen(book, client_id, date(2026, 9, day), diagnoses="[]")
    with book.write() as tx:
        change_practice(tx, tax_id="")
        change_client(tx, client_id, birth_on=None)
    told = "SELECT tax_id FROM practice", "SELECT birth_on FROM client", SAID
    async with biller_on(book, tmp_path) as app:
        await app.press("4", "i", "enter")
        lacks = app.column(1)
        before = [book.rows(sql) for sql in told]
        await app.press("g", "g", "enter", *"12-3456789", "enter")
        assert app.said == "tax id saved.  u undoes"
        await app.press("g", "g", "enter", *"1990-04-05", "enter")
        await app.press("*", "enter", *"F41.1", "enter")
        after = [book.rows(sql) for sql in told]
        assert "Nothing is missing" in app.seen()
        for _ in range(3):
            await app.press("u")
        assert [book.rows(sql) for sql in told] == before
        assert app.column(1) == lacks
        for _ in range(3):
            await app.press("ctrl+r")
        assert [book.rows(sql) for sql in told] == after


SAID = """
SELECT s.diagnoses, s.place_of_service, l.pointers FROM session AS s JOIN session_line AS l
ON l.session_id = s.id ORDER BY s.id
"""


async def test_rd3_a_malformed_number_does_not_come_back(book: Book, tmp_path: Path) -> None:
    client_id = complete(book)
    seen(book, client_id)
    with book.write() as tx:
        (provider_id,) = tx.rows("SELECT id FROM provider")[0]
        tx.change(Provider, provider_id, npi="123")
    async with biller_on(book, tmp_path) as app:
        await app.press("4", "i", "enter")
        await app.press("enter", *["backspace"] * 3, *"1234567893", "enter")
        assert app.said.startswith("Saved: NPI")


async def test_rd3_x_leaves_out_the_sessions_that_lack_something(book: Book, tmp_path: Path) -> None:
    client_id = complete(book)
    seen(book, client_id, date(2026, 9, 1))
    seen(book, client_id, date(2026, 9, 2), diagnoses="[]")
    async with biller_on(book, tmp_path, size=(140, 40)) as app:
        await app.press("4", "i", "enter")
        assert app.column(2) == ["is missing"]
        await app.press("x")
        app.on(Clients)
        assert "Left out 1: diagnosis is missing" in app.said
        assert kept(book) == [(1, "2026-09-01", "2026-09-30", 15_000)]


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("l", Period(date(2026, 9, 1), date(2026, 9, 30))),
        ("T", Period(date(2026, 10, 1), date(2026, 10, 31))),
        ("30", Period(date(2026, 10, 2), TODAY)),
        ("y", Period(date(2026, 1, 1), TODAY)),
        ("2026-02", Period(date(2026, 2, 1), date(2026, 2, 28))),
        ("12-1 12-31", Period(date(2025, 12, 1), date(2025, 12, 31))),
        ("9-1 9-15", Period(date(2026, 9, 1), date(2026, 9, 15))),
        ("2026-09-03", Period(date(2026, 9, 3), date(2026, 9, 3))),
    ],
)
def test_rd3_days_are_a_preset_a_month_or_two_days(typed: str, days: Period) -> None:
    assert read_range(typed, TODAY) == days


@pytest.mark.parametrize("typed", ["", "x", "2026-13", "1 2 3", "[b]", "9-1 9-99"])
def test_rd3_what_is_no_range_is_told_in_a_sentence(typed: str) -> None:
    with pytest.raises(NotARange, match="is no range of days"):
        read_range(typed, TODAY)
