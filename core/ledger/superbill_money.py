"""What was charged and paid for each service, over every invoice that carries it (RD3).

An invoice knows what was paid on it, not on which line. The rule: money received goes to the services
before the late fees, and to each line in proportion to its amount, cents left over to the largest
remainders, so that the parts add up to what was paid. Then the same is done, over what each line still
asks for, with what was taken off: discounts, adjustments, goodwill. Goodwill is no payment, and an insurer
must not be told that it was one. A shared charge is the sum of its guarantors' invoices (RB8).
"""

from collections import namedtuple
from collections.abc import Iterable

from core.ledger.account import Account, Facts, account_of, facts_of
from core.ledger.effective import ISSUE_COUNTS
from core.money import split
from core.store import Read

Money = namedtuple("Money", "charged_cents paid_cents taken_off_cents units_milli")
"""Of one charge; what is neither paid nor taken off is still owed."""

_Billed = namedtuple("_Billed", "line_id invoice_id issue_id guarantor_id share_id amount_cents units_milli")

BILLED = f"""
SELECT l.id, i.invoice_id, i.id, i.guarantor_id, l.share_id, l.amount_cents, l.units_milli
FROM invoice_line AS l JOIN invoice_issue AS i ON i.id = l.issue_id
WHERE l.charge_id = :charge_id AND {ISSUE_COUNTS}
  AND NOT EXISTS (SELECT 1 FROM invoice_void AS v WHERE v.invoice_id = i.invoice_id)
ORDER BY i._q = 0, i._q, i.site, i.no, l.position
"""  # noqa: S608  composed of the constant above
ASKING = """
SELECT id, amount_cents FROM invoice_line
WHERE issue_id = :issue_id AND amount_cents > 0 AND kind <> 'discount' ORDER BY position
"""


class Payments:
    """Asks what was paid; each account and each invoice once."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._accounts: dict[str, tuple[Facts, Account]] = {}
        self._spread: dict[str, dict[str, tuple[int, int]]] = {}

    def of(self, charge_id: str, *, amount_cents: int, units_milli: int) -> Money:
        """What a charge came to and what of it was paid; the amounts given hold while nothing bills it."""
        billed = self._read.all(BILLED, _Billed, charge_id=charge_id)
        paid = taken_off = 0
        for line in billed:
            of_line = self._of_invoice(line).get(line.line_id, (0, 0))
            paid, taken_off = paid + of_line[0], taken_off + of_line[1]
        whole = next((line for line in billed if line.share_id is None), None)
        if whole is not None:
            amount_cents, units_milli = whole.amount_cents, whole.units_milli
        return Money(amount_cents, paid, taken_off, units_milli)

    def _of_invoice(self, line: _Billed) -> dict[str, tuple[int, int]]:
        if line.invoice_id not in self._spread:
            if line.guarantor_id not in self._accounts:
                facts = facts_of(self._read, line.guarantor_id)
                self._accounts[line.guarantor_id] = facts, account_of(facts)
            asking = self._read.rows(ASKING, issue_id=line.issue_id)
            sums = _sums(*self._accounts[line.guarantor_id], line.invoice_id)
            self._spread[line.invoice_id] = spread(asking, *sums)
        return self._spread[line.invoice_id]


def _sums(facts: Facts, account: Account, invoice_id: str) -> tuple[int, int, int]:
    """What an invoice asks for, late fees and their waivers aside; the money on it; the goodwill on it."""
    invoice = account.invoices[invoice_id]
    waived = sum(
        account.effect[one.adjustment_id]
        for one in facts.adjustments
        if one.invoice_id == invoice_id and one.kind == "fee_waiver"
    )
    asked = invoice.issue.total_cents - (invoice.adjusted_cents - waived)
    money = {"payment": 0, "credit": 0}
    for one in facts.allocations:
        if one.invoice_id == invoice_id and account.effect[one.allocation_id]:
            kind = account.sources[one.source_id].source.kind
            money[kind] += account.effect[one.allocation_id]
    return asked, money["payment"], money["credit"]


def spread(
    lines: Iterable[tuple[str, int]], asked_cents: int, paid_cents: int, goodwill_cents: int
) -> dict[str, tuple[int, int]]:
    """What was paid on each line (id, cents) of an invoice and what was taken off it.

    No line gets more than it asks for.
    """
    ids, weights = [], []
    for line_id, cents in lines:
        ids.append(line_id)
        weights.append(cents)
    whole = sum(weights)
    if not whole:
        return {}
    asked = min(max(asked_cents, 0), whole)
    paid = min(paid_cents, asked)
    goodwill = min(goodwill_cents, asked - paid)
    paid_parts = split(paid, weights)
    left = [weight - part for weight, part in zip(weights, paid_parts, strict=True)]
    off_parts = split(whole - asked + goodwill, left) if sum(left) else [0] * len(left)
    return dict(zip(ids, zip(paid_parts, off_parts, strict=True), strict=True))
