"""Money received, applied, taken off again: each a fact, and never edited (RC1, RC2)."""

from collections import namedtuple
from collections.abc import Sequence
from datetime import date

from core import audit
from core.actors import Right
from core.errors import NotFound, TooLong
from core.payments.adjustments import revive_bad_debt
from core.payments.allocation import Part, oldest_first
from core.payments.days import not_before_money
from core.payments.moves import Applied, live, live_of_source, put, require_amount, require_reason, take_off
from core.payments.queries import (
    Held,
    InvoiceState,
    held_money,
    invoice_state,
    money,
    open_invoices,
    proposal,
)
from core.payments.refusals import (
    MAX_NOTE,
    MAX_REFERENCE,
    AllocationExceedsBalance,
    AllocationExceedsPayment,
    AlreadyReversed,
    InvoiceIsVoid,
    NothingToApply,
    NothingToRelease,
    NotYet,
    OtherGuarantor,
    RefundedInPart,
    RefundIsOnItsWay,
    ThroughTheProcessor,
    UnknownMethod,
)
from core.store import Tx
from core.tables import (
    Credit,
    CreditReversal,
    Payment,
    PaymentReversal,
)
from core.tables.money import PAYMENT_METHODS

Recorded = namedtuple("Recorded", "payment_id allocations credit_cents")
"""`allocations` are Applied; `credit_cents` is what is on no invoice."""


def record_payment(
    tx: Tx,
    *,
    guarantor_id: str,
    amount_cents: int,
    method: str,
    received_on: date,
    today: date,
    reference: str = "",
    note: str = "",
    invoice_id: str | None = None,
    allocations: Sequence[Part] | None = None,
    session_id: str | None = None,
    office_id: str | None = None,
    processor_id: str | None = None,
) -> Recorded:
    """Money came in from a guarantor. It goes to `invoice_id` first and then to the oldest due, or just
    where `allocations` say; what is left is credit. One that is for an appointment not billed yet
    (`session_id`) waits for its bill.

    `processor_id` names the card processor's payment: recording it again changes nothing.
    Raises: NotAPositiveAmount, UnknownMethod, NotYet, AllocationExceedsPayment, AllocationExceedsBalance,
    InvoiceIsVoid, OtherGuarantor, TooLong, NotFound.
    """
    tx.require(Right.BILL)
    require_amount(amount_cents)
    _check_words(method, reference, note)
    if received_on > today:
        raise NotYet(received_on, today)
    if tx.value("SELECT 1 FROM guarantor WHERE id = :id", id=guarantor_id) is None:
        raise NotFound("There is no such guarantor any more.", subject=guarantor_id)
    once = None if processor_id is None else f"stripe:{processor_id}"
    known = once and tx.value("SELECT id FROM payment WHERE once = :once ORDER BY no LIMIT 1", once=once)
    if known:
        return Recorded(known, live(tx, known), money(tx, known).left_cents)
    parts = allocations
    if invoice_id is not None:
        _revive(tx, invoice_id, guarantor_id, amount_cents, today)
    if parts is None:
        shown, _ = proposal(tx, guarantor_id, amount_cents, invoice_id=invoice_id)
        waits = session_id is not None and invoice_id is None
        parts = [] if waits else [Part(one.owed.invoice_id, one.cents) for one in shown if one.cents]
    if sum(part.amount_cents for part in parts) > amount_cents:
        raise AllocationExceedsPayment(sum(part.amount_cents for part in parts), amount_cents)
    states = _states(tx, parts, guarantor_id)
    payment_id = tx.add(
        Payment(
            once=once,
            guarantor_id=guarantor_id,
            amount_cents=amount_cents,
            received_on=received_on.isoformat(),
            method=method,
            reference=reference.strip(),
            note=note.strip(),
            session_id=session_id,
            office_id=office_id,
        )
    )
    applied = [
        put(tx, Held("payment", payment_id), states[part.invoice_id], part.amount_cents, received_on)
        for part in parts
    ]
    audit.record(
        tx,
        "payment.recorded",
        "payment",
        payment_id,
        amount_cents=amount_cents,
        method=method,
        received_on=str(received_on),
        allocations={one.number: one.amount_cents for one in applied},
    )
    return Recorded(payment_id, applied, amount_cents - sum(one.amount_cents for one in applied))


def _revive(tx: Tx, invoice_id: str, guarantor_id: str, amount_cents: int, today: date) -> None:
    """A payment for an invoice that was given up asks for that debt again, up to the payment."""
    state = invoice_state(tx, invoice_id)
    if state.void:
        raise InvoiceIsVoid(state.number)
    if state.guarantor_id != guarantor_id:
        raise OtherGuarantor(state.number)
    if state.forgiven_cents and amount_cents > state.balance_cents:
        revive_bad_debt(tx, invoice_id, amount_cents - state.balance_cents, today=today)


