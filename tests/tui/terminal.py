"""A program in a pseudo terminal: what it sent, byte for byte, and the screen that makes."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pexpect
import pyte

ROOT = Path(__file__).parents[2]
TERMINAL = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"}

ALLOWED_SEQUENCES = re.compile(
    rb"\x1b\[[0-9;?<>=$]*[A-Za-z]|\x1b\[[?>=][0-9;]*\$p|\x1b\]22;default\x1b\\|\x1b\]22;[a-z]+\x07?|\x1b[PX^_][^\x1b]*\x1b\\"
)
"""What Textual itself sends: cursor and colours, modes, the mouse pointer's shape."""

ODD = re.compile(
    "[^\n\r\x20-\x7e\u00a0-\U0001ffff\U00020000-\U0003ffff]"
    "|[\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)
"""Characters that are more than text: control, bidirectional, invisible."""

SECONDS = 30.0
"""Far longer than anything takes; a busy machine must not fail a test."""


class Terminal:
    """A child of `python`, driven by keys; the screen is what a person would see."""

    def __init__(
        self, *arguments: str, columns: int = 80, lines: int = 24, env: dict[str, str] | None = None
    ) -> None:
        environ = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
        self.raw = b""
        self.keys_pressed = 0
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

    @property
    def text(self) -> str:
        """The screen, its lines without the blanks at their ends."""
        rows = (self.screen.buffer[row] for row in range(self.screen.lines))
        columns = range(self.screen.columns)
        # pyte's own `display` trips over half a wide character whose other half was painted over.
        return "\n".join("".join(row[column].data for column in columns).rstrip() for row in rows)

    @property
    def unreadable(self) -> list[str]:
        """What is written in the colour that it is written on; the text alone does not show that."""
        rows = (self.screen.buffer[row] for row in range(self.screen.lines))
        cells = (row[column] for row in rows for column in range(self.screen.columns))
        return [cell.data for cell in cells if cell.data.isalnum() and cell.fg == cell.bg != "default"]

    def wait_for(self, text: str, *, gone: bool = False, seconds: float = SECONDS) -> None:
        """Read until the screen shows a text, or no longer does."""
        until = time.monotonic() + seconds
        while (text in self.text) == gone:
            if time.monotonic() > until or not self._read_a_little():
                raise AssertionError(
                    f"{text!r} {'stayed' if gone else 'never came'}; the screen:\n{self.text}"
                )

    def stand_for(self, seconds: float) -> None:
        """Go on reading for a while, as somebody does who reads a question before answering it."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and self._read_a_little():
            pass

    def stand_until(self, holds: Callable[[], bool], seconds: float = SECONDS) -> None:
        """Read until something holds of what was sent."""
        until = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < until, self.text
            self._read_a_little()

    def stand_until_still(self) -> None:
        """Read until nothing more is painted; for looking at a screen, not for knowing that it is there."""
        painted = -1
        while painted != len(self.raw) and not self.child.closed:
            painted = len(self.raw)
            self._read_a_little()

    @property
    def stopped(self) -> bool:
        """Whether the program is suspended, as ctrl+z does."""
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            if Path(f"/proc/{self.child.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T":
                return True
            self._read_a_little()
        return False

    def _read_a_little(self) -> bool:
        """False when the program has ended."""
        try:
            self.take(self.child.read_nonblocking(65_536, 0.05))
        except pexpect.TIMEOUT:
            pass
        except pexpect.EOF:
            return False
        return True

    def take(self, data: bytes) -> None:
        self.raw += data
        # pyte knows neither the private answers nor mouse modes with `>`; they paint nothing.
        self._stream.feed(re.sub(rb"\x1b\[[>=<][0-9;]*[a-z]", b"", data))

    def press(self, keys: str) -> None:
        """Send keys in one burst, as a fast typist does."""
        self.keys_pressed += len(keys)
        self.child.send(keys)

    def end(self) -> None:
        """Whatever the program is doing, it is over, and waited for however busy the machine is."""
        if self.child.isalive():
            self.child.kill(signal.SIGKILL)
            self.child.wait()
        self.child.close()

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


def assert_only_text(raw: bytes) -> None:
    """Nothing but Textual's own sequences and printable text was sent; no link, title, clipboard."""
    text = ALLOWED_SEQUENCES.sub(b"", raw).decode("utf-8")
    odd = set(ODD.findall(text))
    assert not odd, [f"{ord(ch):x}" for ch in odd]
    for sequence in (b"\x1b]52", b"\x1b]8;", b"\x1b]0;", b"\x1b[31m"):
        assert sequence not in raw
