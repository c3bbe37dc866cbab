"""Drafts: make one, change it, take it back, issue it (RB1 to RB3)."""

from collections import namedtuple
from collections.abc import Sequence
from datetime import date
from typing import Any

from core import audit
from core.actors import Right
from core.dates import ALL_TIME
from core.errors import DomainError, NotFound, TooLong
from core.invoicing.drafts import (
    DRAFT_LINE,
    MAX_NOTES,
    NothingUnbilled,
    OwedByOthers,
    from_image,
    line_of,
    require_draft,
)
from core.invoicing.issue import Bill, BillLine, DueBeforeIssue, Issued, issue_bills
from core.invoicing.preflight import PARTY, Party, by_payer, holds, party_of
from core.ledger.carried import DROPPED
from core.ledger.estimates import NOT_CARE, Watch
from core.ledger.unbilled import UnbilledCharge, chosen, free, unbilled_charges
from core.money import ONE_UNIT, percent_of
from core.practice.policies import terms
from core.practice.queries import licensed_providers
from core.sessions.commands import finalise
from core.sessions.queries import charges_of_session
from core.store import Tx
from core.tables import Draft, DraftAdjustment, DraftLine


class HeldBack(DomainError):
    code = "held_back"

    def __init__(self, client: str, reasons: Sequence[str]) -> None:
        from core.text import plain

        super().__init__(f"{plain(client)} cannot be billed yet: {'; '.join(map(plain, reasons))}.")


def _party(tx: Tx, client_id: str) -> Party:
    found = tx.first(PARTY, Party, client_id=client_id)
    if found is None:
        raise NotFound("There is no such client.", subject=client_id)
    return found


def create_draft(
    tx: Tx,
    *,
    client_id: str,
    today: date,
    charge_ids: Sequence[str] | None = None,
    due_on: date | None = None,
    terms_days: int | None = None,
    notes: str = "",
    run_id: str | None = None,
    empty: bool = False,
    guarantor_id: str | None = None,
) -> str:
    """A draft of what one guarantor owes of a client's unbilled charges: those named, else all of them.

    It is the client's own guarantor where none is named; `empty` starts without a line. What others owe
    by their shares stays unbilled: `create_drafts` makes all the sibling drafts.

    Raises: NothingUnbilled, DueBeforeIssue, TooLong, NotFound.
    """
    tx.require(Right.BILL)
    _check(today, due_on, notes)
    own = _party(tx, client_id)
    party = party_of(tx, client_id, guarantor_id or own.guarantor_id)
    if party is None:
        raise NotFound("There is no such guarantor.", subject=guarantor_id or "")
    owed = [] if empty else _owed(tx, own, today, charge_ids).get(party.guarantor_id, [])
    if not owed and not empty:
        raise _nothing(tx, client_id, today)
    return draft_of(
        tx, party, owed, today=today, due_on=due_on, terms_days=terms_days, notes=notes, run_id=run_id
    )


def create_drafts(
    tx: Tx,
    *,
    client_id: str,
    today: date,
    charge_ids: Sequence[str] | None = None,
    due_on: date | None = None,
    terms_days: int | None = None,
    notes: str = "",
    run_id: str | None = None,
) -> list[str]:
    """A draft for each guarantor who owes of a client's unbilled charges: one, unless they are shared (RB8).

    `charge_ids` name charges, with all their shares, or single shares as `part_of` does.

    Raises: NothingUnbilled, DueBeforeIssue, TooLong, NotFound.
    """
    tx.require(Right.BILL)
    _check(today, due_on, notes)
    own = _party(tx, client_id)
    found = _owed(tx, own, today, charge_ids)
    if not found:
        raise _nothing(tx, client_id, today)
    made = []
    for guarantor_id, owed in found.items():
        party = own if guarantor_id == own.guarantor_id else party_of(tx, client_id, guarantor_id)
        assert party is not None, "references hold"
        made.append(
            draft_of(
                tx, party, owed, today=today, due_on=due_on, terms_days=terms_days, notes=notes, run_id=run_id
            )
        )
    return made


def _check(today: date, due_on: date | None, notes: str) -> None:
    if len(notes) > MAX_NOTES:
        raise TooLong("note", MAX_NOTES)
    if due_on is not None and due_on < today:
        raise DueBeforeIssue(due_on, today)


def _nothing(tx: Tx, client_id: str, today: date) -> NothingUnbilled:
    """Why there is nothing of what was asked for to bill."""
    return OwedByOthers() if unbilled_charges(tx, ALL_TIME, today, client_id=client_id) else NothingUnbilled()


def _owed(
    tx: Tx, own: Party, today: date, charge_ids: Sequence[str] | None
) -> dict[str, list[UnbilledCharge]]:
    """What is unbilled of a client, all or those named, by who owes it."""
    charges = unbilled_charges(tx, ALL_TIME, today, client_id=own.client_id)
    if charge_ids is not None:
        charges = chosen(charges, set(charge_ids))
    return by_payer(charges, own.guarantor_id)


