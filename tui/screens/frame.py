"""What every screen has: the lines around the list, the strip, the global keys.

A screen is thin. It names its place, columns and verbs, answers `load` (in a thread) and fills its
widgets in `fill`. Verbs act on the marked records, else on the one under the cursor.
"""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar, Literal

from textual._context import active_app
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.css.query import NoMatches
from textual.events import DescendantFocus, Key, ScreenResume
from textual.widget import Widget

from tui.cells import in_two_lines
from tui.keys import Direction, key_of
from tui.screens.around import footer_keys, notes_of
from tui.screens.loading import LoadingScreen, V
from tui.widgets.columns import Column
from tui.widgets.grid import Grid
from tui.widgets.lines import FooterLine, Line, ListTitle, ScreensLine, StatusLine, TitleLine
from tui.widgets.near import NearCompositor, paint_now

_FOOTER_SECONDS = 0.05


class Blank(Vertical):
    """A container of which nothing shows; painted line by line it would cost at every key."""

    BLANK = True


class FrameScreen(LoadingScreen[V]):
    """Base of all screens with a frame."""

    PLACE: str = ""
    HEADING: str = ""
    EMPTY: ClassVar[str] = ""
    COLUMNS: ClassVar[Sequence[Column]] = ()
    QUICK_FILTERS: ClassVar[Sequence[str]] = ()
    ENTER: ClassVar[str] = ""
    """What Enter does with a row, for the footer of a screen that lives by it."""
    HAS_PERIODS: ClassVar[bool] = False
    AUTO_FOCUS = "Grid"
    BLANK = True

    DEFAULT_CSS = """
    FrameScreen { layout: vertical; }
    FrameScreen > #body { height: 1fr; width: 1fr; }
    FrameScreen > #strip { height: auto; max-height: 6; width: 1fr; background: $panel; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key_of("slash", "filter", "Filter", id="frame.filter", footer=True),
        key_of("u", "undo", "Undo", id="frame.undo", footer=True),
        key_of("question_mark", "help", "Help", id="frame.help", footer=True),
        key_of("ctrl+r", "redo", "Redo", id="frame.redo"),
        key_of("colon,ctrl+p", "palette", "Commands, clients, invoices", id="frame.palette"),
        key_of("g", "chord", "Go to a screen by letter; gg first row", id="frame.go"),
        key_of("f", "quick_filter", "Next quick filter", id="frame.quick_filter"),
        key_of("z", "sort", "Sort by; again turns round", id="frame.sort"),
        key_of("left_square_bracket", "period(-1)", "Previous period", id="frame.period_back"),
        key_of("right_square_bracket", "period(1)", "Next period", id="frame.period_on"),
        key_of("T", "period(0)", "This period", id="frame.period_now"),
        key_of("tab", "pane(1)", "Next pane", id="frame.pane"),
        key_of("shift+tab", "pane(-1)", "Previous pane", id="frame.pane_back"),
        key_of("escape,h,left", "back", "Close, clear filter, clear marks, back", id="frame.back"),
        key_of("q", "leave", "Back, or quit", id="frame.leave"),
        key_of("ctrl+q", "quit_app", "Quit", id="frame.quit"),
        key_of("f5", "reload", "Reload", id="frame.reload"),
        key_of("ctrl+l", "lock", "Lock now; a running job goes on to its end", id="frame.lock"),
        key_of("ctrl+z", "suspend", "Suspend; fg comes back", id="frame.suspend"),
        key_of("X", "stop_job", "Stop the running job", id="frame.stop_job"),
        *(key_of(digit, f"go_key('{digit}')", "", id=f"frame.go_{digit}") for digit in "1234567890"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._compositor = NearCompositor()
        self.quick_filter = self.QUICK_FILTERS[0] if self.QUICK_FILTERS else ""
        self.totals = ""
        self.period_shown = ""
        self._pane: Grid | None = None
        self._footer_pending = False
        self._frame_pending = False
        self._resumed = False
        if (app := active_app.get(None)) is not None:
            # Made for the styles of now; a screen that says nothing has all styles read a second time.
            self._css_update_count = app._css_update_count

    # What a screen answers.

    def compose_body(self) -> ComposeResult:
        """The widgets between the title and the status line; one list unless a screen says more."""
        yield Grid(self.COLUMNS, empty_text=self.EMPTY)

    def opened(self, record_id: str) -> None:
        """Enter on a record."""

    def shift_period(self, direction: Direction) -> None:
        """The period before, this one, the next one; then `renew`."""

    def allowed(self, action: str) -> bool:
        """Whether a verb applies now, by the same table the command enforces."""
        return True

    # What a screen uses.

    @property
    def grid(self) -> Grid:
        """The list that has the focus, or had it last; while a strip is open too."""
        return self._pane if self._pane is not None else self.query_one(Grid)

    @property
    def chosen(self) -> list[str]:
        """The ids a verb acts on."""
        try:
            return self.grid.chosen_ids
        except NoMatches:
            return []

    def move_of(self, key: str) -> Callable[[], None] | None:
        """What a key does if it moves the cursor of the list in front, and nothing else."""
        grid = self.focused
        move = grid.move_of(key) if isinstance(grid, Grid) and not self.looks_at_keys else None
        return None if grid is None or move is None else partial(self._move, grid, move)

    def _move(self, grid: Widget, move: Callable[[], None]) -> None:
        move()
        paint_now(self, *([grid, grid.vertical_scrollbar] if grid.show_vertical_scrollbar else [grid]))

    def say(self, text: str) -> None:
        self.frame_app.say(text)

    def show_totals(self, totals: str) -> None:
        """The figures beside the list's name."""
        self.totals = totals
        self.show_frame()

    # The frame.

    def compose(self) -> ComposeResult:
        app = self.frame_app
        # Known from the first style on; found out at the first resize it would style everything twice.
        classes = self._get_breakpoint_classes(app.size.width, app.HORIZONTAL_BREAKPOINTS)
        self.update_classes(dict.fromkeys(classes, True), update=False)
        yield TitleLine(id="title")
        yield ScreensLine(
            [(place.key, place.name, place.title) for place in app.PLACES if place.key],
            self.PLACE,
            id="screens",
        )
        yield ListTitle(id="heading")
        with Blank(id="body"):
            yield from self.compose_body()
        yield Blank(id="strip")
        yield StatusLine(id="status")
        yield Line(id="more")
        yield FooterLine(id="footer")

    def on_mount(self) -> None:
        self.reload()
        self.show_frame()

    def on_screen_resume(self, event: ScreenResume) -> None:
        if not self._resumed:
            # Every widget is given its style when it is mounted.
            self._resumed = True
            event.refresh_styles = False
        if self._stale:
            self.reload()
        if self.is_mounted:
            self.show_frame()

    def show_frame(self) -> None:
        """Bring all lines around the list up to date; while rows are filled in, once behind them."""
        self._frame_pending = False
        if self._filling or not self._is_whole():
            return
        app = self.frame_app
        self.query_one(TitleLine).show_title(app.practice, self.period_shown, app.summary)
        notes = notes_of(self, self.grid) if self.query(Grid) else []
        self.query_one(ListTitle).show_list(self.HEADING, self.totals, notes)
        status = self.query_one(StatusLine)
        if (progress := app.jobs.progress) is not None:
            report = progress.report
            left = "stopping" if progress.stopping else progress.time_left()
            status.show_progress(report.title, progress.count, report.total, left)
            second = ""
        else:
            first, second = in_two_lines(app.result[0], app.size.width - 2)
            status.show_result(first, app.result[1])
        more = self.query_one("#more", Line)
        more.show([(" ", ""), (second, app.result[1])])
        more.display = bool(second)
        self._show_footer()

    def _is_whole(self) -> bool:
        """Whether all lines stand: what was asked for before may come while the screen is taken away."""
        return self.is_mounted and bool(self.query(TitleLine)) and bool(self.query(FooterLine))

    def _show_footer(self) -> None:
        self._footer_pending = False
        if not self._is_whole():
            return
        footer = self.query_one(FooterLine)
        if self.strip is not None:
            footer.show_keys(self.strip.FOOTER, (), "")
            return
        has_list = self._pane is not None or bool(self.query(Grid))
        footer.show_keys(*footer_keys(self, len(self.grid.marks) if has_list else 0))

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Another pane is in front: its cursor counts, and verbs act on its rows."""
        pane = event.widget
        if isinstance(pane, Grid) and pane is not self._pane:
            self._pane = pane
            for grid in self.query(Grid):
                grid.in_front = grid is pane
            self.show_frame()

    def on_key(self, event: Key) -> None:
        """The Enter that a report offers is not for the list."""
        if self.strip is None and self.frame_app.enter_lists(event.key):
            event.stop()
            event.prevent_default()
            self.frame_app.list_failures()

    def on_grid_changed(self, event: Grid.Changed) -> None:
        """Of several lists on one screen, each says so when they are filled."""
        event.stop()
        if not self._frame_pending:
            self._frame_pending = True
            self.call_later(self.show_frame)

    def on_grid_moved(self, event: Grid.Moved) -> None:
        """Which verbs apply may hang on the record; a held arrow key need not ask for every row."""
        event.stop()
        if not self._footer_pending:
            self._footer_pending = True
            # Not by a timer of Textual's, which is a task for every key.
            asyncio.get_running_loop().call_later(_FOOTER_SECONDS, self.call_next, self._show_footer)

    def on_grid_opened(self, event: Grid.Opened) -> None:
        event.stop()
        if event.record_id is not None:
            self.opened(event.record_id)

    def on_screens_line_picked(self, event: ScreensLine.Picked) -> None:
        event.stop()
        self.frame_app.go(event.place)

    async def on_footer_line_pressed(self, event: FooterLine.Pressed) -> None:
        event.stop()
        if self.strip is not None:
            return
        active = self.active_bindings[event.key]
        await self.app.run_action(active.binding.action, active.node)

    def strip_changed(self) -> None:
        self._show_footer()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "stop_job":
            return self.frame_app.jobs.running
        if action == "period":
            return self.HAS_PERIODS
        if action == "quick_filter":
            return bool(self.QUICK_FILTERS)
        if action in ("filter", "sort"):
            return self._pane is not None or bool(self.query(Grid))
        if action == "pane":
            return len(self.focus_chain) > 1
        return self.allowed(action)

    # Global keys.

    def first_row(self) -> None:
        if self.query(Grid):
            self.grid.action_top()

    def action_go_key(self, digit: str) -> None:
        for place in self.frame_app.PLACES:
            if place.key == digit:
                self.frame_app.go(place.name)
                return
        self.frame_app.say_once(f"There is no screen {digit}.")

    def action_filter(self) -> None:
        from tui.strips.asking import FilterStrip

        grid = self.grid
        self.open_strip(FilterStrip(grid.arrangement.filter_text, grid.filter_rows), grid.filter_rows)

    def action_quick_filter(self) -> None:
        at = list(self.QUICK_FILTERS).index(self.quick_filter)
        self.quick_filter = self.QUICK_FILTERS[(at + 1) % len(self.QUICK_FILTERS)]
        self.renew()

    def action_sort(self) -> None:
        from tui.strips.choices import letters_for

        grid = self.grid
        letters = letters_for([column.title for column in grid.columns])
        choices = [(letter, column.title) for letter, column in zip(letters, grid.columns, strict=True)]
        self.choose("Sort by", choices, lambda letter: grid.sort_rows(letters.index(letter)))

    def action_pane(self, by: Literal[-1, 1]) -> None:
        """The next list, or while a strip is open its next field."""
        from tui.strips.fields import FieldInput

        kind = Grid if self.strip is None else FieldInput
        if by == 1:
            self.focus_next(kind)
        else:
            self.focus_previous(kind)

    def action_period(self, direction: Direction) -> None:
        self.shift_period(direction)

    def action_undo(self) -> None:
        self.frame_app.undo()

    def action_redo(self) -> None:
        self.frame_app.redo()

    def action_reload(self) -> None:
        self.reload()

    def action_suspend(self) -> None:
        self.app.action_suspend_process()

    def action_lock(self) -> None:
        self.frame_app.lock()

    def action_stop_job(self) -> None:
        self.frame_app.stop_job()

    def action_help(self) -> None:
        from tui.help import Help

        self.app.push_screen(Help(self))

    def action_palette(self) -> None:
        from tui.palette import Palette

        self.app.push_screen(Palette(self))

    def action_back(self) -> None:
        """Esc undoes the nearest thing: strip, range, filter, marks, screen."""
        if self.strip is not None:
            self.strip.action_close()
            return
        grid = self.grid if self.query(Grid) else None
        if grid is not None and grid.marks.anchor is not None:
            grid.marks.anchor = None
            grid.refresh()
            self.show_frame()
        elif grid is not None and grid.arrangement.filter_text:
            grid.filter_rows("")
        elif grid is not None and grid.marks:
            grid.clear_marks()
        else:
            self.frame_app.go_back()

    def action_leave(self) -> None:
        app = self.frame_app
        if len(app.screen_stack) > 1:
            app.pop_screen()
        elif app.current_mode != app.DEFAULT_MODE:
            app.go(app.DEFAULT_MODE)
        else:
            app.leave()

    def action_quit_app(self) -> None:
        self.frame_app.leave()
