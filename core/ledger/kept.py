"""Keeps the summaries beside the facts: what is open, what is unapplied, what is unbilled.

`settle` runs at the end of every write, in its transaction, and makes anew what the transaction made
stale. Sums are made by SQL over all stale things at once. Where facts of offices that worked apart
contradict, the guarantor's whole account is worked out instead (`core.ledger.crossed`). `rebuild` makes
everything anew, `differences` compares with the facts.
"""

from collections import namedtuple

from core.ledger.account import FOREVER, account_of, facts_of
from core.ledger.crossed import list_crossed, work_out_crossed
from core.ledger.effective import (
    ADJUSTMENT_COUNTS,
    CREDIT_COUNTS,
    FEE_COUNTS,
    ISSUE_COUNTS,
    NET,
    PAYMENT_COUNTS,
    REFUND_COUNTS,
)
from core.ledger.shares import Share, share_out
from core.ledger.unbilled import CARRIED_BY, COUNTS, IN_FORCE, LIVE_DRAFT_LINE, LIVE_LINE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from core.store import Read, Tx

STALE_KINDS = "SELECT DISTINCT kind FROM stale"

FAILED = "EXISTS (SELECT 1 FROM refund_answer AS ra WHERE ra.request_id = r.id AND ra.outcome = 'failed')"
ANSWERED = "EXISTS (SELECT 1 FROM refund_answer AS ra WHERE ra.request_id = r.id)"

FORGIVEN_KINDS = "('bad_debt', 'small_balance', 'courtesy', 'contractual')"

INVOICES = f"""
INSERT INTO invoice_balance
      (invoice_id, issue_id, guarantor_id, client_id, asked_cents, adjusted_cents,
       forgiven_cents, closed_cents, paid_cents, balance_cents, void, hold, refunding,
       series, series_no, due_on)
SELECT t.invoice_id, t.id, t.guarantor_id, t.client_id, t.asked, t.adjusted,
       t.forgiven, t.closed, t.paid,
       CASE WHEN t.void THEN 0 ELSE t.asked - t.adjusted - t.paid END, t.void, t.hold, t.refunding,
       t.series, t.series_no, t.due_on
FROM (SELECT i.invoice_id, i.id, i.guarantor_id, i.client_id, i.series, i.series_no, i.due_on,
             i.total_cents + coalesce((SELECT sum(f.amount_cents) FROM late_fee AS f
                                       WHERE f.invoice_id = i.invoice_id AND {FEE_COUNTS}), 0) AS asked,
             coalesce((SELECT sum(j.amount_cents) FROM adjustment AS j
                       WHERE j.invoice_id = i.invoice_id AND {ADJUSTMENT_COUNTS}), 0) AS adjusted,
             coalesce((SELECT sum(j.amount_cents) FROM adjustment AS j
                       WHERE j.invoice_id = i.invoice_id AND j.kind IN {FORGIVEN_KINDS}
                         AND {ADJUSTMENT_COUNTS}), 0) AS forgiven,
             coalesce((SELECT sum(j.amount_cents) FROM adjustment AS j
                       WHERE j.invoice_id = i.invoice_id AND j.kind = 'refund_close'
                         AND {ADJUSTMENT_COUNTS}), 0) AS closed,
             coalesce((SELECT sum({NET}) FROM allocation AS a WHERE a.invoice_id = i.invoice_id), 0) AS paid,
             EXISTS (SELECT 1 FROM invoice_void AS v WHERE v.invoice_id = i.invoice_id) AS void,
             coalesce((SELECT min(h.kind) FROM invoice_hold AS h WHERE h.invoice_id = i.invoice_id
                       AND NOT EXISTS (SELECT 1 FROM invoice_hold_end AS e WHERE e.hold_id = h.id)), '')
                 AS hold,
             EXISTS (SELECT 1 FROM refund_request AS r WHERE r.invoice_id = i.invoice_id
                     AND r.channel = 'processor' AND NOT {ANSWERED}) AS refunding
      FROM stale AS s JOIN invoice_issue AS i ON i.invoice_id = s.id
      WHERE s.kind = 'invoice' AND {ISSUE_COUNTS}) AS t
WHERE true
ON CONFLICT (invoice_id) DO UPDATE SET
    issue_id = excluded.issue_id, guarantor_id = excluded.guarantor_id, client_id = excluded.client_id,
    asked_cents = excluded.asked_cents,
    adjusted_cents = excluded.adjusted_cents, forgiven_cents = excluded.forgiven_cents,
    closed_cents = excluded.closed_cents, paid_cents = excluded.paid_cents,
    balance_cents = excluded.balance_cents, void = excluded.void, hold = excluded.hold,
    refunding = excluded.refunding, series = excluded.series, series_no = excluded.series_no,
    due_on = excluded.due_on
"""  # noqa: S608  composed of the constants above

