"""The app that holds the screens: modes, palette, crash and signals.

It knows nothing of billing. A subclass names its places and commands; screens on top of
`FrameScreen` do the rest.
"""

import asyncio
import gc
import signal
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from textual.binding import BindingType
from textual.driver import Driver
from textual.filter import LineFilter

from tui import crash
from tui.background import BackgroundApp
from tui.gone_terminal import surviving
from tui.messages import DataChanged, WatchEnded
from tui.sanitize import Sanitize
from tui.themes import OWN_THEMES, THEME_NAMES
from tui.watch import DataWatch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.screen import Screen

    from tui.palette import Command, Found
    from tui.screens.frame import FrameScreen

_ENDINGS = ((signal.SIGTERM, 143), (signal.SIGHUP, 129))


class Place(NamedTuple):
    """One of the numbered screens. `key` is its digit (empty: only by `g` and `letter`)."""

    name: str
    title: str
    key: str
    letter: str
    make: "Callable[[], FrameScreen[Any]]"


class FrameApp(BackgroundApp, inherit_bindings=False):
    """Base of the app. `PLACES` are its screens; the first one is where it starts and quits."""

    PLACES: ClassVar[tuple[Place, ...]] = ()
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012  Textual declares it for instances
        (0, "-narrow"),
        (100, "-normal"),
        (140, "-wide"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(
        self,
        *,
        practice: str = "",
        theme: str = "dark",
        keymap: dict[str, str] | None = None,
        report_folder: Path | None = None,
        data_version: Callable[[], int] | None = None,
        data_folder: str = "",
        version: str = "",
        own_links: tuple[str, ...] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(clock=clock)
        self.practice = practice
        self.summary = ""
        self.kept_texts: dict[str, dict[str, str]] = {}
        self._visited: list[str] = []
        self._leaves_with = 0
        self._fell = False
        self._report_folder = report_folder
        self._version = version
        self._sanitize = Sanitize(own_links)
        self._data_version = data_version
        self._data_folder = data_folder
        self._watch: DataWatch | None = None
        self._answered = False
        self._wanted_keymap = keymap or {}
        for own in OWN_THEMES:
            self.register_theme(own)
        # Under NO_COLOR the filter was chosen for the theme of start; another one would be unreadable.
        if not self.no_color and theme in THEME_NAMES:
            # Not by assignment: that would parse all styles a second time before the first paint.
            self.set_reactive(FrameApp.theme, theme)
            self._wear_unpainted()

    def _wear_unpainted(self) -> None:
        """Give the theme its colours while no style has been parsed; its watcher would do it all again."""
        self.stylesheet.set_variables(self.get_css_variables())
        dark = self.current_theme.dark
        self.set_class(dark, "-dark-mode", update=False)
        self.set_class(not dark, "-light-mode", update=False)
        self.add_class(f"-theme-{self.current_theme.name}", update=False)
        self._refresh_truecolor_filter(self.ansi_theme)

    def notify_style_update(self) -> None:
        """The app's own style comes last: what was painted before has kept colours without it."""
        super().notify_style_update()
        for stack in self._screen_stacks.values():
            for screen in stack:
                for widget in screen.walk_children():
                    widget.notify_style_update()
                    widget.refresh()

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if cls.PLACES:
            cls.MODES = {place.name: place.make for place in cls.PLACES}
            cls.DEFAULT_MODE = cls.PLACES[0].name

    def get_driver_class(self) -> type[Driver]:
        return surviving(super().get_driver_class())

    # What a subclass may answer.

    def commands(self) -> "Sequence[Command]":
        """The palette's commands, beyond the places."""
        return ()

    def find(self, text: str) -> "Sequence[Found]":
        """Records for the palette: clients by name, invoices by number. Runs in a thread."""
        return ()

    def undo(self) -> None:
        """Undo the last thing that can be undone, and say what it was."""
        self.say("Nothing to undo.")

    def redo(self) -> None:
        self.say("Nothing to redo.")

    def keeps_from_quitting(self) -> str:
        """A question's words while leaving now would hold something up, such as waiting mail."""
        return ""

    # What screens ask for.

    @property
    def frame(self) -> "FrameScreen[Any] | None":
        """The frame in front, also while the palette or the help lies over it."""
        from tui.screens.frame import FrameScreen

        return next(
            (screen for screen in reversed(self.screen_stack) if isinstance(screen, FrameScreen)), None
        )

    def show_summary(self, summary: str) -> None:
        """The right end of the title line: `sync 09:12`."""
        self.summary = summary
        self.refresh_frame()

    def list_failures(self) -> None:
        """Show what the last job that had failures could not do."""
        from tui.screens.failures import Failures

        if self.last_failed is None:
            self.say("No job has failed since you started.")
        elif self.frame is not None:
            self.push_screen(Failures(*self.last_failed, self.frame.PLACE))

    def is_open(self, screen: "Screen[Any]") -> bool:
        """Whether a screen is still there to be filled; one being closed has lost its widgets already."""
        return not self._exit and any(screen in stack for stack in self._screen_stacks.values())

    def move_of(self, key: str) -> Callable[[], object] | None:
        """Of the list that has the focus, while nothing on the screen wants to see its keys first."""
        frame = self.frame if self.app_focus and not self.offers_list else None
        return frame.move_of(key) if frame is not None and frame is self.screen else None

    def refresh_frame(self) -> None:
        if self._running and self.screen_stack and (frame := self.frame) is not None:
            frame.show_frame()

    def go(self, name: str) -> None:
        """Go to a place; screens pushed on top of it stay as they were left."""
        self.forget_refusal()
        if name != self.current_mode:
            self._visited.append(self.current_mode)
            self.switch_mode(name)

    def to_bottom(self) -> None:
        """Close what lies on top of the place's own screen."""
        while len(self.screen_stack) > 1:
            self.pop_screen()

    def go_back(self) -> bool:
        """Close the screen on top, else return to the place before; False when there is none."""
        self.forget_refusal()
        if len(self.screen_stack) > 1:
            self.pop_screen()
        elif self._visited:
            self.switch_mode(self._visited.pop())
        else:
            return False
        return True

    def leave(self) -> None:
        """Quit; asks first while a job runs or the subclass has a reason to."""
        frame = self.frame
        if frame is None:
            self.exit()
        elif self.jobs.running:
            frame.choose(
                "A job is running:",
                [("w", "wait"), ("s", "stop after current"), ("Esc", "stay")],
                self._leave_job,
            )
        elif reason := self.keeps_from_quitting():
            frame.ask(reason, "quits", self.exit)
        else:
            self.exit()

    def _leave_job(self, choice: str) -> None:
        if choice == "s":
            self.jobs.stop()
        self.say("Leaving when the job has ended.")
        self.set_interval(0.05, self._leave_when_done)

    def _leave_when_done(self) -> None:
        if not self.jobs.running:
            self.exit()

    # Life and death.

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), self._sanitize]

    async def run_async(self, **options: Any) -> None:
        """From before the terminal is touched a signal ends the app in order.

        Without that the process dies at once and leaves the terminal in its own screen.
        """
        loop = asyncio.get_running_loop()
        for number, code in _ENDINGS:
            loop.add_signal_handler(number, partial(self.exit, None, code))
        loop.set_exception_handler(self._loop_error)
        await super().run_async(**options)

    def on_mount(self) -> None:
        if self._wanted_keymap:
            from tui.keymap import lost_keys
            from tui.widgets.grid import Grid

            self.set_keymap(self._wanted_keymap)
            kinds = [place.make for place in self.PLACES if isinstance(place.make, type)]
            if lost := lost_keys(self._wanted_keymap, [Grid, *kinds]):
                self.result = (f"keys.toml takes the key of: {', '.join(sorted(lost))}.", "warn")

    def on_ready(self) -> None:
        """The frame is painted: from here on garbage is collected, the program's own parts aside."""
        gc.freeze()
        gc.enable()

    def answered(self) -> None:
        """A screen has its answer. Behind the first one the watch begins: before, it would ask for all of
        it again while nothing is painted yet."""
        if not self._answered:
            self._answered = True
            self.call_after_refresh(self.watch_data)

    def on_unmount(self) -> None:
        self.stop_watching()
        self.jobs.stop()
        self.end_writes()

    def watch_data(self) -> None:
        """Notice from now on what others commit."""
        if self._data_version is not None:
            self._watch = DataWatch(self, self._data_version, folder=self._data_folder)
            self._watch.start()

    def stop_watching(self) -> None:
        if self._watch is not None:
            self._watch.stop()
            self._watch = None

    def lock(self) -> None:
        """Cover the screens and close the book, where there is one."""
        self.say("There is no book to lock.")

    def on_data_changed(self, message: DataChanged) -> None:
        message.stop()
        self.renew_all()

    def renew_all(self) -> None:
        """Every screen asks again, now or when it is looked at."""
        from tui.screens.frame import FrameScreen

        for stack in self._screen_stacks.values():
            for screen in stack:
                if isinstance(screen, FrameScreen):
                    screen.data_changed()

    def on_watch_ended(self, message: WatchEnded) -> None:
        message.stop()
        self._keep_report(message.error)
        self.say("Changes made elsewhere do not show by themselves any more; f5 reloads.", "warn")

    def report_unexpected(self, error: Exception) -> None:
        """A bug in the background: a notice with a number, and work goes on."""
        from tui.screens.notice import Notice

        name = self._keep_report(error)
        if self._exit:
            return
        self.drop_typed_ahead()
        self.push_screen(Notice(name, crash.where(error)))

    def _keep_report(self, error: BaseException) -> str:
        name = crash.error_id()
        if self._report_folder is not None:
            crash.write_report(
                self._report_folder, name, crash.report_text(error, name, version=self._version)
            )
        return name

    def exit(self, result: None = None, return_code: int = 0, message: Any = None) -> None:
        """Leave; the first reason to leave gives the exit code."""
        if not self._exit:
            self._leaves_with = return_code
            super().exit(result, return_code, message)

    def _fatal_error(self) -> None:
        """Textual prints the locals of every frame; here those are clients. Say where, not what."""
        error = sys.exception()
        self._end_with(error or RuntimeError())

    def panic(self, *renderables: "RenderableType") -> None:
        """What Textual would show may quote data."""
        self._end_with(sys.exception() or RuntimeError())

    def _end_with(self, error: BaseException) -> None:
        from rich.text import Text

        if self._exit and type(error).__module__.startswith("textual."):
            # A screen that was opening while the app is left finds its widgets gone; the leaving goes on.
            self._return_code = self._leaves_with
            self._close_messages_no_wait()
            return
        self._return_code = 1
        if self._fell:  # what fails on the way out follows from what failed first
            return
        self._fell = True
        name = self._keep_report(error)
        line = (
            f"Daysheet stopped because of a bug, error {name}: {crash.where(error)}.\nNothing saved was lost."
        )
        self._exit_renderables[:] = [Text(line)]
        self._close_messages_no_wait()

    def _loop_error(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """asyncio would print the error's message into the screen."""
        error = context.get("exception")
        if isinstance(error, Exception):
            self._keep_report(error)
