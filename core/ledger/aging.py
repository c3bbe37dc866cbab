"""Who owes how much and how long already, as of any day (RC6).

`balance(as of) = what was asked - adjusted - paid`, each by facts that had taken effect by then, so a past
day still shows invoices that were paid since. Unapplied credit stands beside, never inside, the buckets.
The rows come from invoices and payments one by one; `ledger_cents` is added up anew from the ledger's
entries, and the two must be the same to the cent.

Only what is open, and what was touched after the day, is looked at.
"""

import json
from collections import namedtuple
from collections.abc import Iterable, Iterator
from datetime import date

from core.errors import UsageError
from core.ledger.effective import (
    ADJUSTMENT_COUNTS,
    CREDIT_COUNTS,
    FEE_COUNTS,
    ISSUE_COUNTS,
    PAYMENT_COUNTS,
    REFUND_COUNTS,
    VOID_COUNTS,
    reversal_counts,
)
from core.ledger.entries_sum import entries_sum

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.ledger.account import InvoiceSum
    from core.store import Read

BASES = ("due", "invoice")

LAYOUTS: dict[str, tuple[tuple[str, ...], tuple[int, ...]]] = {
    "standard": (("current", "1-30", "31-60", "61-90", "91+"), (0, 30, 60, 90)),
    "simple": (("0-30", "31-60", "61-90", "90+"), (30, 60, 90)),
}
"""Names of the buckets, and the last day of each but the last."""

AgedInvoice = namedtuple(
    "AgedInvoice",
    "invoice_id number guarantor_id client_id client issued_on due_on balance_cents bucket days",
)
"""`days` is how many days the invoice is past its due date, or old, on the day asked for."""

AgingRow = namedtuple("AgingRow", "guarantor_id guarantor cents credit_cents total_cents")
"""`cents` has an amount for each bucket; `total_cents` is their sum less the unapplied credit."""

Aging = namedtuple("Aging", "as_of_on basis layout buckets rows totals ledger_cents invoices")
"""`totals` is a row without a guarantor; its total is `ledger_cents`."""

TOUCHED_INVOICES = """
SELECT invoice_id FROM invoice_issue WHERE issued_on > :as_of
UNION ALL SELECT invoice_id FROM invoice_void WHERE voided_on > :as_of
UNION ALL SELECT invoice_id FROM late_fee WHERE assessed_on > :as_of
UNION ALL SELECT invoice_id FROM adjustment WHERE effective_on > :as_of
UNION ALL SELECT invoice_id FROM allocation WHERE effective_on > :as_of
UNION ALL SELECT a.invoice_id FROM allocation_release AS l CROSS JOIN allocation AS a
          WHERE a.id = l.allocation_id AND l.effective_on > :as_of
"""
TOUCHED_MONEY = """
SELECT id FROM payment WHERE received_on > :as_of
UNION ALL SELECT id FROM credit WHERE given_on > :as_of
UNION ALL SELECT payment_id FROM payment_reversal WHERE reversed_on > :as_of
UNION ALL SELECT credit_id FROM credit_reversal WHERE reversed_on > :as_of
UNION ALL SELECT coalesce(payment_id, credit_id) FROM refund_request WHERE refunded_on > :as_of
UNION ALL SELECT coalesce(r.payment_id, r.credit_id) FROM refund_answer AS ra CROSS JOIN refund_request AS r
          WHERE r.id = ra.request_id AND ra.answered_on > :as_of
UNION ALL SELECT coalesce(payment_id, credit_id) FROM allocation WHERE effective_on > :as_of
UNION ALL SELECT coalesce(a.payment_id, a.credit_id) FROM allocation_release AS l CROSS JOIN allocation AS a
          WHERE a.id = l.allocation_id AND l.effective_on > :as_of
"""
"""What had something happen after a day; it is found by the day, and may come more than once."""

