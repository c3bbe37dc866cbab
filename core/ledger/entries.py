"""The ledger: every happening that changes what a guarantor owes, in order, with a running balance (RC7).

Charges count from the day an invoice asks for them. Money counts when it comes in, whether it is on an
invoice or not: the balance is what is open less what is unapplied, and putting credit on an invoice moves
it between the two without changing the sum. All entries together are the account's balance, to the cent.
"""

from collections import namedtuple
from datetime import date, timedelta

from core.dates import ALL_TIME, Period
from core.ledger.account import FOREVER, Account, Facts, account_of, facts_of
from core.money import show_cents

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.ledger.account import Adjusted, Applied, Fee, Issue, Refund, Released, Source, Void
    from core.store import Read

Entry = namedtuple(
    "Entry",
    "on kind text amount_cents order fact_id client_id invoice_id source_id detail guarantor_id",
    defaults=("", "", None, None, None, "", ""),
)
"""A change of the balance in cents; `detail` is the method of a payment or the kind of an adjustment.

`kind` is invoice, late_fee, adjustment, void, payment, credit, reversal, refund or refund_failed; applied and
released are money moving between credit and an invoice, whose amount is what the invoice gets.
"""

MOVES = frozenset({"applied", "released"})

METHODS = {
    "cash": "cash",
    "check": "check",
    "ach": "ACH",
    "card_on_file": "card on file",
    "card_external": "card",
    "platform": "platform",
    "other": "other",
}

ADJUSTMENTS = {
    "courtesy": "Courtesy adjustment",
    "small_balance": "Small balance written off",
    "bad_debt": "Written off as bad debt",
    "contractual": "Contractual adjustment",
    "credit_note": "Credit note",
    "fee_waiver": "Late fee waived",
    "refund_close": "Forgiven with a refund",
}


def entries_of(facts: Facts, account: Account, guarantor_id: str) -> list[Entry]:
    """Everything on a guarantor's account by day, then in the order it was recorded."""
    found = [*_invoice_entries(facts, account), *_money_entries(facts, account), *_moves(facts, account)]
    return [
        entry._replace(guarantor_id=guarantor_id)
        for entry in sorted(found, key=lambda e: (e.on, e.order, e.kind in MOVES))
    ]


def _invoice_entries(facts: Facts, account: Account) -> "Iterable[Entry]":
    issues = {one.invoice_id: one for one in facts.issues}
    voids = {invoice_id: one.void for invoice_id, one in account.invoices.items() if one.void}
    asked = dict.fromkeys(issues, 0)

    def entry(fact: "Issue | Fee | Adjusted | Void", kind: str, text: str, cents: int, **more: str) -> Entry:
        invoice_id = fact.invoice_id
        asked[invoice_id] += cents
        client_id = issues[invoice_id].client_id
        return Entry(
            fact.on, kind, text, cents, fact.order, client_id=client_id, invoice_id=invoice_id, **more
        )

    def counts(fact: "Fee | Adjusted") -> bool:
        """What comes after the invoice was called off has nothing to change any more."""
        void = voids.get(fact.invoice_id)
        return fact.invoice_id in issues and (void is None or (fact.on, fact.order) < (void.on, void.order))

    for issue in facts.issues:
        yield entry(issue, "invoice", f"Invoice {issue.number}", issue.total_cents, fact_id=issue.invoice_id)
    for fee in filter(counts, facts.fees):
        text = f"Late fee on {issues[fee.invoice_id].number}"
        yield entry(fee, "late_fee", text, account.effect[fee.fee_id], fact_id=fee.fee_id)
    for one in filter(counts, facts.adjustments):
        if cents := account.effect[one.adjustment_id]:
            words = ADJUSTMENTS[one.kind] + (" reversed" if cents < 0 else "")
            text = f"{words} on {issues[one.invoice_id].number}: {one.reason}"
            yield entry(one, "adjustment", text, -cents, fact_id=one.adjustment_id, detail=one.kind)
    for invoice_id, void in voids.items():
        assert void is not None
        text = f"Invoice {issues[invoice_id].number} void: {void.reason}"
        yield entry(void, "void", text, -asked[invoice_id], fact_id=invoice_id)


