"""The account that a statement is about: whose it is, what happened on it, what was said of it before (RD2).

A guarantor's whole account with all their clients, or one client's part of it. Words that billers wrote for
themselves, such as why something was written off, are not for the client and stay out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from core.errors import NotFound
from core.ledger.account import Account, Facts, InvoiceSum, account_of, facts_of, order_numbers
from core.ledger.effective import ISSUE_COUNTS
from core.ledger.entries import ADJUSTMENTS, METHODS, MOVES, Entry, entries_of, of_client, source_words
from core.store import Read

GUARANTOR = """
SELECT name, street, street_2, city, state, postal_code, country FROM guarantor WHERE id = :guarantor_id
"""
CLIENTS = """
SELECT k.id, k.name FROM client AS k
WHERE k.guarantor_id = :guarantor_id
   OR k.id IN (SELECT i.client_id FROM invoice_issue AS i WHERE i.guarantor_id = :guarantor_id)
ORDER BY k.sort_name, k.id
"""
LINES = f"""
SELECT i.invoice_id, l.service_on, l.description, l.code, l.amount_cents
FROM invoice_issue AS i JOIN invoice_line AS l ON l.issue_id = i.id
WHERE i.guarantor_id = :guarantor_id AND i.issued_on >= :from_on AND i.issued_on <= :to_on AND {ISSUE_COUNTS}
ORDER BY i.invoice_id, l.position
"""  # noqa: S608  composed of the constant above
LAST_OFFICE = """
SELECT office_id FROM invoice_issue
WHERE guarantor_id = :guarantor_id AND issued_on <= :to_on ORDER BY issued_on DESC, number DESC LIMIT 1
"""

FIRST_MADE = """
SELECT s.at, s.site, s.no FROM statement AS s
WHERE s.statement_id = :statement_id ORDER BY s.version, s.at, s.site, s.no LIMIT 1
"""
PREVIOUS = """
SELECT s.statement_id, s.made_on, s.to_on, s.closing_cents, s._q, s.site, s.no FROM statement AS s
WHERE s.guarantor_id = :guarantor_id AND coalesce(s.client_id, '') = :client_id
  AND s.statement_id <> :statement_id AND s.to_on < :from_on
  AND ((s.site = :site AND s.no < :no) OR (s.site <> :site AND s.at <= :at))
ORDER BY s.to_on DESC, s.at DESC, s.site, s.no DESC LIMIT 1
"""
"""The last one before a day that was there when this one was first made."""

AT_THE_END = ("9999-99-99", -1, 0)
"""Of a statement that is not made yet: all others are there already."""


@dataclass(frozen=True, slots=True)
class PreviousStatement:
    """What the client was last told of this account."""

    document_id: str
    made_on: date
    to_on: date
    closing_cents: int


@dataclass(frozen=True, slots=True)
class Told:
    """A previous statement and where it stands among the facts, to know what was recorded after it."""

    statement: PreviousStatement
    hub_number: int
    site: int
    no: int

    def knows(self, entry: Entry) -> bool:
        """Whether the entry was in the book when the statement was made.

        By number in its own office; of what came from another office by the hub's numbers. That a refund
        failed is an answer of its own, dated the day it came.
        """
        if entry.kind == "refund_failed" and entry.on > self.statement.made_on.isoformat():
            return False
        _, number, site, no = order_numbers(entry.order)
        if site == self.site:
            return no < self.no
        return not (number and self.hub_number) or number < self.hub_number


class NotOfGuarantor(NotFound):
    code = "not_of_guarantor"

    def __init__(self) -> None:
        super().__init__(
            "This guarantor owes nothing for this client. Name another one, or leave the guarantor out."
        )


@dataclass(frozen=True, slots=True)
class StatementAccount:
    """An account up to the last day of a statement."""

    addressee: tuple[str, ...]
    clients: dict[str, str]
    """Names of the clients it covers, by id."""
    facts: Facts
    account: Account
    entries: list[Entry]
    """In order, with words for the client; their sum is the balance."""
    client_id: str | None

    @property
    def invoices(self) -> list[InvoiceSum]:
        """Invoices of the clients it covers, as they stood at the end of the last day."""
        return [
            one for one in self.account.invoices.values() if self.client_id in (None, one.issue.client_id)
        ]


def statement_account(
    read: Read, guarantor_id: str, client_id: str | None, *, to_on: date
) -> StatementAccount:
    """The account of a guarantor, or one client's part of it. Raises: NotFound, NotOfGuarantor."""
    found = read.rows(GUARANTOR, guarantor_id=guarantor_id)
    if not found:
        raise NotFound("There is no such guarantor any more.", subject=guarantor_id)
    clients = dict(read.rows(CLIENTS, guarantor_id=guarantor_id))
    if client_id is not None and client_id not in clients:
        raise NotOfGuarantor
    facts = facts_of(read, guarantor_id, as_of=to_on.isoformat())
    account = account_of(facts)
    entries = entries_of(facts, account, guarantor_id)
    if client_id is None:
        entries = [entry for entry in entries if entry.kind not in MOVES]
    else:
        clients = {client_id: clients[client_id]}
        entries = of_client(entries, client_id)
    return StatementAccount(
        _addressee(*found[0]), clients, facts, account, list(_for_the_client(facts, entries)), client_id
    )


