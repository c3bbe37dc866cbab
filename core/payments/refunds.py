"""Giving money back in one step, with what becomes of the invoice it was on (RC3).

*Reopen* asks for it again (a wrong card, a bounced check); *close* forgives it, by an adjustment of the same
amount. A refund through the card processor is only asked for here; the hub carries it out and answers.
"""

from collections import namedtuple
from collections.abc import Sequence
from datetime import date

from core import audit
from core.actors import Right
from core.errors import NotFound, TooLong, UsageError
from core.payments.adjustments import bring_back_closing, close_refund
from core.payments.choosing import came_by_processor
from core.payments.days import not_before_money
from core.payments.moves import (
    Applied,
    live_of_source,
    require_amount,
    require_reason,
    take_off,
)
from core.payments.queries import Money, invoice_state, money
from core.payments.refusals import (
    MAX_REFERENCE,
    AlreadyAnswered,
    NotThroughTheProcessor,
    NotYet,
    RefundExceedsWhatIsLeft,
    RefundIsOnItsWay,
    UnknownMethod,
)
from core.store import Tx
from core.tables import Allocation, RefundAnswer, RefundRequest
from core.tables.money import PAYMENT_METHODS

BALANCES = ("reopen", "close")

RefundPart = namedtuple("RefundPart", "refund_id invoice_id number balance amount_cents")
"""`invoice_id` and `number` are None and `balance` is credit for money that was on no invoice."""

Refunded = namedtuple("Refunded", "source_id amount_cents parts")


def refund(
    tx: Tx,
    source_id: str,
    *,
    amount_cents: int,
    reason: str,
    today: date,
    balance: str | None = None,
    invoice_id: str | None = None,
    channel: str = "outside",
    method: str = "",
    reference: str = "",
    refunded_on: date | None = None,
) -> Refunded:
    """Give back part or all of a payment or goodwill credit.

    What is on no invoice goes first, then what was put on invoices last; with `invoice_id`, what is on that
    one. `balance` is reopen or close; unsaid, all of a payment closes and a part reopens. `channel`
    processor asks the card processor, outside says that the money went back already, by `method`.
    Raises: RefundExceedsWhatIsLeft, NotThroughTheProcessor, RefundIsOnItsWay, NotYet, UnknownMethod,
    NotAPositiveAmount, ReasonNeeded, NoPayment.
    """
    tx.require(Right.REFUND)
    require_amount(amount_cents)
    reason = require_reason(reason)
    state = money(tx, source_id)
    _check(tx, state, amount_cents, balance, channel, method, reference)
    day = today if refunded_on is None else refunded_on
    if day > today:
        raise NotYet(day, today)
    everything = amount_cents == state.amount_cents
    way = _Way(channel, method, reference.strip(), reason, day)
    chosen = balance or ("close" if everything else "reopen")
    taken = _take(tx, state, amount_cents, invoice_id)
    return Refunded(source_id, amount_cents, _give_back(tx, state, taken, chosen, way))


def refund_all_on(
    tx: Tx, on_it: Sequence[Applied], *, reason: str, today: date, channel: str | None, method: str,
    reference: str,
) -> int:  # fmt: skip
    """Give back all the money on an invoice that is called off; answers the cents.

    Each payment goes back the way it came, through the processor or outside, unless `channel` says how.
    Raises: NotThroughTheProcessor, UnknownMethod, TooLong.
    """
    tx.require(Right.REFUND)
    for source_id in dict.fromkeys(one.source_id for one in on_it):
        parts = [(one, one.amount_cents) for one in on_it if one.source_id == source_id]
        state, cents = money(tx, source_id), sum(part for _, part in parts)
        way = channel or ("processor" if came_by_processor(tx, source_id) else "outside")
        _check(tx, state, cents, None, way, method, reference)
        _give_back(tx, state, parts, "reopen", _Way(way, method, reference.strip(), reason, today))
    return sum(one.amount_cents for one in on_it)


_Way = namedtuple("_Way", "channel method reference reason day once", defaults=("",))
"""`once` is the beginning of the natural keys of what the processor did by itself."""


