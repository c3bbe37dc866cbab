"""What an answer to a conflict does: each deed is a command of the room whose record it changes."""

import json
from collections import namedtuple
from datetime import date
from typing import Any

from core import audit
from core.actors import Right
from core.clients.commands import change_client, change_guarantor
from core.clients.coverage import change_payer
from core.conflicts.conflict import Conflict, Side, dollars
from core.conflicts.edits import Clashed, called
from core.errors import DomainError
from core.invoicing.commands import delete_draft, restore_draft
from core.invoicing.drafts import DRAFT_LINE, require_draft
from core.invoicing.lines import remove_line, restore_line
from core.invoicing.voiding import MoneyIsOnIt, void_invoice
from core.ledger.carried import billed_twice
from core.ledger.unbilled import free
from core.money import line_amount, parse_cents
from core.payments.adjustments import credit_note
from core.payments.queries import invoice_state
from core.practice.commands import change_office, change_practice, change_provider, change_service
from core.store import Tx
from core.tables import TABLES, Draft, DraftAdjustment, DraftLine, table_name

Written = namedtuple("Written", "table row_id before after")
"""Columns of a row that a decision wrote, with what they held."""

BY_NAME = {table_name(table): table for table in TABLES}
OF_THE_PRACTICE = frozenset(
    {
        "practice",
        "office",
        "site",
        "user",
        "provider",
        "cpt_licence",
        "service",
        "setting",
        "policy",
        "mail_template",
    }
)


class CannotEditByHand(DomainError):
    code = "cannot_edit_by_hand"

    def __init__(self, what: str) -> None:
        super().__init__(
            f"The {what} is not typed here. Open the record, change it there, and answer `seen`."
        )


def write_side(
    tx: Tx, conflict: Conflict, clash: Clashed, side: Side, typed: str | None
) -> tuple[str, Written | None]:
    """Let one side of an edit stand, or what was typed instead of both."""
    tx.require(Right.MANAGE if clash.tbl in OF_THE_PRACTICE else Right.BILL)
    if clash.tbl in ("draft", "draft_line", "draft_adjustment"):
        require_draft(tx, clash.row_id if clash.tbl == "draft" else _draft_of(tx, clash))
    before = _values(tx, clash.tbl, clash.row_id, clash.col)
    if typed is None:
        value = json.loads(clash.kept if side is conflict.stands else clash.lost)
        after = _with_amount(tx, clash, {clash.col: value})
        before |= {name: _values(tx, clash.tbl, clash.row_id, name)[name] for name in after}
        if after != before:
            tx.change(BY_NAME[clash.tbl], clash.row_id, **after)
        words = f"{called(clash.col)} is {side.value}"
    else:
        _write_by_hand(tx, clash, typed.strip())
        after = _values(tx, clash.tbl, clash.row_id, clash.col)
        words = f"{called(clash.col)} is {typed.strip()}"
    return words, Written(clash.tbl, clash.row_id, before, after)


def _values(tx: Tx, table: str, row_id: str, column: str) -> dict[str, Any]:
    names = BY_NAME[table].model_fields
    assert column in names
    found = tx.rows(f'SELECT "{column}" FROM {table} WHERE id = :id', id=row_id)  # noqa: S608  our own names
    return {column: found[0][0] if found else None}


def _with_amount(tx: Tx, clash: Clashed, after: dict[str, Any]) -> dict[str, Any]:
    """On a draft's line the amount is units times rate, whoever wrote which of them."""
    if clash.tbl != "draft_line" or clash.col not in ("units_milli", "rate_cents"):
        return after
    units = after.get("units_milli", _values(tx, "draft_line", clash.row_id, "units_milli")["units_milli"])
    rate = after.get("rate_cents", _values(tx, "draft_line", clash.row_id, "rate_cents")["rate_cents"])
    return after | {"amount_cents": line_amount(units, rate)}


def _draft_of(tx: Tx, clash: Clashed) -> str:
    return str(_values(tx, clash.tbl, clash.row_id, "draft_id")["draft_id"])


def _write_by_hand(tx: Tx, clash: Clashed, typed: str) -> None:
    """Through the command that a person would use for this record, with all its checks."""
    value: Any = parse_cents(typed) if clash.col.endswith("_cents") else typed
    if clash.col.endswith(("_id", "_milli", "_bps", "_sha256")) or clash.col in ("active", "archived"):
        raise CannotEditByHand(called(clash.col))
    values = {clash.col: value}
    match clash.tbl:
        case "guarantor" if clash.col != "email_ok":
            change_guarantor(tx, clash.row_id, **values)
        case "client" if clash.col != "bill_to":
            change_client(tx, clash.row_id, **values)
        case "payer":
            change_payer(tx, clash.row_id, **values)
        case "practice":
            change_practice(tx, **values)
        case "office":
            change_office(tx, clash.row_id, **values)
        case "provider":
            change_provider(tx, clash.row_id, **values)
        case "service" if clash.col in ("rate_cents", "description"):
            change_service(tx, clash.row_id, **values)
        case _:
            raise CannotEditByHand(called(clash.col))


