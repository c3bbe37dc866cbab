"""RC6, RC7, RC8: ledger, explain, aging, day sheet and the closed month from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.homes import Home
from tests.tui.cli.conftest import Daysheet


@pytest.fixture
def home(billed_sample: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    copy = billed_sample.copy_to(tmp_path / "home")
    for name, value in copy.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return copy


@pytest.fixture
def payment_id(daysheet: Daysheet, home: Home) -> str:
    made = daysheet("payment", "add", "--client", "archer", "--amount", "700", "--method", "check", "--json")
    found: str = made.data["payment_id"]
    return found


def test_rc7_a_ledger_runs_to_its_balance(daysheet: Daysheet, payment_id: str) -> None:
    data = daysheet("client", "ledger", "archer", "--json").data
    assert set(data["entries"][0]) >= {"on", "kind", "text", "amount_cents", "balance_cents"}
    assert sum(entry["amount_cents"] for entry in data["entries"]) == data["balance_cents"] == -10_000
    assert data["entries"][-1]["balance_cents"] == data["balance_cents"]
    assert data["credit_cents"] == 10_000


def test_rc7_a_ledger_of_some_days_opens_with_what_was_before(
    daysheet: Daysheet, payment_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAYSHEET_TODAY", "2026-12-15")
    recent = daysheet("client", "ledger", "archer", "--recent", "--json").data
    assert (recent["from_on"], recent["opening_cents"], recent["entries"]) == ("2026-11-15", -10_000, [])
    past = daysheet("client", "ledger", "archer", "--past", "--json").data
    assert (past["to_on"], past["closing_cents"]) == ("2026-12-15", -10_000)
    some = daysheet("client", "ledger", "archer", "--to", "2026-09-30", "--json").data
    assert {entry["kind"] for entry in some["entries"]} == {"charge"}
    assert daysheet("client", "ledger", "archer", "--recent", "--to", "2026-09-30").code == 2


def test_rc7_a_guarantors_ledger_ends_at_their_row_of_the_report(daysheet: Daysheet, payment_id: str) -> None:
    rows = daysheet("report", "ar", "--json").data["rows"]
    assert len(rows) > 1
    for row in rows:
        data = daysheet("guarantor", "ledger", row["guarantor_id"], "--json").data
        assert (data["guarantor"], data["balance_cents"]) == (row["guarantor"], row["total_cents"])
        assert sum(entry["amount_cents"] for entry in data["entries"]) == data["balance_cents"]
    assert daysheet("guarantor", "ledger", "nobody at all").code == 3


def test_rc7_a_note_stands_on_the_ledger_and_the_page(daysheet: Daysheet) -> None:
    assert daysheet("client", "note", "archer", "pays on Fridays", "--json").code == 0
    for page in ("show", "ledger"):
        (note,) = daysheet("client", page, "archer", "--json").data["notes"]
        assert (note["on"], note["text"]) == ("2026-10-31", "pays on Fridays")
        assert len(note["id"]) == 36
    assert daysheet("client", "note", "archer", "a", "--text", "b").code == 2


def test_rc7_explain_lists_entries_that_add_up(daysheet: Daysheet, payment_id: str) -> None:
    draft = daysheet("invoice", "new", "--client", "cole", "--json").data["short_id"]
    for subject, kind, cents in (
        ("archer", "client", -10_000),
        ("N-00002", "invoice", 60_000),
        ("1", "invoice", 0),
        (payment_id[-8:], "payment", 10_000),
        (draft, "draft", 60_000),
    ):
        data = daysheet("explain", subject, "--json").data
        assert (data["kind"], data["amount_cents"]) == (kind, cents)
        assert sum(entry["amount_cents"] for entry in data["entries"]) == cents
    assert daysheet("explain", "nobody at all").code == 3


def test_rc6_the_report_ties_to_the_ledger_in_every_form(daysheet: Daysheet, payment_id: str) -> None:
    for words, buckets, place in (
        ([], ["current", "1-30", "31-60", "61-90", "91+"], 0),
        (["--as-of", "2026-12-15"], ["current", "1-30", "31-60", "61-90", "91+"], 1),
        (["--as-of", "2026-12-15", "--basis", "invoice"], ["current", "1-30", "31-60", "61-90", "91+"], 2),
        (["--layout", "simple", "--as-of", "2027-03-01"], ["0-30", "31-60", "61-90", "90+"], 3),
    ):
        data = daysheet("report", "ar", *words, "--json").data
        assert data["buckets"] == buckets
        bell = next(row for row in data["rows"] if row["guarantor"] == "Bea Bell")
        assert bell["cents"][place] == bell["total_cents"] == 60_000
        assert data["totals"]["credit_cents"] == 10_000
        assert data["totals"]["total_cents"] == data["ledger_cents"] == 50_000
    assert daysheet("report", "ar", "--as-of", "2026-10-30", "--json").data["rows"] == []
    assert daysheet("report", "ar", "--basis", "whim").code == 2


def test_rc6_the_report_goes_into_a_file_without_formulas(
    daysheet: Daysheet, payment_id: str, tmp_path: Path
) -> None:
    daysheet("client", "add", "--given", "=1+1", "--family", "Dorn")
    daysheet("payment", "add", "--client", "dorn", "--amount", "5", "--method", "cash")
    assert daysheet("report", "ar", "--csv", "ar.csv", "--json").code == 0
    rows = (tmp_path / "ar.csv").read_text(encoding="utf-8").splitlines()
    assert rows[1] == '"\'=1+1 Dorn",0.00,0.00,0.00,0.00,0.00,-5.00,-5.00'
    assert rows[2] == '"Ann Archer",0.00,0.00,0.00,0.00,0.00,-100.00,-100.00'
    assert rows[-1] == '"Total",600.00,0.00,0.00,0.00,0.00,-105.00,495.00'


def test_rc8_the_day_sheet_goes_from_opening_to_closing(daysheet: Daysheet, payment_id: str) -> None:
    daysheet("invoice", "write-off", "2", "--amount", "100", "--reason", "courtesy")
    daysheet("payment", "refund", payment_id, "--amount", "100", "--reason", "too much")
    data = daysheet("report", "day-sheet", "--json").data
    assert (data["opening_cents"], data["charges_cents"], data["payments"]) == (0, 120_000, {"check": 70_000})
    assert (data["adjustments_cents"], data["refunds_cents"]) == (10_000, 10_000)
    assert data["closing_cents"] == data["ledger_cents"] == 50_000
    after = daysheet("report", "day-sheet", "--on", "2026-11-01", "--json").data
    assert (after["opening_cents"], after["closing_cents"], after["payments"]) == (50_000, 50_000, {})


def test_rc8_an_office_has_a_sheet_of_the_payments_taken_there(daysheet: Daysheet, payment_id: str) -> None:
    data = daysheet("report", "day-sheet", "--office", "north", "--json").data
    assert (data["payments"], data["charges_cents"]) == ({"check": 70_000}, 0)  # sessions of no office
    assert data["closing_cents"] == data["ledger_cents"] == -70_000
    assert daysheet("report", "day-sheet", "--office", "south").code == 3


def test_rc8_what_is_dated_into_a_closed_month_is_flagged(daysheet: Daysheet) -> None:
    close = ["report", "close", "--through", "2026-09-30", "--json"]
    assert daysheet(*close).data["through_on"] == "2026-09-30"
    assert daysheet(*close).error["code"] == "closed_already"
    assert daysheet("report", "close", "--through", "2026-10-31").code == 4
    daysheet("payment", "add", "--client", "bell", "--amount", "5", "--method", "cash", "--on", "2026-09-15")
    data = daysheet("report", "late-entries", "--json").data
    assert data["closed_through_on"] == "2026-09-30"
    assert [(one["kind"], one["on"], one["amount_cents"]) for one in data["entries"]] == [
        ("payment", "2026-09-15", 500)
    ]


def test_ra4_a_write_in_charge_waits_to_be_billed_and_can_be_taken_back(daysheet: Daysheet) -> None:
    made = daysheet("charge", "add", "--client", "bell", "--text", "School report", "--amount", "1234.50",
                    "--json").data  # fmt: skip
    assert (made["status"], made["amount_cents"], made["service_on"]) == ("unbilled", 123_450, "2026-10-31")
    assert "1 charge, 1,234.50" in daysheet("client", "show", "bell").out
    void = daysheet("charge", "void", made["charge_id"][-8:], "--reason", "not made", "--json").data
    assert void["status"] == "void"
    assert daysheet("charge", "list", "--client", "bell", "--json").data["charges"][-1]["status"] == "void"
    billed = daysheet("charge", "list", "--client", "bell", "--json").data["charges"][0]
    assert billed["number"] == "N-00002"
    assert daysheet("charge", "void", billed["charge_id"], "--reason", "r").code == 4
    assert daysheet("charge", "void", "00000000", "--reason", "r").code == 3


def test_ra4_a_service_of_the_practice_is_written_in_at_its_fee(daysheet: Daysheet) -> None:
    daysheet("service", "add", "RPT", "--system", "LOCAL", "--description", "Report", "--rate", "80")
    made = daysheet("charge", "add", "--client", "bell", "--code", "rpt", "--json").data
    assert (made["code"], made["description"], made["amount_cents"]) == ("RPT", "Report", 8_000)
    assert daysheet("charge", "add", "--client", "bell", "--code", "none").code == 3
    assert daysheet("charge", "add", "--client", "bell", "--text", "t").code == 2


def test_a_provider_is_corrected_and_leaves(daysheet: Daysheet) -> None:
    words = ("--name", "Pat Porter", "--npi", "1245319599", "--inactive")
    (row,) = daysheet("provider", "edit", "pat", *words, "--json").data["providers"]
    assert (row["name"], row["npi"], row["active"]) == ("Pat Porter", "1245319599", False)
    assert daysheet("provider", "edit", "porter").code == 2
    assert daysheet("provider", "edit", "porter", "--npi", "1").code == 2
    assert daysheet("provider", "edit", "porter", "--name", " ").code == 2