def _give_back(
    tx: Tx, state: Money, taken: Sequence[tuple[Applied | None, int]], balance: str, way: _Way
) -> list[RefundPart]:
    """One request for what was on no invoice, and one for each invoice that money is taken off."""
    parts: list[RefundPart] = []
    for invoice_id in dict.fromkeys(None if one is None else one.invoice_id for one, _ in taken):
        here = [(one, part) for one, part in taken if (one and one.invoice_id) == invoice_id]
        cents = sum(part for _, part in here)
        since = not_before_money(tx, state.source_id, way.day)
        for one, part in here:
            if one is not None:
                since = take_off(tx, one, part, way.day, reason=way.reason)
        became = "credit" if invoice_id is None else balance
        refund_id = tx.add(
            RefundRequest(
                once=f"{way.once}:{len(parts)}" if way.once else None,
                payment_id=state.source_id if state.kind == "payment" else None,
                credit_id=state.source_id if state.kind == "credit" else None,
                invoice_id=invoice_id,
                amount_cents=cents,
                balance=became,
                channel=way.channel,
                method=way.method,
                reference=way.reference,
                reason=way.reason,
                refunded_on=since,
            )
        )
        if became == "close" and invoice_id is not None:
            close_refund(
                tx, invoice_id, refund_id=refund_id, cents=cents, reason=way.reason,
                today=date.fromisoformat(since),
            )  # fmt: skip
        number = None if invoice_id is None else invoice_state(tx, invoice_id).number
        parts.append(RefundPart(refund_id, invoice_id, number, became, cents))
        audit.record(
            tx, "payment.refunded", state.kind, state.source_id, reason=way.reason, refund=refund_id,
            amount_cents=cents, channel=way.channel, balance=became, invoice=number,
        )  # fmt: skip
    return parts


TAKEN = """
SELECT r.id FROM refund_request AS r
WHERE r.payment_id = :payment_id AND r.once IS NOT NULL AND r.reference = :reference ORDER BY r.id
"""


def taken_by_processor(
    tx: Tx, payment_id: str, *, amount_cents: int, reference: str, reason: str, today: date
) -> int:
    """The processor took money of a payment back by itself: a refund in its own dashboard, or a dispute.

    What it took is on no invoice any more, so they ask for it again. Its word is never refused: what the
    book has not got of that payment is left out, and a look at both lists tells of it. Answers the cents
    that are taken; the same `reference` again takes nothing.
    """
    tx.require(Right.BILL)
    if tx.rows(TAKEN, payment_id=payment_id, reference=reference):
        return 0
    state = money(tx, payment_id)
    there = 0 if state.reversed else state.amount_cents - state.refunded_cents
    on_invoices = list(reversed(live_of_source(tx, payment_id)))
    taken = _spread(min(amount_cents, there), state.left_cents, on_invoices)
    way = _Way("processor", "", reference, reason, today, f"stripe:{reference}:taken")
    parts = _give_back(tx, state, taken, "reopen", way)
    for part in parts:
        answer_refund(tx, part.refund_id, outcome="done", processor_ref=reference, today=today)
    return sum(part.amount_cents for part in parts)


def given_back_by_processor(tx: Tx, payment_id: str, *, reference: str, today: date) -> None:
    """What the processor took by itself came back: the refund failed, or the dispute was won."""
    tx.require(Right.BILL)
    for (refund_id,) in tx.rows(TAKEN, payment_id=payment_id, reference=reference):
        answer_refund(tx, refund_id, outcome="failed", processor_ref=reference, today=today)


def _check(
    tx: Tx, state: Money, cents: int, balance: str | None, channel: str, method: str, reference: str
) -> None:
    if balance is not None and balance not in BALANCES:
        raise UsageError("A refund either reopens the balance or closes it.")
    if channel not in ("outside", "processor"):
        raise UsageError("A refund goes through the processor or was made outside.")
    if method and method not in PAYMENT_METHODS:
        raise UnknownMethod(method, PAYMENT_METHODS)
    if len(reference) > MAX_REFERENCE:
        raise TooLong("reference", MAX_REFERENCE)
    left = 0 if state.reversed else state.amount_cents - state.refunded_cents
    if cents > left:
        raise RefundExceedsWhatIsLeft(cents, left)
    if channel == "processor" and not came_by_processor(tx, state.source_id):
        raise NotThroughTheProcessor