def _check_words(method: str, reference: str, note: str) -> None:
    if method not in PAYMENT_METHODS:
        raise UnknownMethod(method, PAYMENT_METHODS)
    if len(reference) > MAX_REFERENCE:
        raise TooLong("reference", MAX_REFERENCE)
    if len(note) > MAX_NOTE:
        raise TooLong("note", MAX_NOTE)


def _states(tx: Tx, parts: Sequence[Part], guarantor_id: str) -> dict[str, InvoiceState]:
    """The invoices that parts go to; every part must fit."""
    found: dict[str, InvoiceState] = {}
    asked: dict[str, int] = {}
    for part in parts:
        require_amount(part.amount_cents)
        state = found.setdefault(part.invoice_id, invoice_state(tx, part.invoice_id))
        asked[part.invoice_id] = asked.get(part.invoice_id, 0) + part.amount_cents
        if state.void:
            raise InvoiceIsVoid(state.number)
        if state.guarantor_id != guarantor_id:
            raise OtherGuarantor(state.number)
        if asked[part.invoice_id] > state.balance_cents:
            raise AllocationExceedsBalance(state.number, asked[part.invoice_id], state.balance_cents)
    return found


def apply_credit(
    tx: Tx,
    *,
    guarantor_id: str,
    today: date,
    invoice_id: str | None = None,
    amount_cents: int | None = None,
    source_id: str | None = None,
) -> list[Applied]:
    """Put what a guarantor has left on open invoices: the oldest money on `invoice_id`, or on the oldest
    due. Money kept for an appointment that is not billed yet is left alone, unless it is named.

    Raises: NothingToApply, InvoiceIsVoid, OtherGuarantor, AllocationExceedsPayment.
    """
    tx.require(Right.BILL)
    owed = open_invoices(tx, guarantor_id)
    if invoice_id is not None:
        state = invoice_state(tx, invoice_id)
        if state.void:
            raise InvoiceIsVoid(state.number)
        if state.guarantor_id != guarantor_id:
            raise OtherGuarantor(state.number)
        owed = [one for one in owed if one.invoice_id == invoice_id]
    sources = held_money(tx, guarantor_id, spoken_for=source_id is not None)
    if source_id is not None:
        sources = [one for one in sources if one.source_id == source_id]
    there = sum(one.left_cents for one in sources)
    if amount_cents is not None:
        require_amount(amount_cents)
        if amount_cents > there:
            raise AllocationExceedsPayment(amount_cents, there)
    left = there if amount_cents is None else amount_cents
    applied = []
    for source in sources:
        for part in oldest_first(min(source.left_cents, left), owed):
            applied.append(put(tx, source, invoice_state(tx, part.invoice_id), part.amount_cents, today))
            left -= part.amount_cents
            owed = [
                one._replace(balance_cents=one.balance_cents - part.amount_cents)
                if one.invoice_id == part.invoice_id
                else one
                for one in owed
            ]
    if not applied:
        raise NothingToApply
    for one in applied:
        say_applied(tx, one)
    return applied


def release(
    tx: Tx, allocation_id: str, *, today: date, reason: str = "", amount_cents: int | None = None
) -> int:
    """Take money off an invoice again; it is credit then. Answers the cents.

    Raises: NothingToRelease, AllocationExceedsPayment, RefundIsOnItsWay.
    """
    tx.require(Right.BILL)
    found = live(tx, allocation_id=allocation_id)
    if not found:
        raise NothingToRelease
    cents = found[0].amount_cents if amount_cents is None else amount_cents
    require_amount(cents)
    if cents > found[0].amount_cents:
        raise AllocationExceedsPayment(cents, found[0].amount_cents)
    if invoice_state(tx, found[0].invoice_id).refunding:
        raise RefundIsOnItsWay(found[0].number)
    take_off(tx, found[0], cents, today, reason=reason)
    audit.record(
        tx, "allocation.released", "invoice", found[0].invoice_id, reason=reason, amount_cents=cents,
        source=found[0].source_id,
    )  # fmt: skip
    return cents


def unapply(tx: Tx, source_id: str, invoice_id: str, *, today: date, reason: str = "") -> int:
    """Take all money of one payment or credit off one invoice. Raises: NothingToRelease."""
    tx.require(Right.BILL)
    cents = 0
    for one in live(tx, source_id, invoice_id=invoice_id):
        cents += release(tx, one.allocation_id, today=today, reason=reason)
    if not cents:
        raise NothingToRelease
    return cents


