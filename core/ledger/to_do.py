"""What waits for the biller: counts and sums, each a question with a list behind it."""

from collections import namedtuple
from datetime import date

from core.dates import ALL_TIME, previous_month
from core.ledger.invoices import DRAFT_CENTS, LIVE_DRAFTED
from core.ledger.standing import OPEN, OVERDUE, SHARED
from core.ledger.unbilled import UnbilledClient, unbilled_by_client

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.store import Read

ToDo = namedtuple("ToDo", "name text count amount_cents")
"""`name` says which list answers it: unbilled_month, unbilled, draft, issued, overdue, credit."""

UNAPPLIED = """
SELECT count(DISTINCT guarantor_id), coalesce(sum(left_cents), 0) FROM money_left WHERE left_cents <> 0
"""

LATE = f"""
SELECT count(*), coalesce(sum(b.balance_cents), 0) FROM {OPEN} WHERE b.balance_cents <> 0 AND {OVERDUE}
"""  # noqa: S608  composed of constants
NOT_SENT = f"""
SELECT count(*), coalesce(sum(b.balance_cents), 0) FROM {OPEN}
WHERE b.balance_cents > 0 AND b.balance_cents <> 0 AND b.due_on >= :today AND b.hold <> 'disputed'
  AND NOT b.void AND NOT b.refunding AND NOT {SHARED}
  AND (SELECT p.paid_cents FROM invoice_balance AS p WHERE p.invoice_id = b.invoice_id) <= 0
"""  # noqa: S608
"""As `standing` says *issued*, of what the index holds first."""
TO_SEND = f"SELECT count(*), coalesce(sum({DRAFT_CENTS}), 0) FROM {LIVE_DRAFTED}"  # noqa: S608


def to_do(read: "Read", today: date) -> list[ToDo]:
    """Everything that is not nothing, most pressing first."""
    month = previous_month(today)
    last = unbilled_by_client(read, month, today)
    everything = unbilled_by_client(read, ALL_TIME, today)
    items = [
        _unbilled("unbilled_month", f"Clients unbilled for {month.from_on:%B %Y}", last),
        _unbilled("unbilled", "Clients unbilled in all", everything),
    ]
    on = today.isoformat()
    items.append(ToDo("draft", "Drafts to send", *read.rows(TO_SEND)[0]))
    items.append(ToDo("issued", "Issued and not sent", *read.rows(NOT_SENT, today=on)[0]))
    items.append(ToDo("overdue", "Invoices overdue", *read.rows(LATE, today=on)[0]))
    accounts, cents = read.rows(UNAPPLIED)[0]
    items.append(ToDo("credit", "Accounts with unapplied credit", accounts, cents))
    return [item for item in items if item.count]


def _unbilled(name: str, text: str, rows: list[UnbilledClient]) -> ToDo:
    return ToDo(name, text, len(rows), sum(row.total_cents for row in rows))
