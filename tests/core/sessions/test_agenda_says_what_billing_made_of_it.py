"""RB1: the agenda of a day or a week tells for each appointment what billing has made of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.dates import Period
from core.invoicing.commands import bill_session, issue_drafts
from core.invoicing.drafts import NothingUnbilled
from core.practice.commands import set_missed_fee
from core.sessions.agenda import SERVICES, SESSIONS, AgendaRow, agenda
from core.sessions.commands import AlreadyFinal, BadStatus, NotYet, ServiceLine, mark_session, void_charge
from tests.builders import TODAY, Book

DAY = date(2026, 10, 29)


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    made = Book(tmp_path)
    with made.write() as tx:
        set_missed_fee(tx, "no_show_fee", amount_cents=5_000, effective_from=date(2026, 10, 1))
    yield made
    made.store.close()


def of_day(book: Book, day: date = DAY) -> list[AgendaRow]:
    with book.store.read() as read:
        return agenda(read, Period(day, day), today=TODAY)


def the_state(book: Book) -> tuple[str, int | None]:
    (row,) = of_day(book)
    return row.state, row.amount_cents


def test_rb1_each_appointment_says_what_billing_made_of_it_from_scheduled_to_paid(book: Book) -> None:
    session_id = book.session(book.client(), DAY, status="scheduled", final=False)
    assert the_state(book) == ("scheduled", 15_000)
    with book.write() as tx:
        mark_session(tx, session_id, "kept", today=TODAY)
    assert the_state(book) == ("not_final", 15_000)
    with book.write() as tx:
        drafts = bill_session(tx, session_id, today=TODAY)
    assert the_state(book) == ("draft", 15_000)
    with book.write() as tx:
        issue_drafts(tx, drafts, today=TODAY)
    (row,) = of_day(book)
    assert (row.state, row.number, row.standing, row.invoice_id) == (
        "invoiced", "N-00001", "issued", drafts[0],
    )  # fmt: skip
    with book.store.read() as read:
        (late,) = agenda(read, Period(DAY, DAY), today=TODAY + timedelta(days=40))
    assert late.standing == "overdue"


def test_rb1_all_services_of_the_session_are_on_the_draft_with_its_date(book: Book) -> None:
    lines = [ServiceLine("CPT", code, "", code, 1000, 10_000) for code in ("90834", "90785")]
    session_id = book.session(book.client(), DAY, lines, final=False)
    assert of_day(book)[0].services == "90834 90785"
    with book.write() as tx:
        (draft,) = bill_session(tx, session_id, today=TODAY)
    found = book.rows(
        "SELECT l.service_on, c.code, c.session_id FROM draft_line AS l"
        " JOIN charge AS c ON c.id = l.charge_id WHERE l.draft_id = :draft ORDER BY l.position",
        draft=draft,
    )
    assert found == [(DAY.isoformat(), "90834", session_id), (DAY.isoformat(), "90785", session_id)]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({}, ("unbilled", 15_000)),
        ({"bill_to": "insurance"}, ("claim", 15_000)),
        ({"rate_cents": 0}, ("no_fee", None)),
        ({"status": "no_show"}, ("unbilled", 5_000)),
        ({"status": "no_show", "final": False}, ("not_final", 5_000)),
        ({"status": "late_cancel"}, ("no_fee", None)),
        ({"status": "late_cancel", "final": False}, ("no_fee", None)),
        ({"status": "cancelled", "final": False}, ("cancelled", None)),
    ],
)
def test_ra2_a_session_stands_as_its_kind_of_billing_says(
    book: Book, columns: dict[str, object], expected: tuple[str, int | None]
) -> None:
    book.session(book.client(), DAY, **columns)  # type: ignore[arg-type]
    assert the_state(book) == expected


def test_ra4_a_charge_that_was_taken_back_leaves_nothing_to_bill(book: Book) -> None:
    book.session(book.client(), DAY)
    with book.write() as tx:
        void_charge(tx, tx.value("SELECT id FROM charge"), reason="wrong client")
    assert the_state(book) == ("no_fee", None)


class Asked:
    """A connection that counts what it is asked."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.count = 0

    def execute(self, *words: Any) -> Any:
        self.count += 1
        return self._connection.execute(*words)


def test_rb1_a_week_is_three_questions_however_many_come(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    client_id = book.client()
    for days in range(7):
        book.session(client_id, date(2026, 10, 19) + timedelta(days=days))
    with book.store.read() as read:
        asked = Asked(read._connection)
        monkeypatch.setattr(read, "_connection", asked)
        week = agenda(read, Period(date(2026, 10, 19), date(2026, 10, 25)), today=TODAY)
    assert [row.service_on for row in week] == [f"2026-10-{day}" for day in range(19, 26)]
    assert asked.count == 3


def test_rb1_the_days_are_found_by_their_index(book: Book) -> None:
    from core.ledger.invoices import HEAD, OF_SESSIONS

    with book.store.read() as read:
        for sql in (SESSIONS, SERVICES, HEAD + OF_SESSIONS):
            named = dict.fromkeys(("from_on", "to_on"), "x")
            steps = [step for *_, step in read.rows(f"EXPLAIN QUERY PLAN {sql}", **named)]
            assert any("ix_session_service_on (service_on>? AND service_on<?)" in step for step in steps), (
                steps
            )
            scanned = [step for step in steps if step.startswith("SCAN") and "CONSTANT" not in step]
            assert scanned == [], steps


# Marking.


def test_ra1_what_became_of_an_appointment_can_be_marked_until_it_goes_to_billing(book: Book) -> None:
    session_id = book.session(book.client(), DAY, status="scheduled", final=False)
    with book.write() as tx:
        assert mark_session(tx, session_id, "no_show", today=TODAY) == "scheduled"
        assert mark_session(tx, session_id, "kept", today=TODAY) == "no_show"
    entries = book.rows("SELECT detail FROM audit_entry WHERE verb = 'session.marked' ORDER BY no")
    assert entries == [
        ('{"after":"no_show","before":"scheduled"}',), ('{"after":"kept","before":"no_show"}',),
    ]  # fmt: skip
    with book.write() as tx:
        bill_session(tx, session_id, today=TODAY)
    with pytest.raises(AlreadyFinal), book.write() as tx:
        mark_session(tx, session_id, "cancelled", today=TODAY)


def test_ra1_nobody_has_kept_or_missed_an_appointment_that_is_still_to_come(book: Book) -> None:
    session_id = book.session(book.client(), TODAY + timedelta(days=1), status="scheduled", final=False)
    for status in ("kept", "no_show"):
        with pytest.raises(NotYet, match="on or after that day"), book.write() as tx:
            mark_session(tx, session_id, status, today=TODAY)
    with pytest.raises(BadStatus), book.write() as tx:
        mark_session(tx, session_id, "lost", today=TODAY)
    with book.write() as tx:
        mark_session(tx, session_id, "late_cancel", today=TODAY)


def test_ra2_a_missed_appointment_without_a_fee_makes_no_draft(book: Book) -> None:
    session_id = book.session(book.client(), DAY, status="late_cancel", final=False)
    with pytest.raises(NothingUnbilled), book.write() as tx:
        bill_session(tx, session_id, today=TODAY)
    assert book.value("SELECT count(*) FROM finalisation") == 0