TWINS = {
    kind: f"""
INSERT INTO stale (kind, id)
SELECT '{kind}', o.id FROM stale AS s JOIN {kind} AS m ON m.id = s.id JOIN {kind} AS o ON o.once = m.once
WHERE s.kind = '{kind}' AND o.id <> m.id ON CONFLICT DO NOTHING
"""  # noqa: S608  our own tables
    for kind in ("payment", "credit", "charge")
}
"""Another fact with the same `once` may count now instead."""

OTHER_ISSUES = """
INSERT INTO stale (kind, id)
SELECT DISTINCT 'charge', l.charge_id FROM stale AS s JOIN invoice_issue AS i ON i.invoice_id = s.id
JOIN invoice_issue AS o ON o.invoice_id = i.invoice_id AND o.id <> i.id
JOIN invoice_line AS l ON l.issue_id = o.id
WHERE s.kind = 'invoice' AND l.charge_id NOTNULL ON CONFLICT DO NOTHING
"""
"""Of a draft that two offices issued only one issue carries its charges, and the other may have had more."""


def _money(kind: str, alias: str, since: str, counts: str) -> str:
    return f"""
INSERT INTO money_left
      (source_id, kind, guarantor_id, amount_cents, since_on, refunded_cents, reversed, applied_cents,
       left_cents)
SELECT t.id, '{kind}', t.guarantor_id, t.amount, t.since, t.refunded, t.reversed, t.applied,
       CASE WHEN t.reversed THEN -t.applied ELSE t.amount - t.refunded - t.applied END
FROM (SELECT {alias}.id, {alias}.guarantor_id, {alias}.{since} AS since,
             CASE WHEN {counts} THEN {alias}.amount_cents ELSE 0 END AS amount,
             coalesce((SELECT sum(r.amount_cents) FROM refund_request AS r
                       WHERE r.{kind}_id = {alias}.id AND NOT {FAILED} AND {REFUND_COUNTS}), 0) AS refunded,
             EXISTS (SELECT 1 FROM {kind}_reversal AS w WHERE w.{kind}_id = {alias}.id) AS reversed,
             coalesce((SELECT sum({NET}) FROM allocation AS a WHERE a.{kind}_id = {alias}.id), 0) AS applied
      FROM stale AS s JOIN {kind} AS {alias} ON {alias}.id = s.id
      WHERE s.kind = '{kind}') AS t
WHERE true
ON CONFLICT (source_id) DO UPDATE SET
    guarantor_id = excluded.guarantor_id, amount_cents = excluded.amount_cents,
    since_on = excluded.since_on, refunded_cents = excluded.refunded_cents, reversed = excluded.reversed,
    applied_cents = excluded.applied_cents, left_cents = excluded.left_cents
"""  # noqa: S608  our own names


PAYMENTS = _money("payment", "p", "received_on", PAYMENT_COUNTS)
CREDITS = _money("credit", "k", "given_on", CREDIT_COUNTS)


CHARGES_OF_CLIENTS = """
INSERT INTO stale (kind, id) SELECT 'charge', c.id FROM stale AS s JOIN charge AS c ON c.client_id = s.id
WHERE s.kind = 'client' ON CONFLICT DO NOTHING
"""
FORGET_CHARGES = "DELETE FROM unbilled WHERE charge_id IN (SELECT id FROM stale WHERE kind = 'charge')"

