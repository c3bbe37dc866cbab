"""The office's end beside the screens: it keeps the book in step with the hub, and never makes anybody wait.

Two lines run at once. One brings what was written here the moment it is committed; the other listens, so
that what others wrote comes the moment the hub has it. Both may be cut off anywhere: everything that
matters is in the book.
"""

import asyncio
import os
import random
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import Any, NamedTuple, TypeVar

from core.errors import DomainError, OutsideFailure
from core.nudge import DAEMON, Ear
from core.replication.enrol import SiteTaken
from core.replication.messages import Request, pack, read_answer
from core.replication.office import (
    SHOW,
    WENT_BACK,
    Link,
    NoHub,
    Restored,
    Taken,
    go_on_elsewhere,
    link,
    listen,
    must_ask,
    prepare,
    still,
    take,
)
from core.replication.restored import followed, following
from core.replication.standing import must_check, note_checked, note_unreached
from core.store import Store
from syncd.auth import NEW
from syncd.carrier import carry
from syncd.checking import Checked, check
from syncd.download import get_book
from syncd.line import Line, Trouble
from syncd.trouble import Pauses, place_of

POLL_SECONDS = 0.02
"""How often the book is asked whether somebody committed; it costs 9 microseconds (`decisions.md` 28)."""

WAIT_SECONDS = 25
FIRST_RETRY, LAST_RETRY = 1.0, 60.0
ASKED_AGAIN = 3
CHECK_SECONDS = 600
"""How often it is asked whether all rows are to be laid beside the hub's again."""

BLOBS_SECONDS = 600
"""Bytes are looked for after each row that came or went, and so often anyway."""

T = TypeVar("T")


class Exchanged(NamedTuple):
    taken: Taken
    trouble: str
    """Why the hub did not take what was brought, as a code."""
    brought: bool
    """Whether the hub took a batch."""


