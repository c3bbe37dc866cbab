"""What the doors and commands ask about money: what is open, what is left, what was received."""

from collections import namedtuple
from datetime import date

from core.ids import BY_ENDING, ending
from core.ledger.effective import NET
from core.ledger.unbilled import COUNTS, IN_FORCE, LIVE_LINE
from core.payments.allocation import Owed, oldest_first
from core.payments.refusals import NoAppointment, NoOpenInvoice, NoPayment, OwesNothingForIt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.dates import Period
    from core.store import Read

Held = namedtuple("Held", "kind source_id left_cents since_on", defaults=(0, ""))
"""A payment or goodwill credit that is not all on invoices; `kind` is payment or credit."""

InvoiceState = namedtuple(
    "InvoiceState",
    "invoice_id number guarantor_id client_id issued_on due_on asked_cents adjusted_cents paid_cents"
    " balance_cents void refunding forgiven_cents",
)

STATE = """
SELECT b.invoice_id, i.number, b.guarantor_id, b.client_id, i.issued_on, i.due_on, b.asked_cents,
       b.adjusted_cents, b.paid_cents, b.balance_cents, b.void, b.refunding, b.forgiven_cents
FROM invoice_balance AS b JOIN invoice_issue AS i ON i.id = b.issue_id WHERE b.invoice_id = :invoice_id
"""


def invoice_state(read: "Read", invoice_id: str) -> InvoiceState:
    """What an issued invoice asks for and what is on it, in cents. Raises: NoOpenInvoice."""
    if read.keeps_summaries:
        read.fresh()
        found = read.first(STATE, InvoiceState, invoice_id=invoice_id)
    else:
        from core.payments.derived import invoice_sums

        sums = invoice_sums(read, invoice_id)
        found = None if sums is None else InvoiceState(*sums)
    if found is None:
        raise NoOpenInvoice(invoice_id)
    return found


OPEN = """
SELECT b.invoice_id, i.number, i.client_name, i.due_on, b.balance_cents
FROM invoice_balance AS b JOIN invoice_issue AS i ON i.id = b.issue_id
WHERE b.guarantor_id = :guarantor_id AND b.balance_cents <> 0 AND b.balance_cents > 0
  AND (:disputed = 1 OR b.hold <> 'disputed')
ORDER BY i.due_on, i.number
"""


def open_invoices(read: "Read", guarantor_id: str, *, disputed: bool = False) -> list[Owed]:
    """A guarantor's open invoices, oldest due first; what is disputed only when asked for."""
    if not read.keeps_summaries:
        from core.payments.derived import open_sums

        return [Owed(*one) for one in open_sums(read, guarantor_id, disputed=disputed)]
    read.fresh()
    return read.all(OPEN, Owed, guarantor_id=guarantor_id, disputed=int(disputed))


Proposed = namedtuple("Proposed", "owed cents")
"""An open invoice, and the cents of a payment that would go there."""


def proposal(
    read: "Read", guarantor_id: str, amount_cents: int, *, invoice_id: str | None = None
) -> tuple[list[Proposed], int]:
    """Where a payment would go, every open invoice listed, and what would be credit. Writes nothing."""
    owed = open_invoices(read, guarantor_id)
    if invoice_id is not None and all(one.invoice_id != invoice_id for one in owed):
        every = open_invoices(read, guarantor_id, disputed=True)
        owed += [one for one in every if one.invoice_id == invoice_id]
    owed.sort(key=lambda one: (one.invoice_id != invoice_id, one.due_on, one.number))
    parts: dict[str, int] = {
        part.invoice_id: part.amount_cents for part in oldest_first(amount_cents, owed, first=invoice_id)
    }
    shown = [Proposed(one, parts.get(one.invoice_id, 0)) for one in owed]
    return shown, amount_cents - sum(parts.values())


TO_BE_BILLED = f"""
(s.status <> 'cancelled'
 AND NOT EXISTS (SELECT 1 FROM charge AS c JOIN invoice_line AS l ON l.charge_id = c.id
                 WHERE c.session_id = s.id AND {LIVE_LINE})
 AND (NOT EXISTS (SELECT 1 FROM finalisation AS f WHERE f.session_id = s.id)
      OR EXISTS (SELECT 1 FROM charge AS c WHERE c.session_id = s.id AND {COUNTS})
      OR EXISTS (SELECT 1 FROM claim AS m WHERE m.session_id = s.id)))
"""  # noqa: S608  composed of constants
"""A bill for the appointment `s` is still to come: not after one came, nor when it is done and costs nothing.

After a claim the client's part may follow. Source: `domain.md` section 5, rule 6.
"""

HELD = f"""
SELECT m.kind, m.source_id, m.left_cents, m.since_on
FROM money_left AS m
LEFT JOIN payment AS p ON p.id = m.source_id LEFT JOIN credit AS k ON k.id = m.source_id
LEFT JOIN session AS s ON s.id = coalesce(p.session_id, k.session_id)
WHERE m.guarantor_id = :guarantor_id AND m.left_cents <> 0 AND m.left_cents > 0
  AND (:spoken_for = 1 OR s.id IS NULL OR NOT {TO_BE_BILLED})
ORDER BY m.since_on, m.source_id
"""  # noqa: S608


