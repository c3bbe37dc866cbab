"""RA4: unbilled is what no live draft or invoice carries; nothing has to remember it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from core.dates import ALL_TIME, Period
from core.errors import UsageError
from core.invoicing.commands import create_draft, delete_draft, issue_drafts
from core.invoicing.lines import add_charge, remove_line
from core.ledger.unbilled import carried, unbilled_by_client, unbilled_charges
from core.sessions.commands import AlreadyBilled, void_charge, write_in_charge
from tests.builders import TODAY, Book


def waiting(book: Book, period: Period = ALL_TIME, today: date = TODAY) -> list[str]:
    with book.store.read() as read:
        return [charge.charge_id for charge in unbilled_charges(read, period, today)]


def all_charges(book: Book) -> list[str]:
    return [row[0] for row in book.rows("SELECT id FROM charge ORDER BY service_on, id")]


@pytest.fixture
def client(book: Book) -> str:
    client_id = book.client()
    for day in (8, 9, 10):
        book.session(client_id, date(2026, 9, day))
    return client_id


def draft(book: Book, client_id: str, charge_ids: list[str] | None = None) -> str:
    with book.write() as tx:
        return create_draft(tx, client_id=client_id, today=TODAY, charge_ids=charge_ids)


def test_ra4_a_new_charge_is_unbilled(book: Book, client: str) -> None:
    assert waiting(book) == all_charges(book)


def test_ra4_a_draft_carries_its_charges_and_only_those(book: Book, client: str) -> None:
    first, *rest = all_charges(book)
    draft(book, client, [first])
    assert waiting(book) == rest


def test_ra4_an_invoice_carries_what_its_draft_did(book: Book, client: str) -> None:
    draft_id = draft(book, client)
    with book.write() as tx:
        issue_drafts(tx, [draft_id], today=TODAY)
    assert waiting(book) == []


def test_ra4_a_void_invoice_carries_nothing(book: Book, client: str) -> None:
    draft_id = draft(book, client)
    with book.write() as tx:
        issue_drafts(tx, [draft_id], today=TODAY)
        tx.execute(
            "INSERT INTO invoice_void (id, site, at, actor, once, invoice_id, reason, money, voided_on)"
            " VALUES ('v', 1, :at, '', 'void:' || :id, :id, 'wrong', 'none', '2026-10-31')",
            {"at": tx.now_text, "id": draft_id},
        )
    assert waiting(book) == all_charges(book)


def test_rb2_a_line_taken_out_is_unbilled_again(book: Book, client: str) -> None:
    draft_id = draft(book, client)
    first = all_charges(book)[0]
    with book.write() as tx:
        remove_line(tx, tx.value("SELECT id FROM draft_line WHERE charge_id = :c", c=first))
        assert not carried(tx, first)
    assert waiting(book) == [first]
    with book.write() as tx:
        add_charge(tx, draft_id, first, today=TODAY)
    assert waiting(book) == []


def test_rb2_a_deleted_draft_carries_nothing(book: Book, client: str) -> None:
    draft_id = draft(book, client)
    with book.write() as tx:
        delete_draft(tx, draft_id)
    assert waiting(book) == all_charges(book)


def test_ra4_the_period_includes_its_first_and_last_day(book: Book, client: str) -> None:
    found = waiting(book, Period(date(2026, 9, 9), date(2026, 9, 9)))
    assert found == all_charges(book)[1:2]


def test_ra4_a_date_of_service_in_the_future_is_not_billable_yet(book: Book) -> None:
    book.session(book.client(), TODAY + timedelta(days=1))
    assert waiting(book) == []
    assert len(waiting(book, today=TODAY + timedelta(days=1))) == 1


def test_ra4_the_queue_counts_and_sums_by_client_in_order_of_family_names(book: Book) -> None:
    for given, family, count in (("Zed", "Abel", 2), ("Amy", "Zorn", 1)):
        client_id = book.client(given, family)
        for day in range(count):
            book.session(client_id, date(2026, 9, 1 + day), rate_cents=10_050)
    with book.store.read() as read:
        rows = unbilled_by_client(read, ALL_TIME, TODAY)
    assert [(r.client, r.charges, r.total_cents) for r in rows] == [
        ("Abel, Zed", 2, 20_100),
        ("Zorn, Amy", 1, 10_050),
    ]


def test_ra4_a_write_in_waits_with_the_others(book: Book) -> None:
    client_id = book.client()
    with book.write() as tx:
        charge_id = write_in_charge(
            tx, client_id=client_id, service_on=TODAY, description=" Letter ", amount_cents=4_000
        )
    assert waiting(book) == [charge_id]
    assert book.value("SELECT description FROM charge") == "Letter"


@pytest.mark.parametrize(("description", "cents"), [("", 100), (" ", 100), ("Letter", 0), ("Letter", -1)])
def test_a_write_in_needs_words_and_an_amount(book: Book, description: str, cents: int) -> None:
    client_id = book.client()
    with pytest.raises(UsageError), book.write() as tx:
        write_in_charge(
            tx, client_id=client_id, service_on=TODAY, description=description, amount_cents=cents
        )


def test_a_charge_made_in_error_is_taken_back_once(book: Book, client: str) -> None:
    first = all_charges(book)[0]
    for _ in range(2):
        with book.write() as tx:
            void_charge(tx, first, reason="typed twice")
    assert first not in waiting(book)
    assert book.value("SELECT count(*) FROM charge_void") == 1


def test_a_charge_on_a_draft_is_not_taken_back(book: Book, client: str) -> None:
    draft(book, client)
    with pytest.raises(AlreadyBilled), book.write() as tx:
        void_charge(tx, all_charges(book)[0], reason="typed twice")


def test_a_second_charge_for_the_same_thing_from_another_office_is_owed_once(book: Book, client: str) -> None:
    """decisions.md 1: the effective fact of a natural key is the one the hub numbered first."""
    first = all_charges(book)[0]
    with book.write() as tx:
        tx.execute(
            "INSERT INTO charge (id, site, no, chain, _q, at, actor, once, client_id, kind, service_on,"
            " code_system, code, modifiers, description, units_milli, rate_cents, amount_cents)"
            " SELECT 'theirs', 2, 1, x'00', 7, at, actor, once, client_id, kind, service_on, code_system,"
            " code, modifiers, description, units_milli, rate_cents, amount_cents FROM charge WHERE id = :id",
            {"id": first},
        )
    assert "theirs" in waiting(book)
    assert first not in waiting(book)
