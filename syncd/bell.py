"""Tells those who wait that the hub has something new, whoever wrote it."""

import asyncio
import threading
from contextlib import suppress

from core.errors import DomainError
from core.replication.standing import numbered_up_to
from core.store import Store

POLL_SECONDS = 0.02
"""SQLite's counter of foreign commits is asked so often; it costs 9 microseconds."""


class Bell:
    """One thread looks at the book's version, so that a commit of any process or connection is noticed."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="bell", daemon=True)
        self._rung = asyncio.Event()
        self.count = 0

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def ring(self) -> None:
        """On the event loop."""
        self.count += 1
        self._rung.set()
        self._rung = asyncio.Event()

    async def wait(self, since: int, seconds: float) -> None:
        """Until it rings after it had rung `since` times, or the time is up."""
        if self.count == since:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._rung.wait(), seconds)

    def _watch(self) -> None:
        version = head = -1
        while not self._stop.wait(POLL_SECONDS):
            with suppress(DomainError, RuntimeError):  # a busy disk now; the loop is closed
                if (seen := self._store.data_version()) == version:
                    continue
                version = seen
                with self._store.read() as read:
                    now = numbered_up_to(read)
                if now != head:
                    head = now
                    self._loop.call_soon_threadsafe(self.ring)
