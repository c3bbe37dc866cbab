"""RA1, RA2, RA5: sessions come in from a CSV file and those that took place become charges."""

import io
from datetime import date

import pytest

from core.actors import Actor
from core.books.clients import import_clients
from core.books.outcome import Changed, Outcome, RowsRefused, rehearse
from core.books.sessions import import_sessions
from core.practice.commands import add_provider, add_service, set_missed_fee
from core.store import Store

CLIENTS = "external_id,given_name,family_name,bill_to\nc1,Ada,Adams,client\nc2,Ben,Brown,insurance\n"
HEADER = "external_id,client_external_id,start,minutes,status,provider,code,modifiers,units,rate,diagnoses\n"
GOOD = (
    HEADER
    + "s1,c1,2026-10-01 10:00,50,kept,Dr. Nguyen,90834,95,1,150.00,F41.1;F32.9\n"
    + "s2,c1,2026-10-02T09:00,60,kept,,97153,,4,20.25,\n"
    + "s2,c1,2026-10-02T09:00,60,kept,,97155,,1.5,33.33,\n"
    + "s3,c1,2026-10-03 10:00,50,no-show,,,,,,\n"
    + "s4,c2,2026-10-04 10:00,50,Completed,,90834,,1,150.00,\n"
    + "s5,c1,2026-11-04 10:00,50,scheduled,,90834,,1,150.00,\n"
    + "s6,c1,2026-10-05 10:00,50,kept,,Z0000,,1,0,\n"
)
WHOLE = Outcome(sessions=6, charges=4, total_cents=15000 + 8100 + 5000 + 4000, claims=1)


def file(text: str) -> io.BytesIO:
    return io.BytesIO(text.encode())


@pytest.fixture
def ready(book: Store, owner: Actor) -> Store:
    with book.write(owner) as tx:
        add_provider(tx, name="Dr. Nguyen")
        add_service(tx, code_system="CPT", code="90837", description="Talk, one hour", rate_cents=18000)
        set_missed_fee(tx, "no_show_fee", amount_cents=4000, effective_from=date(2000, 1, 1))
        import_clients(tx, file(CLIENTS))
    return book


@pytest.fixture
def imported(ready: Store, owner: Actor) -> Store:
    with ready.write(owner) as tx:
        assert import_sessions(tx, file(GOOD)) == WHOLE
    return ready


def test_ra5_importing_again_changes_nothing(imported: Store, owner: Actor) -> None:
    with imported.read() as read:
        facts = read.value("SELECT no FROM sync_chain")
    with imported.write(owner) as tx:
        assert import_sessions(tx, file(GOOD)) == Outcome(unchanged=6)
    with imported.read() as read:
        assert read.value("SELECT no FROM sync_chain") == facts


def test_ra5_a_session_that_the_file_has_otherwise_is_named_and_left_as_it_is(
    imported: Store, owner: Actor
) -> None:
    header, first, *rest = GOOD.splitlines(keepends=True)
    other = "".join([header, first.replace("150", "160"), *rest])
    assert other != GOOD
    with imported.write(owner) as tx:
        outcome = import_sessions(tx, file(other))
    assert outcome == Outcome(unchanged=5, changed=(Changed(2, "services"),))
    with imported.read() as read:
        assert read.value("SELECT count(*) FROM session_line WHERE rate_cents = 16000") == 0


def test_ra5_a_rehearsal_answers_what_the_import_would(ready: Store, owner: Actor) -> None:
    assert rehearse(ready, owner, lambda tx: import_sessions(tx, file(GOOD), skip_refused=True)) == WHOLE
    with ready.read() as read:
        assert read.value("SELECT count(*) FROM session") == 0