WHOLE = f"""
INSERT INTO unbilled (charge_id, share_id, client_id, guarantor_id, service_on, amount_cents)
SELECT c.id, '', c.client_id, NULL, c.service_on, c.amount_cents
FROM stale AS s JOIN charge AS c ON c.id = s.id
WHERE s.kind = 'charge' AND NOT {CARRIED_BY} AND {COUNTS} AND NOT {IN_FORCE}
"""  # noqa: S608  composed of the constants above
SHARED = f"""
SELECT c.id, c.client_id, c.service_on, c.amount_cents
FROM stale AS s JOIN charge AS c ON c.id = s.id
WHERE s.kind = 'charge' AND {COUNTS} AND {IN_FORCE} ORDER BY c.client_id, c.id
"""  # noqa: S608
SHARES = """
SELECT id, guarantor_id, kind, share_bps, share_cents FROM payer_share
WHERE client_id = :client_id AND effective_from <= :day AND (effective_to IS NULL OR :day <= effective_to)
ORDER BY position, id
"""
SHARES_CARRIED = f"""
SELECT coalesce(l.share_id, '') FROM invoice_line AS l WHERE l.charge_id = :charge_id AND {LIVE_LINE}
UNION SELECT coalesce(l.share_id, '') FROM draft_line AS l
      WHERE l.charge_id = :charge_id AND {LIVE_DRAFT_LINE}
"""  # noqa: S608
ADD_UNBILLED = """
INSERT INTO unbilled (charge_id, share_id, client_id, guarantor_id, service_on, amount_cents)
VALUES (:charge_id, :share_id, :client_id, :guarantor_id, :service_on, :amount_cents)
"""


def settle(tx: "Tx") -> None:
    """Make anew every summary that this transaction has made stale."""
    kinds = {kind for (kind,) in tx.rows(STALE_KINDS)}
    if not kinds:
        return
    for kind in kinds & TWINS.keys():
        tx.execute(TWINS[kind])
    if "invoice" in kinds and tx.execute(OTHER_ISSUES):
        kinds.add("charge")
    if kinds & {"invoice", "payment", "credit"}:
        _settle_money(tx, kinds)
    if kinds & {"charge", "client"}:
        _settle_charges(tx)
    tx.execute("DELETE FROM stale")


def _settle_money(tx: "Tx", kinds: set[str]) -> None:
    for kind, sums in (("invoice", INVOICES), ("payment", PAYMENTS), ("credit", CREDITS)):
        if kind in kinds:
            tx.execute(sums)
            list_crossed(tx, kind)
    work_out_crossed(tx)


def _settle_charges(tx: "Tx") -> None:
    tx.execute(CHARGES_OF_CLIENTS)
    tx.execute(FORGET_CHARGES)
    tx.execute(WHOLE)
    for charge in tx.rows(SHARED):
        for row in _open_shares(tx, *charge):
            tx.execute(ADD_UNBILLED, row._asdict())


OpenShare = namedtuple("OpenShare", "charge_id share_id client_id guarantor_id service_on amount_cents")


def _open_shares(
    read: "Read", charge_id: str, client_id: str, service_on: str, amount_cents: int
) -> list[OpenShare]:
    """The shares of a charge that nothing carries."""
    shares = read.all(SHARES, Share, client_id=client_id, day=service_on)
    carried = {share_id for (share_id,) in read.rows(SHARES_CARRIED, charge_id=charge_id)}
    return [
        OpenShare(charge_id, share.share_id, client_id, share.guarantor_id, service_on, cents)
        for share, cents in zip(shares, share_out(amount_cents, shares), strict=True)
        if cents and not carried & {"", share.share_id}
    ]


LIVE_DRAFTS = """
SELECT d.id FROM draft AS d WHERE NOT EXISTS (SELECT 1 FROM invoice_issue AS i WHERE i.invoice_id = d.id)
"""
EVERYTHING = (
    "DELETE FROM invoice_balance",
    "DELETE FROM money_left",
    "DELETE FROM unbilled",
    "DELETE FROM crossed_account",
    "DELETE FROM live_draft",
    LIVE_DRAFTS.replace("SELECT", "INSERT INTO live_draft (draft_id) SELECT", 1),
    "DELETE FROM stale",
    "INSERT INTO stale (kind, id) SELECT DISTINCT 'invoice', invoice_id FROM invoice_issue",
    "INSERT INTO stale (kind, id) SELECT 'payment', id FROM payment",
    "INSERT INTO stale (kind, id) SELECT 'credit', id FROM credit",
    "INSERT INTO stale (kind, id) SELECT 'charge', id FROM charge",
)


