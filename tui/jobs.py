"""Long work in the background: it shows how far it is, can be stopped, and reports once.

A job goes item by item. A refused item does not stop it: it is counted, named in the report, and
stays marked, so that the verb can be repeated; repeating never doubles, because every item carries a
key of its own in the database.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, TypeVar

from core.errors import DomainError
from tui.present import seconds_left

T = TypeVar("T")

LISTED_BY_ENTER = "(Enter lists them)"
_TELL_EVERY_ITEMS = 10
_TELL_EVERY_SECONDS = 0.1
_FIRST_GUESS_SECONDS = 1.0


class JobRunning(DomainError):
    code = "job_running"

    def __init__(self, title: str) -> None:
        super().__init__(f"{title} is still running. X stops it after the current item.")


class JobReport:
    """How a job ended."""

    def __init__(self, title: str, total: int) -> None:
        self.title = title
        self.total = total
        self.done: list[str] = []
        self.failed: list[tuple[str, str]] = []
        self.stopped = False
        self.says = ""
        """What the job found, where a count of things done says little."""

    @property
    def failed_ids(self) -> list[str]:
        return [record_id for record_id, _ in self.failed]

    def sentence(self) -> str:
        """`194 done, 3 failed (Enter lists them)`."""
        if self.says:
            return self.says
        parts = [f"{len(self.done):,} done"]
        if self.failed:
            parts.append(f"{len(self.failed):,} failed {LISTED_BY_ENTER}")
        if self.stopped:
            parts.append(f"stopped, {self.total - len(self.done) - len(self.failed):,} left")
        return f"{self.title}: {', '.join(parts)}"


class Progress:
    """The job's side of the conversation; its methods are called in the job's thread."""

    def __init__(self, title: str, total: int, tell: Callable[[], None], clock: Callable[[], float]) -> None:
        self.report = JobReport(title, total)
        self.stopping = False
        self._tell = tell
        self._clock = clock
        self._began = clock()
        self._told = 0.0
        self._gone_through = 0

    @property
    def count(self) -> int:
        return self._gone_through or len(self.report.done) + len(self.report.failed)

    def gone_through(self, count: int) -> None:
        """So many of the total are behind, where single items have no names."""
        self._gone_through = count
        self._advanced()

    def done(self, record_id: str) -> None:
        self.report.done.append(record_id)
        self._advanced()

    def failed(self, record_id: str, sentence: str) -> None:
        self.report.failed.append((record_id, sentence))
        self._advanced()

    def time_left(self) -> str:
        """In words; empty until there is something to judge by."""
        took, count = self._clock() - self._began, self.count
        if not count or took < _FIRST_GUESS_SECONDS:
            return ""
        return seconds_left(took / count * (self.report.total - count))

    def _advanced(self) -> None:
        now = self._clock()
        if self.count % _TELL_EVERY_ITEMS == 0 or now - self._told >= _TELL_EVERY_SECONDS:
            self._told = now
            self._tell()


class Job(NamedTuple):
    """What to do, how many items there are, and who hears the report.

    `work` runs in a thread with a database connection of its own; it looks at `progress.stopping`
    between items. `on_end` runs on the screen's side. `names` says who an id is in the list of
    failures, where Enter calls `open`.
    """

    title: str
    total: int
    work: Callable[[Progress], None]
    on_end: Callable[[JobReport], object] | None = None
    names: Mapping[str, str] = MappingProxyType({})
    open: Callable[[str], object] | None = None


def each(
    items: Sequence[T], do: Callable[[T], object], *, id_of: Callable[[T], str] = str
) -> Callable[[Progress], None]:
    """Work that does one thing to each item; a refusal is noted and the next item follows."""

    def work(progress: Progress) -> None:
        for item in items:
            if progress.stopping:
                progress.report.stopped = True
                return
            try:
                do(item)
            except DomainError as refusal:
                progress.failed(id_of(item), str(refusal))
            else:
                progress.done(id_of(item))

    return work


def in_chunks(
    items: Sequence[T],
    do: Callable[[Sequence[T]], object],
    *,
    size: int = 25,
    id_of: Callable[[T], str] = str,
) -> Callable[[Progress], None]:
    """Work that does several things at once; where a chunk is refused, its items are done one by one.

    Only for work that may be repeated: part of a refused chunk can have been done.
    """

    def work(progress: Progress) -> None:
        for start in range(0, len(items), size):
            chunk = items[start : start + size]
            if progress.stopping:
                progress.report.stopped = True
                return
            try:
                do(chunk)
            except DomainError:
                each(chunk, lambda item: do([item]), id_of=id_of)(progress)
            else:
                for item in chunk:
                    progress.done(id_of(item))

    return work


class Jobs:
    """The one job that may run, and the report of the last one."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.progress: Progress | None = None
        self.last: JobReport | None = None

    @property
    def running(self) -> bool:
        return self.progress is not None

    def begin(self, job: Job, tell: Callable[[], None]) -> Progress:
        """Raises: JobRunning."""
        if self.progress is not None:
            raise JobRunning(self.progress.report.title)
        self.progress = Progress(job.title, job.total, tell, self.clock)
        return self.progress

    def stop(self) -> bool:
        """Ask the running job to stop after its current item; False when none runs."""
        if self.progress is None:
            return False
        self.progress.stopping = True
        return True

    def end(self, progress: Progress) -> None:
        """This job is over; harmless when it was ended before."""
        if self.progress is progress:
            self.last = progress.report
            self.progress = None
