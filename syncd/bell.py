"""Tells those who wait that the hub has something new, whoever wrote it."""

import asyncio
import threading
from contextlib import suppress

from core.replication.standing import numbered_up_to
from core.store import Store
from syncd.trouble import Pauses, Troubles

POLL_SECONDS = 0.02
"""SQLite's counter of foreign commits is asked so often; it costs 9 microseconds."""


class Bell:
    """One thread looks at the book's version, so that a commit of any process or connection is noticed."""

    def __init__(self, store: Store, troubles: Troubles) -> None:
        self._store = store
        self._troubles = troubles
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="bell", daemon=True)
        self._rung = asyncio.Event()
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
        self.ring()

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
