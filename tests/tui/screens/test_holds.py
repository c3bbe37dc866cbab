"""RC5: an invoice is held by a key, with its kind and a reason; the page says so; again ends it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders import Book
from tests.tui.on_a_book import biller_on
from tests.tui.screens.test_money_verbs import pay
from tests.tui.screens.test_paying import bill


@pytest.fixture
def ann(book: Book) -> str:
    """N-00001 of Ann, $300.00."""
    return bill(book, "Archer, Ann")


def holds(book: Book) -> list[tuple[object, ...]]:
    return book.rows(
        "SELECT h.kind, h.reason, (SELECT count(*) FROM invoice_hold_end AS e WHERE e.hold_id = h.id)"
        " FROM invoice_hold AS h ORDER BY h.no"
    )


async def test_rc5_h_holds_with_a_kind_and_a_reason_and_u_ends_it(
    book: Book, ann: str, tmp_path: Path
) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("3", "H")
        assert "Hold N-00001" in app.seen()
        assert "d the client disputes it" in app.seen()
        await app.press("d", *"was not there", "enter")
        assert app.said == "N-00001 is on hold, disputed.  u undoes"
        assert app.column(3) == ["disputed"]
        await app.press("u")
        assert app.column(3) == ["sent"]
        assert holds(book) == [("disputed", "was not there", 1)]
        await app.press("ctrl+r")
        assert app.column(3) == ["disputed"]


async def test_rc5_the_page_says_why_it_is_held_and_h_again_ends_the_hold(
    book: Book, ann: str, tmp_path: Path
) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("3", "enter", "H", "i", *"asked them twice", "enter")
        assert "on hold since 2026-10-31 (insurer): asked them twice" in app.seen()
        assert "on hold, insurer: asked them twice" in app.seen(), "the timeline too"
        await app.press("H")
        assert app.said == "The hold of N-00001 is over.  u undoes"
        assert "on hold since" not in app.seen()
        await app.press("u")
        assert "on hold since 2026-10-31 (insurer): asked them twice" in app.seen()
        assert holds(book) == [("insurer", "asked them twice", 1), ("insurer", "asked them twice", 0)]


async def test_rc5_a_hold_needs_its_reason_and_esc_keeps_the_text(
    book: Book, ann: str, tmp_path: Path
) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("3", "H", "h", "enter")
        assert "Fill in because." in app.seen()
        await app.press(*"until May", "escape", "H", "h")
        assert "until May" in app.seen()
        await app.press("escape", "H", "q")
        assert (app.strip, holds(book)) == (None, [])


async def test_rc5_what_is_paid_cannot_be_held_but_a_hold_on_it_can_be_ended(
    book: Book, ann: str, tmp_path: Path
) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("3", "enter", "H", "h", *"agreed", "enter")
        pay(book, ann, 30_000)
        await app.until(lambda: "N-00001 · paid" in app.screen.totals)
        await app.press("H")
        assert app.said.startswith("The hold of N-00001 is over.")
        assert not app.screen.allowed("hold")
        await app.press("u")
        assert app.said == "An invoice that is paid cannot be held."
        await app.press("q", "H")
        assert app.strip is None
