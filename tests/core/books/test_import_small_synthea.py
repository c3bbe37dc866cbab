"""RA2, RA5: the Synthea mapping, on a folder of our own making."""

from collections.abc import Callable
from pathlib import Path

import pytest

from core.actors import Actor
from core.books.csv_file import FileRefused, NoFile
from core.books.outcome import Outcome, RowsRefused, rehearse
from core.books.synthea import import_synthea
from core.store import Store

Folder = Callable[..., Path]

FILES = {
    "patients": (
        "Id,BIRTHDATE,DEATHDATE,FIRST,LAST,ADDRESS,CITY,STATE,ZIP,RACE\n"
        "p1,2014-10-06,,Ada1,Adams2,1 Elm St,Albany,New York,12201,x\n"
        "p2,1940-01-01,1999-12-31,Ben3,Brown4,2 Oak St,Albany,New York,,x\n"
    ),
    "providers": "Id,NAME\nd1,Víctor5 Noriega6\nd2,Nobody Saw7\n",
    "payers": "Id,NAME,ADDRESS,CITY,STATE_HEADQUARTERED,ZIP,PHONE\ni1,Humana,,,,,\ni0,NO_INSURANCE,,,,,\n",
    "payer_transitions": (
        "PATIENT,MEMBERID,START_YEAR,END_YEAR,PAYER,SECONDARY_PAYER,OWNERSHIP,OWNERNAME\n"
        "p1,m1,2014-10-14T04:17:47Z,2015-10-20T04:17:47Z,i1,,Guardian,Gail8 Adams2\n"
        "p1,,2015-10-20T04:17:47Z,,i0,,,\n"
        "p2,m2,1990,1999,i1,,Self,Ben3 Brown4\n"
    ),
    "encounters": (
        "Id,START,STOP,PATIENT,PROVIDER\n"
        "e1,2023-01-28T01:30:00Z,2023-01-28T02:00:00Z,p1,d1\n"
        "e2,1999-06-01T15:00:00Z,1999-06-01T16:00:00Z,p2,d1\n"
    ),
    "claims": (
        "Id,APPOINTMENTID,DIAGNOSIS1,DIAGNOSIS2,DIAGNOSIS3,DIAGNOSIS4,DIAGNOSIS5,DIAGNOSIS6,DIAGNOSIS7,DIAGNOSIS8\n"
        "k1,e1,111,222,111,,,,,\nk2,e1,333,,,,,,,\n"
    ),
    "claims_transactions": (
        "ID,CLAIMID,TYPE,METHOD,PROCEDURECODE,DIAGNOSISREF1,DIAGNOSISREF2,DIAGNOSISREF3,DIAGNOSISREF4,UNITS,"
        "NOTES,UNITAMOUNT,PAYMENTS,APPOINTMENTID\n"
        "t1,k1,CHARGE,,900,1,3,,,1,Encounter for symptom,77.49,,e1\n"
        "t2,k2,CHARGE,,901,1,,,,2,Visit,10.00,,e1\n"
        "t3,k2,CHARGE,,902,,,,,1,Free of charge,0.00,,e1\n"
        "t4,k1,TRANSFEROUT,,900,,,,,1,,,,e1\n"
        "t5,k1,PAYMENT,CC,900,,,,,1,,,50.00,e1\n"
        "t6,,CHARGE,,900,,,,,1,Visit,5.00,,e2\n"
    ),
}
WHOLE = Outcome(clients=2, sessions=2, charges=3, total_cents=7749 + 2000 + 500)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """The files, with some texts replaced, as `encounters=("p1", "p9")`."""

    def make(**changes: tuple[str, str]) -> Path:
        path = tmp_path / "synthea"
        path.mkdir(exist_ok=True)
        for name, text in FILES.items():
            old, new = changes.get(name, ("", ""))
            assert old in text
            (path / f"{name}.csv").write_text(text.replace(old, new, 1) if old else text, encoding="utf-8")
        return path

    return make


@pytest.fixture
def imported(book: Store, owner: Actor, folder: Folder) -> Store:
    with book.write(owner) as tx:
        assert import_synthea(tx, folder()) == WHOLE
    return book


def test_ra5_importing_again_brings_nothing_new(imported: Store, owner: Actor, folder: Folder) -> None:
    with imported.write(owner) as tx:
        assert import_synthea(tx, folder()) == Outcome(unchanged=4)


def test_ra5_two_offices_agree_on_every_id(
    imported: Store, second_book: Store, owner: Actor, folder: Folder
) -> None:
    with second_book.write(owner) as tx:
        import_synthea(tx, folder())
    for table in ("client", "guarantor", "provider", "payer", "coverage", "session", "session_line"):
        with imported.read() as one, second_book.read() as other:
            assert one.rows(f"SELECT id FROM {table} ORDER BY 1") == other.rows(
                f"SELECT id FROM {table} ORDER BY 1"
            )


def test_ra2_a_line_of_zero_dollars_makes_no_charge(imported: Store) -> None:
    with imported.read() as read:
        assert read.rows("SELECT code, amount_cents FROM charge ORDER BY service_on, code") == [
            ("900", 500), ("900", 7749), ("901", 2000)
        ]  # fmt: skip


