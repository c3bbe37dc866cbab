"""T19: whatever a field holds, every screen and strip shows it as text (T19, `security.md` 5.10).

The fields come from the tables, the screens from the app, the strips from their package: a new one is
covered by itself, or fails here until somebody says how to get to it.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import TODAY
from tests.homes import Home
from tests.hostile import ways
from tests.hostile.book import found_hostile
from tests.hostile.fields import NOT_WORDS, word_columns
from tests.hostile.payloads import PAYLOADS
from tests.hostile.verbs import reading_verbs, reads
from tests.tui.terminal import ODD, Terminal, assert_only_text
from tui.cli import main
from tui.places import PLACES
from tui.strips.question import DEAF_SECONDS

IDS = {
    "CLIENT": "SELECT id FROM client ORDER BY id LIMIT 1",
    "PAYMENT": "SELECT id FROM payment ORDER BY id LIMIT 1",
    "STATEMENT": "SELECT statement_id FROM statement ORDER BY id LIMIT 1",
    "SESSION": "SELECT id FROM session ORDER BY id LIMIT 1",
    "SUPERBILL": "SELECT superbill_id FROM superbill ORDER BY id LIMIT 1",
    "ESTIMATE": "SELECT estimate_id FROM estimate ORDER BY id LIMIT 1",
}
"""What stands for the words in capitals."""

ONE_ROW = frozenset({"practice", "site"})
"""Tables of which a book has one row: each of its fields holds another payload."""


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return found_hostile(tmp_path_factory.mktemp("hostile") / "home")


@pytest.fixture
def home(founded: Home, tmp_path: Path) -> Home:
    return founded.copy_to(tmp_path / "home")


@pytest.fixture
def signals_kept() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def test_every_field_of_people_holds_every_payload(founded: Home) -> None:
    with founded.open() as store, store.read() as read:
        for table, columns in word_columns().items():
            for column in columns:
                found = read.value(f'SELECT count(DISTINCT "{column}") FROM "{table}"')
                wanted = 1 if table in ONE_ROW else len(PAYLOADS)
                assert found >= wanted, f"{table}.{column}: let a deed of the hostile book fill it"


def test_every_reason_names_a_column() -> None:
    from core.tables import metadata

    known = {f"{table.name}.{column.name}" for table in metadata.sorted_tables for column in table.columns}
    assert set(NOT_WORDS) <= known


def test_every_verb_that_shows_something_is_run() -> None:
    assert reading_verbs() <= set(reads(""))


def test_every_verb_shows_every_payload_as_text(
    home: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, signals_kept: None
) -> None:
    monkeypatch.setenv("DAYSHEET_TODAY", TODAY.isoformat())
    named = {name: home.value(sql) for name, sql in IDS.items()}
    options = ["--home", str(home.folder), "--key-file", str(home.key_file)]
    shown = 0
    for words in reads(named["CLIENT"]).values():
        typed = [named.get(word, word) for word in words]
        for form in ([], ["--plain"], ["--json"]):
            main([*typed, *form, *options])
            out, err = capsys.readouterr()
            for text in (out, err):
                assert not ODD.findall(text.replace("\t", " ") if form == ["--plain"] else text), (
                    typed,
                    form,
                )
            shown += "Jane" in out
    assert shown > 2 * len(reads("")), "the verbs were to show names"


def test_every_screen_and_strip_has_a_way() -> None:
    assert ways.screens_without_a_way() == set(), "say in tests/hostile/ways.py how to get there"
    assert ways.strips_without_a_way() == set(), "say in tests/hostile/ways.py how it is asked for"


class Walk:
    """One app in one terminal, and what each screen sent to it."""

    def __init__(self, home: Home, columns: int, lines: int) -> None:
        self.app = Terminal("-m", "tui.cli", columns=columns, lines=lines, env=home.environ)
        self.captures: dict[str, bytes] = {}
        self.app.wait_for("Clients unbilled for")

    def capture(self, name: str, begin: int) -> None:
        self.captures[name] = self.app.raw[begin:]

    def go(self, way: ways.Way) -> None:
        self.app.press(way.keys)
        self.app.wait_for(way.shown)

    def back(self, way: ways.Way) -> None:
        self.app.press(way.back + "1")
        self.app.wait_for("1TODAY")

    def look(self, name: str, way: ways.Way) -> None:
        """Every row of a screen and every record beside it, its help, and the palette over it."""
        begin = len(self.app.raw)
        self.go(way)
        beside = "J" * len(PAYLOADS) + "K" * len(PAYLOADS) if ways.has_neighbours(name) else ""
        self.app.press("Gggj\tGgg\t" + beside + "?")
        self.app.wait_for("What they do")
        self.app.press("?")
        self.app.wait_for("What they do", gone=True)
        self.app.press(":jane")
        self.app.wait_for("╭")
        self.app.wait_for("│ > ")
        self.app.press("\x1b")
        self.app.wait_for("╭", gone=True)
        self.capture(name, begin)
        self.back(way)

    def ask(self, name: str, asked: ways.Asked) -> None:
        """Open a strip, and close it again; a key right behind Esc would be read as one chord with it."""
        begin = len(self.app.raw)
        self.go(asked.way)
        self.app.press(asked.keys)
        self.app.wait_for(asked.shown)
        if name == "Question":
            self.app.stand_for(DEAF_SECONDS + 0.1)
        self.app.press("\x1b")
        self.app.wait_for(asked.shown, gone=True)
        self.capture(name, begin)
        self.back(asked.way)

    def click_everywhere(self) -> None:
        """A name is no button, wherever it stands."""
        for place in PLACES:
            self.app.press(place.key or f"g{place.letter}")
            for line in (1, 3, 5, 6, 7):
                for column in (6, 20, 40):
                    self.app.press(f"\x1b[<0;{column};{line}M\x1b[<0;{column};{line}m")
        self.app.press("1")
        self.app.wait_for("1TODAY")

    def a_job_that_fails(self) -> None:
        """All drafts are sent; whoever has no address is reported."""
        self.app.press("3*s")
        self.app.wait_for("any other key cancels")
        self.app.stand_for(DEAF_SECONDS + 0.1)
        self.app.press("y")
        self.app.wait_for("2 failed")
        self.app.press("1")
        self.app.wait_for("1TODAY")


@pytest.fixture(params=[(80, 24), (140, 40)], ids=["80x24", "140x40"])
def walk(request: pytest.FixtureRequest, home: Home) -> Iterator[Walk]:
    made = Walk(home, *request.param)
    yield made
    made.app.end()


def test_every_screen_and_strip_shows_every_payload_as_text(walk: Walk, home: Home) -> None:
    screens = ways.places() | ways.PUSHED
    walk.a_job_that_fails()
    for name, way in screens.items():
        walk.look(name, way)
    strips = ways.STRIPS if walk.app.screen.columns == 80 else {}
    for name, asked in strips.items():
        walk.ask(name, asked)
    walk.click_everywhere()
    walk.app.child.kill(signal.SIGTERM)
    assert walk.app.finish() == 143
    for name, capture in walk.captures.items():
        assert b"Jane" in capture, name
    assert set(walk.captures) == set(screens) | set(strips)
    assert_only_text(walk.app.raw)
    assert not list((home.folder / "reports").glob("*")), "no bug was reported"
