"""The bell wakes one office at once, and many in turns, so that who brings something is not kept waiting."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from time import monotonic

from syncd.bell import SPARED_SECONDS, Bell
from syncd.trouble import Troubles
from tests.core.replication.offices import Network

MANY = 100


@asynccontextmanager
async def _many_listen(folder: Path) -> AsyncIterator[Bell]:
    """The bell of a hub to which many offices listen."""
    bell = Bell(Network(folder).hub, Troubles())
    async with AsyncExitStack() as stack:
        for _ in range(MANY):
            await stack.enter_async_context(bell.listening())
        yield bell


async def test_one_office_hears_at_once(tmp_path: Path) -> None:
    bell = Bell(Network(tmp_path).hub, Troubles())
    async with bell.listening():
        bell.ring()
        assert bell.count == 1
        began = monotonic()
        bell.ring()
        await bell.wait(1, 10)
        assert bell.count == 2
        assert monotonic() - began < 5


async def test_many_offices_hear_of_a_burst_once(tmp_path: Path) -> None:
    async with _many_listen(tmp_path) as bell:
        bell.ring()
        assert bell.count == 1, "the first is not kept waiting"
        began = monotonic()
        for _ in range(20):
            bell.ring()
        assert bell.count == 1
        await bell.wait(1, 10)
        assert bell.count == 2
        assert monotonic() - began >= SPARED_SECONDS * MANY * 0.9


async def test_who_comes_back_before_the_ring_waits_for_it(tmp_path: Path) -> None:
    async with _many_listen(tmp_path) as bell:
        bell.ring()
        bell.ring()
        async with bell.listening():
            assert bell.count == 2


async def test_a_hub_that_ends_keeps_nobody(tmp_path: Path) -> None:
    async with _many_listen(tmp_path) as bell:
        bell.ring()
        bell.ring()
        bell.let_go()
        assert bell.count == 2
        await asyncio.wait_for(bell.wait(1, 10), 5)
