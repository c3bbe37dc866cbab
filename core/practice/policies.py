"""The practice's rules as versions: which one is in force on a day, and what it says.

A version is never edited; a new one with a later `effective_from` takes over. The rule's lasting id
stays, so that a fee once charged under it is not charged again under a newer wording.
"""

import json
from collections import namedtuple
from datetime import date

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.store import Read

Terms = namedtuple("Terms", "policy_id days")
"""Net N: a bill is due that many calendar days after issue."""

MissedFee = namedtuple("MissedFee", "policy_id amount_cents")
"""What a client owes for an appointment not kept or cancelled late; 0 is nothing."""

IN_FORCE = """
SELECT policy_id, rule FROM policy
WHERE kind = :kind AND effective_from <= :day
ORDER BY effective_from DESC, _q = 0 DESC, _q DESC, site DESC, no DESC LIMIT 1
"""

DEFAULT_TERMS_DAYS = 30


def terms(read: "Read", day: date) -> Terms:
    """The payment terms in force; Net 30 where the practice has said nothing."""
    found = read.first(IN_FORCE, lambda *row: row, kind="terms", day=day.isoformat())
    if found is None:
        return Terms("", DEFAULT_TERMS_DAYS)
    return Terms(found[0], int(json.loads(found[1])["days"]))


def missed_fee(read: "Read", kind: str, day: date) -> MissedFee:
    """The no_show_fee or late_cancel_fee in force; nothing where the practice has said nothing."""
    found = read.first(IN_FORCE, lambda *row: row, kind=kind, day=day.isoformat())
    if found is None:
        return MissedFee("", 0)
    return MissedFee(found[0], int(json.loads(found[1])["amount_cents"]))


LateFeeRule = namedtuple("LateFeeRule", "kind amount_cents percent_bps grace_days base every_days cap_cents")
"""What paying late costs (RC5): `kind` is flat (`amount_cents`) or percent (`percent_bps`); the first step
falls due `grace_days` after the due date, further ones every `every_days` (0: once only). A percentage is of
the `base`, outstanding or original. `cap_cents` bounds all fees of one invoice together (0: no bound)."""

LATE_FEE_KINDS = ("flat", "percent")
LATE_FEE_BASES = ("outstanding", "original")

LATE_FEES = """
SELECT policy_id, effective_from, rule FROM policy WHERE kind = 'late_fee'
ORDER BY effective_from, _q = 0, _q, site, no
"""


class LateFeePolicy:
    """Every version of the practice's late fee; none until the practice sets one."""

    def __init__(self, versions: "Sequence[tuple[str, str, LateFeeRule | None]]") -> None:
        self.versions = versions

    @property
    def begins_on(self) -> str | None:
        """Invoices issued before this day (ISO text) never carry a fee; None where no rule was ever set."""
        return min((start for _, start, rule in self.versions if rule is not None), default=None)

    def on(self, day: str) -> "tuple[str, LateFeeRule | None]":
        """The rule's lasting id and what it says on a day (ISO text); None is no late fee."""
        found: tuple[str, LateFeeRule | None] = ("", None)
        for policy_id, start, rule in self.versions:
            if start <= day:
                found = policy_id, rule
        return found


def late_fee_policy(read: "Read") -> LateFeePolicy:
    return LateFeePolicy(
        [
            (policy_id, start, LateFeeRule(**json.loads(rule)) if rule != "{}" else None)
            for policy_id, start, rule in read.rows(LATE_FEES)
        ]
    )
