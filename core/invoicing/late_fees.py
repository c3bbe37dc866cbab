"""Who owes a late fee, how much and why; charging it once and only once; letting it go (RC5).

A step of the rule falls due on a day of its own: so many days after the due date, days under a hold not
counted. A fee is dated on that day, whenever the run comes: two offices that run on different days write
the same fee, and whichever of them counts in the end, no report changes. A run that comes late is
therefore seen in reports as of the days since the fee fell due, as a payment that is recorded late is; a
run each night never changes a report of an earlier day.

What a step costs follows from the facts dated before its day. Late fees are left out of it, and money
pays the invoice before it pays fees, so that no fee is ever charged for a fee.
"""

from collections import namedtuple
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from core import audit
from core.actors import Right
from core.ledger.account import Account, Facts, account_of, facts_of
from core.ledger.effective import FEE_COUNTS
from core.ledger.fees import WAIVED
from core.money import percent_of, show_cents
from core.payments.adjustments import Adjusted, waive_fee
from core.practice.policies import LateFeeRule, late_fee_policy
from core.store import Read, Tx
from core.tables import LateFee

FeeDue = namedtuple(
    "FeeDue",
    "invoice_id number client_id client guarantor_id guarantor policy_id step amount_cents assessed_on"
    " reason",
)
"""A step that is due and not charged yet; `assessed_on` is ISO text, `reason` says how it comes about."""

FeeCharged = namedtuple(
    "FeeCharged",
    "late_fee_id invoice_id number client_id client guarantor_id guarantor policy_id step amount_cents"
    " assessed_on reason",
)

Candidate = namedtuple(
    "Candidate", "invoice_id number client_id client guarantor_id guarantor issued_on due_on total_cents"
)

CANDIDATES = """
SELECT b.invoice_id, i.number, b.client_id, i.client_name, b.guarantor_id, g.name, i.issued_on, i.due_on,
       i.total_cents
FROM invoice_balance AS b JOIN invoice_issue AS i ON i.id = b.issue_id
JOIN guarantor AS g ON g.id = b.guarantor_id
WHERE b.balance_cents <> 0 AND b.balance_cents > 0 AND b.void = 0 AND b.hold = '' AND b.refunding = 0
  AND i.issued_on >= :begins_on AND i.due_on < :today
"""
"""Open invoices past due. A held one, or one whose refund is on its way, is looked at again after that."""
BY_NUMBER = " ORDER BY i.series, i.series_no"
ONE = " AND b.invoice_id = :invoice_id"

CHARGED = "SELECT f.once FROM late_fee AS f WHERE f.invoice_id = :invoice_id AND f.once NOTNULL"
CHARGED_CENTS = f"""
SELECT coalesce(sum(f.amount_cents), 0) FROM late_fee AS f WHERE f.invoice_id = :invoice_id AND {FEE_COUNTS}
"""  # noqa: S608  composed of the constant above

HOLDS = """
SELECT h.held_on, (SELECT min(e.ended_on) FROM invoice_hold_end AS e WHERE e.hold_id = h.id)
FROM invoice_hold AS h WHERE h.invoice_id = :invoice_id ORDER BY h.held_on, h.id
"""
"""Held from the first day on, up to the day before the second; NULL where it goes on."""

DAY = timedelta(days=1)


def step_day(due_on: date, days: int, holds: Sequence[tuple[str, str | None]]) -> date | None:
    """The day when an invoice is so many days past due, days under a hold not counted.

    None, where a hold that goes on stops the count.
    """
    reached, left = due_on, days
    for held_on, ended_on in holds:
        first = date.fromisoformat(held_on)
        free = max((first - DAY - reached).days, 0)
        if free >= left:
            break
        left -= free
        if ended_on is None:
            return None
        reached = max(reached + free * DAY, date.fromisoformat(ended_on) - DAY)
    return reached + left * DAY


@dataclass
class _AsOf:
    """Accounts as they were at the end of a day, each worked out once."""

    read: Read
    known: dict[tuple[str, str], tuple[Facts, Account]] = field(default_factory=dict)

    def principal(self, guarantor_id: str, invoice_id: str, day: date) -> int:
        """What was open of an invoice without its late fees."""
        key = guarantor_id, day.isoformat()
        if key not in self.known:
            facts = facts_of(self.read, guarantor_id, as_of=key[1])
            self.known[key] = facts, account_of(facts)
        facts, account = self.known[key]
        invoice = account.invoices.get(invoice_id)
        if invoice is None or invoice.void:
            return 0
        forgiven = sum(
            account.effect[one.adjustment_id]
            for one in facts.adjustments
            if one.invoice_id == invoice_id and one.kind != "fee_waiver"
        )
        total: int = invoice.issue.total_cents
        return max(total - forgiven - invoice.paid_cents, 0)


