"""A page of the hub is taken in parts: somebody who types never waits for the lock (`security.md` E4)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from core.sync.page import Page

SHORT = timedelta(milliseconds=12)
LONG = timedelta(milliseconds=35)
"""With what a slower disk adds it stays below the 50 ms that nobody notices."""


class Pace:
    """How many rows the next transaction takes: as many as the last ones showed to be quick."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self.rows = 200

    @contextmanager
    def measured(self) -> Iterator[None]:
        """Around one transaction."""
        began = self._clock()
        yield
        took = self._clock() - began
        if took > LONG:
            self.rows = max(self.rows // 2, 25)
        elif took < SHORT:
            self.rows = min(self.rows * 2, 1_600)


def slices(page: Page, pace: Pace) -> Iterator[tuple[Page, bool]]:
    """A page in parts, each with the cursor that its rows reach, and whether it is the last; at least one."""
    numbered = sorted(
        [row[1] for _, _, rows in page.tables for row in rows]
        + [tomb[4] for tomb in page.tombs]
        + [row[names.index("_q")] for _, names, rows in page.facts for row in rows]
        + [row[5] for row in page.later]
    )
    start, done = page.since, 0
    while done + pace.rows < len(numbered):
        done += pace.rows
        yield _part(page, start, numbered[done - 1]), False
        start = numbered[done - 1]
    yield _part(page, start, page.cursor), True


def _part(page: Page, start: int, end: int) -> Page:
    tables = [[t, names, [r for r in rows if start < r[1] <= end]] for t, names, rows in page.tables]
    facts = [
        [t, names, [r for r in rows if start < r[names.index("_q")] <= end]] for t, names, rows in page.facts
    ]
    tombs = [tomb for tomb in page.tombs if start < tomb[4] <= end]
    later = [row for row in page.later if start < row[5] <= end]
    return Page([g for g in tables if g[2]], tombs, [g for g in facts if g[2]], later, start, end, page.more)