def test_ra1_a_session_keeps_what_the_file_says(imported: Store) -> None:
    with imported.read() as read:
        assert read.rows(
            "SELECT s.starts_at, s.ends_at, s.service_on, s.diagnoses, p.name, o.code FROM session AS s"
            " JOIN provider AS p ON p.id = s.provider_id JOIN office AS o ON o.id = s.office_id"
            " WHERE s.external_id = 's1'"
        ) == [
            ("2026-10-01T14:00:00.000Z", "2026-10-01T14:50:00.000Z", "2026-10-01",
             '[["ICD-10-CM", "F41.1"], ["ICD-10-CM", "F32.9"]]', "Dr. Nguyen", "NORTH")
        ]  # fmt: skip
        assert read.rows(
            "SELECT l.position, l.code_system, l.code, l.modifiers, l.units_milli, l.rate_cents, l.pointers"
            " FROM session_line AS l JOIN session AS s ON s.id = l.session_id"
            " WHERE s.external_id IN ('s1', 's2') ORDER BY s.external_id, l.position"
        ) == [
            (1, "CPT", "90834", "95", 1000, 15000, "A"),
            (1, "CPT", "97153", "", 4000, 2025, ""),
            (2, "CPT", "97155", "", 1500, 3333, ""),
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("start", "service_on"),
    [
        ("2026-10-02T03:30:00Z", "2026-10-01"),
        ("2026-10-02T04:30:00Z", "2026-10-02"),
        ("2026-10-01 23:30", "2026-10-01"),
        ("2026-10-02T00:30+02:00", "2026-10-01"),
        ("2026-10-02", "2026-10-02"),
    ],
)
def test_ra5_the_date_of_service_is_the_local_day(
    ready: Store, owner: Actor, start: str, service_on: str
) -> None:
    with ready.write(owner) as tx:
        import_sessions(tx, file(HEADER + f"s1,c1,{start},90,kept,,90834,,1,150,\n"))
    with ready.read() as read:
        assert read.value("SELECT service_on FROM charge") == service_on


def test_ra5_the_fee_of_the_practice_fills_an_empty_rate(ready: Store, owner: Actor) -> None:
    with ready.write(owner) as tx:
        import_sessions(tx, file(HEADER + "s1,c1,2026-10-01,60,kept,,90837,,,,\n"))
    with ready.read() as read:
        assert read.rows("SELECT amount_cents, description FROM charge") == [(18000, "Talk, one hour")]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("s1,c1,2026-13-01,50,kept,,90834,,1,150,", 'start: "2026-13-01" is not a date and time'),
        ("s1,c1,2026-W40-1,50,kept,,90834,,1,150,", 'start: "2026-W40-1" is not a date and time'),
        ("s1,c1,0001-01-01T00:00Z,50,kept,,90834,,1,150,", "is too far from today"),
        ("s1,c1,9999-12-31T23:59-10:00,50,kept,,90834,,1,150,", "is not a date and time"),
        ("s1,c1,2026-10-01,50,kept,,90834,,-1,150,", 'units: "-1" is below zero'),
        ("s1,c1,2026-10-01,50,kept,,90834,,1e9,150,", 'units: "1e9" is not a number of units'),
        ("s1,c9,2026-10-01,50,kept,,90834,,1,150,", 'client_external_id: there is no client "c9"'),
        ("s1,c1,2026-10-01,50,kept,,90834,,1,1_000,", 'rate: "1_000" is not an amount'),
        ("s1,c1,2026-10-01,50,kept,,90834,,1,١٢,", 'rate: "١٢" is not an amount'),
        ("s1,c1,2026-10-01,50,kept,,90834,,1,NaN,", 'rate: "NaN" is not an amount'),
        ("s1,c1,2026-10-01,50,kept,,90834,,1,1e9,", 'rate: "1e9" is not an amount'),
        ("s1,c1,2026-10-01,50,kept,,90834,,1,-5,", 'rate: "-5" is below zero'),
        ("s1,c1,2026-10-01,50,kept,,90834,,1,,", "rate: is empty"),
        ("s1,c1,2026-10-01,50,kept,,90834,,999999,999999999,", "too large an amount"),
        ("s1,c1,2026-10-01,50,maybe,,90834,,1,150,", 'status: "maybe" is not one of kept, scheduled'),
        ("s1,c1,2026-10-01,50,kept,Dr. Who,90834,,1,150,", 'provider: "Dr. Who" is no provider'),
        ("s1,c1,2026-10-01,50,kept,,,,1,150,", "code: is empty"),
        ("s1,c1,2026-10-01,50,kept,,90834,95 GT 59 XE XP,1,150,", "modifiers: a line takes at most 4"),
        ("s1,c1,2026-10-01,-5,kept,,90834,,1,150,", 'minutes: "-5" is not a number of minutes'),
        ("s1,c1,2026-10-01,50,kept,,90834,,1,150,'; DROP TABLE", "diagnoses:"),
    ],
)
def test_ra5_a_bad_row_is_refused_with_its_reason(ready: Store, owner: Actor, row: str, reason: str) -> None:
    good = "s0,c1,2026-10-01,50,kept,,90834,,1,150,\n"
    with pytest.raises(RowsRefused) as caught, ready.write(owner) as tx:
        import_sessions(tx, file(HEADER + good + row + "\n"))
    [refused] = caught.value.outcome.refused
    assert refused.row == 3
    assert reason in refused.reason
    with ready.read() as read:
        assert read.value("SELECT count(*) FROM session") == 0


