"""What state an invoice shows (RB7). Only draft, issued and void are recorded; the rest follows.

Overdue starts the day after the due date, in the practice's local days.
"""

STANDINGS = (
    "draft",
    "issued",
    "sent",
    "partly_paid",
    "overdue",
    "paid",
    "written_off",
    "void",
)


def standing(
    *,
    void: bool,
    shared: bool,
    total_cents: int,
    paid_cents: int,
    adjusted_cents: int,
    due_on: str,
    today: str,
) -> str:
    """The one word an issued invoice shows. Days are ISO text; `today` is the practice's."""
    balance = total_cents - paid_cents - adjusted_cents
    if void:
        return "void"
    if balance <= 0:
        return "written_off" if adjusted_cents >= total_cents > 0 else "paid"
    if due_on < today:
        return "overdue"
    if paid_cents > 0:
        return "partly_paid"
    return "sent" if shared else "issued"
