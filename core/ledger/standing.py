"""What state an invoice shows (RB7). Only draft, issued and void are recorded; the rest follows.

Overdue starts the day after the due date, in the practice's local days.
"""

from core.ledger.effective import SHARE_STANDS

SHARED = f"EXISTS (SELECT 1 FROM invoice_share AS s WHERE s.invoice_id = b.invoice_id AND {SHARE_STANDS})"  # noqa: S608
"""The invoice can be seen by whom it is for."""

OPEN = "invoice_balance AS b INDEXED BY ix_invoice_balance_owed"
"""What is open, with `b.balance_cents <> 0` beside it. That index holds all that sums of it need; left to
itself the database takes another and looks up every row."""
OVERDUE = (
    "b.balance_cents > 0 AND b.due_on < :today AND NOT b.void AND NOT b.refunding AND b.hold <> 'disputed'"
)
"""Whether an invoice is overdue, of what that index holds; a test compares it with `standing`."""

STANDINGS = (
    "draft",
    "issued",
    "sent",
    "partly_paid",
    "overdue",
    "disputed",
    "processing",
    "paid",
    "refunded",
    "written_off",
    "void",
)


def standing(
    *,
    void: bool,
    shared: bool,
    asked_cents: int,
    paid_cents: int,
    balance_cents: int,
    forgiven_cents: int,
    closed_cents: int,
    hold: str,
    refunding: bool,
    due_on: str,
    today: str,
) -> str:
    """The one word an issued invoice shows. Days are ISO text; `today` is the practice's.

    *asked* is the frozen total and late fees; *forgiven* is what was written off, *closed* what was forgiven
    together with a refund. A disputed invoice is not overdue: it is not to be chased.
    """
    if void:
        return "void"
    if refunding:
        return "processing"
    if balance_cents <= 0:
        if asked_cents > 0 and paid_cents <= 0:
            if closed_cents > 0:
                return "refunded"
            if forgiven_cents > 0:
                return "written_off"
        return "paid"
    if hold == "disputed":
        return "disputed"
    if due_on < today:
        return "overdue"
    if paid_cents > 0:
        return "partly_paid"
    return "sent" if shared else "issued"


STANDING = f"""
CASE WHEN b.void THEN 'void'
     WHEN b.refunding THEN 'processing'
     WHEN b.balance_cents <= 0 THEN
         CASE WHEN b.asked_cents > 0 AND b.paid_cents <= 0 AND b.closed_cents > 0 THEN 'refunded'
              WHEN b.asked_cents > 0 AND b.paid_cents <= 0 AND b.forgiven_cents > 0 THEN 'written_off'
              ELSE 'paid' END
     WHEN b.hold = 'disputed' THEN 'disputed'
     WHEN b.due_on < :today THEN 'overdue'
     WHEN b.paid_cents > 0 THEN 'partly_paid'
     WHEN {SHARED} THEN 'sent'
     ELSE 'issued' END
"""
"""The same word as SQL, of the kept sums `b` of an invoice; a test compares the two."""