def held_money(read: "Read", guarantor_id: str, *, spoken_for: bool = False) -> list[Held]:
    """What a guarantor has on no invoice, oldest first; money kept for an appointment only when asked for."""
    if not read.keeps_summaries:
        from core.payments.derived import left_sums

        return [
            Held(*one[:4])
            for one in left_sums(read, guarantor_id)
            if spoken_for or one.session_id is None or not waits_for_a_bill(read, one.session_id)
        ]
    read.fresh()
    return read.all(HELD, Held, guarantor_id=guarantor_id, spoken_for=int(spoken_for))


WAITS = f"SELECT 1 FROM session AS s WHERE s.id = :session_id AND {TO_BE_BILLED}"  # noqa: S608


def waits_for_a_bill(read: "Read", session_id: str) -> bool:
    """Whether money for an appointment waits for its bill, or there is one or will be none."""
    return read.value(WAITS, session_id=session_id) is not None


BILLED_TO = f"""
SELECT DISTINCT b.invoice_id, i.due_on, i.number FROM charge AS c
JOIN invoice_line AS l ON l.charge_id = c.id JOIN invoice_balance AS b ON b.invoice_id = l.invoice_id
JOIN invoice_issue AS i ON i.id = b.issue_id
WHERE c.session_id = :session_id AND b.guarantor_id = :guarantor_id AND {LIVE_LINE}
ORDER BY i.due_on, i.number
"""  # noqa: S608
"""Which invoices bill an appointment to a guarantor."""
OPEN_BILL = BILLED_TO.replace("ORDER BY", "AND b.balance_cents > 0 ORDER BY")


def open_invoice_of_session(read: "Read", session_id: str, guarantor_id: str) -> str | None:
    """The guarantor's open invoice that bills an appointment, the oldest due where there are more."""
    read.fresh()
    found: str | None = read.value(OPEN_BILL, session_id=session_id, guarantor_id=guarantor_id)
    return found


SESSION_OWED_BY = f"""
SELECT CASE WHEN {IN_FORCE}
            THEN EXISTS (SELECT 1 FROM payer_share AS ps WHERE ps.client_id = c.client_id
                         AND ps.guarantor_id = :guarantor_id AND ps.effective_from <= c.service_on
                         AND (ps.effective_to IS NULL OR c.service_on <= ps.effective_to))
            ELSE EXISTS (SELECT 1 FROM client AS k
                         WHERE k.id = c.client_id AND k.guarantor_id = :guarantor_id) END
FROM session AS c WHERE c.id = :session_id
"""  # noqa: S608


def require_owes_for(read: "Read", session_id: str, guarantor_id: str) -> None:
    """A guarantor owes for an appointment, or was billed for it.

    Raises: NoAppointment, OwesNothingForIt.
    """
    owes = read.value(SESSION_OWED_BY, session_id=session_id, guarantor_id=guarantor_id)
    if owes is None:
        raise NoAppointment(session_id)
    read.fresh()
    if not owes and not read.rows(BILLED_TO, session_id=session_id, guarantor_id=guarantor_id):
        raise OwesNothingForIt


Money = namedtuple(
    "Money",
    "source_id kind guarantor_id amount_cents since_on refunded_cents reversed applied_cents left_cents",
)

MONEY = """
SELECT source_id, kind, guarantor_id, amount_cents, since_on, refunded_cents, reversed, applied_cents,
       left_cents FROM money_left WHERE source_id = :source_id
"""


def money(read: "Read", source_id: str) -> Money:
    """A payment or goodwill credit and what became of it, in cents. Raises: NoPayment."""
    if read.keeps_summaries:
        read.fresh()
        found = read.first(MONEY, Money, source_id=source_id)
    else:
        from core.payments.derived import money_sums

        sums = money_sums(read, source_id)
        found = None if sums is None else Money(*sums)
    if found is None:
        raise NoPayment(source_id)
    return found


PaymentRow = namedtuple(
    "PaymentRow",
    "payment_id kind received_on guarantor_id guarantor method reference note amount_cents refunded_cents"
    " applied_cents unallocated_cents reversed session_id",
)
"""A payment, or goodwill given (`kind` credit, no method)."""

PAYMENTS = """
SELECT m.source_id, m.kind, m.since_on, m.guarantor_id, g.name, coalesce(p.method, ''),
       coalesce(p.reference, k.reason), coalesce(p.note, ''), m.amount_cents, m.refunded_cents,
       m.applied_cents, m.left_cents, m.reversed, coalesce(p.session_id, k.session_id)
FROM money_left AS m LEFT JOIN guarantor AS g ON g.id = m.guarantor_id
LEFT JOIN payment AS p ON p.id = m.source_id LEFT JOIN credit AS k ON k.id = m.source_id
WHERE m.amount_cents > 0
"""
IN_PERIOD = " AND m.since_on >= :from_on AND m.since_on <= :to_on"
OF_GUARANTOR = " AND m.guarantor_id = :guarantor_id"
ONE = " AND m.source_id = :source_id"
UNALLOCATED = " AND m.left_cents <> 0"
NEWEST_FIRST = " ORDER BY m.since_on DESC, m.source_id DESC"
BEFORE = " AND (m.since_on, m.source_id) < (:since_on, :source_id)"
A_PAGE = NEWEST_FIRST + " LIMIT :most"
PAGE = 200
NEWEST = ("9999-99-99", "")


