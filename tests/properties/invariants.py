"""What must hold of a practice's money after anything that was done with it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, timedelta
from typing import Any

from core.audit import verify
from core.books.checkup import checkup
from core.books.journal import Journal
from core.books.journal_text import SYNTAXES
from core.ledger.aging import BASES, LAYOUTS, aging
from core.ledger.day_sheet import day_sheet
from core.ledger.entries import MOVES, account_entries, client_ledger, guarantor_ledger
from core.ledger.explain import Explained, explain_client, explain_invoice, explain_payment
from core.ledger.invoices import invoices, lines
from core.ledger.kept import differences
from core.store import Read
from tests.properties.oracle import Day, Facts, aged, word_for

ALLOCATED = "0 <= allocated <= amount - refunded"
CREDIT = "no negative credit"
TOTAL = "an invoice's total is its frozen lines and fees"
TAKEN_BACK = "a fee is waived, an adjustment reversed, as far as it goes"
ONCE = "a charge is on one live bill"
SHARES = "shares add up"
ACCOUNT = "the account is the sum of its ledger"
SUMMARIES = "summaries are what the facts say"
REFERENCE = "summaries are what the reference says"
REBUILD = "making the summaries anew changes nothing"
AGING = "aging is what the facts say and ties out"
PAST = "reports of earlier days stay"
JOURNAL = "the journal balances"
CHAIN = "the chain is whole"
SOUND = "the book is sound"
REFUSAL = "what is refused changes nothing"
REFUSED = "what no practice may do is refused"
REPEAT = "doing it again changes nothing"
STATE = "the state shown follows from the facts"
CROSSED = "facts of one site never contradict"
SHEET = "the day sheet closes on the ledger"


_asked: ContextVar[frozenset[str]] = ContextVar("asked", default=frozenset())


@contextmanager
def asking_only(*names: str) -> Iterator[None]:
    """See whether just these find a planted bug, whatever the others would say."""
    token = _asked.set(frozenset(names))
    try:
        yield
    finally:
        _asked.reset(token)


def _violated(invariant: str, found: object) -> None:
    asked = _asked.get()
    if not asked or invariant in asked:
        raise Violated(invariant, found)


class Violated(AssertionError):
    """An invariant does not hold."""

    def __init__(self, invariant: str, found: object) -> None:
        super().__init__(f"{invariant}: {found}")
        self.invariant = invariant


def require(holds: object, invariant: str, *found: object) -> None:
    if not holds:
        _violated(invariant, found)


def same(invariant: str, kept: Any, facts: Any) -> None:
    if kept == facts:
        return
    if isinstance(kept, dict) and isinstance(facts, dict):
        off = [key for key in kept.keys() | facts.keys() if kept.get(key) != facts.get(key)]
        _violated(invariant, [(key, kept.get(key), facts.get(key)) for key in sorted(off, key=str)])
    elif isinstance(kept, set) and isinstance(facts, set):
        _violated(invariant, (kept - facts, facts - kept))
    else:
        _violated(invariant, (kept, facts))


# After every step.


def amounts_have_bounds(day: Day) -> None:
    """Nothing is put on an invoice that its payment does not have or the invoice does not ask for."""
    for allocation_id, net in day.nets.items():
        require(net >= 0, ALLOCATED, day.on, allocation_id, net)
    for source_id, purse in day.purses.items():
        amount = purse.fact["amount_cents"]
        room = 0 if purse.reversed else amount - purse.refunded
        require(0 <= purse.applied <= room, ALLOCATED, day.on, source_id, purse)
        require(0 <= purse.refunded <= amount, CREDIT, day.on, source_id, purse)
        require(purse.left >= 0, CREDIT, day.on, source_id, purse)
    for invoice_id, bill in day.bills.items():
        require(0 <= bill.adjusted <= bill.asked, ALLOCATED, day.on, invoice_id, bill)
        require(0 <= bill.paid <= bill.asked - bill.adjusted, ALLOCATED, day.on, invoice_id, bill)
        require(not (bill.void and bill.paid), ALLOCATED, day.on, invoice_id, "money on a void invoice")


def totals_are_their_lines(read: Read, facts: Facts) -> None:
    frozen: dict[str, int] = defaultdict(int)
    for line in facts["invoice_line"]:
        frozen[line["issue_id"]] += line["amount_cents"]
    for issue in facts["invoice_issue"]:
        require(frozen[issue["id"]] == issue["total_cents"], TOTAL, issue, frozen[issue["id"]])
    fees: dict[str, int] = defaultdict(int)
    for fee in facts["late_fee"]:
        fees[fee["invoice_id"]] += fee["amount_cents"]
    for invoice_id, issue_id, asked in read.rows(
        "SELECT invoice_id, issue_id, asked_cents FROM invoice_balance"
    ):
        same(TOTAL, asked, frozen[issue_id] + fees[invoice_id])
    given_back: dict[str, int] = defaultdict(int)
    for one in facts["adjustment"]:
        given_back[one["reverses_id"] or ""] -= one["amount_cents"]
        given_back[one["late_fee_id"] or ""] += one["amount_cents"]
    whole = {row["id"]: row["amount_cents"] for row in [*facts["adjustment"], *facts["late_fee"]]}
    for fact_id, cents in given_back.items():
        if fact_id:
            require(0 <= cents <= whole[fact_id], TAKEN_BACK, fact_id, cents, whole[fact_id])
    steps = [(fee["invoice_id"], fee["policy_id"], fee["step"]) for fee in facts["late_fee"]]
    require(len(steps) == len(set(steps)), TOTAL, "a late fee was charged twice", steps)


def charges_are_billed_once(facts: Facts) -> None:
    whole: dict[str, set[str]] = defaultdict(set)
    for (charge_id, share_id), bills in facts.carriers().items():
        require(len(bills) == 1, ONCE, charge_id, share_id, bills)
        whole[charge_id].add(share_id)
    for charge_id, shares in whole.items():
        require("" not in shares or len(shares) == 1, ONCE, charge_id, "whole and in shares")


KEPT_INVOICES = """
SELECT invoice_id, guarantor_id, client_id, asked_cents, adjusted_cents, forgiven_cents, closed_cents,
       paid_cents, balance_cents, void, hold, refunding FROM invoice_balance
