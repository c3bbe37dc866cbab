"""Carries the outbox to the card processor, and brings what comes back to where it is settled (RF1, RF2).

Nothing in memory matters: what is to be asked is a row before it is asked, what the processor sends is a row
before it is answered for. Killed at any point, the hub goes on from the rows. All network is on threads of
their own; the book is written by the hub's one writer.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from core.errors import Busy, DomainError, NotFound, OutsideFailure
from core.payments import inbox, outbox, reconcile
from core.payments.card import (
    ChargeAsked,
    CheckoutAsked,
    Intent,
    NoProcessor,
    PageSeen,
    Processor,
    ProcessorRefuses,
    RefundAsked,
)
from core.security.processor_secret import DamagedProcessorSecret, load_processor_secret, processor_secret_age
from core.store import Read, Store
from syncd.jobs.look import Looks
from syncd.settling import (
    PROCESSOR,
    news_of,
    note_charged,
    note_detached,
    note_refunded,
    note_refused,
    note_sending,
    note_settled,
    pull,
    settle_news,
    take_event,
    take_on,
)
from syncd.trouble import Pauses

if TYPE_CHECKING:
    from syncd.hub import Hub

AT_ONCE = 4
"""Calls on their way to the processor."""

IDLE_SECONDS = 1.0
T = TypeVar("T")


def processor_from(folder: str, store: Store) -> Processor | None:
    """The practice's processor, opened with the keys in the hub's home; None where it has none."""
    secret = load_processor_secret(folder, store.data_key)
    if secret is None:
        return None
    from syncd.outside.stripe import Stripe  # a hub without cards does not load it

    return Stripe(secret)


class Cards:
    """The hub's end of the line to the card processor."""

    def __init__(self, hub: "Hub", folder: str) -> None:
        self._hub, self._folder = hub, folder
        self._processor: Processor | None = None
        self._age = -1
        self._former: list[Processor] = []
        """Opened with keys that were changed since; a call may be under way with them."""
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="cards")
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._wake = asyncio.Event()
        self._rung = -1
        self._done = 0
        self._looks = Looks(hub, self.pull)

    @property
    def processor(self) -> Processor | None:
        """The processor of the moment; the keys may be changed while the hub runs."""
        age = processor_secret_age(self._folder)
        if age != self._age:
            if self._processor is not None:
                self._former.append(self._processor)
            self._processor, self._age = None, age
            self._processor = processor_from(self._folder, self._hub.store)
        return self._processor

    @property
    def origin(self) -> str:
        """Of the processor's pages; empty while the practice takes no cards."""
        try:
            return self.processor.origin if self.processor else ""
        except DamagedProcessorSecret:  # `keep_going` tells of it
            return ""

    def require(self) -> Processor:
        """Raises: NoProcessor."""
        found = self.processor
        if found is None:
            raise NoProcessor
        return found

    def wake(self) -> None:
        """There is something to do."""
        self._wake.set()

    def close(self) -> None:
        self._looks.stop()
        self._threads.shutdown(cancel_futures=True)
        for one in (*self._former, self._processor):
            if one is not None:
                one.close()

    async def keep_going(self) -> None:
        """Carry and settle, for ever. A processor that is away is said and asked again."""
        pauses = Pauses()
        while True:
            done = self._done
            try:
                if self.processor is not None:
                    await self.round()
                    await self._looks.when_due()
                self._hub.troubles.over("cards")
                pauses.over()
            except Exception as error:  # noqa: BLE001  told, and tried again
                self._hub.troubles.note("cards", error)
                if isinstance(error, OutsideFailure):
                    self._looks.outage()
                if self._done != done:  # some of it got through
                    pauses.over()
                pauses.longer()
            await self._rest(pauses.next)

    async def _rest(self, pause: float) -> None:
        if pause:
            await asyncio.sleep(pause)
            return
        try:
            await asyncio.wait_for(self._wake.wait(), IDLE_SECONDS)
        except TimeoutError:
            return
        self._wake.clear()

    async def round(self) -> None:
        """Everything that waits now, what was paid before what is to be charged. Raises: ProcessorAway, when
        some of it must wait longer."""
        events = await self._hub.read(self._look, inbox.waiting_events)
        failures = await self._all([self._handle(event) for event in events])
        count = self._hub.bell.count
        if count != self._rung:
            if await self._hub.read(self._look, outbox.asked_anew):
                await self._hub.write(self._write, take_on)
            self._rung = count
        calls = await self._hub.read(self._look, outbox.waiting_calls)
        failures += await self._all([self.carry(call.id) for call in calls])
        if failures:
            raise failures[0]
        if len(calls) + len(events) >= 50:
            self.wake()

    async def _all(self, works: Sequence[Any]) -> list[BaseException]:
        """All of them, and what failed: what can be done is not held up by what cannot."""
        ended = await asyncio.gather(*works, return_exceptions=True)
        return [one for one in ended if isinstance(one, BaseException)]

    # The outbox

    async def carry(self, call_id: str) -> None:
        """Bring one call to the processor and record its answer; twice at once is once."""
        task = self._under_way.get(call_id)
        if task is None:
            task = asyncio.create_task(self._carry(call_id))
            self._under_way[call_id] = task
            task.add_done_callback(lambda _: self._under_way.pop(call_id, None))
        await asyncio.shield(task)

    async def _carry(self, call_id: str) -> None:
        processor = self.require()
        call = await self._hub.read(self._look, outbox.one_call, call_id)
        if call is None:
            return
        try:
            await self._ask(processor, call)
        except ProcessorRefuses as error:
            await self._hub.write(self._write, note_refused, call, error.why)

    async def _ask(self, processor: Processor, call: outbox.Call) -> None:
        guarantor_id, ref = await self._payer(call)
        if guarantor_id and not ref:
            ref = await self._out(
                processor.make_customer, guarantor_id, key=f"daysheet:customer:{guarantor_id}"
            )
            await self._hub.write(self._write, outbox.note_customer, guarantor_id, ref)
        now = self._hub.store.clock()
        late = call.first_at and await self._hub.read(self._look, outbox.is_too_late, call)
        looked = bool(late) or outbox.is_in_doubt(call, now)
        if looked and await self._found(processor, call):
            return
        if outbox.is_old(call, now):
            await self._hub.write(self._write, outbox.renew, call.id)
            call = call._replace(attempt=call.attempt + 1)
        if not await self._hub.write(self._write, note_sending, call.id, looked):
            return
        asked = await self._hub.read(self._look, outbox.asked_of, call)
        await self._send(processor, call, asked)

    async def _send(self, processor: Processor, call: outbox.Call, asked: outbox.Asked) -> None:
        key = outbox.key_of(call)
        if isinstance(asked, CheckoutAsked):
            page = await self._out(processor.open_page, asked, key=key)
            await self._hub.write(self._write, outbox.note_page, call.id, page)
        elif isinstance(asked, ChargeAsked):
            await self._charged(call, await self._out(processor.charge, asked, key=key))
        elif isinstance(asked, RefundAsked):
            seen = await self._out(processor.refund, asked, key=key)
            await self._hub.write(self._write, note_refunded, call.id, seen)
        else:
            await self._out(processor.detach, asked, key=key)
            await self._hub.write(self._write, note_detached, call.id)

    async def _charged(self, call: outbox.Call, seen: Intent) -> None:
        await self._hub.write(self._write, note_charged, call.id, seen)

    async def _payer(self, call: outbox.Call) -> tuple[str, str]:
        def look(read: Read) -> tuple[str, str]:
            guarantor_id = outbox.payer_of(read, call)
            return guarantor_id, outbox.customer_of(read, guarantor_id) if guarantor_id else ""

        return await self._hub.read(self._look, look)

    async def _found(self, processor: Processor, call: outbox.Call) -> bool:
        """Whether the processor did long ago what a call asked for; then it is recorded."""
        since = outbox.look_since(call, self._hub.store.clock())
        if call.kind == "charge":
            seen = await self._out(_one_of_charge, processor, since, call.id)
            if seen is not None:
                await self._charged(call, seen)
            return seen is not None
        if call.kind == "refund":
            asked = await self._hub.read(self._look, outbox.asked_of, call)
            assert isinstance(asked, RefundAsked)
            for refund in await self._out(processor.refunds_of, asked.intent_ref):
                if refund.refund_id == call.id:
                    await self._hub.write(self._write, note_refunded, call.id, refund)
                    return True
        return False

    # The inbox

    async def take(self, body: bytes, signature: str) -> bool:
        """Keep what the processor sent; answers whether it is new. Raises: NoProcessor,
        NotFromTheProcessor, OtherMode, Overloaded."""
        processor = self.require()
        event = processor.read_event(body, signature)
        new: bool = await self._hub.write(self._write, take_event, event, processor.live, size=len(body))
        self.wake()
        return new

    async def _handle(self, event: inbox.Waiting) -> None:
        try:
            news = await self._out(news_of, self.require(), event.kind, event.about)
            await self._hub.write(self._write, note_settled, event.id, news)
        except ProcessorRefuses as error:
            await self._hub.write(self._write, inbox.event_aside, event.id, str(error))
        except (OutsideFailure, Busy):
            raise
        except DomainError as error:
            await self._hub.write(self._write, inbox.event_aside, event.id, str(error))
        except Exception:
            await self._hub.write(self._write, inbox.event_failed, event.id)
            raise

    # For the pages

    async def page(self, checkout_id: str) -> str:
        """The address of the processor's page for a checkout that was begun. Raises: NoProcessor,
        ProcessorAway, ProcessorRefuses."""
        await self.carry(checkout_id)
        found = await self._hub.read(self._look, outbox.page_of, checkout_id)
        if found is None:
            raise NotFound("There is no such payment page.", subject=checkout_id)
        if found.state != "done":
            raise ProcessorRefuses(found.why)
        return str(found.url)

    async def came_back(self, page_ref: str) -> PageSeen:
        """A person comes back from the processor's page: what happened there is recorded now, whether or not
        the processor has told of it. Raises: NoProcessor, ProcessorAway, ProcessorRefuses."""
        news = await self._out(news_of, self.require(), "checkout.session.", page_ref)
        await self._hub.write(self._write, settle_news, news)
        page = news[-1]
        assert isinstance(page, PageSeen)
        return page

    # The processor's list beside the book

    async def pull(self) -> list[reconcile.Differs]:
        """Record what webhooks missed, then tell what still differs. Raises: NoProcessor, ProcessorAway."""
        processor = self.require()
        return await asyncio.get_running_loop().run_in_executor(
            self._threads, pull, self._hub.store, processor
        )

    # Threads

    async def _out(self, work: Callable[..., T], *args: Any, **named: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: work(*args, **named))

    def _look(self, question: Callable[..., T], *args: Any) -> T:
        with self._hub.store.read() as read:
            return question(read, *args)

    def _write(self, deed: Callable[..., T], *args: Any) -> T:
        with self._hub.store.write(PROCESSOR) as tx:
            told = deed(tx, *args)
        self._done += deed is not note_sending
        return told


def _one_of_charge(processor: Processor, since: datetime, charge_id: str) -> Intent | None:
    return next((seen for seen in processor.intents_since(since) if seen.charge_id == charge_id), None)
