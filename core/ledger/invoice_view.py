"""All that an invoice's page or PDF needs, as frozen dataclasses."""

from dataclasses import dataclass, field
from datetime import date


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
