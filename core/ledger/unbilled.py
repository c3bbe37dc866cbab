"""Which charges nobody has billed yet (RA4), and what carries the others.

Unbilled is a question, not a state: a charge is carried by a line of a live draft or by a line of an
issued invoice that is not void (`decisions.md` 2). Everybody asks here.
"""

from collections import namedtuple
from datetime import date

from core.money import ONE_UNIT, show_cents

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

    from core.dates import Period
    from core.store import Read

LIVE_LINE = """
(NOT EXISTS (SELECT 1 FROM invoice_void AS iv WHERE iv.invoice_id = l.invoice_id)
 AND NOT EXISTS (SELECT 1 FROM invoice_issue AS ie JOIN invoice_issue AS io ON io.invoice_id = ie.invoice_id
                 WHERE ie.id = l.issue_id AND io.id <> ie.id
                   AND (io._q = 0, io._q, io.site, io.no) < (ie._q = 0, ie._q, ie.site, ie.no)))
"""
"""The invoice of the line `l` is not void, nor the second number that two offices gave to one draft."""
LIVE_DRAFT_LINE = """
(NOT EXISTS (SELECT 1 FROM invoice_issue AS ii WHERE ii.invoice_id = l.draft_id)
 AND EXISTS (SELECT 1 FROM draft AS dd WHERE dd.id = l.draft_id))
"""
"""The draft of the line `l` is not issued, nor deleted in another office than where the line was written."""

CARRIED_BY = f"""
(EXISTS (SELECT 1 FROM invoice_line AS l WHERE l.charge_id = c.id AND {LIVE_LINE})
 OR EXISTS (SELECT 1 FROM draft_line AS l WHERE l.charge_id = c.id AND {LIVE_DRAFT_LINE}))
"""  # noqa: S608  composed of the constants above
"""A live draft or invoice has a line of the charge `c`, whole or a payer's share of it."""

COUNTS = """
NOT EXISTS (SELECT 1 FROM charge_void AS cv WHERE cv.charge_id = c.id)
AND (c.once IS NULL OR NOT EXISTS (
    SELECT 1 FROM charge AS o WHERE o.once = c.once AND o.id <> c.id
    AND (o._q = 0, o._q, o.site, o.no) < (c._q = 0, c._q, c.site, c.no)))
"""
"""The charge is not taken back, and no other office's charge for the same thing came first."""

IN_FORCE = """
EXISTS (SELECT 1 FROM payer_share AS ps WHERE ps.client_id = c.client_id
        AND ps.effective_from <= c.service_on
        AND (ps.effective_to IS NULL OR c.service_on <= ps.effective_to))
"""
"""On the charge's date of service its client's charges are shared between guarantors (RB8)."""

OF_PERIOD = "u.service_on >= :from_on AND u.service_on <= :to_on"

FIRST_DAY, LAST_DAY = "0000-00-00", "9999-99-99"

UnbilledCharge = namedtuple(
    "UnbilledCharge",
    "charge_id share_id client_id guarantor_id service_on provider_id office_id code_system code modifiers"
    " description units_milli rate_cents amount_cents of_cents kind diagnosed",
)
"""A charge, or one payer's share of it: then `share_id` and `guarantor_id` say whose, and `amount_cents`
is that share of the charge's `of_cents`. They are empty and None where the client's own guarantor owes all.

`diagnosed` is 0 or 1, and None where no session is behind the charge or one client was asked for: only
a preview warns of it, and sessions are long to read."""

DIAGNOSED = "(SELECT s.diagnoses <> '[]' FROM session AS s WHERE s.id = c.session_id)"

UNBILLED_OF_CLIENT = f"""
SELECT c.id, u.share_id, c.client_id, u.guarantor_id, c.service_on, c.provider_id, c.office_id,
       c.code_system, c.code, c.modifiers, c.description, c.units_milli, c.rate_cents, u.amount_cents,
       c.amount_cents, c.kind, NULL
FROM unbilled AS u JOIN charge AS c ON c.id = u.charge_id
WHERE u.client_id = :client_id AND {OF_PERIOD}
ORDER BY u.service_on, u.charge_id, u.share_id
"""  # noqa: S608  composed of the constants above

UNBILLED = (
    UNBILLED_OF_CLIENT.replace("u.client_id = :client_id AND ", "")
    .replace("ORDER BY u.service_on", "ORDER BY u.client_id, u.service_on")
    .replace("NULL\nFROM", f"{DIAGNOSED}\nFROM")
)


