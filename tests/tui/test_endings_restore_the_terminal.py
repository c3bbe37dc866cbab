"""However the program ends, the terminal is as it was, the code says why, and no client is named."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import OWNER
from tests.homes import Home, client_with_sessions, provider_of
from tests.sizes import sized
from tests.tui.terminal import SECONDS, Terminal

ENDINGS = [(signal.SIGTERM, 143), (signal.SIGHUP, 129)]


PLANTED = """
import core.text
def bug(text):
    raise KeyError(text)
core.text.search_key = bug
from tui.cli import script
script()
"""
"""A bug whose message is the row that is looked at, in the screens' own thread."""

BEHIND = """
import core.ledger.to_do
def bug(read, _):
    raise ValueError(read.value("SELECT sort_name FROM client"))
core.ledger.to_do.to_do = bug
from tui.cli import script
script()
"""
"""The same in a thread that reads."""


@pytest.fixture(scope="module")
def one_client(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home.found(tmp_path_factory.mktemp("endings") / "home")
    with home.open() as store, store.write(OWNER) as tx:
        client_with_sessions(tx, provider_of(tx), "Archibald", "Quillfeather")
    return home


@pytest.fixture
def home(one_client: Home, tmp_path: Path) -> Home:
    return one_client.copy_to(tmp_path / "home")


@pytest.fixture
def app(home: Home) -> Iterator[Terminal]:
    terminal = Terminal("-m", "tui.cli", env=home.environ)
    terminal.wait_for("1TODAY")
    terminal.press("4")
    terminal.wait_for("Quillfeather")
    yield terminal
    terminal.end()


def assert_as_it_was(raw: bytes) -> None:
    """Every mode that was switched on was switched off after it, and the cursor shows."""
    for mode in (b"1049", b"1000", b"1002", b"1003", b"1006", b"2004", b"2048"):
        on, off = raw.rfind(b"\x1b[?" + mode + b"h"), raw.rfind(b"\x1b[?" + mode + b"l")
        assert on <= off, mode
    assert raw.rfind(b"\x1b[?25l") <= raw.rfind(b"\x1b[?25h")
    assert raw.rfind(b"\x1b[>1u") <= raw.rfind(b"\x1b[<u")


def after_the_screens(raw: bytes) -> str:
    return raw.rpartition(b"\x1b[?1049l")[2].decode()


@pytest.mark.parametrize(("number", "code"), ENDINGS)
def test_a_signal_restores_the_terminal(app: Terminal, number: signal.Signals, code: int) -> None:
    app.child.kill(number)
    assert app.finish() == code
    assert_as_it_was(app.raw)
    assert "Quillfeather" not in after_the_screens(app.raw)


@pytest.mark.parametrize(("number", "code"), ENDINGS)
@pytest.mark.parametrize("keys", ["p", "/arch", ":qu", "?", "\x0c"])
def test_a_signal_while_something_is_open_does_too(
    app: Terminal, number: signal.Signals, code: int, keys: str
) -> None:
    app.press(keys)
    app.stand_for(0.2)
    app.child.kill(number)
    assert app.finish() == code
    assert_as_it_was(app.raw)


@pytest.mark.parametrize(("number", "code"), ENDINGS)
def test_a_signal_on_the_first_start_leaves_nothing(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    app = Terminal("-m", "tui.cli", env={"DAYSHEET_HOME": str(tmp_path / "home")})
    app.wait_for("1 of 6")
    app.child.kill(number)
    assert app.finish() == code
    assert_as_it_was(app.raw)
    assert not (tmp_path / "home").exists()


def test_a_signal_at_any_moment_of_the_start_restores_the_terminal(home: Home) -> None:
    """Each start is killed a little later than the one before, until one has painted everything."""
    moments = sized(8, 60)
    began = time.monotonic()
    first = Terminal("-m", "tui.cli", env=home.environ)
    first.wait_for("1TODAY")
    whole = time.monotonic() - began
    first.end()
    codes = set()
    for moment in range(moments):
        app = Terminal("-m", "tui.cli", env=home.environ)
        app.stand_for(whole * (moment + 1) / moments)
        app.child.kill(signal.SIGTERM)
        codes.add(app.finish())
        assert_as_it_was(app.raw)
    print(f"{moments} starts ended within {whole:.2f} s")
    assert codes == {143}


def test_a_terminal_that_goes_away_ends_the_program(app: Terminal) -> None:
    """As when its window is closed: the system sends SIGHUP, and nothing can be painted any more."""
    app.child.ptyproc.fileobj.close()
    until = time.monotonic() + SECONDS
    while app.child.isalive():
        assert time.monotonic() < until
        time.sleep(0.02)
    assert app.child.exitstatus == 129


def reports(home: Home) -> list[Path]:
    return sorted((home.folder / "reports").glob("*.txt"))


def test_a_bug_ends_with_a_number_and_no_word_of_a_client(home: Home) -> None:
    app = Terminal("-c", PLANTED, env=home.environ)
    app.wait_for("1TODAY")
    app.press("2")
    app.wait_for("Quillfeather")
    app.press("/a")
    assert app.finish() == 1
    assert_as_it_was(app.raw)
    farewell, (report,) = after_the_screens(app.raw), reports(home)
    assert re.search(
        r"error [A-Z2-9]{6}: KeyError at (core|tui)/[a-z/_]+\.py:\d+", " ".join(farewell.split())
    )
    assert report.stem in farewell
    assert report.stat().st_mode & 0o077 == 0
    for text in (farewell, report.read_text()):
        assert "uillfeather" not in text.lower()
        assert "archibald" not in text.lower()
        assert str(home.folder) not in text


def test_a_bug_in_a_thread_gives_a_number_and_no_word_of_a_client(home: Home) -> None:
    app = Terminal("-c", BEHIND, env=home.environ)
    app.wait_for("Something went wrong: error")
    assert any(report.stem in app.text for report in reports(home))
    for text in (app.text, *(report.read_text() for report in reports(home))):
        assert "uillfeather" not in text.lower()
    app.child.kill(signal.SIGTERM)
    assert app.finish() == 143
    assert_as_it_was(app.raw)
