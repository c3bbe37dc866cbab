"""RA2: a finished session becomes a charge, a claim or nothing, by the bill-to mode of that moment."""

from __future__ import annotations

from datetime import date

import pytest

from core.errors import UsageError
from core.practice.commands import set_missed_fee
from core.sessions.commands import (
    EndsBeforeStart,
    NotFinished,
    ServiceLine,
    TooManyModifiers,
    finalise,
    record_session,
)
from tests.builders import NOW, OWNER, Book


def line(rate_cents: int = 15_000, *, units_milli: int = 1000, billable: bool = True) -> ServiceLine:
    return ServiceLine("CPT", "90834", "", "Psychotherapy", units_milli, rate_cents, "", billable)


def charges(book: Book) -> list[tuple[str, int]]:
    return [tuple(row) for row in book.rows("SELECT kind, amount_cents FROM charge ORDER BY no")]


def claims(book: Book) -> list[int]:
    return [row[0] for row in book.rows("SELECT charged_cents FROM claim")]


def bill_to(book: Book, client_id: str, mode: str) -> str:
    with book.write() as tx:
        tx.execute("UPDATE client SET bill_to = :mode WHERE id = :id", {"mode": mode, "id": client_id})
    return client_id


def test_ra2_a_client_who_pays_owes_a_charge_for_each_line(book: Book) -> None:
    book.session(book.client(), lines=[line(15_000), line(2_550)])
    assert charges(book) == [("service", 15_000), ("service", 2_550)]
    assert claims(book) == []


@pytest.mark.parametrize("mode", ["insurance", "hybrid"])
def test_ra2_what_goes_to_an_insurer_first_is_one_claim_and_no_charge(book: Book, mode: str) -> None:
    book.session(bill_to(book, book.client(), mode), lines=[line(15_000), line(2_550)])
    assert charges(book) == []
    assert claims(book) == [17_550]


@pytest.mark.parametrize(("of_client", "of_session"), [("insurance", "client"), ("hybrid", "client")])
def test_ra3_a_session_may_override_who_is_billed(book: Book, of_client: str, of_session: str) -> None:
    book.session(bill_to(book, book.client(), of_client), bill_to=of_session)
    assert charges(book) == [("service", 15_000)]
    assert book.value("SELECT bill_to FROM finalisation") == of_session


def test_ra3_a_client_who_pays_may_have_one_session_sent_to_insurance(book: Book) -> None:
    book.session(book.client(), bill_to="insurance")
    assert (charges(book), claims(book)) == ([], [15_000])


@pytest.mark.parametrize("mode", ["client", "insurance", "hybrid"])
@pytest.mark.parametrize("lines", [[line(0)], [line(billable=False)], [line(1, units_milli=400)]])
def test_ra2_nothing_billable_is_nothing_owed(book: Book, mode: str, lines: list[ServiceLine]) -> None:
    """A line of $0, one that is not billable, and one that rounds to $0."""
    book.session(bill_to(book, book.client(), mode), lines=lines)
    assert (charges(book), claims(book)) == ([], [])
    assert book.value("SELECT count(*) FROM finalisation") == 1


def test_ra2_the_amount_is_units_times_rate_rounded_half_up_once(book: Book) -> None:
    book.session(book.client(), lines=[line(333, units_milli=1500), line(1, units_milli=500)])
    assert charges(book) == [("service", 500), ("service", 1)]


def test_ra2_finalising_again_changes_nothing(book: Book) -> None:
    session_id = book.session(book.client())
    facts = book.value("SELECT count(*) FROM charge"), book.value("SELECT max(no) FROM audit_entry")
    with book.write() as tx:
        assert finalise(tx, [session_id]) == (0, 0, 0, 0)
    assert facts == (book.value("SELECT count(*) FROM charge"), book.value("SELECT max(no) FROM audit_entry"))


def test_ra2_a_session_named_twice_is_finalised_once(book: Book) -> None:
    session_id = book.session(book.client(), final=False)
    with book.write() as tx:
        assert finalise(tx, [session_id, session_id]) == (1, 1, 0, 15_000)
    assert charges(book) == [("service", 15_000)]


@pytest.mark.parametrize("status", ["scheduled", "cancelled"])
def test_ra2_what_did_not_happen_cannot_be_finalised_and_nothing_of_the_batch_is(
    book: Book, status: str
) -> None:
    client_id = book.client()
    good = book.session(client_id, final=False)
    bad = book.session(client_id, status=status, final=False)
    with pytest.raises(NotFinished), book.write() as tx:
        finalise(tx, [good, bad])
    assert book.value("SELECT count(*) FROM finalisation") == 0


