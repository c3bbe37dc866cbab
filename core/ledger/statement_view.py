"""All that a statement says: of an account over some days, or of what is open on one (RD2).

A statement tells, it asks for nothing: it has no state, is never overdue and changes nobody's balance. The
day decides what belongs into it, in the practice's time zone, both ends included. What was recorded later
for a day that an earlier statement covered is said in the next one, so that each goes on where the one
before ended.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from core.dates import Period, PeriodBackwards
from core.errors import TooLong
from core.ids import named
from core.ledger.account import InvoiceSum
from core.ledger.aging import aged
from core.ledger.entries import ADJUSTMENTS, MOVES, Entry, source_words
from core.ledger.letterhead import Letterhead, letterhead
from core.ledger.statement_account import (
    LAST_OFFICE,
    LINES,
    PreviousStatement,
    StatementAccount,
    Told,
    statement_account,
    told_before,
    without_called_off,
)
from core.store import Read

KINDS = ("activity", "open_items")
COMMENT = 1_000
"""Characters; a comment stands beside the sums."""

BEGINNING = "0000-00-00"


@dataclass(frozen=True, slots=True)
class StatementKey:
    """Which statement: of whom, over which days, of which kind; and what somebody wants to say with it.

    `from_on` is None for all days up to the last; an open-items statement is about its last day alone.
    """

    guarantor_id: str
    client_id: str | None
    kind: str
    from_on: date | None
    to_on: date
    comment: str = ""

    @property
    def statement_id(self) -> str:
        """The same in every office."""
        first = self.from_on or ""
        return named(f"statement:{self.guarantor_id}:{self.client_id or ''}:{self.kind}:{first}:{self.to_on}")


def statement_key(
    guarantor_id: str, period: Period, *, client_id: str | None = None, kind: str = "activity",
    comment: str = "",
) -> StatementKey:  # fmt: skip
    """A key that can be made a statement of. Raises: PeriodBackwards, TooLong."""
    from_on, to_on = period
    assert to_on is not None
    assert kind in KINDS
    if from_on is not None and to_on < from_on:
        raise PeriodBackwards(from_on, to_on)
    if len(comment) > COMMENT:
        raise TooLong("comment", COMMENT)
    return StatementKey(
        guarantor_id, client_id, kind, from_on if kind == "activity" else None, to_on, comment
    )


@dataclass(frozen=True, slots=True)
class StatementDetail:
    """What a line is made of: a service of an invoice, or what was paid on one that is open."""

    on: date | None
    text: str
    amount_cents: int


@dataclass(frozen=True, slots=True)
class StatementLine:
    """Something that changed the balance. Cents: positive is owed, negative was paid or taken off."""

    on: date
    kind: str
    text: str
    client: str
    """Empty where it is of no client, or the statement covers only one."""
    amount_cents: int
    balance_cents: int
    details: tuple[StatementDetail, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenItem:
    """An invoice that is not settled. `asked - taken off - paid = balance`, in cents."""

    number: str
    issued_on: date
    due_on: date
    client: str
    asked_cents: int
    taken_off_cents: int
    paid_cents: int
    balance_cents: int
    details: tuple[StatementDetail, ...] = ()


@dataclass(frozen=True, slots=True)
class StatementSums:
    """What the activity comes to by its kinds, in cents; each as its name says, so a payment is positive.

    `opening + charges + late fees - payments - adjustments + refunds + moved = closing`. Moved is money of
    the guarantor that pays for another client, on one client's part.
    """

    charges_cents: int = 0
    fees_cents: int = 0
    payments_cents: int = 0
    adjustments_cents: int = 0
    refunds_cents: int = 0
    moved_cents: int = 0

    @property
    def change_cents(self) -> int:
        asked = self.charges_cents + self.fees_cents + self.refunds_cents + self.moved_cents
        return asked - self.payments_cents - self.adjustments_cents


@dataclass(frozen=True, slots=True)
class StatementView:
    """A statement as its document shows it."""

    document_id: str
    version: int
    made_on: date
    kind: str
    guarantor_id: str
    client_id: str | None
    from_on: date | None
    to_on: date
    currency: str
    letterhead: Letterhead
    bill_to: tuple[str, ...]
    clients: tuple[str, ...]
    previous: PreviousStatement | None
    earlier: tuple[StatementLine, ...]
    """What came to days before this one's first since the previous statement."""
    earlier_cents: int
    """`previous closing + earlier = opening`."""
    opening_cents: int
    lines: tuple[StatementLine, ...]
    items: tuple[OpenItem, ...]
    sums: StatementSums
    closing_cents: int
    credit_cents: int
    """Of the guarantor, on no invoice; the balance has it taken off already."""
    aging: tuple[tuple[str, int], ...]
    """What is open by age, as of the last day; the balance is their sum less the credit."""
    comment: str = ""