def draft_of(
    tx: Tx,
    party: Party,
    charges: Sequence[UnbilledCharge],
    *,
    today: date,
    due_on: date | None = None,
    terms_days: int | None = None,
    notes: str = "",
    run_id: str | None = None,
) -> str:
    """The same for charges that the caller has just found unbilled in this transaction."""
    tx.require(Right.BILL)
    draft_id = tx.add(
        Draft(
            client_id=party.client_id,
            guarantor_id=party.guarantor_id,
            office_id=office_of(party, charges),
            made_on=today.isoformat(),
            due_on=None if due_on is None else due_on.isoformat(),
            terms_days=terms(tx, today).days if terms_days is None else terms_days,
            notes=notes,
            run_id=run_id,
        )
    )
    tx.add_many(
        DraftLine, DRAFT_LINE, [line_of(tx, draft_id, place, c) for place, c in enumerate(charges, 1)]
    )
    total = sum(charge.amount_cents for charge in charges)
    audit.record(tx, "draft.made", "invoice", draft_id, lines=len(charges), total_cents=total)
    return draft_id


def office_of(party: Party, charges: Sequence[UnbilledCharge]) -> str | None:
    """The office whose letterhead the bill carries: where the first service was given."""
    first: str | None = next((charge.office_id for charge in charges if charge.office_id), party.office_id)
    return first


def edit_draft(
    tx: Tx,
    draft_id: str,
    *,
    due_on: date | None = None,
    due_by_terms: bool = False,
    notes: str | None = None,
    today: date | None = None,
) -> None:
    """Change the due date or the notes of a draft; `due_by_terms` takes a chosen due date back.

    Raises: DueBeforeIssue, where `today` is told and the due date has passed; NotADraft, TooLong, NotFound.
    """
    tx.require(Right.BILL)
    require_draft(tx, draft_id)
    if due_on is not None and today is not None and due_on < today:
        raise DueBeforeIssue(due_on, today)
    values: dict[str, object] = {}
    if due_on is not None or due_by_terms:
        values["due_on"] = due_on
    if notes is not None:
        if len(notes) > MAX_NOTES:
            raise TooLong("note", MAX_NOTES)
        values["notes"] = notes
    if values:
        tx.change(Draft, draft_id, **values)
        audit.record(tx, "draft.edited", "invoice", draft_id, columns=sorted(values))


def delete_draft(tx: Tx, draft_id: str) -> None:
    """Delete a draft; its charges are unbilled again. `restore_draft` brings it back.

    Raises: NotADraft, NotFound.
    """
    tx.require(Right.BILL)
    require_draft(tx, draft_id)
    lines = [row[0] for row in tx.rows(LINES_AND_ADJUSTMENTS, draft_id=draft_id)]
    tx.remove(DraftAdjustment, "draft_id", draft_id)
    tx.remove(DraftLine, "draft_id", draft_id)
    tx.remove(Draft, "id", draft_id)
    audit.record(tx, "draft.deleted", "invoice", draft_id, lines=lines)


LINES_AND_ADJUSTMENTS = """
SELECT id FROM draft_line WHERE draft_id = :draft_id
UNION ALL SELECT id FROM draft_adjustment WHERE draft_id = :draft_id
"""


TOMBS = """
SELECT tbl, image FROM sync_tomb
WHERE (tbl = 'draft' AND id = :draft_id)
   OR (tbl IN ('draft_line', 'draft_adjustment') AND id IN (
       SELECT l.value FROM json_each(
           (SELECT a.detail FROM audit_entry AS a
            WHERE a.verb = 'draft.deleted' AND a.subject_id = :draft_id
            ORDER BY a._q = 0 DESC, a._q DESC, a.site DESC, a.no DESC LIMIT 1), '$.lines') AS l))
"""
"""The draft and what went with it: not the lines that had been taken out of it before."""


def restore_draft(tx: Tx, draft_id: str) -> int:
    """Bring a deleted draft back with every line whose charge is still owed and carried by nothing else.

    Answers how many lines came back. Raises: NotFound.
    """
    tx.require(Right.BILL)
    if tx.value("SELECT 1 FROM draft WHERE id = :id", id=draft_id) is not None:
        raise NotFound("The draft is there already.", subject=draft_id)
    images: dict[str, list[dict[str, Any]]] = {"draft": [], "draft_line": [], "draft_adjustment": []}
    for table, image in tx.rows(TOMBS, draft_id=draft_id):
        images[table].append(from_image(image))
    if not images["draft"]:
        raise NotFound("There is no such draft to bring back.", subject=draft_id)
    tx.add(Draft(**images["draft"][0]))
    back = 0
    for row in images["draft_line"]:
        if row["charge_id"] is None or free(tx, str(row["charge_id"]), row["share_id"] or ""):
            tx.add(DraftLine(**row))
            back += 1
    for row in images["draft_adjustment"]:
        tx.add(DraftAdjustment(**row))
    audit.record(tx, "draft.restored", "invoice", draft_id, lines=back)
    return back


