"""What a person chooses from before money moves: who pays, and which payment is given back."""

from collections import namedtuple

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


OnInvoice = namedtuple(
    "OnInvoice", "source_id kind received_on method reference amount_cents by_processor left_cents"
)
"""A payment or goodwill credit that is on an invoice: so many cents there, `left_cents` on none at all."""

ON_INVOICE = """
SELECT t.source_id, t.kind, t.since_on, t.method, t.reference, sum(t.cents), t.by_processor, t.left_cents
FROM (SELECT m.source_id, m.kind, m.since_on, coalesce(p.method, '') AS method,
             coalesce(p.reference, k.reason) AS reference, p.once IS NOT NULL AS by_processor, m.left_cents,
             a.amount_cents - coalesce((SELECT sum(l.amount_cents) FROM allocation_release AS l
                                        WHERE l.allocation_id = a.id), 0) AS cents
      FROM allocation AS a JOIN money_left AS m ON m.source_id = coalesce(a.payment_id, a.credit_id)
      LEFT JOIN payment AS p ON p.id = m.source_id LEFT JOIN credit AS k ON k.id = m.source_id
      WHERE a.invoice_id = :invoice_id) AS t
WHERE t.cents > 0
GROUP BY t.source_id, t.kind, t.since_on, t.method, t.reference, t.by_processor, t.left_cents
ORDER BY t.since_on DESC, t.source_id DESC
"""


def money_on(read: "Read", invoice_id: str) -> list[OnInvoice]:
    """What an invoice was paid with and is on it now, newest first."""
    read.fresh()
    return read.all(ON_INVOICE, OnInvoice, invoice_id=invoice_id)


THROUGH = "SELECT once IS NOT NULL FROM payment WHERE id = :source_id"


def came_by_processor(read: "Read", source_id: str) -> bool:
    """Whether a payment came through the card processor, which then gives it back as well."""
    return bool(read.value(THROUGH, source_id=source_id))
