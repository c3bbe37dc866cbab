"""The first start asks for a new book page by page, with keys only, and writes nothing before the end."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from core.dates import system_now
from core.practice.policies import terms
from core.practice.queries import offices, practice, users
from core.security.keys import RECOVERY, Keys, read_key_file
from core.security.unlock import open_with_passphrase
from tests.builders import TODAY
from tests.tui.driving import send, settle
from tests.tui.terminal import Terminal
from tui.first_start import FirstStartApp
from tui.screens.first_pages import (
    BackPage,
    CodePage,
    LastPage,
    PageField,
    PassphrasePage,
    PracticePage,
    ZonePage,
)
from tui.screens.first_start import FirstStart
from tui.strength import strength
from tui.widgets.lines import StatusLine

PASSPHRASE = "eleven clean spoons"


class Driver:
    """One first start and its keys."""

    def __init__(self, app: FirstStartApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    async def type(self, *keys: str) -> None:
        """Words are typed letter by letter; a key's name is one key."""
        for key in keys:
            send(self.app, [key] if key in {"enter", "escape", "tab", "down", "up", "ctrl+q"} else key)
        await settle(self.pilot)

    async def type_the_last(self, key: str) -> None:
        """A key that ends the app."""
        send(self.app, [key])
        while not self.app._exit:
            await self.pilot.pause()

    @property
    def screen(self) -> FirstStart:
        screen = self.app.screen
        assert isinstance(screen, FirstStart)
        return screen

    @property
    def said(self) -> str:
        return self.screen.query_one(StatusLine)._left[1][0]

    @property
    def code(self) -> str:
        return self.screen.query_one(CodePage).code

    def field(self, name: str) -> PageField:
        return self.screen.page.field(name)

    def seen(self) -> str:
        lines = self.screen._compositor.render_strips(self.app.size)
        return "\n".join("".join(segment.text for segment in line).rstrip() for line in lines)

    async def to_the_code(self) -> None:
        await self.type("Elm Street Therapy", "tab", "North", "enter", "new york", "enter")
        await self.type("tab", PASSPHRASE, "tab", PASSPHRASE, "enter")
        assert isinstance(self.screen.page, CodePage)

    async def to_the_end(self) -> None:
        await self.to_the_code()
        await self.type("enter", self.code.lower().replace("-", " "), "enter")
        assert isinstance(self.screen.page, LastPage)


@asynccontextmanager
async def first_start(folder: Path, *, passphrase: str = "") -> AsyncIterator[Driver]:
    app = FirstStartApp(str(folder), passphrase=passphrase, report_folder=folder.parent / "reports")
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        yield Driver(app, pilot)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


async def test_the_pages_end_with_a_book_as_init_makes_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAYSHEET_TODAY", TODAY.isoformat())
    async with first_start(home) as app:
        await app.to_the_end()
        code = app.code
        await app.type_the_last("enter")
        founded = app.app.founded
    assert founded is not None
    with founded.store.read() as read:
        assert (practice(read).name, practice(read).timezone) == ("Elm Street Therapy", "America/New_York")
        assert [row.code for row in offices(read)] == ["North"]
        assert read.value("SELECT series FROM site") == "NORT"
        assert terms(read, TODAY).days == 30
        assert [row.role for row in users(read)] == ["owner"]
    founded.store.close()
    for secret in (PASSPHRASE, code):
        opened = open_with_passphrase(str(home), secret, system_now)
        assert opened.actor is not None
        opened.store.close()
    assert Keys.load(str(home / "keys.json")).unlock(code)[1] == RECOVERY


async def test_nothing_is_written_before_the_last_enter(home: Path, tmp_path: Path) -> None:
    async with first_start(home) as app:
        await app.to_the_end()
        assert list(tmp_path.iterdir()) == []
        await app.type_the_last("ctrl+q")
    assert app.app.founded is None
    assert list(tmp_path.iterdir()) == []


async def test_going_back_keeps_what_was_typed(home: Path) -> None:
    async with first_start(home) as app:
        await app.to_the_end()
        code = app.code
        await app.type("escape", "escape", "escape", "escape", "escape")
        assert isinstance(app.screen.page, PracticePage)
        assert app.field("practice").typed == "Elm Street Therapy"
        await app.type("escape")
        assert "Nothing is written yet" in app.said
        await app.type("enter")
        assert app.field("zone").typed == "new york"
        await app.type("enter")
        assert app.field("again").typed == PASSPHRASE
        await app.type("enter")
        assert app.code == code
        assert code[:20] in app.seen()


async def test_every_page_refuses_what_init_refuses(home: Path) -> None:
    async with first_start(home) as app:
        await app.type("enter")
        assert app.said == "The practice needs a name."
        await app.type("Elm", "enter")
        assert app.said == "The office needs a name."
        await app.type("tab", "North", "tab", "12345", "enter")
        assert "is not a number series" in app.said
        app.field("series").put("")
        await app.type("tab", "400", "enter")
        assert "from 0 to 365" in app.said
        app.field("terms").put("10")
        await app.type("enter", "nowhere at all", "enter")
        assert "is not a time zone" in app.said
        assert isinstance(app.screen.page, ZonePage)
        app.field("zone").put("lima")
        await app.type("enter", "tab", "short", "enter")
        assert app.said == "A passphrase has at least 8 characters. Choose a longer one."
        await app.type(" and sweet", "tab", "short and sour", "enter")
        assert app.said == "The two passphrases differ. Type the same again."
        assert isinstance(app.screen.page, PassphrasePage)


