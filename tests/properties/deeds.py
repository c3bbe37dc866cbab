"""Everything that can be done with money in a practice, each as one step of a random history.

A deed reads what is there, chooses by three small numbers, and calls a command. Choosing comes before the
first change, so that a deed with nothing to do leaves nothing behind. The last thing made is number 0: a
shrunk history is a short story about the same few invoices.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from core.actors import Actor, Role
from core.clients.shares import NewShare, end_shares, set_shares
from core.delivery.commands import share_invoices
from core.errors import DomainError
from core.invoicing import commands as drafts
from core.invoicing import lines
from core.invoicing.holding import HOLDS, end_hold, hold_invoice
from core.invoicing.late_fees import charge_late_fees, waive_proposed
from core.invoicing.voiding import rebill, void_invoice
from core.payments import adjustments
from core.payments import commands as payments
from core.payments.allocation import Part
from core.payments.refunds import answer_refund, refund
from core.sessions.commands import ServiceLine, finalise, record_session, void_charge, write_in_charge
from core.store import Tx

RATES = (10_000, 15_000, 3_333, 12_345, 1, 9_999, 7_777, 20_001)
SHARINGS: tuple[tuple[tuple[str, int | None, int | None], ...], ...] = (
    (("percent", 5_000, None), ("percent", 5_000, None)),
    (("percent", 3_333, None), ("percent", 3_333, None), ("remainder", None, None)),
    (("fixed", None, 2_000), ("remainder", None, None)),
    (("remainder", None, None), ("remainder", None, None), ("remainder", None, None)),
    (("fixed", None, 1), ("percent", 1_250, None), ("remainder", None, None)),
    (("percent", 3_334, None), ("percent", 3_333, None), ("percent", 3_333, None)),
)
METHODS = ("cash", "check", "ach", "platform", "card_external", "other")
PERCENTS = (1_000, 1_250, 3_333, 10_000, 5, 9_999)
READER = Actor("test-reader", "Rae Reader", Role.READER)


class Idle(Exception):
    """There is nothing this deed could be done to."""


@dataclass
class Hand:
    """What a deed works with: the transaction, the day, three numbers to choose by."""

    tx: Tx
    today: date
    a: int
    b: int
    c: int
    back: date | None = None
    """The first day whose reports this may change, where that is before today."""
    repeats: bool = False
    """This was done before: nothing may change."""

    def pick(self, sql: str, by: int, **params: Any) -> Any:
        """One of the rows, the last for 0."""
        rows = self.tx.rows(sql, **params)
        if not rows:
            raise Idle
        return rows[-1 - by % len(rows)]

    def part(self, whole: int, by: int) -> int:
        """All of an amount, or some of it."""
        if whole <= 0:
            raise Idle
        return max((whole, whole // 2, whole - 1, 1, whole // 3, whole * 9 // 10)[by % 6], 1)

    def earlier(self, by: int) -> date:
        """Some days before today; later reports may change."""
        self.back = self.today - timedelta(days=by % 45)
        return self.back


Deed = Callable[[Hand], object]
DEEDS: dict[str, Deed] = {}
NEEDS: dict[str, str] = {}
"""What is done instead, where there is nothing to do a deed to: what it would need."""
WEIGHTED: list[str] = []


def deed(weight: int, needs: str | None = None) -> Callable[[Deed], Deed]:
    def known(do: Deed) -> Deed:
        name = do.__name__
        DEEDS[name] = do
        WEIGHTED.extend([name] * weight)
        if needs is not None:
            NEEDS[name] = needs
        return do

    return known


CLIENTS = "SELECT id, guarantor_id FROM client ORDER BY id"
GUARANTORS = "SELECT DISTINCT guarantor_id FROM client ORDER BY 1"
PROVIDER = "SELECT id, (SELECT id FROM office LIMIT 1) FROM provider LIMIT 1"
CHARGES = "SELECT id FROM charge ORDER BY no"
WAITING = """
SELECT s.id, k.guarantor_id FROM session AS s JOIN client AS k ON k.id = s.client_id
WHERE NOT EXISTS (SELECT 1 FROM finalisation AS f WHERE f.session_id = s.id) ORDER BY s.id
"""
DRAFTS = """
SELECT d.id, d.client_id FROM draft AS d
WHERE NOT EXISTS (SELECT 1 FROM invoice_issue AS i WHERE i.invoice_id = d.id) ORDER BY d.id
"""
DRAFT_LINES = """
SELECT l.id FROM draft_line AS l
WHERE NOT EXISTS (SELECT 1 FROM invoice_issue AS i WHERE i.invoice_id = l.draft_id) ORDER BY l.id
"""
DRAFT_PARTS = DRAFT_LINES.replace("ORDER", "UNION ALL SELECT id FROM draft_adjustment ORDER").replace(
    "l.id", "id"
)
GONE_PARTS = "SELECT id FROM sync_tomb WHERE tbl IN ('draft_line', 'draft_adjustment') ORDER BY id"
GONE_DRAFTS = "SELECT id FROM sync_tomb WHERE tbl = 'draft' ORDER BY id"
INVOICES = """
SELECT i.invoice_id, i.guarantor_id, b.balance_cents, b.asked_cents, b.adjusted_cents, b.due_on
FROM invoice_issue AS i JOIN (SELECT x.*, y.due_on FROM invoice_balance AS x
     JOIN invoice_issue AS y ON y.id = x.issue_id) AS b ON b.invoice_id = i.invoice_id ORDER BY i.no