def fees_due(read: Read, today: date, *, invoice_ids: Sequence[str] | None = None) -> list[FeeDue]:
    """Every step that has fallen due up to today and is not charged, by invoice number. Writes nothing.

    Nothing on drafts, nor on invoices that are void, settled, held, disputed or wait for an insurer.
    """
    read.fresh()
    policy = late_fee_policy(read)
    if policy.begins_on is None:
        return []
    when = {"begins_on": policy.begins_on, "today": today.isoformat()}
    if invoice_ids is None:
        candidates = read.all(CANDIDATES + BY_NUMBER, Candidate, **when)
    else:
        candidates = [
            one
            for invoice_id in invoice_ids
            for one in read.all(CANDIDATES + ONE, Candidate, invoice_id=invoice_id, **when)
        ]
    due: list[FeeDue] = []
    as_of = _AsOf(read)
    for invoice in candidates:
        policy_id, rule = policy.on(invoice.issued_on)
        if rule is not None:
            steps = _steps_due(as_of, invoice, policy_id, rule, today)
            due += [one for one in steps if policy.on(one.assessed_on)[1] is not None]
    return due


def _steps_due(
    as_of: _AsOf, invoice: Candidate, policy_id: str, rule: LateFeeRule, today: date
) -> list[FeeDue]:
    read = as_of.read
    charged = {once for (once,) in read.rows(CHARGED, invoice_id=invoice.invoice_id)}
    holds = read.rows(HOLDS, invoice_id=invoice.invoice_id)
    room = rule.cap_cents - read.value(CHARGED_CENTS, invoice_id=invoice.invoice_id)
    due_on = date.fromisoformat(invoice.due_on)
    found: list[FeeDue] = []
    step = 0
    while step == 0 or rule.every_days:
        days = rule.grace_days + step * rule.every_days
        day = step_day(due_on, days, holds)
        if day is None or day > today or (rule.cap_cents and room <= 0):
            break
        if fee_key(invoice.invoice_id, policy_id, step) not in charged:
            principal = as_of.principal(invoice.guarantor_id, invoice.invoice_id, day - DAY)
            cents, how = _amount(rule, principal, invoice.total_cents)
            if rule.cap_cents and cents > room:
                cents, how = room, f"{how}, up to the most of {show_cents(rule.cap_cents)}"
            if cents:
                room -= cents
                reason = f"{days} days past due on {day}: {how}"
                found.append(FeeDue(*invoice[:6], policy_id, step, cents, day.isoformat(), reason))
        step += 1
    return found


def _amount(rule: LateFeeRule, principal_cents: int, total_cents: int) -> tuple[int, str]:
    """What a step costs before the cap, and how that comes about; nothing where nothing was open."""
    if principal_cents <= 0:
        return 0, ""
    if rule.kind == "flat":
        return rule.amount_cents, f"{show_cents(rule.amount_cents)} flat"
    base, of = (principal_cents, "open") if rule.base == "outstanding" else (total_cents, "billed")
    percent = f"{show_cents(rule.percent_bps).rstrip('0').rstrip('.')} %"
    return percent_of(base, rule.percent_bps), f"{percent} of {show_cents(base)} {of}"


def fee_key(invoice_id: str, policy_id: str, step: int) -> str:
    """What may happen once: this step of this rule on this invoice."""
    return f"late-fee:{invoice_id}:{policy_id}:{step}"


_FEE = ("id", "once", "invoice_id", "policy_id", "step", "amount_cents", "assessed_on")


def charge_late_fees(tx: Tx, today: date, *, invoice_ids: Sequence[str] | None = None) -> list[FeeCharged]:
    """Charge every step that is due, on all invoices or on those named; run again, it adds nothing."""
    tx.require(Right.BILL)
    charged = [FeeCharged(tx.new_id(), *one) for one in fees_due(tx, today, invoice_ids=invoice_ids)]
    tx.add_many(
        LateFee,
        _FEE,
        [
            (fee.late_fee_id, fee_key(fee.invoice_id, fee.policy_id, fee.step), fee.invoice_id, fee.policy_id,
             fee.step, fee.amount_cents, fee.assessed_on)
            for fee in charged
        ],
    )  # fmt: skip
    audit.record_many(
        tx,
        "late_fee.charged",
        "invoice",
        [
            (
                fee.invoice_id,
                {"late_fee": fee.late_fee_id, "number": fee.number, "step": fee.step,
                 "amount_cents": fee.amount_cents, "assessed_on": fee.assessed_on, "why": fee.reason},
            )
            for fee in charged
        ],
    )  # fmt: skip
    return charged


WaiverProposed = namedtuple(
    "WaiverProposed",
    "late_fee_id invoice_id number client_id client guarantor_id step amount_cents assessed_on reason",
)
"""A fee that would not have been charged, had all been known; `amount_cents` is what is not waived of it."""

