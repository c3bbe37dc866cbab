"""In a real terminal: names made of escape sequences, markup, actions and odd characters."""

import os
import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pyte
import pytest

ROOT = Path(__file__).parents[2]
TERMINAL = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"}

ALLOWED_SEQUENCES = re.compile(
    rb"\x1b\[[0-9;?<>=$]*[A-Za-z]|\x1b\[[?>=][0-9;]*\$p|\x1b\]22;default\x1b\\|\x1b\]22;[a-z]+\x07?|\x1b[PX^_][^\x1b]*\x1b\\"
)


class Terminal:
    """A program in a pseudo terminal, everything it sent, and the screen that makes."""

    def __init__(
        self, *arguments: str, columns: int = 80, lines: int = 24, env: dict[str, str] | None = None
    ) -> None:
        environ = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
        self.raw = b""
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self.screen)
        self.child = pexpect.spawn(
            sys.executable,
            list(arguments),
            cwd=str(ROOT),
            env={**environ, **TERMINAL, **(env or {})},
            dimensions=(lines, columns),
            timeout=20,
        )
        self.child.delaybeforesend = None

    def wait_for(self, text: str, *, gone: bool = False) -> None:
        """Read until the screen shows a text, or no longer does."""
        for _ in range(100):
            if (text in "\n".join(self.screen.display)) != gone:
                return
            try:
                self.read(0.05)
            except pexpect.EOF:
                break
        raise AssertionError(f"{text!r} never came; the screen:\n" + "\n".join(self.screen.display))

    def read(self, seconds: float) -> None:
        try:
            self.take(self.child.read_nonblocking(65_536, seconds))
        except pexpect.TIMEOUT:
            return

    def take(self, data: bytes) -> None:
        self.raw += data
        # pyte knows neither the private answers nor mouse modes with `>`; they paint nothing.
        self._stream.feed(re.sub(rb"\x1b\[[>=<][0-9;]*[a-z]", b"", data))

    def press(self, keys: str) -> None:
        self.child.send(keys)

    def finish(self) -> int:
        """Read to the end; the exit code."""
        while True:
            try:
                self.take(self.child.read_nonblocking(65_536, 10))
            except pexpect.EOF:
                break
        self.child.close()
        code = self.child.exitstatus
        return int(code) if code is not None else 128 + int(self.child.signalstatus)


@pytest.fixture
def hostile(tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal("-m", "tests.tui.gallery", "hostile", str(tmp_path), columns=100)
    terminal.wait_for("? Help")
    terminal.wait_for("1,234.56")
    yield terminal
    terminal.child.close(force=True)


def assert_only_text(raw: bytes) -> None:
    rest = ALLOWED_SEQUENCES.sub(b"", raw)
    text = rest.decode("utf-8")
    odd = re.findall(
        "[^\n\r\x20-\x7e\u00a0-\U0001ffff]|[\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]", text
    )
    assert odd == [], [f"{ord(ch):x}" for ch in set(odd)]
    assert b"\x1b]52" not in raw
    assert b"\x1b]8;" not in raw
    assert b"\x1b]0;" not in raw
    assert b"\x1b[31m" not in raw


def test_no_payload_reaches_the_terminal_as_more_than_text(hostile: Terminal) -> None:
    hostile.press("jjjj\r")
    hostile.wait_for("␛]8;;https://evil.example")
    for keys, shown in (
        ("p", "Next field"),
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
