"""RD2 by keys: `t` makes a statement of the row or of all that are marked, `o` opens it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from core.delivery.making import CHUNK
from tests.builders import TODAY, Book
from tests.core.payments.billed import billed, paid
from tests.tui.on_a_book import biller_on
from tui.jobs import Progress
from tui.screens.aging import AgingReport
from tui.screens.client import Client
from tui.screens.clients import Clients
from tui.screens.text_page import TextPage
from tui.strips.statement import AskStatement


@pytest.fixture
def owed(tmp_path: Path) -> Book:
    """Ann owes 100.00 and Bob 50.00 since September."""
    book = Book(tmp_path)
    billed(book, book.client(), 10_000, on=date(2026, 9, 5))
    billed(book, book.client("Bob", "Baker"), 5_000, on=date(2026, 9, 6))
    return book


def rows(book: Book) -> list[tuple[object, ...]]:
    return book.rows(
        "SELECT g.name, s.client_id IS NULL, s.kind, s.from_on, s.to_on, s.closing_cents, s.comment"
        " FROM statement AS s JOIN guarantor AS g ON g.id = s.guarantor_id ORDER BY g.name, s.no"
    )


async def test_rd2_t_on_a_client_makes_a_statement_of_last_month_and_o_opens_it(
    owed: Book, tmp_path: Path
) -> None:
    async with biller_on(owed, tmp_path) as app:
        await app.press("4", "g", "g")
        app.on(Clients)
        await app.press("o")
        assert app.said == "There is no statement of Archer, Ann yet; t makes one."
        await app.press("t")
        assert isinstance(app.strip, AskStatement)
        await app.press("enter")
        assert rows(owed) == [("Ann Archer", 0, "activity", "2026-09-01", "2026-09-30", 10_000, "")]
        assert app.said.startswith("Statement ")
        assert app.said.endswith(" of Archer, Ann, $100.00, is made.  o opens it")
        await app.press("t", "enter")
        assert app.said.endswith("was made before and still says the same.  o opens it")
        await app.press("o")
        app.on(TextPage)
        assert "Account balance" in app.seen()
    assert len(rows(owed)) == 1


async def test_rd2_kind_days_and_comment_are_typed(owed: Book, tmp_path: Path) -> None:
    async with biller_on(owed, tmp_path) as app:
        await app.press("4", "g", "g", "enter")
        app.on(Client)
        await app.press("t", "o", "tab", *"2026-08-01", "tab", *"10-15", "tab", *"Thanks", "enter")
    assert rows(owed) == [("Ann Archer", 0, "open_items", None, "2026-10-15", 10_000, "Thanks")]


async def test_rd2_what_cannot_be_is_said_in_the_strip_and_nothing_typed_is_lost(
    owed: Book, tmp_path: Path
) -> None:
    async with biller_on(owed, tmp_path) as app:
        await app.press("4", "g", "g", "t", "x", "enter")
        assert "Type a for all activity, or o for only the open invoices" in app.seen()
        await app.press("a", "backspace", "backspace", "a", "tab", *"10-20", "tab", *"10-10", "enter")
        assert "The period ends before it begins" in app.seen()
        await app.press("escape")
    assert rows(owed) == []


async def test_rd2_marked_rows_of_the_aging_are_a_job_with_one_report(owed: Book, tmp_path: Path) -> None:
    async with biller_on(owed, tmp_path) as app:
        await app.press("8")
        app.on(AgingReport)
        await app.press("*", "t")
        assert "2 statements, $150.00" in app.seen()
        await app.press("enter")
        assert app.said == "2 statements made (7 shows them)."
        assert not app.screen.grid.marks
        await app.press("*", "t", "enter")
        assert app.said == "0 statements made, 2 said the same already (7 shows them)."
    assert [row[:2] for row in rows(owed)] == [("Ann Archer", 1), ("Bob Baker", 1)]


async def test_rd2_x_stops_a_batch_after_a_chunk_and_it_goes_on_when_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = Book(tmp_path)
    for number in range(CHUNK + 5):
        billed(book, book.client("Ann", f"Archer {number:02}"), 10_000, on=date(2026, 9, 5))
    done = Progress.done

    def stopping(self: Progress, record_id: str) -> None:
        done(self, record_id)
        self.stopping = self.stopping or self.report.title == "Making statements"

    async with biller_on(book, tmp_path) as app:
        with monkeypatch.context() as patch:
            patch.setattr(Progress, "done", stopping)
            await app.press("8", "*", "t", "enter")
        assert app.said == f"Making statements: {CHUNK} done, stopped, 5 left"
        assert len(rows(book)) == CHUNK
        await app.press("t", "enter")
        assert app.said == f"5 statements made, {CHUNK} said the same already (7 shows them)."
    book.store.close()


async def test_rd2_t_on_an_invoice_is_of_its_client_and_o_opens_it_once(owed: Book, tmp_path: Path) -> None:
    async with biller_on(owed, tmp_path) as app:
        await app.press("3", "G", "t", "enter")
        assert app.said.endswith(" of Bob Baker, $50.00, is made.  o opens it")
        await app.press("o")
        app.on(TextPage)
        assert " Document   Statement " in app.seen()
        await app.press("q", "o")
        assert "document yet" in app.said, "the invoice's own, and it was never sent"
    assert rows(owed) == [("Bob Baker", 0, "activity", "2026-09-01", "2026-09-30", 5_000, "")]


async def test_rd2_t_on_invoices_of_one_client_is_one_statement(owed: Book, tmp_path: Path) -> None:
    ann = owed.value("SELECT id FROM client WHERE sort_name LIKE 'Archer%'")
    billed(owed, ann, 7_000, on=date(2026, 9, 7))
    paid(owed, ann, 1_000, on=TODAY)
    async with biller_on(owed, tmp_path) as app:
        await app.press("3", "*", "t", "enter")
        assert app.said == "2 statements made (7 shows them)."


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
async def test_the_strip_fits_and_names_whose_it_is(
    owed: Book, tmp_path: Path, size: tuple[int, int]
) -> None:
    async with biller_on(owed, tmp_path, size=size) as app:
        await app.press("4", "g", "g", "t")
        for words in (
            "Statement for Archer, Ann",
            "kind [activity",
            "from [2026-09-01",
            "to [2026-09-30",
            "comment [",
        ):
            assert words in app.seen()
