"""Which charges nobody has billed yet (RA4), and what carries the others.

Unbilled is a question, not a state: a charge is carried by a line of a live draft or by a line of an
issued invoice that is not void (`decisions.md` 2). Everybody asks here.
"""

from collections import namedtuple
from datetime import date

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from core.dates import Period
    from core.store import Read

NOT_CARRIED = """
NOT EXISTS (SELECT 1 FROM invoice_line AS il WHERE il.charge_id = c.id
            AND NOT EXISTS (SELECT 1 FROM invoice_void AS iv WHERE iv.invoice_id = il.invoice_id))
AND NOT EXISTS (SELECT 1 FROM draft_line AS dl WHERE dl.charge_id = c.id
                AND NOT EXISTS (SELECT 1 FROM invoice_issue AS ii WHERE ii.invoice_id = dl.draft_id))
"""

COUNTS = """
NOT EXISTS (SELECT 1 FROM charge_void AS cv WHERE cv.charge_id = c.id)
AND (c.once IS NULL OR NOT EXISTS (
    SELECT 1 FROM charge AS o WHERE o.once = c.once AND o.id <> c.id
    AND (o._q = 0, o._q, o.site, o.no) < (c._q = 0, c._q, c.site, c.no)))
"""
"""The charge is not taken back, and no other office's charge for the same thing came first."""

OF_PERIOD = "c.service_on >= :from_on AND c.service_on <= :to_on"

FIRST_DAY, LAST_DAY = "0000-00-00", "9999-99-99"

UnbilledCharge = namedtuple(
    "UnbilledCharge",
    "charge_id client_id service_on provider_id office_id code_system code modifiers description"
    " units_milli rate_cents amount_cents kind diagnosed",
)
"""`diagnosed` is 0 or 1, and None where no session is behind the charge or one client was asked for: only
a preview warns of it, and sessions are long to read."""

DIAGNOSED = "(SELECT s.diagnoses <> '[]' FROM session AS s WHERE s.id = c.session_id)"

UNBILLED_OF_CLIENT = f"""
SELECT c.id, c.client_id, c.service_on, c.provider_id, c.office_id, c.code_system, c.code, c.modifiers,
       c.description, c.units_milli, c.rate_cents, c.amount_cents, c.kind, NULL
FROM charge AS c
WHERE c.client_id = :client_id AND {OF_PERIOD} AND {NOT_CARRIED} AND {COUNTS}
ORDER BY c.service_on, c.id
"""  # noqa: S608  composed of the constants above

UNBILLED = (
    UNBILLED_OF_CLIENT.replace("c.client_id = :client_id AND ", "")
    .replace("ORDER BY c.service_on", "ORDER BY c.client_id, c.service_on")
    .replace("NULL\nFROM", f"{DIAGNOSED}\nFROM")
)

AT_ONCE = 25
THESE = ", ".join(f":client_{place}" for place in range(AT_ONCE))
UNBILLED_OF_THESE = UNBILLED_OF_CLIENT.replace("= :client_id", f"IN ({THESE})")


def these(client_ids: "Sequence[str]") -> "Iterator[dict[str, str | None]]":
    """The parameters of `IN (THESE)`, as often as it takes; NULL, which equals nobody, fills the last."""
    for start in range(0, len(client_ids), AT_ONCE):
        some = client_ids[start : start + AT_ONCE]
        yield {f"client_{n}": some[n] if n < len(some) else None for n in range(AT_ONCE)}


def bounds(period: "Period", today: date) -> dict[str, str]:
    """The days to ask for, as text. A date of service in the future is not billable yet."""
    last = today if period.to_on is None else min(period.to_on, today)
    return {
        "from_on": FIRST_DAY if period.from_on is None else period.from_on.isoformat(),
        "to_on": last.isoformat(),
    }


def unbilled_charges(
    read: "Read", period: "Period", today: date, *, client_id: str | None = None
) -> list[UnbilledCharge]:
    """The charges of a period that nothing carries, by client and date of service."""
    if client_id is None:
        return read.all(UNBILLED, UnbilledCharge, **bounds(period, today))
    return read.all(UNBILLED_OF_CLIENT, UnbilledCharge, client_id=client_id, **bounds(period, today))


def unbilled_of_clients(
    read: "Read", period: "Period", today: date, client_ids: "Sequence[str]"
) -> dict[str, list[UnbilledCharge]]:
    """The same of some clients that are billed together; nothing for who has nothing unbilled."""
    found: dict[str, list[UnbilledCharge]] = {}
    days = bounds(period, today)
    for some in these(client_ids):
        for charge in read.all(UNBILLED_OF_THESE, UnbilledCharge, **some, **days):
            found.setdefault(charge.client_id, []).append(charge)
    return found


UnbilledClient = namedtuple("UnbilledClient", "client_id client charges first_on last_on total_cents")

UNBILLED_BY_CLIENT = f"""
SELECT c.client_id, k.sort_name, count(*), min(c.service_on), max(c.service_on), sum(c.amount_cents)
FROM charge AS c JOIN client AS k ON k.id = c.client_id
WHERE {OF_PERIOD} AND {NOT_CARRIED} AND {COUNTS}
GROUP BY c.client_id, k.sort_name ORDER BY k.sort_name, c.client_id
"""  # noqa: S608  composed of the constants above


def unbilled_by_client(read: "Read", period: "Period", today: date) -> list[UnbilledClient]:
    """The unbilled queue: a row per client with count, dates and sum in cents."""
    return read.all(UNBILLED_BY_CLIENT, UnbilledClient, **bounds(period, today))


FREE = f"SELECT 1 FROM charge AS c WHERE c.id = :charge_id AND {NOT_CARRIED} AND {COUNTS}"  # noqa: S608


def free(read: "Read", charge_id: str) -> bool:
    """Whether the charge can be put on a draft: nothing carries it, and it was not taken back."""
    return read.value(FREE, charge_id=charge_id) is not None


CARRIED = f"SELECT 1 FROM charge AS c WHERE c.id = :charge_id AND NOT ({NOT_CARRIED})"  # noqa: S608


def carried(read: "Read", charge_id: str) -> bool:
    """Whether a live draft or invoice carries the charge."""
    return read.value(CARRIED, charge_id=charge_id) is not None
