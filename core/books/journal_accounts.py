"""The chart of accounts of the journal: a practice's nouns as names that beancount and hledger take.

A name is an ASCII form of what a person reads and the end of the row's id, so that two people of one
name are two accounts, and a name in any script or of any mischief is an account like others.
"""

import re
from collections import Counter
from collections.abc import Iterable

from core.books.journal_text import slug
from core.ids import short

ON_INVOICE = frozenset({"invoice", "late_fee", "adjustment", "void"})
"""The kinds of entry that change what is asked for; the others change what a guarantor has left."""

NOT_ARRIVED = "Equity:LinesNotArrived"
"""What an invoice asks for by lines that are not in this book yet."""

_INCOME = {
    "no_show_fee": "Income:MissedAppointments",
    "late_cancel_fee": "Income:MissedAppointments",
    "patient_share": "Income:PatientShare",
    "write_in": "Income:OtherCharges",
    "manual": "Income:OtherCharges",
    "discount": "Expenses:Adjustments:Discount",
    "surcharge": "Income:Surcharges",
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


def against(kind: str, detail: str) -> str:
    """The practice's own account on the other side of a ledger entry: Assets:Deposits:CardOnFile.

    `detail` is the method of a payment or refund, or the kind of an adjustment. Goodwill has no method;
    money that was given back for it went out by some other way.
    """
    if kind == "late_fee":
        return "Income:LateFees"
    if kind == "adjustment":
        return f"Expenses:Adjustments:{_words(detail)}"
    if detail:
        return f"Assets:Deposits:{_words(detail)}"
    return "Assets:Deposits:Other" if kind in ("refund", "refund_failed") else "Expenses:Goodwill"


def services(own_name: str) -> str:
    """What a provider's services earn."""
    return f"Income:Services:{own_name}"


def income(kind: str, of_provider: str | None) -> str:
    """What an invoice's line earns: a service for who rendered it, else by what the line is for."""
    return _INCOME.get(kind) or of_provider or services("NoProvider")


def _words(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))
