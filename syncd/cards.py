"""Carries the outbox to the card processor and makes facts of what comes back (RF1, RF2).

Nothing in memory matters: what is to be asked is a row before it is asked, what the processor sends is a row
before it is answered for. Killed at any point, the hub goes on from the rows. All network is on threads of
their own; the book is written by the hub's one writer.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from core.actors import Actor, Role
from core.dates import local_day
from core.delivery.money_mail import (
    tell_of_charge,
    tell_of_refund,
    tell_of_removed_card,
    tell_of_saved_card,
    thank_for_payment,
)
from core.errors import Busy, DomainError, NotFound, OutsideFailure
from core.payments import inbox, outbox, reconcile
from core.payments.card import (
    ChargeAsked,
    CheckoutAsked,
    DisputeSeen,
    Intent,
    NoProcessor,
    PageSeen,
    Processor,
    ProcessorRefuses,
    RefundAsked,
    RefundSeen,
)
from core.payments.checkout import processor_of, settle, settle_page
from core.payments.taken import settle_dispute, settle_refund
from core.practice.timezone import timezone
from core.security.processor_secret import DamagedProcessorSecret, load_processor_secret, processor_secret_age
from core.store import Read, Store, Tx
from syncd.jobs.look import Looks
from syncd.trouble import Pauses

if TYPE_CHECKING:
    from syncd.hub import Hub

PROCESSOR = Actor("card-processor", "Card processor", Role.SERVICE)
AT_ONCE = 4
"""Calls on their way to the processor."""

IDLE_SECONDS = 1.0
PULL_DAYS = 35
"""How far back the processor's list is laid beside the book. Source: `security.md` 5.6."""

News = Intent | PageSeen | RefundSeen | DisputeSeen
T = TypeVar("T")


def processor_from(folder: str, store: Store) -> Processor | None:
    """The practice's processor, opened with the keys in the hub's home; None where it has none."""
    secret = load_processor_secret(folder, store.data_key)
    if secret is None:
        return None
    from syncd.outside.stripe import Stripe  # a hub without cards does not load it

    return Stripe(secret)


def settle_news(tx: Tx, news: Sequence[News]) -> None:
    """Record the processor's present word on several things, payments first."""
    today = _today(tx)
    for one in news:
        if isinstance(one, Intent):
            settle_intent(tx, one)
        elif isinstance(one, PageSeen):
            settle_page(tx, one)
            if one.card is not None:
                tell_of_saved_card(tx, one.card.ref)
        elif isinstance(one, RefundSeen):
            settle_refund(tx, one, today=today)
            tell_of_refund(tx, one)
        else:
            settle_dispute(tx, one)


def settle_intent(tx: Tx, seen: Intent) -> None:
    """Record a payment as the processor has it now, and ask for the mail that follows from it."""
    payment_id = settle(tx, seen)
    if payment_id is not None:
        thank_for_payment(tx, payment_id, checkout_id=seen.checkout_id)
    if seen.charge_id:
        tell_of_charge(tx, seen.charge_id)
    elif payment_id is not None and seen.card is not None:
        tell_of_saved_card(tx, seen.card.ref)


def news_of(processor: Processor, kind: str, about: str) -> list[News]:
    """What an event is about, as it is now, and what must be recorded before it."""
    if not about:
        return []
    if kind.startswith("checkout.session."):
        page = processor.page(about)
        return [*([processor.intent(page.intent_ref)] if page.intent_ref else []), page]
    if kind.startswith("charge.dispute."):
        dispute = processor.dispute(about)
        return [processor.intent(dispute.intent_ref), dispute]
    seen = processor.intent(about)
    return [seen, *(processor.refunds_of(about) if seen.status == "succeeded" else [])]