def part_of(charge: UnbilledCharge) -> str:
    """Names a charge, or one payer's share of it, in lists and where some are chosen of a list."""
    return f"{charge.charge_id}:{charge.share_id}" if charge.share_id else str(charge.charge_id)


def chosen(charges: "Iterable[UnbilledCharge]", wanted: "Container[str]") -> list[UnbilledCharge]:
    """Those that are wanted, by the charge's id, which means all its shares, or by `part_of`."""
    return [charge for charge in charges if charge.charge_id in wanted or part_of(charge) in wanted]


def as_billed(charge: UnbilledCharge) -> UnbilledCharge:
    """A charge as a line shows it; a share is one unit at its own amount and says what it is a share of.

    So units times rate is the amount on every paper, and the siblings' papers add up to the charge.
    """
    if not charge.share_id:
        return charge
    words = f"{charge.description} (your share of {show_cents(charge.of_cents)})".strip()
    return charge._replace(description=words, units_milli=ONE_UNIT, rate_cents=charge.amount_cents)


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
    read.fresh()
    if client_id is None:
        return read.all(UNBILLED, UnbilledCharge, **bounds(period, today))
    return read.all(UNBILLED_OF_CLIENT, UnbilledCharge, client_id=client_id, **bounds(period, today))


def unbilled_of_clients(
    read: "Read", period: "Period", today: date, client_ids: "Sequence[str]"
) -> dict[str, list[UnbilledCharge]]:
    """The same of some clients that are billed together; nothing for who has nothing unbilled."""
    read.fresh()
    found: dict[str, list[UnbilledCharge]] = {}
    days = bounds(period, today)
    for some in these(client_ids):
        for charge in read.all(UNBILLED_OF_THESE, UnbilledCharge, **some, **days):
            found.setdefault(charge.client_id, []).append(charge)
    return found


UnbilledClient = namedtuple("UnbilledClient", "client_id client charges first_on last_on total_cents")

UNBILLED_BY_CLIENT = f"""
SELECT u.client_id, k.sort_name, count(DISTINCT u.charge_id), min(u.service_on), max(u.service_on),
       sum(u.amount_cents)
FROM unbilled AS u JOIN client AS k ON k.id = u.client_id
WHERE {OF_PERIOD}
GROUP BY u.client_id, k.sort_name ORDER BY k.sort_name, u.client_id
"""  # noqa: S608  composed of the constants above


def unbilled_by_client(read: "Read", period: "Period", today: date) -> list[UnbilledClient]:
    """The unbilled queue: a row per client with count, dates and sum in cents."""
    read.fresh()
    return read.all(UNBILLED_BY_CLIENT, UnbilledClient, **bounds(period, today))


SHARE_CARRIED = f"""
SELECT 1 FROM invoice_line AS l WHERE l.charge_id = :charge_id AND {LIVE_LINE}
   AND (:share_id = '' OR coalesce(l.share_id, '') IN ('', :share_id))
UNION ALL SELECT 1 FROM draft_line AS l WHERE l.charge_id = :charge_id AND {LIVE_DRAFT_LINE}
   AND (:share_id = '' OR coalesce(l.share_id, '') IN ('', :share_id))
LIMIT 1
"""  # noqa: S608
SHARE_IN_FORCE = IN_FORCE.replace("WHERE", "WHERE ps.id = :share_id AND")
COUNTING = f"""
SELECT 1 FROM charge AS c WHERE c.id = :charge_id AND {COUNTS}
   AND ({SHARE_IN_FORCE} OR :share_id = '' AND NOT {IN_FORCE})
"""  # noqa: S608


def free(read: "Read", charge_id: str, share_id: str = "") -> bool:
    """Whether the charge, or one share of it, can be put on a draft: owed, and carried by nothing.

    A charge that is shared by now cannot be billed whole any more, nor a share that has ended.
    Asked of the facts, because in a transaction the queue is made anew only at its end.
    """
    counts = read.value(COUNTING, charge_id=charge_id, share_id=share_id or "") is not None
    return counts and read.value(SHARE_CARRIED, charge_id=charge_id, share_id=share_id or "") is None


CARRIED = f"SELECT 1 FROM charge AS c WHERE c.id = :charge_id AND {CARRIED_BY}"  # noqa: S608


def carried(read: "Read", charge_id: str) -> bool:
    """Whether a live draft or invoice carries the charge, or a share of it."""
    return read.value(CARRIED, charge_id=charge_id) is not None
