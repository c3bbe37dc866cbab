"""How a session becomes a charge or a claim."""

from collections import namedtuple
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from core import audit
from core.actors import Right
from core.errors import DomainError, NotFound, TooLong, UsageError
from core.money import MAX_CENTS, AmountTooLarge, line_amount
from core.practice.policies import missed_fee
from core.sessions.agenda import FEE_OF_STATUS
from core.store import Tx
from core.tables import Charge, ChargeVoid, Claim, Finalisation, Session, SessionLine
from core.text import plain

MAX_MODIFIERS = 4
MAX_DESCRIPTION = 500
FEE_WORDS = {"no_show_fee": "Missed appointment", "late_cancel_fee": "Late cancellation"}

ServiceLine = namedtuple(
    "ServiceLine",
    "code_system code modifiers description units_milli rate_cents pointers billable",
    defaults=("", True),
)


class NotFinished(DomainError):
    code = "not_finished"

    def __init__(self, status: str) -> None:
        super().__init__(
            f"A session that is {status.replace('_', ' ')} cannot go to billing;"
            " mark it kept, no-show or late cancel first."
        )


class AlreadyBilled(DomainError):
    code = "already_billed"

    def __init__(self) -> None:
        super().__init__("This charge is on a draft or invoice. Take it out there first.")


class ReasonMissing(UsageError):
    code = "reason_needed"

    def __init__(self) -> None:
        super().__init__("Say why the charge is taken back; the reason is kept in the audit log.")


class TooManyModifiers(UsageError):
    code = "too_many_modifiers"

    def __init__(self, typed: str) -> None:
        super().__init__(f'"{typed}" has more than {MAX_MODIFIERS} modifiers. A line takes at most four.')


class EndsBeforeStart(UsageError):
    code = "ends_before_start"

    def __init__(self) -> None:
        super().__init__("The session ends before it starts. Correct one of the two times.")


def record_session(
    tx: Tx,
    *,
    client_id: str,
    starts_at: datetime,
    ends_at: datetime,
    service_on: date,
    status: str,
    lines: Sequence[ServiceLine],
    provider_id: str | None = None,
    office_id: str | None = None,
    place_of_service: str = "",
    diagnoses: str = "[]",
    bill_to: str | None = None,
) -> str:
    """Put a session in the agenda with its service lines (RA1).

    Raises: EndsBeforeStart, TooManyModifiers.
    """
    tx.require(Right.BILL)
    if ends_at < starts_at:
        raise EndsBeforeStart
    session_id = tx.add(
        Session(
            client_id=client_id,
            provider_id=provider_id,
            office_id=office_id,
            starts_at=starts_at,  # type: ignore[arg-type]
            ends_at=ends_at,  # type: ignore[arg-type]
            service_on=service_on.isoformat(),
            status=status,
            place_of_service=place_of_service,
            bill_to=bill_to,
            diagnoses=diagnoses,
        )
    )
    for position, line in enumerate(lines, 1):
        if len(line.modifiers.split()) > MAX_MODIFIERS:
            raise TooManyModifiers(line.modifiers)
        tx.add(SessionLine(session_id=session_id, position=position, **line._asdict()))
    audit.record(tx, "session.recorded", "session", session_id, status=status, lines=len(lines))
    return session_id


STATUSES = ("scheduled", "kept", "no_show", "late_cancel", "cancelled")


class BadStatus(UsageError):
    code = "bad_status"

    def __init__(self, typed: str) -> None:
        super().__init__(f'"{plain(typed)[:20]}" is nothing a session can be. One of: {", ".join(STATUSES)}.')


class AlreadyFinal(DomainError):
    code = "already_final"

    def __init__(self) -> None:
        super().__init__(
            "This session has gone to billing. Take its charge back, or void its invoice, instead."
        )


class NotYet(DomainError):
    code = "not_yet"

    def __init__(self, status: str, day: str) -> None:
        super().__init__(
            f"The appointment is on {day}; on or after that day it can be marked {status.replace('_', ' ')}."
        )


