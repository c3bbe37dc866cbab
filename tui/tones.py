"""The few ways text may look, named by what they mean.

A line is painted as pieces of text with a tone; the theme decides what a tone looks like. Colour is
never the only sign: a status is a word, attention is `!`, and without colour the cursor is reversed.
"""

from collections.abc import Iterable
from typing import Any, Literal

from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.color import Color
from textual.strip import Strip as Painted
from textual.widget import Widget

from tui.cells import fit, steady, width_of

Tone = Literal["", "muted", "strong", "accent", "good", "warn", "bad", "key", "active"]
Piece = tuple[str, Tone]

_LOOKS: dict[Tone, tuple[str, str, str]] = {
    "muted": ("text-muted", "", "dim"),
    "strong": ("", "", "bold"),
    "accent": ("text-accent", "cyan", ""),
    "good": ("text-success", "green", ""),
    "warn": ("text-warning", "yellow", ""),
    "bad": ("text-error", "red", ""),
    "key": ("text-accent", "cyan", "bold"),
    "active": ("text-accent", "cyan", "bold underline"),
}
"""Each tone: the theme's variable, the colour of the terminal's own palette, and the text style.

The text style holds where it must do without colour; `muted` is dim there and `active` underlined.
"""

_kept: dict[tuple[str, bool], dict[Tone, Style]] = {}


def tone_styles(app: App[Any]) -> dict[Tone, Style]:
    """The styles of all tones under the app's present theme, without background.

    Worked out once a theme: as component classes of every line, tones took a third of the start.
    """
    key = (app.theme, app.native_ansi_color)
    if key not in _kept:
        variables = app.get_css_variables()
        styles: dict[Tone, Style] = {}
        for tone, (variable, ansi, text_style) in _LOOKS.items():
            if app.native_ansi_color:
                styles[tone] = Style.parse(f"{text_style} {ansi}".strip() or "none")
            else:
                color = Color.parse(variables[variable]).rich_color if variable else None
                styles[tone] = Style(color=color, bold="bold" in text_style)
        _kept[key] = styles
    return _kept[key]


class TonedWidget(Widget):
    """A widget that paints itself line by line from pieces of text and tones."""

    def paint(self, pieces: Iterable[Piece], width: int) -> Painted:
        """One line: the pieces after each other, cut and padded to the width. Text is made plain."""
        segments: list[Segment] = []
        room = width
        base, tones = self.rich_style, tone_styles(self.app)
        for text, tone in pieces:
            if room <= 0:
                break
            shown = steady(text)
            length = width_of(shown)
            if length > room:
                shown = fit(shown, room)
                length = room
            segments.append(Segment(shown, base + tones[tone] if tone else base))
            room -= length
        if room > 0:
            segments.append(Segment(" " * room, base))
        return Painted(segments, width)


def pieces_width(pieces: Iterable[Piece]) -> int:
    """How many terminal cells the pieces take."""
    return sum(width_of(steady(text)) for text, _ in pieces)


def spread(left: list[Piece], right: list[Piece], width: int, *, keep_right: bool = False) -> list[Piece]:
    """Pieces at both ends of a line; where there is no room for both, one end gives way.

    The right end goes as a whole; with `keep_right` the left one is cut.
    """
    used = pieces_width(left) + pieces_width(right)
    if used + 1 > width:
        if not keep_right or not right:
            return left
        left = _cut(left, width - pieces_width(right) - 1)
        used = pieces_width(left) + pieces_width(right)
    return [*left, (" " * (width - used), ""), *right]


def _cut(pieces: list[Piece], width: int) -> list[Piece]:
    kept: list[Piece] = []
    for text, tone in pieces:
        shown = steady(text)
        kept.append((fit(shown, min(width, width_of(shown))), tone))
        width -= width_of(kept[-1][0])
    return kept
