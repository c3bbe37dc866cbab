"""Amounts as bars of text, each beside its number: what a picture says must also stand in words."""

from collections.abc import Sequence

from textual.strip import Strip as Painted

from core.money import show_cents
from tui.cells import fit, steady, width_of
from tui.tones import Piece, TonedWidget

LONGEST_BAR = 40
_FULL = "█"


class Bars(TonedWidget):
    """One line an amount: ` 31-60  █████  13,050.00`. The longest bar is the largest amount."""

    DEFAULT_CSS = "Bars { height: auto; width: 1fr; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows: list[tuple[str, int]] = []

    def show(self, rows: Sequence[tuple[str, int]]) -> None:
        """Show these names and cents."""
        self._rows = list(rows)
        self.refresh(layout=True)

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        return len(self._rows)

    def render_line(self, y: int) -> Painted:
        width = self.size.width
        if y >= len(self._rows):
            return self.paint([], width)
        names = max(width_of(steady(name)) for name, _ in self._rows)
        amounts = max(len(show_cents(cents)) for _, cents in self._rows)
        longest = min(LONGEST_BAR, width - names - amounts - 6)
        most = max(cents for _, cents in self._rows)
        name, cents = self._rows[y]
        cells = round(longest * cents / most) if most > 0 and cents > 0 else 0
        # A little is more than nothing.
        bar = _FULL * max(cells, 1 if cents > 0 and longest > 0 else 0)
        pieces: list[Piece] = [(f" {fit(steady(name), names)}  ", "muted"), (bar, "accent")]
        pieces.append((f"  {show_cents(cents)}", "" if cents else "muted"))
        return self.paint(pieces, width)
