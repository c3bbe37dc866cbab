"""Changes of what an invoice asks for without money: write-offs, credit notes, waivers (RC4, RC5).

None is ever edited; a reversal is a fact of its own. They count from today on: a report for an earlier
day stays what it was.
"""

from collections import namedtuple
from datetime import date

from core import audit
from core.actors import Right
from core.errors import NotFound, UsageError
from core.ledger.effective import ADJUSTMENT_COUNTS, FEE_COUNTS
from core.ledger.fees import SAME_FEE, WAIVED
from core.payments.days import not_before_invoice
from core.payments.moves import Applied, live_on_invoice, require_amount, require_reason, take_off
from core.payments.queries import InvoiceState, invoice_state
from core.payments.refusals import (
    AdjustmentExceedsBalance,
    AlreadyReversed,
    AlreadyWaived,
    CreditNoteExceedsInvoice,
    InvoiceIsVoid,
    NothingOpen,
    RefundIsOnItsWay,
)
from core.store import Tx
from core.tables import Adjustment

WRITE_OFFS = ("courtesy", "small_balance", "bad_debt", "contractual")

Adjusted = namedtuple("Adjusted", "adjustment_id invoice_id number amount_cents released")
"""`released` are the amounts that were on the invoice and are credit now, as Applied."""


def _open_state(tx: Tx, invoice_id: str) -> InvoiceState:
    state = invoice_state(tx, invoice_id)
    if state.void:
        raise InvoiceIsVoid(state.number)
    if state.refunding:
        raise RefundIsOnItsWay(state.number)
    return state


def adjust(
    tx: Tx, invoice_id: str, *, kind: str, reason: str, today: date, amount_cents: int | None = None
) -> Adjusted:
    """Ask for less on an invoice: courtesy, small_balance, bad_debt or contractual; all that is open where
    no amount is said.

    Raises: AdjustmentExceedsBalance, NothingOpen, InvoiceIsVoid, NotAPositiveAmount, ReasonNeeded.
    """
    tx.require(Right.WRITE_OFF)
    if kind not in WRITE_OFFS:
        raise UsageError(f"An adjustment is one of: {', '.join(WRITE_OFFS)}.")
    reason = require_reason(reason)
    state = _open_state(tx, invoice_id)
    cents = state.balance_cents if amount_cents is None else amount_cents
    if state.balance_cents <= 0:
        raise NothingOpen(state.number)
    require_amount(cents)
    if cents > state.balance_cents:
        raise AdjustmentExceedsBalance(state.number, cents, state.balance_cents)
    return Adjusted(
        _record(tx, state, kind=kind, cents=cents, reason=reason, today=today),
        invoice_id, state.number, cents, [],
    )  # fmt: skip


def write_off(
    tx: Tx, invoice_id: str, *, reason: str, today: date, amount_cents: int | None = None
) -> Adjusted:
    """Give up what will not be paid: bad debt. A later payment brings the debt back first."""
    return adjust(tx, invoice_id, kind="bad_debt", reason=reason, today=today, amount_cents=amount_cents)


def credit_note(tx: Tx, invoice_id: str, *, amount_cents: int, reason: str, today: date) -> Adjusted:
    """Take back part of what an invoice asked for, paid or not: what was paid too much is credit then.

    Raises: CreditNoteExceedsInvoice, InvoiceIsVoid, NotAPositiveAmount, ReasonNeeded.
    """
    tx.require(Right.WRITE_OFF)
    reason = require_reason(reason)
    require_amount(amount_cents)
    state = _open_state(tx, invoice_id)
    there = state.asked_cents - state.adjusted_cents
    if amount_cents > there:
        raise CreditNoteExceedsInvoice(state.number, amount_cents, there)
    released = release_over(tx, state, amount_cents, today, reason=reason)
    made = _record(tx, state, kind="credit_note", cents=amount_cents, reason=reason, today=today)
    return Adjusted(made, invoice_id, state.number, amount_cents, released)


