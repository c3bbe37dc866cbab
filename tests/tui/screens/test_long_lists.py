"""P7: a list as long as the book reads what is looked at, and a biller does not notice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import tui.screens.long_list
import tui.widgets.canvas
from core.clients.lists import ClientPages
from core.invoicing.commands import create_draft, issue_drafts
from core.store import Read
from core.tables import Client as ClientTable
from tests.builders import TODAY, Book
from tests.tui.on_a_book import Driver, biller_on
from tui.screens.client import Client
from tui.screens.clients import Clients
from tui.screens.invoices import Invoices

COUNT = 60
BLOCK = 8


@pytest.fixture
def long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Book]:
    """Clients of whom every third has an invoice, in blocks so small that most are out of view."""
    for module in (tui.widgets.canvas, tui.screens.long_list):
        monkeypatch.setattr(module, "BLOCK_ROWS", BLOCK)
    book = Book(tmp_path)
    for place in range(COUNT):
        client_id = book.client("Ann", f"Archer {place:02}")
        if place % 3 == 0:
            book.session(client_id)
            with book.write() as tx:
                issue_drafts(tx, [create_draft(tx, client_id=client_id, today=TODAY)], today=TODAY)
    yield book
    book.store.close()


def name(place: int) -> str:
    return f"Archer {place:02}, Ann"


def marked(app: Driver) -> list[str]:
    return [str(row.client) for row in app.on(Clients).records(app.screen.chosen)]


async def committed(app: Driver, screen: Clients | Invoices) -> None:
    """As when another process has committed."""
    screen.data_changed()
    await app.settled()


async def test_opening_reads_one_block_and_the_last_row_one_more(
    long: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_rows: list[int] = []
    plain = ClientPages.fetch

    def fetch(self: ClientPages, read: Read, start: int, stop: int) -> list[object]:
        read_rows.append(stop - start)
        return plain(self, read, start, stop)

    monkeypatch.setattr(ClientPages, "fetch", fetch)
    async with biller_on(long, tmp_path, size=(80, 12)) as app:
        await app.press("4")
        assert app.screen.grid.row_count == COUNT
        assert read_rows == [BLOCK]
        await app.press("G")
        assert name(COUNT - 1) in app.seen()
        assert max(read_rows) <= BLOCK
        assert len(read_rows) <= 3


async def test_marks_out_of_view_are_acted_on_in_the_lists_order(long: Book, tmp_path: Path) -> None:
    async with biller_on(long, tmp_path) as app:
        await app.press("4", "G", "space", "home", "space")
        assert marked(app) == [name(0), name(COUNT - 1)]
        await committed(app, app.on(Clients))
        assert marked(app) == [name(0), name(COUNT - 1)]
        await app.press("*")
        assert marked(app) == [name(place) for place in range(COUNT)]
        await app.press("f")
        assert app.screen.grid.row_count == COUNT // 3
        assert f"{COUNT} marked, {COUNT - COUNT // 3} hidden" in app.seen()
        await app.press("~")
        assert len(app.screen.grid.marks) == COUNT - COUNT // 3


async def test_very_many_marks_are_read_in_a_thread(
    long: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tui.screens.long_list, "AT_ONCE", 5)
    async with biller_on(long, tmp_path) as app:
        await app.press("3", "*", "s")
        assert app.question == f"Send {COUNT // 3} invoices, ${COUNT // 3 * 150:,}.00?"


async def test_words_find_rows_that_were_never_in_view(long: Book, tmp_path: Path) -> None:
    async with biller_on(long, tmp_path) as app:
        await app.press("4", "j", "/", *"ARCHER 57", "enter")
        assert app.column(0) == [name(57)]
        assert app.screen.grid.cursor_row is not None
        assert app.screen.grid.cursor_row.values[0] == name(57)
        await committed(app, app.on(Clients))
        assert app.column(0) == [name(57)]
        await app.press("escape")
        assert app.screen.grid.row_count == COUNT
        assert app.screen.grid.place == 57


async def test_another_order_keeps_the_cursor_on_its_record(long: Book, tmp_path: Path) -> None:
    async with biller_on(long, tmp_path) as app:
        await app.press("4", "j", "z", "c", "z", "c")
        assert app.column(0) == [name(place) for place in reversed(range(COUNT))]
        assert app.screen.grid.place == COUNT - 2


async def test_cursor_and_marks_stay_when_others_add_and_take_away(long: Book, tmp_path: Path) -> None:
    async with biller_on(long, tmp_path) as app:
        await app.press("4", *["j"] * 30, "space", "space")
        before = app.screen.grid.cursor_id
        long.client("Aaron", "Aardvark")
        gone = long.value("SELECT id FROM client WHERE sort_name = :name", name=name(30))
        with long.write() as tx:
            tx.change(ClientTable, gone, archived=True)
        await committed(app, app.on(Clients))
        assert app.screen.grid.cursor_id == before
        assert app.column(0)[0] == "Aardvark, Aaron"
        assert marked(app) == [name(31)]
        assert app.screen.totals.startswith(f"{COUNT} clients")


async def test_a_row_that_went_before_the_news_of_it_is_an_empty_line(long: Book, tmp_path: Path) -> None:
    async with biller_on(long, tmp_path, size=(80, 12)) as app:
        await app.press("4")
        screen = app.on(Clients)
        last = long.value("SELECT id FROM client WHERE sort_name = :name", name=name(COUNT - 1))
        assert screen._source is not None
        with long.write() as tx:
            tx.change(ClientTable, last, archived=True)
        assert len(screen._source.fetch(48, COUNT)) == COUNT - 48


async def test_the_page_of_a_record_knows_its_neighbours(long: Book, tmp_path: Path) -> None:
    async with biller_on(long, tmp_path, size=(140, 40)) as app:
        await app.press("4", "G", "k", "enter")
        assert "59 of 60" in app.seen()
        await app.press("J")
        assert "60 of 60" in app.seen()
        await app.press("J")
        assert app.said == "This is the last one."
        await app.press("K", "K")
        app.on(Client)
        assert "58 of 60" in app.seen()


async def test_a_range_reaches_over_what_was_never_in_view(long: Book, tmp_path: Path) -> None:
    async with biller_on(long, tmp_path) as app:
        await app.press("3", "j", "v", "G", "v")
        assert len(app.screen.grid.marks) == COUNT // 3 - 1
