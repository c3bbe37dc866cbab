"""`explain` lists the entries that add up to an amount (RC7)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders import Book
from tests.tui.on_a_book import biller_on
from tests.tui.screens.test_money_verbs import pay
from tests.tui.screens.test_paying import bill
from tui.screens.explain import Explain
from tui.screens.today import Today


@pytest.fixture
def paid(book: Book) -> Book:
    pay(book, bill(book, "Archer, Ann"), 10_000)
    return book


@pytest.mark.parametrize(
    ("typed", "title", "amounts"),
    [
        ("1", "N-00001 Ann Archer · $200.00", [15_000, 15_000, -10_000]),
        ("archer", "Ann Archer · $200.00", [30_000, -10_000]),
    ],
)
async def test_rc7_by_number_or_by_name(
    paid: Book, tmp_path: Path, typed: str, title: str, amounts: list[int]
) -> None:
    async with biller_on(paid, tmp_path) as app:
        await app.press(":", *f"explain {typed}", "enter")
        app.on(Explain)
        assert app.screen.totals == title
        assert app.column(3) == amounts
        assert app.column(4)[-1] == sum(amounts)


@pytest.mark.parametrize(
    ("keys", "title"),
    [
        (["3"], "N-00001 Ann Archer · $200.00"),
        (["3", "enter"], "N-00001 Ann Archer · $200.00"),
        (["4"], "Ann Archer · $200.00"),
        (["6"], "Payment of Ann Archer, 100.00 · $0.00"),
    ],
)
async def test_rc7_without_a_word_it_is_about_what_is_in_front(
    paid: Book, tmp_path: Path, keys: list[str], title: str
) -> None:
    async with biller_on(paid, tmp_path) as app:
        await app.press(*keys)
        await app.press(":", *"explain", "enter")
        app.on(Explain)
        assert app.screen.totals == title


async def test_what_nobody_is_called_is_said_and_nothing_opens(paid: Book, tmp_path: Path) -> None:
    async with biller_on(paid, tmp_path) as app:
        await app.press(":", *"explain xyzzy", "enter")
        app.on(Today)
        assert app.said == 'There is no client "xyzzy".'
        await app.press(":", *"explain", "enter")
        assert app.said == "Say of what: an invoice number, a client, or a payment."