def release_over(tx: Tx, state: InvoiceState, cents: int, today: date, *, reason: str) -> list[Applied]:
    """Make room for an adjustment that is more than the balance: the money put on last comes off first."""
    over = cents - state.balance_cents
    released = []
    for one in reversed(live_on_invoice(tx, state.invoice_id)):
        part = min(one.amount_cents, over)
        if part > 0:
            take_off(tx, one, part, today, reason=reason)
            released.append(one._replace(amount_cents=part))
            over -= part
    return released


def _record(
    tx: Tx,
    state: InvoiceState,
    *,
    kind: str,
    cents: int,
    reason: str,
    today: date,
    once: str | None = None,
    reverses_id: str | None = None,
    late_fee_id: str | None = None,
    refund_id: str | None = None,
) -> str:
    adjustment_id = tx.add(
        Adjustment(
            once=once,
            invoice_id=state.invoice_id,
            kind=kind,
            amount_cents=cents,
            reason=reason,
            effective_on=not_before_invoice(tx, state.invoice_id, today),
            reverses_id=reverses_id,
            late_fee_id=late_fee_id,
            refund_id=refund_id,
        )
    )
    audit.record(
        tx, "invoice.adjusted", "invoice", state.invoice_id, reason=reason, kind=kind, amount_cents=cents,
        adjustment=adjustment_id, before_cents=state.balance_cents,
    )  # fmt: skip
    return adjustment_id


def close_refund(tx: Tx, invoice_id: str, *, refund_id: str, cents: int, reason: str, today: date) -> str:
    """Forgive on an invoice what was just given back of it, so that its balance stays where it was."""
    state = invoice_state(tx, invoice_id)
    return _record(
        tx, state, kind="refund_close", cents=cents, reason=reason, today=today, refund_id=refund_id
    )


ADJUSTMENT = f"""
SELECT w.invoice_id, w.kind, w.reverses_id, w.late_fee_id, w.amount_cents,
       coalesce((SELECT -sum(j.amount_cents) FROM adjustment AS j
                 WHERE j.reverses_id = w.id AND {ADJUSTMENT_COUNTS}), 0),
       (SELECT count(*) FROM adjustment AS j WHERE j.reverses_id = w.id AND {ADJUSTMENT_COUNTS})
FROM adjustment AS w WHERE w.id = :adjustment_id
"""  # noqa: S608  composed of the constants above


def reverse_adjustment(
    tx: Tx, adjustment_id: str, *, reason: str, today: date, amount_cents: int | None = None
) -> Adjusted:
    """Ask again for what an adjustment took off, or for part of it.

    Raises: AlreadyReversed, NotFound, AdjustmentExceedsBalance, ReasonNeeded.
    """
    tx.require(Right.WRITE_OFF)
    reason = require_reason(reason)
    return bring_back(tx, adjustment_id, reason=reason, today=today, amount_cents=amount_cents)


def bring_back(
    tx: Tx, adjustment_id: str, *, reason: str, today: date, amount_cents: int | None = None
) -> Adjusted:
    """The same for what follows from another deed, whose right was asked for."""
    one = _standing(tx, adjustment_id)
    state = _open_state(tx, one.invoice_id)
    left = min(one.left_cents, state.adjusted_cents)
    if left <= 0:
        raise AlreadyReversed
    asked = left if amount_cents is None else amount_cents
    require_amount(asked)
    if asked > left:
        raise AdjustmentExceedsBalance(state.number, asked, left)
    return _bring_back(tx, one, state, asked, reason=reason, today=today)


def bring_back_closing(tx: Tx, adjustment_id: str, *, today: date) -> None:
    """Ask again for what was forgiven with a refund that has failed. The processor's word is never refused:
    where the invoice is void by now, or asks for nothing any more, there is nothing to do."""
    one = _standing(tx, adjustment_id)
    state = invoice_state(tx, one.invoice_id)
    cents = min(one.left_cents, state.adjusted_cents)
    if cents > 0 and not state.void:
        _bring_back(tx, one, state, cents, reason="the refund failed", today=today)


Standing = namedtuple("Standing", "adjustment_id invoice_id kind late_fee_id left_cents reversals")
"""What of an adjustment stands, in cents, and how often it was reversed."""


