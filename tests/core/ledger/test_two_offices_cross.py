"""`decisions.md` 3: offices that worked apart spent one credit twice, or paid what the other called off.

Facts count in hub order, each as far as it still can; the rest is credit, and every sum says the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from core.audit import verify
from core.books.journal import Journal
from core.books.journal_text import SYNTAXES
from core.invoicing.commands import create_draft, issue_drafts
from core.invoicing.lines import remove_line
from core.invoicing.voiding import void_invoice
from core.ledger.account import Account, account_of, facts_of
from core.ledger.aging import aging
from core.ledger.kept import differences, rebuild
from core.ledger.summaries import keep
from core.payments.adjustments import adjust, reverse_adjustment
from core.payments.allocation import Part
from core.payments.commands import apply_credit, record_payment, unapply
from core.store import Store
from core.sync.policy import Travels
from core.sync.sequence import sequence
from core.tables import Site, shapes
from tests.builders import OWNER, TODAY, Book, fixed_clock
from tests.core.payments.billed import billed, credit_of, guarantor_of, left_of, paid, seen

FACTS = [shape for shape in shapes() if shape.travels is Travels.FACT]


class South:
    """A second office: the book as it was, written on as another site."""

    def __init__(self, book: Book, folder: Path) -> None:
        path = folder / "south.db"
        book.store.copy_to(str(path))
        self.store = Store.open(str(path), book.key, fixed_clock, keep)
        self.store.become_site(2)

    def bring_to(self, book: Book) -> None:
        """Every fact made here arrives there, whole and numbered, as a merge would write it."""
        with self.store.read() as read, book.write() as tx:
            tx.execute("UPDATE sync_clock SET applying = 1")
            sequence(tx, shapes())
            for shape in FACTS:
                listed = ", ".join(f'"{column}"' for column in shape.columns)
                marks = ", ".join(f":{column.strip('_')}" for column in shape.columns)
                for row in read.rows(f"SELECT {listed} FROM {shape.name} WHERE site = 2 ORDER BY no"):
                    names = [column.strip("_") for column in shape.columns]
                    tx.execute(
                        f"INSERT INTO {shape.name} ({listed}) VALUES ({marks})",
                        dict(zip(names, row, strict=True)),
                    )
            for no, head in read.rows("SELECT no, head FROM sync_chain WHERE site = 2"):
                tx.execute(
                    "INSERT INTO sync_chain (site, no, head) VALUES (2, :no, :head)",
                    {"no": no, "head": head},
                )
            sequence(tx, shapes())
            tx.execute("UPDATE sync_clock SET applying = 0")


@pytest.fixture
def south(book: Book, tmp_path: Path) -> Iterator[list[South]]:
    """Opened by the test when the offices part."""
    opened: list[South] = []
    yield opened
    for office in opened:
        office.store.close()


def part(book: Book, south: list[South]) -> South:
    south.append(South(book, book.folder))
    return south[-1]


def settled(book: Book, client_id: str) -> Account:
    """The reference, after every kept sum and report was found to be the same."""
    with book.store.read() as read:
        assert differences(read) == []
        assert verify(read).ok
        account = account_of(facts_of(read, guarantor_of(book, client_id)))
        today = aging(read, TODAY + timedelta(days=1))
        assert today.totals.total_cents == today.ledger_cents == account.balance_cents
    with book.write() as tx:
        rebuild(tx)
    with book.store.read() as read:
        assert differences(read) == []
    return account


def number(book: Book, first: str, second: str) -> None:
    """The hub numbers two allocations, by the invoice they are on."""
    with book.write() as tx:
        for q, invoice_id in enumerate((first, second), 1):
            tx.execute("UPDATE allocation SET _q = :q WHERE invoice_id = :id", {"q": q, "id": invoice_id})


def _credit_spent_twice(book: Book, south: list[South]) -> tuple[str, str, str]:
    """$50.00 of credit, put on one invoice of $40.00 in each office."""
    ann = book.client()
    paid(book, ann, 5_000)
    here, there = billed(book, ann, 4_000), billed(book, ann, 4_000)
    other = part(book, south)
    for store, invoice_id in ((book.store, here), (other.store, there)):
        with store.write(OWNER) as tx:
            apply_credit(tx, guarantor_id=guarantor_of(book, ann), today=TODAY, invoice_id=invoice_id)
    other.bring_to(book)
    return ann, here, there


def test_a_credit_spent_twice_counts_once_and_what_is_left_of_it(book: Book, south: list[South]) -> None:
    ann, here, there = _credit_spent_twice(book, south)
    account = settled(book, ann)
    assert account.crossed
    assert (seen(book, here).paid_cents, seen(book, there).paid_cents) == (4_000, 1_000)
    assert (seen(book, here).balance_cents, seen(book, there).balance_cents) == (0, 3_000)
    assert (credit_of(book, ann), account.balance_cents) == (0, 3_000)


def test_the_hub_says_which_of_two_came_first(book: Book, south: list[South]) -> None:
    ann, here, there = _credit_spent_twice(book, south)
    number(book, there, here)
    settled(book, ann)
    assert (seen(book, here).paid_cents, seen(book, there).paid_cents) == (1_000, 4_000)


def test_a_payment_on_an_invoice_called_off_elsewhere_is_credit(book: Book, south: list[South]) -> None:
    ann = book.client()
    invoice_id = billed(book, ann, 15_000)
    other = part(book, south)
    paid(book, ann, 6_000)
    with other.store.write(OWNER) as tx:
        void_invoice(tx, invoice_id, reason="wrong client", today=TODAY)
    other.bring_to(book)
    account = settled(book, ann)
    assert account.crossed
    found = seen(book, invoice_id)
    assert (found.status, found.paid_cents, found.balance_cents) == ("void", 0, 0)
    assert (credit_of(book, ann), account.balance_cents) == (6_000, -6_000)


def test_an_invoice_called_off_in_both_offices_is_called_off_once(book: Book, south: list[South]) -> None:
    ann = book.client()
    invoice_id = billed(book, ann, 15_000)
    other = part(book, south)
    for store in (book.store, other.store):
        with store.write(OWNER) as tx:
            void_invoice(tx, invoice_id, reason="wrong client", today=TODAY)
    other.bring_to(book)
    account = settled(book, ann)
    assert (account.crossed, account.balance_cents) == (False, 0)
    assert book.value("SELECT sum(amount_cents) FROM unbilled") == 15_000


def test_one_invoice_paid_whole_in_both_offices_keeps_the_second_as_credit(
    book: Book, south: list[South]
) -> None:
    ann = book.client()
    invoice_id = billed(book, ann, 15_000)
    other = part(book, south)
    paid(book, ann, 15_000)
    with other.store.write(OWNER) as tx:
        record_payment(
            tx, guarantor_id=guarantor_of(book, ann), amount_cents=15_000, method="cash",
            received_on=TODAY, today=TODAY,
        )  # fmt: skip
    other.bring_to(book)
    account = settled(book, ann)
    assert account.crossed
    assert (seen(book, invoice_id).status, seen(book, invoice_id).paid_cents) == ("paid", 15_000)
    assert (credit_of(book, ann), account.balance_cents) == (15_000, -15_000)


def test_money_taken_off_in_both_offices_comes_off_once(book: Book, south: list[South]) -> None:
    ann = book.client()
    first, second = billed(book, ann, 10_000), billed(book, ann, 5_000)
    shared = paid(book, ann, 10_000, allocations=[Part(first, 5_000), Part(second, 5_000)]).payment_id
    paid(book, ann, 5_000, allocations=[Part(first, 5_000)])
    other = part(book, south)
    for store in (book.store, other.store):
        with store.write(OWNER) as tx:
            unapply(tx, shared, first, today=TODAY)
    other.bring_to(book)
    account = settled(book, ann)
    assert account.crossed
    assert (seen(book, first).paid_cents, seen(book, second).paid_cents) == (5_000, 5_000)
    assert left_of(book, shared).left_cents == 5_000


def test_an_adjustment_reversed_in_both_offices_is_asked_for_once(book: Book, south: list[South]) -> None:
    ann = book.client()
    invoice_id = billed(book, ann, 10_000)
    with book.write() as tx:
        courtesy = adjust(tx, invoice_id, kind="courtesy", amount_cents=3_000, reason="agreed", today=TODAY)
        adjust(tx, invoice_id, kind="contractual", amount_cents=4_000, reason="fee schedule", today=TODAY)
    other = part(book, south)
    for store in (book.store, other.store):
        with store.write(OWNER) as tx:
            reverse_adjustment(tx, courtesy.adjustment_id, reason="by mistake", today=TODAY)
    other.bring_to(book)
    assert settled(book, ann).balance_cents == 6_000


def test_what_is_adjusted_here_and_called_off_there_leaves_a_journal(book: Book, south: list[South]) -> None:
    ann = book.client()
    invoice_id = billed(book, ann, 10_000)
    other = part(book, south)
    with other.store.write(OWNER) as tx:
        adjust(tx, invoice_id, kind="courtesy", amount_cents=3_000, reason="agreed", today=TODAY)
    with book.write() as tx:
        void_invoice(tx, invoice_id, reason="wrong client", today=TODAY)
    other.bring_to(book)
    assert settled(book, ann).balance_cents == 0
    with book.store.read() as read:
        assert b"void" in b"".join(Journal(read, SYNTAXES["beancount"]).text())


def test_a_charge_that_an_invoice_of_another_office_leaves_out_is_unbilled(
    book: Book, south: list[South]
) -> None:
    """The draft here still has its line: that it was taken off comes with a later page."""
    ann = book.client()
    for cents in (4_000, 5_000):
        book.session(ann, TODAY, rate_cents=cents)
    with book.write() as tx:
        draft_id = create_draft(tx, client_id=ann, today=TODAY)
    other = part(book, south)
    with other.store.write(OWNER) as tx:
        tx.add(Site(number=2, series="S", name="South"))
        remove_line(tx, tx.value("SELECT id FROM draft_line WHERE amount_cents = 4000"))
        issue_drafts(tx, [draft_id], today=TODAY)
    other.bring_to(book)
    with book.store.read() as read:
        assert read.rows("SELECT amount_cents FROM unbilled") == [(4_000,)]
    assert settled(book, ann).balance_cents == 5_000
