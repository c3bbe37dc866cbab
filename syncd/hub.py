"""Assembles the hub: the book, who may do how much at once, and the routes.

The event loop never touches the book. Writes go through one thread, because SQLite takes one writer at a
time and waiting for its lock in many would only hide the queue; what the queue does not hold is refused
with words, and the office comes again.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from starlette.applications import Starlette
from starlette.routing import Route

from core.replication.enrol import require_hub
from core.replication.hub import THE_HUB
from core.replication.recognise import forget_nonces, hub_self
from core.store import Store
from syncd.bell import Bell
from syncd.metrics import Metrics
from syncd.refusals import Overloaded
from syncd.routes import blobs, health, repair, snapshot, sync

MOST_WAITING = 8
"""Writes that wait for the one before; more are refused (`sync.md` 5.5)."""

READERS = 4
FORGET_SECONDS = 60

T = TypeVar("T")


class Hub:
    """What the routes share."""

    def __init__(self, store: Store) -> None:
        self.store = store
        with store.read() as read:
            require_hub(read)
            self.own = hub_self(read)
        self.bell = Bell(store)
        self.metrics = Metrics()
        self.measured = repair.Measured()
        self.snapshots = snapshot.Maker(os.path.dirname(store.path))  # noqa: PTH120
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="write")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="read")
        self._waiting = 0

    @property
    def now_ms(self) -> int:
        return int(self.store.clock().timestamp() * 1000)

    async def write(self, work: Callable[..., T], *args: Any) -> T:
        """Run what writes to the book, after what waits already. Raises: Overloaded."""
        if self._waiting >= MOST_WAITING:
            raise Overloaded
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._writer, work, *args)
        finally:
            self._waiting -= 1

    async def read(self, work: Callable[..., T], *args: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, work, *args)

    async def keep_house(self) -> None:
        """Forget old requests, for ever."""
        while True:
            await asyncio.sleep(FORGET_SECONDS)
            await asyncio.get_running_loop().run_in_executor(self._writer, self._forget)

    def _forget(self) -> None:
        with self.store.write(THE_HUB) as tx:
            forget_nonces(tx)

    def close(self) -> None:
        self.bell.stop()
        self._writer.shutdown()
        self._readers.shutdown()
        self.snapshots.close()


def app_of(store: Store) -> Starlette:
    """The hub of a book. Raises: NotTheHub."""
    hub = Hub(store)

    @asynccontextmanager
    async def living(_: Starlette) -> AsyncIterator[None]:
        hub.bell.start()
        house = asyncio.create_task(hub.keep_house())
        yield
        house.cancel()
        await asyncio.to_thread(hub.close)

    app = Starlette(
        routes=[
            Route("/sync/v1/hello", sync.hello, methods=["GET"]),
            Route("/sync/v1/exchange", sync.exchange, methods=["POST"]),
            Route("/sync/v1/enrol", sync.enrol, methods=["POST"]),
            Route("/sync/v1/follow", sync.follow, methods=["POST"]),
            Route("/sync/v1/blobs", blobs.offer, methods=["POST"]),
            Route("/sync/v1/blob/{sha256}/{start:int}", blobs.give, methods=["GET"]),
            Route("/sync/v1/blob/{sha256}/{start:int}", blobs.take, methods=["PUT"]),
            Route("/sync/v1/ranges/{upto:int}", repair.ranges, methods=["GET"]),
            Route("/sync/v1/ranges/{upto:int}/{branch:int}", repair.ranges, methods=["GET"]),
            Route("/sync/v1/repair", repair.repair, methods=["POST"]),
            Route("/sync/v1/snapshot", snapshot.describe, methods=["GET"]),
            Route("/sync/v1/snapshot/{etag}/{start:int}", snapshot.piece, methods=["GET"]),
            Route("/health", health.health, methods=["GET"]),
            Route("/metrics", health.metrics, methods=["GET"]),
        ],
        lifespan=living,
    )
    app.state.hub = hub
    return app