def test_ra2_a_session_with_one_refused_line_is_not_billed_in_part(ready: Store, owner: Actor) -> None:
    text = GOOD.replace("1.5,33.33", "1.5,oops")
    with ready.write(owner) as tx:
        outcome = import_sessions(tx, file(text), skip_refused=True)
    assert outcome.sessions == 5
    assert [refused.row for refused in outcome.refused] == [3, 4]
    assert outcome.refused[0].reason == "line 4 of the same session cannot be imported."
    assert outcome.total_cents == WHOLE.total_cents - 8100 - 5000


def test_ra5_rows_of_one_session_must_agree(ready: Store, owner: Actor) -> None:
    text = GOOD.replace("s2,c1,2026-10-02T09:00,60,kept,,97155", "s2,c1,2026-10-03T09:00,60,kept,,97155")
    outcome = rehearse(ready, owner, lambda tx: import_sessions(tx, file(text), skip_refused=True))
    assert (4, "external_id: line 3 says something else of the same session.") in outcome.refused


def test_ra2_a_scheduled_session_that_has_taken_place_follows_the_file(imported: Store, owner: Actor) -> None:
    with imported.write(owner) as tx:
        outcome = import_sessions(tx, file(GOOD.replace("scheduled", "kept")))
    assert outcome == Outcome(updated=1, charges=1, total_cents=15000, unchanged=5)
    with imported.write(owner) as tx:
        assert import_sessions(tx, file(GOOD.replace("scheduled", "kept"))) == Outcome(unchanged=6)


def test_ra2_a_scheduled_session_with_other_services_is_for_a_person(imported: Store, owner: Actor) -> None:
    text = GOOD.replace("scheduled,,90834", "kept,,90837")
    wanted = pytest.raises(RowsRefused, match="scheduled in the book with other services")
    with wanted, imported.write(owner) as tx:
        import_sessions(tx, file(text))


def test_ra2_finalising_can_be_left_for_later(ready: Store, owner: Actor) -> None:
    with ready.write(owner) as tx:
        assert import_sessions(tx, file(GOOD), finalise=False) == Outcome(sessions=6)
    with ready.read() as read:
        assert read.value("SELECT count(*) FROM finalisation") == 0


def test_ra5_unknown_providers_are_added_on_request(ready: Store, owner: Actor) -> None:
    with ready.write(owner) as tx:
        text = HEADER + "s1,c1,2026-10-01,50,kept,Dr. Who,90834,,1,150,\n"
        import_sessions(tx, file(text), add_providers=True)
    with ready.read() as read:
        assert read.rows(
            "SELECT p.name FROM charge AS c JOIN provider AS p ON p.id = c.provider_id"
        ) == [("Dr. Who",)]  # fmt: skip


def test_ra5_a_failure_in_the_middle_leaves_nothing(
    ready: Store, owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("the disk went away")

    monkeypatch.setattr("core.books.intake.finalise", fail)
    with pytest.raises(OSError), ready.write(owner) as tx:
        import_sessions(tx, file(GOOD))
    with ready.read() as read:
        assert read.value("SELECT (SELECT count(*) FROM session) + (SELECT count(*) FROM session_line)") == 0