def _addressee(
    name: str, street: str, street_2: str, city: str, state: str, postal_code: str, country: str
) -> tuple[str, ...]:
    """Name and address as an envelope has them, empty lines left out."""
    town = ", ".join(part for part in (city, " ".join(p for p in (state, postal_code) if p)) if part)
    return tuple(line for line in (name, street, street_2, town, country) if line)


def _for_the_client(facts: Facts, entries: Iterable[Entry]) -> Iterable[Entry]:
    """The entries without the words that billers wrote to one another."""
    numbers = {one.invoice_id: one.number for one in facts.issues}
    sources = {one.source_id: one for one in facts.sources}
    for entry in entries:
        match entry.kind:
            case "void":
                text = f"Invoice {numbers[entry.invoice_id]} void"
            case "adjustment":
                undone = " reversed" if entry.amount_cents > 0 else ""
                text = f"{ADJUSTMENTS[entry.detail]}{undone} on {numbers[entry.invoice_id]}"
            case "credit":
                text = "Credit given"
            case "reversal":
                source = sources[entry.source_id]
                paid = source.kind == "payment"
                text = f"Payment, {source_words(source)}, reversed" if paid else "Credit taken back"
            case "refund":
                text = f"Refund, {METHODS[entry.detail]}" if entry.detail else "Refund"
            case _:
                text = entry.text
        yield entry._replace(text=text)


def without_called_off(entries: list[Entry]) -> list[Entry]:
    """Entries of some days without invoices that were both issued and called off in them.

    Source: `domain.md` section 9.
    """
    issued = {entry.invoice_id for entry in entries if entry.kind == "invoice"}
    gone = {entry.invoice_id for entry in entries if entry.kind == "void"} & issued
    if not gone:
        return entries
    sums = dict.fromkeys(gone, 0)
    for entry in entries:
        if entry.invoice_id in gone:
            sums[entry.invoice_id] += entry.amount_cents
    return [entry for entry in entries if sums.get(entry.invoice_id, 1) != 0]


def told_before(
    read: Read, statement_id: str, guarantor_id: str, client_id: str | None, *, from_on: date
) -> Told | None:
    """The last statement of this account that ended before a day.

    Of a statement that is made again, the one that was the last when it was made first, so that what it goes
    on from does not change.
    """
    first = read.rows(FIRST_MADE, statement_id=statement_id)
    at, site, no = first[0] if first else AT_THE_END
    found = read.rows(
        PREVIOUS, statement_id=statement_id, guarantor_id=guarantor_id, client_id=client_id or "",
        from_on=from_on.isoformat(), at=at, site=site, no=no,
    )  # fmt: skip
    if not found:
        return None
    document_id, made_on, to_on, closing, hub_number, its_site, its_no = found[0]
    previous = PreviousStatement(document_id, date.fromisoformat(made_on), date.fromisoformat(to_on), closing)
    return Told(previous, hub_number or 0, its_site, its_no)
