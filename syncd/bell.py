"""Tells those who wait that the hub has something new, whoever wrote it."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from time import monotonic

from core.replication.standing import numbered_up_to
from core.store import Store
from syncd.trouble import Pauses, Troubles

POLL_SECONDS = 0.02
"""SQLite's counter of foreign commits is asked so often; it costs 9 microseconds."""

SPARED_SECONDS = 0.004
"""For each office that listens, from one ring to the next: so long it takes to answer it, and who brings
something is not to wait for all of them. Two offices do not notice; fifty hear five times a second."""


class Bell:
    """One thread looks at the book's version, so that a commit of any process or connection is noticed."""

    def __init__(self, store: Store, troubles: Troubles) -> None:
        self._store = store
        self._troubles = troubles
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="bell", daemon=True)
        self._rung = asyncio.Event()
        self._rang_at, self._rang_for = 0.0, 0
        self._due: asyncio.TimerHandle | None = None
        self._listening = 0
        self.count = 0
        self.silent = False
        """The hub ends: nobody waits for it any more."""

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def let_go(self) -> None:
        """Send everybody home who waits."""
        self.silent = True
        self._ring_now()

    def ring(self) -> None:
        """On the event loop: now, or in the moment that the answers to the last time take."""
        wait = self._rang_at + SPARED_SECONDS * max(self._rang_for, self._listening) - monotonic()
        if wait <= 0:
            self._ring_now()
        elif self._due is None:
            self._due = asyncio.get_running_loop().call_later(wait, self._ring_now)

    def _ring_now(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None
        self._rang_at, self._rang_for = monotonic(), self._listening
        self.count += 1
        self._rung.set()
        self._rung = asyncio.Event()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """While an office listens. One that comes back when the bell is about to ring waits for it."""
        self._listening += 1
        try:
            if self._due is not None:
                await self._rung.wait()
            yield
        finally:
            self._listening -= 1

    async def wait(self, since: int, seconds: float) -> None:
        """Until it rings after it had rung `since` times, or the time is up."""
        if self.count == since:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):  # `wait_for` may lose that it was cancelled
                    await self._rung.wait()

    def _watch(self) -> None:
        """Until it is stopped. A disk that fails is said, and asked again after a while."""
        version = head = -1
        pauses = Pauses()
        while not self._stop.wait(pauses.next or POLL_SECONDS):
            try:
                if (seen := self._store.data_version()) != version:
                    with self._store.read() as read:
                        now = numbered_up_to(read)
                    version = seen
                    if now != head:
                        head = now
                        self._tell()
                self._troubles.over("bell")
                pauses.over()
            except Exception as error:  # noqa: BLE001  told, and tried again
                self._troubles.note("bell", error)
                pauses.longer()

    def _tell(self) -> None:
        with suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self.ring)
