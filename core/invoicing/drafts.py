"""What every command on a draft needs: its limits, its refusals, the form of its lines."""

import json
from typing import Any

from core.errors import DomainError, NotFound
from core.ledger.unbilled import UnbilledCharge, as_billed
from core.store import Tx

MAX_NOTES = 10_000
MAX_LABEL = 500

DRAFT_LINE = (
    "id", "draft_id", "position", "charge_id", "share_id", "service_on", "provider_id", "code_system",
    "code", "modifiers", "description", "units_milli", "rate_cents", "amount_cents",
)  # fmt: skip


class NothingUnbilled(DomainError):
    code = "nothing_unbilled"

    def __init__(self) -> None:
        super().__init__("These charges are all on a draft or invoice already. There is nothing to bill.")


class OwedByOthers(NothingUnbilled):
    """What is asked for is billed or owed by somebody else, while other charges of the client are not."""

    code = "owed_by_others"

    def __init__(self) -> None:
        DomainError.__init__(
            self,
            "Nothing of this is left to bill to this guarantor. What is unbilled of this client is owed by"
            " others now, or was not asked for; it is in the unbilled queue.",
        )


class NotADraft(DomainError):
    code = "not_a_draft"

    def __init__(self, number: str) -> None:
        super().__init__(
            f"Invoice {number} is issued and is never edited. Void it and bill again, or adjust it."
        )


def require_draft(tx: Tx, draft_id: str) -> None:
    number = tx.value("SELECT number FROM invoice_issue WHERE invoice_id = :id LIMIT 1", id=draft_id)
    if number is not None:
        raise NotADraft(number)
    if tx.value("SELECT 1 FROM draft WHERE id = :id", id=draft_id) is None:
        raise NotFound("There is no such draft any more.", subject=draft_id)


def line_of(tx: Tx, draft_id: str, position: int, charge: UnbilledCharge) -> tuple[object, ...]:
    c = as_billed(charge)
    return (
        tx.new_id(), draft_id, position, c.charge_id, c.share_id or None, c.service_on, c.provider_id,
        c.code_system, c.code, c.modifiers, c.description, c.units_milli, c.rate_cents, c.amount_cents,
    )  # fmt: skip


def from_image(image: str) -> dict[str, Any]:
    """The columns of a deleted row, as its tomb keeps them, without what replication keeps."""
    return {name: value for name, value in json.loads(image).items() if not name.startswith("_")}