def _money_entries(facts: Facts, account: Account) -> "Iterable[Entry]":
    sources = {one.source_id: one for one in facts.sources}
    for one in facts.sources:
        text = f"Payment, {source_words(one)}" if one.kind == "payment" else f"Credit given: {one.reference}"
        yield Entry(
            one.on, one.kind, text, -one.amount_cents, one.order, one.source_id, source_id=one.source_id,
            detail=one.method,
        )  # fmt: skip
    taken: set[str] = set()
    for reversal in facts.reversals:
        source = account.sources.get(reversal.source_id)
        if source is not None and reversal.source_id not in taken and source.reversed_cents:
            taken.add(reversal.source_id)
            paid = source.source.kind == "payment"
            what = f"Payment, {source_words(source.source)}," if paid else "Credit"
            yield Entry(
                reversal.on, "reversal", f"{what} reversed: {reversal.reason}", source.reversed_cents,
                reversal.order, reversal.source_id, source_id=reversal.source_id,
                detail=source.source.method,
            )  # fmt: skip
    for refund in facts.refunds:
        cents = account.effect[refund.refund_id]
        if refund.source_id not in sources or not cents:
            continue
        method = refund.method or sources[refund.source_id].method
        made = Entry(
            refund.on, "refund", f"Refund{_by(refund)}: {refund.reason}", cents, refund.order,
            refund.refund_id,
            source_id=refund.source_id, detail=method,
        )  # fmt: skip
        yield made
        if refund.failed_on:
            yield made._replace(
                on=refund.failed_on, kind="refund_failed", text="Refund failed: the money is credit again",
                amount_cents=-cents,
            )  # fmt: skip


def source_words(source: "Source") -> str:
    """Check 1187, as a person tells one payment from another."""
    return METHODS[source.method] + (f" {source.reference}" if source.reference else "")


def _by(refund: "Refund") -> str:
    """How money went back, where that was said."""
    words = [METHODS.get(refund.method, ""), refund.reference]
    said = " ".join(word for word in words if word)
    return f", {said}" if said else ""


def _moves(facts: Facts, account: Account) -> "Iterable[Entry]":
    """Money put on invoices and taken off. Where facts contradict, what is on them in the end."""
    issues = {one.invoice_id: one for one in facts.issues}
    known = {
        one.allocation_id: one
        for one in facts.allocations
        if one.invoice_id in issues and one.source_id in account.sources
    }

    def move(kind: str, text: str, cents: int, allocation_id: str, made: "Applied | Released") -> Entry:
        one = known[allocation_id]
        issue = issues[one.invoice_id]
        source = account.sources[one.source_id].source
        what = f"of {source_words(source)}" if source.kind == "payment" else "of goodwill"
        return Entry(
            made.on, kind, f"{show_cents(abs(cents))} {what} {text} {issue.number}", cents, made.order,
            made[0], issue.client_id, one.invoice_id, one.source_id,
        )  # fmt: skip

    for one in known.values():
        cents = account.effect[one.allocation_id] if account.crossed else one.amount_cents
        if cents:
            yield move("applied", "put on", cents, one.allocation_id, one)
    for release in () if account.crossed else facts.releases:
        if release.allocation_id in known:
            yield move("released", "taken off", -release.amount_cents, release.allocation_id, release)


def account_entries(read: "Read", guarantor_id: str, *, as_of: str = FOREVER) -> list[Entry]:
    """One guarantor's entries up to a day, moves included."""
    facts = facts_of(read, guarantor_id, as_of=as_of)
    return entries_of(facts, account_of(facts), guarantor_id)


LedgerLine = namedtuple("LedgerLine", "on kind text amount_cents balance_cents invoice_id source_id fact_id")
Ledger = namedtuple("Ledger", "period opening_cents lines balance_cents credit_cents closing_cents")
"""`balance_cents` is today's whole account: open less unapplied, which is `credit_cents`; opening and closing
are those of the period, and opening + the lines' amounts = closing."""