NET = """
a.amount_cents - coalesce((SELECT sum(l.amount_cents) FROM allocation_release AS l
                           WHERE l.allocation_id = a.id AND l.effective_on <= :as_of), 0)
"""
NOT_CROSSED = "NOT EXISTS (SELECT 1 FROM crossed_account AS x WHERE x.guarantor_id = {}.guarantor_id)"

OPEN_NOW = f"""
SELECT b.invoice_id, i.number, b.guarantor_id, b.client_id, i.client_name, i.issued_on, i.due_on,
       b.balance_cents
FROM invoice_balance AS b CROSS JOIN invoice_issue AS i
WHERE i.id = b.issue_id AND b.balance_cents <> 0 AND {NOT_CROSSED.format("b")}
ORDER BY i.due_on, i.number
"""  # noqa: S608  composed of the constants above
OPEN_THEN = f"""
SELECT t.* FROM (
    SELECT i.invoice_id, i.number, i.guarantor_id, i.client_id, i.client_name, i.issued_on, i.due_on,
           i.total_cents
           + coalesce((SELECT sum(f.amount_cents) FROM late_fee AS f
                       WHERE f.invoice_id = i.invoice_id AND f.assessed_on <= :as_of AND {FEE_COUNTS}), 0)
           - coalesce((SELECT sum(j.amount_cents) FROM adjustment AS j
                       WHERE j.invoice_id = i.invoice_id AND j.effective_on <= :as_of
                         AND {ADJUSTMENT_COUNTS}), 0)
           - coalesce((SELECT sum({NET}) FROM allocation AS a
                       WHERE a.invoice_id = i.invoice_id AND a.effective_on <= :as_of), 0) AS balance_cents
    FROM json_each(:touched) AS h CROSS JOIN invoice_issue AS i
    WHERE i.invoice_id = h.value AND i.issued_on <= :as_of AND {ISSUE_COUNTS} AND {NOT_CROSSED.format("i")}
      AND NOT EXISTS (SELECT 1 FROM invoice_void AS v
                      WHERE v.invoice_id = i.invoice_id AND v.voided_on <= :as_of AND {VOID_COUNTS})) AS t
WHERE t.balance_cents <> 0
"""  # noqa: S608


def _left_then(kind: str, alias: str, day: str, counts: str) -> str:
    """SQL for what payments or credits that were touched after the day had left on it."""
    return f"""
SELECT {alias}.guarantor_id,
       {alias}.amount_cents
       - coalesce((SELECT sum(r.amount_cents) FROM refund_request AS r
                   WHERE r.{kind}_id = {alias}.id AND r.refunded_on <= :as_of AND {REFUND_COUNTS}
                     AND NOT EXISTS (SELECT 1 FROM refund_answer AS ra
                                     WHERE ra.request_id = r.id AND ra.outcome = 'failed'
                                       AND ra.answered_on <= :as_of)), 0)
       - coalesce((SELECT sum({NET}) FROM allocation AS a
                   WHERE a.{kind}_id = {alias}.id AND a.effective_on <= :as_of), 0)
FROM json_each(:touched) AS h CROSS JOIN {kind} AS {alias}
WHERE {alias}.id = h.value AND {alias}.{day} <= :as_of AND {counts} AND {NOT_CROSSED.format(alias)}
  AND NOT EXISTS (SELECT 1 FROM {kind}_reversal AS w
                  WHERE w.{kind}_id = {alias}.id AND w.reversed_on <= :as_of AND {reversal_counts(kind)})
"""  # noqa: S608  our own names


LEFT_NOW = f"""
SELECT m.source_id, m.guarantor_id, m.left_cents
FROM money_left AS m WHERE m.left_cents <> 0 AND {NOT_CROSSED.format("m")}
"""  # noqa: S608
LEFT_THEN = (
    _left_then("payment", "p", "received_on", PAYMENT_COUNTS),
    _left_then("credit", "k", "given_on", CREDIT_COUNTS),
)
CROSSED = "SELECT guarantor_id FROM crossed_account ORDER BY guarantor_id"
NAMES = "SELECT name FROM guarantor WHERE id = :guarantor_id"
CLIENT_NAME = (
    "SELECT client_name FROM invoice_issue WHERE invoice_id = :invoice_id ORDER BY _q = 0, _q LIMIT 1"
)

