"""Screen 7: what was given out is found, opened, proved and shared (RD6)."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pytest

from core.delivery.correcting import correct_document
from core.delivery.sending import finish
from core.documents.keep import document_bytes, keep_documents
from core.ids import named
from core.invoicing.commands import create_draft, issue_drafts
from tests.builders import OWNER, TODAY, Book
from tests.core.documents.test_verify_finds_damage import around_the_triggers
from tests.tui.on_a_book import biller_on
from tests.tui.screens.test_everywhere import issue_one
from tui.cells import width_of
from tui.screens.document import Document
from tui.screens.document_list import Documents
from tui.screens.text_page import TextPage
from tui.strips.statement import AskStatement
from tui.strips.superbill import AskSuperbill

FIRST, SECOND = date(2026, 10, 5), date(2026, 10, 6)


@pytest.fixture(autouse=True)
def no_desktop(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def given_out(book: Book) -> Book:
    """Ann's invoice, sent; Bob's, made and not shared; a statement of neither, in two versions."""
    for name, on, share in (("Archer, Ann", FIRST, True), ("Baker, Bob", SECOND, False)):
        client_id = book.value("SELECT id FROM client WHERE sort_name = :name", name=name)
        with book.write() as tx:
            draft_id = create_draft(tx, client_id=client_id, today=TODAY)
            issue_drafts(tx, [draft_id], today=TODAY)
        finish(book.store, OWNER, [draft_id], today=on, share=share)
    with book.write() as tx:
        for version in (1, 2):
            keep_documents(tx, "statement", [(named("s"), version, b"%d" % version)], made_on=TODAY)
    return book


async def test_the_list_names_each_document_and_whether_it_is_shared(given_out: Book, tmp_path: Path) -> None:
    async with biller_on(given_out, tmp_path) as app:
        await app.press("7")
        app.on(Documents)
        assert app.column(0) == ["Statement", "Invoice N-00002", "Invoice N-00001"]
        assert app.column(1) == ["", "Bob Baker", "Ann Archer"]
        assert app.column(3) == ["2 corr.", "1", "1"]
        assert app.column(4) == ["", "", "yes"]
        assert app.screen.totals == "3 documents · 2 not shared"
        assert list(app.footer) == ["o", "s", "w", "t", "i", "[ ]"]


async def test_g_s_goes_there_and_f_shows_a_kind(given_out: Book, tmp_path: Path) -> None:
    async with biller_on(given_out, tmp_path) as app:
        await app.press("g", "s", "f")
        assert app.column(0) == ["Invoice N-00002", "Invoice N-00001"]
        await app.press("f")
        assert app.column(0) == ["Statement"]
        await app.press("f")
        assert "No documents in this range." in app.seen()
        await app.press(*"ffff")
        assert app.column(0) == ["Statement", "Invoice N-00002"], "what is not shared"


async def test_the_period_is_the_month_in_which_it_was_made(given_out: Book, tmp_path: Path) -> None:
    async with biller_on(given_out, tmp_path) as app:
        await app.press("7", "[")
        assert "September 2026" in app.seen()
        assert app.column(0) == []
        await app.press("T", "/", *"ann", "enter")
        assert app.column(0) == ["Invoice N-00001"]


async def test_the_detail_page_shows_versions_hash_and_text(given_out: Book, tmp_path: Path) -> None:
    invoice_id = given_out.value("SELECT invoice_id FROM invoice_issue WHERE number = 'N-00001'")
    correct_document(given_out.store, OWNER, invoice_id, today=TODAY)
    with given_out.store.read() as read:
        first, second = (hashlib.sha256(document_bytes(read, invoice_id, i)).hexdigest() for i in (1, 2))
    async with biller_on(given_out, tmp_path) as app:
        await app.press("7", "/", *"ann", "enter", "enter")
        app.on(Document)
        assert app.column(0, "versions") == ["2 corrected", "1"]
        assert second in app.seen()
        assert any("Corrected, version 2" in str(line) for line in app.column(0, "text"))
        await app.press("j")
        assert first in app.seen()
        assert not any("Corrected" in str(line) for line in app.column(0, "text"))
        await app.press("w")
        await app.until(lambda: app.said == f"Written: {tmp_path}/exports/N-00001.pdf")
        assert hashlib.sha256((tmp_path / "exports" / "N-00001.pdf").read_bytes()).hexdigest() == first
        await app.press("o")
        app.on(TextPage)
        assert "version 1 of 2 · 1 page" in app.seen()
        await app.press("q", "k", "w")
        await app.until(lambda: app.said == f"Written: {tmp_path}/exports/N-00001-v2.pdf")


async def test_j_and_k_go_through_the_list_it_was_opened_from(given_out: Book, tmp_path: Path) -> None:
    async with biller_on(given_out, tmp_path) as app:
        await app.press("7", "j", "enter")
        assert app.screen.totals == "Invoice N-00002"
        await app.press("J")
        assert app.screen.totals == "Invoice N-00001"
        await app.press("J")
        assert app.said == "This is the last one."


async def test_o_shows_the_text_of_the_page_where_there_is_no_viewer(given_out: Book, tmp_path: Path) -> None:
    async with biller_on(given_out, tmp_path) as app:
        for keys in (["7", "G", "o"], ["3", "G", "k", "o"], ["3", "gg", "enter", "o"]):
            await app.press(*keys)
            app.on(TextPage)
            assert "BILL TO" in app.seen()
            assert all(width_of(str(line)) <= 80 for line in app.column(0))
            assert not (tmp_path / "runtime").exists(), "nothing is written where nobody asked"
            await app.press("q")


async def test_the_text_is_found_in_and_written(given_out: Book, tmp_path: Path) -> None:
    async with biller_on(given_out, tmp_path) as app:
        await app.press("7", "G", "o", "/", *"balance due", "enter")
        assert len(app.column(0)) == 2
        await app.press("escape", "space", "*", "w")
        assert app.screen.grid.marks.ids() == set(), "a line is no record"
        await app.until(lambda: app.said == f"Written: {tmp_path}/exports/N-00001.pdf")


async def test_a_wider_terminal_has_wider_lines(given_out: Book, tmp_path: Path) -> None:
    async with biller_on(given_out, tmp_path, size=(80, 24)) as app:
        await app.press("7", "G", "o")
        narrow = max(width_of(str(line)) for line in app.column(0))
        await app.pilot.resize_terminal(140, 40)
        await app.until(lambda: max(width_of(str(line)) for line in app.column(0)) > narrow)
        assert narrow == 74


async def test_what_cannot_be_read_as_text_is_said(given_out: Book, tmp_path: Path) -> None:
    async with biller_on(given_out, tmp_path) as app:
        await app.press("7", "gg", "o")
        app.on(Documents)
        assert app.said.startswith("This document cannot be shown as text here.")
        await app.press("enter")
        assert "This document cannot be shown as text here." in app.seen()


async def test_a_damaged_document_says_so_and_its_other_versions_open(
    given_out: Book, tmp_path: Path
) -> None:
    with around_the_triggers(given_out) as raw:
        raw.execute("UPDATE blob SET content = x'00' WHERE sha256 = ?", (hashlib.sha256(b"2").hexdigest(),))
    async with biller_on(given_out, tmp_path) as app:
        await app.press("7", "gg", "enter")
        assert "is not as it was issued. Restore it from a backup." in app.seen()
        await app.press("o")
        assert "is not as it was issued" in app.said


async def test_marked_documents_are_shared_after_one_question(given_out: Book, tmp_path: Path) -> None:
    async with biller_on(given_out, tmp_path) as app:
        await app.press("7", "*", "s")
        assert app.question.startswith("Share 2 documents?")
        await app.say_yes()
        await app.until(lambda: app.screen.totals == "3 documents")
        assert app.column(4) == ["yes", "yes", "yes"]
        await app.press("s")
        assert app.strip is None
    assert given_out.rows("SELECT kind, version FROM document_share") == [("statement", 2)]
    assert given_out.value("SELECT count(*) FROM invoice_share") == 2


async def test_a_document_is_shared_from_its_page(given_out: Book, tmp_path: Path) -> None:
    async with biller_on(given_out, tmp_path) as app:
        await app.press("7", "j", "enter", "s")
        assert app.question.startswith("Share Invoice N-00002 with Bob Baker?")
        await app.say_yes()
        await app.until(lambda: "s" not in app.footer)
        assert app.said == "Invoice N-00002 is shared.  u recalls"


async def test_marked_documents_are_written_to_the_export_folder(given_out: Book, tmp_path: Path) -> None:
    async with biller_on(given_out, tmp_path) as app:
        await app.press("7", "*", "w")
        await app.until(lambda: "3 done" in app.said)
    names = sorted(path.name for path in (tmp_path / "exports").iterdir())
    assert names == ["N-00001.pdf", "N-00002.pdf", f"statement-{named('s')[-8:]}-v2.pdf"]
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in (tmp_path / "exports").iterdir())


async def test_the_palette_lists_all_that_a_client_was_given(given_out: Book, tmp_path: Path) -> None:
    issue_one(given_out, "Carter, Cleo")
    async with biller_on(given_out, tmp_path, today=date(2027, 3, 1)) as app:
        await app.press(":", *"documents cleo", "enter")
        await app.until(lambda: app.screen.totals == "Carter, Cleo · 1 document")
        assert app.column(0) == ["Invoice N-00003"]
        await app.press("q", ":", *"documents", "enter")
        assert app.column(0) == []


async def test_rd2_t_makes_a_statement_of_a_client_chosen_by_two_letters(
    given_out: Book, tmp_path: Path
) -> None:
    async with biller_on(given_out, tmp_path) as app:
        await app.press("7", "[", "f", "t", *"ar", "enter")
        assert isinstance(app.strip, AskStatement)
        await app.press("enter")
        await app.until(lambda: "Statement Sep 2026" in app.column(0))
        assert app.said.endswith("is made.  o opens it")
        await app.press("o")
        assert app.on(TextPage).totals == "Statement Sep 2026 · Ann Archer · version 1 · 1 page"


async def test_rd3_i_asks_for_a_superbill_of_the_client_whose_list_it_is(
    given_out: Book, tmp_path: Path
) -> None:
    async with biller_on(given_out, tmp_path) as app:
        await app.press("7", "i", *"ba", "enter")
        assert isinstance(app.strip, AskSuperbill)
        await app.press("escape", ":", *"documents cleo", "enter")
        await app.until(lambda: app.screen.totals == "Carter, Cleo · 0 documents")
        await app.press("i")
        assert isinstance(app.strip, AskSuperbill)