def mark_session(tx: Tx, session_id: str, status: str, *, today: date) -> str:
    """Say what became of an appointment, before it goes to billing (RA1); answers what it was before.

    What a no-show or late cancellation costs is charged when it goes to billing, by the policy of its day.

    Raises: BadStatus, AlreadyFinal, NotYet, NotFound.
    """
    tx.require(Right.BILL)
    if status not in STATUSES:
        raise BadStatus(status)
    found = tx.rows("SELECT status, service_on FROM session WHERE id = :id", id=session_id)
    if not found:
        raise NotFound("There is no such session any more.", subject=session_id)
    before, service_on = found[0]
    if tx.value("SELECT 1 FROM finalisation WHERE once = :once", once=f"finalise:{session_id}"):
        raise AlreadyFinal
    if status in ("kept", "no_show") and service_on > today.isoformat():
        raise NotYet(status, service_on)
    if status != before:
        tx.change(Session, session_id, status=status)
        audit.record(tx, "session.marked", "session", session_id, before=before, after=status)
    return str(before)


Finalised = namedtuple("Finalised", "sessions charges claims total_cents")

_Due = namedtuple("_Due", "session_id client_id provider_id office_id service_on status bill_to coverage_id")

TO_FINALISE = """
SELECT s.id, s.client_id, s.provider_id, s.office_id, s.service_on, s.status,
       coalesce(s.bill_to, c.bill_to),
       (SELECT v.id FROM coverage AS v WHERE v.client_id = s.client_id
           AND (v.starts_on IS NULL OR v.starts_on <= s.service_on)
           AND (v.ends_on IS NULL OR s.service_on <= v.ends_on)
         ORDER BY v.rank, v.id LIMIT 1)
FROM session AS s JOIN client AS c ON c.id = s.client_id
WHERE s.id = :session_id
  AND NOT EXISTS (SELECT 1 FROM finalisation AS f WHERE f.once = 'finalise:' || s.id)
"""

LINES = """
SELECT id, code_system, code, modifiers, description, units_milli, rate_cents, billable
FROM session_line WHERE session_id = :session_id ORDER BY position, id
"""

_CHARGE = (
    "id", "once", "client_id", "kind", "service_on", "session_id", "session_line_id", "provider_id",
    "office_id", "code_system", "code", "modifiers", "description", "units_milli", "rate_cents",
    "amount_cents",
)  # fmt: skip


def finalise(tx: Tx, session_ids: Iterable[str]) -> Finalised:
    """Hand sessions to billing, each by its bill-to mode (RA2, RA3).

    client: a charge for each billable line of more than $0. insurance and hybrid: a claim; what the
    client owes comes after the payer has answered. A no-show or late cancellation: the policy's fee.
    A session that was finalised before is passed over, so a retry changes nothing.

    Raises: NotFinished, for a session that is scheduled or cancelled.
    """
    tx.require(Right.BILL)
    finals: list[tuple[Any, ...]] = []
    charges: list[tuple[Any, ...]] = []
    claims: list[tuple[Any, ...]] = []
    for session_id in dict.fromkeys(session_ids):
        due = tx.first(TO_FINALISE, _Due, session_id=session_id)
        if due is None:
            continue
        if due.status in FEE_OF_STATUS:
            charges.extend(_fee(tx, due))
        elif due.status == "kept":
            lines = [row for row in tx.rows(LINES, session_id=session_id) if row[7]]
            if due.bill_to == "client":
                charges.extend(_service_charges(tx, due, lines))
            else:
                claims.extend(_claim(tx, due, lines))
        else:
            raise NotFinished(due.status)
        finals.append((tx.new_id(), f"finalise:{session_id}", session_id, due.bill_to, due.service_on))
    tx.add_many(Finalisation, ("id", "once", "session_id", "bill_to", "service_on"), finals)
    tx.add_many(Charge, _CHARGE, charges)
    tx.add_many(
        Claim, ("id", "once", "session_id", "client_id", "coverage_id", "service_on", "charged_cents"), claims
    )
    total = sum(charge[-1] for charge in charges)
    if finals:
        audit.record(
            tx, "sessions.finalised", "session", finals[0][2] if len(finals) == 1 else "",
            sessions=len(finals), charges=len(charges), claims=len(claims), total_cents=total,
        )  # fmt: skip
    return Finalised(len(finals), len(charges), len(claims), total)


