"""What a guarantor's money facts come to, applied one by one: the reference for every kept sum.

Facts of offices that worked apart can contradict: a credit spent twice, a payment on an invoice that was
void elsewhere. Here they are applied in hub order, each as far as it still can be: an adjustment up to
what the invoice asks for, a refund up to what is left of its payment, an allocation up to what is left
of both (`decisions.md` 3). What could not be applied is credit, and a conflict for people.

Pure: rows in, amounts out. `as_of` is met by leaving later facts out.
"""

from collections import namedtuple
from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import itemgetter

from core.ledger.effective import (
    ADJUSTMENT_COUNTS,
    CREDIT_COUNTS,
    FEE_COUNTS,
    ISSUE_COUNTS,
    PAYMENT_COUNTS,
    REFUND_COUNTS,
    VOID_COUNTS,
    reversal_counts,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from core.store import Read

    T = TypeVar("T", bound=tuple[object, ...])

FOREVER = "9999-99-99"

Issue = namedtuple("Issue", "invoice_id number client_id on due_on total_cents order")
Void = namedtuple("Void", "invoice_id on reason order")
Fee = namedtuple("Fee", "fee_id invoice_id on amount_cents step order")
Adjusted = namedtuple("Adjusted", "adjustment_id invoice_id on kind amount_cents reason reverses_id order")
Source = namedtuple("Source", "source_id kind on amount_cents method reference order")
"""Money received, or goodwill given; `kind` is payment or credit, `method` is empty for goodwill."""
Reversal = namedtuple("Reversal", "source_id on reason order")
Refund = namedtuple(
    "Refund",
    "refund_id source_id invoice_id on amount_cents method reference reason channel failed_on order",
)
Applied = namedtuple("Applied", "allocation_id source_id invoice_id on amount_cents order")
Released = namedtuple("Released", "release_id allocation_id on amount_cents reason order")


_BIG, _SITES = 10**18, 10_000
"""Added to numbers so that all are of one length and their text sorts as they do, in every database."""


def _order(alias: str) -> str:
    """A text that sorts as hub order does: what has no number last."""
    numbers = f"{_BIG} + {alias}._q", f"{_SITES} + {alias}.site", f"{_BIG} + coalesce({alias}.no, 0)"
    listed = " || ':' || ".join(f"CAST({number} AS TEXT)" for number in numbers)
    return f"CASE WHEN {alias}._q = 0 THEN '1:' ELSE '0:' END || {listed}"


def order_numbers(order: str) -> tuple[int, int, int, int]:
    """What such a text is made of: 1 for what has no number, else 0; the number, the site, its own number."""
    unnumbered, number, site, no = map(int, order.split(":"))
    return unnumbered, number - _BIG, site - _SITES, no - _BIG


OF_GUARANTOR = "SELECT x.invoice_id FROM invoice_issue AS x WHERE x.guarantor_id = :guarantor_id"

ISSUES = f"""
SELECT i.invoice_id, i.number, i.client_id, i.issued_on, i.due_on, i.total_cents, {_order("i")}
FROM invoice_issue AS i
WHERE i.guarantor_id = :guarantor_id AND i.issued_on <= :as_of AND {ISSUE_COUNTS}
"""  # noqa: S608  composed of the constants above
VOIDS = f"""
SELECT v.invoice_id, v.voided_on, v.reason, {_order("v")} FROM invoice_void AS v
WHERE v.invoice_id IN ({OF_GUARANTOR}) AND v.voided_on <= :as_of AND {VOID_COUNTS}
"""  # noqa: S608
FEES = f"""
SELECT f.id, f.invoice_id, f.assessed_on, f.amount_cents, f.step, {_order("f")} FROM late_fee AS f
WHERE f.invoice_id IN ({OF_GUARANTOR}) AND f.assessed_on <= :as_of AND {FEE_COUNTS}
"""  # noqa: S608
ADJUSTMENTS = f"""
SELECT j.id, j.invoice_id, j.effective_on, j.kind, j.amount_cents, j.reason, j.reverses_id, {_order("j")}
FROM adjustment AS j
WHERE j.invoice_id IN ({OF_GUARANTOR}) AND j.effective_on <= :as_of AND {ADJUSTMENT_COUNTS}
"""  # noqa: S608
SOURCES = f"""
SELECT p.id, 'payment', p.received_on, p.amount_cents, p.method, p.reference, {_order("p")}
FROM payment AS p WHERE p.guarantor_id = :guarantor_id AND p.received_on <= :as_of AND {PAYMENT_COUNTS}
UNION ALL
SELECT k.id, 'credit', k.given_on, k.amount_cents, '', k.reason, {_order("k")}
FROM credit AS k WHERE k.guarantor_id = :guarantor_id AND k.given_on <= :as_of AND {CREDIT_COUNTS}
"""  # noqa: S608
REVERSALS = f"""
SELECT w.payment_id, w.reversed_on, w.reason, {_order("w")} FROM payment_reversal AS w
JOIN payment AS p ON p.id = w.payment_id WHERE p.guarantor_id = :guarantor_id AND w.reversed_on <= :as_of
  AND {reversal_counts("payment")}
UNION ALL
SELECT w.credit_id, w.reversed_on, w.reason, {_order("w")} FROM credit_reversal AS w
JOIN credit AS k ON k.id = w.credit_id WHERE k.guarantor_id = :guarantor_id AND w.reversed_on <= :as_of
  AND {reversal_counts("credit")}
"""  # noqa: S608
REFUNDS = f"""
SELECT r.id, coalesce(r.payment_id, r.credit_id), r.invoice_id, r.refunded_on, r.amount_cents, r.method,
       r.reference, r.reason, r.channel,
       (SELECT min(a.answered_on) FROM refund_answer AS a
        WHERE a.request_id = r.id AND a.outcome = 'failed' AND a.answered_on <= :as_of), {_order("r")}
FROM refund_request AS r
WHERE (r.payment_id IN (SELECT id FROM payment WHERE guarantor_id = :guarantor_id)
       OR r.credit_id IN (SELECT id FROM credit WHERE guarantor_id = :guarantor_id))
  AND r.refunded_on <= :as_of AND {REFUND_COUNTS}
"""  # noqa: S608
ALLOCATIONS = f"""
SELECT a.id, coalesce(a.payment_id, a.credit_id), a.invoice_id, a.effective_on, a.amount_cents, {_order("a")}
FROM allocation AS a WHERE a.invoice_id IN ({OF_GUARANTOR}) AND a.effective_on <= :as_of
"""  # noqa: S608
RELEASES = f"""
SELECT l.id, l.allocation_id, l.effective_on, l.amount_cents, l.reason, {_order("l")}
FROM allocation_release AS l JOIN allocation AS a ON a.id = l.allocation_id
WHERE a.invoice_id IN ({OF_GUARANTOR}) AND l.effective_on <= :as_of
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Facts:
    """Every money fact of one guarantor up to a day, each list in hub order."""

    issues: list[Issue]
    voids: list[Void]
    fees: list[Fee]
    adjustments: list[Adjusted]
    sources: list[Source]
    reversals: list[Reversal]
    refunds: list[Refund]
    allocations: list[Applied]
    releases: list[Released]


def facts_of(read: "Read", guarantor_id: str, *, as_of: str = FOREVER) -> Facts:
    """The money facts of one guarantor that took effect up to a day (ISO text)."""

    def those(sql: str, into: "Callable[..., T]") -> "list[T]":
        rows = read.all(sql, into, guarantor_id=guarantor_id, as_of=as_of)
        return sorted(rows, key=itemgetter(-1))

    return Facts(
        those(ISSUES, Issue),
        those(VOIDS, Void),
        those(FEES, Fee),
        those(ADJUSTMENTS, Adjusted),
        those(SOURCES, Source),
        those(REVERSALS, Reversal),
        those(REFUNDS, Refund),
        those(ALLOCATIONS, Applied),
        those(RELEASES, Released),
    )


@dataclass(slots=True)
class InvoiceSum:
    """One invoice in effective cents. Of a void one nothing is asked."""

    issue: Issue
    asked_cents: int
    fees_cents: int = 0
    adjusted_cents: int = 0
    paid_cents: int = 0
    void: Void | None = None

    @property
    def balance_cents(self) -> int:
        return 0 if self.void else self.asked_cents - self.adjusted_cents - self.paid_cents

    @property
    def room_cents(self) -> int:
        """What can still be put on it."""
        return max(self.balance_cents, 0)


@dataclass(slots=True)
class SourceSum:
    """One payment or goodwill credit in effective cents."""

    source: Source
    refunded_cents: int = 0
    reversed_cents: int = 0
    applied_cents: int = 0

    @property
    def left_cents(self) -> int:
        """On no invoice: credit of the guarantor."""
        amount: int = self.source.amount_cents
        return amount - self.refunded_cents - self.reversed_cents - self.applied_cents


@dataclass(slots=True)
class Account:
    """A guarantor's account: every invoice, every payment and credit, and what each fact came to."""

    invoices: dict[str, InvoiceSum] = field(default_factory=dict)
    sources: dict[str, SourceSum] = field(default_factory=dict)
    effect: dict[str, int] = field(default_factory=dict)
    """The effective cents of each fee, adjustment, refund and allocation, by its id."""
    crossed: bool = False
    """Some fact could not be applied as it stands."""

    @property
    def owed_cents(self) -> int:
        return sum(one.balance_cents for one in self.invoices.values())

    @property
    def credit_cents(self) -> int:
        return sum(one.left_cents for one in self.sources.values())

    @property
    def balance_cents(self) -> int:
        """What the guarantor owes, unapplied credit taken off."""
        return self.owed_cents - self.credit_cents


def account_of(facts: Facts) -> Account:
    """Apply the facts of one guarantor in hub order."""
    account = Account()
    _ask(account, facts)
    _adjust(account, facts.adjustments)
    _receive(account, facts)
    _apply(account, facts)
    return account


def _ask(account: Account, facts: Facts) -> None:
    for issue in facts.issues:
        account.invoices[issue.invoice_id] = InvoiceSum(issue, issue.total_cents)
    for void in facts.voids:
        if void.invoice_id in account.invoices:
            account.invoices[void.invoice_id].void = void
    for fee in facts.fees:
        invoice = account.invoices.get(fee.invoice_id)
        account.effect[fee.fee_id] = fee.amount_cents
        if invoice is not None:
            invoice.asked_cents += fee.amount_cents
            invoice.fees_cents += fee.amount_cents


def _adjust(account: Account, adjustments: Iterable[Adjusted]) -> None:
    """Each takes off what is still asked; a reversal brings back what is left of what it reverses."""
    standing: dict[str, int] = {}
    for one in adjustments:
        invoice = account.invoices.get(one.invoice_id)
        cents = 0
        if invoice is not None:
            room = invoice.asked_cents - invoice.adjusted_cents
            cents = max(min(one.amount_cents, room), -standing.get(one.reverses_id, invoice.adjusted_cents))
            invoice.adjusted_cents += cents
            account.crossed |= cents != one.amount_cents
        if one.reverses_id is None:
            standing[one.adjustment_id] = cents
        else:
            standing[one.reverses_id] = standing.get(one.reverses_id, 0) + cents
        account.effect[one.adjustment_id] = cents


def _receive(account: Account, facts: Facts) -> None:
    """Payments and goodwill; what went back of them, in hub order."""
    for source in facts.sources:
        account.sources[source.source_id] = SourceSum(source)
    back: list[Refund | Reversal] = sorted([*facts.refunds, *facts.reversals], key=lambda fact: fact.order)
    for fact in back:
        into = account.sources.get(fact.source_id)
        left = 0 if into is None else into.left_cents
        if isinstance(fact, Reversal):
            if into is not None:
                into.reversed_cents += left
            continue
        cents = min(fact.amount_cents, left)
        account.effect[fact.refund_id] = fact.amount_cents if fact.failed_on else cents
        if into is not None and not fact.failed_on:
            into.refunded_cents += cents
            account.crossed |= cents != fact.amount_cents


def _apply(account: Account, facts: Facts) -> None:
    released: dict[str, int] = {}
    for release in facts.releases:
        released[release.allocation_id] = released.get(release.allocation_id, 0) + release.amount_cents
    for one in facts.allocations:
        off = released.get(one.allocation_id, 0)
        asked = max(one.amount_cents - off, 0)
        account.crossed |= off > one.amount_cents
        source, invoice = account.sources.get(one.source_id), account.invoices.get(one.invoice_id)
        cents = 0
        if source is not None and invoice is not None:
            cents = min(asked, max(source.left_cents, 0), invoice.room_cents)
            source.applied_cents += cents
            invoice.paid_cents += cents
        account.effect[one.allocation_id] = cents
        account.crossed |= cents != asked
