"""The chart of accounts of the journal: a practice's nouns as names that beancount and hledger take.

A name is an ASCII form of what a person reads and the end of the row's id, so that two people of one
name are two accounts, and a name in any script or of any mischief is an account like others.
"""

import re
from collections import Counter
from collections.abc import Iterable

from core.books.journal_text import slug
from core.ids import short

LATE_FEES = "Income:LateFees"
GOODWILL = "Expenses:Goodwill"
DISCOUNTS = "Expenses:Adjustments:Discount"
SURCHARGES = "Income:Surcharges"
OTHER_CHARGES = "Income:OtherCharges"

_INCOME = {
    "no_show_fee": "Income:MissedAppointments",
    "late_cancel_fee": "Income:MissedAppointments",
    "patient_share": "Income:PatientShare",
    "write_in": OTHER_CHARGES,
    "manual": OTHER_CHARGES,
    "discount": DISCOUNTS,
    "surcharge": SURCHARGES,
}
"""What a line is for, where it is no service of a provider."""


def own_names(rows: Iterable[tuple[str, str]], *, otherwise: str) -> dict[str, str]:
    """For each id the part of an account's name that is its own: Jose-Garcia-0f3a91c2."""
    named = [(row_id, slug(name, otherwise=otherwise)) for row_id, name in rows]
    ends = Counter(_ascii(short(row_id)) for row_id, _ in named)
    return {
        row_id: f"{name}-{_ascii(short(row_id) if ends[_ascii(short(row_id))] == 1 else row_id)}"
        for row_id, name in named
    }


def _ascii(row_id: str) -> str:
    return re.sub("[^0-9A-Za-z]", "", row_id)


def owed_by(own_name: str) -> str:
    """What a guarantor has been asked for and not yet paid."""
    return f"Assets:Receivable:{own_name}:Invoices"


def credit_of(own_name: str) -> str:
    """Money of a guarantor that is on no invoice: negative, for it is owed to them."""
    return f"Assets:Receivable:{own_name}:Credit"


def deposits(method: str) -> str:
    """Where money came in, and where refunds go out: Assets:Deposits:CardOnFile."""
    return f"Assets:Deposits:{_words(method)}"


def adjustments(kind: str) -> str:
    """What was asked for and is not any more: Expenses:Adjustments:BadDebt."""
    return f"Expenses:Adjustments:{_words(kind)}"


def income(kind: str, provider: str | None) -> str:
    """What an invoice's line earns: a service for its provider, else by what the line is for."""
    return _INCOME.get(kind) or f"Income:Services:{provider or 'NoProvider'}"


def _words(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))