GUARANTORS = """
SELECT guarantor_id FROM client WHERE id = :client_id
UNION SELECT guarantor_id FROM invoice_issue WHERE client_id = :client_id
ORDER BY 1
"""
CHARGES = """
SELECT c.service_on, c.id, c.code, c.description, c.amount_cents,
       (SELECT i.number FROM invoice_line AS l JOIN invoice_issue AS i ON i.id = l.issue_id
        WHERE l.charge_id = c.id
          AND NOT EXISTS (SELECT 1 FROM invoice_void AS v WHERE v.invoice_id = i.invoice_id) LIMIT 1),
       EXISTS (SELECT 1 FROM unbilled AS u WHERE u.charge_id = c.id)
FROM charge AS c
WHERE c.client_id = :client_id
  AND NOT EXISTS (SELECT 1 FROM charge_void AS cv WHERE cv.charge_id = c.id)
ORDER BY c.service_on, c.id
"""


def client_ledger(read: "Read", client_id: str, *, period: Period = ALL_TIME) -> Ledger:
    """A client's ledger: its charges for reference, its invoices, and all money of who owes for it.

    What that money pays for another client of the same guarantor is an entry of its own, so the balance is
    this client's open invoices less what is unapplied.
    """
    read.fresh()
    entries: list[Entry] = []
    credit = 0
    for (guarantor_id,) in read.rows(GUARANTORS, client_id=client_id):
        facts = facts_of(read, guarantor_id)
        account = account_of(facts)
        credit += account.credit_cents
        entries += entries_of(facts, account, guarantor_id)
    return ledger_of(of_client(entries, client_id), _charges(read, client_id), period, credit)


def guarantor_ledger(read: "Read", guarantor_id: str, *, period: Period = ALL_TIME) -> Ledger:
    """The whole account of somebody who owes, all clients together."""
    facts = facts_of(read, guarantor_id)
    account = account_of(facts)
    entries = [e for e in entries_of(facts, account, guarantor_id) if e.kind not in MOVES]
    return ledger_of(entries, [], period, account.credit_cents)


def of_client(entries: "Iterable[Entry]", client_id: str) -> list[Entry]:
    """The entries that concern one client, each with what it changes there."""
    found = []
    received: dict[str, str] = {}
    for entry in sorted(entries, key=lambda e: (e.on, e.order, e.kind in MOVES)):
        if entry.kind in ("payment", "credit"):
            received[entry.source_id] = entry.on
        if entry.kind not in MOVES:
            if entry.client_id in (None, client_id):
                found.append(entry)
        elif entry.client_id != client_id:
            found.append(entry._replace(text=f"{entry.text}, for another client"))
        elif entry.kind == "released" or received.get(entry.source_id) != entry.on:
            found.append(entry._replace(amount_cents=0, text=f"Credit: {entry.text}"))
    return found


def _charges(read: "Read", client_id: str) -> list[Entry]:
    """What was done for the client, for reference: it is owed once an invoice asks for it."""
    found = []
    for on, charge_id, code, description, cents, number, unbilled in read.rows(CHARGES, client_id=client_id):
        where = f"on {number}" if number else "unbilled" if unbilled else "on a draft"
        what = " ".join(part for part in (code, description) if part)
        text = f"{show_cents(cents)} {where}: {what}"
        found.append(Entry(on, "charge", text, 0, fact_id=charge_id, client_id=client_id))
    return found


def ledger_of(entries: list[Entry], charges: list[Entry], period: Period, credit_cents: int) -> Ledger:
    """Entries with a running balance; those before the period are its opening balance."""
    everything = sorted(
        [*charges, *entries], key=lambda e: (e.on, e.kind != "charge", e.order, e.kind in MOVES)
    )
    opening = running = 0
    lines = []
    balance = sum(entry.amount_cents for entry in entries)
    for e in everything:
        day = date.fromisoformat(e.on)
        if period.to_on is not None and day > period.to_on:
            break
        running += e.amount_cents
        if period.from_on is not None and day < period.from_on:
            opening = running
            continue
        lines.append(
            LedgerLine(e.on, e.kind, e.text, e.amount_cents, running, e.invoice_id, e.source_id, e.fact_id)
        )
    return Ledger(period, opening, lines, balance, credit_cents, running)


RANGES = ("all", "recent", "past")


def ledger_range(word: str, today: date) -> Period:
    """The ledger's filters: all, recent (30 days) and past (all up to today)."""
    if word == "recent":
        return Period(today - timedelta(days=30), today)
    if word == "past":
        return Period(None, today)
    return ALL_TIME
