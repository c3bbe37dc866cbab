"""Good Faith Estimates that are kept, and what was billed beside what they expected (RD4).

A patient may dispute a bill of $400 or more above the estimate. So the practice is warned from $300 above it,
and held back from $400 on, until somebody decides to bill further. Source: 45 CFR 149.610 and 149.620.
"""

from collections import namedtuple
from collections.abc import Iterable
from datetime import date, timedelta

from core.errors import NotFound
from core.ids import short
from core.ledger.effective import ISSUE_COUNTS
from core.ledger.frozen import find_kept, is_newest
from core.money import show_cents
from core.text import plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.store import Read

WARN_CENTS, REFUSE_CENTS = 30_000, 40_000
"""How far above the expected charges the practice is warned, and may not bill without a decision."""

NOT_CARE = ("no_show_fee", "late_cancel_fee")
"""Charges that are no item or service given."""

Watched = namedtuple(
    "Watched",
    "estimate_id version client_id client provider_id provider from_on to_on expected_cents made_on"
    " allowed_cents billed_cents",
)
"""The newest version of an estimate; days are ISO text. `allowed_cents` is how far somebody decided that it
may be billed, None where nobody did; `billed_cents` is what issued invoices ask for in its days, with the
whole of a surcharge on them, before discounts and whatever was taken off since: that can only warn too
early."""

CARE = f"""
FROM invoice_issue AS i
JOIN invoice_line AS l ON l.issue_id = i.id JOIN charge AS c ON c.id = l.charge_id
WHERE i.client_id = e.client_id AND l.provider_id = e.provider_id
  AND l.service_on >= e.from_on AND l.service_on <= e.to_on
  AND c.kind NOT IN ({", ".join(f"'{kind}'" for kind in NOT_CARE)}) AND {ISSUE_COUNTS}
  AND NOT EXISTS (SELECT 1 FROM invoice_void AS v WHERE v.invoice_id = i.invoice_id)
"""  # noqa: S608  composed of the constants above
BILLED = f"SELECT sum(l.amount_cents) {CARE}"
SURCHARGED = f"""
SELECT sum(u.amount_cents) FROM invoice_line AS u
WHERE u.kind = 'surcharge' AND u.issue_id IN (SELECT i.id {CARE})
"""  # noqa: S608

NEWEST = is_newest("estimate", "estimate_id", "e")

ESTIMATES = f"""
SELECT e.estimate_id, e.version, e.client_id, k.sort_name, e.provider_id, p.name, e.from_on, e.to_on,
       e.expected_cents, e.made_on,
       (SELECT max(o.allowed_cents) FROM estimate_override AS o WHERE o.estimate_id = e.estimate_id),
       coalesce(({BILLED}), 0) + coalesce(({SURCHARGED}), 0)
FROM estimate AS e JOIN client AS k ON k.id = e.client_id JOIN provider AS p ON p.id = e.provider_id
WHERE {NEWEST}
"""  # noqa: S608
IN_ORDER = " ORDER BY e.to_on DESC, k.sort_name, e.estimate_id"
OF_CLIENT = " AND e.client_id = :client_id"
ONE = " AND e.estimate_id = :estimate_id"


def estimates(read: "Read", *, client_id: str | None = None) -> list[Watched]:
    """Every estimate in its newest version, or one client's, those that end last first."""
    if client_id is None:
        return read.all(ESTIMATES + IN_ORDER, Watched)
    return read.all(ESTIMATES + OF_CLIENT + IN_ORDER, Watched, client_id=client_id)


class NoEstimate(NotFound):
    code = "no_estimate"

    def __init__(self, typed: str) -> None:
        super().__init__(
            f'There is no estimate "{plain(typed)[:40]}". `estimate list` shows them.', subject=typed[:40]
        )


def find_estimate(read: "Read", typed: str) -> Watched:
    """The estimate for its id or what it ends in, at least 8 characters. Raises: NoEstimate."""
    estimate_id = find_kept(read, "estimate", typed)
    found = read.first(ESTIMATES + ONE, Watched, estimate_id=estimate_id) if estimate_id else None
    if found is None:
        raise NoEstimate(typed)
    return found