"""
OPEN = INVOICES.replace("ORDER", "WHERE b.balance_cents > 0 ORDER")
OPEN_OF = INVOICES.replace("ORDER", "WHERE b.balance_cents > 0 AND i.guarantor_id = :guarantor_id ORDER")
STANDING = INVOICES.replace("ORDER", "WHERE b.void = 0 ORDER")
VOID = INVOICES.replace("ORDER", "WHERE b.void = 1 ORDER")
OWED = "SELECT coalesce(sum(balance_cents), 0) FROM invoice_balance WHERE guarantor_id = :guarantor_id"
SOURCES = "SELECT source_id, guarantor_id, amount_cents - refunded_cents, left_cents FROM money_left"
MONEY = SOURCES + " ORDER BY source_id"
LEFT = SOURCES + " WHERE left_cents > 0 ORDER BY source_id"
CARDS = """
SELECT p.id, m.amount_cents - m.refunded_cents FROM payment AS p JOIN money_left AS m ON m.source_id = p.id
WHERE p.once NOTNULL ORDER BY p.no
"""
ALLOCATIONS = """
SELECT t.id, t.source_id, t.invoice_id, t.cents
FROM (SELECT a.id, coalesce(a.payment_id, a.credit_id) AS source_id, a.invoice_id, a.no, a.amount_cents
             - coalesce((SELECT sum(l.amount_cents) FROM allocation_release AS l
                         WHERE l.allocation_id = a.id), 0) AS cents FROM allocation AS a) AS t
WHERE t.cents > 0 ORDER BY t.no
"""
ASKED_FOR = """
SELECT r.id FROM refund_request AS r WHERE r.channel = 'processor'
  AND NOT EXISTS (SELECT 1 FROM refund_answer AS w WHERE w.request_id = r.id) ORDER BY r.no
"""
FAILED = """
SELECT request_id FROM refund_answer AS f WHERE outcome = 'failed' AND NOT EXISTS (
  SELECT 1 FROM refund_answer AS d WHERE d.request_id = f.request_id AND d.outcome = 'done') ORDER BY no
"""
ANSWERED = "SELECT request_id, outcome FROM refund_answer ORDER BY no"
ADJUSTMENTS = "SELECT id, amount_cents FROM adjustment WHERE reverses_id IS NULL ORDER BY no"
FEES = "SELECT id FROM late_fee ORDER BY no"
NOT_WAIVED = """
SELECT f.id FROM late_fee AS f JOIN invoice_balance AS b ON b.invoice_id = f.invoice_id WHERE b.void = 0
  AND NOT EXISTS (SELECT 1 FROM adjustment AS j WHERE j.late_fee_id = f.id) ORDER BY f.no
