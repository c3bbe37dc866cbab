"""What a person chooses from before money moves: who pays, and which payment is given back."""

from collections import namedtuple

from core.payments.history import on_invoice
from core.payments.queries import money

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.store import Read

PayerRow = namedtuple("PayerRow", "guarantor_id name clients owed_cents")
"""`clients` are the names of those the guarantor answers for, in one text to be found by."""

PAYERS = """
SELECT g.id, g.name, coalesce(k.name, '')
FROM guarantor AS g LEFT JOIN client AS k ON k.guarantor_id = g.id AND k.archived = 0
WHERE g.archived = 0 ORDER BY g.name, g.id, k.sort_name
"""

OWED = """
SELECT guarantor_id, sum(balance_cents) FROM invoice_balance WHERE balance_cents <> 0 GROUP BY guarantor_id
"""


def payers(read: "Read") -> list[PayerRow]:
    """Every guarantor by name, with the clients they answer for and what is open on their invoices."""
    read.fresh()
    owed = dict(read.rows(OWED))
    found: dict[str, tuple[str, list[str]]] = {}
    for guarantor_id, name, client_name in read.rows(PAYERS):
        found.setdefault(guarantor_id, (name, []))[1].append(client_name)
    return [
        PayerRow(guarantor_id, name, " ".join(names), owed.get(guarantor_id, 0))
        for guarantor_id, (name, names) in found.items()
    ]


PaidWith = namedtuple(
    "PaidWith", "source_id kind received_on method reference amount_cents by_processor left_cents"
)
"""A payment or goodwill credit that is on an invoice: so many cents there, `left_cents` on none at all."""


def money_on(read: "Read", invoice_id: str) -> list[PaidWith]:
    """What an invoice was paid with and is on it now, newest first."""
    found: dict[str, PaidWith] = {}
    for one in on_invoice(read, invoice_id):
        known = found.get(one.payment_id)
        cents = one.amount_cents + (known.amount_cents if known else 0)
        found[one.payment_id] = PaidWith(
            one.payment_id,
            one.kind,
            one.received_on,
            one.method,
            one.reference,
            cents,
            came_by_processor(read, one.payment_id),
            money(read, one.payment_id).left_cents,
        )
    return sorted(found.values(), key=lambda one: (one.received_on, one.source_id), reverse=True)


THROUGH = "SELECT once IS NOT NULL FROM payment WHERE id = :source_id"


def came_by_processor(read: "Read", source_id: str) -> bool:
    """Whether a payment came through the card processor, which then gives it back as well."""
    return bool(read.value(THROUGH, source_id=source_id))
