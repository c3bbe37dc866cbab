"""The sheet of one day: what was charged, received, adjusted and given back, from opening to closing (RC8).

`opening + charges - payments - adjustments + refunds = closing`, and the closing balance is the ledger's,
added up on its own. For one office the entries of its invoices and of payments taken there count; what
belongs to no office is in the whole alone.

Where facts of two offices contradict, what an older one comes to can change on a later day (a refund fails,
and another one has its money). Such a change is a line of its own on that day, among the adjustments.
"""

from collections import namedtuple
from datetime import date, timedelta

from core.ledger.aging import CROSSED, NOT_CROSSED, ledger_cents
from core.ledger.entries import MOVES, Entry, account_entries
from core.ledger.entries_sum import entries_sum

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.store import Read

DaySheet = namedtuple(
    "DaySheet",
    "on office_id opening_cents charges_cents payments adjustments_cents refunds_cents closing_cents"
    " deposit_cents ledger_cents entries",
)
"""`payments` is cents by method, reversals taken off; `deposit_cents` is the cash and checks among them.

`ledger_cents` is the ledger's balance at the end of the day, counted on its own; it equals the closing.
"""

DEPOSITED = ("cash", "check")

KINDS = (
    "invoice", "late_fee", "void", "payment", "reversal", "credit", "adjustment", "refund", "refund_failed",
)  # fmt: skip
"""The order of the sheet's lines; within a kind, as they were recorded."""

NAME = "SELECT name FROM guarantor WHERE id = :guarantor_id"

GUARANTORS_OF_DAY = """
SELECT guarantor_id FROM invoice_issue WHERE issued_on = :day
UNION SELECT i.guarantor_id FROM invoice_void AS v JOIN invoice_issue AS i ON i.invoice_id = v.invoice_id
      WHERE v.voided_on = :day
UNION SELECT i.guarantor_id FROM late_fee AS f JOIN invoice_issue AS i ON i.invoice_id = f.invoice_id
      WHERE f.assessed_on = :day
UNION SELECT i.guarantor_id FROM adjustment AS j JOIN invoice_issue AS i ON i.invoice_id = j.invoice_id
      WHERE j.effective_on = :day
UNION SELECT guarantor_id FROM payment WHERE received_on = :day
UNION SELECT guarantor_id FROM credit WHERE given_on = :day
UNION SELECT p.guarantor_id FROM payment_reversal AS w JOIN payment AS p ON p.id = w.payment_id
      WHERE w.reversed_on = :day
UNION SELECT k.guarantor_id FROM credit_reversal AS w JOIN credit AS k ON k.id = w.credit_id
      WHERE w.reversed_on = :day
UNION SELECT coalesce(p.guarantor_id, k.guarantor_id) FROM refund_request AS r
      LEFT JOIN payment AS p ON p.id = r.payment_id LEFT JOIN credit AS k ON k.id = r.credit_id
      WHERE r.refunded_on = :day
UNION SELECT coalesce(p.guarantor_id, k.guarantor_id) FROM refund_answer AS ra
      JOIN refund_request AS r ON r.id = ra.request_id
      LEFT JOIN payment AS p ON p.id = r.payment_id LEFT JOIN credit AS k ON k.id = r.credit_id
      WHERE ra.answered_on = :day
ORDER BY 1
"""

OFFICE_OF_INVOICE = "SELECT office_id FROM invoice_issue WHERE invoice_id = :id LIMIT 1"
OFFICE_OF_PAYMENT = "SELECT office_id FROM payment WHERE id = :id"

OFFICE_SUM = entries_sum(
    f"i.office_id = :office_id AND {NOT_CROSSED.format('i')}",
    f"p.office_id = :office_id AND {NOT_CROSSED.format('p')}",
    "false",
    "r.payment_id IN (SELECT q.id FROM payment AS q WHERE q.office_id = :office_id"  # noqa: S608
    f" AND {NOT_CROSSED.format('q')})",
)
"""What an office's entries come to up to a day, but for accounts whose facts contradict; goodwill belongs to
none."""

CHANGED = "Facts that contradict count for another amount since"


def day_sheet(read: "Read", on: date, *, office_id: str | None = None) -> DaySheet:
    """The sheet of a day, for the practice or for one office."""
    read.fresh()
    day = on.isoformat()
    before = (on - timedelta(days=1)).isoformat()
    crossed = {guarantor_id for (guarantor_id,) in read.rows(CROSSED)}
    entries: list[Entry] = []
    for guarantor_id in sorted(crossed.union(*read.rows(GUARANTORS_OF_DAY, day=day))):
        name = read.value(NAME, guarantor_id=guarantor_id)
        known = _entries(read, guarantor_id, day, office_id)
        here = [entry for entry in known if entry.on == day]
        if guarantor_id in crossed:
            older = sum(entry.amount_cents for entry in known if entry.on < day)
            change = older - sum(e.amount_cents for e in _entries(read, guarantor_id, before, office_id))
            if change:
                here.append(Entry(day, "adjustment", CHANGED, change, LAST, guarantor_id=guarantor_id))
        entries += [entry._replace(text=f"{name}: {entry.text}") for entry in here]
    entries.sort(key=lambda entry: (KINDS.index(entry.kind), entry.order))
    opening = _balance(read, on - timedelta(days=1), office_id)
    charges = _sum(entries, "invoice", "late_fee", "void")
    payments: dict[str, int] = {}
    adjustments = -_sum(entries, "adjustment", "credit")
    refunds = _sum(entries, "refund", "refund_failed")
    for entry in entries:
        if entry.kind == "payment" or (entry.kind == "reversal" and entry.detail):
            payments[entry.detail] = payments.get(entry.detail, 0) - entry.amount_cents
        elif entry.kind == "reversal":
            adjustments -= entry.amount_cents
    closing = opening + charges - sum(payments.values()) - adjustments + refunds
    return DaySheet(
        on, office_id, opening, charges, payments, adjustments, refunds, closing,
        sum(payments.get(method, 0) for method in DEPOSITED), _balance(read, on, office_id), entries,
    )  # fmt: skip


LAST = "9"
"""Sorts after what was recorded."""


def _entries(read: "Read", guarantor_id: str, day: str, office_id: str | None) -> list[Entry]:
    """An account's entries up to a day, or those of them that belong to one office."""
    return [
        entry
        for entry in account_entries(read, guarantor_id, as_of=day)
        if entry.kind not in MOVES and office_id in (None, _office(read, entry) if office_id else None)
    ]


def _sum(entries: list[Entry], *kinds: str) -> int:
    return sum(entry.amount_cents for entry in entries if entry.kind in kinds)


def _office(read: "Read", entry: Entry) -> str | None:
    """Where an entry belongs: the office of its invoice, or the one that took the payment."""
    found = (
        read.value(OFFICE_OF_INVOICE, id=entry.invoice_id)
        if entry.invoice_id
        else read.value(OFFICE_OF_PAYMENT, id=entry.source_id)
    )
    return None if found is None else str(found)


def _balance(read: "Read", on: date, office_id: str | None) -> int:
    if office_id is None:
        return ledger_cents(read, on)
    day = on.isoformat()
    crossed: int = sum(
        entry.amount_cents
        for (guarantor_id,) in read.rows(CROSSED)
        for entry in _entries(read, guarantor_id, day, office_id)
    )
    whole: int = read.value(OFFICE_SUM, office_id=office_id, as_of=day)
    return whole + crossed
