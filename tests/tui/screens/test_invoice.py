"""One invoice or draft: its lines, its verbs, what happened to it (RB1, RB2, RB3)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from core.invoicing.commands import create_draft, delete_draft
from tests.builders import OWNER, TODAY, Book
from tests.tui.on_a_book import Driver, biller_on
from tui.screens.invoice import Invoice
from tui.screens.invoices import Invoices
from tui.widgets.grid import Grid


@pytest.fixture
def drafts(book: Book) -> list[str]:
    """A draft each for Ann and Bob."""
    made = []
    for name in ("Archer, Ann", "Baker, Bob"):
        client_id = book.value("SELECT id FROM client WHERE sort_name = :name", name=name)
        with book.write() as tx:
            made.append(create_draft(tx, client_id=client_id, today=TODAY))
    return made


def total_of(app: Driver) -> int:
    page = app.on(Invoice).page
    assert page is not None
    return int(page.row.total_cents)


async def test_a_draft_shows_who_when_lines_and_history(
    book: Book, drafts: list[str], tmp_path: Path
) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("3", "enter")
        seen = app.seen()
        assert "Ann Archer   1 Elm Street, Springfield, MA 01101" in seen
        assert "due 2026-11-30 if issued today" in seen
        assert "total $300.00   2 lines" in seen
        assert "2026-10-31 11:00" in seen, "in the practice's zone, not in UTC"
        assert "draft made, 2 lines, $300.00" in seen
        assert list(app.footer)[:4] == ["s", "a", "e", "x"]


async def test_a_line_by_hand_is_added_and_undone(book: Book, drafts: list[str], tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("3", "enter", "a", "l", *"Late book", "tab", *"12.50", "enter")
        assert total_of(app) == 31_250
        assert app.column(2, "lines")[-1] == "Late book"
        await app.press("u")
        assert total_of(app) == 30_000
        await app.press("ctrl+r")
        assert total_of(app) == 31_250


@pytest.mark.parametrize(
    ("kind", "size", "total"),
    [("d", "10%", 27_000), ("d", "25", 27_500), ("s", "5.50", 30_550), ("s", "12.5%", 33_750)],
)
async def test_a_discount_or_surcharge_is_an_amount_or_a_percentage(
    book: Book, drafts: list[str], tmp_path: Path, kind: str, size: str, total: int
) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("3", "enter", "a", kind, *size, "tab", *"Sliding scale", "enter")
        assert total_of(app) == total
        assert app.column(2, "lines")[-1] == "Sliding scale"


@pytest.mark.parametrize("size", ["abc", "-5", "0", "10%%", "1e3", ""])
async def test_a_wrong_discount_is_said_in_words_and_nothing_is_lost(
    book: Book, drafts: list[str], tmp_path: Path, size: str
) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("3", "enter", "a", "d", *size, "tab", *"Scale", "enter")
        assert app.strip is not None
        assert app.strip.texts() == {"size": size, "label": "Scale"}
        assert "Fill in amount" in app.seen() or "A discount is an amount like 25" in app.seen()
        assert app.app.focused is app.strip.field("size").input
        assert total_of(app) == 30_000


async def test_the_clients_other_charges_can_be_added(book: Book, drafts: list[str], tmp_path: Path) -> None:
    ann = book.value("SELECT id FROM client WHERE sort_name = 'Archer, Ann'")
    book.session(ann, date(2026, 10, 5))
    async with biller_on(book, tmp_path) as app:
        await app.press("3", "enter", "a", "u")
        assert total_of(app) == 45_000
        await app.press("a", "u")
        assert app.said.startswith("These charges are all on a draft or invoice already.")


async def test_rate_units_and_due_date_are_edited_and_undone(
    book: Book, drafts: list[str], tmp_path: Path
) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("3", "enter", "e", "r", *"99.50", "enter")
        assert total_of(app) == 24_950
        await app.press("e", "n", *"1.5", "enter")
        assert total_of(app) == 29_925
        await app.press("e", "d", *"11-15", "enter")
        assert "due 2026-11-15" in app.seen()
        await app.press("u")
        assert "due 2026-11-30 if issued today" in app.seen()
        await app.press("u", "u")
        assert total_of(app) == 30_000


async def test_what_was_typed_for_one_line_does_not_come_back_for_another(
    book: Book, drafts: list[str], tmp_path: Path
) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("3", "enter", "e", "r", *"77", "escape", "j", "e", "r")
        assert app.strip is not None
        assert app.strip.texts() == {"amount": "150.00"}
        await app.press("escape", "k", "e", "r")
        assert app.strip is not None
        assert app.strip.texts() == {"amount": "77"}


async def test_marked_lines_are_taken_out_together_and_are_unbilled_again(
    book: Book, drafts: list[str], tmp_path: Path
) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("3", "enter", "space", "space", "x")
        assert app.said == "2 lines taken out.  u undoes"
        assert "No lines. a adds one." in app.seen()
        await app.press("2")
        assert "Archer, Ann" in app.column(0)
        await app.press("u", "3")
        assert total_of(app) == 30_000


async def test_a_note_has_several_lines_and_enter_saves(
    book: Book, drafts: list[str], tmp_path: Path
) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("3", "enter", "m", *"Thanks", "ctrl+j", *"See you", "enter")
        page = app.on(Invoice).page
        assert page is not None
        assert page.notes == "Thanks\nSee you"
        assert "note Thanks / See you" in app.seen()
        await app.press("m", "enter")
        assert app.said == "Note changed.  u undoes"
        await app.press("u")
        assert "note Thanks" not in app.seen()


async def test_sending_makes_it_an_invoice_that_cannot_be_edited(
    book: Book, drafts: list[str], tmp_path: Path
) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("3", "enter", "s")
        assert app.question == "Send this draft as an invoice, $300.00?"
        await app.say_yes()
        assert app.screen.totals == "N-00001 · sent"
        assert list(app.footer) == ["p", "s", "a", "o", "V", "W", "H", "c", "w", "y"]
        await app.press("x", "D", "e", "m")
        assert app.strip is None
        assert total_of(app) == 30_000
        assert "issued as N-00001, $300.00" in app.seen()
        assert "sent, mail queued" in app.seen()


async def test_capital_j_and_k_go_through_the_list(book: Book, drafts: list[str], tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("3", "enter", "J")
        assert "Bob Baker" in app.seen()
        assert "2 of 2" in app.seen()
        await app.press("J")
        assert app.said == "This is the last one."
        await app.press("K")
        assert "Ann Archer" in app.seen()


async def test_a_verb_typed_behind_capital_j_is_for_the_next_one(
    book: Book, drafts: list[str], tmp_path: Path
) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("3", "enter", "J", "D")
        assert app.said == "Draft deleted.  u undoes"
        assert book.rows("SELECT id FROM draft") == [(drafts[0],)]


async def test_deleting_returns_to_the_list(book: Book, drafts: list[str], tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("3", "enter", "D")
        app.on(Invoices)
        assert app.said == "Draft deleted.  u undoes"
        assert app.column(1) == ["Bob Baker"]


async def test_a_draft_deleted_elsewhere_closes_with_a_reason(
    book: Book, drafts: list[str], tmp_path: Path
) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("3", "enter")
        with book.store.write(OWNER) as tx:
            delete_draft(tx, drafts[0])
        await app.until(lambda: isinstance(app.app.screen, Invoices))
        assert app.said == "There is no such invoice any more."


async def test_tab_goes_to_the_history_and_verbs_still_act_on_the_lines(
    book: Book, drafts: list[str], tmp_path: Path
) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("3", "enter", "tab")
        assert app.screen.grid.id == "history"
        assert not app.screen.query_one("#lines", Grid).in_front
        await app.press("x")
        assert app.said == "1 line taken out.  u undoes"