def delete_drafts(tx: Tx, draft_ids: Sequence[str]) -> None:
    """Delete several drafts, or none of them."""
    for draft_id in draft_ids:
        delete_draft(tx, draft_id)


def restore_drafts(tx: Tx, draft_ids: Sequence[str]) -> None:
    """Bring several drafts back, or none of them."""
    for draft_id in draft_ids:
        restore_draft(tx, draft_id)


DraftHead = namedtuple(
    "DraftHead", "client_id guarantor_id office_id due_on terms_days notes run_id replaces_id"
)
DRAFT = """
SELECT client_id, guarantor_id, office_id, due_on, terms_days, notes, run_id, replaces_id
FROM draft WHERE id = :draft_id
"""
DRAFT_LINES = f"""
SELECT CASE WHEN charge_id IS NULL THEN 'manual' ELSE 'charge' END, charge_id, share_id, service_on,
       provider_id, code_system, code, modifiers, description, units_milli, rate_cents, amount_cents
FROM draft_line AS l WHERE draft_id = :draft_id AND NOT {DROPPED} ORDER BY position, id
"""  # noqa: S608  composed of the constant above
"""What another office billed meanwhile is not on the invoice."""
DRAFT_ADJUSTMENTS = """
SELECT kind, label, flat_cents, percent_bps FROM draft_adjustment
WHERE draft_id = :draft_id ORDER BY position, id
"""
PROVIDER_NAMES = "SELECT id, name FROM provider"


def issue_drafts(tx: Tx, draft_ids: Sequence[str], *, today: date) -> list[Issued]:
    """Issue drafts, in order; all or none (RB3). One issued before is passed over.

    Raises: HeldBack, NothingToIssue, TotalBelowZero, DueBeforeIssue, NotFound.
    """
    tx.require(Right.BILL)
    licensed = licensed_providers(tx, today.year)
    providers = dict(tx.rows(PROVIDER_NAMES))
    watch = Watch(tx)
    bills = []
    for draft_id in dict.fromkeys(draft_ids):
        if tx.value("SELECT 1 FROM invoice_issue WHERE once = :once", once=f"issue:{draft_id}"):
            continue
        bill = _bill(tx, draft_id)
        coded = [(line.code_system, line.provider_id) for line in bill.lines]
        reasons = holds(bill.party, coded, licensed, providers)
        if watch.watches(bill.party.client_id):
            surcharge = sum(line.amount_cents for line in bill.lines if line.kind == "surcharge")
            reasons += watch.bill(bill.party.client_id, _care(tx, bill), surcharge_cents=surcharge)[0]
        if reasons:
            raise HeldBack(bill.party.client, reasons)
        bills.append(bill)
    return issue_bills(tx, bills, today=today)


CHARGE_KIND = "SELECT kind FROM charge WHERE id = :charge_id"


def _care(tx: Tx, bill: Bill) -> list[tuple[str | None, str | None, int]]:
    """What a Good Faith Estimate could have expected: provider, day and cents of each service on a bill."""
    return [
        (line.provider_id, line.service_on, line.amount_cents)
        for line in bill.lines
        if line.charge_id is not None and tx.value(CHARGE_KIND, charge_id=line.charge_id) not in NOT_CARE
    ]


def _bill(tx: Tx, draft_id: str) -> Bill:
    head = tx.first(DRAFT, DraftHead, draft_id=draft_id)
    if head is None:
        raise NotFound("There is no such draft any more.", subject=draft_id)
    lines = tx.all(DRAFT_LINES, BillLine, draft_id=draft_id)
    base = sum(line.amount_cents for line in lines)
    for kind, label, flat, bps in tx.rows(DRAFT_ADJUSTMENTS, draft_id=draft_id):
        amount = flat if flat is not None else percent_of(base, bps)
        signed = -amount if kind == "discount" else amount
        lines.append(BillLine(kind, None, None, None, None, "", "", "", label, ONE_UNIT, signed, signed))
    due = None if head.due_on is None else date.fromisoformat(head.due_on)
    party = party_of(tx, head.client_id, head.guarantor_id)
    assert party is not None, "references hold"
    return Bill(
        draft_id, party, head.office_id, head.terms_days, due, head.notes,
        head.run_id, head.replaces_id, tuple(lines),
    )  # fmt: skip


def bill_session(tx: Tx, session_id: str, *, today: date) -> list[str]:
    """Draft one session from the agenda, finalised first if it was not: a draft for each who owes (RB1, RB8).

    Raises: NotFinished, NothingUnbilled, NotFound.
    """
    finalise(tx, [session_id])
    client_id = tx.value("SELECT client_id FROM session WHERE id = :id", id=session_id)
    if client_id is None:
        raise NotFound("There is no such session any more.", subject=session_id)
    return create_drafts(tx, client_id=client_id, today=today, charge_ids=charges_of_session(tx, session_id))
