"""Where a payment goes: the invoice it was made for, then the oldest due first, the rest is credit (RC1)."""

from collections import namedtuple
from collections.abc import Sequence

Owed = namedtuple("Owed", "invoice_id number client due_on balance_cents")
"""An open invoice of a guarantor; the balance is above zero."""

Part = namedtuple("Part", "invoice_id amount_cents")
"""So many cents of a payment or credit on one invoice."""


def oldest_first(amount_cents: int, owed: Sequence[Owed], *, first: str | None = None) -> list[Part]:
    """Spread an amount over open invoices: the one named `first`, then by due date, then by number.

    The parts are above zero and add up to at most the amount; what is left is credit.
    Source: the practice's allocation policy (`mission.md` RC1).
    """
    left = amount_cents
    parts = []
    for one in sorted(owed, key=lambda one: (one.invoice_id != first, one.due_on, one.number)):
        part = min(left, one.balance_cents)
        if part > 0:
            parts.append(Part(one.invoice_id, part))
            left -= part
    return parts