def reverse_payment(tx: Tx, payment_id: str, *, reason: str, today: date, on: date | None = None) -> None:
    """A payment was recorded in error, or the bank took it back: what it paid is owed again.

    Both stay listed. It counts from today, or from `on` where that is later than what was done with the
    money: a slip that is undone at once leaves no day's deposits wrong. Raises: AlreadyReversed,
    RefundedInPart, ThroughTheProcessor, NotYet, NoPayment, ReasonNeeded.
    """
    tx.require(Right.BILL)
    reason = require_reason(reason)
    day = today if on is None else on
    if day > today:
        raise NotYet(day, today)
    state = money(tx, payment_id)
    if state.kind != "payment":
        reverse_credit(tx, payment_id, reason=reason, today=today)
        return
    if state.reversed:
        raise AlreadyReversed
    if state.refunded_cents:
        raise RefundedInPart(state.refunded_cents)
    if tx.value("SELECT once FROM payment WHERE id = :id", id=payment_id):
        raise ThroughTheProcessor
    since = not_before_money(tx, payment_id, day)
    for one in live_of_source(tx, payment_id):
        since = take_off(tx, one, one.amount_cents, day, reason=reason)
    tx.add(
        PaymentReversal(
            once=f"reversal:{payment_id}", payment_id=payment_id, reason=reason, reversed_on=since
        )
    )
    audit.record(
        tx, "payment.reversed", "payment", payment_id, reason=reason, amount_cents=state.amount_cents
    )


def give_credit(
    tx: Tx,
    *,
    guarantor_id: str,
    amount_cents: int,
    reason: str,
    today: date,
    session_id: str | None = None,
) -> str:
    """Goodwill for a guarantor that was not received as money, such as a scholarship.

    Raises: NotAPositiveAmount, ReasonNeeded, NotFound.
    """
    tx.require(Right.WRITE_OFF)
    require_amount(amount_cents)
    reason = require_reason(reason)
    if tx.value("SELECT 1 FROM guarantor WHERE id = :id", id=guarantor_id) is None:
        raise NotFound("There is no such guarantor any more.", subject=guarantor_id)
    credit_id = tx.add(
        Credit(
            guarantor_id=guarantor_id,
            amount_cents=amount_cents,
            given_on=today.isoformat(),
            reason=reason,
            session_id=session_id,
        )
    )
    audit.record(tx, "credit.given", "credit", credit_id, reason=reason, amount_cents=amount_cents)
    return credit_id


def reverse_credit(tx: Tx, credit_id: str, *, reason: str, today: date) -> None:
    """Goodwill was given in error: what it paid is owed again. Raises: AlreadyReversed, RefundedInPart."""
    tx.require(Right.WRITE_OFF)
    reason = require_reason(reason)
    state = money(tx, credit_id)
    if state.reversed:
        raise AlreadyReversed
    if state.refunded_cents:
        raise RefundedInPart(state.refunded_cents)
    since = not_before_money(tx, credit_id, today)
    for one in live_of_source(tx, credit_id):
        since = take_off(tx, one, one.amount_cents, today, reason=reason)
    tx.add(
        CreditReversal(
            once=f"credit-reversal:{credit_id}", credit_id=credit_id, reason=reason, reversed_on=since
        )
    )
    audit.record(tx, "credit.reversed", "credit", credit_id, reason=reason, amount_cents=state.amount_cents)


KEPT_FOR_SESSIONS = """
SELECT m.source_id, m.kind, coalesce(p.session_id, k.session_id)
FROM money_left AS m
LEFT JOIN payment AS p ON p.id = m.source_id LEFT JOIN credit AS k ON k.id = m.source_id
WHERE m.left_cents <> 0 AND m.left_cents > 0 AND coalesce(p.session_id, k.session_id) IS NOT NULL
ORDER BY m.since_on, m.source_id
"""
BILLED_ON = """
SELECT DISTINCT l.invoice_id FROM charge AS c JOIN invoice_line AS l ON l.charge_id = c.id
WHERE c.session_id = :session_id ORDER BY l.invoice_id
"""


def apply_prepayments(tx: Tx, invoice_ids: Sequence[str], *, today: date) -> list[Applied]:
    """Put money that was kept for an appointment on the invoice that bills it now (RC2).

    What is over stays credit.
    """
    tx.fresh()
    applied = []
    for source_id, kind, session_id in tx.rows(KEPT_FOR_SESSIONS):
        for (invoice_id,) in tx.rows(BILLED_ON, session_id=session_id):
            if invoice_id not in invoice_ids:
                continue
            state, held = invoice_state(tx, invoice_id), money(tx, source_id)
            cents = min(held.left_cents, state.balance_cents)
            if cents > 0 and held.guarantor_id == state.guarantor_id:
                applied.append(put(tx, Held(kind, source_id), state, cents, today))
                say_applied(tx, applied[-1])
    return applied


def say_applied(tx: Tx, one: Applied) -> None:
    """Credit that went on an invoice is in the log beside the invoice."""
    audit.record(
        tx, "credit.applied", "invoice", one.invoice_id, source=one.source_id, amount_cents=one.amount_cents
    )
