"""The lines around a list: practice and status, screens, list title, last result, keys.

Each is one terminal line painted from pieces. They only show what they are told; the screen tells.
"""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip as Painted

from tui.cells import width_of
from tui.tones import Piece, Tone, TonedWidget, spread

BAR_CELLS = 22
_GAP = 2
_TOTALS = 3
"""Where the totals are among the pieces of a list's title."""


class Line(TonedWidget):
    """One line: pieces at the left and pieces at the right."""

    DEFAULT_CSS = "Line { height: 1; width: 1fr; }"
    KEEP_RIGHT: ClassVar[bool] = False
    """Whether the left end gives way where there is no room for both."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._left: list[Piece] = []
        self._right: list[Piece] = []
        self._kept: tuple[int, Painted] | None = None

    def show(self, left: Sequence[Piece], right: Sequence[Piece] = ()) -> None:
        """Show these pieces; repaints only when they differ."""
        shown = (list(left), list(right))
        if shown != (self._left, self._right):
            self._left, self._right = shown
            self.repaint()

    def render_lines(self, crop: Region) -> list[Painted]:
        """The kept line: the compositor asks every widget whenever the list's cursor moves."""
        width = self.size.width
        if self._kept is None or self._kept[0] != width:
            line = self.render_line(0)
            for line_filter in self.get_line_filters():
                line = line.apply_filter(line_filter, self.background_colors[1])
            self._kept = (width, line)
        line = self._kept[1]
        if (crop.x, crop.width) != (0, width):
            line = line.crop(crop.x, crop.right)
        return [line] * crop.height

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._kept = None

    def repaint(self) -> None:
        self._kept = None
        self.refresh()

    def render_line(self, y: int) -> Painted:
        width = self.size.width
        return self.paint(spread(self._left, self._right, width, keep_right=self.KEEP_RIGHT), width)


class TitleLine(Line):
    """Practice and period at the left, outbox and sync at the right."""

    DEFAULT_CSS = "TitleLine { background: $panel; color: $foreground; }"

    def show_title(self, practice: str, period: str, summary: str) -> None:
        left: list[Piece] = [(" ", ""), (practice, "strong")]
        if period:
            left += [(" · ", "muted"), (period, "")]
        self.show(left, [(summary + " ", "muted")] if summary else [])


class ScreensLine(Line):
    """The numbered screens, the present one in capitals; a click goes there."""

    DEFAULT_CSS = "ScreensLine { background: $panel; }"

    class Picked(Message):
        """A screen's name was clicked."""

        def __init__(self, place: str) -> None:
            super().__init__()
            self.place = place

    def __init__(self, places: Sequence[tuple[str, str, str]], active: str, *, id: str | None = None) -> None:
        """`places` are (key, name, title)."""
        super().__init__(id=id)
        self._spans: list[tuple[int, int, str]] = []
        pieces: list[Piece] = [(" ", "")]
        at = 1
        for key, name, title in places:
            here = name == active
            shown = title.upper() if here else title
            pieces += [
                (key, "active" if here else "accent"),
                (shown, "active" if here else "muted"),
                (" ", ""),
            ]
            self._spans.append((at, at + width_of(key + shown), name))
            at += width_of(key + shown) + 1
        self._left = pieces

    def on_click(self, event: events.Click) -> None:
        for start, stop, name in self._spans:
            if start <= event.x < stop:
                self.post_message(self.Picked(name))


class ListTitle(Line):
    """The list's name and totals at the left; filter and marks at the right, never hidden by the totals."""

    KEEP_RIGHT = True

    def render_line(self, y: int) -> Painted:
        """Of the totals the last ones step out where there is no room; an amount is never cut."""
        width, left = self.size.width, self._left
        room = width - sum(width_of(text) for text, _ in self._right) - 1
        while sum(width_of(text) for text, _ in left) > room and len(left) > _TOTALS:
            first, dot, _ = left[_TOTALS][0].rpartition(" · ")
            left = [*left[:_TOTALS], (first, "")] if dot else left[:_TOTALS]
        return self.paint(spread(left, self._right, width, keep_right=self.KEEP_RIGHT), width)

    def show_list(self, title: str, totals: str, notes: Sequence[Piece]) -> None:
        left: list[Piece] = [(" ", ""), (title, "strong")]
        if totals:
            left += [("   ", ""), (totals, "")]
        right: list[Piece] = []
        for piece in notes:
            right += [("   ", ""), piece] if right else [piece]
        self.show(left, [*right, (" ", "")])


class StatusLine(Line):
    """The last result or error; while work runs in the background, how far it is."""

    def show_result(self, text: str, tone: Tone) -> None:
        self.show([(" ", ""), (text, tone)])

    def show_progress(self, title: str, done: int, total: int, left: str) -> None:
        filled = BAR_CELLS * done // total if total else 0
        per_cent = 100 * done // total if total else 0
        self.show(
            [
                (f" {title} ", ""),
                ("━" * filled, "accent"),
                ("─" * (BAR_CELLS - filled), "muted"),
                (f" {per_cent}%  {done}/{total}", ""),
                (f"  {left}" if left else "", "muted"),
            ],
            [("X", "key"), (" stops ", "muted")],
        )


class FooterLine(Line):
    """The keys that apply now, and how many records they act on: `s Send (12)`."""

    DEFAULT_CSS = "FooterLine { background: $panel; }"

    MOST_KEYS: ClassVar[int] = 7
    MOST_KEYS_WIDE: ClassVar[int] = 12

    class Pressed(Message):
        """A key's label was clicked."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._verbs: list[tuple[str, str, str]] = []
        self._always: list[tuple[str, str, str]] = []
        self._palette = ""
        self._spans: list[tuple[int, int, str]] = []

    def show_keys(
        self, verbs: Sequence[tuple[str, str, str]], always: Sequence[tuple[str, str, str]], palette: str
    ) -> None:
        """Each key is (key, as displayed, label). `always` are kept when verbs must step out."""
        told = (list(verbs), list(always), palette)
        if told != (self._verbs, self._always, self._palette):
            self._verbs, self._always, self._palette = told
            self.repaint()

    def render_line(self, y: int) -> Painted:
        width = self.size.width
        most = self.MOST_KEYS_WIDE if width >= 100 else self.MOST_KEYS
        # A blank before them all, one behind the palette's key, and no gap needed behind the last.
        room = width - 1 - (width_of(self._palette) + 2 if self._palette else 0) + _GAP
        verbs = self._verbs[: max(0, most - len(self._always))]
        while verbs and sum(_key_width(*key) for key in [*verbs, *self._always]) > room:
            verbs.pop()
        left: list[Piece] = [(" ", "")]
        self._spans = []
        at = 1
        for key, display, label in [*verbs, *self._always]:
            left += [(display, "key"), (" ", ""), (label, ""), ("  ", "")]
            self._spans.append((at, at + width_of(f"{display} {label}"), key))
            at += _key_width(key, display, label)
        if len(left) > 1:
            left.pop()
        right: list[Piece] = [(self._palette + " ", "muted")] if self._palette else []
        return self.paint(spread(left, right, width), width)

    def on_click(self, event: events.Click) -> None:
        for start, stop, key in self._spans:
            if start <= event.x < stop:
                self.post_message(self.Pressed(key))


def _key_width(_key: str, display: str, label: str) -> int:
    return width_of(display) + 1 + width_of(label) + _GAP
