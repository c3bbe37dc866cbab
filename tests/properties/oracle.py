"""What a book's money comes to, worked out from its facts in the plainest way, by no code under test.

Good for one site's book: there facts do not contradict, so every amount counts as it stands.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from core.store import Read

Row = dict[str, Any]

TABLES = (
    "client", "charge", "charge_void", "payer_share", "draft_line", "invoice_issue", "invoice_line",
    "invoice_void", "invoice_hold", "invoice_hold_end", "late_fee", "adjustment", "payment",
    "payment_reversal", "credit", "credit_reversal", "allocation", "allocation_release", "refund_request",
    "refund_answer", "invoice_share",
)  # fmt: skip

FORGIVING = {"bad_debt", "small_balance", "courtesy", "contractual"}


@dataclass
class Bill:
    """An issued invoice on a day."""

    issue: Row
    asked: int = 0
    adjusted: int = 0
    forgiven: int = 0
    closed: int = 0
    paid: int = 0
    void: bool = False
    refunding: bool = False
    hold: str = ""

    @property
    def balance(self) -> int:
        return 0 if self.void else self.asked - self.adjusted - self.paid


@dataclass
class Purse:
    """A payment or goodwill credit on a day."""

    fact: Row
    kind: str
    refunded: int = 0
    applied: int = 0
    reversed: bool = False

    @property
    def left(self) -> int:
        amount: int = self.fact["amount_cents"]
        return 0 if self.reversed else amount - self.refunded - self.applied


@dataclass
class Day:
    """Every invoice and every payment as they stood when a day was over."""

    on: str
    bills: dict[str, Bill] = field(default_factory=dict)
    purses: dict[str, Purse] = field(default_factory=dict)
    nets: dict[str, int] = field(default_factory=dict)
    """What is left of each allocation."""

    def owed(self, guarantor_id: str) -> int:
        return sum(b.balance for b in self.bills.values() if b.issue["guarantor_id"] == guarantor_id)

    def credit(self, guarantor_id: str) -> int:
        return sum(p.left for p in self.purses.values() if p.fact["guarantor_id"] == guarantor_id)

    def guarantors(self) -> set[str]:
        return {b.issue["guarantor_id"] for b in self.bills.values()} | {
            p.fact["guarantor_id"] for p in self.purses.values()
        }


class Facts:
    """Every row that says something about money."""

    def __init__(self, read: Read) -> None:
        self._of: dict[str, list[Row]] = {}
        for name in TABLES:
            columns = _columns(read, name)
            listed = ", ".join(columns)
            self._of[name] = [
                dict(zip(columns, row, strict=True))
                for row in read.rows(f"SELECT {listed} FROM {name} ORDER BY id")
            ]

    def __getitem__(self, table: str) -> list[Row]:
        return self._of[table]

    def on(self, today: date | str) -> Day:
        """The state when that day was over, by the facts that had taken effect."""
        day = Day(str(today))

        def until(table: str, column: str) -> list[Row]:
            return [row for row in self[table] if row[column] <= day.on]

        for issue in until("invoice_issue", "issued_on"):
            day.bills[issue["invoice_id"]] = Bill(issue, issue["total_cents"])
        for fee in until("late_fee", "assessed_on"):
            day.bills[fee["invoice_id"]].asked += fee["amount_cents"]
        for one in until("adjustment", "effective_on"):
            bill = day.bills[one["invoice_id"]]
            bill.adjusted += one["amount_cents"]
            bill.forgiven += one["amount_cents"] if one["kind"] in FORGIVING else 0
            bill.closed += one["amount_cents"] if one["kind"] == "refund_close" else 0
        for void in until("invoice_void", "voided_on"):
            day.bills[void["invoice_id"]].void = True
        for kind, since in (("payment", "received_on"), ("credit", "given_on")):
            for fact in until(kind, since):
                day.purses[fact["id"]] = Purse(fact, kind)
            for back in until(f"{kind}_reversal", "reversed_on"):
                day.purses[back[f"{kind}_id"]].reversed = True
        self._refunds(day)
        self._moves(day)
        self._holds(day)
        return day

    def _refunds(self, day: Day) -> None:
        answers = {row["request_id"]: row for row in self["refund_answer"] if row["answered_on"] <= day.on}
        for row in self["refund_request"]:
            if row["refunded_on"] > day.on:
                continue
            answer = answers.get(row["id"])
            if answer is None or answer["outcome"] == "done":
                day.purses[row["payment_id"] or row["credit_id"]].refunded += row["amount_cents"]
            if answer is None and row["channel"] == "processor" and row["invoice_id"] in day.bills:
                day.bills[row["invoice_id"]].refunding = True

    def _moves(self, day: Day) -> None:
        for row in self["allocation"]:
            if row["effective_on"] <= day.on:
                day.nets[row["id"]] = row["amount_cents"]
        for row in self["allocation_release"]:
            if row["effective_on"] <= day.on:
                day.nets[row["allocation_id"]] -= row["amount_cents"]
        for row in self["allocation"]:
            if row["id"] in day.nets:
                day.bills[row["invoice_id"]].paid += day.nets[row["id"]]
                day.purses[row["payment_id"] or row["credit_id"]].applied += day.nets[row["id"]]

    def _holds(self, day: Day) -> None:
        over = {row["hold_id"] for row in self["invoice_hold_end"] if row["ended_on"] <= day.on}
        for row in sorted(self["invoice_hold"], key=lambda row: str(row["kind"]), reverse=True):
            if row["held_on"] <= day.on and row["id"] not in over:
                day.bills[row["invoice_id"]].hold = row["kind"]

    def carriers(self) -> dict[tuple[str, str], list[str]]:
        """The live drafts and invoices of each charge, by (charge, share or nothing)."""
        void = {row["invoice_id"] for row in self["invoice_void"]}
        issued = {row["invoice_id"] for row in self["invoice_issue"]}
        found: dict[tuple[str, str], list[str]] = defaultdict(list)
        for row in self["invoice_line"]:
            if row["charge_id"] and row["invoice_id"] not in void:
                found[row["charge_id"], row["share_id"] or ""].append(row["invoice_id"])
        for row in self["draft_line"]:
            if row["charge_id"] and row["draft_id"] not in issued:
                found[row["charge_id"], row["share_id"] or ""].append(row["draft_id"])
        return found

    def unbilled(self) -> set[tuple[str, str, str | None, int]]:
        """What nothing carries: (charge, share or nothing, who owes it, cents)."""
        gone = {row["charge_id"] for row in self["charge_void"]}
        carried = self.carriers()
        found: set[tuple[str, str, str | None, int]] = set()
        for charge in self["charge"]:
            if charge["id"] in gone:
                continue
            shares = self.shares_of(charge)
            held = {share for one, share in carried if one == charge["id"]}
            if not shares and not held:
                found.add((charge["id"], "", None, charge["amount_cents"]))
            found |= {
                (charge["id"], share["id"], share["guarantor_id"], cents)
                for share, cents in shares
                if cents and not held & {"", share["id"]}
            }
        return found

    def shares_of(self, charge: Row) -> list[tuple[Row, int]]:
        """Who owes how much of a charge by the shares in force on its day; nothing where it is not shared."""
        shares = sorted(
            (
                row
                for row in self["payer_share"]
                if row["client_id"] == charge["client_id"]
                and row["effective_from"] <= charge["service_on"]
                and (row["effective_to"] is None or charge["service_on"] <= row["effective_to"])
            ),
            key=lambda row: (row["position"], row["id"]),
        )
        return list(zip(shares, shared(charge["amount_cents"], shares), strict=True))


def shared(cents: int, shares: list[Row]) -> list[int]:
    """Fixed amounts first, then percentages of the whole, then who takes the remainder, evenly."""
    parts = [0] * len(shares)
    left = cents
    for place, share in enumerate(shares):
        if share["kind"] == "fixed":
            parts[place] = min(share["share_cents"], left)
            left -= parts[place]
    percents = [place for place, share in enumerate(shares) if share["kind"] == "percent"]
    exact = {place: Fraction(cents * shares[place]["share_bps"], 10_000) for place in percents}
    rest = Fraction(cents) - sum(exact.values())
    floors = {place: int(amount) for place, amount in exact.items()}
    over = cents - sum(floors.values()) - int(rest)
    queue = sorted(
        [*percents, len(shares)],
        key=lambda place: (-(exact.get(place, rest) % 1), place),
    )
    for place in queue[: over if percents else 0]:
        if place in floors:
            floors[place] += 1
    for place in percents:
        parts[place] = min(floors[place], left)
        left -= parts[place]
    takers = [place for place, share in enumerate(shares) if share["kind"] == "remainder"]
    for turn, place in enumerate(takers):
        parts[place] = left // len(takers) + (turn < left % len(takers))
    if left and not takers and shares:
        parts[-1] += left
    return parts


_known: dict[str, list[str]] = {}


def _columns(read: Read, table: str) -> list[str]:
    if table not in _known:
        names = [row[0] for row in read.rows("SELECT name FROM pragma_table_info(:name)", name=table)]
        _known[table] = [name for name in names if not name.startswith("_") and name != "chain"]
    return _known[table]


BUCKETS = {
    "standard": (0, 30, 60, 90),
    "simple": (30, 60, 90),
}


def aged(
    day: Day, *, basis: str, layout: str
) -> tuple[dict[str, list[int]], dict[str, int], dict[str, tuple[int, int]]]:
    """Cents by bucket and credit of each guarantor, and (balance, days) of each open invoice."""
    ends = BUCKETS[layout]
    owed: dict[str, list[int]] = {g: [0] * (len(ends) + 1) for g in day.guarantors()}
    invoices: dict[str, tuple[int, int]] = {}
    for invoice_id, bill in day.bills.items():
        if not bill.balance:
            continue
        anchor = bill.issue["due_on" if basis == "due" else "issued_on"]
        days = (date.fromisoformat(day.on) - date.fromisoformat(anchor)).days
        place = len([end for end in ends if days > end])
        owed[bill.issue["guarantor_id"]][place] += bill.balance
        invoices[invoice_id] = (bill.balance, days)
    credit = {g: day.credit(g) for g in day.guarantors()}
    shown = {g for g in owed if any(owed[g]) or credit[g]}
    return {g: owed[g] for g in shown}, {g: credit[g] for g in shown}, invoices


def word_for(bill: Bill, *, shared: bool, today: str) -> str:
    """The state an invoice shows (RB7)."""
    if bill.void:
        return "void"
    if bill.refunding:
        return "processing"
    if bill.balance == 0:
        if bill.asked and not bill.paid:
            return "refunded" if bill.closed else "written_off" if bill.forgiven else "paid"
        return "paid"
    if bill.hold == "disputed":
        return "disputed"
    if today > bill.issue["due_on"]:
        return "overdue"
    return "partly_paid" if bill.paid else "sent" if shared else "issued"
