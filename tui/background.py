"""What the app does beside the screens: threads, the one lane of writes, jobs, the last result."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import TypeVar

from textual.worker import Worker, WorkerState

from core.errors import DomainError
from tui.gate import KeyGate
from tui.jobs import LISTED_BY_ENTER, Job, JobReport, Jobs
from tui.tones import Tone

T = TypeVar("T")

_DEAF_SECONDS = 0.3


class BackgroundApp(KeyGate):
    """An app whose work runs in threads and whose screens are told of it in the app's own thread."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(clock=clock)
        self.result: tuple[str, Tone] = ("", "")
        self._refused = False
        self.jobs = Jobs(clock)
        self.last_failed: tuple[Job, JobReport] | None = None
        self._enter_lists_from: float | None = None
        self.working = 0
        self._asked = 0
        self._writes = ThreadPoolExecutor(1, thread_name_prefix="write")

    def refresh_frame(self) -> None:
        """Show result and progress again."""
        raise NotImplementedError

    def report_unexpected(self, error: Exception) -> None:
        """A bug in the background."""
        raise NotImplementedError

    async def in_front(self) -> None:
        """Wait while nobody may see or start anything."""

    def is_at_work(self) -> bool:
        return self._asked > 0

    def work_ended(self) -> None:
        """A piece of work in a thread is over; `working` says how many go on."""

    def say(self, text: str, tone: Tone = "") -> None:
        """Show the last result or error; it stays until the next one."""
        self._refused = False
        self.result = (text, tone)
        self.refresh_frame()

    def refuse(self, refusal: DomainError) -> None:
        """A rule said no: its sentence, amber."""
        self.say_once(str(refusal))

    def say_once(self, text: str) -> None:
        """Of the screen in front, amber; gone when the person goes on to another one."""
        self.say(text, "warn")
        self._refused = True

    def forget_refusal(self) -> None:
        """The person goes on; what a rule said no to before is past. A report stays."""
        if self._refused:
            self.say("")

    def in_background(
        self,
        work: Callable[[], T],
        done: Callable[[T], object],
        *,
        failed: Callable[[DomainError], object] | None = None,
        ended: Callable[[], object] = lambda: None,
        writes: bool = False,
        busy: str = "",
    ) -> None:
        """Run `work` in a thread and hand its answer to `done` here. Widgets are touched only here.

        Writes run one after another in the order of their keys; `busy` is said after 0.3 s.
        A refusal goes to `failed`, or to the status line; any other error is a bug and is reported.
        `ended` is called last, whatever happened.
        """
        lane = self._writes if writes else None
        self._asked += 1
        self.run_worker(
            self._background(work, done, failed or self.refuse, ended, lane, busy), exit_on_error=False
        )

    async def _background(
        self,
        work: Callable[[], T],
        done: Callable[[T], object],
        failed: Callable[[DomainError], object],
        ended: Callable[[], object],
        lane: Executor | None,
        busy: str,
    ) -> None:
        await self.in_front()
        notice = self.set_timer(0.3, lambda: self.say(busy)) if busy else None
        try:
            answer = await self._in_thread(lane, work)
        except DomainError as refusal:
            await self.in_front()
            if not self._exit:
                failed(refusal)
        else:
            await self.in_front()
            # Once the app is being left, there is no screen to hear the answer.
            if not self._exit:
                done(answer)
        finally:
            if notice is not None:
                notice.stop()
            self._asked -= 1
            ended()

    async def _in_thread(self, lane: Executor | None, work: Callable[[], T]) -> T:
        self.working += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(lane, work)
        finally:
            self.working -= 1
            self.work_ended()

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

        def done(_: None) -> None:
            self.jobs.end(progress)
            self._job_ended(job, progress.report)

        def work() -> None:
            try:
                job.work(progress)
            except DomainError as refusal:
                progress.failed("", str(refusal))

        self.in_background(work, done, ended=lambda: self.jobs.end(progress))

    def _job_ended(self, job: Job, report: JobReport) -> None:
        alone = report.failed[0][1] if report.total == 1 and report.failed else ""
        self.say(alone or report.sentence(), "warn" if report.failed or report.stopped else "good")
        if report.failed:
            self.last_failed = (job, report)
        self._enter_lists_from = self.clock() + _DEAF_SECONDS if report.failed and not alone else None
        if job.on_end is not None:
            job.on_end(report)

    @property
    def offers_list(self) -> bool:
        """Whether a report waits for the key that answers it."""
        return self._enter_lists_from is not None

    def enter_lists(self, key: str) -> bool:
        """Whether this key is the Enter that a report has just offered; any other key is an answer too.

        An Enter that was on its way when the report came was meant for the list.
        """
        offered, self._enter_lists_from = self._enter_lists_from, None
        if offered is None:
            return False
        text, tone = self.result
        self.say(text.replace(LISTED_BY_ENTER, "(:failures lists them)"), tone)
        return key == "enter" and self.key_arrived_at >= offered

    def stop_job(self) -> None:
        if self.jobs.stop():
            self.say("Stopping after the current item.")
            self.refresh_frame()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """The one handler of everything that fails in the background."""
        error = event.worker.error
        if event.state is WorkerState.ERROR and isinstance(error, Exception):
            self.report_unexpected(error)

    def end_writes(self) -> None:
        """Take no more writes; those begun are finished."""
        self._writes.shutdown(wait=False)
