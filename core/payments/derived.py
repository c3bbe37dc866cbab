"""What is open and what is left, added up from the facts: for a hub in PostgreSQL, which keeps no summaries.

Each answers what the summary beside it would (`core.payments.queries`), one account at a time. The account is
worked out anew for each question: whoever pays by card asks about one.
"""

from collections import namedtuple
from operator import attrgetter

from core.ledger.account import Account, account_of, facts_of
from core.ledger.effective import ADJUSTMENT_COUNTS, ISSUE_COUNTS
from core.ledger.kept import ANSWERED, FORGIVEN_KINDS
from core.store import Read

ISSUED = f"""
SELECT i.guarantor_id, i.client_id, i.client_name,
       coalesce((SELECT sum(j.amount_cents) FROM adjustment AS j
                 WHERE j.invoice_id = i.invoice_id AND j.kind IN {FORGIVEN_KINDS}
                   AND {ADJUSTMENT_COUNTS}), 0),
       CASE WHEN EXISTS (SELECT 1 FROM refund_request AS r WHERE r.invoice_id = i.invoice_id
                         AND r.channel = 'processor' AND NOT {ANSWERED}) THEN 1 ELSE 0 END
FROM invoice_issue AS i WHERE i.invoice_id = :invoice_id AND {ISSUE_COUNTS}
"""  # noqa: S608  composed of the constants above


def _account(read: Read, guarantor_id: str) -> Account:
    return account_of(facts_of(read, guarantor_id))


def invoice_sums(read: Read, invoice_id: str) -> tuple[object, ...] | None:
    """An invoice as `InvoiceState` has it; None where it was never issued."""
    found = read.rows(ISSUED, invoice_id=invoice_id)
    if not found:
        return None
    guarantor_id, client_id, _, forgiven_cents, refunding = found[0]
    one = _account(read, guarantor_id).invoices[invoice_id]
    return (
        invoice_id, one.issue.number, guarantor_id, client_id, one.issue.on, one.issue.due_on,
        one.asked_cents, one.adjusted_cents, one.paid_cents, one.balance_cents, int(one.void is not None),
        refunding, forgiven_cents,
    )  # fmt: skip


Open = namedtuple("Open", "invoice_id number client due_on balance_cents")

NAMES = f"""
SELECT i.invoice_id, i.client_name FROM invoice_issue AS i
WHERE i.guarantor_id = :guarantor_id AND {ISSUE_COUNTS}
"""  # noqa: S608
DISPUTED = """
SELECT h.invoice_id FROM invoice_hold AS h JOIN invoice_issue AS i ON i.invoice_id = h.invoice_id
WHERE i.guarantor_id = :guarantor_id
  AND NOT EXISTS (SELECT 1 FROM invoice_hold_end AS e WHERE e.hold_id = h.id)
GROUP BY h.invoice_id HAVING min(h.kind) = 'disputed'
"""


def open_sums(read: Read, guarantor_id: str, *, disputed: bool) -> list[Open]:
    """A guarantor's open invoices, oldest due first, as `open_invoices` lists them."""
    names = dict(read.rows(NAMES, guarantor_id=guarantor_id))
    held = set() if disputed else {one for (one,) in read.rows(DISPUTED, guarantor_id=guarantor_id)}
    found = [
        Open(invoice_id, one.issue.number, names[invoice_id], one.issue.due_on, one.balance_cents)
        for invoice_id, one in _account(read, guarantor_id).invoices.items()
        if one.balance_cents > 0 and invoice_id not in held
    ]
    return sorted(found, key=attrgetter("due_on", "number"))


Left = namedtuple("Left", "kind source_id left_cents since_on session_id")

SESSIONS = """
SELECT p.id, p.session_id FROM payment AS p WHERE p.guarantor_id = :guarantor_id
UNION ALL SELECT k.id, k.session_id FROM credit AS k WHERE k.guarantor_id = :guarantor_id
"""


def left_sums(read: Read, guarantor_id: str) -> list[Left]:
    """What a guarantor has on no invoice, oldest first; with the appointment that it was paid for."""
    sessions = dict(read.rows(SESSIONS, guarantor_id=guarantor_id))
    found = [
        Left(one.source.kind, source_id, one.left_cents, one.source.on, sessions[source_id])
        for source_id, one in _account(read, guarantor_id).sources.items()
        if one.left_cents > 0
    ]
    return sorted(found, key=attrgetter("since_on", "source_id"))


SOURCE = """
SELECT 'payment', p.guarantor_id, p.amount_cents, p.received_on,
       CASE WHEN EXISTS (SELECT 1 FROM payment_reversal AS w WHERE w.payment_id = p.id) THEN 1 ELSE 0 END
FROM payment AS p WHERE p.id = :source_id
UNION ALL
SELECT 'credit', k.guarantor_id, k.amount_cents, k.given_on,
       CASE WHEN EXISTS (SELECT 1 FROM credit_reversal AS w WHERE w.credit_id = k.id) THEN 1 ELSE 0 END
FROM credit AS k WHERE k.id = :source_id
"""


def money_sums(read: Read, source_id: str) -> tuple[object, ...] | None:
    """A payment or goodwill credit as `Money` has it; one that another with its `once` stands for is 0 cents.
    None where there is none."""
    found = read.rows(SOURCE, source_id=source_id)
    if not found:
        return None
    kind, guarantor_id, cents, since_on, reversed_ = found[0]
    one = _account(read, guarantor_id).sources.get(source_id)
    if one is None:
        return source_id, kind, guarantor_id, 0, since_on, 0, reversed_, 0, 0
    return (
        source_id, kind, guarantor_id, cents, since_on, one.refunded_cents, reversed_, one.applied_cents,
        one.left_cents,
    )  # fmt: skip