"""
KEPT_MONEY = """
SELECT source_id, kind, guarantor_id, amount_cents, since_on, refunded_cents, reversed, applied_cents,
       left_cents FROM money_left
"""


def summaries_are_the_facts(read: Read, facts: Facts, today: Day) -> None:
    kept = {row[0]: row[1:] for row in read.rows(KEPT_INVOICES)}
    same(SUMMARIES, kept, {
        invoice_id: (
            bill.issue["guarantor_id"], bill.issue["client_id"], bill.asked, bill.adjusted, bill.forgiven,
            bill.closed, bill.paid, bill.balance, int(bill.void), bill.hold, int(bill.refunding),
        )
        for invoice_id, bill in today.bills.items()
    })  # fmt: skip
    kept = {row[0]: row[1:] for row in read.rows(KEPT_MONEY)}
    same(SUMMARIES, kept, {
        source_id: (
            purse.kind, purse.fact["guarantor_id"], purse.fact["amount_cents"],
            purse.fact["received_on" if purse.kind == "payment" else "given_on"], purse.refunded,
            int(purse.reversed), purse.applied, purse.left,
        )
        for source_id, purse in today.purses.items()
    })  # fmt: skip
    queue = set(read.rows("SELECT charge_id, share_id, guarantor_id, amount_cents FROM unbilled"))
    same(SUMMARIES, queue, facts.unbilled())
    require(not read.rows("SELECT * FROM stale"), SUMMARIES, "something is stale still")
    require(not read.rows("SELECT * FROM crossed_account"), CROSSED, "an account contradicts")


def shares_add_up(facts: Facts, read: Read) -> None:
    """What is billed and unbilled of a shared charge comes to the charge."""
    open_cents: dict[str, int] = defaultdict(int)
    for charge_id, cents in read.rows("SELECT charge_id, amount_cents FROM unbilled WHERE share_id <> ''"):
        open_cents[charge_id] += cents
    carried = {charge_id for charge_id, _ in facts.carriers()}
    gone = {row["charge_id"] for row in facts["charge_void"]}
    for charge in facts["charge"]:
        shares = facts.shares_of(charge)
        if shares:
            require(sum(cents for _, cents in shares) == charge["amount_cents"], SHARES, charge, shares)
            if charge["id"] not in carried | gone:
                found = open_cents[charge["id"]]
                require(found == charge["amount_cents"], SHARES, charge["id"], found)


# Reports of earlier days.


def report(read: Read, day: date) -> tuple[Any, ...]:
    """What aging says of a day, row by row and invoice by invoice."""
    found = aging(read, day)
    return tuple(found.rows), found.totals, found.ledger_cents, tuple(found.invoices)


def history(read: Read, day: date) -> dict[str, list[tuple[Any, ...]]]:
    """Every entry of every account up to a day."""
    return {
        guarantor_id: [(e.on, e.kind, e.amount_cents, e.fact_id) for e in _entries(read, guarantor_id, day)]
        for (guarantor_id,) in read.rows("SELECT id FROM guarantor ORDER BY id")
    }


def _entries(read: Read, guarantor_id: str, day: date) -> list[Any]:
    return account_entries(read, guarantor_id, as_of=day.isoformat())


# After some steps, and at the end.


def aging_is_the_facts(read: Read, day: Day) -> None:
    on = date.fromisoformat(day.on)
    for basis in BASES:
        for layout in LAYOUTS:
            found = aging(read, on, basis=basis, layout=layout)
            owed, credit, bills = aged(day, basis=basis, layout=layout)
            same(AGING, {row.guarantor_id: list(row.cents) for row in found.rows}, owed)
            same(AGING, {row.guarantor_id: row.credit_cents for row in found.rows}, credit)
            shown = {one.invoice_id: (one.balance_cents, one.days) for one in found.invoices}
            same(AGING, shown, bills)
            columns = [sum(cents) for cents in zip(*(row.cents for row in found.rows), strict=True)]
            require(list(found.totals.cents) == columns or not found.rows, AGING, "columns", found.totals)
            require(found.totals.total_cents == found.ledger_cents, AGING, "tie-out", day.on, found.totals)


def accounts_are_their_ledgers(read: Read, day: Day) -> None:
    """Of every guarantor: all entries, and apart what is asked for and what is left of money."""
    for guarantor_id in day.guarantors():
        entries = account_entries(read, guarantor_id, as_of=day.on)
        asked = sum(e.amount_cents for e in entries if e.source_id is None)
        moved = sum(e.amount_cents for e in entries if e.kind in MOVES)
        money = sum(e.amount_cents for e in entries if e.source_id is not None and e.kind not in MOVES)
        owed, left = day.owed(guarantor_id), day.credit(guarantor_id)
        same(ACCOUNT, asked + money, owed - left)
        same(ACCOUNT, asked - moved, owed)
        same(ACCOUNT, -money - moved, left)


def ledgers_end_on_the_balance(read: Read, facts: Facts, today: Day) -> None:
    for guarantor_id in today.guarantors():
        balance = today.owed(guarantor_id) - today.credit(guarantor_id)
        ledger = guarantor_ledger(read, guarantor_id)
        same(ACCOUNT, (ledger.balance_cents, ledger.closing_cents), (balance, balance))
        last = ledger.lines[-1].balance_cents if ledger.lines else 0
        same(ACCOUNT, last, balance)
    for client in facts["client"]:
        bills = [b for b in today.bills.values() if b.issue["client_id"] == client["id"]]
        payers = {client["guarantor_id"]} | {b.issue["guarantor_id"] for b in bills}
        balance = sum(b.balance for b in bills) - sum(map(today.credit, payers))
        ledger = client_ledger(read, client["id"])
        same(ACCOUNT, (ledger.balance_cents, ledger.closing_cents), (balance, balance))
        _is_explained(explain_client, read, client["id"], balance)


def amounts_are_explained(read: Read, today: Day) -> None:
    for invoice_id, bill in today.bills.items():
        _is_explained(explain_invoice, read, invoice_id, bill.balance)
        same(TOTAL, sum(line.amount_cents for line in lines(read, invoice_id)), bill.issue["total_cents"])
    for source_id, purse in today.purses.items():
        _is_explained(explain_payment, read, source_id, purse.left)


def _is_explained(ask: Callable[[Read, str], Explained], read: Read, subject_id: str, cents: int) -> None:
    """The entries add up, which `explain` asserts itself, and to the right amount."""
    try:
        found = ask(read, subject_id)
    except AssertionError as error:
        require(False, ACCOUNT, subject_id, error)
    else:
        same(ACCOUNT, found.amount_cents, cents)


def states_follow(read: Read, facts: Facts, today: Day) -> None:
    shared = {row["invoice_id"] for row in facts["invoice_share"]}
    shown = {
        row.invoice_id: (row.status, row.total_cents, row.paid_cents, row.balance_cents)
        for row in invoices(read, today=today.on)
        if row.status != "draft"
    }
    same(STATE, shown, {
        invoice_id: (
            word_for(bill, shared=invoice_id in shared, today=today.on), bill.asked, bill.paid, bill.balance,
        )
        for invoice_id, bill in today.bills.items()
    })  # fmt: skip


def day_sheet_closes(read: Read, day: Day) -> None:
    sheet = day_sheet(read, date.fromisoformat(day.on))
    whole = sum(day.owed(g) - day.credit(g) for g in day.guarantors())
    same(SHEET, (sheet.closing_cents, sheet.ledger_cents), (whole, whole))


POSTING = re.compile(r"^  ([A-Z][A-Za-z0-9:-]+)  (-?[0-9.]+) [A-Z]{3}$")


def journal_balances(read: Read, today: Day) -> None:
    """Each transaction comes to nothing, and what stands on a guarantor's accounts is what is owed."""
    try:
        text = b"".join(Journal(read, SYNTAXES["beancount"]).text()).decode()
    except AssertionError as error:
        require(False, JOURNAL, error)
        return
    sums: dict[str, int] = defaultdict(int)
    for transaction in _transactions(text):
        require(sum(cents for _, cents in transaction) == 0, JOURNAL, transaction)
        for account, cents in transaction:
            sums[account] += cents
    receivable: dict[str, tuple[int, int]] = {}
    names = dict(
        re.findall(r'open (Assets:Receivable:[A-Za-z0-9:-]+) .*\n(?:  guarantor: .*\n)?  id: "(.*)"', text)
    )
    for account, guarantor_id in names.items():
        owed, left = receivable.get(guarantor_id, (0, 0))
        if account.endswith(":Invoices"):
            receivable[guarantor_id] = (owed + sums[account], left)
        else:
            receivable[guarantor_id] = (owed, left - sums[account])
    facts = {g: (today.owed(g), today.credit(g)) for g in today.guarantors()}
    same(JOURNAL, {g: receivable.get(g, (0, 0)) for g in facts}, facts)
    require(sum(sums.values()) == 0, JOURNAL, dict(sums))


def _transactions(text: str) -> Iterator[list[tuple[str, int]]]:
    found: list[tuple[str, int]] = []
    for line in text.splitlines():
        match = POSTING.match(line)
        if match:
            found.append((match[1], int(match[2].replace(".", ""))))
        elif found:
            yield found
            found = []
    if found:
        yield found


def all_is_well(read: Read, facts: Facts, today: date, past: date) -> None:
    """The whole catalogue, for today and for one day before."""
    for on in (today, past):
        day = facts.on(on)
        amounts_have_bounds(day)
        accounts_are_their_ledgers(read, day)
        aging_is_the_facts(read, day)
        day_sheet_closes(read, day)
    now = facts.on(today)
    ledgers_end_on_the_balance(read, facts, now)
    amounts_are_explained(read, now)
    states_follow(read, facts, now)
    journal_balances(read, now)
    found = differences(read)
    require(not found, REFERENCE, found)


def book_is_whole(read: Read) -> None:
    """The chain over every fact, and what `doctor` looks at."""
    verdict = verify(read)
    require(verdict.ok, CHAIN, verdict)
    bad = [check for check in checkup(read) if not check.ok]
    require(not bad, SOUND, bad)


def yesterday(today: date) -> date:
    return today - timedelta(days=1)