def over_cents(one: Watched, more_cents: int = 0) -> int:
    """How far above what was expected it would be billed, with so many cents more; negative is below."""
    billed: int = one.billed_cents + more_cents - one.expected_cents
    return billed


def may_be_billed(one: Watched, more_cents: int = 0) -> bool:
    """Whether so many cents more stay under the law's margin, or under what somebody decided."""
    over = over_cents(one, more_cents)
    return over < REFUSE_CENTS or (
        one.allowed_cents is not None and one.billed_cents + more_cents <= one.allowed_cents
    )


def standing(one: Watched) -> str:
    """One word for a list: over ($400 and more above), allowed (that, by decision), near ($300) or within."""
    over = over_cents(one)
    if over >= REFUSE_CENTS:
        return "allowed" if may_be_billed(one) else "over"
    return "near" if over >= WARN_CENTS else "within"


class Watch:
    """What bills that are about to be issued come to beside the estimates; asked bill by bill, it adds up."""

    def __init__(self, read: "Read") -> None:
        self._read = read
        self._of_client: dict[str, list[Watched]] = {}
        self._any = read.value("SELECT 1 FROM estimate LIMIT 1") is not None
        self._more: dict[str, int] = {}

    def _of(self, client_id: str) -> list[Watched]:
        """Asked client by client: whoever issues one bill must not read everybody's."""
        if client_id not in self._of_client:
            self._of_client[client_id] = estimates(self._read, client_id=client_id) if self._any else []
        return self._of_client[client_id]

    def watches(self, client_id: str) -> bool:
        """Whether there is any estimate for a client."""
        return bool(self._of(client_id))

    def bill(
        self,
        client_id: str,
        lines: "Iterable[tuple[str | None, str | None, int]]",
        *,
        surcharge_cents: int = 0,
    ) -> tuple[list[str], list[str]]:
        """Why a bill may not go out, and what to look at. A line is provider, day of service (ISO), cents.

        A surcharge on the bill counts wherever a line of it does. A bill that is held is not counted for
        the next one.
        """
        given = list(lines)
        holds, warnings, counted = [], [], {}
        for one in self._of(client_id):
            cents = sum(
                cents
                for provider_id, on, cents in given
                if provider_id == one.provider_id and on is not None and one.from_on <= on <= one.to_on
            )
            if not cents:
                continue
            more = self._more.get(one.estimate_id, 0) + cents + surcharge_cents
            counted[one.estimate_id] = more
            over = over_cents(one, more)
            if not may_be_billed(one, more):
                holds.append(
                    f"{_above(one, over)}; `estimate override {short(one.estimate_id)}` bills it all the same"
                )
            elif over >= WARN_CENTS:
                warnings.append(_above(one, over))
        if not holds:
            self._more |= counted
        return holds, warnings


def _above(one: Watched, over: int) -> str:
    return (
        f"{show_cents(over)} above the Good Faith Estimate of {show_cents(one.expected_cents)}"
        f" by {plain(one.provider)}"
    )


def due_by(from_on: date, *, scheduled_on: date | None = None, asked_on: date | None = None) -> date | None:
    """The last day for handing an estimate over; None where none is due by these days.

    Scheduled ten business days ahead or more: three business days after scheduling; three to nine ahead: one
    day after; on request: three business days. Holidays count as business days here, so it warns early.
    Source: 45 CFR 149.610(b)(1)(vi).
    """
    found = []
    if scheduled_on is not None:
        if from_on >= _business_days_after(scheduled_on, 10):
            found.append(_business_days_after(scheduled_on, 3))
        elif from_on >= _business_days_after(scheduled_on, 3):
            found.append(_business_days_after(scheduled_on, 1))
    if asked_on is not None:
        found.append(_business_days_after(asked_on, 3))
    return min(found) if found else None


def late_words(
    from_on: date, today: date, *, scheduled_on: date | None = None, asked_on: date | None = None
) -> str:
    """A sentence where the law wanted the estimate before today; empty where it did not."""
    due = due_by(from_on, scheduled_on=scheduled_on, asked_on=asked_on)
    if due is None or today <= due:
        return ""
    return f"This estimate was due by {due}; hand it over today. (45 CFR 149.610: 1 or 3 business days.)"


def _business_days_after(day: date, count: int) -> date:
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < 5
    return day
