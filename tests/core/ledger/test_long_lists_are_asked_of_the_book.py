"""RB7, P7: lists as long as the book. Pages, places, states and sums are what reading all of it gives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from itertools import product
from pathlib import Path

import pytest

from core.clients import lists as of_clients
from core.clients.queries import accounts
from core.delivery.sending import send
from core.invoicing.commands import create_draft, delete_draft, restore_draft
from core.invoicing.voiding import void_invoice
from core.ledger import invoice_list as of_invoices
from core.ledger import to_do
from core.ledger.invoices import invoices
from core.ledger.kept import differences
from core.ledger.standing import OVERDUE, STANDING, STANDINGS, standing
from core.store import Read
from tests.builders import OWNER, TODAY, Book
from tests.core.payments.billed import billed, paid

T = TODAY.isoformat()
COUNT = 40


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    """Invoices of every age and state, and drafts, of clients some of whom have nothing."""
    made = Book(tmp_path_factory.mktemp("long"))
    for place in range(COUNT):
        client_id = made.client("Ann", f"Archer {place:02}")
        if place % 5 == 4:
            continue
        issued_on = date(2026, 8 + place % 3, 1)
        invoice_id = billed(made, client_id, 15_000, on=issued_on, due_on=date(2026, 9 + place % 3, 1))
        if place % 4 == 1:
            paid(made, client_id, 15_000 if place % 8 == 1 else 4_000, on=issued_on)
        if place % 4 == 2:
            send(made.store, OWNER, [invoice_id], today=TODAY)
        if place % 7 == 3 and place % 4 != 1:
            with made.write() as tx:
                void_invoice(tx, invoice_id, reason="Wrong client", today=TODAY)
        if place % 6 == 0:
            made.session(client_id)
            with made.write() as tx:
                create_draft(tx, client_id=client_id, today=TODAY)
    yield made
    made.store.close()


def test_any_stretch_of_invoices_is_that_of_the_whole_list(book: Book) -> None:
    with book.store.read() as read:
        whole = invoices(read, today=T)
        pages = of_invoices.invoice_pages(read, today=T)
        assert pages.count == len(whole) > COUNT // 2
        for start in (0, 30, 3, 17, 36, 6, 8):
            assert pages.fetch(read, start, start + 6) == whole[start : start + 6], start
        assert list(pages.ids(read)) == [row.invoice_id for row in whole]
        assert [pages.place_of(read, row.invoice_id) for row in whole] == list(range(len(whole)))
        assert pages.place_of(read, "nobody") is None


@pytest.mark.parametrize("status", STANDINGS)
def test_rb7_a_state_is_found_by_the_book_as_it_is_shown(book: Book, status: str) -> None:
    with book.store.read() as read:
        fits = invoices(read, today=T, status=status)
        pages = of_invoices.invoice_pages(read, today=T, status=status)
        assert pages.fetch(read, 0, pages.count) == fits
        some = [row.invoice_id for row in fits[1:]]
        assert pages.having(read, {*some, "nobody"}) == some


def test_the_fixture_has_most_states(book: Book) -> None:
    with book.store.read() as read:
        seen = {row.status for row in invoices(read, today=T)}
    assert seen >= {"draft", "issued", "sent", "partly_paid", "overdue", "paid", "void"}


def test_marked_records_are_read_in_the_order_asked_and_what_is_gone_is_left_out(book: Book) -> None:
    with book.store.read() as read:
        whole = invoices(read, today=T)
        ids = [row.invoice_id for row in reversed(whole)]
        assert of_invoices.invoices_by_id(read, [*ids, "nobody"], today=T) == list(reversed(whole))
        assert of_invoices.invoice_pages(read, today=T).having(read, set(ids)) == ids[::-1]


def test_the_sums_are_those_of_the_whole_list(book: Book) -> None:
    with book.store.read() as read:
        asked = [row for row in invoices(read, today=T) if row.status not in ("draft", "void")]
        drafts = invoices(read, today=T, status="draft")
        late = [row for row in asked if row.status == "overdue"]
        sums = of_invoices.invoice_sums(read, today=T)
        assert sums.open_count == sum(row.balance_cents > 0 for row in asked)
        assert (sums.overdue_count, sums.drafts) == (len(late), len(drafts))
        assert sums.owed_cents == sum(row.balance_cents for row in asked)
        waiting = {item.name: (item.count, item.amount_cents) for item in to_do.to_do(read, TODAY)}
        for status in ("draft", "issued", "overdue"):
            fits = invoices(read, today=T, status=status)
            assert waiting[status] == (len(fits), sum(row.balance_cents for row in fits)), status


def test_any_stretch_of_clients_is_that_of_the_whole_list(book: Book) -> None:
    with book.store.read() as read:
        whole = accounts(read, today=T)
        pages = of_clients.client_pages(read, today=T)
        assert pages.count == len(whole) == COUNT
        for start in (0, 30, 3, 17, 36):
            assert pages.fetch(read, start, start + 7) == whole[start : start + 7], start
        assert list(pages.ids(read)) == [row.client_id for row in whole]
        assert [pages.place_of(read, row.client_id) for row in whole] == list(range(COUNT))
        assert pages.having(read, {whole[7].client_id, whole[2].client_id, "x"}) == [
            whole[2].client_id,
            whole[7].client_id,
        ]
        owing = [row for row in whole if row.balance_cents > 0]
        sums = of_clients.client_sums(read)
        assert sums == (COUNT, len(owing), sum(row.balance_cents for row in owing))


@pytest.mark.parametrize(
    ("kind", "column"),
    [("owing", "balance_cents"), ("with credit", "credit_cents"), ("unbilled", "unbilled_cents")],
)
def test_clients_are_found_by_what_is_open_of_them(book: Book, kind: str, column: str) -> None:
    with book.store.read() as read:
        fits = [row for row in accounts(read, today=T) if getattr(row, column) > 0]
        pages = of_clients.client_pages(read, today=T, kind=kind)
        assert pages.fetch(read, 0, pages.count) == fits


def test_rb7_the_state_in_sql_is_the_state_in_words(book: Book) -> None:
    """Every combination of what a state hangs on, as a row of its own."""
    cases = list(
        product((0, 1), (0, 1), (-5, 0, 5), (0, 10), (0, 5), (0, 5), (0, 5), ("", "disputed"), (0, 1))
    )
    with book.store.read() as read:
        for void, refunding, balance, asked, paid_cents, closed, forgiven, hold, late in cases:
            due_on = "2026-10-30" if late else T
            row = f"""(SELECT {void} AS void, {refunding} AS refunding, {balance} AS balance_cents,
                {asked} AS asked_cents, {paid_cents} AS paid_cents, {closed} AS closed_cents,
                {forgiven} AS forgiven_cents, '{hold}' AS hold, '{due_on}' AS due_on,
                'x' AS invoice_id) AS b"""
            word = standing(
                void=bool(void), shared=False, asked_cents=asked, paid_cents=paid_cents,
                balance_cents=balance, forgiven_cents=forgiven, closed_cents=closed, hold=hold,
                refunding=bool(refunding), due_on=due_on, today=T,
            )  # fmt: skip
            found = read.rows(f"SELECT {STANDING}, {OVERDUE} FROM {row}", today=T)
            assert found == [(word, int(word == "overdue"))], row


def test_a_draft_lives_until_it_is_issued_or_deleted(tmp_path: Path) -> None:
    made = Book(tmp_path)
    client_id = made.client()
    made.session(client_id)

    def living() -> int:
        with made.store.read() as read:
            assert differences(read) == []
            return int(read.value("SELECT count(*) FROM live_draft"))

    with made.write() as tx:
        draft_id = create_draft(tx, client_id=client_id, today=TODAY)
    assert living() == 1
    with made.write() as tx:
        delete_draft(tx, draft_id)
    assert living() == 0
    with made.write() as tx:
        restore_draft(tx, draft_id)
    assert living() == 1
    send(made.store, OWNER, [draft_id], today=TODAY)
    assert living() == 0
    made.store.close()


def _plan(read: Read, sql: str) -> list[str]:
    named = dict.fromkeys(re.findall(r":(\w+)", sql), "1")
    return [step for *_, step in read.rows(f"EXPLAIN QUERY PLAN {sql}", **named)]


def test_no_page_and_no_sum_looks_at_every_row(book: Book) -> None:
    """What is asked at every commit walks an index that holds all it needs, or a few rows of it."""
    lists = {
        of_invoices: "COUNT FIRST LAST ONWARD BACKWARD BEFORE IDS HAVING THESE OPEN_OF_STANDING SUMS",
        of_clients: "COUNT FIRST LAST ONWARD BACKWARD BEFORE IDS HAVING THESE SUMS",
        to_do: "LATE NOT_SENT TO_SEND",
    }
    looked: dict[str, list[str]] = {}
    with book.store.read() as read:
        for module, names in lists.items():
            for name in names.split():
                looked[f"{module.__name__}.{name}"] = [
                    step
                    for step in _plan(read, getattr(module, name))
                    if step.startswith("SCAN ")
                    and "COVERING INDEX" not in step
                    and "ix_invoice_balance_owed" not in step
                    and "VIRTUAL TABLE" not in step
                    and not re.match(r"SCAN (o|w|live_draft)$", step)
                ]
    assert {name: steps for name, steps in looked.items() if steps} == {}
