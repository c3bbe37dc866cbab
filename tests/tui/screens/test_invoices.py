"""The list of invoices and drafts, and the verbs on the marked ones (RB1, RB3)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from core.delivery.sending import send
from core.invoicing.commands import create_draft
from tests.builders import OWNER, TODAY, Book
from tests.tui.on_a_book import biller_on
from tui.screens.document import Document
from tui.screens.failures import Failures
from tui.screens.invoice import Invoice
from tui.screens.invoices import Invoices
from tui.screens.outbox import Outbox

CLIENT = "SELECT id FROM client WHERE sort_name = :name"


def drafted(book: Book, name: str) -> str:
    client_id = book.value(CLIENT, name=name)
    with book.write() as tx:
        return create_draft(tx, client_id=client_id, today=TODAY)


@pytest.fixture
def mixed(book: Book) -> Book:
    """One invoice sent, one draft, and one draft that cannot be issued."""
    sent = drafted(book, "Archer, Ann")
    send(book.store, OWNER, [sent], today=TODAY)
    drafted(book, "Baker, Bob")
    drafted(book, "Drifter, Dan")
    return book


async def test_drafts_come_first_and_the_totals_leave_them_out(mixed: Book, tmp_path: Path) -> None:
    async with biller_on(mixed, tmp_path) as app:
        await app.press("3")
        assert app.column(1) == ["Bob Baker", "Dan Drifter", "Ann Archer"]
        assert app.column(3) == ["draft", "draft", "sent"]
        assert app.screen.totals == "open 1 · overdue 0 · $300.00 · drafts 2"


async def test_the_footer_has_the_verbs_that_apply_to_the_row(mixed: Book, tmp_path: Path) -> None:
    async with biller_on(mixed, tmp_path) as app:
        await app.press("3")
        assert list(app.footer) == ["s", "n", "D"]
        await app.press("G")
        await app.until(lambda: "o" in app.footer)
        assert list(app.footer) == ["p", "s", "o", "V", "W", "H", "c", "n", "y", "w", "t"]


async def test_overdue_starts_the_day_after_the_due_date(mixed: Book, tmp_path: Path) -> None:
    for today, status in ((date(2026, 11, 30), "sent"), (date(2026, 12, 1), "overdue")):
        async with biller_on(mixed, tmp_path, today=today) as app:
            await app.press("3", "G")
            assert app.column(3)[-1] == status


async def test_a_refused_draft_stays_marked_and_enter_lists_why(mixed: Book, tmp_path: Path) -> None:
    async with biller_on(mixed, tmp_path) as app:
        await app.press("3", "f", "*", "s")
        assert app.question == "Send 2 invoices, $450.00?"
        await app.say_yes()
        assert app.said == "Sending: 1 done, 1 failed (Enter lists them).  u recalls"
        assert app.column(1) == ["Dan Drifter"]
        assert len(app.screen.grid.marks) == 1
        app.clock.now += 1
        await app.press("enter")
        app.on(Failures)
        assert "no postal address" in str(app.column(1)[0])
        await app.press("enter")
        assert app.on(Invoice).page is not None


async def test_an_enter_on_its_way_when_the_report_came_is_for_the_list(mixed: Book, tmp_path: Path) -> None:
    async with biller_on(mixed, tmp_path) as app:
        await app.press("3", "f", "*", "s")
        await app.say_yes()
        await app.press("enter")
        app.on(Invoice)
        assert app.said.endswith("(:failures lists them).  u recalls")
        await app.press(":", *"failures", "enter")
        app.on(Failures)


async def test_after_the_drafts_are_sent_the_list_shows_them(mixed: Book, tmp_path: Path) -> None:
    async with biller_on(mixed, tmp_path) as app:
        await app.press("3", "f", "s")
        await app.say_yes()
        assert app.said == "Sent N-00002 to Bob Baker.  u recalls"
        assert app.screen.quick_filter == "all"
        assert app.column(0)[-1] == "N-00002"


async def test_deleting_drafts_can_be_undone(mixed: Book, tmp_path: Path) -> None:
    async with biller_on(mixed, tmp_path) as app:
        await app.press("3", "f", "*", "D")
        assert app.said == "2 drafts deleted.  u undoes"
        assert app.column(0) == []
        assert "No invoices here." in app.seen()
        await app.press("u")
        assert app.column(1) == ["Bob Baker", "Dan Drifter"]


async def test_a_few_letters_find_the_client_of_a_new_draft(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("3", "n", *"bak", "enter")
        page = app.on(Invoice).page
        assert page is not None
        assert (page.row.client, page.row.total_cents) == ("Bob Baker", 30_000)


async def test_where_several_fit_they_are_offered(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("3", "n", *"ar")
        assert "> Archer, Ann   Carter, Cleo   Early, Eve" in app.seen()
        await app.press("down", "enter")
        page = app.on(Invoice).page
        assert page is not None
        assert page.row.client == "Cleo Carter"


async def test_nobody_is_said_in_words_and_the_letters_stay(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("3", "n", *"zz", "enter")
        assert 'No client is called "zz".' in app.seen()
        assert app.strip is not None
        assert app.strip.texts() == {"name": "zz"}
        await app.press("escape", "n")
        assert app.strip is not None
        assert app.strip.texts() == {"name": "zz"}


async def test_undoing_a_new_draft_returns_to_the_list(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("3", "n", *"bak", "enter")
        app.on(Invoice)
        await app.press("u")
        await app.until(lambda: isinstance(app.app.screen, Invoices))
        assert app.said.startswith("Undone: Draft made.")


async def test_y_copies_the_numbers_and_w_writes_the_documents(mixed: Book, tmp_path: Path) -> None:
    async with biller_on(mixed, tmp_path) as app:
        await app.press("3", "G", "y")
        assert app.app.clipboard == "N-00001"
        assert app.said == "Copied N-00001."
        await app.press("w")
        written = tmp_path / "exports" / "N-00001.pdf"
        assert written.read_bytes().startswith(b"%PDF")
        assert written.stat().st_mode & 0o077 == 0


@pytest.fixture
def desktop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A desktop whose viewer only ends."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "xdg-open").write_text("#!/bin/sh\n")
    (tmp_path / "bin" / "xdg-open").chmod(0o700)
    monkeypatch.setenv("DISPLAY", ":9")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")


@pytest.mark.usefixtures("desktop")
async def test_o_shows_the_document_until_the_app_ends(mixed: Book, tmp_path: Path) -> None:
    shown = tmp_path / "runtime" / "N-00001.pdf"
    async with biller_on(mixed, tmp_path) as app:
        await app.press("3", "G", "o")
        assert app.said == "N-00001 opens in the desktop's viewer."
        assert shown.read_bytes().startswith(b"%PDF")
        assert shown.stat().st_mode & 0o077 == 0
    assert not shown.exists()


@pytest.mark.usefixtures("desktop")
async def test_a_folder_that_cannot_be_written_is_said_in_words(mixed: Book, tmp_path: Path) -> None:
    (tmp_path / "runtime").write_text("in the way")
    async with biller_on(mixed, tmp_path) as app:
        await app.press("3", "G", "o")
        assert app.said.startswith("The document cannot be shown:")


async def test_at_80_columns_money_is_whole(book: Book, tmp_path: Path) -> None:
    client_id = book.client("Wilhelmina Bartholomea", "Featherstonehaugh-Cholmondeley")
    book.session(client_id, date(2026, 9, 1), rate_cents=123_456_789)
    drafted(book, "Featherstonehaugh-Cholmondeley, Wilhelmina Bartholomea")
    async with biller_on(book, tmp_path) as app:
        await app.press("3", "f", "*")
        assert app.seen().count("1,234,567.89") == 2
        assert "1 marked" in app.seen()


async def test_marks_survive_the_filter_and_the_title_counts_hidden_ones(mixed: Book, tmp_path: Path) -> None:
    async with biller_on(mixed, tmp_path) as app:
        await app.press("3", "space", "space", "/", *"ann", "enter")
        assert app.column(1) == ["Ann Archer"]
        assert "2 marked, 2 hidden" in app.seen()
        await app.press("escape")
        assert (app.screen.grid.arrangement.filter_text, len(app.screen.grid.marks)) == ("", 2)
        await app.press("escape")
        assert len(app.screen.grid.marks) == 0
        app.on(Invoices)


async def test_what_was_sent_can_be_recalled_by_u_and_sent_again(mixed: Book, tmp_path: Path) -> None:
    async with biller_on(mixed, tmp_path) as app:
        await app.press("3", "s")
        await app.say_yes()
        assert app.app.result[0].endswith("u recalls")
        await app.press("u")
        await app.until(lambda: "issued" in app.column(3))
        await app.press("ctrl+r")
        await app.until(lambda: "issued" not in app.column(3))


async def test_the_outbox_lists_what_has_not_left_and_x_takes_it_back(mixed: Book, tmp_path: Path) -> None:
    async with biller_on(mixed, tmp_path) as app:
        await app.press(":", *"outbox", "enter")
        app.on(Outbox)
        assert app.column(1) == ["Ann Archer"]
        await app.press("x")
        await app.until(lambda: app.column(1) == [])
        await app.press("u")
        await app.until(lambda: app.column(1) == ["Ann Archer"])
        await app.press("enter")
        app.on(Document)
