"""The decision to bill further above a Good Faith Estimate than the law's margin (RD4)."""

from core import audit
from core.actors import Right
from core.errors import DomainError
from core.ledger.estimates import find_estimate
from core.money import MAX_CENTS, AmountTooLarge, show_cents
from core.payments.moves import require_reason
from core.store import Tx
from core.tables import EstimateOverride


class NothingToAllow(DomainError):
    code = "nothing_to_allow"

    def __init__(self, expected_cents: int) -> None:
        super().__init__(
            f"The estimate expects {show_cents(expected_cents)} and is billed that far anyhow. Allow more."
        )


def override_estimate(tx: Tx, estimate_id: str, *, allowed_cents: int, reason: str) -> str:
    """Let a client be billed up to an amount in an estimate's days, whatever the estimate expected.

    It does not take the patient's right to dispute the bill away. Answers the estimate's id.
    Raises: ReasonNeeded, NothingToAllow, AmountTooLarge, NoEstimate.
    """
    tx.require(Right.WRITE_OFF)
    reason = require_reason(reason)
    one = find_estimate(tx, estimate_id)
    if allowed_cents <= one.expected_cents:
        raise NothingToAllow(one.expected_cents)
    if allowed_cents > MAX_CENTS:
        raise AmountTooLarge
    once = f"estimate-override:{one.estimate_id}:{allowed_cents}"
    if not tx.value("SELECT 1 FROM estimate_override WHERE once = :once", once=once):
        tx.add(
            EstimateOverride(
                once=once, estimate_id=one.estimate_id, allowed_cents=allowed_cents, reason=reason
            )
        )
        audit.record(
            tx, "estimate.overridden", "estimate", one.estimate_id, reason=reason,
            allowed_cents=allowed_cents, expected_cents=one.expected_cents, billed_cents=one.billed_cents,
        )  # fmt: skip
    return str(one.estimate_id)