def _standing(tx: Tx, adjustment_id: str) -> Standing:
    found = tx.rows(ADJUSTMENT, adjustment_id=adjustment_id)
    if not found:
        raise NotFound("There is no such adjustment.", subject=adjustment_id)
    invoice_id, kind, reverses_id, late_fee_id, cents, reversed_cents, times = found[0]
    if reverses_id is not None:
        raise AlreadyReversed
    return Standing(adjustment_id, invoice_id, kind, late_fee_id, cents - reversed_cents, times)


def _bring_back(
    tx: Tx, one: Standing, state: InvoiceState, cents: int, *, reason: str, today: date
) -> Adjusted:
    """The reversal. Two offices that reverse the same adjustment write the same one."""
    made = _record(
        tx, state, kind=one.kind, cents=-cents, reason=reason, today=today,
        once=f"reverse:{one.adjustment_id}:{one.reversals}", reverses_id=one.adjustment_id,
        late_fee_id=one.late_fee_id,
    )  # fmt: skip
    return Adjusted(made, one.invoice_id, state.number, -cents, [])


BAD_DEBT = f"""
SELECT w.id, w.amount_cents + coalesce((SELECT sum(j.amount_cents) FROM adjustment AS j
                                        WHERE j.reverses_id = w.id AND {ADJUSTMENT_COUNTS}), 0)
FROM adjustment AS w
WHERE w.invoice_id = :invoice_id AND w.kind = 'bad_debt' AND w.reverses_id IS NULL
ORDER BY w._q = 0, w._q, w.site, w.no
"""  # noqa: S608  composed of the constants above


def revive_bad_debt(tx: Tx, invoice_id: str, cents: int, *, today: date) -> int:
    """A debt that was given up is paid after all: ask for it again up to the payment (`domain.md` 6).

    Answers how many cents are asked for again.
    """
    revived = 0
    for adjustment_id, left in tx.rows(BAD_DEBT, invoice_id=invoice_id):
        part = min(left, cents - revived)
        if part > 0:
            bring_back(
                tx, adjustment_id, reason="paid after it was written off", today=today, amount_cents=part
            )
            revived += part
    return revived


FEE = f"""
SELECT f.id, coalesce(f.once, f.id), f.invoice_id, f.amount_cents, {WAIVED},
       (SELECT count(*) FROM adjustment AS j
        WHERE j.invoice_id = f.invoice_id AND j.kind = 'fee_waiver' AND j.late_fee_id IN ({SAME_FEE})
          AND j.reverses_id IS NULL AND {ADJUSTMENT_COUNTS})
FROM late_fee AS n JOIN late_fee AS f ON f.id = n.id OR f.once = n.once
WHERE n.id = :late_fee_id AND {FEE_COUNTS}
"""  # noqa: S608  composed of the constants above
"""The fee that counts, where another office charged the same step."""


def waive_fee(tx: Tx, late_fee_id: str, *, reason: str, today: date) -> Adjusted:
    """Let a late fee go. Its key stays used, so no run charges it again; what was paid for it is credit.

    Raises: AlreadyWaived, InvoiceIsVoid, NotFound, ReasonNeeded.
    """
    tx.require(Right.WRITE_OFF)
    reason = require_reason(reason)
    found = tx.rows(FEE, late_fee_id=late_fee_id)
    if not found:
        raise NotFound("There is no such late fee.", subject=late_fee_id)
    fee_id, key, invoice_id, fee_cents, waived_cents, times = found[0]
    state = _open_state(tx, invoice_id)
    cents = min(fee_cents - waived_cents, state.asked_cents - state.adjusted_cents)
    if cents <= 0:
        raise AlreadyWaived
    released = release_over(tx, state, cents, today, reason=reason)
    made = _record(
        tx, state, kind="fee_waiver", cents=cents, reason=reason, today=today,
        once=f"waive:{key}:{times}", late_fee_id=fee_id,
    )  # fmt: skip
    return Adjusted(made, invoice_id, state.number, cents, released)
