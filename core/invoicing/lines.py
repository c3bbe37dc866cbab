"""The lines, discounts and surcharges of a draft: add, change, take out, bring back (RB2)."""

from datetime import date

from core import audit
from core.actors import Right
from core.dates import ALL_TIME
from core.errors import DomainError, NotFound, TooLong, UsageError
from core.invoicing.drafts import (
    DRAFT_LINE,
    MAX_LABEL,
    NothingUnbilled,
    from_image,
    line_of,
    require_draft,
)
from core.invoicing.preflight import by_payer
from core.ledger.unbilled import UnbilledCharge, free, unbilled_charges
from core.money import ONE_UNIT, line_amount
from core.store import Read, Tx
from core.tables import DraftAdjustment, DraftLine

NEXT_POSITION = "SELECT coalesce(max(position), 0) + 1 FROM {table} WHERE draft_id = :draft_id"
NEXT_LINE = NEXT_POSITION.format(table="draft_line")
NEXT_ADJUSTMENT = NEXT_POSITION.format(table="draft_adjustment")


class OwedByAnother(DomainError):
    code = "owed_by_another"

    def __init__(self) -> None:
        super().__init__("Somebody else owes this charge. A draft bills one guarantor; make another draft.")


class ShareIsFixed(DomainError):
    code = "share_is_fixed"

    def __init__(self) -> None:
        super().__init__(
            "This line is a share of a charge, and the shares add up to it. Discount the draft, or change"
            " how the client's charges are shared."
        )


def add_manual_line(
    tx: Tx,
    draft_id: str,
    *,
    description: str,
    rate_cents: int,
    units_milli: int = ONE_UNIT,
    service_on: date | None = None,
) -> str:
    """A line with no session behind it, such as materials. Raises: NotADraft, TooLong, UsageError."""
    tx.require(Right.BILL)
    require_draft(tx, draft_id)
    if not description.strip():
        raise UsageError("A line needs a description.")
    if len(description) > MAX_LABEL:
        raise TooLong("description", MAX_LABEL)
    amount = line_amount(units_milli, rate_cents)
    if amount <= 0:
        raise UsageError("A line's amount is above zero; use a discount to take something off.")
    line_id = tx.add(
        DraftLine(
            draft_id=draft_id,
            position=tx.value(NEXT_LINE, draft_id=draft_id),
            description=description.strip(),
            service_on=None if service_on is None else service_on.isoformat(),
            units_milli=units_milli,
            rate_cents=rate_cents,
            amount_cents=amount,
        )
    )
    audit.record(tx, "draft.line_added", "invoice", draft_id, line=line_id, amount_cents=amount)
    return line_id


WHOSE_DRAFT = """
SELECT d.client_id, d.guarantor_id, k.guarantor_id FROM draft AS d JOIN client AS k ON k.id = d.client_id
WHERE d.id = :draft_id
"""


def charges_to_add(read: Read, draft_id: str, *, today: date) -> list[UnbilledCharge]:
    """The unbilled charges, or shares of them, that the draft's guarantor owes for its client."""
    ((client_id, guarantor_id, own_id),) = read.rows(WHOSE_DRAFT, draft_id=draft_id)
    charges = unbilled_charges(read, ALL_TIME, today, client_id=client_id)
    return by_payer(charges, own_id).get(guarantor_id, [])


def add_charge(tx: Tx, draft_id: str, charge_id: str, *, today: date) -> str:
    """Put an unbilled charge of the same client, or the guarantor's share of it, on a draft.

    Raises: NothingUnbilled, OwedByAnother, NotADraft.
    """
    tx.require(Right.BILL)
    require_draft(tx, draft_id)
    owed = next((c for c in charges_to_add(tx, draft_id, today=today) if c.charge_id == charge_id), None)
    if owed is None:
        client_id = tx.value("SELECT client_id FROM draft WHERE id = :id", id=draft_id)
        others = unbilled_charges(tx, ALL_TIME, today, client_id=client_id)
        raise OwedByAnother if any(c.charge_id == charge_id for c in others) else NothingUnbilled
    row = line_of(tx, draft_id, tx.value(NEXT_LINE, draft_id=draft_id), owed)
    tx.add_many(DraftLine, DRAFT_LINE, [row])
    audit.record(tx, "draft.line_added", "invoice", draft_id, charge=charge_id)
    return str(row[0])


def add_unbilled(tx: Tx, draft_id: str, *, today: date) -> list[str]:
    """Put all that is unbilled of the draft's client, and owed by its guarantor, on it; answers the lines.

    Raises: NothingUnbilled, NotADraft.
    """
    tx.require(Right.BILL)
    require_draft(tx, draft_id)
    found = charges_to_add(tx, draft_id, today=today)
    if not found:
        raise NothingUnbilled
    return [add_charge(tx, draft_id, charge.charge_id, today=today) for charge in found]


