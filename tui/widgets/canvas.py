"""Paints a list's rows, and only those in view.

Textual's own table needs a third of a millisecond a row before its first paint and 29 ms of work a
key. This one keeps painted lines and fetches rows in blocks, so it opens and moves the same with ten
rows and with a hundred thousand.
"""

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.css.styles import RenderStyles
from textual.dom import DOMNode
from textual.filter import LineFilter
from textual.geometry import Region
from textual.scroll_view import ScrollView
from textual.strip import Strip as Painted

from tui.cells import fit, steady, width_of
from tui.tones import Tone, tone_styles
from tui.widgets.columns import GAP, Column, lay_out
from tui.widgets.marks import Marks
from tui.widgets.rows import NATURAL, Row, Rows, RowSource

BLOCK_ROWS = 128
_KEPT_BLOCKS = 64
_KEPT_LINES = 2048
_SIGNS = 3
_CURSOR, _AWAY, _MARKED, _IN_RANGE = 1, 2, 4, 8


class RowCanvas(ScrollView):
    """The painted half of a list: columns, lines kept by what they show, rows read in blocks."""

    DEFAULT_CSS = """
    RowCanvas { overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1;
        scrollbar-color: $boost; scrollbar-background: $background; scrollbar-color-hover: $secondary;
        scrollbar-background-hover: $background; scrollbar-color-active: $secondary;
        scrollbar-background-active: $background; width: 1fr; height: 1fr; }
    RowCanvas > .grid--header { color: $text-muted; text-style: underline; }
    RowCanvas > .grid--cursor { background: $block-cursor-background; color: $block-cursor-foreground; }
    RowCanvas > .grid--cursor-away { background: $block-cursor-blurred-background; }
    RowCanvas > .grid--marked { color: $text-accent; }
    RowCanvas > .grid--empty { color: $text-muted; }
    RowCanvas:ansi > .grid--header { color: ansi_default; text-style: underline; }
    RowCanvas:ansi > .grid--cursor { background: ansi_blue; color: ansi_bright_white; text-style: bold; }
    RowCanvas:ansi > .grid--cursor-away { background: ansi_default; text-style: bold; }
    RowCanvas:ansi > .grid--marked { color: ansi_cyan; }
    RowCanvas:nocolor > .grid--cursor { text-style: reverse; }
    RowCanvas:nocolor > .grid--marked { text-style: bold; }
    """

    def __init__(self, columns: Sequence[Column], *, empty_text: str = "", id: str | None = None) -> None:
        super().__init__(id=id)
        self.columns = tuple(columns)
        self.empty_text = empty_text
        self.loaded = False
        self.marks = Marks()
        self._shown: RowSource = Rows()
        self._arrangement = NATURAL
        self._cursor = 0
        self._needed = [0] * len(self.columns)
        self._widths: list[int] = []
        self._widths_for = -1
        self._blocks: dict[int, Sequence[Row]] = {}
        self._lines: dict[tuple[int, str, int], Painted] = {}
        self._styles_kept: dict[str, Style] = {}
        self._behind: tuple[Color, tuple[LineFilter, ...]] | None = None

    @property
    def in_front(self) -> bool:
        """Whether the cursor is shown."""
        return True

    @property
    def row_count(self) -> int:
        """How many rows are shown."""
        return len(self._shown)

    def row_at(self, place: int) -> Row:
        block, offset = divmod(place, BLOCK_ROWS)
        rows = self._blocks.get(block)
        if rows is None:
            rows = self._fetch_block(block)
        return rows[offset]

    def _forget_painted(self) -> None:
        self._blocks.clear()
        self._lines.clear()

    def _forget_widths(self) -> None:
        self._needed = [0] * len(self.columns)
        self._widths_for = -1

    def _fetch_block(self, block: int) -> Sequence[Row]:
        start = block * BLOCK_ROWS
        rows = self._shown.fetch(start, min(start + BLOCK_ROWS, self.row_count))
        if len(self._blocks) >= _KEPT_BLOCKS:
            del self._blocks[next(iter(self._blocks))]
        self._blocks[block] = rows
        for at, column in enumerate(self.columns):
            # Words are measured where the list begins: later ones would move the columns while it scrolls.
            if block == 0 or not column.flexible:
                widest = max((width_of(steady(column.show(row.values[at])[0])) for row in rows), default=0)
                if widest > self._needed[at]:
                    self._needed[at] = widest
                    if self._widths_for != -1:
                        # Lines painted with the old widths would stand askew beside the new ones.
                        self._widths_for = -1
                        self.refresh()
        return rows

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._component_styles.clear()
        self._styles_kept.clear()
        self._behind = None
        self._lines.clear()

    def get_component_styles(self, *names: str) -> RenderStyles:
        """Each part's style is worked out when it is painted; Textual would work out all, for every list of
        a screen, before the first paint."""
        for name in names:
            if name not in self._component_styles:
                part = DOMNode(classes=name)
                part._attach(self)
                self.app.stylesheet.apply(part)
                self._component_styles[name] = part.styles
        return super().get_component_styles(*names)

    def render_lines(self, crop: Region) -> list[Painted]:
        """Lines straight from those kept: the styles cache would compose borders we do not have."""
        top, count = self.scroll_offset.y, self.row_count
        for block in range(top // BLOCK_ROWS, (min(top + self.size.height - 1, count) - 1) // BLOCK_ROWS + 1):
            if block not in self._blocks:
                self._fetch_block(block)
        width = self.scrollable_content_region.width
        if width != self._widths_for:
            self._widths = lay_out(self.columns, self._needed, width - _SIGNS)
            self._widths_for = width
            self._lines.clear()
        first, last = crop.y, crop.bottom
        lines = [self._line(y, top, count, width) for y in range(first, last)]
        if crop.x or crop.width != width:
            style = self._kept_style("")
            lines = [line.crop_extend(crop.x, crop.right, style) for line in lines]
        return lines

    def _line(self, y: int, top: int, count: int, width: int) -> Painted:
        if y == 0:
            return self._kept_line((-1, "", -1), width)
        place = top + y - 1
        if place < count:
            row = self.row_at(place)
            return self._kept_line((place, row.id, self._state_of(place, row)), width, row)
        if count == 0 and y == 2 and self.loaded:
            return self._finish([(self._empty_words(), self._kept_style("grid--empty"))], width, "")
        return self._kept_line((-2, "", -1), width)

    def _state_of(self, place: int, row: Row) -> int:
        """Everything about a row that its data does not say, as bits; part of the kept line's name."""
        state = 0
        if place == self._cursor and self.in_front:
            state = _CURSOR if self.has_focus else _CURSOR | _AWAY
        if row.id in self.marks:
            state |= _MARKED
        anchor = self.marks.anchor
        if anchor is not None:
            at = self._shown.index_of(anchor)
            if at is not None and min(at, self._cursor) <= place <= max(at, self._cursor):
                state |= _IN_RANGE
        return state

    def _kept_line(self, key: tuple[int, str, int], width: int, row: Row | None = None) -> Painted:
        line = self._lines.get(key)
        if line is None:
            if len(self._lines) >= _KEPT_LINES:
                self._lines.clear()
            if row is not None:
                line = self._paint_row(row, key[2], width)
            elif key[0] == -1:
                line = self._paint_header(width)
            else:
                line = self._finish([], width, "")
            self._lines[key] = line
        return line

    def _paint_row(self, row: Row, state: int, width: int) -> Painted:
        back = "grid--cursor-away" if state & _AWAY else "grid--cursor" if state & _CURSOR else ""
        base = self._kept_style(back)
        marked = (
            base + self._kept_style("grid--marked", partial=True)
            if state & (_MARKED | _IN_RANGE) and not back
            else base
        )
        sign_texts = (
            ">" if state & _CURSOR else "",
            "*" if state & _MARKED else "+" if state & _IN_RANGE else "",
        )
        signs = "".join(sign_texts).rjust(2 if not row.attention else 1) + ("!" if row.attention else "")
        parts: list[tuple[str, Style]] = [(signs.ljust(_SIGNS), marked)]
        for column, value, cells in zip(self.columns, row.values, self._widths, strict=False):
            if cells:
                text, tone = column.show(value)
                # The cursor's own colours are chosen to be read on its background; tones are not.
                style = marked if not tone or back else base + self._tone(tone)
                parts.append((fit(steady(text), cells, column.align) + " " * GAP, style))
        return self._finish(parts, width, back)

    def _paint_header(self, width: int) -> Painted:
        plain_style, header = self._kept_style(""), self._kept_style("grid--header")
        parts = [(" ", plain_style), (" " * (_SIGNS - 1), header)]
        for at, (column, cells) in enumerate(zip(self.columns, self._widths, strict=False)):
            if cells:
                title = column.title
                if at == self._arrangement.sort_column:
                    title = f"{title} {'↓' if self._arrangement.reverse else '↑'}"
                parts.append((fit(title, cells, column.align) + " " * GAP, header))
        used = sum(width_of(text) for text, _ in parts)
        parts.append((" " * max(0, width - used - 1), header))
        return self._finish(parts, width, "")

    def _finish(self, parts: list[tuple[str, Style]], width: int, back: str) -> Painted:
        """One kept line: cut and padded to the width, and passed through the app's filters."""
        segments = [Segment(text, style) for text, style in parts]
        line = Painted(segments).adjust_cell_length(width, self._kept_style(back))
        if self._behind is None:
            self._behind = (self.background_colors[1], tuple(self.get_line_filters()))
        background, filters = self._behind
        for line_filter in filters:
            line = line.apply_filter(line_filter, background)
        return line

    def _empty_words(self) -> str:
        if self._arrangement.filter_text:
            return f'   Nothing matches "{steady(self._arrangement.filter_text)}". Esc clears the filter.'
        return "   " + self.empty_text

    def _tone(self, tone: Tone) -> Style:
        return tone_styles(self.app)[tone]

    def _kept_style(self, name: str, *, partial: bool = False) -> Style:
        key = f"{name}:{partial}"
        style = self._styles_kept.get(key)
        if style is None:
            style = self.get_component_rich_style(name, partial=partial) if name else self.rich_style
            self._styles_kept[key] = style
        return style

    def _column_at(self, x: int) -> int | None:
        left = _SIGNS
        for at, cells in enumerate(self._widths):
            if cells and left <= x < left + cells:
                return at
            left += cells + GAP if cells else 0
        return None
