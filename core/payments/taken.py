"""Money that goes back through the processor: refunds asked here or made in its dashboard, disputes (RF2).

Whatever the news and however often it comes, the processor's present word is recorded once: by our own
request where it was ours, else as money that it took by itself.
"""

from datetime import date

from core import audit
from core.actors import Right
from core.dates import local_day
from core.payments.card import DisputeSeen, RefundSeen
from core.payments.checkout import payment_of
from core.payments.refunds import answer_refund, given_back_by_processor, taken_by_processor
from core.practice.timezone import timezone
from core.store import Tx
from core.tables import Dispute

OURS = "SELECT 1 FROM refund_request WHERE id = :id AND channel = 'processor' AND payment_id = :payment_id"
FAILED = ("failed", "canceled")
UNDONE = "SELECT 1 FROM refund_answer WHERE request_id = :id AND outcome = 'failed'"


def settle_refund(tx: Tx, seen: RefundSeen, *, today: date) -> None:
    """Record what the processor has of a refund. One whose payment is not in the book is left alone."""
    tx.require(Right.BILL)
    payment_id = payment_of(tx, seen.intent_ref)
    if payment_id is None:
        return
    if seen.refund_id and tx.rows(OURS, id=seen.refund_id, payment_id=payment_id):
        _answer(tx, seen, today)
    elif seen.status in FAILED:
        given_back_by_processor(tx, payment_id, reference=seen.ref, today=today)
    else:
        taken_by_processor(
            tx, payment_id, amount_cents=seen.amount_cents, reference=seen.ref,
            reason="refunded in the processor's dashboard", today=today,
        )  # fmt: skip


def _answer(tx: Tx, seen: RefundSeen, today: date) -> None:
    """Pending is no answer yet; what failed once is not done by an older word that comes late."""
    if seen.status in FAILED:
        answer_refund(tx, seen.refund_id, outcome="failed", processor_ref=seen.ref, today=today)
    elif seen.status == "succeeded" and not tx.rows(UNDONE, id=seen.refund_id):
        answer_refund(tx, seen.refund_id, outcome="done", processor_ref=seen.ref, today=today)


# Disputes


def state_of(status: str) -> str:
    """inquiry, open, won or lost, for the processor's word. An inquiry takes no money."""
    if status.startswith("warning"):
        return "inquiry"
    return status if status in ("won", "lost") else "open"


STATES = "SELECT state FROM dispute WHERE processor_ref = :ref"


def settle_dispute(tx: Tx, seen: DisputeSeen) -> None:
    """Record how a dispute stands: its money is gone while it is open and when it is lost, and comes back
    when it is won. The bank's fee is the practice's."""
    tx.require(Right.BILL)
    payment_id = payment_of(tx, seen.intent_ref)
    if payment_id is None:
        return
    today = local_day(tx.now, timezone(tx))
    state, said = state_of(seen.status), {word for (word,) in tx.rows(STATES, ref=seen.ref)}
    if state in said or said & {"won", "lost"}:
        return
    if state in ("open", "lost"):
        taken_by_processor(
            tx, payment_id, amount_cents=seen.amount_cents, reference=seen.ref,
            reason="disputed by the client's bank", today=today,
        )  # fmt: skip
    elif state == "won":
        given_back_by_processor(tx, payment_id, reference=seen.ref, today=today)
    answer_by = None if seen.answer_by is None else local_day(seen.answer_by, timezone(tx)).isoformat()
    tx.add(
        Dispute(
            once=f"stripe:{seen.ref}:{state}",
            payment_id=payment_id,
            processor_ref=seen.ref,
            state=state,
            amount_cents=seen.amount_cents,
            fee_cents=seen.fee_cents,
            reason=seen.reason,
            answer_by_on=answer_by,
            happened_on=today.isoformat(),
        )
    )
    audit.record(
        tx, "payment.disputed", "payment", payment_id, dispute=seen.ref, state=state,
        amount_cents=seen.amount_cents, answer_by=answer_by,
    )  # fmt: skip