ON_IT_BEFORE = """
coalesce((SELECT sum(a.amount_cents) FROM allocation AS a
          LEFT JOIN payment AS p ON p.id = a.payment_id LEFT JOIN credit AS k ON k.id = a.credit_id
          WHERE a.invoice_id = f.invoice_id
            AND (a.effective_on < f.assessed_on
                 OR coalesce(p.received_on, k.given_on) < f.assessed_on)), 0)
+ coalesce((SELECT sum(j.amount_cents) FROM adjustment AS j
            WHERE j.invoice_id = f.invoice_id AND j.kind <> 'fee_waiver'
              AND j.effective_on < f.assessed_on AND j.amount_cents > 0), 0)
"""
"""At least what was paid or forgiven of the invoice before the fee's day; what was taken off is in it."""

HELD_BEFORE = """
EXISTS (SELECT 1 FROM invoice_hold AS h WHERE h.invoice_id = f.invoice_id AND h.held_on < f.assessed_on)
"""

QUESTIONABLE = f"""
SELECT f.id, f.invoice_id, i.number, i.client_id, i.client_name, i.guarantor_id, f.step,
       f.amount_cents - {WAIVED}, f.assessed_on, i.issued_on, i.due_on
FROM late_fee AS f JOIN invoice_balance AS b ON b.invoice_id = f.invoice_id
JOIN invoice_issue AS i ON i.id = b.issue_id
WHERE b.void = 0 AND b.refunding = 0 AND b.asked_cents > b.adjusted_cents
  AND {FEE_COUNTS}
  AND f.amount_cents > {WAIVED} AND ({HELD_BEFORE} OR i.total_cents <= {ON_IT_BEFORE})
ORDER BY f.assessed_on, i.series, i.series_no, f.step
"""  # noqa: S608  composed of the constants above
QUESTIONABLE_ON = QUESTIONABLE.replace("WHERE b.void", "WHERE f.invoice_id = :invoice_id AND b.void")


def waivers_proposed(read: Read, *, invoice_id: str | None = None) -> list[WaiverProposed]:
    """Fees to be let go: by the day before the fee's, its invoice was paid or on hold, as is known now.

    A payment counts from the day it was received, also where it was recorded after the fee (`domain.md` 7).
    Where a refund is on its way, or nothing is asked for any more, there is nothing to propose.
    """
    read.fresh()
    proposed = []
    policy, as_of = late_fee_policy(read), _AsOf(read)
    found = (
        read.rows(QUESTIONABLE) if invoice_id is None else read.rows(QUESTIONABLE_ON, invoice_id=invoice_id)
    )
    for *fee, issued_on, due_on in found:
        one = WaiverProposed._make([*fee, ""])
        day_before = date.fromisoformat(one.assessed_on) - DAY
        if not as_of.principal(one.guarantor_id, one.invoice_id, day_before):
            reason = f"nothing was open on {day_before} any more"
        elif _received_in_time(read, one):
            reason = f"it was paid with money received before {one.assessed_on}"
        elif _held_until_later(read, one, policy.on(issued_on)[1], date.fromisoformat(due_on)):
            reason = f"the invoice was on hold before {one.assessed_on}"
        else:
            continue
        proposed.append(one._replace(reason=reason))
    return proposed


def _held_until_later(read: Read, fee: WaiverProposed, rule: LateFeeRule | None, due_on: date) -> bool:
    """Whether holds that began before the fee's day put it off."""
    if rule is None:
        return False
    holds = [hold for hold in read.rows(HOLDS, invoice_id=fee.invoice_id) if hold[0] < fee.assessed_on]
    day = step_day(due_on, rule.grace_days + fee.step * rule.every_days, holds)
    return day is None or day.isoformat() > fee.assessed_on


def _received_in_time(read: Read, fee: WaiverProposed) -> bool:
    """Whether the money on the invoice now that was received before the fee's day pays all of it but fees.

    Such money counts from the fee's day on only, when it was put on the invoice and the fee at once.
    """
    facts = facts_of(read, fee.guarantor_id)
    account = account_of(facts)
    invoice_id, day = fee.invoice_id, fee.assessed_on
    total: int = account.invoices[invoice_id].issue.total_cents
    forgiven = sum(
        account.effect[one.adjustment_id]
        for one in facts.adjustments
        if one.invoice_id == invoice_id and one.kind != "fee_waiver" and one.on < day
    )
    received = sum(
        account.effect[one.allocation_id]
        for one in facts.allocations
        if one.invoice_id == invoice_id
        and one.source_id in account.sources
        and account.sources[one.source_id].source.on < day
    )
    return received + forgiven >= total


def waive_proposed(
    tx: Tx, *, today: date, reason: str | None = None, invoice_id: str | None = None
) -> list[tuple[WaiverProposed, Adjusted]]:
    """Let go every fee that is proposed for it; without a reason, each with the proposal's own.

    Raises: RefundIsOnItsWay.
    """
    tx.require(Right.WRITE_OFF)
    return [
        (one, waive_fee(tx, one.late_fee_id, reason=one.reason if reason is None else reason, today=today))
        for one in waivers_proposed(tx, invoice_id=invoice_id)
    ]
