"""RJ4: both programs accept the journal, and each guarantor's receivable there is that of `report ar`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from beancount.core import data

from core.books.journal import Journal
from core.books.journal_text import SYNTAXES
from core.books.sample import make_sample
from core.books.sample.history import bill_the_year
from core.books.synthea import import_synthea
from core.dates import ALL_TIME
from core.errors import DomainError
from core.invoicing.billing_run import bill_clients, open_run, propose
from core.invoicing.commands import create_draft, issue_drafts
from core.invoicing.lines import add_manual_line, adjust_draft
from core.invoicing.voiding import rebill, void_invoice
from core.ledger.aging import aging
from core.ledger.summaries import keep
from core.payments.adjustments import adjust, reverse_adjustment, waive_fee
from core.payments.commands import apply_credit, give_credit, record_payment, reverse_payment, unapply
from core.payments.refunds import refund
from core.store import Store
from core.tables import Allocation, LateFee, RefundAnswer, RefundRequest
from tests.builders import OWNER, Book, fixed_clock
from tests.core.books.checkers import beancount_entries, hledger, hledger_cents, needs_hledger, transactions
from tests.core.books.conftest import new_book
from tests.core.books.test_import_synthea import FOLDER

TODAY = date(2026, 10, 31)
ISSUED = date(2026, 10, 1)
PAID = date(2026, 10, 5)


def write(store: Store, path: Path, form: str) -> Path:
    with store.read() as read:
        path.write_bytes(b"".join(Journal(read, SYNTAXES[form]).text()))
    return path


def receivable(path: Path, as_of: date) -> dict[str, tuple[int, int]]:
    """Owed and credit of each guarantor by its id, added up by what beancount read up to a day."""
    opens = [entry for entry in beancount_entries(path) if isinstance(entry, data.Open)]
    owners = {entry.account: entry.meta["id"] for entry in opens if "guarantor" in entry.meta}
    sums: dict[str, list[int]] = {}
    for entry in transactions(path):
        for posting in entry.postings:
            if entry.date <= as_of and posting.account in owners:
                both = sums.setdefault(owners[posting.account], [0, 0])
                both[posting.account.endswith(":Credit")] += int(posting.units.number * 100)
    return {owner: (owed, credit) for owner, (owed, credit) in sums.items() if owed or credit}


def reported(store: Store, as_of: date) -> dict[str, tuple[int, int]]:
    """What `report ar` says of each guarantor."""
    with store.read() as read:
        report = aging(read, as_of)
        assert report.ledger_cents == report.totals.total_cents
    return {row.guarantor_id: (sum(row.cents), -row.credit_cents) for row in report.rows}


def accepted(store: Store, folder: Path, *days: date) -> dict[str, int]:
    """Both programs accept the journal, and it ties out to `report ar` on every day asked for."""
    path = write(store, folder / "book.beancount", "beancount")
    for day in days:
        assert receivable(path, day) == reported(store, day), day
    sums: dict[str, int] = {}
    for entry in transactions(path):
        for posting in entry.postings:
            sums[posting.account] = sums.get(posting.account, 0) + int(posting.units.number * 100)
    assert sum(sums.values()) == 0
    return {account: cents for account, cents in sums.items() if cents}


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    (tmp_path / "home").mkdir()
    made = Book(tmp_path / "home")
    yield made
    made.store.close()


def invoiced(book: Book, name: str, cents: int) -> tuple[str, str]:
    """A client with one issued invoice for one session; answers who owes it and the invoice."""
    client_id = book.client(name, "Archer")
    book.session(client_id, rate_cents=cents)
    with book.write() as tx:
        draft_id = create_draft(tx, client_id=client_id, today=ISSUED)
        issue_drafts(tx, [draft_id], today=ISSUED)
        guarantor_id = tx.value("SELECT guarantor_id FROM client WHERE id = :id", id=client_id)
    return guarantor_id, draft_id


def pay(
    book: Book, guarantor_id: str, cents: int, on: date = date(2026, 10, 5), method: str = "check"
) -> str:
    with book.write() as tx:
        made = record_payment(
            tx, guarantor_id=guarantor_id, amount_cents=cents, method=method, received_on=PAID, today=TODAY
        )
    return str(made.payment_id)


def everything_that_happens(book: Book) -> None:
    """Each kind of ledger entry at least once, most of them on an account of its own."""
    # Overpaid, the rest refunded in part.
    guarantor_id, _ = invoiced(book, "Over", 10_000)
    payment_id = pay(book, guarantor_id, 13_000, method="card_external")
    with book.write() as tx:
        refund(tx, payment_id, amount_cents=1_000, reason="too much", today=TODAY)
    # Paid, all given back and closed.
    guarantor_id, _ = invoiced(book, "Closed", 20_000)
    payment_id = pay(book, guarantor_id, 20_000, method="cash")
    with book.write() as tx:
        refund(tx, payment_id, amount_cents=20_000, reason="moved away", today=TODAY, balance="close")
    # Bounced.
    guarantor_id, _ = invoiced(book, "Bounced", 30_000)
    payment_id = pay(book, guarantor_id, 12_345)
    with book.write() as tx:
        reverse_payment(tx, payment_id, reason="bounced", today=TODAY)
    # Half paid, void, the money kept, billed again, the money put there.
    guarantor_id, invoice_id = invoiced(book, "Void", 40_000)
    pay(book, guarantor_id, 15_000)
    with book.write() as tx:
        void_invoice(tx, invoice_id, reason="wrong date", today=TODAY, money="credit")
        again = rebill(tx, invoice_id, today=TODAY)
        issue_drafts(tx, [again], today=TODAY)
        apply_credit(tx, guarantor_id=guarantor_id, today=TODAY)
    # A late fee, half of it waived with the whole; a write-off, taken back; goodwill.
    guarantor_id, invoice_id = invoiced(book, "Late", 50_000)
    with book.write() as tx:
        fee_id = tx.add(
            LateFee(
                once=f"late-fee:{invoice_id}:p:1", invoice_id=invoice_id, policy_id="p", step=1,
                amount_cents=1_500, assessed_on="2026-10-20",
            )
        )  # fmt: skip
        tx.add(
            LateFee(
                once=f"late-fee:{invoice_id}:p:2", invoice_id=invoice_id, policy_id="p", step=2,
                amount_cents=700, assessed_on="2026-10-25",
            )
        )  # fmt: skip
    with book.write() as tx:
        waive_fee(tx, fee_id, reason="paid in time", today=TODAY)
        made = adjust(tx, invoice_id, kind="courtesy", reason="waited", today=TODAY, amount_cents=2_500)
        reverse_adjustment(tx, made.adjustment_id, reason="a mistake", today=TODAY)
        adjust(tx, invoice_id, kind="bad_debt", reason="gone", today=TODAY, amount_cents=9_999)
        give_credit(tx, guarantor_id=guarantor_id, amount_cents=333, reason="sorry", today=TODAY)
    # Manual line and discount; then a payment that is taken off again.
    client_id = book.client("Draft", "Archer")
    with book.write() as tx:
        draft_id = create_draft(tx, client_id=client_id, today=ISSUED, empty=True)
        add_manual_line(tx, draft_id, description="Letter", rate_cents=7_777)
        adjust_draft(tx, draft_id, kind="discount", percent_bps=1_250)
        adjust_draft(tx, draft_id, kind="surcharge", flat_cents=111)
        issue_drafts(tx, [draft_id], today=ISSUED)
        guarantor_id = tx.value("SELECT guarantor_id FROM client WHERE id = :id", id=client_id)
    payment_id = pay(book, guarantor_id, 4_000, method="platform")
    with book.write() as tx:
        unapply(tx, payment_id, draft_id, today=TODAY)
    # A refund that the processor did not carry out.
    guarantor_id, _ = invoiced(book, "Failed", 1_000)
    payment_id = pay(book, guarantor_id, 5_000, method="card_on_file")
    with book.write() as tx:
        request_id = tx.add(
            RefundRequest(
                payment_id=payment_id, amount_cents=2_000, balance="credit", channel="processor",
                method="card_on_file", reason="asked", refunded_on="2026-10-10",
            )
        )  # fmt: skip
        tx.add(
            RefundAnswer(
                once=f"refund:{request_id}:failed", request_id=request_id, outcome="failed",
                processor_ref="re_1", answered_on="2026-10-12",
            )
        )  # fmt: skip


DAYS = (date(2026, 10, 1), date(2026, 10, 5), date(2026, 10, 11), date(2026, 10, 24), TODAY, date(2027, 1, 1))


def test_rj4_whatever_happens_ties_out_on_every_day(book: Book, tmp_path: Path) -> None:
    everything_that_happens(book)
    sums = accepted(book.store, tmp_path, *DAYS)
    assert sums["Assets:Deposits:CardExternal"] == 12_000
    assert "Assets:Deposits:Cash" not in sums
    assert sums["Assets:Deposits:Check"] == 15_000
    assert sums["Assets:Deposits:CardOnFile"] == 5_000
    assert sums["Expenses:Adjustments:RefundClose"] == 20_000
    assert sums["Expenses:Adjustments:BadDebt"] == 9_999
    assert sums["Expenses:Adjustments:FeeWaiver"] == 1_500
    assert "Expenses:Adjustments:Courtesy" not in sums
    assert sums["Expenses:Adjustments:Discount"] == 972
    assert (sums["Income:LateFees"], sums["Income:Surcharges"]) == (-2_200, -111)
    assert (sums["Income:OtherCharges"], sums["Expenses:Goodwill"]) == (-7_777, 333)
    (services,) = (cents for account, cents in sums.items() if account.startswith("Income:Services:"))
    assert services == -(10_000 + 20_000 + 30_000 + 40_000 + 50_000 + 1_000)


@needs_hledger
def test_rj4_hledger_adds_up_the_same(book: Book, tmp_path: Path) -> None:
    everything_that_happens(book)
    path = write(book.store, tmp_path / "book.journal", "hledger")
    assert hledger_cents(path) == accepted(book.store, tmp_path)
    kept = hledger(path, "print", "tag:id", "-O", "csv")
    assert "Over Archer | Invoice N-00001" in kept


def test_rj4_the_same_book_gives_the_same_bytes(book: Book, tmp_path: Path) -> None:
    everything_that_happens(book)
    for form in SYNTAXES:
        first = write(book.store, tmp_path / "first", form).read_bytes()
        assert write(book.store, tmp_path / "second", form).read_bytes() == first


def test_rj4_two_people_of_one_name_are_two_accounts(book: Book, tmp_path: Path) -> None:
    for name in ("Ann", "Ann", "李", "عمر", '\x1b[2J; " | :', "2026-01-01 open"):
        invoiced(book, name, 10_000)
    sums = accepted(book.store, tmp_path, TODAY)
    owed = [account for account in sums if account.startswith("Assets:Receivable:")]
    assert len(owed) == 6
    assert {sums[account] for account in owed} == {10_000}


def test_rj4_facts_that_contradict_tie_out_as_they_took_effect(book: Book, tmp_path: Path) -> None:
    """As after a merge: the same payment put on one invoice in two offices."""
    guarantor_id, invoice_id = invoiced(book, "Twice", 10_000)
    payment_id = pay(book, guarantor_id, 8_000)
    with book.write() as tx:
        tx.add(
            Allocation(
                payment_id=payment_id, invoice_id=invoice_id, amount_cents=7_000, effective_on="2026-10-06"
            )
        )
    assert book.value("SELECT count(*) FROM crossed_account") == 1
    sums = accepted(book.store, tmp_path, TODAY)
    assert sum(cents for account, cents in sums.items() if "Receivable" in account) == 2_000


def test_rj4_beancount_finds_a_book_that_says_otherwise(book: Book, tmp_path: Path, monkeypatch: Any) -> None:
    everything_that_happens(book)

    def off_by_a_cent(*args: Any) -> Any:
        report = aging(*args)
        row = report.rows[0]
        return report._replace(rows=[row._replace(credit_cents=row.credit_cents + 1), *report.rows[1:]])

    monkeypatch.setattr("core.books.journal.aging", off_by_a_cent)
    path = write(book.store, tmp_path / "book.beancount", "beancount")
    with pytest.raises(AssertionError, match="Balance failed"):
        beancount_entries(path)


def test_rj4_an_empty_book_has_a_journal_too(book: Book, tmp_path: Path) -> None:
    assert accepted(book.store, tmp_path, TODAY) == {}


def test_rj4_no_client_and_nothing_clinical_is_named(book: Book, tmp_path: Path) -> None:
    guarantor_id, _ = invoiced(book, "Ann", 10_000)
    with book.write() as tx:
        from core.clients.commands import change_guarantor

        change_guarantor(tx, guarantor_id, name="Petra Payer")
    for form in SYNTAXES:
        text = write(book.store, tmp_path / "book", form).read_text(encoding="utf-8")
        assert "Petra Payer" in text
        assert not [word for word in ("Ann Archer", "90834", "Psychotherapy", "F41.1") if word in text]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The sample practice, a year billed, most of it paid, and some credit put to use."""
    path = tmp_path_factory.mktemp("demo") / "book.db"
    store = Store.create(str(path), os.urandom(32), fixed_clock, keep, site=1)
    with store.write(OWNER) as tx:
        make_sample(tx, TODAY)
    bill_the_year(store, OWNER, TODAY)
    yield store
    store.close()


