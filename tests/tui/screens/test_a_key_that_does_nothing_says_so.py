"""A letter that means nothing on a screen says so, and what was typed behind it does nothing (RC1)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders import Book
from tests.tui.on_a_book import biller_on
from tests.tui.screens.test_paying import bill
from tui.biller import Biller
from tui.places import PLACES
from tui.screens.invoices import Invoices
from tui.screens.refused_keys import BURST_SECONDS
from tui.screens.unbilled import Unbilled


@pytest.fixture
def ann(book: Book) -> str:
    """N-00001 of Ann, $300.00."""
    return bill(book, "Archer, Ann")


async def test_words_typed_on_a_list_that_takes_none_open_no_payment(
    book: Book, ann: str, tmp_path: Path
) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("3", "m", *"paid 2 days ago", "enter")
        app.on(Invoices)
        assert app.strip is None
        assert app.said == "m does nothing on this screen. ? shows the keys."
        app.clock.now += BURST_SECONDS / 2
        await app.press("p")
        assert app.strip is None, "still the same burst"
        app.clock.now += BURST_SECONDS + 0.1
        await app.press("p")
        assert "Pay N-00001" in app.seen()


async def test_a_verb_that_does_not_apply_now_says_so_and_the_next_key_acts(
    book: Book, ann: str, tmp_path: Path
) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("3", "D")
        assert app.said == "D (Delete draft) does nothing for this row now."
        await app.press("D", "2")
        app.on(Unbilled)
        assert app.said == "", "it was said of another screen"


async def test_a_digit_without_a_screen_says_so(
    book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Biller, "PLACES", tuple(place for place in PLACES if place.key != "9"))
    async with biller_on(book, tmp_path) as app:
        await app.press("9")
        assert app.said == "There is no screen 9."


async def test_an_arrow_ends_what_was_typed_by_mistake(book: Book, ann: str, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("3", "m")
        await app.press("down")
        await app.press("p")
        assert "Pay N-00001" in app.seen()


async def test_a_chord_that_leads_nowhere_says_so_and_its_burst_is_dropped(
    book: Book, tmp_path: Path
) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("2", "g", "x", "3")
        app.on(Unbilled)
        assert app.said == "g x leads nowhere. g alone shows where to."
        await app.press("g", "escape", "3")
        app.on(Invoices)


async def test_refund_is_offered_only_where_money_is_on_the_invoice(
    book: Book, ann: str, tmp_path: Path
) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("3", "F")
        assert "F" not in app.footer
        assert app.said == "N-00001 is sent: no money is on it."