class Office:
    """One book and its hub, until `stop`. `tell` hears of each change of the trouble's code. A book that
    nobody can have open yet (`unused`) takes a page at once instead of in slices."""

    def __init__(
        self, store: Store, tell: Callable[[str], None] = lambda _: None, *, unused: bool = False
    ) -> None:
        self.store = store
        self._slices = not unused
        self._tell = tell
        self._told: str | None = None
        self._refused = ""
        self._shown = False
        """Whether the hub was shown its receipt since it was last away."""
        self._restoring = asyncio.Lock()
        self._book = ThreadPoolExecutor(1, thread_name_prefix="book")
        self._written = asyncio.Event()
        self._rows_moved = asyncio.Event()
        self._reached = asyncio.Event()
        self._stopped = asyncio.Event()

    def stop(self) -> None:
        self._stopped.set()

    async def run(self) -> None:
        """Keep in step until stopped. Raises: NoHub."""
        self._loop = asyncio.get_running_loop()
        self._line = await self._make_line()
        lanes = [
            asyncio.create_task(lane())
            for lane in (self._watch, self._bring, self._listen, self._blobs, self._check)
        ]
        stopped = asyncio.create_task(self._stopped.wait())
        try:
            done, _ = await asyncio.wait([*lanes, stopped], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (*lanes, stopped):
                task.cancel()
            await asyncio.gather(*lanes, stopped, return_exceptions=True)
            await self._line.close()
            self._book.shutdown()
        for task in done - {stopped}:
            task.result()

    async def in_step(self, progress: Callable[[int], None] = lambda _: None) -> int:
        """Exchange until neither side has anything for the other; answers how many rows came.

        `progress` hears of them. Raises: NoHub, Trouble.
        """
        async with self._met():
            return await self._all(progress)

    @asynccontextmanager
    async def _met(self) -> AsyncIterator[None]:
        """A line to the hub for a while, without the lanes."""
        self._loop = asyncio.get_running_loop()
        try:
            self._line = await self._make_line()
            try:
                yield
            finally:
                await self._line.close()
            await self._note("")
        except NoHub:
            raise
        except Exception as error:
            await self._note(self._code_of(error))
            raise
        finally:
            self._book.shutdown()

    async def checked(self, progress: Callable[[int], None] = lambda _: None) -> Checked:
        """Exchange everything, lay all rows beside the hub's, make equal what differs, and exchange again.

        Raises: NoHub, Trouble.
        """
        async with self._met():
            await self._all(progress)
            found = await self._check_all()
            await self._all(progress)
        return found

    async def _check_all(self) -> Checked:
        found = await check(self._line, self.store, self.on_book)
        await self.on_book(note_checked, self.store, len(found.left))
        return found

    async def _all(self, progress: Callable[[int], None]) -> int:
        in_vain = 0
        rows = await get_book(self._line, self.store, self.on_book, progress)
        while True:
            done = await self._exchange(self._ready)
            rows += done.taken.rows
            progress(rows)
            if done.trouble:
                raise Trouble(done.trouble)
            if not (done.taken.more or done.taken.unsent):
                break
            in_vain = 0 if done.brought or done.taken.more else in_vain + 1
            if in_vain > ASKED_AGAIN:
                raise Trouble("refused")
        await carry(self._line, self.store, self.on_book)
        return rows

    async def on_book(self, work: Callable[..., T], *args: Any) -> T:
        """Run what touches the book in its thread, one after another."""
        return await asyncio.get_running_loop().run_in_executor(self._book, lambda: work(*args))

    async def _make_line(self) -> Line:
        hub = await self.on_book(self._link)
        return self._line_of(hub, hub.private_key, str(hub.site))

    def _link(self) -> Link:
        with self.store.read() as read:
            return link(read)

    def _line_of(self, hub: Link, private_key: bytes, keyid: str) -> Line:
        return Line(
            hub.url,
            private_key=private_key,
            keyid=keyid,
            hub_key=hub.hub_key,
            pinned=hub.hub_cert,
            clock=self.store.clock,
        )

    # The lanes

    async def _watch(self) -> None:
        """Wake the lane that brings, when somebody here committed. A disk that fails is said, and asked again
        after a while."""
        ear, nudged = Ear(os.path.dirname(self.store.path) or ".", DAEMON), asyncio.Event()  # noqa: PTH120

        def heard() -> None:
            if ear.listen():
                self._try_now()
            nudged.set()

        if ear.descriptor >= 0:
            self._loop.add_reader(ear.descriptor, heard)
        try:
            await self._look_when(nudged)
        finally:
            if ear.descriptor >= 0:
                self._loop.remove_reader(ear.descriptor)
            ear.close()

    async def _look_when(self, nudged: asyncio.Event) -> None:
        version, pauses = None, Pauses()
        while True:
            nudged.clear()
            try:
                seen = await self.on_book(self.store.data_version)
                if seen != version:
                    version = seen
                    self._written.set()
                pauses.over()
            except Exception as error:  # noqa: BLE001  told, and tried again
                await self._note(self._code_of(error))
                pauses.longer()
            with suppress(TimeoutError):
                async with asyncio.timeout(
                    pauses.next or POLL_SECONDS
                ):  # `wait_for` may lose that it was cancelled
                    await nudged.wait()

    async def _bring(self) -> None:
        """What is written here goes to the hub at once."""
        in_vain, first = 0, True

        async def once() -> float:
            nonlocal in_vain, first
            self._written.clear()
            # The first without waiting for anything: it tells whether the book is as the hub remembers it.
            if not first and not await self.on_book(self._must_ask):
                await self._written.wait()
                return 0
            done = await self._exchange(self._ready)
            first = False
            if done.trouble:
                self._refused = done.trouble
                await self._note(done.trouble)
                return LAST_RETRY
            self._refused = ""
            await self._note("")
            # The hub may first ask for another batch or another time; asked more often, something is wrong.
            in_vain = 0 if done.brought or done.taken.more else in_vain + 1
            return 0 if in_vain <= ASKED_AGAIN else min(2.0 ** (in_vain - ASKED_AGAIN), LAST_RETRY)

        await self._again_and_again(once)

    async def _listen(self) -> None:
        """What others wrote comes as soon as the hub has it."""

        async def once() -> float:
            await self._exchange(self._wait_for_more)
            await self._note(self._refused)
            return 0

        await self._again_and_again(once)

    async def _blobs(self) -> None:
        """Documents follow the rows that name them."""

        async def once() -> float:
            self._rows_moved.clear()
            await carry(self._line, self.store, self.on_book)
            with suppress(TimeoutError):
                async with asyncio.timeout(BLOBS_SECONDS):  # `wait_for` may lose that it was cancelled
                    await self._rows_moved.wait()
            return 0

        await self._again_and_again(once)

    async def _check(self) -> None:
        """Each day all rows are laid beside the hub's."""

        async def once() -> float:
            if not self._told and await self.on_book(self._must_check):
                await self._check_all()
            await asyncio.sleep(CHECK_SECONDS)
            return 0

        await self._again_and_again(once)

    def _must_check(self) -> bool:
        with self.store.read() as read:
            return must_check(read, self.store.clock()) and not must_ask(read)

    async def _again_and_again(self, once: Callable[[], Awaitable[float]]) -> None:
        """Each time anew; `once` answers how many seconds it wants to wait. After a trouble the pause doubles
        and is never the same twice, so that a hub that comes back is not met by all its offices at once."""
        pause = FIRST_RETRY
        while True:
            try:
                wanted = await once()
                pause = FIRST_RETRY
            except Exception as error:  # noqa: BLE001  a bug is told, and does not end the other lanes
                await self._note(self._code_of(error))
                wanted, pause = pause * random.uniform(0.5, 1), min(pause * 2, LAST_RETRY)  # noqa: S311
            if wanted:
                with suppress(TimeoutError):  # or until another lane got through
                    async with asyncio.timeout(wanted):  # `wait_for` may lose that it was cancelled
                        await self._reached.wait()

    def _code_of(self, error: Exception) -> str:
        if isinstance(error, OutsideFailure) and not isinstance(error, Trouble):
            return "disk"
        if isinstance(error, DomainError):
            return error.code
        sys.stderr.write(f"syncd: {place_of(error)}\n")
        return "failed"

    async def _note(self, code: str) -> None:
        """Keep what is wrong where status and screens read it, and tell it where it is news."""
        with suppress(Exception):  # the disk may be what is wrong
            await self.on_book(note_unreached, self.store, code)
        if code == self._told:
            return
        self._told = code
        if not code:
            self._try_now()
        self._tell(code)

    def _try_now(self) -> None:
        """Whoever waits after a trouble tries again."""
        self._reached.set()
        self._reached = asyncio.Event()

    # One exchange

    def _must_ask(self) -> bool:
        with self.store.read() as read:
            return must_ask(read)

    def _ready(self, shown: bool) -> Request:
        return prepare(self.store, self._line.now_ms, shown=shown)

    def _wait_for_more(self, shown: bool) -> Request:
        return listen(self.store, self._line.now_ms, wait_seconds=WAIT_SECONDS, shown=shown)

    async def _exchange(self, ready: Callable[[bool], Request]) -> Exchanged:
        """Raises: Trouble, NoHub."""
        try:
            request, told = await self._ask(ready)
        except Restored:
            await self._tell_of_restore()
            request, told = await self._ask(ready)
        if not told:
            if await self.on_book(still, self.store, self._line.heard_ms, self._line.now_ms):
                return Exchanged(Taken(False, False, 0), "", False)
            request, told = await self._ask(lambda _: listen(self.store, self._line.now_ms))
        return await self.on_book(self._take, told, request, self._line.now_ms)

    async def _ask(self, ready: Callable[[bool], Request]) -> tuple[Request, bytes]:
        """A request, packed in the book's thread, and what the hub says to it. Raises: Trouble, Restored."""
        request, packed = await self.on_book(self._packed, ready, self._shown)
        try:
            told = await self._line.ask("POST", "/sync/v1/exchange", packed)
        except Trouble:
            self._shown = False
            raise
        self._shown = self._shown or bool(request.receipt)
        return request, told

    def _packed(self, ready: Callable[[bool], Request], shown: bool) -> tuple[Request, bytes]:
        request = ready(shown)
        return request, request.packed()

    def _take(self, told: bytes, request: Request, came_ms: int) -> Exchanged:
        answer = read_answer(told, request)
        taken = take(self.store, answer, now_ms=came_ms, asked=request, in_slices=self._slices)
        brought = answer.ack is not None and answer.ack[0] == "taken"
        if taken.rows or brought:
            self._loop.call_soon_threadsafe(self._rows_moved.set)
        with self.store.read() as read:
            trouble = link(read).trouble
        # A book that went back in time, or a hub that may have, is dealt with by the next exchange.
        return Exchanged(taken, "" if trouble in (WENT_BACK, SHOW) else trouble, brought)

    async def _tell_of_restore(self) -> None:
        """Tell the hub under which number this book goes on; once, whichever lane finds out first."""
        async with self._restoring:
            told = await self.on_book(following, self.store)
            if told is None:
                return
            hub = await self.on_book(self._link)
            line = self._line_of(hub, told.private_key, NEW)
            try:
                said = pack([told.old, told.new, told.key, told.signature])
                await line.ask("POST", "/sync/v1/follow", said)
            except Trouble as trouble:
                if trouble.code == SiteTaken.code:  # another's, by chance; the next try has a new one
                    await self.on_book(go_on_elsewhere, self.store)
                raise
            finally:
                await line.close()
            await self.on_book(followed, self.store, told)
            before, self._line = self._line, await self._make_line()
            await before.close()
