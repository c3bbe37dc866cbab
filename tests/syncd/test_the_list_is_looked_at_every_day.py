"""RF2: the hub lays the processor's list beside the book by itself, by its own clock and after an outage."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from core.errors import OutsideFailure
from core.tables import ProcessorLook
from syncd.jobs.look import AFTER_FAILURE, AFTER_REST, EVERY, Looks
from syncd.trouble import Troubles
from tests.builders import NOW, Book

STEP = timedelta(minutes=1)


class Day:
    """A hub's clock and book, without its network: how often it looked, and what happens when it does."""

    def __init__(self, book: Book, now: datetime = NOW) -> None:
        self.book, self.now, self.looked = book, now, 0
        self.troubles, self.fails = Troubles(), False
        book.store.clock = lambda: self.now
        hub: Any = SimpleNamespace(store=book.store, read=self._read, troubles=self.troubles)
        self.looks = Looks(hub, self._look)

    async def _read(self, question: Any, *args: Any) -> Any:
        return question(*args)

    async def _look(self) -> None:
        if self.fails:
            raise OutsideFailure("away")
        self.looked += 1
        with self.book.write() as tx:
            tx.add(ProcessorLook(payments=0, differing=0))

    async def passes(self, time: timedelta, *, by: timedelta = timedelta(minutes=30)) -> int:
        """Rounds until so much time has passed; answers how often it looked meanwhile."""
        before, until = self.looked, self.now + time
        while self.now < until:
            self.now += by
            await self.round()
        return self.looked - before

    async def round(self) -> None:
        await self.looks.when_due()
        await asyncio.sleep(0)
        await asyncio.sleep(0)


@pytest.fixture
def day(tmp_path: Path) -> Day:
    return Day(Book(tmp_path))


async def test_rf2_it_looks_at_once_where_it_never_has_and_then_every_day(day: Day) -> None:
    await day.round()
    assert day.looked == 1
    assert await day.passes(EVERY - timedelta(hours=1)) == 0
    assert await day.passes(timedelta(hours=2)) == 1
    assert await day.passes(5 * EVERY) == 5


async def test_rf2_it_looks_as_soon_as_the_processor_is_back(day: Day) -> None:
    await day.round()
    day.looks.outage()
    await day.round()
    assert day.looked == 2


async def test_rf2_a_look_that_fails_is_told_and_made_again_soon(day: Day) -> None:
    day.fails = True
    await day.round()
    assert (day.looked, day.troubles.codes) == (0, [OutsideFailure("").code])
    day.fails = False
    assert await day.passes(AFTER_FAILURE + STEP, by=STEP) == 1
    assert day.troubles.codes == []


@pytest.mark.parametrize(("rested", "looks"), [(AFTER_REST - STEP, 0), (AFTER_REST, 1)])
async def test_rf2_a_hub_that_starts_looks_when_it_was_away_for_long(
    day: Day, rested: timedelta, looks: int
) -> None:
    await day.round()
    again = Day(day.book, day.now + rested)
    await again.round()
    assert again.looked == looks
