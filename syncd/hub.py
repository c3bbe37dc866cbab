"""Assembles the hub: the book, who may do how much at once, and the routes.

The event loop never touches the book. Writes go through one thread, because SQLite takes one writer at a
time and waiting for its lock in many would only hide the queue; what the queue does not hold is refused
with words, and the office comes again.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from random import random
from time import monotonic, sleep
from typing import Any, TypeVar

from starlette.applications import Starlette
from starlette.routing import Route

from core.dates import show_instant
from core.errors import OutsideFailure
from core.replication.enrol import require_hub
from core.replication.hub import THE_HUB
from core.replication.messages import Request
from core.replication.recognise import Met, forget_nonces, hub_self, note_met, touch
from core.store import Store
from core.trouble import Collided
from syncd.bell import Bell
from syncd.cards import Cards
from syncd.jobs.deliver import Postman
from syncd.metrics import Metrics
from syncd.once import Guesses, Once
from syncd.refusals import Overloaded
from syncd.routes import blobs, health, repair, snapshot, sync, webhook
from syncd.trouble import Pauses, Troubles

MOST_WAITING = 64
MOST_WAITING_BYTES = 32 << 20
"""Writes that wait for the one before; more are refused (`sync.md` 5.5)."""

READERS = 4
FORGET_SECONDS = 60
MET_SECONDS = 1
"""So often the book is told who was heard; each request would be a write more."""
TRIES = 10
COLLIDED_SECONDS = 0.05

T = TypeVar("T")


class Hub:
    """What the routes share."""

    def __init__(self, store: Store, folder: str = "") -> None:
        self.store = store
        with store.read() as read:
            require_hub(read)
            self.own = hub_self(read)
        self.troubles = Troubles()
        self.bell = Bell(store, self.troubles)
        self.metrics = Metrics()
        self.measured = repair.Measured()
        self.snapshots = snapshot.Maker(folder or os.path.dirname(store.path))  # noqa: PTH120
        self.cards = Cards(self, folder or os.path.dirname(store.path))  # noqa: PTH120
        self.portal_url = ""
        """Where this hub serves the client portal, if it does."""
        self.once = Once(self.now_ms // 1000)
        self.guesses = Guesses()
        self._life = self.own.epoch
        self._met: dict[int, Met] = {}
        self._to_note: set[int] = set()
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="write")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="read")
        self._lookers = ThreadPoolExecutor(2, thread_name_prefix="look")
        self._waiting = self._waiting_bytes = 0

    @property
    def now_ms(self) -> int:
        return int(self.store.clock().timestamp() * 1000)

    async def write(self, work: Callable[..., T], *args: Any, size: int = 0) -> T:
        """Run what writes to the book, after what waits already; `size` is in bytes. Raises: Overloaded."""
        if self._waiting >= MOST_WAITING or self._waiting_bytes + size > MOST_WAITING_BYTES:
            raise Overloaded
        self._waiting += 1
        self._waiting_bytes += size
        try:
            done = await asyncio.get_running_loop().run_in_executor(self._writer, whole, work, *args)
            self.troubles.over("write")
        except OutsideFailure as error:
            self.troubles.note("write", error)
            raise
        finally:
            self._waiting -= 1
            self._waiting_bytes -= size
        return done

    async def read(self, work: Callable[..., T], *args: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, work, *args)

    async def look(self, work: Callable[..., T], *args: Any) -> T:
        """Run what is short and waited for by somebody who brings something: never behind the many who only
        listen and are answered all at once."""
        return await asyncio.get_running_loop().run_in_executor(self._lookers, work, *args)

    # Who was heard

    def meet(self, asked: Request, life: str) -> None:
        """An office asks, and has everything up to its cursor in this life of the hub."""
        if life != self._life:
            self._life, self._met, self._to_note = life, {}, set()
        cursor = asked.cursor if asked.epoch == life else 0
        self._met[asked.site] = Met(
            asked.site, show_instant(self.store.clock()), max(cursor, self.reached(asked.site))
        )
        self._to_note.add(asked.site)

    def reached(self, site: int) -> int:
        """Up to which number an office has asked, as far as this process heard it."""
        return self._met[site].cursor if site in self._met else 0

    async def note_met(self) -> None:
        """Tell the book who was heard since the last time."""
        met = [self._met[site] for site in self._to_note]
        self._to_note.clear()
        if met:
            try:
                await self.write(self._note, met)
            except Exception:
                self._to_note.update(one.site for one in met)
                raise

    def _note(self, met: list[Met]) -> None:
        with self.store.write(THE_HUB) as tx:
            note_met(tx, met)

    async def keep_house(self) -> None:
        """Tell the book who was heard, and forget old requests, for ever. A disk that is full is said and
        tried again."""
        forgotten, pauses = monotonic(), Pauses()
        while True:
            await asyncio.sleep(pauses.next or MET_SECONDS)
            try:
                await self.note_met()
                if self.troubles.codes:
                    await self.write(self._touch)
                if monotonic() - forgotten >= FORGET_SECONDS:
                    self.once.forget(self.now_ms // 1000)
                    await self.write(self._forget)
                    forgotten = monotonic()
                self.troubles.over("house")
                pauses.over()
            except Overloaded:
                continue
            except Exception as error:  # noqa: BLE001  told, and tried again
                self.troubles.note("house", error)
                pauses.longer()

    def _forget(self) -> None:
        with self.store.write(THE_HUB) as tx:
            forget_nonces(tx)

    def _touch(self) -> None:
        with self.store.write(THE_HUB) as tx:
            touch(tx)

    def close(self) -> None:
        self.bell.stop()
        with suppress(Exception):  # the disk may be why it ends
            self._note([self._met[site] for site in self._to_note])
        for pool in (self._writer, self._readers, self._lookers):
            pool.shutdown()
        self.snapshots.close()
        self.cards.close()


def whole(work: Callable[..., T], *args: Any) -> T:
    """A unit of work from its beginning, again where another program's collided with it. Raises: Collided."""
    for left in range(TRIES - 1, -1, -1):
        try:
            return work(*args)
        except Collided:
            if not left:
                raise
            sleep(random() * COLLIDED_SECONDS)  # noqa: S311  so that two do not meet again
    raise AssertionError


def app_of(store: Store, folder: str = "") -> Starlette:
    """The hub of a book; `folder` is where snapshots lie, else beside the book. Raises: NotTheHub."""
    hub = Hub(store, folder)

    @asynccontextmanager
    async def living(_: Starlette) -> AsyncIterator[None]:
        hub.bell.start()
        postman = Postman(hub)
        loops = (hub.keep_house(), hub.cards.keep_going(), postman.keep_carrying())
        keeping = [asyncio.create_task(each) for each in loops]
        yield
        await postman.stop()
        for each in keeping:
            each.cancel()
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
            Route("/stripe/webhook", webhook.take, methods=["POST"]),
            Route("/health", health.health, methods=["GET"]),
            Route("/metrics", health.metrics, methods=["GET"]),
        ],
        lifespan=living,
    )
    app.state.hub = hub
    return app