def statement_view(read: Read, key: StatementKey, *, today: date) -> StatementView:
    """What version 1 of a statement, made today, says. Raises: NotFound, NotOfGuarantor."""
    of = statement_account(read, key.guarantor_id, key.client_id, to_on=key.to_on)
    invoices = of.invoices
    closing = sum(one.balance_cents for one in invoices) - of.account.credit_cents
    assert closing == sum(entry.amount_cents for entry in of.entries), "the ledger is the account"
    head, currency = _letterhead(read, key)
    told, opening = None, 0
    earlier: tuple[StatementLine, ...] = ()
    lines: tuple[StatementLine, ...] = ()
    items: tuple[OpenItem, ...] = ()
    sums = StatementSums()
    if key.kind == "open_items":
        items = tuple(_open_items(of, invoices))
    else:
        before = [entry for entry in of.entries if not _within(key, entry)]
        opening = sum(entry.amount_cents for entry in before)
        now = without_called_off([entry for entry in of.entries if _within(key, entry)])
        told = _told(read, key)
        earlier = _earlier(of, before, told, opening)
        lines = tuple(_lines(of, now, opening, _services(read, key)))
        sums = _sums(now)
        assert opening + sums.change_cents == closing, "opening + activity = closing"
    view = StatementView(
        document_id=key.statement_id,
        version=1,
        made_on=today,
        kind=key.kind,
        guarantor_id=key.guarantor_id,
        client_id=key.client_id,
        from_on=key.from_on,
        to_on=key.to_on,
        currency=currency,
        letterhead=head,
        bill_to=of.addressee,
        clients=tuple(of.clients.values()),
        previous=None if told is None else told.statement,
        earlier=earlier,
        earlier_cents=sum(line.amount_cents for line in earlier),
        opening_cents=opening,
        lines=lines,
        items=items,
        sums=sums,
        closing_cents=closing,
        credit_cents=of.account.credit_cents,
        aging=aged((one for one in invoices if one.balance_cents), min(key.to_on, today)),
        comment=key.comment,
    )
    assert told is None or told.statement.closing_cents + view.earlier_cents == opening
    return view


def _letterhead(read: Read, key: StatementKey) -> tuple[Letterhead, str]:
    """The practice's own address; where it has none, that of the office that billed last."""
    head, currency = letterhead(read, None)
    if head.address:
        return head, currency
    office_id = read.value(LAST_OFFICE, guarantor_id=key.guarantor_id, to_on=key.to_on.isoformat())
    return letterhead(read, office_id)


def _within(key: StatementKey, entry: Entry) -> bool:
    return key.from_on is None or bool(entry.on >= key.from_on.isoformat())


def _told(read: Read, key: StatementKey) -> Told | None:
    if key.from_on is None:
        return None
    return told_before(read, key.statement_id, key.guarantor_id, key.client_id, from_on=key.from_on)


def _services(read: Read, key: StatementKey) -> dict[str, list[StatementDetail]]:
    """What each invoice of these days asks for."""
    found: dict[str, list[StatementDetail]] = {}
    rows = read.rows(
        LINES, guarantor_id=key.guarantor_id, to_on=key.to_on.isoformat(),
        from_on=BEGINNING if key.from_on is None else key.from_on.isoformat(),
    )  # fmt: skip
    for invoice_id, service_on, description, code, cents in rows:
        day = None if service_on is None else date.fromisoformat(service_on)
        found.setdefault(invoice_id, []).append(StatementDetail(day, description or code, cents))
    return found