def test_rj4_the_demo_practice_ties_out_to_the_cent(demo: Store, tmp_path: Path) -> None:
    days = (date(2025, 11, 1), date(2026, 3, 15), date(2026, 9, 30), TODAY)
    sums = accepted(demo, tmp_path, *days)
    assert len([account for account in sums if account.startswith("Assets:Receivable:")]) > 50
    assert len([account for account in sums if account.startswith("Income:Services:")]) >= 5


@needs_hledger
def test_rj4_hledger_accepts_the_demo_practice(demo: Store, tmp_path: Path) -> None:
    path = write(demo, tmp_path / "book.journal", "hledger")
    assert hledger_cents(path) == accepted(demo, tmp_path)


@pytest.fixture(scope="module")
def synthea(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The public data set, all of it billed, and for some its payments put on what they owe."""
    store = new_book(tmp_path_factory.mktemp("synthea") / "book.db")
    with store.write(OWNER) as tx:
        import_synthea(tx, FOLDER, with_payments=True)
    with store.read() as read:
        preview = propose(read, ALL_TIME, TODAY)
    with store.write(OWNER) as tx:
        run_id = open_run(tx, ALL_TIME, sends=False)
        bill_clients(tx, preview.ready, ALL_TIME, today=TODAY, run_id=run_id, issue=True)
        for (guarantor_id,) in tx.rows("SELECT id FROM guarantor ORDER BY id LIMIT 15"):
            with suppress(DomainError):
                apply_credit(tx, guarantor_id=guarantor_id, today=TODAY)
    yield store
    store.close()


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the Synthea data set is not here")
def test_rj4_the_synthea_book_ties_out_to_the_cent(synthea: Store, tmp_path: Path) -> None:
    sums = accepted(synthea, tmp_path, date(2020, 1, 1), TODAY)
    assert sum(cents for account, cents in sums.items() if account.startswith("Assets:Deposits:")) > 0
    with synthea.read() as read:
        assert read.value("SELECT count(*) FROM invoice_issue") > 20
        assert read.value("SELECT count(*) FROM allocation") > 20


@needs_hledger
@pytest.mark.skipif(not FOLDER.is_dir(), reason="the Synthea data set is not here")
def test_rj4_hledger_accepts_the_synthea_book(synthea: Store, tmp_path: Path) -> None:
    path = write(synthea, tmp_path / "book.journal", "hledger")
    assert hledger_cents(path) == accepted(synthea, tmp_path)
