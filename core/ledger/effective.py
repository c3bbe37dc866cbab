"""Which facts count, as SQL: of several with one `once` only the first in hub order (`decisions.md` 1)."""


def first_of_its_kind(table: str, alias: str) -> str:
    """SQL that holds for the effective fact of a `once`, and for every fact that has none."""
    order = f"(o._q = 0, o._q, o.site, o.no) < ({alias}._q = 0, {alias}._q, {alias}.site, {alias}.no)"
    return (
        f"({alias}.once IS NULL OR NOT EXISTS (SELECT 1 FROM {table} AS o"  # noqa: S608  our own names
        f" WHERE o.once = {alias}.once AND o.id <> {alias}.id AND {order}))"
    )


ISSUE_COUNTS = first_of_its_kind("invoice_issue", "i")
VOID_COUNTS = first_of_its_kind("invoice_void", "v")
FEE_COUNTS = first_of_its_kind("late_fee", "f")
ADJUSTMENT_COUNTS = first_of_its_kind("adjustment", "j")
PAYMENT_COUNTS = first_of_its_kind("payment", "p")
CREDIT_COUNTS = first_of_its_kind("credit", "k")
REFUND_COUNTS = first_of_its_kind("refund_request", "r")


def reversal_counts(kind: str) -> str:
    """The same of a reversal `w` of a payment or credit."""
    return first_of_its_kind(f"{kind}_reversal", "w")


FAILED = """
EXISTS (SELECT 1 FROM refund_answer AS fa WHERE fa.request_id = r.id AND fa.outcome = 'failed'
        AND fa.answered_on <= :as_of)
"""
"""The processor did not carry the refund `r` out, so its money is where it was."""


def first_failure(alias: str) -> str:
    """SQL that holds for the earliest answer that a refund failed; two offices may have heard it."""
    return (
        f"({alias}.outcome = 'failed' AND NOT EXISTS (SELECT 1 FROM refund_answer AS o"  # noqa: S608
        f" WHERE o.request_id = {alias}.request_id AND o.outcome = 'failed'"
        f" AND (o.answered_on, o.id) < ({alias}.answered_on, {alias}.id)))"
    )


NET = (
    "a.amount_cents - coalesce((SELECT sum(l.amount_cents) FROM allocation_release AS l"
    " WHERE l.allocation_id = a.id), 0)"
)
"""What of the allocation `a` was not taken off its invoice again."""


def share_stands(alias: str) -> str:
    """SQL that holds for a share that was not taken back."""
    return f"NOT EXISTS (SELECT 1 FROM share_recall AS sr WHERE sr.share_id = {alias}.id)"  # noqa: S608


SHARE_STANDS = share_stands("s")


def by_hub(alias: str) -> str:
    """SQL that holds at the hub for what the hub itself recorded, in this life or one before, and not one of
    the offices that it knows. At an office it holds for every fact."""
    return f"NOT EXISTS (SELECT 1 FROM sync_peer AS sp WHERE sp.site = {alias}.site)"  # noqa: S608
