"""The list of invoices as a screen shows it: what is looked at is read, counts and states are asked.

Drafts come first, by client; they are few, because they are work that waits. Invoices follow by number.
"""

from collections import namedtuple

from core.ledger.invoices import BY_NUMBER, DRAFT, DRAFTS, HEAD, draft_row, issued_row
from core.ledger.pages import Found, Pages, in_order_of, listed
from core.ledger.standing import OPEN, OVERDUE, STANDING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from core.ledger.invoices import InvoiceRow
    from core.store import Read

COUNT = "SELECT count(*) FROM invoice_balance"
BY = "b.series, b.series_no, b.invoice_id"
FROM_ID = f"(SELECT {BY} FROM invoice_balance AS b WHERE b.invoice_id = :from_id)"  # noqa: S608
FIRST = f"SELECT b.invoice_id FROM invoice_balance AS b ORDER BY {BY} LIMIT 1"  # noqa: S608
LAST = """
SELECT invoice_id FROM invoice_balance ORDER BY series DESC, series_no DESC, invoice_id DESC LIMIT 1
"""
ONWARD = f"""{HEAD} WHERE b.invoice_id IN (
    SELECT b.invoice_id FROM invoice_balance AS b WHERE ({BY}) >= {FROM_ID}
    ORDER BY {BY} LIMIT :most OFFSET :skip)
{BY_NUMBER}, i.invoice_id
"""  # noqa: S608  composed of constants
BACKWARD = f"""{HEAD} WHERE b.invoice_id IN (
    SELECT b.invoice_id FROM invoice_balance AS b WHERE ({BY}) <= {FROM_ID}
    ORDER BY b.series DESC, b.series_no DESC, b.invoice_id DESC LIMIT :most OFFSET :skip)
{BY_NUMBER}, i.invoice_id
"""  # noqa: S608
BEFORE = f"""
SELECT (SELECT count(*) FROM invoice_balance AS b WHERE ({BY}) < {FROM_ID})
FROM invoice_balance AS one WHERE one.invoice_id = :from_id
"""  # noqa: S608
IDS = f"SELECT b.invoice_id FROM invoice_balance AS b ORDER BY {BY}"  # noqa: S608
HAVING = f"""
SELECT b.invoice_id FROM json_each(:ids) AS h CROSS JOIN invoice_balance AS b ON b.invoice_id = h.value
ORDER BY {BY}
"""  # noqa: S608
THESE = f"{HEAD} WHERE b.invoice_id IN (SELECT value FROM json_each(:ids))"  # noqa: S608

OPEN_STANDINGS = {"issued", "sent", "partly_paid", "overdue", "disputed"}
"""Only what is open can be one of these, and there is an index of what is open."""
OF_STANDING = f"SELECT b.invoice_id FROM invoice_balance AS b WHERE {STANDING} = :status ORDER BY {BY}"  # noqa: S608
OPEN_OF_STANDING = OF_STANDING.replace(
    "invoice_balance AS b WHERE", f"{OPEN} WHERE b.balance_cents <> 0 AND", 1
)

SUMS = f"""
SELECT count(*) FILTER (WHERE b.balance_cents > 0),
       count(*) FILTER (WHERE {OVERDUE}),
       coalesce(sum(b.balance_cents), 0), (SELECT count(*) FROM live_draft)
FROM {OPEN} WHERE b.balance_cents <> 0 AND NOT b.void
"""  # noqa: S608

InvoiceSums = namedtuple("InvoiceSums", "open_count overdue_count owed_cents drafts")


class InvoicePages:
    """Drafts, then every invoice by number, as they were at one moment."""

    def __init__(self, read: "Read", *, today: str) -> None:
        read.fresh()
        self._drafts = read.all(DRAFTS, draft_row)
        self._issued = Pages(
            read.value(COUNT),
            read.value(FIRST),
            read.value(LAST),
            onward=ONWARD,
            backward=BACKWARD,
            into=issued_row(today),
        )

    @property
    def count(self) -> int:
        return len(self._drafts) + self._issued.count

    def fetch(self, read: "Read", start: int, stop: int) -> "list[InvoiceRow]":
        """Rows start to stop of the list."""
        drafts = len(self._drafts)
        issued = self._issued.fetch(read, max(0, start - drafts), max(0, stop - drafts))
        return self._drafts[start:stop] + issued

    def ids(self, read: "Read") -> list[str]:
        """Every id, in order."""
        return [row.invoice_id for row in self._drafts] + [row[0] for row in read.rows(IDS)]

    def place_of(self, read: "Read", row_id: str) -> int | None:
        """Where a draft or an invoice stands in the list."""
        for place, draft in enumerate(self._drafts):
            if draft.invoice_id == row_id:
                return place
        before = read.value(BEFORE, from_id=row_id)
        return None if before is None else len(self._drafts) + int(before)

    def having(self, read: "Read", ids: "Collection[str]") -> list[str]:
        """Which of these it has, in its order."""
        drafts = [row.invoice_id for row in self._drafts if row.invoice_id in ids]
        return drafts + [row[0] for row in read.rows(HAVING, ids=listed(ids))]


def invoice_pages(read: "Read", *, today: str, status: str | None = None) -> "InvoicePages | Found":
    """The whole list, or those of one state. `today` is ISO text in the practice's zone."""
    if status is None:
        return InvoicePages(read, today=today)
    read.fresh()
    if status == "draft":
        drafts = {row.invoice_id: row for row in read.all(DRAFTS, draft_row)}
        return Found(list(drafts), lambda _, ids: [drafts[draft_id] for draft_id in ids])
    sql = OPEN_OF_STANDING if status in OPEN_STANDINGS else OF_STANDING
    ids = [row[0] for row in read.rows(sql, today=today, status=status)]
    return Found(ids, lambda later, some: invoices_by_id(later, some, today=today))


def invoices_by_id(read: "Read", invoice_ids: "Iterable[str]", *, today: str) -> "list[InvoiceRow]":
    """Those invoices and drafts, in that order; what is gone is left out."""
    wanted = list(invoice_ids)
    if not wanted:
        return []
    found = read.all(THESE, issued_row(today), ids=listed(wanted))
    issued = {row.invoice_id for row in found}
    drafts = (read.first(DRAFT, draft_row, draft_id=one) for one in wanted if one not in issued)
    return in_order_of(wanted, [*found, *(row for row in drafts if row is not None)])


def invoice_sums(read: "Read", *, today: str) -> InvoiceSums:
    """How many invoices are open and overdue, what is open on them in cents, and how many drafts wait."""
    read.fresh()
    return InvoiceSums(*read.rows(SUMS, today=today)[0])
