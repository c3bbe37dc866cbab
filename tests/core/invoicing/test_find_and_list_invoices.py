"""RB7: what state an invoice shows, and how a person's typing finds it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from core.delivery.commands import share_invoices
from core.errors import NotFound
from core.ids import short
from core.invoicing.commands import create_draft, issue_drafts
from core.invoicing.lifecycle import NotAllowedNow, allowed_actions, require_action
from core.ledger.invoices import AmbiguousDraft, NoInvoice, find_invoice, invoice, invoices
from core.ledger.standing import STANDINGS, standing
from tests.builders import TODAY, Book


@pytest.fixture
def drafts(book: Book) -> list[str]:
    made = []
    for n in range(3):
        client_id = book.client("Ann", f"Archer{n}")
        book.session(client_id)
        with book.write() as tx:
            made.append(create_draft(tx, client_id=client_id, today=TODAY))
    return made


def issue(book: Book, *ids: str, share: bool = False) -> None:
    with book.write() as tx:
        issue_drafts(tx, ids, today=TODAY)
        if share:
            share_invoices(tx, ids)


def find(book: Book, typed: str) -> str:
    with book.store.read() as read:
        return find_invoice(read, typed)


def status(book: Book, invoice_id: str, today: date = TODAY) -> str:
    with book.store.read() as read:
        return str(invoice(read, invoice_id, today=today.isoformat()).status)


@pytest.mark.parametrize("typed", ["N-00002", "n-00002", " N-00002 ", "2", "00002", "000000002"])
def test_an_issued_invoice_is_found_by_its_number(book: Book, drafts: list[str], typed: str) -> None:
    issue(book, *drafts)
    assert find(book, typed) == drafts[1]


def test_a_draft_is_found_by_its_short_id_and_its_whole_id(book: Book, drafts: list[str]) -> None:
    for draft_id in drafts:
        assert find(book, short(draft_id)) == find(book, draft_id.upper()) == draft_id


@pytest.mark.parametrize(
    "typed", ["", " ", "4", "٢", "N-2", "%", "______", "-", "9" * 20, "' OR 1=1 --", "N-00002\n3"]
)  # fmt: skip
def test_what_is_not_there_is_not_found(book: Book, drafts: list[str], typed: str) -> None:
    issue(book, *drafts)
    with pytest.raises(NoInvoice):
        find(book, typed)


def test_an_ending_that_two_drafts_share_is_asked_about(book: Book, drafts: list[str]) -> None:
    with book.write() as tx:
        for first in "ab":
            tx.execute(
                "INSERT INTO draft (id, client_id, guarantor_id, made_on, terms_days, notes)"
                " SELECT :id, client_id, guarantor_id, made_on, 30, '' FROM draft LIMIT 1",
                {"id": f"{first}0000000-0000-7000-8000-0000deadbeef"},
            )
    with pytest.raises(AmbiguousDraft):
        find(book, "deadbeef")


def test_rb7_overdue_begins_the_day_after_the_due_day(book: Book, drafts: list[str]) -> None:
    issue(book, drafts[0], share=True)
    due = TODAY + timedelta(days=30)
    assert [status(book, drafts[0], due + timedelta(days=n)) for n in (-1, 0, 1)] == [
        "sent",
        "sent",
        "overdue",
    ]


def test_rb7_draft_then_issued_then_sent(book: Book, drafts: list[str]) -> None:
    seen = [status(book, drafts[0])]
    issue(book, drafts[0])
    seen.append(status(book, drafts[0]))
    with book.write() as tx:
        share_invoices(tx, [drafts[0]])
    assert [*seen, status(book, drafts[0])] == ["draft", "issued", "sent"]


OPEN: dict[str, Any] = {
    "void": False,
    "shared": True,
    "asked_cents": 100,
    "paid_cents": 0,
    "balance_cents": 100,
    "forgiven_cents": 0,
    "closed_cents": 0,
    "hold": "",
    "refunding": False,
    "due_on": "2026-10-31",
    "today": "2026-10-31",
}
LATE = {"due_on": "2026-01-01"}
ALL_PAID = {"paid_cents": 100, "balance_cents": 0}


@pytest.mark.parametrize(
    ("facts", "word"),
    [
        ({"void": True, **LATE}, "void"),
        ({**ALL_PAID, **LATE}, "paid"),
        ({"balance_cents": 0, "forgiven_cents": 100, **LATE}, "written_off"),
        ({"balance_cents": 0, "paid_cents": 60, "forgiven_cents": 40, **LATE}, "paid"),
        ({"balance_cents": 0, "closed_cents": 100, **LATE}, "refunded"),
        ({**ALL_PAID, "refunding": True}, "processing"),
        ({"paid_cents": 60, "balance_cents": 40, **LATE}, "overdue"),
        ({"paid_cents": 60, "balance_cents": 40}, "partly_paid"),
        ({"hold": "disputed", **LATE}, "disputed"),
        ({"hold": "held", **LATE}, "overdue"),
        ({**ALL_PAID, "hold": "disputed"}, "paid"),
        ({"asked_cents": 0, "balance_cents": 0}, "paid"),
        ({}, "sent"),
        ({"shared": False}, "issued"),
    ],
)
def test_rb7_the_word_follows_from_the_facts_and_the_day(facts: dict[str, Any], word: str) -> None:
    assert standing(**{**OPEN, **facts}) == word


def test_rb7_the_list_shows_drafts_first_and_then_every_number(book: Book, drafts: list[str]) -> None:
    issue(book, drafts[2])
    issue(book, drafts[0])
    with book.store.read() as read:
        rows = invoices(read, today=TODAY.isoformat())
        of_client = invoices(read, today=TODAY.isoformat(), client_id=rows[1].client_id)
        only = invoices(read, today=TODAY.isoformat(), status="draft")
    assert [row.number for row in rows] == [None, "N-00001", "N-00002"]
    assert [row.number for row in of_client] == ["N-00001"]
    assert [row.invoice_id for row in only] == [drafts[1]]
    assert {row.balance_cents for row in rows} == {15_000}


def test_an_invoice_that_is_gone_is_not_found(book: Book) -> None:
    with book.store.read() as read, pytest.raises(NotFound):
        invoice(read, "nobody", today=TODAY.isoformat())


def test_every_state_has_its_actions_and_only_drafts_are_edited() -> None:
    assert {word for word in STANDINGS if "edit" in allowed_actions(word)} == {"draft"}
    with pytest.raises(NotAllowedNow, match="An invoice that is partly paid cannot be deleted"):
        require_action("delete", "partly_paid")
