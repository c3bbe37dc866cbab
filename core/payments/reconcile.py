"""The processor's list beside the book: what differs is kept until a later look finds it gone (RF2)."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from core import audit
from core.actors import Right
from core.dates import local_day
from core.payments.card import DisputeSeen, Intent
from core.payments.card_list import open_differences
from core.payments.queries import money
from core.payments.taken import state_of
from core.practice.timezone import timezone
from core.store import Tx
from core.tables import DifferenceEnd, ProcessorDifference, ProcessorLook


class Differs(NamedTuple):
    """`kind` is not_in_book, not_at_processor, amount or refunded."""

    kind: str
    processor_ref: str
    theirs_cents: int
    ours_cents: int
    happened_on: str
    payment_id: str | None


OURS = """
SELECT p.id, p.once, p.amount_cents, p.received_on,
       (SELECT count(*) FROM refund_request AS r WHERE r.payment_id = p.id AND r.channel = 'processor'
        AND NOT EXISTS (SELECT 1 FROM refund_answer AS a WHERE a.request_id = r.id))
FROM payment AS p WHERE p.once LIKE 'stripe:%' AND p.received_on >= :since_on
ORDER BY p._q = 0, p._q, p.site, p.no
"""
OURS_ONE = OURS.replace("p.once LIKE 'stripe:%' AND p.received_on >= :since_on", "p.once = :once")


def compare(
    tx: Tx, intents: Iterable[Intent], disputes: Iterable[DisputeSeen], *, since_on: date
) -> list[Differs]:
    """Lay the processor's payments since a day beside the book's, keep what differs, and end what is gone.

    Called after everything that could be recorded was. Answers what differs now.
    """
    tx.require(Right.BILL)
    zone = timezone(tx)
    taken: dict[str, int] = {}
    for dispute in disputes:
        if state_of(dispute.status) in ("open", "lost"):
            taken[dispute.intent_ref] = taken.get(dispute.intent_ref, 0) + dispute.amount_cents
    ours: dict[str, tuple[str, int, str, int]] = {}
    for payment_id, once, cents, received_on, refunding in tx.rows(OURS, since_on=since_on.isoformat()):
        ours.setdefault(once.removeprefix("stripe:"), (payment_id, cents, received_on, refunding))
    found: list[Differs] = []
    payments = 0
    for seen in intents:
        payments += seen.status == "succeeded"
        known = ours.pop(seen.ref, None) or _older(tx, seen.ref)
        if seen.status != "succeeded":
            continue
        back = seen.refunded_cents + taken.get(seen.ref, 0)
        on = local_day(seen.made_at, zone).isoformat()
        found += _differs(tx, seen, back, on, known)
    found += [
        Differs("not_at_processor", ref, 0, cents, received_on, payment_id)
        for ref, (payment_id, cents, received_on, _) in ours.items()
        if received_on > since_on.isoformat()
    ]
    _keep(tx, found)
    tx.add(ProcessorLook(payments=payments, differing=len(found)))
    return found


def _older(tx: Tx, ref: str) -> tuple[str, int, str, int] | None:
    rows = tx.rows(OURS_ONE, once=f"stripe:{ref}")
    return (rows[0][0], *rows[0][2:]) if rows else None


def _differs(
    tx: Tx, seen: Intent, back: int, on: str, known: tuple[str, int, str, int] | None
) -> Iterable[Differs]:
    if known is None:
        yield Differs("not_in_book", seen.ref, seen.amount_cents, 0, on, None)
        return
    payment_id, cents, _, refunding = known
    if cents != seen.amount_cents:
        yield Differs("amount", seen.ref, seen.amount_cents, cents, on, payment_id)
    given = money(tx, payment_id).refunded_cents
    if given != back and not refunding:
        yield Differs("refunded", seen.ref, back, given, on, payment_id)


TIMES = "SELECT count(*) FROM processor_difference WHERE processor_ref = :ref"


def _keep(tx: Tx, found: Iterable[Differs]) -> None:
    now = {one[:4] for one in found}
    known = {
        (one.kind, one.processor_ref, one.theirs_cents, one.ours_cents): one for one in open_differences(tx)
    }
    for key, one in known.items():
        if key not in now:
            tx.add(DifferenceEnd(once=f"difference-end:{one.difference_id}", difference_id=one.difference_id))
    for new in found:
        if new[:4] not in known:
            times = tx.value(TIMES, ref=new.processor_ref)
            said = ":".join(str(each) for each in new[:4])
            made = tx.add(ProcessorDifference(once=f"difference:{said}:{times}", **new._asdict()))
            audit.record(tx, "processor.differs", "processor_difference", made, **new._asdict())
