"""The list of clients as a screen shows it: what is looked at is read, sums and states are asked."""

from collections import namedtuple

from core.clients.queries import ACCOUNT, AccountRow
from core.ledger.pages import Found, Pages, in_order_of, listed
from core.ledger.standing import OPEN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from core.store import Read

COUNT = "SELECT count(*) FROM client WHERE archived = 0"
FROM_ID = "(SELECT sort_name, id FROM client WHERE id = :from_id)"
FIRST = "SELECT id FROM client WHERE archived = 0 ORDER BY sort_name, id LIMIT 1"
LAST = "SELECT id FROM client WHERE archived = 0 ORDER BY sort_name DESC, id DESC LIMIT 1"
ONWARD = f"""{ACCOUNT} WHERE k.id IN (
    SELECT id FROM client WHERE archived = 0 AND (sort_name, id) >= {FROM_ID}
    ORDER BY sort_name, id LIMIT :most OFFSET :skip)
ORDER BY k.sort_name, k.id
"""  # noqa: S608  composed of constants
BACKWARD = f"""{ACCOUNT} WHERE k.id IN (
    SELECT id FROM client WHERE archived = 0 AND (sort_name, id) <= {FROM_ID}
    ORDER BY sort_name DESC, id DESC LIMIT :most OFFSET :skip)
ORDER BY k.sort_name, k.id
"""  # noqa: S608
BEFORE = f"""
SELECT (SELECT count(*) FROM client WHERE archived = 0 AND (sort_name, id) < {FROM_ID})
FROM client WHERE id = :from_id AND archived = 0
"""  # noqa: S608
IDS = "SELECT id FROM client WHERE archived = 0 ORDER BY sort_name, id"
HAVING = """
SELECT k.id FROM json_each(:ids) AS h CROSS JOIN client AS k ON k.id = h.value
WHERE k.archived = 0 ORDER BY k.sort_name, k.id
"""
THESE = f"{ACCOUNT} WHERE k.archived = 0 AND k.id IN (SELECT value FROM json_each(:ids))"  # noqa: S608

KINDS = {
    "owing": f"""k.id IN (SELECT b.client_id FROM {OPEN} WHERE b.balance_cents <> 0
                          GROUP BY b.client_id HAVING sum(b.balance_cents) > 0)""",  # noqa: S608
    "with credit": """k.guarantor_id IN (SELECT guarantor_id FROM money_left WHERE left_cents <> 0
                                         GROUP BY guarantor_id HAVING sum(left_cents) > 0)""",
    "unbilled": """k.id IN (SELECT client_id FROM unbilled WHERE service_on <= :today
                            GROUP BY client_id HAVING sum(amount_cents) > 0)""",
    "inactive": "NOT k.active",
}
"""Which clients are listed by a quick filter; each is asked of what is open, not of every client."""
OF_KIND = {
    kind: f"SELECT k.id FROM client AS k WHERE k.archived = 0 AND {holds} ORDER BY k.sort_name, k.id"  # noqa: S608
    for kind, holds in KINDS.items()
}

SUMS = f"""
SELECT count(*), coalesce(sum(o.cents), 0)
FROM (SELECT b.client_id, sum(b.balance_cents) AS cents FROM {OPEN} WHERE b.balance_cents <> 0
      GROUP BY b.client_id) AS o CROSS JOIN client AS k ON k.id = o.client_id
WHERE o.cents > 0 AND k.archived = 0
"""  # noqa: S608

ClientSums = namedtuple("ClientSums", "count owing owed_cents")


class ClientPages(Pages):
    """Every client by family name, as they were at one moment."""

    def __init__(self, read: "Read", *, today: str) -> None:
        read.fresh()
        super().__init__(
            read.value(COUNT),
            read.value(FIRST),
            read.value(LAST),
            onward=ONWARD,
            backward=BACKWARD,
            into=AccountRow,
            today=today,
        )

    def ids(self, read: "Read") -> list[str]:
        """Every id, in order."""
        return [row[0] for row in read.rows(IDS)]

    def place_of(self, read: "Read", row_id: str) -> int | None:
        """Where a client stands in the list."""
        before: int | None = read.value(BEFORE, from_id=row_id)
        return before

    def having(self, read: "Read", ids: "Collection[str]") -> list[str]:
        """Which of these it has, in its order."""
        return [row[0] for row in read.rows(HAVING, ids=listed(ids))]


def client_pages(read: "Read", *, today: str, kind: str | None = None) -> "ClientPages | Found":
    """The whole list, or those of one kind (`KINDS`). `today` is ISO text in the practice's zone."""
    if kind is None:
        return ClientPages(read, today=today)
    read.fresh()
    days = {"today": today} if kind == "unbilled" else {}
    ids = [row[0] for row in read.rows(OF_KIND[kind], **days)]
    return Found(ids, lambda later, some: accounts_by_id(later, some, today=today))


def accounts_by_id(read: "Read", client_ids: "Iterable[str]", *, today: str) -> list[AccountRow]:
    """Those clients, in that order; who is gone is left out."""
    wanted = list(client_ids)
    return in_order_of(wanted, read.all(THESE, AccountRow, ids=listed(wanted), today=today)) if wanted else []


def client_sums(read: "Read") -> ClientSums:
    """How many clients there are, how many owe, and what, in cents."""
    read.fresh()
    return ClientSums(read.value(COUNT), *read.rows(SUMS)[0])
