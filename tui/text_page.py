"""A document's pages as lines of a terminal, laid out as they are printed.

Every piece of text stands where it stands on the page, as far as a terminal's cells allow: columns keep
to the side they keep to in print, and what is too long for its column goes on below it. Nothing is left
out.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from rich.cells import set_cell_size

from core.documents.reading import Placed, ReadPage
from tui.cells import steady, width_of

LEFT, RIGHT = 50.0, 562.0
"""Where the print begins and ends on a sheet, in points (`core.documents.layout`)."""

SAME_LINE = 5.0
"""Points; what stands closer together than this shares a line."""
EMPTY_LINE = 19.0
"""Points; a gap as wide as this is shown as one empty line."""
SHORT = 14
"""Cells of a day, an amount or a label; such a text is kept in one line where that can be."""
SLIDES = 4
LEAST = 9
"""Cells that a text which goes on below keeps at least."""
NARROWEST = 40

PAGE_END = "═"


def text_lines(pages: Sequence[ReadPage], width: int) -> list[str]:
    """The whole document, no line wider than this many cells."""
    width = max(width, NARROWEST)
    sides = _Sides(pages, width)
    lines: list[str] = []
    for page in pages:
        if lines:
            lines += ["", PAGE_END * width, ""]
        lines += _page_lines(page, width, sides)
    return lines


class _Sides:
    """To which side each text of a document keeps, and in which cell that side is.

    A text keeps to the side at which more texts of other widths stand under it. Where a terminal's wider
    letters leave a short text too few cells, what follows it makes room in all lines alike.
    """

    def __init__(self, pages: Sequence[ReadPage], width: int) -> None:
        self._width = width
        self._lefts: dict[int, set[int]] = defaultdict(set)
        self._rights: dict[int, set[int]] = defaultdict(set)
        for page in pages:
            for text in page.texts:
                self._lefts[round(text.left)].add(round(text.right))
                self._rights[round(text.right)].add(round(text.left))
        self._starts = {left: self.column(left) for left in self._lefts}
        pairs: dict[tuple[Placed, Placed], None] = {}
        for page in pages:
            for band in _bands(page.texts):
                shown = sorted(band)
                pairs.update(dict.fromkeys(pairwise(shown)))
        for text, following in sorted(pairs):
            if not self.keeps_right(text):
                self._make_room(text, following)

    def _make_room(self, text: Placed, following: Placed) -> None:
        left, needs = round(text.left), width_of(text.text)
        if needs > SHORT:
            return
        if self.keeps_right(following):
            room = self.column(following.right) - width_of(following.text) - 1 - self._starts[left]
            self._starts[left] -= min(max(0, needs - room), SLIDES, self._starts[left])
        else:
            after = round(following.left)
            self._starts[after] = max(self._starts[after], self._starts[left] + needs + 1)

    def column(self, x: float) -> int:
        return min(self._width, max(0, round((x - LEFT) / (RIGHT - LEFT) * self._width)))

    def start(self, text: Placed) -> int:
        return self._starts[round(text.left)]

    def keeps_right(self, text: Placed) -> bool:
        return len(self._rights[round(text.right)]) > len(self._lefts[round(text.left)])


def _page_lines(page: ReadPage, width: int, sides: _Sides) -> list[str]:
    lines = [f"— {steady(word)} —".center(width).rstrip() for word in page.across]
    rules = sorted(page.rules, key=lambda rule: -rule.y)
    last: float | None = None
    for band in _bands(page.texts):
        y = band[0].y
        ruled = False
        while rules and rules[0].y > y:
            rule = rules.pop(0)
            start, end = sides.column(rule.left), sides.column(rule.right)
            lines.append(" " * start + "─" * (end - start))
            ruled = True
        if last is not None and last - y > EMPTY_LINE and not ruled:
            lines.append("")
        lines += _band_lines(band, width, sides)
        last = y
    return lines


def _bands(texts: Iterable[Placed]) -> list[list[Placed]]:
    """What stands at about the same height, from the top of the page down."""
    bands: list[list[Placed]] = []
    for text in sorted(texts, key=lambda one: -one.y):
        if bands and bands[-1][0].y - text.y < SAME_LINE:
            bands[-1].append(text)
        else:
            bands.append([text])
    return bands


class _Cell:
    """A text of a line with the cells that it takes, and those that it may."""

    def __init__(self, placed: Placed, sides: _Sides) -> None:
        self.text = steady(placed.text)
        self.needs = width_of(self.text)
        self.right = sides.keeps_right(placed)
        self.end = sides.column(placed.right)
        self.start = self.end - self.needs if self.right else sides.start(placed)
        self.anchor = self.end if self.right else self.start
        self.room = self.needs

    @property
    def least(self) -> int:
        """A number is never broken, words are."""
        return self.needs if " " not in self.text else min(self.needs, LEAST)


def _band_lines(band: Sequence[Placed], width: int, sides: _Sides) -> list[str]:
    cells = sorted((_Cell(text, sides) for text in band), key=lambda cell: (cell.anchor, cell.start))
    for i, cell in enumerate(cells):
        if cell.right:
            before = cells[i - 1] if i else None
            floor = 0 if before is None else before.anchor + (1 if before.right else before.least + 1)
            cell.room = max(cell.least, min(cell.needs, cell.end - floor))
        else:
            after = cells[i + 1] if i + 1 < len(cells) else None
            ceiling = width if after is None else after.anchor - (after.least + 1 if after.right else 1)
            if after is not None and after.right and " " in after.text:
                ceiling = max(cell.start + cell.least, min(width, after.end - after.needs - 1))
            cell.room = max(cell.least, min(cell.needs, ceiling - cell.start))
    sheet = _Rows(width)
    for cell in cells:
        for at, part in enumerate(_wrapped(cell.text, min(cell.room, width))):
            start = cell.end - width_of(part) if cell.right else cell.start
            sheet.put(at, start, part)
    return sheet.lines()


class _Rows:
    """Lines that grow downwards where a place is taken."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._rows: list[list[tuple[int, int, str]]] = []

    def put(self, at: int, start: int, text: str) -> None:
        """Put a text into this row, or the first one below in which its place is free."""
        length = width_of(text)
        start = max(0, min(start, self._width - length))
        while True:
            if at == len(self._rows):
                self._rows.append([])
            row = self._rows[at]
            if all(start + length < begin or end < start for begin, end, _ in row):
                row.append((start, start + length, text))
                return
            at += 1

    def lines(self) -> list[str]:
        lines = []
        for row in self._rows:
            line, at = "", 0
            for start, end, text in sorted(row):
                line += " " * (start - at) + text
                at = end
            lines.append(line.rstrip(" "))
        return lines


def _wrapped(text: str, width: int) -> list[str]:
    """Lines no wider than this, broken at blanks, at need inside a word."""
    if width_of(text) <= width:
        return [text]
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if width_of(longer) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        while width_of(word) > width:
            part = set_cell_size(word, width).rstrip(" ") or word[:1]
            lines.append(part)
            word = word[len(part) :]
        line = word
    return [*lines, line] if line else lines
