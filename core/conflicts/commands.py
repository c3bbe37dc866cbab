"""Decide a conflict: once, for every office (RI3).

An answer is a fact that names the conflict; the first one counts. What it does besides (put a value back,
void an invoice, reverse a payment) is done by the rooms whose business that is, with their own rights.
"""

from collections import namedtuple
from datetime import date

from core import audit
from core.actors import Right
from core.conflicts.conflict import Conflict, Speaking
from core.conflicts.deeds import (
    CannotEditByHand,
    Written,
    credit_twice_asked,
    draft_as_edited,
    keep_side_of_deleted,
    put_back,
    void_of_two,
    write_side,
)
from core.conflicts.edits import clash_named
from core.conflicts.queries import find_conflict
from core.errors import DomainError, UsageError
from core.payments.commands import reverse_payment
from core.store import Tx
from core.tables import ClashAnswer

ANSWERS = ("ours", "theirs", "edit", "void", "credit-note", "new-draft", "not-duplicate", "seen")
TO_BE_TAKEN_BACK = frozenset({"edited_in_two_places"})

Resolved = namedtuple("Resolved", "answer_id name kind answer text written can_undo")
"""`written` are the values that an edit put in the place of others, so that `take_back` can undo it."""


class NoSuchAnswer(UsageError):
    code = "no_such_answer"

    def __init__(self, conflict: Conflict, answer: str) -> None:
        super().__init__(
            f'"{answer[:20]}" does not answer this. One of: {", ".join(conflict.answers)}.',
            subject=conflict.conflict_id,
        )


class SharedAlready(DomainError):
    code = "shared_already"

    def __init__(self) -> None:
        super().__init__(
            "The other offices have this decision already, so it stays. Change the record itself instead."
        )


def resolve(
    tx: Tx,
    conflict_id: str,
    answer: str,
    *,
    today: date,
    value: str = "",
    money: str | None = None,
    note: str = "",
) -> Resolved:
    """Decide a conflict. `ours` and `theirs` keep one of its sides, `edit` writes `value` in their place,
    `void` and `credit-note` settle an invoice that asks twice, `new-draft` bills again as edited; `seen` and
    `not-duplicate` leave everything as it is. `money` says what becomes of money on an invoice that is
    voided: credit or refund.

    Raises: NoConflict, NoSuchAnswer, CannotEditByHand, and what the deed itself refuses, as NotAllowed.
    """
    tx.require(Right.BILL)
    conflict = find_conflict(tx, conflict_id)
    if answer not in conflict.answers:
        raise NoSuchAnswer(conflict, answer)
    if answer == "edit" and not value.strip():
        raise UsageError("Say the value that shall stand instead, with --value.")
    text, written = _do(tx, conflict, answer, today=today, value=value, money=money)
    answer_id = tx.add(
        ClashAnswer(once=f"answer:{conflict.name}", conflict=conflict.name, answer=answer, note=note.strip())
    )
    audit.record(
        tx, "conflict.resolved", conflict.subject_kind, conflict.subject_id, reason=note.strip(),
        conflict=conflict.name, kind=conflict.kind, answer=answer,
    )  # fmt: skip
    light = answer in ("seen", "not-duplicate") or conflict.kind in TO_BE_TAKEN_BACK
    return Resolved(answer_id, conflict.name, conflict.kind, answer, text, written, light)


def _do(
    tx: Tx, conflict: Conflict, answer: str, *, today: date, value: str, money: str | None
) -> tuple[str, Written | None]:
    """What an answer does, told in words, and what an edit wrote over."""
    if answer in ("seen", "not-duplicate"):
        return "left as it is", None
    side = conflict.left if answer == "ours" else conflict.right
    if conflict.kind == "edited_in_two_places":
        return write_side(
            tx, conflict, clash_named(Speaking(tx), conflict.name), side, value if answer == "edit" else None
        )
    if conflict.kind == "deleted_and_changed":
        return keep_side_of_deleted(tx, conflict, side), None
    if conflict.kind == "duplicate_payment":
        lost = conflict.right if answer == "ours" else conflict.left
        reverse_payment(tx, lost.record_id, reason="recorded by two offices", today=today)
        return f"kept {side.value} of {side.office}, reversed the other", None
    if answer == "credit-note":
        return credit_twice_asked(tx, conflict, today=today), None
    if answer == "new-draft":
        return draft_as_edited(tx, conflict, today=today, money=money), None
    if answer == "void":
        lost = conflict.stands if conflict.kind == "edited_while_sent" else conflict.other
    else:
        lost = conflict.right if answer == "ours" else conflict.left
    return void_of_two(tx, conflict, lost, today=today, money=money), None


ANSWER = "SELECT _q FROM clash_answer WHERE id = :id"


def take_back(tx: Tx, resolved: Resolved) -> None:
    """Open a conflict again, with the value it had, while no other office knows of the decision.

    Raises: SharedAlready; UsageError, where the deed has an undo of its own.
    """
    tx.require(Right.BILL)
    if not resolved.can_undo:
        raise UsageError("This decision is not taken back; undo what it did on the record itself.")
    if tx.value(ANSWER, id=resolved.answer_id):
        raise SharedAlready
    if resolved.written is not None:
        put_back(tx, resolved.written)
    tx.add(
        ClashAnswer(once=f"reopen:{resolved.answer_id}", conflict=resolved.name, answer="reopened", note="")
    )
    audit.record(tx, "conflict.reopened", "conflict", resolved.name, answer=resolved.answer)


__all__ = ["ANSWERS", "CannotEditByHand", "NoSuchAnswer", "Resolved", "SharedAlready", "resolve", "take_back"]
