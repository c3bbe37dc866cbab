"""Checks typed faster than any screen opens: which keys, and what must be in the book afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from random import Random
from typing import NamedTuple

from core.dates import ALL_TIME
from core.invoicing.commands import create_draft, issue_drafts
from core.ledger.unbilled import unbilled_charges
from core.store import Read, Store
from tests.builders import OWNER, TODAY
from tests.homes import client_with_sessions, provider_of

METHODS = {"k": "check", "c": "cash", "a": "ach", "o": "other"}
BALANCE_CENTS = 15_000
PAID = """
SELECT p.reference, p.method, p.amount_cents, i.number, a.amount_cents FROM payment AS p
LEFT JOIN allocation AS a ON a.payment_id = p.id LEFT JOIN invoice_issue AS i ON i.invoice_id = a.invoice_id
ORDER BY p.reference, i.number
"""


class Check(NamedTuple):
    """One payment as typed, and the invoice whose row it is typed on."""

    reference: str
    letter: str
    cents: int
    number: str

    @property
    def typed(self) -> str:
        """Amount, method, reference, Enter: what follows the key that opens the strip."""
        whole, cents = divmod(self.cents, 100)
        amount = f"{whole}.{cents:02}" if cents else f"{whole}"
        return f"{amount}{self.letter}{self.reference}\r"

    @property
    def kept(self) -> tuple[str, str, int, str, int]:
        """As it must stand in the book."""
        return self.reference, METHODS[self.letter], self.cents, self.number, self.cents


def bill(store: Store, count: int) -> list[str]:
    """So many open invoices of 150.00, a client each; their numbers in the order of the list."""
    with store.write(OWNER) as tx:
        provider_id = provider_of(tx, "Quinn Provider")
        clients = [
            client_with_sessions(tx, provider_id, "Client", _in_letters(number), [date(2026, 9, 3)])
            for number in range(count)
        ]
    for client_id in clients:
        with store.write(OWNER) as tx:
            charges = unbilled_charges(tx, ALL_TIME, TODAY, client_id=client_id)
            draft_id = create_draft(
                tx, client_id=client_id, today=TODAY, charge_ids=[one.charge_id for one in charges]
            )
            issue_drafts(tx, [draft_id], today=TODAY)
    with store.read() as read:
        return [row[0] for row in read.rows("SELECT number FROM invoice_issue ORDER BY series, series_no")]


def _in_letters(number: int) -> str:
    """A family name that holds no figure, which would be taken for an invoice's number."""
    return "".join(chr(ord("a") + int(figure)) for figure in f"{number:04}").title()


def checks(random: Random, numbers: Sequence[str], first: int) -> list[Check]:
    """A check of a known amount for each invoice, each with a reference of its own."""
    return [
        Check(
            str(first + place),
            random.choice(list(METHODS)),
            random.choice((random.randint(1, 149) * 100, random.randint(1, BALANCE_CENTS - 1))),
            number,
        )
        for place, number in enumerate(numbers)
    ]


def paid(read: Read) -> list[tuple[str, str, int, str, int]]:
    """Every payment with what it paid, as `Check.kept` says it."""
    return [tuple(row) for row in read.rows(PAID)]


@contextmanager
def busy_machine() -> Iterator[None]:
    """Twice as many programs as there are cores, doing nothing but keeping them busy."""
    spin = "import os\nwhile os.getppid() != 1: sum(range(100_000))"
    programs = [subprocess.Popen([sys.executable, "-c", spin]) for _ in range(2 * (os.cpu_count() or 1))]
    try:
        yield
    finally:
        for program in programs:
            program.kill()
            program.wait()
