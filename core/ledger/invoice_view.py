"""All that an invoice's page or PDF needs, as frozen dataclasses."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from core.ledger.account import account_of, facts_of
from core.ledger.letterhead import Letterhead, letterhead
from core.ledger.pay_link import pay_link, portal_address
from core.store import Read


@dataclass(frozen=True, slots=True)
class InvoiceLineView:
    """One line as frozen at issue. Units are thousandths, money is cents.

    `kind` is charge, manual, discount, surcharge or late_fee; the last three have no units or rate. What was
    taken off since has the kind of its adjustment.
    """

    kind: str
    service_on: date | None
    code: str
    description: str
    modifiers: str
    provider: str
    units_milli: int
    rate_cents: int
    amount_cents: int


@dataclass(frozen=True, slots=True)
class InvoiceView:
    """An issued invoice as its document shows it."""

    invoice_id: str
    number: str
    version: int
    """1 is the first, as issued; a later one is a correction, says so, and shows what happened since."""
    issued_on: date
    due_on: date
    currency: str
    letterhead: Letterhead
    bill_to: tuple[str, ...]
    """Name and address of the guarantor, a line each."""
    client: str
    lines: tuple[InvoiceLineView, ...]
    subtotal_cents: int
    total_cents: int
    paid_cents: int
    balance_cents: int
    notes: str
    pay_code: str = ""
    pay_link: str = ""
    """Only while there is something to pay, and the practice has a portal."""
    void: bool = False
    corrections: tuple[InvoiceLineView, ...] = ()
    """What was taken off the total since: credit notes, waived fees, write-offs; negative."""


HEAD = """
SELECT i.id, i.invoice_id, i.number, i.issued_on, i.due_on, i.bill_to, i.client_name, i.notes, i.pay_code,
       i.office_id, i.total_cents, i.guarantor_id,
       (SELECT coalesce(max(d.version), 0) FROM document AS d
        WHERE d.subject_id = i.invoice_id AND d.kind = 'invoice')
FROM invoice_issue AS i
WHERE i.invoice_id = :invoice_id ORDER BY i._q = 0, i._q, i.site, i.no LIMIT 1
"""

LINES = """
SELECT l.kind, l.service_on, l.code, l.description, l.modifiers, coalesce(p.name, ''), l.units_milli,
       l.rate_cents, l.amount_cents
FROM invoice_line AS l LEFT JOIN provider AS p ON p.id = l.provider_id
WHERE l.issue_id = :issue_id ORDER BY l.position
"""


def invoice_views(read: Read, invoice_ids: Sequence[str]) -> list[InvoiceView]:
    """What the next versions of these invoices' documents show.

    The first is the invoice as issued, nothing paid yet; a later one has the late fees in its total, and
    what was taken off and paid since.
    """
    heads: dict[str | None, tuple[Letterhead, str]] = {}
    views = []
    portal = portal_address(read)
    for invoice_id in invoice_ids:
        head = read.rows(HEAD, invoice_id=invoice_id)[0]
        (issue_id, _, number, issued_on, due_on, bill_to, client, notes, pay_code, office_id, *sums) = head
        total, guarantor_id, made = sums
        if office_id not in heads:
            heads[office_id] = letterhead(read, office_id)
        practice, currency = heads[office_id]
        lines = read.all(LINES, _line, issue_id=issue_id)
        view = InvoiceView(
            invoice_id=invoice_id,
            number=number,
            version=made + 1,
            issued_on=date.fromisoformat(issued_on),
            due_on=date.fromisoformat(due_on),
            currency=currency,
            letterhead=practice,
            bill_to=tuple(json.loads(bill_to)),
            client=client,
            lines=tuple(lines),
            subtotal_cents=sum(line.amount_cents for line in lines if line.kind in ("charge", "manual")),
            total_cents=total,
            paid_cents=0,
            balance_cents=total,
            notes=notes,
            pay_code=pay_code,
        )
        now = _as_it_stands(read, view, guarantor_id) if made else view
        if now.balance_cents > 0 and not now.void:
            now = replace(now, pay_link=pay_link(portal, pay_code))
        views.append(now)
    return views


_TAKEN_OFF = {
    "courtesy": "Courtesy adjustment",
    "small_balance": "Small balance adjustment",
    "bad_debt": "Written off",
    "contractual": "Contractual adjustment",
    "credit_note": "Credit note",
    "fee_waiver": "Late fee waived",
    "refund_close": "Adjustment with refund",
}


def _as_it_stands(read: Read, view: InvoiceView, guarantor_id: str) -> InvoiceView:
    """The view with what happened since issue, in effective amounts: it adds up as the account does."""
    facts = facts_of(read, guarantor_id)
    account = account_of(facts)
    now = account.invoices[view.invoice_id]
    fees = [
        _sum_line("late_fee", "Late fee", account.effect[fee.fee_id], date.fromisoformat(fee.on))
        for fee in facts.fees
        if fee.invoice_id == view.invoice_id and account.effect[fee.fee_id]
    ]
    taken_off: dict[str, int] = {}
    for one in facts.adjustments:
        if one.invoice_id == view.invoice_id:
            taken_off[one.kind] = taken_off.get(one.kind, 0) - account.effect[one.adjustment_id]
    return replace(
        view,
        lines=(*view.lines, *sorted(fees, key=lambda line: (line.service_on, line.amount_cents))),
        corrections=tuple(
            _sum_line(kind, label, taken_off[kind])
            for kind, label in _TAKEN_OFF.items()
            if taken_off.get(kind)
        ),
        total_cents=now.asked_cents,
        paid_cents=now.paid_cents,
        balance_cents=now.balance_cents,
        void=now.void is not None,
    )


def _sum_line(kind: str, label: str, cents: int, on: date | None = None) -> InvoiceLineView:
    return InvoiceLineView(kind, on, "", label, "", "", 0, 0, cents)


def _line(
    kind: str,
    service_on: str | None,
    code: str,
    description: str,
    modifiers: str,
    provider: str,
    units_milli: int,
    rate_cents: int,
    amount_cents: int,
) -> InvoiceLineView:
    day = None if service_on is None else date.fromisoformat(service_on)
    return InvoiceLineView(
        kind, day, code, description, modifiers, provider, units_milli, rate_cents, amount_cents
    )
