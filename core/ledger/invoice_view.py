"""All that an invoice's page or PDF needs, as frozen dataclasses."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from core.store import Read


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who sends the document: the practice, at the office that gave the service."""

    name: str
    address: tuple[str, ...]
    phone: str = ""
    email: str = ""
    tax_id: str = ""
    logo_png: bytes | None = field(default=None, repr=False)
    footer: str = ""
    """Payment instructions, such as where to mail a check."""


@dataclass(frozen=True, slots=True)
class InvoiceLineView:
    """One line as frozen at issue. Units are thousandths, money is cents.

    `kind` is charge, manual, discount or surcharge; the last two have no date, units or rate.
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
    """1 is the first; a later one is a correction and says so."""
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
    void: bool = False


HEAD = """
SELECT i.id, i.invoice_id, i.number, i.issued_on, i.due_on, i.bill_to, i.client_name, i.notes, i.pay_code,
       i.office_id, i.total_cents,
       (SELECT count(*) FROM document AS d WHERE d.subject_id = i.invoice_id AND d.kind = 'invoice')
FROM invoice_issue AS i
WHERE i.invoice_id = :invoice_id ORDER BY i._q = 0, i._q, i.site, i.no LIMIT 1
"""

LINES = """
SELECT l.kind, l.service_on, l.code, l.description, l.modifiers, coalesce(p.name, ''), l.units_milli,
       l.rate_cents, l.amount_cents
FROM invoice_line AS l LEFT JOIN provider AS p ON p.id = l.provider_id
WHERE l.issue_id = :issue_id ORDER BY l.position
"""

LETTERHEAD = """
SELECT p.name, p.currency, p.tax_id, p.email, p.footer, p.phone, p.street, p.street_2, p.city, p.state,
       p.postal_code, b.content
FROM practice AS p LEFT JOIN blob AS b ON b.sha256 = p.logo_sha256 ORDER BY p.id LIMIT 1
"""

OFFICE = "SELECT phone, street, street_2, city, state, postal_code FROM office WHERE id = :office_id"


def invoice_views(read: Read, invoice_ids: Sequence[str]) -> list[InvoiceView]:
    """What the documents of these invoices show, as they are issued: nothing paid yet."""
    heads: dict[str | None, tuple[Letterhead, str]] = {}
    views = []
    for invoice_id in invoice_ids:
        head = read.rows(HEAD, invoice_id=invoice_id)[0]
        (issue_id, _, number, issued_on, due_on, bill_to, client, notes, pay_code, office_id, total, made) = (
            head
        )
        if office_id not in heads:
            heads[office_id] = _letterhead(read, office_id)
        letterhead, currency = heads[office_id]
        lines = read.all(LINES, _line, issue_id=issue_id)
        views.append(
            InvoiceView(
                invoice_id=invoice_id,
                number=number,
                version=made + 1,
                issued_on=date.fromisoformat(issued_on),
                due_on=date.fromisoformat(due_on),
                currency=currency,
                letterhead=letterhead,
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
        )
    return views


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


def _letterhead(read: Read, office_id: str | None) -> tuple[Letterhead, str]:
    """The practice's letterhead with the office's address where it has one, and the currency."""
    (name, currency, tax_id, email, footer, *place, logo) = read.rows(LETTERHEAD)[0]
    office = read.rows(OFFICE, office_id=office_id) if office_id else []
    if office and office[0][1]:
        place = list(office[0])
    phone, street, street_2, city, state, postal_code = place
    town = ", ".join(part for part in (city, " ".join(p for p in (state, postal_code) if p)) if part)
    address = tuple(line for line in (street, street_2, town) if line)
    return Letterhead(name, address, phone, email, tax_id, logo, footer), currency