async def test_the_code_must_be_typed_back_and_is_not_on_that_page(home: Path) -> None:
    async with first_start(home) as app:
        await app.to_the_code()
        code = app.code
        assert code[:20] in app.seen()
        await app.type("enter")
        assert isinstance(app.screen.page, BackPage)
        assert code[:9] not in app.seen()
        await app.type("enter")
        assert "That is not the recovery code." in app.said
        await app.type(code[:-1], "enter")
        assert isinstance(app.screen.page, BackPage)
        await app.type(code[-1], "enter")
        assert isinstance(app.screen.page, LastPage)


async def test_the_passphrase_never_shows_and_its_strength_is_said(home: Path) -> None:
    async with first_start(home) as app:
        await app.type("Elm", "tab", "North", "enter", "enter", "tab", "password12")
        assert "password12" not in app.seen()
        assert "Weak: on a stolen disk it holds out for less than a second." in app.seen()
    assert strength(PASSPHRASE)[0].startswith("Strong")
    assert strength("Elm Street Therapy", ("Elm Street Therapy",))[2] == "bad"


async def test_an_arrow_chooses_the_zone(home: Path) -> None:
    async with first_start(home) as app:
        await app.type("Elm", "tab", "North", "enter", "america/indiana", "down", "enter")
        assert app.screen._wanted().timezone == "America/Indiana/Knox"


async def test_a_machine_key_is_written_where_it_was_asked_for(home: Path, tmp_path: Path) -> None:
    key_file = tmp_path / "machine.key"
    async with first_start(home) as app:
        await app.to_the_end()
        await app.type(str(key_file))
        await app.type_the_last("enter")
        assert app.app.founded is not None
        app.app.founded.store.close()
    assert read_key_file(str(key_file))[1] is not None


async def test_a_refusal_at_the_end_leaves_the_pages_and_no_book(home: Path, tmp_path: Path) -> None:
    there = tmp_path / "machine.key"
    there.write_text("mine")
    async with first_start(home) as app:
        await app.to_the_end()
        await app.type(str(there), "enter")
        assert "is there already" in app.said
        assert isinstance(app.screen.page, LastPage)
        assert not home.exists()
        app.field("machine").put("")
        await app.type_the_last("enter")
        assert app.app.founded is not None
        app.app.founded.store.close()
    assert there.read_text() == "mine"


async def test_a_passphrase_from_a_key_file_is_not_asked_for(home: Path) -> None:
    async with first_start(home, passphrase=PASSPHRASE) as app:
        await app.type("Elm", "tab", "North", "enter", "new york", "enter")
        assert isinstance(app.screen.page, CodePage)
        await app.type("enter", app.code, "enter")
        await app.type_the_last("enter")
        assert app.app.founded is not None
        app.app.founded.store.close()
    open_with_passphrase(str(home), PASSPHRASE, system_now).store.close()


def test_daysheet_without_a_book_goes_through_the_pages_to_today(home: Path) -> None:
    """In a real terminal of 80 by 24."""
    app = Terminal("-m", "tui.cli", env={"DAYSHEET_HOME": str(home), "DAYSHEET_KEY_FILE": ""})
    app.wait_for("1 of 6")
    app.press("Elm Street Therapy\tNorth\r")
    app.wait_for("2 of 6")
    app.press("new york\r")
    app.wait_for("3 of 6")
    app.press(f"\t{PASSPHRASE}\t{PASSPHRASE}\r")
    app.wait_for("4 of 6")
    app.wait_for("It is on paper")
    code = "-".join(re.findall(r"\b[0-9A-Z]{4}\b", app.text))
    app.press("\r")
    app.wait_for("5 of 6")
    app.press(f"{code}\r")
    app.wait_for("6 of 6")
    assert not home.exists()
    app.press("\r")
    app.wait_for("1TODAY")
    app.wait_for("No clients yet. Next: `daysheet import`")
    app.press("\x11")
    assert app.finish() == 0
    open_with_passphrase(str(home), code, system_now).store.close()


def test_leaving_makes_nothing(home: Path) -> None:
    app = Terminal("-m", "tui.cli", env={"DAYSHEET_HOME": str(home)})
    app.wait_for("1 of 6")
    app.press("\x11")
    assert app.finish() == 0
    assert b"No book was made." in app.raw
    assert not home.exists()


def test_remains_of_a_book_are_refused_before_anything_is_asked(home: Path) -> None:
    home.mkdir()
    (home / "book.db-wal").write_bytes(b"x")
    app = Terminal("-m", "tui.cli", env={"DAYSHEET_HOME": str(home)})
    assert app.finish() == 4
    assert b"Put book.db back beside it" in app.raw