LINE = "SELECT draft_id, units_milli, rate_cents, amount_cents, share_id FROM draft_line WHERE id = :line_id"


def change_line(
    tx: Tx, line_id: str, *, units_milli: int | None = None, rate_cents: int | None = None
) -> None:
    """Another rate or number of units on a draft's line; the session keeps its own.

    Raises: ShareIsFixed, NotADraft, NotFound, UsageError.
    """
    tx.require(Right.BILL)
    found = tx.first(LINE, lambda *row: row, line_id=line_id)
    if found is None:
        raise NotFound("There is no such line any more.", subject=line_id)
    draft_id, units, rate, before, share_id = found
    require_draft(tx, draft_id)
    if share_id is not None:
        raise ShareIsFixed
    units = units if units_milli is None else units_milli
    rate = rate if rate_cents is None else rate_cents
    amount = line_amount(units, rate)
    if rate < 0 or units <= 0:
        raise UsageError(
            "Units are above zero and a rate is not below it; use a discount to take something off."
        )
    tx.change(DraftLine, line_id, units_milli=units, rate_cents=rate, amount_cents=amount)
    audit.record(
        tx, "draft.line_changed", "invoice", draft_id, line=line_id, before_cents=before, after_cents=amount
    )


def remove_line(tx: Tx, line_id: str) -> None:
    """Take a line, discount or surcharge out of a draft; a session's charge is unbilled again.

    Raises: NotADraft, NotFound.
    """
    tx.require(Right.BILL)
    for table, name in ((DraftLine, "draft_line"), (DraftAdjustment, "draft_adjustment")):
        draft_id = tx.value(f"SELECT draft_id FROM {name} WHERE id = :id", id=line_id)  # noqa: S608
        if draft_id is not None:
            require_draft(tx, draft_id)
            tx.remove(table, "id", line_id)
            audit.record(tx, "draft.line_removed", "invoice", draft_id, line=line_id)
            return
    raise NotFound("There is no such line any more.", subject=line_id)


def adjust_draft(
    tx: Tx,
    draft_id: str,
    *,
    kind: str,
    label: str = "",
    flat_cents: int | None = None,
    percent_bps: int | None = None,
) -> str:
    """A discount or surcharge on the whole draft, flat or by percent of its lines.

    Raises: NotADraft, UsageError.
    """
    tx.require(Right.BILL)
    require_draft(tx, draft_id)
    if (flat_cents is None) == (percent_bps is None) or (flat_cents or percent_bps or 0) <= 0:
        raise UsageError("A discount or surcharge is an amount or a percentage, above zero.")
    if kind == "discount" and percent_bps is not None and percent_bps > 10_000:
        raise UsageError("A discount is at most 100 %.")
    if len(label) > MAX_LABEL:
        raise TooLong("label", MAX_LABEL)
    adjustment_id = tx.add(
        DraftAdjustment(
            draft_id=draft_id,
            position=tx.value(NEXT_ADJUSTMENT, draft_id=draft_id),
            kind=kind,
            label=label.strip() or kind.capitalize(),
            flat_cents=flat_cents,
            percent_bps=percent_bps,
        )
    )
    audit.record(
        tx, "draft.adjusted", "invoice", draft_id, kind=kind, flat_cents=flat_cents, percent_bps=percent_bps
    )
    return adjustment_id


LINE_TOMB = """
SELECT tbl, image FROM sync_tomb WHERE id = :line_id AND tbl IN ('draft_line', 'draft_adjustment')
"""


LINE_THERE = """
SELECT 1 FROM draft_line WHERE id = :id UNION ALL SELECT 1 FROM draft_adjustment WHERE id = :id
"""


def restore_line(tx: Tx, line_id: str) -> None:
    """Bring back a line that was taken out, if its charge is still owed and carried by nothing else.

    Raises: NothingUnbilled, NotADraft, NotFound.
    """
    tx.require(Right.BILL)
    found = tx.rows(LINE_TOMB, line_id=line_id)
    if not found:
        raise NotFound("There is no such line to bring back.", subject=line_id)
    table, image = found[0]
    row = from_image(image)
    require_draft(tx, row["draft_id"])
    if tx.value(LINE_THERE, id=line_id):
        raise NotFound("The line is there already.", subject=line_id)
    if row.get("charge_id") is not None and not free(tx, row["charge_id"], row["share_id"] or ""):
        raise NothingUnbilled
    tx.add(DraftLine(**row) if table == "draft_line" else DraftAdjustment(**row))
    audit.record(tx, "draft.line_added", "invoice", row["draft_id"], line=line_id)
