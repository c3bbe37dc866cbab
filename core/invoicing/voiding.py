"""Calling an invoice off, with one question about its money, and billing its sessions again (RB6).

Session lines are unbilled again; manual lines, discounts and fees die with the invoice. It stays listed,
takes no payments, and is linked to the one that replaces it.
"""

from collections import namedtuple
from datetime import date

from core import audit
from core.actors import Right
from core.dates import ALL_TIME
from core.errors import DomainError, UsageError
from core.invoicing.commands import create_drafts
from core.ledger.unbilled import part_of, unbilled_charges
from core.payments.days import not_before_invoice
from core.payments.moves import live_on_invoice, require_reason, take_off
from core.payments.queries import InvoiceState, invoice_state
from core.payments.refunds import refund_all_on
from core.payments.refusals import InvoiceIsVoid, RefundIsOnItsWay
from core.store import Tx
from core.tables import Draft, InvoiceVoid

MONEY = ("credit", "refund")

Voided = namedtuple("Voided", "invoice_id number money charges credit_cents refunded_cents")
"""`charges` are unbilled again; the cents are what became of the money that was on it."""


class MoneyIsOnIt(DomainError):
    code = "money_is_on_it"

    def __init__(self, number: str, paid_cents: int) -> None:
        from core.money import show_cents

        super().__init__(
            f"{show_cents(paid_cents)} was paid on {number}. Say what becomes of it: keep it as the client's"
            " credit, or refund it."
        )


class NotVoid(DomainError):
    code = "not_void"

    def __init__(self, number: str) -> None:
        super().__init__(f"Invoice {number} is not void. Void it first, then bill its sessions again.")


LINES = "l.issue_id IN (SELECT i.id FROM invoice_issue AS i WHERE i.invoice_id = :invoice_id)"
"""The lines of an invoice by the index they have: that of its issue."""
CHARGES = f"SELECT count(DISTINCT l.charge_id) FROM invoice_line AS l WHERE {LINES}"  # noqa: S608


def void_invoice(
    tx: Tx,
    invoice_id: str,
    *,
    reason: str,
    today: date,
    money: str | None = None,
    method: str = "",
    reference: str = "",
    channel: str | None = None,
) -> Voided:
    """Call an invoice off in one step; `money` says what becomes of payments on it: credit or refund.

    A refund goes back the way each payment came, unless `channel` says outside or processor for all.

    Raises: MoneyIsOnIt, where money is on it and nothing is said; InvoiceIsVoid, RefundIsOnItsWay,
    ReasonNeeded, NotFound, and what a refund refuses.
    """
    tx.require(Right.VOID)
    reason = require_reason(reason)
    if money is not None and money not in MONEY:
        raise UsageError("Money on a void invoice is kept as credit or refunded.")
    state = invoice_state(tx, invoice_id)
    if state.void:
        raise InvoiceIsVoid(state.number)
    if state.refunding:
        raise RefundIsOnItsWay(state.number)
    on_it = live_on_invoice(tx, invoice_id)
    if on_it and money is None:
        raise MoneyIsOnIt(state.number, state.paid_cents)
    cents = sum(one.amount_cents for one in on_it)
    refunded = 0
    if money == "refund":
        refunded = refund_all_on(
            tx, on_it, reason=reason, today=today, channel=channel, method=method, reference=reference
        )
    else:
        for one in on_it:
            take_off(tx, one, one.amount_cents, today, reason=reason)
    tx.add(
        InvoiceVoid(
            once=f"void:{invoice_id}",
            invoice_id=invoice_id,
            reason=reason,
            money=money if on_it and money else "none",
            voided_on=not_before_invoice(tx, invoice_id, today),
        )
    )
    charges = tx.value(CHARGES, invoice_id=invoice_id)
    audit.record(
        tx, "invoice.voided", "invoice", invoice_id, reason=reason, number=state.number,
        before_cents=state.balance_cents, credit_cents=cents - refunded, refunded_cents=refunded,
        charges=charges,
    )  # fmt: skip
    return Voided(invoice_id, state.number, money if on_it else "none", charges, cents - refunded, refunded)


LINES_OF = f"""
SELECT DISTINCT l.charge_id, l.share_id IS NOT NULL FROM invoice_line AS l
WHERE {LINES} AND l.charge_id IS NOT NULL
"""  # noqa: S608


def rebill(tx: Tx, invoice_id: str, *, today: date) -> list[str]:
    """Drafts of what a void invoice billed and is still unbilled, linked to it. Answers their ids.

    One draft, as a rule. Of a charge that it billed in part, only the same guarantor's part. A charge that
    it billed whole is billed to whoever owes it now: to each by its share, where it is shared since.

    Raises: NotVoid, NothingUnbilled.
    """
    tx.require(Right.BILL)
    state: InvoiceState = invoice_state(tx, invoice_id)
    if not state.void:
        raise NotVoid(state.number)
    billed: dict[str, int] = dict(tx.rows(LINES_OF, invoice_id=invoice_id))
    wanted = [
        part_of(charge)
        for charge in unbilled_charges(tx, ALL_TIME, today, client_id=state.client_id)
        if charge.charge_id in billed
        and (not billed[charge.charge_id] or charge.guarantor_id in (None, state.guarantor_id))
    ]
    made = create_drafts(tx, client_id=state.client_id, today=today, charge_ids=wanted)
    for draft_id in made:
        tx.change(Draft, draft_id, replaces_id=invoice_id)
        audit.record(tx, "draft.replaces", "invoice", draft_id, replaces=state.number)
    return made