def _service_charges(tx: Tx, due: _Due, lines: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    charges: list[tuple[Any, ...]] = []
    for line_id, system, code, modifiers, description, units, rate, _ in lines:
        amount = line_amount(units, rate)
        if amount > 0:
            charges.append(
                (tx.new_id(), f"charge:{line_id}", due.client_id, "service", due.service_on, due.session_id,
                 line_id, due.provider_id, due.office_id, system, code, modifiers, description, units, rate,
                 amount)
            )  # fmt: skip
    return charges


def _claim(tx: Tx, due: _Due, lines: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    charged = sum(line_amount(row[5], row[6]) for row in lines)
    if charged == 0:
        return []
    once = f"claim:{due.session_id}"
    return [(tx.new_id(), once, due.session_id, due.client_id, due.coverage_id, due.service_on, charged)]


def _fee(tx: Tx, due: _Due) -> list[tuple[Any, ...]]:
    kind = FEE_OF_STATUS[due.status]
    fee = missed_fee(tx, kind, date.fromisoformat(due.service_on))
    if fee.amount_cents == 0:
        return []
    once = f"charge:{kind}:{due.session_id}"
    return [
        (tx.new_id(), once, due.client_id, kind, due.service_on, due.session_id, None, due.provider_id,
         due.office_id, "LOCAL", "", "", FEE_WORDS[kind], 1000, fee.amount_cents, fee.amount_cents)
    ]  # fmt: skip


def write_in_charge(
    tx: Tx,
    *,
    client_id: str,
    service_on: date,
    description: str,
    amount_cents: int,
    office_id: str | None = None,
    provider_id: str | None = None,
    code_system: str = "LOCAL",
    code: str = "",
) -> str:
    """A charge with no session, such as a report or materials; it waits in the unbilled queue.

    One with a CPT code needs a provider who is licensed, as any line does.

    Raises: UsageError, TooLong, AmountTooLarge.
    """
    tx.require(Right.BILL)
    if amount_cents <= 0 or not description.strip():
        raise UsageError("A write-in charge needs a description and an amount above zero.")
    if amount_cents > MAX_CENTS:
        raise AmountTooLarge
    if len(description) > MAX_DESCRIPTION:
        raise TooLong("description", MAX_DESCRIPTION)
    charge_id = tx.new_id()
    tx.add_many(
        Charge,
        _CHARGE,
        [(charge_id, None, client_id, "write_in", service_on, None, None, provider_id, office_id, code_system,
          code, "",
          description.strip(), 1000, amount_cents, amount_cents)],
    )  # fmt: skip
    audit.record(tx, "charge.written_in", "charge", charge_id, amount_cents=amount_cents)
    return charge_id


def void_charge(tx: Tx, charge_id: str, *, reason: str) -> None:
    """Take back a charge made in error, while no draft or invoice carries it.

    Raises: AlreadyBilled, ReasonMissing.
    """
    from core.ledger.unbilled import carried

    tx.require(Right.BILL)
    if not reason.strip():
        raise ReasonMissing
    if carried(tx, charge_id):
        raise AlreadyBilled
    once = f"charge-void:{charge_id}"
    if tx.value("SELECT 1 FROM charge_void WHERE once = :once", once=once):
        return
    tx.add(ChargeVoid(once=once, charge_id=charge_id, reason=reason))
    audit.record(tx, "charge.voided", "charge", charge_id, reason=reason)
