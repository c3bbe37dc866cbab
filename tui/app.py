"""The app that holds the screens: modes, background work, last result, crash and signals.

It knows nothing of billing. A subclass names its places and commands; screens on top of
`FrameScreen` do the rest.
"""

import asyncio
import gc
import signal
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from textual.binding import BindingType
from textual.filter import LineFilter
from textual.worker import Worker, WorkerState

from core.errors import DomainError
from tui import crash
from tui.gate import KeyGate
from tui.jobs import Job, JobReport, Jobs
from tui.messages import DataChanged
from tui.sanitize import Sanitize
from tui.themes import OWN_THEMES, THEME_NAMES
from tui.tones import Tone
from tui.watch import DataWatch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rich.console import RenderableType

    from tui.palette import Command, Found
    from tui.screens.frame import FrameScreen

T = TypeVar("T")

_ENDINGS = ((signal.SIGTERM, 143), (signal.SIGHUP, 129))


@dataclass(frozen=True, slots=True)
class Place:
    """One of the numbered screens. `key` is its digit (empty: only by `g` and `letter`)."""

    name: str
    title: str
    key: str
    letter: str
    make: "Callable[[], FrameScreen[Any]]"


class FrameApp(KeyGate, inherit_bindings=False):
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
        version: str = "",
        own_links: tuple[str, ...] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(clock=clock)
        self.practice = practice
        self.period = ""
        self.summary = ""
        self.result: tuple[str, Tone] = ("", "")
        self.jobs = Jobs(clock)
        self.kept_texts: dict[str, dict[str, str]] = {}
        self._visited: list[str] = []
        self._report_folder = report_folder
        self._version = version
        self._sanitize = Sanitize(own_links)
        self._watch = DataWatch(self, data_version) if data_version is not None else None
        self._writes = ThreadPoolExecutor(1, thread_name_prefix="write")
        self._wanted_keymap = keymap or {}
        for own in OWN_THEMES:
            self.register_theme(own)
        # Under NO_COLOR the filter was chosen for the theme of start; another one would be unreadable.
        if not self.no_color and theme in THEME_NAMES:
            # Not by assignment: that would parse all styles a second time before the first paint.
            self.set_reactive(FrameApp.theme, theme)

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if cls.PLACES:
            cls.MODES = {place.name: place.make for place in cls.PLACES}
            cls.DEFAULT_MODE = cls.PLACES[0].name

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

    def say(self, text: str, tone: Tone = "") -> None:
        """Show the last result or error; it stays until the next one."""
        self.result = (text, tone)
        self.refresh_frame()

    def refuse(self, refusal: DomainError) -> None:
        """A rule said no: its sentence, amber."""
        self.say(str(refusal), "warn")

    def show_summary(self, summary: str, *, period: str | None = None) -> None:
        """The right end of the title line: `outbox 3 · sync 09:12`."""
        self.summary = summary
        if period is not None:
            self.period = period
        self.refresh_frame()

    def refresh_frame(self) -> None:
        if self._running and self.screen_stack and (frame := self.frame) is not None:
            frame.show_frame()

    def go(self, name: str) -> None:
        """Go to a place; screens pushed on top of it stay as they were left."""
        if name != self.current_mode:
            self._visited.append(self.current_mode)
            self.switch_mode(name)

    def go_back(self) -> bool:
        """Close the screen on top, else return to the place before; False when there is none."""
        if len(self.screen_stack) > 1:
            self.pop_screen()
        elif self._visited:
            self.switch_mode(self._visited.pop())
        else:
            return False
        return True

    def in_background(
        self,
        work: Callable[[], T],
        done: Callable[[T], object],
        *,
        failed: Callable[[DomainError], object] | None = None,
        writes: bool = False,
        busy: str = "",
    ) -> None:
        """Run `work` in a thread and hand its answer to `done` here. Widgets are touched only here.

        Writes run one after another in the order of their keys; `busy` is said after 0.3 s.
        A refusal goes to `failed`, or to the status line; any other error is a bug and is reported.
        """
        lane = self._writes if writes else None
        self.run_worker(self._background(work, done, failed or self.refuse, lane, busy), exit_on_error=False)

    async def _background(
        self,
        work: Callable[[], T],
        done: Callable[[T], object],
        failed: Callable[[DomainError], object],
        lane: Executor | None,
        busy: str,
    ) -> None:
        notice = self.set_timer(0.3, lambda: self.say(busy)) if busy else None
        try:
            answer = await asyncio.get_running_loop().run_in_executor(lane, work)
        except DomainError as refusal:
            failed(refusal)
        else:
            done(answer)
        finally:
            if notice is not None:
                notice.stop()

    def start_job(self, job: Job) -> None:
        """Run a job with progress in the status line; a second one is refused in words."""
        loop = asyncio.get_running_loop()

        def tell() -> None:
            loop.call_soon_threadsafe(self.refresh_frame)

        try:
            progress = self.jobs.begin(job, tell)
        except DomainError as refusal:
            self.refuse(refusal)
            return
        self.refresh_frame()

        def ended(_: None) -> None:
            self.jobs.end()
            self._job_ended(job, progress.report)

        def work() -> None:
            try:
                job.work(progress)
            except DomainError as refusal:
                progress.failed("", str(refusal))

        self.in_background(work, ended)

    def _job_ended(self, job: Job, report: JobReport) -> None:
        self.say(report.sentence(), "warn" if report.failed or report.stopped else "good")
        if job.on_end is not None:
            job.on_end(report)

    def stop_job(self) -> None:
        if self.jobs.stop():
            self.say("Stopping after the current item.")
            self.refresh_frame()

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

    def on_mount(self) -> None:
        if self._wanted_keymap:
            self.set_keymap(self._wanted_keymap)
        if self._watch is not None:
            self._watch.start()
        if not self.is_headless:
            # Without these the process dies at once and leaves the terminal in its own screen.
            loop = asyncio.get_running_loop()
            for number, code in _ENDINGS:
                loop.add_signal_handler(number, partial(self.exit, None, code))
            loop.set_exception_handler(self._loop_error)

    def on_ready(self) -> None:
        """The first paint is done: from here on garbage is collected, the program's own parts aside."""
        gc.freeze()
        gc.enable()

    def on_unmount(self) -> None:
        if self._watch is not None:
            self._watch.stop()
        self.jobs.stop()
        self._writes.shutdown(wait=False)

    def on_data_changed(self, message: DataChanged) -> None:
        message.stop()
        from tui.screens.frame import FrameScreen

        for stack in self._screen_stacks.values():
            for screen in stack:
                if isinstance(screen, FrameScreen):
                    screen.data_changed()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """The one handler of everything that fails in the background."""
        error = event.worker.error
        if event.state is WorkerState.ERROR and isinstance(error, Exception):
            self.jobs.end()
            self.report_unexpected(error)

    def report_unexpected(self, error: Exception) -> None:
        """A bug in the background: a notice with a number, and work goes on."""
        from tui.screens.notice import Notice

        name = self._keep_report(error)
        self.drop_typed_ahead()
        self.push_screen(Notice(name, crash.where(error)))

    def _keep_report(self, error: BaseException) -> str:
        name = crash.error_id()
        if self._report_folder is not None:
            crash.write_report(
                self._report_folder, name, crash.report_text(error, name, version=self._version)
            )
        return name

    def _fatal_error(self) -> None:
        """Textual prints the locals of every frame; here those are clients. Say where, not what."""
        error = sys.exception()
        self._end_with(error or RuntimeError())

    def panic(self, *renderables: "RenderableType") -> None:
        """What Textual would show may quote data."""
        self._end_with(sys.exception() or RuntimeError())

    def _end_with(self, error: BaseException) -> None:
        from rich.text import Text

        self._return_code = 1
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