def _today(read: Read | Tx, now: datetime | None = None) -> date:
    moment = now or getattr(read, "now", None)
    assert moment is not None
    return local_day(moment, timezone(read))


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
                await self._hub.write(self._write, _take_on)
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
            await self._hub.write(self._write, _refused, call, error.why)

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
        if not await self._hub.write(self._write, _sending, call.id, looked):
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
            await self._hub.write(self._write, _refunded, call.id, seen)
        else:
            await self._out(processor.detach, asked, key=key)
            await self._hub.write(self._write, _detached, call.id)

    async def _charged(self, call: outbox.Call, seen: Intent) -> None:
        await self._hub.write(self._write, _charged, call.id, seen)

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
                    await self._hub.write(self._write, _refunded, call.id, refund)
                    return True
        return False

    # The inbox

    async def take(self, body: bytes, signature: str) -> bool:
        """Keep what the processor sent; answers whether it is new. Raises: NoProcessor,
        NotFromTheProcessor, OtherMode, Overloaded."""
        processor = self.require()
        event = processor.read_event(body, signature)
        new: bool = await self._hub.write(self._write, _take_event, event, processor.live, size=len(body))
        self.wake()
        return new

    async def _handle(self, event: inbox.Waiting) -> None:
        try:
            news = await self._out(news_of, self.require(), event.kind, event.about)
            await self._hub.write(self._write, _settled, event.id, news)
        except ProcessorRefuses as error:
            await self._hub.write(self._write, inbox.event_aside, event.id, str(error))
        except (OutsideFailure, Busy):
            raise
        except DomainError as error:
            await self._hub.write(self._write, inbox.event_aside, event.id, str(error))

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
        self._done += deed is not _sending
        return told


def pull(store: Store, processor: Processor, *, days: int = PULL_DAYS) -> list[reconcile.Differs]:
    """Go through the processor's payments of so many days. Each payment is recorded by itself, so that one
    that a rule refuses holds nothing up; what differs then is kept and answered."""
    since = store.clock() - timedelta(days=days)
    intents = list(processor.intents_since(since))
    disputes = list(processor.disputes_since(since))
    for seen in intents:
        news: list[News] = [seen]
        if seen.refunded_cents:
            news += processor.refunds_of(seen.ref)
        _one_by_one(store, news)
    _one_by_one(store, disputes)
    with store.write(PROCESSOR) as tx:
        return reconcile.compare(tx, intents, disputes, since_on=_today(tx, since))


def _one_by_one(store: Store, news: Sequence[News]) -> None:
    for one in news:
        try:
            with store.write(PROCESSOR) as tx:
                settle_news(tx, [one])
        except (OutsideFailure, Busy):
            raise
        except DomainError:
            continue  # the comparison tells of it


def takes_cards(store: Store) -> bool:
    """Whether the practice takes cards at all."""
    with store.read() as read:
        return bool(processor_of(read))


def _one_of_charge(processor: Processor, since: datetime, charge_id: str) -> Intent | None:
    return next((seen for seen in processor.intents_since(since) if seen.charge_id == charge_id), None)


def _take_on(tx: Tx) -> int:
    return outbox.take_on(tx, today=_today(tx))


def _sending(tx: Tx, call_id: str, looked: bool) -> bool:
    return outbox.note_sending(tx, call_id, looked=looked, today=_today(tx))


def _take_event(tx: Tx, event: Any, live: bool) -> bool:
    return inbox.take_event(tx, event, live=live)


def _charged(tx: Tx, call_id: str, seen: Intent) -> None:
    outbox.note_answer(tx, call_id, ref=seen.ref, why=seen.code)
    settle_intent(tx, seen)


def _refunded(tx: Tx, call_id: str, seen: RefundSeen) -> None:
    outbox.note_refund(tx, call_id, seen, today=_today(tx))
    tell_of_refund(tx, seen)


def _detached(tx: Tx, call_id: str) -> None:
    outbox.note_answer(tx, call_id)
    tell_of_removed_card(tx, call_id)


def _refused(tx: Tx, call: outbox.Call, why: str) -> None:
    outbox.note_refusal(tx, call, why, today=_today(tx))
    if call.kind == "detach":  # the processor has forgotten it before
        tell_of_removed_card(tx, call.id)


def _settled(tx: Tx, event_id: str, news: Sequence[News]) -> None:
    settle_news(tx, news)
    inbox.event_done(tx, event_id)