@pytest.mark.parametrize(("status", "kind"), [("no_show", "no_show_fee"), ("late_cancel", "late_cancel_fee")])
def test_ra2_a_missed_session_costs_what_the_policy_of_its_day_says(
    book: Book, status: str, kind: str
) -> None:
    with book.write() as tx:
        set_missed_fee(tx, kind, amount_cents=5_000, effective_from=date(2026, 1, 1))
        set_missed_fee(tx, kind, amount_cents=7_500, effective_from=date(2026, 9, 15))
    client_id = book.client()
    for day in (date(2025, 12, 31), date(2026, 1, 1), date(2026, 9, 14), date(2026, 9, 15)):
        book.session(client_id, day, status=status)
    assert charges(book) == [(kind, 5_000), (kind, 5_000), (kind, 7_500)]


def test_ra2_a_later_word_on_the_same_day_wins(book: Book) -> None:
    with book.write() as tx:
        for cents in (5_000, 6_000):
            set_missed_fee(tx, "no_show_fee", amount_cents=cents, effective_from=date(2026, 1, 1))
    book.session(book.client(), status="no_show")
    assert charges(book) == [("no_show_fee", 6_000)]


def test_ra2_a_fee_below_zero_is_refused_before_any_session_meets_it(book: Book) -> None:
    with pytest.raises(UsageError), book.write() as tx:
        set_missed_fee(tx, "no_show_fee", amount_cents=-1, effective_from=date(2026, 1, 1))


def test_ra2_without_a_policy_a_missed_session_costs_nothing(book: Book) -> None:
    book.session(book.client(), status="no_show")
    assert charges(book) == []


def test_ra2_the_fee_of_an_insured_client_is_owed_by_the_client(book: Book) -> None:
    with book.write() as tx:
        set_missed_fee(tx, "no_show_fee", amount_cents=5_000, effective_from=date(2026, 1, 1))
    book.session(bill_to(book, book.client(), "insurance"), status="no_show")
    assert charges(book) == [("no_show_fee", 5_000)]


def test_ra2_a_claim_names_the_coverage_in_force_that_day(book: Book) -> None:
    client_id = bill_to(book, book.client(), "insurance")
    with book.write() as tx:
        tx.execute("INSERT INTO payer (id, name, street, city, state, postal_code, phone)"
                   " VALUES ('p', 'Payer', '', '', '', '', '')")  # fmt: skip
        for name, starts, ends in (("old", None, "2026-08-31"), ("now", "2026-09-01", None)):
            tx.execute(
                "INSERT INTO coverage (id, client_id, payer_id, member_number, group_number, subscriber,"
                " relation, rank, starts_on, ends_on) VALUES (:id, :client, 'p', '', '', '', '', 1, :s, :e)",
                {"id": name, "client": client_id, "s": starts, "e": ends},
            )
    for day in (date(2026, 8, 31), date(2026, 9, 1)):
        book.session(client_id, day)
    assert [row[0] for row in book.rows("SELECT coverage_id FROM claim ORDER BY service_on")] == [
        "old",
        "now",
    ]


def test_ra1_a_session_keeps_client_provider_office_times_and_diagnoses(book: Book) -> None:
    client_id = book.client()
    book.session(client_id, place_of_service="11")
    row = book.rows(
        "SELECT client_id, provider_id, office_id, starts_at, status, place_of_service, diagnoses"
        " FROM session"
    )[0]
    assert row == (
        client_id, book.provider_id, book.office_id, "2026-09-10T15:00:00.000Z", "kept", "11",
        '[["ICD10","F41.1"]]',
    )  # fmt: skip


def test_ra1_a_session_does_not_end_before_it_starts(book: Book) -> None:
    with pytest.raises(EndsBeforeStart), book.write(OWNER) as tx:
        record_session(
            tx, client_id="nobody", starts_at=NOW, ends_at=NOW.replace(hour=1), service_on=NOW.date(),
            status="kept", lines=[],
        )  # fmt: skip


def test_ra1_a_line_takes_at_most_four_modifiers(book: Book) -> None:
    client_id = book.client()
    book.session(client_id, lines=[ServiceLine("CPT", "90834", "95 GT HO U1", "", 1000, 1)])
    with pytest.raises(TooManyModifiers):
        book.session(client_id, lines=[ServiceLine("CPT", "90834", "95 GT HO U1 U2", "", 1000, 1)])
    assert book.value("SELECT count(*) FROM session") == 1
