"""The one list of the app: invoices, clients, payments, everything with rows.

This half is what a person does with a list: the cursor and the marks, the filter and the order, all
kept by record id. `canvas.py` paints it.
"""

from collections.abc import Callable, Sequence, Set
from functools import partial
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message

from tui.widgets.canvas import RowCanvas
from tui.widgets.columns import Column
from tui.widgets.rows import Arrangement, Order, Row, Rows, RowSource


class Grid(RowCanvas, can_focus=True):
    """A list of records with a cursor, marks, a filter and an order, all kept by record id."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "move(1)", "Down", show=False, id="list.down"),
        Binding("k,up", "move(-1)", "Up", show=False, id="list.up"),
        Binding("ctrl+d", "move_page(0.5)", "Half a page down", show=False, id="list.half_down"),
        Binding("ctrl+u", "move_page(-0.5)", "Half a page up", show=False, id="list.half_up"),
        Binding("pagedown,ctrl+f", "move_page(1)", "Page down", show=False, id="list.page_down"),
        Binding("pageup,ctrl+b", "move_page(-1)", "Page up", show=False, id="list.page_up"),
        Binding("G,end", "bottom", "Last row", show=False, id="list.bottom"),
        Binding("home", "top", "First row", show=False, id="list.top"),
        Binding("enter,l,right", "open", "Open", show=False, id="list.open"),
        Binding("space", "mark", "Mark, move down", show=False, id="list.mark"),
        Binding("v", "mark_range", "Mark a range: v, move, v", show=False, id="list.mark_range"),
        Binding("*", "mark_all", "Mark all shown", show=False, id="list.mark_all"),
        Binding("~", "invert_marks", "Invert marks", show=False, id="list.invert"),
    ]

    class Moved(Message):
        """The cursor stands on another record, or on none."""

        def __init__(self, grid: "Grid", record_id: str | None) -> None:
            super().__init__()
            self.grid = grid
            self.record_id = record_id

        @property
        def control(self) -> "Grid":
            return self.grid

    class Opened(Moved):
        """Enter, or a double click, on a record."""

    class Changed(Message):
        """Marks, filter, order or rows are not what they were."""

        def __init__(self, grid: "Grid") -> None:
            super().__init__()
            self.grid = grid

        @property
        def control(self) -> "Grid":
            return self.grid

    def __init__(self, columns: Sequence[Column], *, empty_text: str = "", id: str | None = None) -> None:
        super().__init__(columns, empty_text=empty_text, id=id)
        self._whole: RowSource = Rows()
        self._cursor_id: str | None = None
        self._in_front = True
        self._moves: tuple[object, dict[str, _Move | None]] | None = None

    # What the screen asks and tells.

    @property
    def cursor_id(self) -> str | None:
        """The record under the cursor."""
        return self._cursor_id

    @property
    def in_front(self) -> bool:
        """Whether this is the pane that keys go to; another one shows no cursor."""
        return self._in_front

    @in_front.setter
    def in_front(self, in_front: bool) -> None:
        if in_front != self._in_front:
            self._in_front = in_front
            self._refresh_rows(self._cursor)

    @property
    def cursor_row(self) -> Row | None:
        return self.row_at(self._cursor) if self.row_count else None

    @property
    def arrangement(self) -> Arrangement:
        return self._arrangement

    @property
    def chosen_ids(self) -> list[str]:
        """What a verb acts on: the marked records, else the one under the cursor."""
        if self.marks:
            return list(self.marks.in_order(self._whole))
        return [self._cursor_id] if self._cursor_id is not None else []

    @property
    def shown_ids(self) -> list[str]:
        """Every record shown, in the order shown."""
        return list(self._shown.ids())

    @property
    def shown_order(self) -> Order:
        """The same for a list as long as the book, of which nobody wants every id."""
        return Order(self._shown)

    @property
    def place(self) -> int:
        """Where the cursor is."""
        return self._cursor

    @property
    def hidden_marks(self) -> int:
        """How many marked records the filter, or another quick filter, keeps out of sight."""
        return self.marks.hidden(self._shown)

    def show_rows(self, source: RowSource) -> None:
        """Take fresh rows; cursor, marks, filter and order stay where they were."""
        self._whole = source
        self.loaded = True
        self._forget_widths()
        self._rearrange(self._arrangement)

    def show_columns(self, columns: Sequence[Column]) -> None:
        """Have other columns, for the rows shown next; an order by a column is forgotten."""
        if tuple(columns) != self.columns:
            self.columns = tuple(columns)
            self._arrangement = self._arrangement._replace(sort_column=None, reverse=False)
            self._whole = Rows()
            self._shown = self._whole
            self._forget_widths()
            self._forget_painted()

    def filter_rows(self, filter_text: str) -> None:
        """Show only rows that contain every word, whatever its case and accents; the first one is found."""
        if filter_text != self._arrangement.filter_text:
            if filter_text:
                self._cursor, self._cursor_id = 0, None
            self._rearrange(self._arrangement._replace(filter_text=filter_text))

    def sort_rows(self, column: int | None) -> None:
        """Order by a column; the same column again turns the order round."""
        again = column is not None and column == self._arrangement.sort_column
        reverse = again and not self._arrangement.reverse
        self._rearrange(self._arrangement._replace(sort_column=column, reverse=reverse))

    def clear_marks(self) -> None:
        self.marks.clear()
        self._marks_changed()

    def mark_ids(self, record_ids: Sequence[str]) -> None:
        """Make exactly these the marked ones, for example those that failed in a job."""
        self.marks.replace(record_ids)
        self._marks_changed()

    def forget_marks(self, known: Set[str]) -> None:
        """Drop marks of records that are no more; those that a filter hides are still known."""
        self.unmark(self.marks.ids() - known)

    def unmark(self, gone: Set[str]) -> None:
        """Drop the marks of these."""
        if self.marks.ids() & gone:
            self.mark_ids(sorted(self.marks.ids() - gone))

    def go_to(self, record_id: str) -> bool:
        """Put the cursor on a record; False when it is not shown."""
        place = self._shown.index_of(record_id)
        if place is not None:
            self._move_to(place)
        return place is not None

    # Keys and mouse.

    def move_of(self, key: str) -> Callable[[], None] | None:
        """The move that a key is bound to, by the keys that a person has chosen."""
        keymap = self.app._keymap
        if self._moves is None or self._moves[0] is not keymap:
            bound = self._bindings.copy()
            bound.apply_keymap(keymap)
            moves = {name: _MOVES.get(of_key[0].action) for name, of_key in bound.key_to_bindings.items()}
            self._moves = (keymap, moves)
        move = self._moves[1].get(key)
        return None if move is None else partial(move, self)

    def action_move(self, by: int) -> None:
        self._move_to(self._cursor + by)

    def action_move_page(self, pages: float) -> None:
        self._move_to(self._cursor + int(pages * self._page_rows))

    def action_top(self) -> None:
        self._move_to(0)

    def action_bottom(self) -> None:
        self._move_to(self.row_count - 1)

    def action_open(self) -> None:
        if self._cursor_id is not None:
            self.post_message(self.Opened(self, self._cursor_id))

    def action_mark(self) -> None:
        if self._cursor_id is not None:
            self.marks.toggle(self._cursor_id)
            self._marks_changed()
            self._move_to(self._cursor + 1)

    def action_mark_range(self) -> None:
        if self._cursor_id is None:
            return
        anchor = self.marks.anchor
        place = None if anchor is None else self._shown.index_of(anchor)
        if place is None:
            self.marks.anchor = self._cursor_id
        else:
            first, last = sorted((place, self._cursor))
            self.marks.add(row.id for row in map(self.row_at, range(first, last + 1)))
            self.marks.anchor = None
        self._marks_changed()

    def action_mark_all(self) -> None:
        self.marks.all_or_none(self._shown.ids())
        self._marks_changed()

    def action_invert_marks(self) -> None:
        self.marks.invert(self._shown.ids())
        self._marks_changed()

    def on_click(self, event: events.Click) -> None:
        event.stop()
        if event.y == 0:
            column = self._column_at(event.x)
            if column is not None:
                self.sort_rows(column)
            return
        place = self.scroll_offset.y + event.y - 1
        if place < self.row_count:
            self._move_to(place)
            if event.ctrl:
                self.marks.toggle(self.row_at(place).id)
                self._marks_changed()
            elif event.chain == 2:
                self.action_open()

    # Moving.

    @property
    def _page_rows(self) -> int:
        return max(1, self.size.height - 1)

    def _move_to(self, place: int) -> None:
        place = max(0, min(place, self.row_count - 1))
        before, self._cursor = self._cursor, place
        self._show_cursor()
        self._note_cursor()
        if self.marks.anchor is not None:
            self.refresh()
        elif before != place:
            self._refresh_rows(before, place)

    def _show_cursor(self) -> None:
        """At the edge jump three quarters of a page: most keys then repaint two lines only."""
        page, top = self._page_rows, self.scroll_offset.y
        if self._cursor < top:
            far = self._cursor - (page * 3 // 4 if self._cursor >= top - page else page // 2)
        elif self._cursor >= top + page:
            far = self._cursor - (page // 4 if self._cursor < top + 2 * page else page // 2)
        else:
            return
        self.scroll_to(y=max(0, min(far, self.row_count - page)), animate=False)

    def _note_cursor(self) -> None:
        record_id = self.row_at(self._cursor).id if self.row_count else None
        if record_id != self._cursor_id:
            self._cursor_id = record_id
            # The containers between have nothing to do with it.
            self.screen.post_message(self.Moved(self, record_id))

    def _refresh_rows(self, *places: int) -> None:
        (width, height), above = self.scrollable_content_region.size, self.scroll_offset.y - 1
        lines = [Region(0, place - above, width, 1) for place in places if 0 < place - above < height]
        if lines:
            self.refresh(*lines)

    def on_resize(self) -> None:
        if self.row_count:
            self._show_cursor()

    def on_focus(self) -> None:
        self._refresh_rows(self._cursor)

    def on_blur(self) -> None:
        self._refresh_rows(self._cursor)

    # Rows.

    def _rearrange(self, arrangement: Arrangement) -> None:
        self._arrangement = arrangement
        shown = self._whole.arranged(arrangement, self.columns)
        if shown is None:
            # What is shown stays until the screen has the answer and shows it.
            self.post_message(self.Changed(self))
            return
        self._shown = shown
        self._forget_painted()
        self._cursor = self._place_of_cursor()
        self.virtual_size = Size(0, self.row_count + 1)
        if self.is_attached:
            self._show_cursor()
        self._note_cursor()
        self.refresh()
        self.post_message(self.Changed(self))

    def _place_of_cursor(self) -> int:
        """The cursor's record, wherever it is now; else the row that took its place."""
        last = self.row_count - 1
        place = max(0, min(self._cursor, last))
        if self._cursor_id is None or last < 0 or self.row_at(place).id == self._cursor_id:
            return place
        found = self._shown.index_of(self._cursor_id)
        return place if found is None else found

    def _marks_changed(self) -> None:
        self.refresh()
        self.post_message(self.Changed(self))


_Move = Callable[[Grid], None]

_MOVES: dict[str, _Move] = {
    "move(1)": lambda grid: grid.action_move(1),
    "move(-1)": lambda grid: grid.action_move(-1),
    "move_page(0.5)": lambda grid: grid.action_move_page(0.5),
    "move_page(-0.5)": lambda grid: grid.action_move_page(-0.5),
    "move_page(1)": lambda grid: grid.action_move_page(1),
    "move_page(-1)": lambda grid: grid.action_move_page(-1),
}
"""What is done on the spot, because it comes again and again while its key is held."""
