"""The few ways text may look, named by what they mean.

A line is painted as pieces of text with a tone; the theme decides what a tone looks like. Colour is
never the only sign: a status is a word, attention is `!`, and without colour the cursor is reversed.
"""

from collections.abc import Iterable
from typing import ClassVar, Literal

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip as Painted
from textual.widget import Widget

from tui.cells import fit, steady, width_of

Tone = Literal["", "muted", "strong", "accent", "good", "warn", "bad", "key", "active"]
Piece = tuple[str, Tone]

TONES: tuple[Tone, ...] = ("muted", "strong", "accent", "good", "warn", "bad", "key", "active")

TONE_CSS = """
.tone--muted { color: $text-muted; }
.tone--strong { text-style: bold; }
.tone--accent { color: $text-accent; }
.tone--good { color: $text-success; }
.tone--warn { color: $text-warning; }
.tone--bad { color: $text-error; }
.tone--key { color: $text-accent; text-style: bold; }
.tone--active { color: $text-accent; text-style: bold; }
*:ansi > .tone--muted { color: ansi_default; text-style: dim; }
*:ansi > .tone--accent, *:ansi > .tone--key, *:ansi > .tone--active { color: ansi_cyan; }
*:ansi > .tone--good { color: ansi_green; }
*:ansi > .tone--warn { color: ansi_yellow; }
*:ansi > .tone--bad { color: ansi_red; }
*:nocolor > .tone--active { text-style: bold underline; }
"""


class TonedWidget(Widget):
    """A widget that paints itself line by line from pieces of text and tones."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"tone--{tone}" for tone in TONES}

    def tone_style(self, tone: Tone) -> Style:
        """The style of a tone here; Textual keeps it until the theme changes."""
        if not tone:
            return self.rich_style
        return self.get_component_rich_style(f"tone--{tone}", partial=False)

    def paint(self, pieces: Iterable[Piece], width: int) -> Painted:
        """One line: the pieces after each other, cut and padded to the width. Text is made plain."""
        segments: list[Segment] = []
        room = width
        for text, tone in pieces:
            if room <= 0:
                break
            shown = steady(text)
            length = width_of(shown)
            if length > room:
                shown = fit(shown, room)
                length = room
            segments.append(Segment(shown, self.tone_style(tone)))
            room -= length
        if room > 0:
            segments.append(Segment(" " * room, self.rich_style))
        return Painted(segments, width)


def pieces_width(pieces: Iterable[Piece]) -> int:
    """How many terminal cells the pieces take."""
    return sum(width_of(steady(text)) for text, _ in pieces)


def spread(left: list[Piece], right: list[Piece], width: int) -> list[Piece]:
    """Pieces at both ends of a line; the right end goes first when there is no room for both."""
    used = pieces_width(left) + pieces_width(right)
    if used + 1 > width:
        return left
    return [*left, (" " * (width - used), ""), *right]
