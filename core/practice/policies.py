"""The practice's rules as versions: which one is in force on a day, and what it says.

A version is never edited; a new one with a later `effective_from` takes over. The rule's lasting id
stays, so that a fee once charged under it is not charged again under a newer wording.
"""

import json
from collections import namedtuple
from datetime import date

TYPE_CHECKING = False
if TYPE_CHECKING:
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
