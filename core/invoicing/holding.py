"""Not chasing an invoice for a while: a client disputes it, an insurer decides first, or it was agreed."""

from datetime import date

from core import audit
from core.actors import Right
from core.errors import DomainError, UsageError
from core.invoicing.lifecycle import require_action
from core.ledger.invoices import invoice
from core.payments.moves import require_reason
from core.payments.queries import invoice_state
from core.store import Tx
from core.tables import InvoiceHold, InvoiceHoldEnd

HOLDS = ("disputed", "insurer", "held")


class AlreadyOnHold(DomainError):
    code = "already_on_hold"

    def __init__(self, number: str, kind: str) -> None:
        super().__init__(f"Invoice {number} is on hold already ({kind}). End that hold first.")


class NotOnHold(DomainError):
    code = "not_on_hold"

    def __init__(self, number: str) -> None:
        super().__init__(f"Invoice {number} is not on hold.")


OPEN_HOLDS = """
SELECT h.id, h.kind, h.held_on FROM invoice_hold AS h WHERE h.invoice_id = :invoice_id
  AND NOT EXISTS (SELECT 1 FROM invoice_hold_end AS e WHERE e.hold_id = h.id) ORDER BY h.held_on, h.id
"""


def hold_invoice(tx: Tx, invoice_id: str, *, kind: str, reason: str, today: date) -> str:
    """No reminder, late fee or automatic payment touches the invoice until the hold ends. Answers its id.

    `kind` is disputed, insurer or held. Raises: UsageError, ReasonNeeded, NoOpenInvoice, AlreadyOnHold,
    NotAllowedNow.
    """
    tx.require(Right.BILL)
    if kind not in HOLDS:
        raise UsageError(f"A hold is one of: {', '.join(HOLDS)}.")
    reason = require_reason(reason)
    state = invoice_state(tx, invoice_id)
    require_action("hold", invoice(tx, invoice_id, today=today.isoformat()).status)
    for _, there, _ in tx.rows(OPEN_HOLDS, invoice_id=invoice_id):
        raise AlreadyOnHold(state.number, there)
    held_on = max(today.isoformat(), state.issued_on)
    hold_id = tx.add(InvoiceHold(invoice_id=invoice_id, kind=kind, reason=reason, held_on=held_on))
    audit.record(
        tx, "invoice.held", "invoice", invoice_id, reason=reason, number=state.number, kind=kind, hold=hold_id
    )
    return hold_id


def end_hold(tx: Tx, invoice_id: str, *, today: date) -> None:
    """The invoice is chased again from today on; the days under the hold made it no later for a late fee.

    Raises: NotOnHold, NoOpenInvoice.
    """
    tx.require(Right.BILL)
    state = invoice_state(tx, invoice_id)
    there = tx.rows(OPEN_HOLDS, invoice_id=invoice_id)
    if not there:
        raise NotOnHold(state.number)
    for hold_id, kind, held_on in there:
        ended_on = max(today.isoformat(), held_on)
        tx.add(InvoiceHoldEnd(once=f"hold-end:{hold_id}", hold_id=hold_id, ended_on=ended_on))
        audit.record(
            tx, "invoice.hold_ended", "invoice", invoice_id, number=state.number, kind=kind, hold=hold_id
        )
