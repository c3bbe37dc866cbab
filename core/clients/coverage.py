"""Insurers, and which client is covered by which policy over which days."""

from collections import namedtuple
from collections.abc import Sequence
from datetime import date
from typing import Any

from core import audit
from core.actors import Right
from core.dates import between
from core.errors import NotFound, UsageError
from core.store import Read, Tx
from core.tables import Coverage, Payer
from core.text import plain, search_key

RELATIONS = ("self", "spouse", "child", "other")
"""Of the client to the subscriber, who holds the policy."""


class PayerNeedsName(UsageError):
    code = "payer_needs_name"

    def __init__(self) -> None:
        super().__init__("An insurer needs a name, as it stands on the card.")


class NoPayer(NotFound):
    code = "no_payer"

    def __init__(self, typed: str, many: int) -> None:
        fits = "More than one insurer fits" if many else "There is no insurer"
        super().__init__(f'{fits} "{plain(typed)[:60]}". `daysheet payer list` shows them.')


class NoCoverage(NotFound):
    code = "no_coverage"

    def __init__(self, typed: str) -> None:
        super().__init__(
            f'This client has no coverage "{plain(typed)[:40]}", or more than one fits.'
            " `daysheet client coverage C list` shows them."
        )


class BadRelation(UsageError):
    code = "bad_relation"

    def __init__(self, typed: str) -> None:
        super().__init__(
            f'"{plain(typed)[:20]}" is no relation to the subscriber. One of: {", ".join(RELATIONS)}.'
        )


class BadRank(UsageError):
    code = "bad_rank"

    def __init__(self) -> None:
        super().__init__("Coverages are asked in order 1 to 9: 1 is primary, 2 secondary.")


PayerRow = namedtuple("PayerRow", "payer_id name street city state postal_code phone coverages")
PAYERS = """
SELECT p.id, p.name, p.street, p.city, p.state, p.postal_code, p.phone,
       (SELECT count(*) FROM coverage AS v WHERE v.payer_id = p.id)
FROM payer AS p ORDER BY p.name, p.id
"""


def payers(read: Read) -> list[PayerRow]:
    """Every insurer by name."""
    return read.all(PAYERS, PayerRow)


def find_payer(read: Read, typed: str) -> str:
    """The id of an insurer for its id or the end of it, or part of its name. Raises: NoPayer."""
    key = search_key(typed.strip())
    rows = payers(read)
    exact = [row for row in rows if row.payer_id == typed or search_key(row.name) == key]
    ends = [row for row in rows if len(key) >= 8 and row.payer_id.endswith(key)]
    fits = exact or ends or [row for row in rows if key and key in search_key(row.name)]
    if len(fits) != 1:
        raise NoPayer(typed, len(fits))
    return str(fits[0].payer_id)


def add_payer(tx: Tx, *, name: str, **contact: Any) -> str:
    """An insurer; contact is street, city, state, postal_code, phone. Raises: PayerNeedsName."""
    tx.require(Right.BILL)
    if not name.strip():
        raise PayerNeedsName
    payer_id = tx.add(Payer(name=name.strip(), **contact))
    audit.record(tx, "payer.added", "payer", payer_id, name=name.strip())
    return payer_id


def change_payer(tx: Tx, payer_id: str, **values: str) -> None:
    """Correct an insurer's name or address. Raises: PayerNeedsName, NotFound."""
    tx.require(Right.BILL)
    if not values.get("name", "x").strip():
        raise PayerNeedsName
    tx.change(Payer, payer_id, **values)
    audit.record(tx, "payer.changed", "payer", payer_id, after=values)


CoverageRow = namedtuple(
    "CoverageRow",
    "coverage_id payer member_number group_number subscriber relation subscriber_birth_on rank starts_on"
    " ends_on",
)
COVERAGES = """
SELECT v.id, p.name, v.member_number, v.group_number, v.subscriber, v.relation, v.subscriber_birth_on,
       v.rank, v.starts_on, v.ends_on
FROM coverage AS v JOIN payer AS p ON p.id = v.payer_id
WHERE v.client_id = :client_id ORDER BY v.starts_on IS NOT NULL, v.starts_on, v.rank, v.id
"""


def coverages(read: Read, client_id: str) -> list[CoverageRow]:
    """A client's policies, oldest first."""
    return read.all(COVERAGES, CoverageRow, client_id=client_id)


def find_coverage(rows: Sequence[CoverageRow], typed: str | None) -> CoverageRow:
    """The policy that is meant: by its id or the end of it, its member number or part of the insurer's name;
    nothing typed means the only one. Raises: NoCoverage."""
    key = search_key((typed or "").strip())
    fits = [
        row
        for row in rows
        if not key
        or (len(key) >= 6 and row.coverage_id.endswith(key))
        or search_key(row.member_number) == key
        or key in search_key(row.payer)
    ]
    if len(fits) != 1:
        raise NoCoverage(typed or "")
    return fits[0]


def add_coverage(tx: Tx, *, client_id: str, payer_id: str, **values: str | int | date | None) -> str:
    """A client's policy: member_number, group_number, subscriber, relation, subscriber_birth_on, rank,
    starts_on, ends_on. Without a subscriber the client holds it.

    Raises: BadRelation, BadRank, PeriodBackwards.
    """
    tx.require(Right.BILL)
    _require_sound(values)
    coverage_id = tx.add(Coverage(client_id=client_id, payer_id=payer_id, **_as_text(values)))
    audit.record(tx, "coverage.added", "client", client_id, coverage_id=coverage_id)
    return coverage_id


COVERAGE = "SELECT client_id, starts_on, ends_on FROM coverage WHERE id = :coverage_id"


def change_coverage(tx: Tx, coverage_id: str, **values: str | int | date | None) -> None:
    """Correct a policy, or end it with `ends_on`; documents made earlier keep what they said.

    Raises: BadRelation, BadRank, PeriodBackwards, NoCoverage.
    """
    tx.require(Right.BILL)
    found = tx.rows(COVERAGE, coverage_id=coverage_id)
    if not found:
        raise NoCoverage(coverage_id)
    client_id, starts_on, ends_on = found[0]
    days = {
        name: date.fromisoformat(day) for name, day in (("starts_on", starts_on), ("ends_on", ends_on)) if day
    }
    _require_sound({**days, **values})
    tx.change(Coverage, coverage_id, **_as_text(values))
    audit.record(tx, "coverage.changed", "client", client_id, coverage_id=coverage_id, columns=sorted(values))


def _require_sound(values: "dict[str, str | int | date | None]") -> None:
    relation, rank = values.get("relation"), values.get("rank", 1)
    if relation and relation not in RELATIONS:
        raise BadRelation(str(relation))
    if not isinstance(rank, int) or not 1 <= rank <= 9:
        raise BadRank
    starts_on, ends_on = values.get("starts_on"), values.get("ends_on")
    between(
        starts_on if isinstance(starts_on, date) else None, ends_on if isinstance(ends_on, date) else None
    )


def _as_text(values: "dict[str, str | int | date | None]") -> "dict[str, Any]":
    """Days as they are kept."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
