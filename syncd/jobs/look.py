"""When the hub lays the processor's list beside the book by itself (RF2).

Once a day by the hub's clock; after an outage of the processor's, because what it sent meanwhile may be
lost; and when a hub starts whose last look is older than an hour. The last look is a fact
of the book: every office knows as of when the differences hold. Source: `security.md` 5.6.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from core.payments.card_list import last_look
from core.store import Store

if TYPE_CHECKING:
    from syncd.hub import Hub

EVERY = timedelta(days=1)
AFTER_REST = timedelta(hours=1)
AFTER_FAILURE = timedelta(minutes=10)


class Looks:
    """Asked each round; `look` takes as long as it needs, and nothing waits for it."""

    def __init__(self, hub: "Hub", look: Callable[[], Awaitable[object]]) -> None:
        self._hub, self._look = hub, look
        self._due_at: datetime | None = None
        self._task: asyncio.Task[None] | None = None

    def outage(self) -> None:
        """The processor was away: look as soon as it is back."""
        self._due_at = self._hub.store.clock()

    async def when_due(self) -> None:
        if self._task is not None and not self._task.done():
            return
        now = self._hub.store.clock()
        if self._due_at is None:
            self._due_at = _first(now, await self._hub.read(_last, self._hub.store))
        if now >= self._due_at:
            self._due_at = now + AFTER_FAILURE
            self._task = asyncio.create_task(self._now())

    async def _now(self) -> None:
        try:
            await self._look()
        except Exception as error:  # noqa: BLE001  told, and tried again
            self._hub.troubles.note("card list", error)
            return
        self._hub.troubles.over("card list")
        self._due_at = self._hub.store.clock() + EVERY

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()


def _first(now: datetime, last: datetime | None) -> datetime:
    """When a hub that has just started looks for the first time."""
    if last is None or now - last >= AFTER_REST:
        return now
    return last + EVERY


def _last(store: Store) -> datetime | None:
    with store.read() as read:
        found = last_look(read)
    return datetime.fromisoformat(found) if found else None
