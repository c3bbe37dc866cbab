"""Double-entry transactions as the text that plain-text accounting programs read: beancount and hledger.

What people typed stands in quoted strings and comments only, made so that it ends neither; account names
are plain ASCII that both programs take. The same transactions give the same bytes.
Source: "Beancount Language Syntax"; hledger manual, "Journal".
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple, Protocol

from core.books.csv_cells import decimal_cell
from core.text import plain, search_key

_ACCOUNT = re.compile(r"(Assets|Liabilities|Equity|Income|Expenses)(:[A-Z0-9][A-Za-z0-9-]*)+", re.ASCII)
_TAG = re.compile(r"[a-z][a-z_]+", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_LONGEST_SLUG = 32

Tags = tuple[tuple[str, str], ...]
"""What is said of an account or a transaction beside the money: `("invoice", "N-00001")`."""


class Posting(NamedTuple):
    """What one account gets; negative where it gives."""

    account: str
    cents: int


class Transaction(NamedTuple):
    """Something that happened to the money, on a day (ISO text). Its postings add up to nothing."""

    on: str
    payee: str
    text: str
    tags: Tags
    postings: tuple[Posting, ...]


class Account(NamedTuple):
    """An account, from the first day anything is posted to it."""

    name: str
    opened_on: str
    tags: Tags = ()


class Balance(NamedTuple):
    """What an account must hold in the end; the reading program checks it."""

    account: str
    cents: int


class Syntax(Protocol):
    """How a program wants it written."""

    def head(self, title: str, currency: str) -> str: ...

    def account(self, account: Account, currency: str) -> str: ...

    def transaction(self, transaction: Transaction, currency: str) -> str: ...

    def balances(self, on: str, balances: Iterable[Balance], currency: str) -> Iterator[str]: ...


def slug(name: str, *, otherwise: str) -> str:
    """The part of an account's name that is for people: José García is Jose-Garcia.

    `otherwise` where nothing of the name can be said in ASCII.
    """
    folded = search_key(name).encode("ascii", "ignore").decode()
    words = [word.capitalize() for word in re.findall("[a-z0-9]+", folded)]
    return "-".join(words)[:_LONGEST_SLUG].strip("-") or otherwise


def currency_code(currency: str) -> str:
    """The currency as both programs take it; XXX, which stands for none, where it is no such code."""
    return currency if _CURRENCY.fullmatch(currency) else "XXX"


def balances_on(last_day: str) -> str | None:
    """The day on which final balances are checked: after the last transaction. None at the end of time."""
    last = date.fromisoformat(last_day)
    return None if last == date.max else (last + timedelta(days=1)).isoformat()


def _check(transaction: Transaction) -> None:
    """A transaction that did not balance would be a bug of ours, and is never written."""
    assert sum(posting.cents for posting in transaction.postings) == 0, transaction.tags
    assert all(_ACCOUNT.fullmatch(posting.account) for posting in transaction.postings)
    assert all(_TAG.fullmatch(key) for key, _ in transaction.tags)


def _amount(cents: int, currency: str) -> str:
    return f"{decimal_cell(cents, 2)} {currency}"


class Beancount:
    """The syntax of beancount 3."""

    def head(self, title: str, currency: str) -> str:
        return f'option "title" {self._string(title)}\noption "operating_currency" "{currency}"\n\n'

    def account(self, account: Account, currency: str) -> str:
        assert _ACCOUNT.fullmatch(account.name), account.name
        return f"{account.opened_on} open {account.name} {currency}\n{self._tags(account.tags)}"

    def transaction(self, transaction: Transaction, currency: str) -> str:
        _check(transaction)
        lines = "".join(
            f"  {account}  {_amount(cents, currency)}\n" for account, cents in transaction.postings
        )
        head = f"{transaction.on} * {self._string(transaction.payee)} {self._string(transaction.text)}\n"
        return f"\n{head}{self._tags(transaction.tags)}{lines}"

    def balances(self, on: str, balances: Iterable[Balance], currency: str) -> Iterator[str]:
        yield "\n"
        for account, cents in balances:
            # Without a tolerance of its own, beancount would let a cent pass.
            yield f"{on} balance {account} {decimal_cell(cents, 2)} ~ 0.00 {currency}\n"

    def _tags(self, tags: Tags) -> str:
        return "".join(f"  {key}: {self._string(value)}\n" for key, value in tags)

    def _string(self, text: str) -> str:
        return '"' + plain(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


class Hledger:
    """The syntax of hledger; everything is declared, so that `hledger check --strict` passes."""

    def head(self, title: str, currency: str) -> str:
        return f"; {self._comment(title)}\n\ncommodity 1000.00 {currency}\n\n"

    def account(self, account: Account, currency: str) -> str:
        assert _ACCOUNT.fullmatch(account.name), account.name
        return f"account {account.name}\n{self._tags(account.tags)}"

    def transaction(self, transaction: Transaction, currency: str) -> str:
        _check(transaction)
        lines = "".join(
            f"    {account}  {_amount(cents, currency)}\n" for account, cents in transaction.postings
        )
        head = f"{transaction.on} * {self._words(transaction.payee)} | {self._words(transaction.text)}\n"
        return f"\n{head}{self._tags(transaction.tags)}{lines}"

    def balances(self, on: str, balances: Iterable[Balance], currency: str) -> Iterator[str]:
        yield f"\n{on} * Balances\n"
        for account, cents in balances:
            yield f"    {account}  {_amount(0, currency)} = {_amount(cents, currency)}\n"

    def _tags(self, tags: Tags) -> str:
        return "".join(f"    ; {key}: {self._comment(value)}\n" for key, value in tags)

    def _words(self, text: str) -> str:
        """Text in a description, where a semicolon would begin a comment and a bar the note."""
        shown = plain(text).replace(";", ",").replace("|", "/")
        return f"[{shown[1:]}" if shown.startswith("(") else shown

    def _comment(self, text: str) -> str:
        """Text in a comment, where word and colon would be a tag, and some tags are commands."""
        return plain(text).replace(":", ".")


SYNTAXES: dict[str, Syntax] = {"hledger": Hledger(), "beancount": Beancount()}
