"""One invoice or draft with everything a biller looks up about it."""

import json
from collections import namedtuple
from datetime import date, timedelta

from core.audit import entries
from core.ledger.effective import REFUND_COUNTS
from core.ledger.invoices import duplicate_words, hold_of, invoice, lines
from core.ledger.mail_state import mailed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.store import Read

InvoicePage = namedtuple(
    "InvoicePage",
    "row lines mail notes bill_to made_on due_on history timezone hold moves duplicate links",
    defaults=("", None),
)
"""`row` and `lines` as `invoices` has them; `bill_to` is name and address, a line each; `due_on` is what
a draft would get if it were issued today; `history` are audit entries, newest first; `timezone` is the
practice's; `hold` says why it is not chased, or is None; `moves` is the money that came and went; `duplicate`
says that two offices issued the draft; `links` is for whoever asks `payments.history` too."""

NOTES = """
SELECT coalesce((SELECT notes FROM invoice_issue WHERE invoice_id = :id LIMIT 1),
                (SELECT notes FROM draft WHERE id = :id),
                (SELECT notes FROM invoice_issue WHERE id = :id), '')
"""

FROZEN_BILL_TO = """
SELECT coalesce((SELECT bill_to FROM invoice_issue WHERE invoice_id = :id LIMIT 1),
                (SELECT bill_to FROM invoice_issue WHERE id = :id))
"""

BILL_TO = """
SELECT g.name, g.street, g.street_2, g.city, trim(g.state || ' ' || g.postal_code), g.country
FROM draft AS d JOIN guarantor AS g ON g.id = d.guarantor_id WHERE d.id = :id
"""

DRAFT = "SELECT made_on, due_on, terms_days FROM draft WHERE id = :id"

TIMEZONE = "SELECT timezone FROM practice ORDER BY id LIMIT 1"

HISTORY_SHOWN = 200

Moved = namedtuple(
    "Moved", "fact_id at actor site no kind amount_cents method reference received_on how_back reason"
)
"""Money put on an invoice or taken off it. `kind` is paid (put on when it was received), applied (later),
released, reversed, reopened or closed (refunded, with what became of the balance), asked, done or failed (a
refund through the card processor). `method` is empty for goodwill, whose `reference` is what it was given
for; `how_back` is how a refund was paid."""

MOVES = f"""
SELECT t.id, t.at, coalesce(u.name, t.actor), t.site, t.no, t.kind, t.cents, coalesce(p.method, ''),
       coalesce(p.reference, k.reason, ''), coalesce(p.received_on, k.given_on), t.how_back, t.reason
FROM (
    SELECT a.id, a.at, a.actor, a.site, a.no,
           CASE WHEN EXISTS (SELECT 1 FROM payment AS s
                             WHERE s.id = a.payment_id AND s.at = a.at AND s.site = a.site)
                THEN 'paid' ELSE 'applied' END AS kind,
           a.amount_cents AS cents, a.payment_id, a.credit_id, '' AS how_back, '' AS reason
    FROM allocation AS a WHERE a.invoice_id = :invoice_id
    UNION ALL
    SELECT l.id, l.at, l.actor, l.site, l.no,
           CASE WHEN EXISTS (SELECT 1 FROM payment_reversal AS x
                             WHERE x.payment_id = a.payment_id AND x.at = l.at AND x.site = l.site)
                THEN 'reversed' ELSE 'released' END,
           l.amount_cents, a.payment_id, a.credit_id, '', l.reason
    FROM allocation AS a JOIN allocation_release AS l ON l.allocation_id = a.id
    WHERE a.invoice_id = :invoice_id
      AND NOT EXISTS (SELECT 1 FROM refund_request AS b WHERE b.invoice_id = a.invoice_id AND b.at = l.at
                      AND b.site = l.site AND coalesce(b.payment_id, b.credit_id)
                                              = coalesce(a.payment_id, a.credit_id))
    UNION ALL
    SELECT r.id, r.at, r.actor, r.site, r.no,
           CASE WHEN r.channel = 'processor' THEN 'asked' WHEN r.balance = 'close' THEN 'closed'
                ELSE 'reopened' END,
           r.amount_cents, r.payment_id, r.credit_id, trim(r.method || ' ' || r.reference), r.reason
    FROM refund_request AS r WHERE r.invoice_id = :invoice_id AND {REFUND_COUNTS}
    UNION ALL
    SELECT w.id, w.at, w.actor, w.site, w.no, w.outcome, r.amount_cents, r.payment_id, r.credit_id,
           '', r.reason
    FROM refund_request AS r JOIN refund_answer AS w ON w.request_id = r.id
    WHERE r.invoice_id = :invoice_id) AS t
LEFT JOIN payment AS p ON p.id = t.payment_id LEFT JOIN credit AS k ON k.id = t.credit_id
LEFT JOIN "user" AS u ON u.id = t.actor
ORDER BY t.at DESC, t.site, t.no DESC
"""  # noqa: S608  composed of the constant above


def money_moves(read: "Read", invoice_id: str) -> list[Moved]:
    """Every payment, credit, reversal and refund of an invoice as it was recorded, newest first."""
    return read.all(MOVES, Moved, invoice_id=invoice_id)


def mail_words(read: "Read", invoice_id: str) -> str:
    """What became of the mail, and why it failed or waits."""
    state, why = mailed(read, invoice_id)
    return f"{state}: {why}" if why else str(state)


def invoice_page(read: "Read", invoice_id: str, today: date) -> InvoicePage:
    """The page of an invoice or draft. Raises: NotFound."""
    row = invoice(read, invoice_id, today=today.isoformat())
    frozen = read.value(FROZEN_BILL_TO, id=invoice_id)
    addressee = json.loads(frozen) if frozen is not None else read.rows(BILL_TO, id=invoice_id)[0]
    draft = read.rows(DRAFT, id=invoice_id)
    made_on, due_on = row.issued_on, row.due_on
    if row.number is None:
        made_on, due_on, terms_days = draft[0]
        due_on = due_on or (today + timedelta(days=terms_days)).isoformat()
    return InvoicePage(
        row,
        lines(read, invoice_id),
        mail_words(read, invoice_id),
        read.value(NOTES, id=invoice_id),
        tuple(line for line in addressee if line),
        made_on,
        due_on,
        entries(read, subject_id=invoice_id, most=HISTORY_SHOWN),
        read.value(TIMEZONE),
        hold_of(read, invoice_id),
        money_moves(read, invoice_id),
        duplicate_words(read, invoice_id),
    )
