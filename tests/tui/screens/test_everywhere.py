"""What holds on every screen: palette, help, Esc, jobs in the background, commits of others."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from core.delivery import sending as delivery
from core.invoicing.commands import create_draft
from core.store import Store
from tests.builders import OWNER, TODAY, Book
from tests.tui.on_a_book import Driver, biller_on
from tui.help import help_rows
from tui.jobs import Job, each
from tui.screens.client import Client
from tui.screens.invoice import Invoice
from tui.screens.invoices import Invoices
from tui.screens.notice import Notice
from tui.screens.today import Today
from tui.screens.unbilled import Unbilled
from tui.strips.choices import Choices


def issue_one(book: Book, name: str = "Archer, Ann") -> str:
    client_id = book.value("SELECT id FROM client WHERE sort_name = :name", name=name)
    with book.write() as tx:
        draft_id = create_draft(tx, client_id=client_id, today=TODAY)
    delivery.send(book.store, OWNER, [draft_id], today=TODAY)
    return draft_id


@pytest.mark.parametrize("typed", ["N-00001", "n-00001", "1"])
async def test_the_palette_opens_an_invoice_by_its_number(book: Book, tmp_path: Path, typed: str) -> None:
    issue_one(book)
    async with biller_on(book, tmp_path) as app:
        await app.press(":", *typed, "enter")
        await app.until(lambda: isinstance(app.app.screen, Invoice))
        assert app.screen.totals == "N-00001 · sent"
        await app.press("escape")
        app.on(Invoices)


async def test_the_palette_finds_a_client_by_a_few_letters(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press(":", *"cleo", "enter")
        await app.until(lambda: isinstance(app.app.screen, Client))
        assert app.screen.HEADING == "Carter, Cleo"


async def test_the_palette_runs_the_screens_verbs_and_names_their_keys(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("2", ":", *"dra")
        assert "key b" in app.seen()
        await app.press("enter")
        await app.until(lambda: app.said.startswith("1 draft made"))


async def test_the_palette_says_when_nothing_is_called_that(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press(":", *"xyzzy", "enter")
        assert app.said == 'Nothing is called "xyzzy".'


async def test_help_names_every_verb_of_every_screen_and_closes_with_its_own_key(
    book: Book, tmp_path: Path
) -> None:
    async with biller_on(book, tmp_path) as app:
        for keys in (
            ["1"],
            ["2"],
            ["2", "enter"],
            ["2", "B"],
            ["3"],
            ["4"],
            ["enter"],
            ["5"],
            ["0"],
            ["g", "l"],
            ["enter"],
            ["6"],
            ["7"],
            ["8"],
            ["8", "L"],
            ["g", "d"],
            ["L"],
        ):
            await app.press(*keys)
            here = app.screen
            told = {row.values[1] for row in help_rows(here)}
            for binding in here.BINDINGS:
                assert (binding.tooltip or binding.description) in told or not here.allowed(binding.action)  # type: ignore[union-attr]
            await app.press("?", "?")
            assert app.app.screen is here


async def test_help_is_searched_by_typing(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("2", "?", *"preview")
        assert "Preview the run for all shown" in app.seen()
        assert "Mark all shown" not in app.seen()


async def test_esc_closes_the_strip_then_the_filter_then_the_marks_then_goes_back(
    book: Book, tmp_path: Path
) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("2", "space", "/", *"a", "enter", "z")
        await app.press("escape")
        assert (app.strip, app.screen.grid.arrangement.filter_text) == (None, "a")
        await app.press("escape")
        assert (app.screen.grid.arrangement.filter_text, len(app.screen.grid.marks)) == ("", 1)
        await app.press("escape")
        assert len(app.screen.grid.marks) == 0
        app.on(Unbilled)
        await app.press("escape")
        app.on(Today)


async def test_a_commit_from_another_process_shows_by_itself(book: Book, tmp_path: Path) -> None:
    code = (
        "import sys; from core.store import Store; from tests.builders import *;"
        "from core.invoicing.commands import create_draft; from core.ledger.summaries import keep;"
        "store = Store.open(sys.argv[1], bytes.fromhex(sys.argv[2]), fixed_clock, keep);"
        "tx = store.write(OWNER).__enter__();"
        "create_draft(tx, client_id=sys.argv[3], today=TODAY); tx.__exit__(None, None, None)"
    )
    ann = book.value("SELECT id FROM client WHERE sort_name = 'Archer, Ann'")
    async with biller_on(book, tmp_path) as app:
        await app.press("2", "j", "space")
        assert len(app.column(0)) == 4
        subprocess.run(
            [sys.executable, "-c", code, book.store.path, book.key.hex(), ann],
            check=True,
            cwd=Path(__file__).parents[3],
        )
        await app.until(lambda: len(app.column(0)) == 3)
        assert app.column(0)[0] == "Baker, Bob"
        assert app.screen.grid.chosen_ids == [book.value("SELECT id FROM client WHERE name = 'Bob Baker'")]


class Held:
    """A job that waits until it is let go."""

    def __init__(self) -> None:
        self.started, self.go_on = threading.Event(), threading.Event()

    def one(self, record_id: str) -> None:
        self.started.set()
        self.go_on.wait(10)

    async def begin(self, app: Driver) -> None:
        app.app.start_job(Job("Sending", 3, each(["a", "b", "c"], self.one)))
        while not self.started.is_set():
            await app.pilot.pause()


async def keys(app: Driver, *pressed: str) -> None:
    """Keys while a job runs, which `press` would wait for."""
    from tests.tui.driving import send

    send(app.app, pressed)
    for _ in range(20):
        await app.pilot.pause()


async def test_screens_stay_usable_while_a_job_runs_and_x_stops_it(book: Book, tmp_path: Path) -> None:
    held = Held()
    async with biller_on(book, tmp_path) as app:
        await held.begin(app)
        await keys(app, "2", "j")
        assert app.on(Unbilled).grid.cursor_row is not None
        assert "0/3" in app.seen()
        assert "X stops" in app.seen()
        await keys(app, "X")
        held.go_on.set()
        await app.settled()
        assert app.said == "Sending: 1 done, stopped, 2 left"


async def test_q_during_a_job_asks_and_s_leaves_after_the_current_item(book: Book, tmp_path: Path) -> None:
    held = Held()
    async with biller_on(book, tmp_path) as app:
        await held.begin(app)
        await keys(app, "q")
        assert isinstance(app.strip, Choices)
        assert "w wait" in app.seen()
        await keys(app, "s")
        held.go_on.set()
        while app.app.is_running and app.app._exit is False:
            await app.pilot.pause()
    assert held.started.is_set()


async def test_a_bug_while_loading_gives_a_notice_and_frees_the_keys(
    book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        client = "Ann Archer"
        raise KeyError(client)

    monkeypatch.setattr("tui.screens.unbilled.propose", broken)
    async with biller_on(book, tmp_path) as app:
        await app.press("2")
        await app.until(lambda: isinstance(app.app.screen, Notice))
        assert not app.app._holds
        assert "Ann" not in app.seen()
        report = next((tmp_path / "reports").glob("*.txt"))
        assert "Archer" not in report.read_text()
        await app.press("escape", "3")
        app.on(Invoices)


async def test_a_watch_that_fails_says_so_once_and_the_app_goes_on(
    book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(store: Store) -> int:
        raise RuntimeError("not a refusal")

    monkeypatch.setattr(Store, "data_version", broken)
    async with biller_on(book, tmp_path) as app:
        await app.until(lambda: "f5 reloads" in app.said)
        await app.press("2")
        assert len(app.column(0)) == 4


async def test_a_screen_closed_while_it_loads_is_no_bug(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        for _ in range(5):
            await app.press("2", "enter", "J", "K", "q")
            app.on(Unbilled)
        assert not (tmp_path / "reports").exists()


async def test_rj4_the_palette_takes_the_books_along(
    book: Book, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    mine = tmp_path_factory.mktemp("elsewhere") / "mine"
    async with biller_on(book, tmp_path) as app:
        for _ in range(2):
            await app.press(":", *"export", "enter")
            await app.until(lambda: app.said.startswith("Written:"))
            folder = Path(app.said.removeprefix("Written: "))
            assert {"README.txt", "clients.csv", "payments.csv"} <= {path.name for path in folder.iterdir()}
            assert folder.parent.name == "exports"
        await app.press(":", *f"export {mine}", "enter")
        await app.until(lambda: app.said == f"Written: {mine}")
        await app.press(":", *f"export {mine}", "enter")
        await app.until(lambda: "is not empty" in app.said)


async def test_rj4_the_palette_writes_the_journal(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        for typed, ending in (("journal", "journal"), ("journal beancount", "beancount")):
            await app.press(":", *typed, "enter")
            await app.until(lambda ending=ending: app.said.endswith(f".{ending}"))  # type: ignore[misc]
            path = Path(app.said.removeprefix("Written: "))
            assert "Elm Street Therapy" in path.read_text(encoding="utf-8")
            assert path.stat().st_mode & 0o777 == 0o600
        await app.press(":", *"journal ledger", "enter")
        await app.until(lambda: app.said == "A journal is written for hledger or for beancount.")
