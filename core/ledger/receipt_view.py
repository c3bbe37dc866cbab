"""All that the receipt for a payment needs, as frozen dataclasses (RD4).

Itemised as health accounts (HSA, FSA) ask for it: patient, provider, date of service, what was done and
what it cost; a card slip is not enough. Source: `domain.md` section 14.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from core.errors import DomainError, NotFound
from core.ids import short
from core.ledger.account import Account, Facts, InvoiceSum, account_of, facts_of
from core.ledger.letterhead import Letterhead, addressee, letterhead
from core.store import Read


class NoReceiptForGoodwill(DomainError):
    code = "no_receipt"

    def __init__(self) -> None:
        super().__init__("Goodwill is not money received, so there is no receipt for it.")


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """A line of an invoice that the payment is on, as frozen at issue, or its late fee."""

    service_on: date | None
    code: str
    description: str
    modifiers: str
    provider: str
    amount_cents: int


@dataclass(frozen=True, slots=True)
class ReceiptPart:
    """What of the payment is on one invoice, and what that invoice was for."""

    number: str
    patient: str
    issued_on: date
    lines: tuple[ReceiptLine, ...]
    charged_cents: int
    paid_cents: int
    """By this payment; others may be on the invoice too."""


@dataclass(frozen=True, slots=True)
class ReceiptRefund:
    """What was given back of the payment since."""

    refunded_on: date
    amount_cents: int
    method: str
    reference: str


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """A payment as its receipt shows it, in effective cents: it adds up as the account does.

    `amount_cents` = paid on invoices + kept as credit + refunded; a reversed payment counts for nothing.
    """

    document_id: str
    version: int
    made_on: date
    number: str
    currency: str
    letterhead: Letterhead
    received_from: tuple[str, ...]
    received_on: date
    method: str
    reference: str
    amount_cents: int
    parts: tuple[ReceiptPart, ...]
    credit_cents: int
    refunds: tuple[ReceiptRefund, ...]
    reversed_on: date | None = None

    @property
    def refunded_cents(self) -> int:
        return sum(one.amount_cents for one in self.refunds)


PAYMENT = """
SELECT p.guarantor_id, p.amount_cents, p.received_on, p.method, p.reference, p.office_id,
       (SELECT min(w.reversed_on) FROM payment_reversal AS w WHERE w.payment_id = p.id)
FROM payment AS p WHERE p.id = :payment_id
"""

LINES = """
SELECT l.service_on, l.code, l.description, l.modifiers,
       CASE WHEN coalesce(p.credentials, '') = '' THEN coalesce(p.name, '')
            ELSE p.name || ', ' || p.credentials END,
       l.amount_cents
FROM invoice_line AS l LEFT JOIN provider AS p ON p.id = l.provider_id
WHERE l.issue_id = (SELECT i.id FROM invoice_issue AS i WHERE i.invoice_id = :invoice_id
                    ORDER BY i._q = 0, i._q, i.site, i.no LIMIT 1)
ORDER BY l.position
"""

PATIENT = """
SELECT i.client_name FROM invoice_issue AS i WHERE i.invoice_id = :invoice_id
ORDER BY i._q = 0, i._q, i.site, i.no LIMIT 1
"""


def receipt_view(read: Read, payment_id: str, *, today: date) -> ReceiptView:
    """What the receipt for a payment says now, as version 1 made today.

    Raises: NoReceiptForGoodwill; NotFound.
    """
    found = read.rows(PAYMENT, payment_id=payment_id)
    if not found:
        if read.value("SELECT 1 FROM credit WHERE id = :id", id=payment_id):
            raise NoReceiptForGoodwill
        raise NotFound("There is no such payment.", subject=payment_id)
    guarantor_id, cents, received_on, method, reference, office_id, reversed_on = found[0]
    facts = facts_of(read, guarantor_id)
    account = account_of(facts)
    practice, currency = letterhead(read, office_id)
    return ReceiptView(
        document_id=payment_id,
        version=1,
        made_on=today,
        number=short(payment_id),
        currency=currency,
        letterhead=replace(practice, footer=""),
        received_from=addressee(read, guarantor_id),
        received_on=date.fromisoformat(received_on),
        method=method,
        reference=reference,
        amount_cents=cents,
        parts=_parts(read, facts, account, payment_id),
        credit_cents=account.sources[payment_id].left_cents if payment_id in account.sources else 0,
        refunds=tuple(
            ReceiptRefund(
                date.fromisoformat(one.on), account.effect[one.refund_id], one.method, one.reference
            )
            for one in facts.refunds
            if one.source_id == payment_id and not one.failed_on and account.effect[one.refund_id]
        ),
        reversed_on=None if reversed_on is None else date.fromisoformat(reversed_on),
    )


def _parts(read: Read, facts: Facts, account: Account, payment_id: str) -> tuple[ReceiptPart, ...]:
    """The invoices the payment is on, by number."""
    paid: dict[str, int] = {}
    since: dict[str, str] = {}
    for one in facts.allocations:
        if one.source_id == payment_id and account.effect[one.allocation_id]:
            paid[one.invoice_id] = paid.get(one.invoice_id, 0) + account.effect[one.allocation_id]
            since[one.invoice_id] = one.on
    parts = []
    for invoice_id, cents in paid.items():
        now = account.invoices[invoice_id]
        lines = [*_lines(read, invoice_id), *_fees(facts, account, now, since[invoice_id])]
        parts.append(
            ReceiptPart(
                number=now.issue.number,
                patient=read.value(PATIENT, invoice_id=invoice_id),
                issued_on=date.fromisoformat(now.issue.on),
                lines=tuple(lines),
                charged_cents=sum(line.amount_cents for line in lines),
                paid_cents=cents,
            )
        )
    return tuple(sorted(parts, key=lambda part: (part.issued_on, part.number)))


def _lines(read: Read, invoice_id: str) -> Sequence[ReceiptLine]:
    return [
        ReceiptLine(None if on is None else date.fromisoformat(on), *rest)
        for on, *rest in read.rows(LINES, invoice_id=invoice_id)
    ]


def _fees(facts: Facts, account: Account, invoice: InvoiceSum, until: str) -> Sequence[ReceiptLine]:
    """Late fees that were there when the payment was put on the invoice; later ones it cannot have paid."""
    return [
        ReceiptLine(date.fromisoformat(fee.on), "", "Late fee", "", "", account.effect[fee.fee_id])
        for fee in facts.fees
        if fee.invoice_id == invoice.issue.invoice_id and fee.on <= until
    ]
