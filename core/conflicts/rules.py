"""What is a conflict: a list of questions, each asked of facts that every office has (RI3).

A rule tells what happened and names it by what it happened to, so that all offices see the same words
under the same name, and one answer is an answer for all of them. Which of two counts is said by `ledger`.
"""

from collections.abc import Callable, Iterator

from core.conflicts.conflict import Conflict, Side, Speaking, dollars, listed, several
from core.conflicts.edits import deleted_and_changed, edited_in_two_places
from core.conflicts.money import crossed_money, duplicate_payments, refunds_alike
from core.conflicts.sent import edited_while_sent
from core.ledger.carried import BilledTwice, billed_twice
from core.ledger.effective import ISSUE_COUNTS

Rule = Callable[[Speaking], Iterator[Conflict]]


def charges_billed_twice(say: Speaking) -> Iterator[Conflict]:
    """One charge, or one payer's share of it, is on two live invoices (`decisions.md` 2)."""
    losing: dict[str, list[BilledTwice]] = {}
    for one in billed_twice(say.read):
        losing.setdefault(one.invoice_id, []).append(one)
    for invoice_id, several_firsts in losing.items():
        one = several_firsts[0]
        first = say.side(one.other_site, one.other_at, one.other_number, one.other_id)
        second = say.side(one.site, one.at, one.number, invoice_id)
        firsts = listed([f"{w.other_number} ({_by(say, w)})" for w in several_firsts])
        cents = sum(w.cents for w in several_firsts)
        count = sum(w.charges for w in several_firsts)
        yield Conflict(
            name=f"billed-twice:{invoice_id}",
            kind="billed_twice",
            text=f"{one.client}: {several(count, 'charge')}, {dollars(cents)}, on {firsts} and again on"
            f" {one.number} ({say.who(second)}). {one.other_number} came first: void {one.number},"
            " or credit what it asks for twice.",
            subject_kind="invoice",
            subject_id=invoice_id,
            subject=one.client,
            stands=first,
            other=second,
            answers=("ours", "theirs", "void", "credit-note", "seen"),
            ours=say.ours(first, second),
        )


def _by(say: Speaking, one: BilledTwice) -> str:
    return say.who(say.side(one.other_site, one.other_at, ""))


ISSUED_TWICE = f"""
SELECT i.id, i.number, i.site, i.at, w.invoice_id, w.number, w.site, w.at, w.client_name
FROM (SELECT invoice_id FROM invoice_issue GROUP BY invoice_id HAVING count(*) > 1) AS t
JOIN invoice_issue AS i ON i.invoice_id = t.invoice_id JOIN invoice_issue AS w ON w.invoice_id = t.invoice_id
WHERE {ISSUE_COUNTS.replace("i.", "w.")} AND NOT {ISSUE_COUNTS}
"""  # noqa: S608  composed of constants


def drafts_issued_twice(say: Speaking) -> Iterator[Conflict]:
    """Two offices issued one draft: the first number is the invoice (`decisions.md` 4)."""
    for issue_id, number, site, at, invoice_id, first_no, first_site, first_at, client in say.read.rows(
        ISSUED_TWICE
    ):
        first = say.side(first_site, first_at, first_no, invoice_id)
        second = say.side(site, at, number, issue_id)
        yield Conflict(
            name=f"issued-twice:{issue_id}",
            kind="issued_twice",
            text=f"{client}: one draft was issued as {first_no} ({say.who(first)}) and as {number}"
            f" ({say.who(second)}). {first_no} counts, {number} is void as its duplicate: if it was sent,"
            " tell the client.",
            subject_kind="invoice",
            subject_id=invoice_id,
            subject=client,
            stands=first,
            other=second,
            answers=("seen",),
            ours=say.ours(first, second),
        )


NUMBER_TWICE = f"""
SELECT i.number, i.invoice_id, i.site, i.at, i.client_name, i.id
FROM (SELECT number FROM invoice_issue GROUP BY number HAVING count(*) > 1) AS t
JOIN invoice_issue AS i ON i.number = t.number WHERE {ISSUE_COUNTS}
ORDER BY i.number, i._q = 0, i._q, i.site, i.no
"""  # noqa: S608


def numbers_used_twice(say: Speaking) -> Iterator[Conflict]:
    """One number stands on two invoices, as after a book was restored and written on without its hub."""
    firsts: dict[str, Side] = {}
    for number, invoice_id, site, at, client, issue_id in say.read.rows(NUMBER_TWICE):
        side = say.side(site, at, f"{number} {client}", invoice_id)
        if number not in firsts:
            firsts[number] = side
            continue
        first = firsts[number]
        yield Conflict(
            name=f"number-twice:{issue_id}",
            kind="number_twice",
            text=f"Number {number} stands on two invoices: {first.value.removeprefix(number).strip()}"
            f" ({say.who(first)}) and {client} ({say.who(side)}). Void the second and bill it again.",
            subject_kind="invoice",
            subject_id=invoice_id,
            subject=client,
            stands=first,
            other=side,
            answers=("void", "seen"),
            ours=say.ours(first, side),
        )


RULES: tuple[Rule, ...] = (
    charges_billed_twice,
    drafts_issued_twice,
    numbers_used_twice,
    edited_while_sent,
    crossed_money,
    refunds_alike,
    duplicate_payments,
    edited_in_two_places,
    deleted_and_changed,
)
"""Every question. A new kind of conflict is one function here."""
