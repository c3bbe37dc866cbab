"""Accounts whose facts contradict, because two offices that worked apart wrote them.

An invoice that on some day has more on it than it asks for, a payment spent twice, an allocation taken off
more than it was: what such facts come to depends on all of the account, so `account_of` works it out and
the summaries take its amounts. Such accounts are listed in `crossed_account`.
"""

from core.ledger.account import account_of, facts_of
from core.ledger.effective import (
    ADJUSTMENT_COUNTS,
    FEE_COUNTS,
    ISSUE_COUNTS,
    NET,
    REFUND_COUNTS,
    VOID_COUNTS,
    first_failure,
    reversal_counts,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.store import Tx

CROSSED_INVOICES = f"""
INSERT INTO crossed_account (guarantor_id)
SELECT DISTINCT b.guarantor_id
FROM (SELECT m.invoice_id, m.on_day,
             sum(sum(m.room)) OVER (PARTITION BY m.invoice_id ORDER BY m.on_day) AS room,
             sum(sum(m.paid)) OVER (PARTITION BY m.invoice_id ORDER BY m.on_day) AS paid
      FROM (SELECT i.invoice_id, i.issued_on AS on_day, i.total_cents AS room, 0 AS paid
            FROM stale AS s JOIN invoice_issue AS i ON i.invoice_id = s.id
            WHERE s.kind = 'invoice' AND {ISSUE_COUNTS}
              AND (EXISTS (SELECT 1 FROM allocation AS a WHERE a.invoice_id = i.invoice_id)
                   OR EXISTS (SELECT 1 FROM adjustment AS j WHERE j.invoice_id = i.invoice_id))
            UNION ALL
            SELECT f.invoice_id, f.assessed_on, f.amount_cents, 0 FROM stale AS s
            JOIN late_fee AS f ON f.invoice_id = s.id WHERE s.kind = 'invoice' AND {FEE_COUNTS}
            UNION ALL
            SELECT j.invoice_id, j.effective_on, -j.amount_cents, 0 FROM stale AS s
            JOIN adjustment AS j ON j.invoice_id = s.id WHERE s.kind = 'invoice' AND {ADJUSTMENT_COUNTS}
            UNION ALL
            SELECT a.invoice_id, a.effective_on, 0, a.amount_cents FROM stale AS s
            JOIN allocation AS a ON a.invoice_id = s.id WHERE s.kind = 'invoice'
            UNION ALL
            SELECT a.invoice_id, l.effective_on, 0, -l.amount_cents FROM stale AS s
            JOIN allocation AS a ON a.invoice_id = s.id
            JOIN allocation_release AS l ON l.allocation_id = a.id WHERE s.kind = 'invoice'
            UNION ALL
            SELECT v.invoice_id, v.voided_on, 0, 0 FROM stale AS s
            JOIN invoice_void AS v ON v.invoice_id = s.id WHERE s.kind = 'invoice') AS m
      GROUP BY m.invoice_id, m.on_day) AS t
JOIN invoice_balance AS b ON b.invoice_id = t.invoice_id
WHERE t.paid < 0 OR t.paid > t.room OR t.room > b.asked_cents
   OR (t.paid <> 0 AND EXISTS (SELECT 1 FROM invoice_void AS v
                               WHERE v.invoice_id = t.invoice_id AND v.voided_on <= t.on_day
                                 AND {VOID_COUNTS}))
ON CONFLICT DO NOTHING
"""  # noqa: S608  composed of the constants above
"""Accounts with an invoice that on some day has more on it than it asks for, or anything when it is void."""


def _crossed_money(kind: str, table_day: str) -> str:
    return f"""
INSERT INTO crossed_account (guarantor_id)
SELECT DISTINCT b.guarantor_id
FROM (SELECT m.id, m.on_day, sum(sum(m.held)) OVER (PARTITION BY m.id ORDER BY m.on_day) AS held,
             sum(sum(m.used)) OVER (PARTITION BY m.id ORDER BY m.on_day) AS used
      FROM (SELECT p.id, p.{table_day} AS on_day, p.amount_cents AS held, 0 AS used
            FROM stale AS s JOIN {kind} AS p ON p.id = s.id WHERE s.kind = '{kind}'
            UNION ALL
            SELECT r.{kind}_id, r.refunded_on, -r.amount_cents, 0 FROM stale AS s
            JOIN refund_request AS r ON r.{kind}_id = s.id WHERE s.kind = '{kind}' AND {REFUND_COUNTS}
            UNION ALL
            SELECT r.{kind}_id, ra.answered_on, r.amount_cents, 0 FROM stale AS s
            JOIN refund_request AS r ON r.{kind}_id = s.id JOIN refund_answer AS ra ON ra.request_id = r.id
            WHERE s.kind = '{kind}' AND {first_failure("ra")} AND {REFUND_COUNTS}
            UNION ALL
            SELECT a.{kind}_id, a.effective_on, 0, a.amount_cents FROM stale AS s
            JOIN allocation AS a ON a.{kind}_id = s.id WHERE s.kind = '{kind}'
            UNION ALL
            SELECT a.{kind}_id, l.effective_on, 0, -l.amount_cents FROM stale AS s
            JOIN allocation AS a ON a.{kind}_id = s.id
            JOIN allocation_release AS l ON l.allocation_id = a.id WHERE s.kind = '{kind}'
            UNION ALL
            SELECT w.{kind}_id, w.reversed_on, 0, 0 FROM stale AS s
            JOIN {kind}_reversal AS w ON w.{kind}_id = s.id WHERE s.kind = '{kind}') AS m
      GROUP BY m.id, m.on_day) AS t
JOIN money_left AS b ON b.source_id = t.id
WHERE t.used < 0 OR t.used > t.held OR b.left_cents < 0
   OR ((t.used <> 0 OR t.held <> b.amount_cents)
       AND EXISTS (SELECT 1 FROM {kind}_reversal AS w
                   WHERE w.{kind}_id = t.id AND w.reversed_on <= t.on_day AND {reversal_counts(kind)}))
ON CONFLICT DO NOTHING
"""  # noqa: S608  our own names


CROSSED_PAYMENTS = _crossed_money("payment", "received_on")

CROSSED_CREDITS = _crossed_money("credit", "given_on")

CROSSED_PARTS = f"""
INSERT INTO crossed_account (guarantor_id)
SELECT DISTINCT b.guarantor_id FROM stale AS s JOIN invoice_balance AS b ON b.invoice_id = s.id
WHERE s.kind = 'invoice' AND (
    EXISTS (SELECT 1 FROM allocation AS a WHERE a.invoice_id = s.id AND {NET} < 0)
    OR EXISTS (SELECT 1 FROM adjustment AS w WHERE w.invoice_id = s.id AND w.reverses_id IS NULL
               AND EXISTS (SELECT 1 FROM adjustment AS j WHERE j.reverses_id = w.id)
               AND w.amount_cents + (SELECT sum(j.amount_cents) FROM adjustment AS j
                                     WHERE j.reverses_id = w.id AND {ADJUSTMENT_COUNTS}) < 0))
ON CONFLICT DO NOTHING
"""  # noqa: S608  composed of the constants above
"""Accounts with an allocation taken off, or an adjustment reversed, more than it was: by two offices."""

CROSSED_ORDER = """
INSERT INTO crossed_account (guarantor_id)
SELECT DISTINCT b.guarantor_id
FROM stale AS s JOIN invoice_balance AS b ON b.invoice_id = s.id JOIN invoice_issue AS i ON i.id = b.issue_id
WHERE s.kind = 'invoice'
  AND i.total_cents < (SELECT sum(j.amount_cents) FROM adjustment AS j
                       WHERE j.invoice_id = s.id AND j.amount_cents > 0)
  AND 1 < (SELECT count(DISTINCT j.site) FROM adjustment AS j WHERE j.invoice_id = s.id)
ON CONFLICT DO NOTHING
"""
"""Accounts with an invoice that two offices took more off than it asked for: what each adjustment comes to
depends on their order, even where a reversal made room again the same day."""

CROSSED_HERE = """
SELECT c.guarantor_id FROM crossed_account AS c
WHERE EXISTS (SELECT 1 FROM stale AS s JOIN invoice_balance AS b ON b.invoice_id = s.id
              WHERE s.kind = 'invoice' AND b.guarantor_id = c.guarantor_id)
   OR EXISTS (SELECT 1 FROM stale AS s JOIN money_left AS m ON m.source_id = s.id
              WHERE s.kind IN ('payment', 'credit') AND m.guarantor_id = c.guarantor_id)
ORDER BY c.guarantor_id
"""

SET_INVOICE = """
UPDATE invoice_balance SET asked_cents = :asked, adjusted_cents = :adjusted, paid_cents = :paid,
       balance_cents = :balance WHERE invoice_id = :invoice_id
"""

SET_MONEY = """
UPDATE money_left SET refunded_cents = :refunded, applied_cents = :applied, left_cents = :left
WHERE source_id = :source_id
"""


CROSSINGS = {
    "invoice": (CROSSED_INVOICES, CROSSED_PARTS, CROSSED_ORDER),
    "payment": (CROSSED_PAYMENTS,),
    "credit": (CROSSED_CREDITS,),
}
"""What lists the accounts that a stale thing of each kind has crossed."""


def list_crossed(tx: "Tx", kind: str) -> None:
    """List the accounts that contradict by what is stale of this kind."""
    for crossing in CROSSINGS[kind]:
        tx.execute(crossing)


def work_out_crossed(tx: "Tx") -> None:
    """Put what the facts really come to into the summaries of every listed account that is stale."""
    for (guarantor_id,) in tx.rows(CROSSED_HERE):
        _work_out(tx, guarantor_id)


def _work_out(tx: "Tx", guarantor_id: str) -> None:
    """The effective amounts of an account whose facts contradict."""
    account = account_of(facts_of(tx, guarantor_id))
    for invoice_id, one in account.invoices.items():
        tx.execute(
            SET_INVOICE,
            {
                "asked": one.asked_cents,
                "adjusted": one.adjusted_cents,
                "paid": one.paid_cents,
                "balance": one.balance_cents,
                "invoice_id": invoice_id,
            },
        )
    for source_id, source in account.sources.items():
        tx.execute(
            SET_MONEY,
            {
                "refunded": source.refunded_cents,
                "applied": source.applied_cents,
                "left": source.left_cents,
                "source_id": source_id,
            },
        )