GUARANTORS_OF = """
SELECT DISTINCT i.guarantor_id FROM json_each(:invoices) AS h CROSS JOIN invoice_issue AS i
WHERE i.invoice_id = h.value
UNION SELECT DISTINCT p.guarantor_id FROM json_each(:money) AS h CROSS JOIN payment AS p WHERE p.id = h.value
UNION SELECT DISTINCT k.guarantor_id FROM json_each(:money) AS h CROSS JOIN credit AS k WHERE k.id = h.value
"""
ENTRIES_SUM = entries_sum(
    "i.guarantor_id = :guarantor_id",
    "p.guarantor_id = :guarantor_id",
    "k.guarantor_id = :guarantor_id",
    "(r.payment_id IN (SELECT id FROM payment WHERE guarantor_id = :guarantor_id)"
    " OR r.credit_id IN (SELECT id FROM credit WHERE guarantor_id = :guarantor_id))",
)
"""What a guarantor's entries come to up to a day; it asks nothing of allocations or summaries."""


class UnknownLayout(UsageError):
    code = "unknown_layout"

    def __init__(self, what: str, typed: str, known: tuple[str, ...]) -> None:
        from core.text import plain

        super().__init__(f'"{plain(typed)[:40]}" is no {what} of this report. One of: {", ".join(known)}.')


def aging(read: "Read", as_of: date, *, basis: str = "due", layout: str = "standard") -> Aging:
    """What is owed by guarantor and age on a day; `basis` is due or invoice date.

    Raises: UnknownLayout.
    """
    if basis not in BASES:
        raise UnknownLayout("basis", basis, BASES)
    if layout not in LAYOUTS:
        raise UnknownLayout("layout", layout, tuple(LAYOUTS))
    read.fresh()
    names, ends = LAYOUTS[layout]
    then = _then(read, as_of)
    invoices: list[AgedInvoice] = []
    credits: dict[str, int] = {}
    for row in (*_open_invoices(read, then), *_crossed_invoices(read, then)):
        one = AgedInvoice._make((*row, 0, 0))
        days = (as_of - date.fromisoformat(one.due_on if basis == "due" else one.issued_on)).days
        invoices.append(one._replace(bucket=sum(days > end for end in ends), days=days))
    invoices.sort(key=lambda one: (one.due_on, one.number))
    for guarantor_id, cents in (*_unapplied(read, then), *_crossed_credits(then)):
        credits[guarantor_id] = credits.get(guarantor_id, 0) + cents
    rows = _rows(read, invoices, credits, len(names))
    totals = AgingRow(
        "", "", tuple(sum(row.cents[place] for row in rows) for place in range(len(names))),
        sum(row.credit_cents for row in rows), sum(row.total_cents for row in rows),
    )  # fmt: skip
    ledger = _ledger_cents(read, then, {row.guarantor_id for row in rows})
    return Aging(as_of, basis, layout, names, rows, totals, ledger, invoices)


_Then = namedtuple("_Then", "day invoices money accounts")
"""A day as text, the ids of invoices and of money that had something happen after it, and the accounts, as
they were on it, of guarantors whose facts contradict."""


def aged(owed: Iterable["InvoiceSum"], as_of: date, layout: str = "standard") -> tuple[tuple[str, int], ...]:
    """The names of the buckets with what of these invoices is in each, by due date, as `aging` has them."""
    names, ends = LAYOUTS[layout]
    cents = [0] * len(names)
    for one in owed:
        days = (as_of - date.fromisoformat(one.issue.due_on)).days
        cents[sum(days > end for end in ends)] += one.balance_cents
    return tuple(zip(names, cents, strict=True))