def test_ra5_a_session_after_midnight_utc_is_of_the_local_day_before(imported: Store) -> None:
    with imported.read() as read:
        assert read.value("SELECT service_on FROM session WHERE external_id = 'e1'") == "2023-01-27"
        assert read.rows("SELECT DISTINCT service_on FROM charge WHERE amount_cents > 500") == [
            ("2023-01-27",)
        ]


def test_ra1_lines_point_into_the_diagnoses_of_all_claims(imported: Store) -> None:
    with imported.read() as read:
        assert read.value("SELECT diagnoses FROM session WHERE external_id = 'e1'") == (
            '[["SNOMED", "111"], ["SNOMED", "222"], ["SNOMED", "333"]]'
        )
        assert read.rows(
            "SELECT l.position, l.code, l.pointers FROM session_line AS l"
            " JOIN session AS s ON s.id = l.session_id WHERE s.external_id = 'e1' ORDER BY l.position"
        ) == [(1, "900", "A"), (2, "901", "C"), (3, "902", "")]


def test_ra5_who_died_is_inactive_and_who_saw_nobody_stays_out(imported: Store) -> None:
    with imported.read() as read:
        assert read.rows("SELECT name, active FROM client ORDER BY name") == [
            ("Ada1 Adams2", 1), ("Ben3 Brown4", 0)
        ]  # fmt: skip
        assert read.rows("SELECT name, external_id, npi FROM provider") == [("Víctor5 Noriega6", "d1", "")]


def test_ra5_coverage_ends_the_day_before_the_next_begins(imported: Store) -> None:
    with imported.read() as read:
        assert read.rows(
            "SELECT starts_on, ends_on, member_number, subscriber FROM coverage ORDER BY starts_on"
        ) == [
            ("1990-01-01", "1999-12-31", "m2", "Ben3 Brown4"),
            ("2014-10-14", "2015-10-19", "m1", "Gail8 Adams2"),
        ]


def test_ra5_payments_come_in_when_asked_for(imported: Store, owner: Actor, folder: Folder) -> None:
    for expected in ((1, 5000), (0, 0)):
        with imported.write(owner) as tx:
            outcome = import_synthea(tx, folder(), with_payments=True)
        assert (outcome.payments, outcome.payments_cents) == expected
    with imported.read() as read:
        assert read.rows("SELECT once, amount_cents, received_on, method FROM payment") == [
            ("import:synthea:t5", 5000, "2023-01-27", "card_external")
        ]


@pytest.mark.parametrize(
    ("name", "old", "new", "row", "reason"),
    [
        ("patients", "2014-10-06", "2014-10-36", 2, 'patients.csv, BIRTHDATE: "2014-10-36" is not a date'),
        ("encounters", "p2,d1", "p9,d1", 3, "encounters.csv, PATIENT: there is no such patient"),
        ("encounters", "p2,d1", "p2,d9", 3, "PROVIDER: there is no such provider"),
        ("encounters", "1999-06-01T15", "1999-06-01T17", 3, "STOP: the session ends before it starts"),
        ("encounters", "1999-06-01T15:00:00Z", "soon", 3, 'START: "soon" is not a date and time'),
        ("claims_transactions", "2,Visit", "-2,Visit", 3, 'UNITS: "-2" is below zero'),
        ("claims_transactions", "10.00", "1e1", 3, 'UNITAMOUNT: "1e1" is not an amount'),
        ("claims_transactions", "5.00,,e2", "5.00,,e9", 7, "APPOINTMENTID: there is no such session"),
        ("claims_transactions", "t2,", "t1,", 3, "ID: is the same as in line 2"),
        ("payer_transitions", "p2,m2", "p9,m2", 4, "PATIENT: there is no such patient"),
    ],
)
def test_ra5_a_bad_row_names_its_file_line_and_column_and_nothing_comes_in(
    book: Store, owner: Actor, folder: Folder, name: str, old: str, new: str, row: int, reason: str
) -> None:
    path = folder(**{name: (old, new)})
    with pytest.raises(RowsRefused) as caught, book.write(owner) as tx:
        import_synthea(tx, path)
    refused = caught.value.outcome.refused
    assert any(found.row == row and reason in found.reason for found in refused)
    with book.read() as read:
        assert read.value("SELECT (SELECT count(*) FROM client) + (SELECT count(*) FROM charge)") == 0


def test_ra5_what_a_refused_row_spoils_stays_out_and_the_rest_comes_in(
    book: Store, owner: Actor, folder: Folder
) -> None:
    path = folder(claims_transactions=("2,Visit", "-2,Visit"))
    outcome = rehearse(book, owner, lambda tx: import_synthea(tx, path, skip_refused=True))
    assert (outcome.clients, outcome.sessions, outcome.total_cents) == (2, 1, 500)
    with book.write(owner) as tx:
        assert import_synthea(tx, path, skip_refused=True) == outcome


def test_ra5_a_missing_file_and_a_missing_column_are_named(book: Store, owner: Actor, folder: Folder) -> None:
    path = folder(encounters=("PATIENT", "WHO"))
    wanted = pytest.raises(FileRefused, match=r'^encounters\.csv, line 1: the column "PATIENT" is missing')
    with wanted, book.write(owner) as tx:
        import_synthea(tx, path)
    (folder() / "claims.csv").unlink()
    with pytest.raises(NoFile, match=r"claims\.csv"), book.write(owner) as tx:
        import_synthea(tx, path)
