"""Text in a fixed number of terminal cells.

Names come in every script. A wide character takes two cells, a combining mark none, and terminals
disagree about emoji joined into one picture, so those are taken apart: a list's columns must stand.
"""

import re
from typing import Literal
from unicodedata import combining

from rich.cells import cell_len, set_cell_size

from core.text import plain

LONGEST = 500
"""More characters than any terminal is wide; a longer name is cut before it is looked at."""

_MARKS_A_LETTER = 4
_PICTURE_PARTS = re.compile("[\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0100-\U000e01ef]")
_JOINED_PICTURES = re.compile("\u200d(?=[\u2190-\u2bff\U0001f000-\U0001faff])")


def steady(text: str) -> str:
    """Data as it may stand in a column: plain, not endless, of a width all terminals agree on."""
    shown = plain(text[:LONGEST])
    if shown.isascii():
        return shown
    shown = _JOINED_PICTURES.sub("", _PICTURE_PARTS.sub("", shown))
    return _few_marks(shown)


def fit(text: str, width: int, align: Literal["left", "right"] = "left") -> str:
    """Exactly `width` cells: padded, or cut with an ellipsis. The text is already plain."""
    length = len(text) if text.isascii() else cell_len(text)
    if length == width:
        return text
    if length < width:
        gap = " " * (width - length)
        return gap + text if align == "right" else text + gap
    if width <= 0:
        return ""
    return set_cell_size(text, width - 1) + "…"


def in_two_lines(text: str, width: int) -> tuple[str, str]:
    """A sentence broken at a blank where it is longer than a line; the second part may be too long."""
    shown = steady(text)
    if width_of(shown) <= width or width <= 0:
        return shown, ""
    end = len(shown)
    while end > 0 and width_of(shown[:end]) > width:
        end = shown.rfind(" ", 0, end)
    return (shown[:end], shown[end + 1 :]) if end > 0 else (shown, "")


def in_lines(text: str, width: int) -> list[str]:
    """A sentence in as many lines as it takes, broken at blanks."""
    lines, rest = [], text
    while rest:
        line, rest = in_two_lines(rest, width)
        lines.append(line)
    return lines or [""]


def width_of(text: str) -> int:
    """The number of cells a plain text takes."""
    return len(text) if text.isascii() else cell_len(text)


def _few_marks(text: str) -> str:
    """Keep a few combining marks a letter: hundreds of them climb over the rows above."""
    kept: list[str] = []
    run = 0
    for ch in text:
        run = run + 1 if combining(ch) else 0
        if run <= _MARKS_A_LETTER:
            kept.append(ch)
    return "".join(kept)
