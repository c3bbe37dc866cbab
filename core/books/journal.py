"""The whole book as a double-entry journal that other programs read, check and add up (RJ4).

Every entry of a guarantor's ledger becomes a transaction between what they owe or have left and the
practice's own accounts. At the end stands for each guarantor what `report ar` says is owed, so that the
reading program finds any difference. No client is named beside what people typed, and nothing
clinical: guarantors, providers, invoice numbers, methods, reasons. Design: `docs/journal.md`.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from core.actors import Actor
from core.books import journal_accounts as chart
from core.books.commands import record_export
from core.books.journal_text import (
    SYNTAXES,
    Account,
    Balance,
    Posting,
    Syntax,
    Tags,
    Transaction,
    balances_on,
    currency_code,
)
from core.errors import UsageError
from core.ledger.account import account_of, facts_of
from core.ledger.aging import aging
from core.ledger.effective import ISSUE_COUNTS
from core.ledger.entries import MOVES, Entry, entries_of
from core.practice.queries import practice
from core.security.files import check_target, write_where_said
from core.store import Read, Store

GUARANTORS = "SELECT id, name FROM guarantor ORDER BY id"
PROVIDERS = "SELECT id, name FROM provider ORDER BY id"

INCOME = f"""
SELECT i.invoice_id, coalesce(c.kind, l.kind), l.provider_id, sum(l.amount_cents)
FROM invoice_issue AS i JOIN invoice_line AS l ON l.issue_id = i.id
LEFT JOIN charge AS c ON c.id = l.charge_id
WHERE i.guarantor_id = :guarantor_id AND {ISSUE_COUNTS}
GROUP BY i.invoice_id, coalesce(c.kind, l.kind), l.provider_id
ORDER BY i.invoice_id, coalesce(c.kind, l.kind), l.provider_id
"""  # noqa: S608  composed of the constants above


class UnknownForm(UsageError):
    code = "unknown_form"

    def __init__(self) -> None:
        super().__init__(f"A journal is written for {' or for '.join(SYNTAXES)}.")


class Size(NamedTuple):
    """What a journal holds."""

    transactions: int
    accounts: int


def take_journal(
    store: Store,
    actor: Actor,
    path: str,
    *,
    form: str,
    home: str,
    exports: str | None = None,
    key_file: str | None = None,
) -> Size:
    """Write the journal of the whole book where the user said, whole or not at all; the log tells who did.

    In the home of the book it may only lie in `exports`. `form` is hledger or beancount.
    Raises: UnknownForm, NotThere, CannotWrite.
    """
    if form not in SYNTAXES:
        raise UnknownForm
    check_target(path, home=home, new=False, exports=exports, key_file=key_file)
    with store.write(actor) as tx:
        record_export(tx, form=form)
    with store.read() as read:
        journal = Journal(read, SYNTAXES[form])
    write_where_said(path, journal.text(), home=home, exports=exports, key_file=key_file)
    return journal.size


class Journal:
    """The journal of a book as it is at one moment. The same book gives the same bytes."""

    def __init__(self, read: Read, syntax: Syntax) -> None:
        own = practice(read)
        self._title = f"{own.name}: journal"
        self._currency = currency_code(own.currency)
        self._syntax = syntax
        self._texts: list[tuple[str, int, str]] = []
        self._accounts: dict[str, Account] = {}
        self._balances: list[Balance] = []
        self._tags: dict[str, Tags] = {}
        self._earns = self._earning(read)
        self._tell_guarantors(read)

    @property
    def size(self) -> Size:
        return Size(len(self._texts), len(self._accounts))

    def text(self) -> Iterator[bytes]:
        """The whole journal, piece by piece, by day; within a day by guarantor and ledger."""
        yield self._syntax.head(self._title, self._currency).encode()
        for name in sorted(self._accounts):
            yield self._syntax.account(self._accounts[name], self._currency).encode()
        self._texts.sort()
        for _, _, text in self._texts:
            yield text.encode()
        last = balances_on(self._texts[-1][0]) if self._texts else None
        if last is not None:
            for text in self._syntax.balances(last, self._balances, self._currency):
                yield text.encode()

    def _earning(self, read: Read) -> dict[str, str]:
        """The income account of each provider."""
        providers = read.rows(PROVIDERS)
        names = chart.own_names(providers, otherwise="Provider")
        earns = {provider_id: chart.services(names[provider_id]) for provider_id, _ in providers}
        for provider_id, name in providers:
            self._tags[earns[provider_id]] = (("provider", name), ("id", provider_id))
        return earns

    def _tell_guarantors(self, read: Read) -> None:
        reported = {row.guarantor_id: row for row in aging(read, date.max).rows}
        guarantors = read.rows(GUARANTORS)
        names = chart.own_names(guarantors, otherwise="Guarantor")
        for guarantor_id, name in guarantors:
            party = _Party(
                name, chart.owed_by(names[guarantor_id]), chart.credit_of(names[guarantor_id]), self._earns
            )
            self._tags[party.owed] = self._tags[party.credit] = (("guarantor", name), ("id", guarantor_id))
            for transaction in party.transactions(read, guarantor_id):
                self._add(transaction)
            row = reported.get(guarantor_id)
            self._must_hold(party.owed, 0 if row is None else sum(row.cents))
            self._must_hold(party.credit, 0 if row is None else -row.credit_cents)

    def _add(self, transaction: Transaction) -> None:
        """What moves no money is left out."""
        postings = tuple(posting for posting in transaction.postings if posting.cents)
        if not postings:
            return
        for name, _ in postings:
            known = self._accounts.get(name)
            if known is None or transaction.on < known.opened_on:
                self._accounts[name] = Account(name, transaction.on, self._tags.get(name, ()))
        text = self._syntax.transaction(transaction._replace(postings=postings), self._currency)
        self._texts.append((transaction.on, len(self._texts), text))

    def _must_hold(self, account: str, cents: int) -> None:
        if cents or account in self._accounts:
            self._balances.append(Balance(account, cents))


class _Party:
    """A guarantor with the two accounts of theirs."""

    def __init__(self, name: str, owed: str, credit: str, earns: dict[str, str]) -> None:
        self.name = name
        self.owed = owed
        self.credit = credit
        self._earns = earns
        self._asked: defaultdict[str, list[Posting]] = defaultdict(list)
        """What stands against each invoice, so that a void can turn it around."""

    def transactions(self, read: Read, guarantor_id: str) -> Iterator[Transaction]:
        """Everything in their ledger."""
        facts = facts_of(read, guarantor_id)
        issues = {issue.invoice_id: issue for issue in facts.issues}
        earned = self._earned(read, guarantor_id)
        for entry in entries_of(facts, account_of(facts), guarantor_id):
            tags = [("id", entry.fact_id)]
            if entry.invoice_id in issues:
                tags.append(("invoice", issues[entry.invoice_id].number))
            if entry.kind == "invoice":
                tags.append(("due", issues[entry.invoice_id].due_on))
            postings = self._postings(entry, earned[entry.invoice_id])
            yield Transaction(entry.on, self.name, entry.text, tuple(tags), postings)

    def _earned(self, read: Read, guarantor_id: str) -> "defaultdict[str, list[Posting]]":
        """What the lines of each invoice were for."""
        earned: defaultdict[str, list[Posting]] = defaultdict(list)
        for invoice_id, kind, provider_id, cents in read.rows(INCOME, guarantor_id=guarantor_id):
            account = chart.income(kind, self._earns.get(provider_id))
            earned[invoice_id].append(Posting(account, -cents))
        return earned

    def _postings(self, entry: Entry, earned: Sequence[Posting]) -> tuple[Posting, ...]:
        cents = entry.amount_cents
        if entry.kind in MOVES:
            return (Posting(self.owed, -cents), Posting(self.credit, cents))
        if entry.kind not in chart.ON_INVOICE:
            return (
                Posting(self.credit, cents),
                Posting(chart.against(entry.kind, entry.detail), -cents),
            )
        if entry.kind == "void":
            against = [Posting(name, -part) for name, part in self._asked.pop(entry.invoice_id, [])]
        elif entry.kind == "invoice":
            # Lines that have not arrived from another office yet leave a rest.
            rest = -cents - sum(part for _, part in earned)
            against = [*earned, Posting(chart.NOT_ARRIVED, rest)]
        else:
            against = [Posting(chart.against(entry.kind, entry.detail), -cents)]
        self._asked[entry.invoice_id] += against
        return (Posting(self.owed, cents), *against)