"""
HELD = """
SELECT h.invoice_id FROM invoice_hold AS h
WHERE NOT EXISTS (SELECT 1 FROM invoice_hold_end AS e WHERE e.hold_id = h.id) ORDER BY h.no
"""


def fresh(h: Hand) -> Tx:
    """The summaries as they are by now, where two deeds share a transaction."""
    h.tx.fresh()
    return h.tx


# Care, and what it becomes.


def _held(h: Hand, client_id: str, days_ago: int, rates: list[int], status: str) -> str:
    on = h.today - timedelta(days=days_ago)
    start = datetime(on.year, on.month, on.day, 15, 0, tzinfo=UTC)
    provider_id, office_id = h.pick(PROVIDER, 0)
    return record_session(
        h.tx,
        client_id=client_id,
        starts_at=start,
        ends_at=start + timedelta(minutes=45),
        service_on=on,
        status=status,
        lines=[ServiceLine("CPT", "90834", "", "Therapy", (1000, 1500)[rate % 2], rate) for rate in rates],
        diagnoses='[["ICD10","F41.1"]]',
        provider_id=provider_id,
        office_id=office_id,
    )


@deed(3)
def session(h: Hand) -> None:
    client_id, _ = h.pick(CLIENTS, h.a)
    rates = [RATES[h.b % 8], RATES[h.c % 8]][: 1 + h.c % 2]
    finalise(h.tx, [_held(h, client_id, h.b % 20, rates, "kept")])


@deed(2)
def appointment(h: Hand) -> None:
    """One that is not finalised yet."""
    client_id, _ = h.pick(CLIENTS, h.a)
    _held(h, client_id, h.c % 3, [RATES[h.b % 8]], "kept")


@deed(1)
def missed(h: Hand) -> None:
    client_id, _ = h.pick(CLIENTS, h.a)
    finalise(h.tx, [_held(h, client_id, 0, [RATES[h.b % 8]], ("no_show", "late_cancel")[h.c % 2])])


@deed(1)
def write_in(h: Hand) -> None:
    client_id, _ = h.pick(CLIENTS, h.a)
    write_in_charge(
        h.tx,
        client_id=client_id,
        service_on=h.today - timedelta(days=h.c % 9),
        description="A letter",
        amount_cents=RATES[h.b % 8],
    )


@deed(1)
def take_charge_back(h: Hand) -> None:
    (charge_id,) = h.pick(CHARGES, h.a)
    void_charge(h.tx, charge_id, reason="made in error")


# Drafts and invoices.


def _due(h: Hand, by: int) -> date | None:
    return (h.today, h.today + timedelta(days=1), h.today + timedelta(days=10), None)[by % 4]


def _made(h: Hand) -> list[str]:
    client_id, _ = h.pick(CLIENTS, h.a)
    return drafts.create_drafts(h.tx, client_id=client_id, today=h.today, due_on=_due(h, h.b))


@deed(3, needs="session")
def draft(h: Hand) -> None:
    """Of all that is unbilled, of every other charge, or of nothing yet."""
    client_id, _ = h.pick(CLIENTS, h.a)
    charges = h.tx.rows("SELECT id FROM charge WHERE client_id = :client_id ORDER BY no", client_id=client_id)
    chosen = None if h.c % 3 == 0 else [one for place, (one,) in enumerate(charges) if place % 2 == h.c % 2]
    if h.c % 7 == 6:
        drafts.create_draft(h.tx, client_id=client_id, today=h.today, due_on=_due(h, h.b), empty=True)
    else:
        drafts.create_drafts(h.tx, client_id=client_id, today=h.today, due_on=_due(h, h.b), charge_ids=chosen)


@deed(5, needs="session")
def bill(h: Hand) -> None:
    """A draft of all that is unbilled of a client, issued at once, some with a discount."""
    made = _made(h)
    if h.c % 4 == 1:
        lines.adjust_draft(h.tx, made[0], kind="discount", percent_bps=PERCENTS[h.c % 6])
    drafts.issue_drafts(h.tx, made, today=h.today)


@deed(2, needs="appointment")
def bill_appointment(h: Hand) -> None:
    session_id, _ = h.pick(WAITING, h.a)
    made = drafts.bill_session(h.tx, session_id, today=h.today)
    if h.b % 3:
        drafts.issue_drafts(h.tx, made, today=h.today)


@deed(1, needs="draft")
def manual_line(h: Hand) -> None:
    draft_id, _ = h.pick(DRAFTS, h.a)
    lines.add_manual_line(
        h.tx,
        draft_id,
        description="Workbook",
        rate_cents=RATES[h.b % 8],
        units_milli=(1000, 333, 2500)[h.c % 3],
    )


@deed(1, needs="draft")
def add_to_draft(h: Hand) -> None:
    draft_id, _ = h.pick(DRAFTS, h.a)
    (charge_id,) = h.pick(CHARGES, h.b)
    lines.add_charge(h.tx, draft_id, charge_id, today=h.today)


@deed(1, needs="draft")
def change_line(h: Hand) -> None:
    (line_id,) = h.pick(DRAFT_LINES, h.a)
    lines.change_line(h.tx, line_id, rate_cents=RATES[h.b % 8], units_milli=(None, 750, 2000)[h.c % 3])


@deed(1, needs="draft")
def remove_line(h: Hand) -> None:
    (line_id,) = h.pick(DRAFT_PARTS, h.a)
    lines.remove_line(h.tx, line_id)


@deed(1, needs="remove_line")
def restore_line(h: Hand) -> None:
    (line_id,) = h.pick(GONE_PARTS, h.a)
    lines.restore_line(h.tx, line_id)


@deed(2, needs="draft")
def adjust_draft(h: Hand) -> None:
    draft_id, _ = h.pick(DRAFTS, h.a)
    amount: dict[str, Any] = {"flat_cents": RATES[h.c % 8]} if h.b % 2 else {"percent_bps": PERCENTS[h.c % 6]}
    lines.adjust_draft(h.tx, draft_id, kind=("discount", "surcharge")[h.b % 3 // 2], **amount)


@deed(1, needs="draft")
def edit_draft(h: Hand) -> None:
    draft_id, _ = h.pick(DRAFTS, h.a)
    drafts.edit_draft(h.tx, draft_id, due_on=_due(h, h.b), notes="Thank you.", today=h.today)


@deed(1, needs="draft")
def delete_draft(h: Hand) -> None:
    draft_id, _ = h.pick(DRAFTS, h.a)
    drafts.delete_draft(h.tx, draft_id)


@deed(1, needs="delete_draft")
def restore_draft(h: Hand) -> None:
    (draft_id,) = h.pick(GONE_DRAFTS, h.a)
    drafts.restore_draft(h.tx, draft_id)


@deed(3, needs="draft")
def issue(h: Hand) -> None:
    draft_id, _ = h.pick(DRAFTS, h.a)
    drafts.issue_drafts(h.tx, [draft_id], today=h.today)


@deed(1)
def issue_again(h: Hand) -> None:
    """One that is an invoice already is passed over."""
    invoice_id, *_ = h.pick(INVOICES, h.a)
    drafts.issue_drafts(h.tx, [invoice_id], today=h.today)
    h.repeats = True


@deed(1)
def share(h: Hand) -> None:
    invoice_id, *_ = h.pick(STANDING, h.a)
    share_invoices(h.tx, [invoice_id])


# Money in.


def _receive(h: Hand, guarantor_id: str, cents: int, **more: Any) -> None:
    payments.record_payment(
        h.tx,
        guarantor_id=guarantor_id,
        amount_cents=cents,
        today=h.today,
        **{"method": METHODS[h.c % 6], "received_on": h.today, "reference": "101", **more},
    )


def _amount(h: Hand, guarantor_id: str, by: int) -> int:
    """All that is owed, some of it, or more than that."""
    owed: int = fresh(h).value(OWED, guarantor_id=guarantor_id)
    return RATES[by % 8] if owed <= 0 or by % 7 == 6 else h.part(owed, by) + (by % 5 == 4) * 2_500


@deed(4)
def pay(h: Hand) -> None:
    (guarantor_id,) = h.pick(GUARANTORS, h.a)
    _receive(h, guarantor_id, _amount(h, guarantor_id, h.b))


@deed(3)
def pay_invoice(h: Hand) -> None:
    fresh(h)
    invoice_id, guarantor_id, balance, asked, *_ = h.pick(STANDING, h.a)
    cents = h.part(balance if balance > 0 else asked, h.b) + (h.b % 7 == 6) * 1_000
    _receive(h, guarantor_id, cents, invoice_id=invoice_id)


@deed(3, needs="bill")
def pay_as_said(h: Hand) -> None:
    """Allocations cell by cell; sometimes a cent too much."""
    (guarantor_id,) = h.pick(GUARANTORS, h.a)
    owed = fresh(h).rows(OPEN_OF, guarantor_id=guarantor_id)[: 1 + h.c % 3]
    if not owed:
        raise Idle
    parts = [Part(one[0], h.part(one[2], h.b + place)) for place, one in enumerate(owed)]
    if h.c % 11 == 10:
        parts[0] = parts[0]._replace(amount_cents=owed[0][2] + 1)
    whole = sum(part.amount_cents for part in parts) + (h.c % 4 == 3) * 777
    _receive(h, guarantor_id, whole, allocations=parts)


@deed(4)
def pay_late_recorded(h: Hand) -> None:
    """Received some days ago."""
    (guarantor_id,) = h.pick(GUARANTORS, h.a)
    _receive(h, guarantor_id, _amount(h, guarantor_id, h.b), received_on=h.earlier(h.c))


@deed(2, needs="appointment")
def pay_ahead(h: Hand) -> None:
    session_id, guarantor_id = h.pick(WAITING, h.a)
    _receive(h, guarantor_id, RATES[h.b % 8], session_id=session_id)


@deed(3)
def pay_by_card(h: Hand) -> None:
    (guarantor_id,) = h.pick(GUARANTORS, h.a)
    known = h.tx.value("SELECT count(*) FROM payment WHERE once NOTNULL")
    cents = _amount(h, guarantor_id, h.b)
    _receive(h, guarantor_id, cents, processor_id=f"pi_{known}", method="card_on_file")


@deed(1, needs="pay_by_card")
def pay_by_card_again(h: Hand) -> None:
    """A webhook that comes twice."""
    once, guarantor_id, cents = h.pick(
        "SELECT once, guarantor_id, amount_cents FROM payment WHERE once NOTNULL ORDER BY no", h.a
    )
    _receive(h, guarantor_id, cents, processor_id=once.removeprefix("stripe:"), method="card_on_file")
    h.repeats = True


@deed(1, needs="pay")
def reverse_payment(h: Hand) -> None:
    source_id, *_ = h.pick("SELECT id FROM payment WHERE once IS NULL ORDER BY no", h.a)
    payments.reverse_payment(h.tx, source_id, reason="it bounced", today=h.today)


# Credit.


@deed(2)
def give_credit(h: Hand) -> None:
    (guarantor_id,) = h.pick(GUARANTORS, h.a)
    session_id = h.tx.value("SELECT id FROM session ORDER BY id DESC LIMIT 1") if h.c % 5 == 4 else None
    payments.give_credit(
        h.tx,
        guarantor_id=guarantor_id,
        amount_cents=RATES[h.b % 8],
        reason="scholarship",
        today=h.today,
        session_id=session_id,
    )


@deed(1, needs="give_credit")
def reverse_credit(h: Hand) -> None:
    (credit_id,) = h.pick("SELECT id FROM credit ORDER BY no", h.a)
    payments.reverse_credit(h.tx, credit_id, reason="meant for another", today=h.today)


@deed(3, needs="give_credit")
def apply_credit(h: Hand) -> None:
    fresh(h)
    source_id, guarantor_id, _, left = h.pick(LEFT, h.a)
    amount = None if h.b % 2 == 0 else h.part(left, h.c)
    payments.apply_credit(
        h.tx,
        guarantor_id=guarantor_id,
        today=h.today,
        amount_cents=amount,
        source_id=source_id if h.c % 2 else None,
    )


@deed(2, needs="bill")
def apply_credit_to(h: Hand) -> None:
    fresh(h)
    invoice_id, guarantor_id, *_ = h.pick(OPEN, h.a)
    payments.apply_credit(h.tx, guarantor_id=guarantor_id, today=h.today, invoice_id=invoice_id)


@deed(3, needs="pay")
def release(h: Hand) -> None:
    allocation_id, _, _, cents = h.pick(ALLOCATIONS, h.a)
    amount = None if h.b % 2 == 0 else h.part(cents, h.c)
    payments.release(h.tx, allocation_id, today=h.today, reason="wrong invoice", amount_cents=amount)


@deed(1, needs="pay")
def unapply(h: Hand) -> None:
    _, source_id, invoice_id, _ = h.pick(ALLOCATIONS, h.a)
    payments.unapply(h.tx, source_id, invoice_id, today=h.today)


# Money back.


@deed(4, needs="pay")
def give_back(h: Hand) -> None:
    fresh(h)
    source_id, _, left, _ = h.pick(MONEY, h.a)
    refund(
        h.tx,
        source_id,
        amount_cents=h.part(left, h.b),
        reason="moved away",
        today=h.today,
        balance=(None, "reopen", "close")[h.c % 3],
        method=("", "check")[h.c % 2],
    )


@deed(2, needs="pay")
def give_back_from(h: Hand) -> None:
    """From one invoice."""
    _, source_id, invoice_id, cents = h.pick(ALLOCATIONS, h.a)
    refund(
        h.tx,
        source_id,
        amount_cents=h.part(cents, h.b),
        reason="not given",
        today=h.today,
        invoice_id=invoice_id,
        balance=("close", "reopen")[h.c % 2],
    )


@deed(2, needs="pay_late_recorded")
def give_back_late_recorded(h: Hand) -> None:
    fresh(h)
    source_id, _, left, _ = h.pick(MONEY, h.a)
    amount = h.part(left, h.b)
    balance = ("close", "reopen")[h.c % 2]
    on = h.earlier(h.c)
    refund(
        h.tx, source_id, amount_cents=amount, reason="a check", today=h.today, balance=balance, refunded_on=on
    )


@deed(3, needs="pay_by_card")
def ask_processor_back(h: Hand) -> None:
    fresh(h)
    source_id, left = h.pick(CARDS, h.a)
    refund(
        h.tx,
        source_id,
        amount_cents=h.part(left, h.b),
        reason="charged twice",
        today=h.today,
        balance=(None, "reopen", "close")[h.c % 3],
        channel="processor",
    )


@deed(3, needs="ask_processor_back")
def processor_answers(h: Hand) -> None:
    (refund_id,) = h.pick(ASKED_FOR, h.a)
    outcome = ("failed", "done")[h.b % 2]
    answer_refund(h.tx, refund_id, outcome=outcome, processor_ref="re_1", today=h.today)


@deed(1, needs="processor_answers")
def processor_answers_again(h: Hand) -> None:
    refund_id, outcome = h.pick(ANSWERED, h.a)
    answer_refund(h.tx, refund_id, outcome=outcome, processor_ref="re_1", today=h.today)
    h.repeats = True


# What is asked for.


@deed(2, needs="bill")
def adjust(h: Hand) -> None:
    fresh(h)
    invoice_id, _, balance, *_ = h.pick(OPEN, h.a)
    adjustments.adjust(
        h.tx,
        invoice_id,
        kind=("courtesy", "small_balance", "contractual")[h.c % 3],
        reason="agreed",
        today=h.today,
        amount_cents=None if h.b % 3 == 0 else h.part(balance, h.b),
    )


@deed(2, needs="bill")
def write_off(h: Hand) -> None:
    fresh(h)
    invoice_id, _, balance, *_ = h.pick(OPEN, h.a)
    amount = None if h.b % 3 == 0 else h.part(balance, h.b)
    adjustments.write_off(h.tx, invoice_id, reason="not reachable", today=h.today, amount_cents=amount)


@deed(3)
def credit_note(h: Hand) -> None:
    fresh(h)
    invoice_id, _, _, asked, adjusted, _ = h.pick(STANDING, h.a)
    cents = h.part(asked - adjusted, h.b)
    adjustments.credit_note(h.tx, invoice_id, amount_cents=cents, reason="too much asked", today=h.today)


@deed(2, needs="adjust")
def reverse_adjustment(h: Hand) -> None:
    adjustment_id, cents = h.pick(ADJUSTMENTS, h.a)
    amount = None if h.b % 2 == 0 else h.part(cents, h.c)
    adjustments.reverse_adjustment(
        h.tx, adjustment_id, reason="after all", today=h.today, amount_cents=amount
    )


@deed(4, needs="bill")
def late_fees(h: Hand) -> None:
    """Of all invoices, or of one. A fee is dated on the day it fell due."""
    fresh(h)
    only = None if h.a % 2 else [h.pick(OPEN, h.b)[0]]
    charged = charge_late_fees(h.tx, h.today, invoice_ids=only)
    if not charged:
        raise Idle
    h.back = date.fromisoformat(min(fee.assessed_on for fee in charged))


@deed(1, needs="late_fees")
def late_fees_again(h: Hand) -> None:
    """Whatever was charged today is not charged again."""
    h.pick(FEES, 0)
    charged = charge_late_fees(h.tx, h.today)
    if charged:
        h.back = date.fromisoformat(min(fee.assessed_on for fee in charged))
    h.repeats = not charged
    if charge_late_fees(fresh(h), h.today):
        raise NotRefused("a late fee charged twice")


@deed(1, needs="late_fees")
def waive_what_is_proposed(h: Hand) -> None:
    if not waive_proposed(h.tx, today=h.today):
        raise Idle


@deed(2, needs="late_fees")
def waive(h: Hand) -> None:
    fresh(h)
    (late_fee_id,) = h.pick(FEES if h.b % 8 == 7 else NOT_WAIVED, h.a)
    adjustments.waive_fee(h.tx, late_fee_id, reason="first time", today=h.today)


@deed(3)
def void(h: Hand) -> None:
    fresh(h)
    invoice_id, *_ = h.pick(STANDING, h.a)
    void_invoice(
        h.tx,
        invoice_id,
        reason="wrong client",
        today=h.today,
        money=("credit", "refund", None)[h.b % 3],
        channel=("outside", "processor")[h.c % 4 == 3],
    )


@deed(2, needs="void")
def bill_again(h: Hand) -> None:
    fresh(h)
    invoice_id, *_ = h.pick(VOID, h.a)
    made = rebill(h.tx, invoice_id, today=h.today)
    if h.b % 2:
        drafts.issue_drafts(h.tx, made, today=h.today)


@deed(1, needs="bill")
def hold(h: Hand) -> None:
    fresh(h)
    invoice_id, *_ = h.pick(OPEN, h.a)
    hold_invoice(h.tx, invoice_id, kind=HOLDS[h.b % 3], reason="asked", today=h.today)


@deed(1, needs="hold")
def chase_again(h: Hand) -> None:
    (invoice_id,) = h.pick(HELD, h.a)
    end_hold(h.tx, invoice_id, today=h.today)


# Who owes.


@deed(2)
def share_charges(h: Hand) -> None:
    """From a day on, what is done for a client is owed by two or three."""
    client_id, own = h.pick(CLIENTS, h.a)
    owing = [own, *(one for (one,) in h.tx.rows(GUARANTORS) if one != own)]
    first = h.today - timedelta(days=h.c % 15) + timedelta(days=(h.c % 4) * 3)
    wanted = SHARINGS[h.b % len(SHARINGS)]
    set_shares(
        h.tx,
        client_id,
        [NewShare(owing[place], *share) for place, share in enumerate(wanted)],
        effective_from=first,
    )


@deed(1, needs="share_charges")
def share_no_more(h: Hand) -> None:
    (client_id,) = h.pick("SELECT DISTINCT client_id FROM payer_share ORDER BY 1", h.a)
    end_shares(h.tx, client_id, effective_from=h.today + timedelta(days=h.b % 3))


# What must be refused.


class NotRefused(Exception):
    """A command did what no practice may do."""


@deed(5, needs="bill")
def mistake(h: Hand) -> None:
    """Something no practice may do. Refused, or this fails."""
    fresh(h)
    do = MISTAKES[h.a % len(MISTAKES)]
    do(h)
    raise NotRefused(do.__name__)


def _pays_nothing(h: Hand) -> None:
    (guarantor_id,) = h.pick(GUARANTORS, h.b)
    _receive(h, guarantor_id, (0, -1, -500, 100_000_000_000)[h.c % 4])


def _pays_tomorrow(h: Hand) -> None:
    (guarantor_id,) = h.pick(GUARANTORS, h.b)
    _receive(h, guarantor_id, 100, received_on=h.today + timedelta(days=1 + h.c))


def _pays_in_shells(h: Hand) -> None:
    (guarantor_id,) = h.pick(GUARANTORS, h.b)
    _receive(h, guarantor_id, 100, method="shells")


def _pays_too_much_on_one(h: Hand) -> None:
    invoice_id, guarantor_id, balance, *_ = h.pick(OPEN, h.b)
    over = balance + 1 + h.c
    _receive(h, guarantor_id, over, allocations=[Part(invoice_id, over)])


def _puts_on_more_than_paid(h: Hand) -> None:
    invoice_id, guarantor_id, balance, *_ = h.pick(OPEN, h.b)
    if balance < 2:
        raise Idle
    _receive(h, guarantor_id, balance - 1, allocations=[Part(invoice_id, balance)])


def _pays_void(h: Hand) -> None:
    invoice_id, guarantor_id, *_ = h.pick(VOID, h.b)
    if h.c % 2:
        _receive(h, guarantor_id, 500, invoice_id=invoice_id)
    else:
        _receive(h, guarantor_id, 500, allocations=[Part(invoice_id, 500)])


def _pays_for_another(h: Hand) -> None:
    invoice_id, guarantor_id, *_ = h.pick(OPEN, h.b)
    other = next(one for (one,) in h.tx.rows(GUARANTORS) if one != guarantor_id)
    _receive(h, other, 1, allocations=[Part(invoice_id, 1)])


def _gives_back_too_much(h: Hand) -> None:
    source_id, _, left, _ = h.pick(MONEY, h.b)
    refund(h.tx, source_id, amount_cents=left + 1 + h.c, reason="more", today=h.today)


def _gives_back_without_reason(h: Hand) -> None:
    source_id, *_ = h.pick(MONEY, h.b)
    refund(h.tx, source_id, amount_cents=1, reason="  ", today=h.today)


def _asks_processor_for_cash(h: Hand) -> None:
    (source_id,) = h.pick("SELECT id FROM payment WHERE once IS NULL ORDER BY no", h.b)
    refund(h.tx, source_id, amount_cents=1, reason="card", today=h.today, channel="processor")


def _reverses_a_card(h: Hand) -> None:
    source_id, _ = h.pick(CARDS, h.b)
    payments.reverse_payment(h.tx, source_id, reason="no", today=h.today)


def _answers_otherwise(h: Hand) -> None:
    """What was done can fail later; what failed is not done afterwards."""
    (refund_id,) = h.pick(FAILED, h.b)
    answer_refund(h.tx, refund_id, outcome="done", processor_ref="re_2", today=h.today)


def _releases_more(h: Hand) -> None:
    allocation_id, _, _, cents = h.pick(ALLOCATIONS, h.b)
    payments.release(h.tx, allocation_id, today=h.today, amount_cents=cents + 1)


def _applies_more(h: Hand) -> None:
    source_id, guarantor_id, _, left = h.pick(LEFT, h.b)
    payments.apply_credit(
        h.tx, guarantor_id=guarantor_id, today=h.today, amount_cents=left + 1, source_id=source_id
    )


def _writes_off_more(h: Hand) -> None:
    invoice_id, _, balance, *_ = h.pick(OPEN, h.b)
    adjustments.write_off(h.tx, invoice_id, reason="all", today=h.today, amount_cents=balance + 1)


def _credits_more(h: Hand) -> None:
    invoice_id, _, _, asked, adjusted, _ = h.pick(STANDING, h.b)
    over = asked - adjusted + 1
    adjustments.credit_note(h.tx, invoice_id, amount_cents=over, reason="all", today=h.today)


def _voids_without_reason(h: Hand) -> None:
    invoice_id, *_ = h.pick(STANDING, h.b)
    void_invoice(h.tx, invoice_id, reason=" ", today=h.today)


def _voids_twice(h: Hand) -> None:
    invoice_id, *_ = h.pick(VOID, h.b)
    void_invoice(h.tx, invoice_id, reason="again", today=h.today, money="credit")


def _bills_again_what_stands(h: Hand) -> None:
    invoice_id, *_ = h.pick(STANDING, h.b)
    rebill(h.tx, invoice_id, today=h.today)


def _edits_an_invoice(h: Hand) -> None:
    invoice_id, *_ = h.pick(INVOICES, h.b)
    lines.add_manual_line(h.tx, invoice_id, description="More", rate_cents=100)


def _reads_only(h: Hand) -> None:
    (guarantor_id,) = h.pick(GUARANTORS, h.b)
    own, h.tx.actor = h.tx.actor, READER
    try:
        _receive(h, guarantor_id, 100)
    finally:
        h.tx.actor = own


def _notices_late(h: Hand) -> None:
    """The second of two deeds in one transaction is refused: the first is taken back as well."""
    (guarantor_id,) = h.pick(GUARANTORS, h.b)
    _receive(h, guarantor_id, RATES[h.c % 8])
    _pays_nothing(h)


MISTAKES: tuple[Deed, ...] = (
    _pays_nothing, _pays_tomorrow, _pays_in_shells, _pays_too_much_on_one, _puts_on_more_than_paid,
    _pays_void, _pays_for_another, _gives_back_too_much, _gives_back_without_reason,
    _asks_processor_for_cash, _reverses_a_card, _answers_otherwise, _releases_more, _applies_more,
    _writes_off_more, _credits_more, _voids_without_reason, _voids_twice, _bills_again_what_stands,
    _edits_an_invoice, _reads_only, _notices_late,
)  # fmt: skip

REFUSAL = DomainError