def _then(read: "Read", as_of: date) -> _Then:
    """What every part of the report must know of its day, asked once."""
    day = as_of.isoformat()
    accounts = {}
    crossed = read.rows(CROSSED)
    if crossed:
        from core.ledger.account import account_of, facts_of

        accounts = {one: account_of(facts_of(read, one, as_of=day)) for (one,) in crossed}
    invoices, money = (
        sorted({touched for (touched,) in read.rows(sql, as_of=day)})
        for sql in (TOUCHED_INVOICES, TOUCHED_MONEY)
    )
    return _Then(day, invoices, money, accounts)


def _open_invoices(read: "Read", then: _Then) -> Iterator[tuple[object, ...]]:
    """What is open now and was not touched since, and what was, as it was then."""
    since = set(then.invoices)
    yield from (row for row in read.rows(OPEN_NOW) if row[0] not in since)
    if since:
        yield from read.rows(OPEN_THEN, as_of=then.day, touched=json.dumps(then.invoices))


def _unapplied(read: "Read", then: _Then) -> Iterator[tuple[str, int]]:
    since = set(then.money)
    for source_id, guarantor_id, cents in read.rows(LEFT_NOW):
        if source_id not in since:
            yield guarantor_id, cents
    for left in LEFT_THEN if since else ():
        yield from read.rows(left, as_of=then.day, touched=json.dumps(then.money))


def _rows(read: "Read", invoices: list[AgedInvoice], credits: dict[str, int], buckets: int) -> list[AgingRow]:
    cents: dict[str, list[int]] = {guarantor_id: [0] * buckets for guarantor_id in credits}
    for one in invoices:
        cents.setdefault(one.guarantor_id, [0] * buckets)[one.bucket] += one.balance_cents
    rows = [
        AgingRow(
            guarantor_id, read.value(NAMES, guarantor_id=guarantor_id) or "", tuple(owed),
            credits.get(guarantor_id, 0), sum(owed) - credits.get(guarantor_id, 0),
        )
        for guarantor_id, owed in cents.items()
        if any(owed) or credits.get(guarantor_id, 0)
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row.guarantor.casefold(), row.guarantor_id))


def _crossed_invoices(read: "Read", then: _Then) -> Iterator[tuple[object, ...]]:
    for guarantor_id, account in then.accounts.items():
        for one in account.invoices.values():
            if one.balance_cents:
                issue = one.issue
                client = read.value(CLIENT_NAME, invoice_id=issue.invoice_id)
                yield (
                    issue.invoice_id, issue.number, guarantor_id, issue.client_id, client, issue.on,
                    issue.due_on, one.balance_cents,
                )  # fmt: skip


def _crossed_credits(then: _Then) -> Iterator[tuple[str, int]]:
    return ((guarantor_id, account.credit_cents) for guarantor_id, account in then.accounts.items())


def ledger_cents(read: "Read", as_of: date) -> int:
    """What the entries of the whole practice's ledger come to up to a day.

    Entries are added up of every guarantor who has something open, or had something happen after the day;
    all others have come to nothing.
    """
    read.fresh()
    return _ledger_cents(read, _then(read, as_of), set())


def _ledger_cents(read: "Read", then: _Then, known: set[str]) -> int:
    here = known | {guarantor_id for (guarantor_id,) in read.rows(WITH_SOMETHING)}
    touched = {"invoices": json.dumps(then.invoices), "money": json.dumps(then.money)}
    here |= {guarantor_id for (guarantor_id,) in read.rows(GUARANTORS_OF, **touched)}
    whole: int = sum(
        read.value(ENTRIES_SUM, guarantor_id=one, as_of=then.day) for one in here - then.accounts.keys()
    )
    crossed: int = sum(account.balance_cents for account in then.accounts.values())
    return whole + crossed


WITH_SOMETHING = """
SELECT DISTINCT guarantor_id FROM invoice_balance WHERE balance_cents <> 0
UNION SELECT DISTINCT guarantor_id FROM money_left WHERE left_cents <> 0
"""