def _lines(
    of: StatementAccount, entries: Iterable[Entry], balance: int,
    services: dict[str, list[StatementDetail]],
) -> Iterable[StatementLine]:  # fmt: skip
    several = len(of.clients) > 1
    for entry in entries:
        balance += entry.amount_cents
        yield StatementLine(
            date.fromisoformat(entry.on),
            entry.kind,
            entry.text,
            of.clients.get(entry.client_id, "") if several and entry.client_id else "",
            entry.amount_cents,
            balance,
            tuple(services.get(entry.invoice_id, ())) if entry.kind == "invoice" else (),
        )


def _earlier(
    of: StatementAccount, before: Sequence[Entry], told: Told | None, opening: int
) -> tuple[StatementLine, ...]:
    """What is new on days before the statement's first: not told yet, or recorded after it was told.

    Where entries that were told count differently since, because what offices recorded apart contradicts,
    a last line says by how much.
    """
    if told is None:
        return ()
    ended, balance = told.statement.to_on.isoformat(), told.statement.closing_cents
    new = [entry for entry in before if entry.on > ended or not told.knows(entry)]
    lines = list(_lines(of, without_called_off(new), balance, {}))
    rest = opening - balance - sum(line.amount_cents for line in lines)
    if rest:
        lines.append(
            StatementLine(
                told.statement.to_on, "other", "Entries that were corrected since", "", rest, opening
            )
        )
    return tuple(lines)


def _sums(entries: Iterable[Entry]) -> StatementSums:
    found: dict[str, int] = {}
    for entry in entries:
        if entry.kind == "reversal":
            what = "payments" if entry.detail else "adjustments"
        elif entry.kind in MOVES:
            what = "moved"
        else:
            what = SUM_OF[entry.kind]
        sign = -1 if what in ("payments", "adjustments") else 1
        found[f"{what}_cents"] = found.get(f"{what}_cents", 0) + sign * entry.amount_cents
    return StatementSums(**found)


SUM_OF = {
    "invoice": "charges",
    "void": "charges",
    "late_fee": "fees",
    "payment": "payments",
    "credit": "adjustments",
    "adjustment": "adjustments",
    "refund": "refunds",
    "refund_failed": "refunds",
}
"""Which sum a kind of entry is part of; a reversal is part of what it reverses."""


def _open_items(of: StatementAccount, invoices: Iterable[InvoiceSum]) -> Iterable[OpenItem]:
    """The invoices that make up the balance, oldest due first, each with what happened on it."""
    details = _details(of)
    several = len(of.clients) > 1
    for one in sorted(invoices, key=lambda one: (one.issue.due_on, one.issue.number)):
        if one.balance_cents:
            issue = one.issue
            yield OpenItem(
                issue.number,
                date.fromisoformat(issue.on),
                date.fromisoformat(issue.due_on),
                of.clients[issue.client_id] if several else "",
                one.asked_cents,
                one.adjusted_cents,
                one.paid_cents,
                one.balance_cents,
                tuple(details.get(issue.invoice_id, ())),
            )


def _details(of: StatementAccount) -> dict[str, list[StatementDetail]]:
    """Late fees, what was taken off and paid, by invoice and in order of days, in effective cents."""
    facts, effect = of.facts, of.account.effect
    sources = {one.source_id: one for one in facts.sources}
    found = [(fee.on, fee.invoice_id, "Late fee", effect[fee.fee_id]) for fee in facts.fees]
    for one in facts.adjustments:
        undone = " reversed" if one.amount_cents < 0 else ""
        found.append((one.on, one.invoice_id, ADJUSTMENTS[one.kind] + undone, -effect[one.adjustment_id]))
    for put in facts.allocations:
        source = sources.get(put.source_id)
        if source is not None:
            what = f"Payment, {source_words(source)}" if source.kind == "payment" else "Credit"
            found.append((put.on, put.invoice_id, what, -effect[put.allocation_id]))
    details: dict[str, list[StatementDetail]] = {}
    for on, invoice_id, text, cents in sorted(found, key=lambda row: row[0]):
        if cents:
            details.setdefault(invoice_id, []).append(StatementDetail(date.fromisoformat(on), text, cents))
    return details
