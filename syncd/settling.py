"""What the card processor says, made facts of: whoever brought the news, in whichever order (RF1, RF2).

It is always the processor's present word on a thing that is settled, never what an event said of it. Each
deed here is one transaction's; the line to the processor is `syncd.cards`.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from core.actors import Actor, Role
from core.dates import local_day
from core.delivery.money_mail import (
    tell_of_charge,
    tell_of_refund,
    tell_of_removed_card,
    tell_of_saved_card,
    tell_of_unpaid,
    thank_for_payment,
)
from core.errors import Busy, DomainError, OutsideFailure
from core.payments import inbox, outbox, reconcile
from core.payments.card import UNPAID, DisputeSeen, Event, Intent, PageSeen, Processor, RefundSeen
from core.payments.checkout import settle, settle_page
from core.payments.taken import settle_dispute, settle_refund
from core.practice.timezone import timezone
from core.store import Store, Tx

PROCESSOR = Actor("card-processor", "Card processor", Role.SERVICE)

PULL_DAYS = 35
"""How far back the processor's list is laid beside the book. Source: `security.md` 5.6."""

News = Intent | PageSeen | RefundSeen | DisputeSeen


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
            if one.unpaid:
                tell_of_unpaid(tx, one)
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
    return with_what_follows(processor, processor.intent(about))


def with_what_follows(processor: Processor, seen: Intent) -> list[News]:
    """A payment with its refunds, or where it is not paid with the page that it was to be paid on."""
    if seen.status == "succeeded":
        return [seen, *processor.refunds_of(seen.ref)]
    page = processor.page_of(seen.ref) if seen.checkout_id and seen.status in UNPAID else None
    return [seen, *([page] if page else [])]


def _today(tx: Tx, at: datetime | None = None) -> date:
    return local_day(at or tx.now, timezone(tx))


def pull(store: Store, processor: Processor, *, days: int = PULL_DAYS) -> list[reconcile.Differs]:
    """Go through the processor's payments of so many days. Each payment is recorded by itself, so that one
    that a rule refuses holds nothing up; what differs then is kept and answered."""
    since = store.clock() - timedelta(days=days)
    intents = list(processor.intents_since(since))
    disputes = list(processor.disputes_since(since))
    for seen in intents:
        plain = seen.status == "succeeded" and not seen.refunded_cents
        _one_by_one(store, [seen] if plain else with_what_follows(processor, seen))
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


# What was asked, answered


def take_on(tx: Tx) -> int:
    """Put into the outbox what offices have asked for; answers how many calls."""
    return outbox.take_on(tx, today=_today(tx))


def note_sending(tx: Tx, call_id: str, looked: bool) -> bool:
    """A call goes out now; False where it comes too late and is refused instead."""
    return outbox.note_sending(tx, call_id, looked=looked, today=_today(tx))


def take_event(tx: Tx, event: Event, live: bool) -> bool:
    """Keep what the processor sent; answers whether it is new. Raises: OtherMode."""
    return inbox.take_event(tx, event, live=live)


def note_charged(tx: Tx, call_id: str, seen: Intent) -> None:
    """A card on file was charged, or could not be."""
    outbox.note_answer(tx, call_id, ref=seen.ref, why=seen.code)
    settle_intent(tx, seen)


def note_refunded(tx: Tx, call_id: str, seen: RefundSeen) -> None:
    """The processor has taken a refund on."""
    outbox.note_refund(tx, call_id, seen, today=_today(tx))
    tell_of_refund(tx, seen)


def note_detached(tx: Tx, call_id: str) -> None:
    """The processor has forgotten a card."""
    outbox.note_answer(tx, call_id)
    tell_of_removed_card(tx, call_id)


def note_refused(tx: Tx, call: outbox.Call, why: str) -> None:
    """The processor will not do what was asked."""
    outbox.note_refusal(tx, call, why, today=_today(tx))
    if call.kind == "detach":  # the processor has forgotten it before
        tell_of_removed_card(tx, call.id)


def note_settled(tx: Tx, event_id: str, news: Sequence[News]) -> None:
    """All that an event was about is recorded, and the event is done with it."""
    settle_news(tx, news)
    inbox.event_done(tx, event_id)
