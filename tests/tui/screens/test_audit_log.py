"""The audit log on screen: newest first, filter, kinds, one entry whole, the check (RJ2)."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import audit
from core.practice.commands import change_practice
from tests.builders import TODAY, Book
from tests.core.ledger.test_audit_log_is_read_at_any_length import Ticking
from tests.tui.on_a_book import biller_on
from tui.screens.audit_log import AuditLog
from tui.screens.client import Client
from tui.screens.log_entry import LogEntryPage, wrapped
from tui.widgets.grid import Grid


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    made = Book(tmp_path)
    made.store.clock = Ticking()
    ann = made.client()
    made.session(ann)
    with made.write() as tx:
        change_practice(tx, phone="555 0199")
    yield made
    made.store.close()


async def test_rj2_the_newest_is_first_with_who_when_and_what_in_the_practices_time(
    book: Book, tmp_path: Path
) -> None:
    async with biller_on(book, tmp_path, size=(140, 40)) as app:
        await app.press("g", "l")
        app.on(AuditLog)
        assert app.column(3)[:4] == [
            "practice changed", "session finalised", "session recorded", "client added",
        ]  # fmt: skip
        assert app.column(4)[1:4] == ["Ann Archer"] * 3
        assert app.column(1)[0] == "test-owner"
        assert app.column(2)[0] == "North"
        assert str(app.column(0)[0]).startswith("2026-10-31 11:00")
        assert app.screen.totals == f"{len(app.column(0))} entries"


async def test_rj2_the_filter_looks_through_the_whole_log_and_esc_shows_it_again(
    book: Book, tmp_path: Path
) -> None:
    with book.write() as tx:
        for at in range(6_000):
            audit.record(tx, "test.done", "nothing", f"{at}", at=at)
    async with biller_on(book, tmp_path) as app:
        await app.press("g", "l")
        whole = app.screen.grid.row_count
        assert whole > 6_000
        await app.press("/", *"archer", "enter")
        assert app.column(3) == ["session finalised", "session recorded", "client added", "guarantor added"]
        assert app.screen.totals == f"4 found · {whole:,} entries"
        assert "filter: archer" in app.seen()
        await app.press("/", *" recorded", "enter")
        assert app.column(3) == ["session recorded"]
        await app.press("escape")
        assert app.screen.grid.row_count == whole
        await app.press("/", *"zebra", "enter")
        assert 'Nothing matches "zebra".' in app.seen()


async def test_rj2_f_shows_one_kind_of_act_and_the_filter_narrows_it(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("g", "l", "f")
        assert app.column(3) == []
        await app.press("f", "f")
        assert app.screen.quick_filter == "care"
        assert app.column(3) == ["session finalised", "session recorded"]
        await app.press("/", *"final", "enter")
        assert app.column(3) == ["session finalised"]
        assert 'filter: care "final"' in app.seen()


async def test_rj2_enter_shows_one_entry_whole_and_j_goes_on(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("g", "l", "enter")
        app.on(LogEntryPage)
        assert app.screen.totals == "practice.changed"
        assert (app.column(0), app.column(1), app.column(2)) == (["phone"], ["555 0100"], ["555 0199"])
        assert "by test-owner, at North" in app.seen()
        await app.press("J", "J", "J")
        assert app.screen.totals == "client.added"
        await app.press("K")
        assert app.screen.totals == "session.recorded"
        await app.press("q")
        app.on(AuditLog)
        assert app.screen.grid.cursor_id is not None


async def test_rj2_enter_on_an_entry_opens_what_it_is_about(book: Book, tmp_path: Path) -> None:
    with book.write() as tx:
        audit.record(tx, "client.noted", "client", book.value("SELECT id FROM client"), text="n")
    async with biller_on(book, tmp_path) as app:
        await app.press("g", "l", "enter", "enter")
        app.on(Client)


async def test_rj2_a_long_value_is_shown_to_its_end(book: Book, tmp_path: Path) -> None:
    text = "the end of it all is near " * 20 + "END"
    with book.write() as tx:
        change_practice(tx, footer=text)
    async with biller_on(book, tmp_path) as app:
        await app.press("g", "l", "enter")
        assert "".join(str(cell) for cell in app.column(2)) == text


def test_nothing_of_a_wrapped_text_is_lost() -> None:
    for text in ("", "abc", "x" * 95, "王小明" * 30, "one\ntwo"):
        assert "".join(wrapped(text, 20)) == text.replace("\n", "")


async def test_rj2_nothing_is_marked_and_nothing_is_sorted_here(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("g", "l", "space", "*", "~", "v", "z")
        assert len(app.screen.grid.marks) == 0
        assert app.strip is None


async def test_rj2_verify_replays_the_chain_in_the_background_and_says_what_it_found(
    book: Book, tmp_path: Path
) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press(":", *"verify", "enter")
        await app.until(lambda: app.said.startswith("The log is in order:"))
        with book.write() as tx:
            tx.execute("DROP TRIGGER IF EXISTS tr_audit_entry_no_update")
            triggers = tx.rows("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
            for (name,) in triggers:
                tx.execute(f'DROP TRIGGER "{name}"')
            tx.execute("UPDATE audit_entry SET reason = 'forged' WHERE verb = 'client.added'")
        await app.press("g", "l", "r")
        await app.until(lambda: "was altered" in app.said)
        assert app.app.result[1] == "warn"


async def test_rj2_w_writes_what_is_shown_as_csv(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("g", "l", "/", *"archer", "enter", "w")
        path = app.app.exports / f"audit-{TODAY}.csv"
        assert app.said == f"Written: {path}"
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, strict=True))
        assert [row["verb"] for row in rows] == [
            "sessions.finalised", "session.recorded", "client.added", "guarantor.added",
        ]  # fmt: skip
        assert {row["subject"] for row in rows} == {"Ann Archer"}


async def test_rj2_what_others_do_shows_by_itself_and_the_cursor_stays(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("g", "l", "j")
        before = app.screen.grid.cursor_id
        with book.write() as tx:
            change_practice(tx, phone="555 0200")
        await app.until(lambda: app.column(3)[:2] == ["practice changed"] * 2)
        assert app.screen.query_one(Grid).cursor_id == before
