"""What waits for the biller: counts and sums, each a question with a list behind it."""

from collections import namedtuple
from datetime import date

from core.dates import ALL_TIME, previous_month
from core.ledger.invoices import DRAFT_CENTS, LIVE_DRAFTED
from core.ledger.standing import STANDING
from core.ledger.unbilled import UnbilledClient, unbilled_by_client

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.store import Read

ToDo = namedtuple("ToDo", "name text count amount_cents")
"""`name` says which list answers it: unbilled_month, unbilled, draft, issued, overdue, credit."""

UNAPPLIED = """
SELECT count(DISTINCT guarantor_id), coalesce(sum(left_cents), 0) FROM money_left WHERE left_cents <> 0
"""

WAITING = f"""
SELECT t.standing, count(*), sum(t.balance_cents)
FROM (SELECT b.balance_cents, {STANDING} AS standing
      FROM invoice_balance AS b WHERE b.balance_cents <> 0) AS t
WHERE t.standing IN ('issued', 'overdue') GROUP BY t.standing
"""  # noqa: S608  composed of the constant above
TO_SEND = f"SELECT count(*), coalesce(sum({DRAFT_CENTS}), 0) FROM {LIVE_DRAFTED}"  # noqa: S608


def to_do(read: "Read", today: date) -> list[ToDo]:
    """Everything that is not nothing, most pressing first."""
    month = previous_month(today)
    last = unbilled_by_client(read, month, today)
    everything = unbilled_by_client(read, ALL_TIME, today)
    waiting = {word: (count, cents) for word, count, cents in read.rows(WAITING, today=today.isoformat())}
    waiting["draft"] = read.rows(TO_SEND)[0]
    items = [
        _unbilled("unbilled_month", f"Clients unbilled for {month.from_on:%B %Y}", last),
        _unbilled("unbilled", "Clients unbilled in all", everything),
    ]
    for status, text in (
        ("draft", "Drafts to send"),
        ("issued", "Issued and not sent"),
        ("overdue", "Invoices overdue"),
    ):
        items.append(ToDo(status, text, *waiting.get(status, (0, 0))))
    accounts, cents = read.rows(UNAPPLIED)[0]
    items.append(ToDo("credit", "Accounts with unapplied credit", accounts, cents))
    return [item for item in items if item.count]


def _unbilled(name: str, text: str, rows: list[UnbilledClient]) -> ToDo:
    return ToDo(name, text, len(rows), sum(row.total_cents for row in rows))
