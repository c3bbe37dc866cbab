"""RI3: screen 9 shows the hub and each conflict with both values; `<` and `>` decide, `u` takes it back."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.clients.commands import change_guarantor
from tests.builders import Book
from tests.core.conflicts.three import Offices
from tests.hostile.payloads import PAYLOADS
from tests.tui.on_a_book import biller_on
from tui.screens.conflicts import Conflicts
from tui.screens.invoice import Invoice

NORTH, SOUTH = 1, 2


@pytest.fixture
def offices(tmp_path: Path) -> Offices:
    """Ann's charge is billed twice, and her address was changed in two places."""
    made = Offices(tmp_path / "offices", 2)
    client_id = made.client()
    for site, street in ((NORTH, "2 Oak Street"), (SOUTH, "3 Pine Street")):
        with made.write(site) as tx:
            change_guarantor(tx, tx.value("SELECT id FROM guarantor"), street=street)
    made.later(minutes=5)
    for site in (NORTH, SOUTH):
        made.bill(site, client_id)
        made.later(minutes=5)
    made.settle()
    return made


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Path:
    (tmp_path / "offices").mkdir()
    return tmp_path


def book_of(offices: Offices, site: int) -> Book:
    book = Book.__new__(Book)
    book.store = offices.offices[site]
    return book


async def test_ri3_screen_nine_shows_the_hub_and_both_values_side_by_side(
    offices: Offices, tmp_path: Path
) -> None:
    async with biller_on(book_of(offices, NORTH), tmp_path, size=(140, 40)) as app:
        assert "Conflicts between offices" in app.seen()
        await app.press("9")
        app.on(Conflicts)
        assert app.column(1) == ["billed twice", "edited in two places"]
        assert app.column(3) == ["N-00001", "2 Oak Street"]
        assert app.column(4) == ["S-00001", "3 Pine Street"]
        assert "Hub http://hub   last in touch 2026-10-31" in app.seen()
        assert "again on S-00001 (office S" in app.seen()
        await app.press("enter")
        app.on(Invoice)
        assert "billed twice" in app.seen()


async def test_ri3_keep_ours_and_take_it_back_until_the_next_sync(offices: Offices, tmp_path: Path) -> None:
    async with biller_on(book_of(offices, NORTH), tmp_path) as app:
        await app.press("9", "j", "<")
        assert app.said == "Kept ours: street is 2 Oak Street.  u undoes"
        assert app.column(1) == ["billed twice"]
        await app.press("u")
        assert len(app.column(1)) == 2
        assert offices.value(NORTH, "SELECT street FROM guarantor") == "3 Pine Street"
        await app.press("G", ">")
        await app.press("G", "<")
    offices.settle()
    assert offices.value(SOUTH, "SELECT street FROM guarantor") == "3 Pine Street"


async def test_ri3_edit_by_hand_and_void_the_second_invoice_after_a_question(
    offices: Offices, tmp_path: Path
) -> None:
    async with biller_on(book_of(offices, SOUTH), tmp_path) as app:
        await app.press("9", "G", "e")
        assert app.strip is not None
        await app.press("ctrl+u", *"4 Fir", "enter")
        assert app.said == "Edited by hand: street is 4 Fir.  u undoes"
        await app.press("V")
        assert app.question == "Void S-00001?"
        await app.say_yes()
        assert app.said == "Void: S-00001 void."
        assert "In step since" in app.seen()
    offices.settle()
    assert offices.conflicts(NORTH) == []


async def test_ri3_a_book_without_a_hub_says_so(tmp_path: Path) -> None:
    book = Book(tmp_path)
    async with biller_on(book, tmp_path) as app:
        await app.press("9")
        assert "This book has no hub; it is in one place." in app.seen()
        assert "No conflicts." in app.seen()
    book.store.close()


async def test_ri3_names_and_values_in_conflicts_are_only_text(tmp_path: Path) -> None:
    made = Offices(tmp_path / "offices", 2)
    made.client(PAYLOADS[0], PAYLOADS[1])
    for site, street in ((NORTH, PAYLOADS[2]), (SOUTH, PAYLOADS[6])):
        with made.write(site) as tx:
            change_guarantor(tx, tx.value("SELECT id FROM guarantor"), street=street)
    made.settle()
    async with biller_on(book_of(made, NORTH), tmp_path, size=(140, 40)) as app:
        await app.press("9")
        assert app.column(1) == ["edited in two places"]
        assert "[@click=app.quit]Jane" in app.seen()
        assert not set(app.seen()) & {"\x1b", "\x07", "\x9b", "\u202e", "\u2066"}
        await app.press("e")
        assert not set(app.seen()) & {"\x1b", "\x07", "\x9b", "\u202e", "\u2066"}
        await app.press("escape", "<")
        assert app.said.startswith("Kept ours: street is ")
        assert not set(app.seen()) & {"\x1b", "\x07", "\x9b", "\u202e", "\u2066"}
