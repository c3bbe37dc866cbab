"""What the portal's pages share: the hub's book, where the portal is, how much may be asked at once.

No page touches the book on the event loop: it reads in threads of its own, so that offices and clients keep
each other waiting for nothing but the writer.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from typing import Any, NamedTuple, Protocol, TypeVar

from core.dates import local_day, zone
from core.payments.card import PageSeen
from core.portal.switches import Switches, switches
from core.practice.timezone import timezone
from core.store import Read
from syncd.hub import Hub, whole
from syncd.portal.rates import Rates

READERS = 4
MAKERS = 2
"""Documents that are made at once; each takes a processor for a moment."""

T = TypeVar("T")


class Payments(Protocol):
    """What the card processor is to the pages; where there is none, they say how to pay without."""

    @property
    def origin(self) -> str:
        """Of the processor's own pages, for `form-action`: https://checkout.stripe.com. Empty while the
        practice has no processor; its keys may come, and go, while the hub runs."""

    async def page(self, checkout_id: str) -> str:
        """Where a checkout is paid. Raises: NoProcessor, ProcessorAway, ProcessorRefuses."""

    async def came_back(self, page_ref: str) -> PageSeen:
        """How far a page is, recorded. Raises: NoProcessor, ProcessorAway, ProcessorRefuses."""


class Portal:
    """One portal of one hub. `url` is how clients reach it and is all that a mail ever names."""

    def __init__(
        self,
        hub: Hub,
        url: str,
        *,
        payments: Payments | None = None,
        proxy: str = "",
        today: Callable[[], date] | None = None,
        log: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.hub, self.store = hub, hub.store
        self.url = url.rstrip("/")
        self.secure = self.url.startswith("https:")
        self.payments, self.proxy, self.log = payments, proxy, log
        self.rates = Rates()
        self._today = today
        with self.store.read() as read:
            self.zone = timezone(read)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="portal")
        self._makers = ThreadPoolExecutor(MAKERS, thread_name_prefix="make")
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def pays(self) -> str:
        """The origin of the processor's pages; empty where no card is taken."""
        return self.payments.origin if self.payments else ""

    @property
    def now(self) -> datetime:
        return self.store.clock()

    @property
    def today(self) -> date:
        """The practice's day."""
        return self._today() if self._today else local_day(self.now, self.zone)

    def local(self, instant: str) -> datetime:
        """A stored instant by the practice's clock."""
        return datetime.fromisoformat(instant).astimezone(zone(self.zone))

    async def read(self, question: Callable[..., T], *args: Any, **named: Any) -> T:
        """Ask one question of one moment of the book: `question(read, ...)`."""

        def ask() -> T:
            with self.store.read() as read:
                return question(read, *args, **named)

        return await asyncio.get_running_loop().run_in_executor(self._readers, ask)

    async def write(self, work: Callable[..., T], *args: Any) -> T:
        return await self.hub.write(work, *args)

    async def make(self, work: Callable[[], T]) -> T:
        """Run what prints a document: it takes the write lock by itself, and only to keep what it made."""
        return await asyncio.get_running_loop().run_in_executor(self._makers, whole, work)

    def later(self, work: Callable[..., object], *args: Any) -> None:
        """Do it when the answer is on its way: nobody learns by waiting what came of it."""

        async def done() -> None:
            try:
                await self.hub.write(work, *args)
            except Exception as error:  # noqa: BLE001  told by the hub's health; the person asks again
                self.hub.troubles.note("portal", error)
            else:
                self.hub.troubles.over("portal")

        task = asyncio.get_running_loop().create_task(done())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=3)
        for pool in (self._readers, self._makers):
            pool.shutdown()


class Practice(NamedTuple):
    """What every page says of the practice; `how_to_pay` are its payment instructions."""

    name: str
    phone: str
    email: str
    currency: str
    how_to_pay: str
    on: Switches


def practice_of(read: Read) -> Practice:
    from core.ledger.letterhead import letterhead

    head, currency = letterhead(read, None)
    return Practice(head.name, head.phone, head.email, currency, head.footer, switches(read))