def payment_page(read: "Read", *, before: tuple[str, str] = NEWEST, most: int = PAGE) -> "list[PaymentRow]":
    """So many payments and goodwill credits, newest first, before a day and id."""
    read.fresh()
    since_on, source_id = before
    return read.all(PAYMENTS + BEFORE + A_PAGE, PaymentRow, since_on=since_on, source_id=source_id, most=most)


def payments(
    read: "Read", *, period: "Period | None" = None, guarantor_id: str | None = None, open_only: bool = False
) -> list[PaymentRow]:
    """Payments and goodwill, newest first; `open_only`: those with something left."""
    read.fresh()
    sql, params = PAYMENTS, {}
    if period is not None:
        from core.ledger.unbilled import FIRST_DAY, LAST_DAY

        sql += IN_PERIOD
        params["from_on"] = period.from_on.isoformat() if period.from_on else FIRST_DAY
        params["to_on"] = period.to_on.isoformat() if period.to_on else LAST_DAY
    if guarantor_id is not None:
        sql += OF_GUARANTOR
        params["guarantor_id"] = guarantor_id
    if open_only:
        sql += UNALLOCATED
    return read.all(sql + NEWEST_FIRST, PaymentRow, **params)


def payment(read: "Read", source_id: str) -> PaymentRow:
    """One payment or goodwill credit. Raises: NoPayment."""
    read.fresh()
    found = read.first(PAYMENTS + ONE, PaymentRow, source_id=source_id)
    if found is None:
        raise NoPayment(source_id)
    return found


PutOn = namedtuple("PutOn", "allocation_id invoice_id number client amount_cents effective_on")

PUT_ON = f"""
SELECT t.id, t.invoice_id, t.number, t.client_name, t.cents, t.effective_on
FROM (SELECT a.id, a.invoice_id, i.number, i.client_name, a.effective_on,
             {NET} AS cents
      FROM allocation AS a JOIN invoice_balance AS b ON b.invoice_id = a.invoice_id
      JOIN invoice_issue AS i ON i.id = b.issue_id
      WHERE a.payment_id = :source_id OR a.credit_id = :source_id) AS t
WHERE t.cents > 0 ORDER BY t.effective_on, t.number, t.id
"""  # noqa: S608  composed of the constant above


def put_on(read: "Read", source_id: str) -> list[PutOn]:
    """The invoices that a payment or credit is on now."""
    return read.all(PUT_ON, PutOn, source_id=source_id)


FIND = f"SELECT source_id FROM money_left WHERE {BY_ENDING.format(id='source_id')} LIMIT 2"  # noqa: S608


def find_payment(read: "Read", typed: str) -> str:
    """The id of a payment or credit for what a person types: the id or its last 8 characters.

    Raises: NoPayment.
    """
    read.fresh()
    looked_for = ending(typed)
    found = read.rows(FIND, **looked_for) if looked_for else []
    if len(found) != 1:
        raise NoPayment(typed.strip().lower())
    return str(found[0][0])


CreditBalance = namedtuple("CreditBalance", "guarantor_id guarantor left_cents since_on days")
"""What a guarantor has unapplied; since `since_on` there has always been some of it, `days` is its age."""

CREDITS = """
SELECT m.source_id, m.guarantor_id, g.name, m.left_cents, m.since_on
FROM money_left AS m JOIN guarantor AS g ON g.id = m.guarantor_id
WHERE m.left_cents <> 0 ORDER BY g.name, m.guarantor_id
"""


def credit_balances(read: "Read", today: date) -> list[CreditBalance]:
    """Who has money with the practice, oldest first: states ask that it is given back in time.

    Money ages from the day it was on no invoice, not from the day it came in.
    Source: `domain.md` section 5, rule 10.
    """
    from core.payments.days import left_from

    read.fresh()
    found: dict[str, CreditBalance] = {}
    for source_id, guarantor_id, name, cents, received_on in read.rows(CREDITS):
        since = left_from(read, source_id, 1, received_on)
        known = found.get(guarantor_id)
        if known is not None:
            cents, since = known.left_cents + cents, min(known.since_on, since)
        days = (today - date.fromisoformat(since)).days
        found[guarantor_id] = CreditBalance(guarantor_id, name, cents, since, days)
    return sorted(found.values(), key=lambda one: (one.since_on, one.guarantor, one.guarantor_id))


def payment_status(row: PaymentRow) -> str:
    """The one word a payment shows: reversed, refunded (all of it), unapplied, partly_applied or applied."""
    if row.reversed:
        return "reversed"
    if row.refunded_cents == row.amount_cents:
        return "refunded"
    if row.unallocated_cents > 0:
        return "partly_applied" if row.applied_cents else "unapplied"
    return "applied"