def _take(tx: Tx, state: Money, cents: int, invoice_id: str | None) -> list[tuple[Applied | None, int]]:
    """Where the money comes from: (what is on an invoice, or None for credit, and the cents)."""
    on_invoices = [
        one
        for one in reversed(live_of_source(tx, state.source_id))
        if invoice_id is None or one.invoice_id == invoice_id
    ]
    for one in on_invoices:
        if invoice_state(tx, one.invoice_id).refunding:
            raise RefundIsOnItsWay(one.number)
    free = state.left_cents if invoice_id is None else 0
    there = free + sum(one.amount_cents for one in on_invoices)
    if cents > there:
        raise RefundExceedsWhatIsLeft(cents, there)
    return _spread(cents, free, on_invoices)


def _spread(cents: int, free: int, on_invoices: Sequence[Applied]) -> list[tuple[Applied | None, int]]:
    taken: list[tuple[Applied | None, int]] = []
    if free > 0:
        taken.append((None, min(free, cents)))
    left = cents - sum(part for _, part in taken)
    for one in on_invoices:
        part = min(one.amount_cents, left)
        if part > 0:
            taken.append((one, part))
            left -= part
    return taken


REQUEST = """
SELECT payment_id, invoice_id, amount_cents, balance, channel FROM refund_request WHERE id = :refund_id
"""
ANSWERS = "SELECT outcome FROM refund_answer WHERE request_id = :refund_id"
CLOSING = "SELECT id FROM adjustment WHERE refund_id = :refund_id AND reverses_id IS NULL LIMIT 1"


def answer_refund(tx: Tx, refund_id: str, *, outcome: str, processor_ref: str, today: date) -> None:
    """What the card processor said of a refund: done or failed. Saying it again changes nothing; what was
    done can still fail days later.

    After a failure the money is where it was: on its invoice as far as that has room, and what was
    forgiven is asked for again. Raises: AlreadyAnswered, NotThroughTheProcessor, NotFound.
    """
    tx.require(Right.BILL)
    found = tx.rows(REQUEST, refund_id=refund_id)
    if not found:
        raise NotFound("There is no such refund.", subject=refund_id)
    payment_id, invoice_id, cents, balance, channel = found[0]
    if channel != "processor":
        raise NotThroughTheProcessor
    said = {word for (word,) in tx.rows(ANSWERS, refund_id=refund_id)}
    if outcome in said:
        return
    if said == {"failed"}:
        raise AlreadyAnswered
    since = not_before_money(tx, payment_id, today)
    tx.add(
        RefundAnswer(
            once=f"refund:{refund_id}:{outcome}",
            request_id=refund_id,
            outcome=outcome,
            processor_ref=processor_ref,
            answered_on=since,
        )
    )
    audit.record(
        tx, "payment.refund_answered", "payment", payment_id, refund=refund_id, outcome=outcome,
        processor_ref=processor_ref, amount_cents=cents,
    )  # fmt: skip
    if outcome == "failed" and invoice_id is not None:
        _put_back(tx, refund_id, payment_id, invoice_id, cents, balance, date.fromisoformat(since))


def _put_back(
    tx: Tx, refund_id: str, payment_id: str, invoice_id: str, cents: int, balance: str, day: date
) -> None:
    if balance == "close":
        closing = tx.value(CLOSING, refund_id=refund_id)
        if closing is not None:
            bring_back_closing(tx, closing, today=day)
    state = invoice_state(tx, invoice_id)
    part = min(cents, state.balance_cents, money(tx, payment_id).left_cents)
    if part > 0 and not state.void:
        tx.add(
            Allocation(
                payment_id=payment_id, invoice_id=invoice_id, amount_cents=part, effective_on=day.isoformat()
            )
        )
        audit.record(tx, "credit.applied", "invoice", invoice_id, source=payment_id, amount_cents=part)