def put_back(tx: Tx, written: Written) -> None:
    """The values that stood before a decision."""
    tx.require(Right.MANAGE if written.table in OF_THE_PRACTICE else Right.BILL)
    if written.before != written.after:
        tx.change(BY_NAME[written.table], written.row_id, **written.before)


def void_of_two(tx: Tx, conflict: Conflict, lost: Side, *, today: date, money: str | None) -> str:
    """Call one of two invoices off; its charges are on the other."""
    kept = conflict.stands if lost is conflict.other else conflict.other
    reason = {
        "billed_twice": f"billed twice, {kept.value} stands",
        "number_twice": "its number was used twice",
    }.get(conflict.kind, "deleted as a draft in another office")
    voided = void_invoice(tx, lost.record_id, reason=reason, today=today, money=money)
    return f"{voided.number} void" + (
        f", {dollars(voided.credit_cents)} is credit" if voided.credit_cents else ""
    )


def credit_twice_asked(tx: Tx, conflict: Conflict, *, today: date) -> str:
    """A credit note over what the losing invoice asks for that another one asks for too."""
    twice = [one for one in billed_twice(tx) if one.invoice_id == conflict.other.record_id]
    state = invoice_state(tx, conflict.other.record_id)
    cents = min(sum(one.cents for one in twice), state.asked_cents - state.adjusted_cents)
    numbers = ", ".join(one.other_number for one in twice)
    made = credit_note(
        tx,
        conflict.other.record_id,
        amount_cents=cents,
        reason=f"billed twice, on {numbers} too",
        today=today,
    )
    return f"credit note of {dollars(cents)} on {made.number}"


EDITED_DRAFT = """
SELECT client_id, guarantor_id, office_id, due_on, terms_days, notes FROM draft WHERE id = :id
"""
EDITED_LINES = """
SELECT charge_id, share_id, service_on, provider_id, code_system, code, modifiers, description, units_milli,
       rate_cents, amount_cents
FROM draft_line WHERE draft_id = :id ORDER BY position, id
"""
EDITED_ADJUSTMENTS = """
SELECT position, kind, label, flat_cents, percent_bps FROM draft_adjustment WHERE draft_id = :id
ORDER BY position, id
"""


def draft_as_edited(tx: Tx, conflict: Conflict, *, today: date, money: str | None) -> str:
    """Void what was sent, and bill it again as the other office had edited it."""
    invoice_id = conflict.subject_id
    state = invoice_state(tx, invoice_id)
    if not state.void:
        if state.paid_cents and money is None:
            raise MoneyIsOnIt(state.number, state.paid_cents)
        void_invoice(
            tx, invoice_id, reason="edited in another office while it was sent", today=today, money=money
        )
    client_id, guarantor_id, office_id, due_on, terms_days, notes = tx.rows(EDITED_DRAFT, id=invoice_id)[0]
    if due_on is not None and due_on < today.isoformat():
        due_on = None
    draft_id = tx.add(
        Draft(
            client_id=client_id, guarantor_id=guarantor_id, office_id=office_id, made_on=today.isoformat(),
            due_on=due_on, terms_days=terms_days, notes=notes, replaces_id=invoice_id,
        )
    )  # fmt: skip
    lines = [
        (tx.new_id(), draft_id, place, *line)
        for place, line in enumerate(tx.rows(EDITED_LINES, id=invoice_id), 1)
        if line[0] is None or free(tx, line[0], line[1] or "")
    ]
    tx.add_many(DraftLine, DRAFT_LINE, lines)
    for position, kind, label, flat, bps in tx.rows(EDITED_ADJUSTMENTS, id=invoice_id):
        tx.add(
            DraftAdjustment(
                draft_id=draft_id, position=position, kind=kind, label=label, flat_cents=flat, percent_bps=bps
            )
        )
    audit.record(tx, "draft.replaces", "invoice", draft_id, replaces=state.number)
    return f"{state.number} void, a new draft as it was edited"


LOST_EDITS = """
SELECT col, lost FROM edit_clash WHERE tbl = :tbl AND row_id = :id AND col <> '' ORDER BY lost_stamp
"""


def keep_side_of_deleted(tx: Tx, conflict: Conflict, side: Side) -> str:
    """Of a row of a draft that was deleted and changed: bring it back, or delete it after all."""
    _, table, row_id, _ = conflict.name.split(":")
    if side is conflict.stands:
        return f"stays {side.value}"
    if side.value == "deleted":
        delete_draft(tx, row_id) if table == "draft" else remove_line(tx, row_id)
        return "deleted"
    restore_draft(tx, row_id) if table == "draft" else restore_line(tx, row_id)
    for col, lost in tx.rows(LOST_EDITS, tbl=table, id=row_id):
        if col in BY_NAME[table].model_fields:
            tx.change(BY_NAME[table], row_id, **{col: json.loads(lost)})
    return "brought back with the change"