def rebuild(tx: "Tx") -> None:
    """Make every summary anew from the facts."""
    for statement in EVERYTHING:
        tx.execute(statement)
    settle(tx)


Difference = namedtuple("Difference", "what subject_id kept facts")
"""`what` is invoice, money or unbilled; the amounts are cents, None where there is no row."""

GUARANTORS = "SELECT id FROM guarantor ORDER BY id"
KEPT_INVOICES = """
SELECT invoice_id, asked_cents, adjusted_cents, paid_cents, balance_cents FROM invoice_balance
WHERE guarantor_id = :guarantor_id
"""
KEPT_MONEY = """
SELECT source_id, amount_cents, refunded_cents, applied_cents, left_cents FROM money_left
WHERE guarantor_id = :guarantor_id AND amount_cents > 0
"""
KEPT_DRAFTS = "SELECT draft_id FROM live_draft"
KEPT_UNBILLED = "SELECT charge_id, share_id, guarantor_id, amount_cents FROM unbilled"
UNSHARED_FACTS = f"""
SELECT c.id, c.amount_cents FROM charge AS c WHERE NOT {CARRIED_BY} AND {COUNTS} AND NOT {IN_FORCE}
"""  # noqa: S608  composed of the constants above
SHARED_FACTS = f"""
SELECT c.id, c.client_id, c.service_on, c.amount_cents FROM charge AS c WHERE {COUNTS} AND {IN_FORCE}
"""  # noqa: S608


def differences(read: "Read") -> list[Difference]:
    """Where a kept sum is not what the facts come to, account by account; an empty list is right."""
    found = []
    for (guarantor_id,) in read.rows(GUARANTORS):
        account = account_of(facts_of(read, guarantor_id, as_of=FOREVER))
        facts = {
            invoice_id: (one.asked_cents, one.adjusted_cents, one.paid_cents, one.balance_cents)
            for invoice_id, one in account.invoices.items()
        }
        kept = {row[0]: row[1:] for row in read.rows(KEPT_INVOICES, guarantor_id=guarantor_id)}
        found += _compare("invoice", kept, facts)
        money = {
            source_id: (one.source.amount_cents, one.refunded_cents, one.applied_cents, one.left_cents)
            for source_id, one in account.sources.items()
        }
        kept = {row[0]: row[1:] for row in read.rows(KEPT_MONEY, guarantor_id=guarantor_id)}
        found += _compare("money", kept, money)
    drafts = [{row[0]: () for row in read.rows(sql)} for sql in (KEPT_DRAFTS, LIVE_DRAFTS)]
    found += _compare("draft", *drafts)
    return found + _compare("unbilled", dict(_pairs(read.rows(KEPT_UNBILLED))), dict(_pairs(_queue(read))))


def _queue(read: "Read") -> "Iterator[tuple[str, str, str | None, int]]":
    """Everything that nothing carries, asked of the facts."""
    for charge_id, amount_cents in read.rows(UNSHARED_FACTS):
        yield charge_id, "", None, amount_cents
    for charge in read.rows(SHARED_FACTS):
        for row in _open_shares(read, *charge):
            yield row.charge_id, row.share_id, row.guarantor_id, row.amount_cents


def _pairs(rows: "Iterable[tuple[Any, ...]]") -> "Iterator[tuple[str, tuple[int, ...]]]":
    return (
        (f"{charge_id}:{share_id}:{guarantor_id}", (cents,))
        for charge_id, share_id, guarantor_id, cents in rows
    )


def _compare(
    what: str, kept: "Mapping[str, tuple[int, ...]]", facts: "Mapping[str, tuple[int, ...]]"
) -> list[Difference]:
    return [
        Difference(what, subject, kept.get(subject), facts.get(subject))
        for subject in sorted(kept.keys() | facts.keys())
        if kept.get(subject) != facts.get(subject)
    ]
