"""In a real terminal: names made of escape sequences, markup, actions and odd characters."""

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tui.terminal import Terminal, assert_only_text


@pytest.fixture
def hostile(tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal("-m", "tests.tui.gallery", "hostile", str(tmp_path), columns=100)
    terminal.wait_for("? Help")
    terminal.wait_for("1,234.56")
    yield terminal
    terminal.end()


def test_no_payload_reaches_the_terminal_as_more_than_text(hostile: Terminal) -> None:
    hostile.press("jjjj\r")
    hostile.wait_for("␛]8;;https://evil.example")
    for keys, shown in (
        ("p", "Enter Save"),
        ("/Jane", "Keep filter"),
        (":Jane", "╭"),
        ("?", "What they do"),
    ):
        hostile.press(keys)
        hostile.wait_for(shown)
        hostile.press("\x1b")
        hostile.wait_for(shown, gone=True)
    hostile.press("s")
    hostile.wait_for("any other key cancels")
    hostile.child.kill(signal.SIGTERM)
    hostile.finish()
    assert_only_text(hostile.raw)


def test_columns_stand_whatever_the_names_are(hostile: Terminal) -> None:
    ends = {line.rstrip().removesuffix("▁").rstrip()[-8:] for line in hostile.screen.display[4:18]}
    assert ends == {"1,234.56"}
    widths = {line.index("1,234.56") for line in hostile.screen.display[4:13]}
    assert len(widths) == 1


def test_a_click_on_a_name_runs_nothing(hostile: Terminal) -> None:
    for line in (1, 3, 5):
        hostile.press(f"\x1b[<0;8;{line}M\x1b[<0;8;{line}m")
    hostile.press("jj\r")
    hostile.wait_for("␛]52;c;Q0FOQVJZ")
    assert hostile.child.isalive()


def test_a_crash_tells_where_and_keeps_a_report_without_data(hostile: Terminal, tmp_path: Path) -> None:
    hostile.press("r")
    assert hostile.finish() == 1
    farewell = hostile.raw.rpartition(b"\x1b[?1049l")[2].decode()
    assert "KeyError at tests/tui/hostile.py:" in farewell
    report = next(tmp_path.glob("*.txt"))
    assert report.stem in farewell
    assert report.stat().st_mode & 0o077 == 0
    for text in (farewell, report.read_text()):
        assert "Jane" not in text
        assert "click" not in text
    assert "builtins.KeyError" in report.read_text()


def test_a_bug_in_the_background_gives_a_number_and_work_goes_on(hostile: Terminal, tmp_path: Path) -> None:
    hostile.press("b")
    hostile.wait_for("Something went wrong")
    assert "Jane Roe" not in next(tmp_path.glob("*.txt")).read_text()
    hostile.press("\r")
    hostile.press("jjj\r")
    hostile.wait_for("Something went wrong", gone=True)
    hostile.wait_for("␛]0;owned")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_restores_the_terminal(hostile: Terminal, number: signal.Signals, code: int) -> None:
    hostile.child.kill(number)
    assert hostile.finish() == code
    assert b"\x1b[?1049l" in hostile.raw
    assert b"\x1b[?25h" in hostile.raw
    assert b"\x1b[?1000l" in hostile.raw


def test_no_color_paints_no_colour_and_still_shows_the_cursor(tmp_path: Path) -> None:
    terminal = Terminal("-m", "tests.tui.gallery", "hostile", str(tmp_path), env={"NO_COLOR": "1"})
    terminal.wait_for("1,234.56")
    terminal.press("\x11")
    terminal.finish()
    assert re.search(rb"\x1b\[[0-9;]*(3[0-8]|4[0-8]|9[0-7]|10[0-7])[;m]", terminal.raw) is None
    assert re.search(rb"\x1b\[7;39;49m *> ", terminal.raw) is not None


def test_a_dumb_terminal_is_refused_with_a_hint(tmp_path: Path) -> None:
    terminal = Terminal("-m", "tests.tui.gallery", "hostile", str(tmp_path), env={"TERM": "dumb"})
    assert terminal.finish() == 2
    assert b"daysheet --help" in terminal.raw
    assert b"\x1b" not in terminal.raw


def test_ctrl_z_suspends_and_fg_comes_back(hostile: Terminal) -> None:
    hostile.press("\x1a")
    hostile.stand_until(lambda: b"\x1b[?1049l" in hostile.raw)
    assert hostile.stopped
    hostile.child.kill(signal.SIGCONT)
    hostile.stand_until(lambda: hostile.raw.rfind(b"\x1b[?1049h") > hostile.raw.rfind(b"\x1b[?1049l"))
    hostile.press("jjj\r")
    hostile.wait_for("␛]0;owned")
