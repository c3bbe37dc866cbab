"""RD3 by verb: the facts are typed in, what is missing is answered, the document is made and written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.core.documents.read_superbill import read_superbill
from tests.homes import Home
from tests.tui.cli.conftest import Daysheet


@pytest.fixture
def home(billed_sample: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Its machine key may do everything."""
    copy = billed_sample.copy_to(tmp_path / "home")
    for name, value in copy.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return copy


def fill_in(daysheet: Daysheet) -> None:
    for words in (
        ("practice", "edit", "--tax-id", "123456789", "--phone", "555 0100", "--street", "1 Elm Street",
         "--city", "Springfield", "--state", "MA", "--postal-code", "01101"),
        ("provider", "edit", "pat", "--licence", "LIC-7", "--licence-state", "ma"),
        ("client", "edit", "archer", "--birth-on", "1990-04-05", "--own-phone", "555 0199",
         "--referrer", "Dr. Refer", "--referrer-npi", "1245319599"),
        ("payer", "add", "Blue Shield"),
        ("client", "coverage", "archer", "add", "--payer", "blue", "--member-number", "X1", "--relation",
         "child", "--subscriber", "Bob Archer", "--subscriber-birth-on", "1970-01-01"),
    ):  # fmt: skip
        assert daysheet(*words).code == 0, words


def complete_sessions(daysheet: Daysheet, lint: tuple[str, ...]) -> None:
    import json

    missing = json.loads(daysheet(*lint, "--json").out)["data"]["missing"]
    for session_id in dict.fromkeys(one["subject_id"].partition(":")[0] for one in missing):
        words = ("--place", "11", "--pointers", "a", "--modifiers", "95")
        edited = daysheet("session", "edit", session_id, *words, "--json").data
        assert edited["services"][0]["pointers"] == "A"


LINT = ("superbill", "lint", "--client", "archer", "--month", "2026-09")
MAKE = ("superbill", "make", "--client", "archer", "--month", "2026-09")


def test_rd3_what_is_missing_is_answered_with_exit_4_and_nothing_is_made(daysheet: Daysheet) -> None:
    import json

    for words in (MAKE, LINT):
        said = daysheet(*words, "--json")
        answer = json.loads(said.out)
        assert (said.code, answer["ok"]) == (4, False)
        assert answer["errors"][0]["code"] == "missing_fields"
        data = answer["data"]
        assert (data["document_id"], data["lines"]) == (None, 4)
        fields = [(one["subject"], one["field"]) for one in data["missing"]]
        assert {("practice", "tax_id"), ("provider", "licence"), ("client", "birth_on")} <= set(fields)
    assert daysheet("superbill", "list", "--json").data == {"superbills": []}
    said = daysheet(*MAKE)
    assert "missing  Ann Archer: date of birth is missing" in said.out
    assert "The superbill lacks something." in said.err


def test_rd3_a_superbill_is_made_listed_shown_and_written(daysheet: Daysheet, tmp_path: Path) -> None:
    fill_in(daysheet)
    complete_sessions(daysheet, LINT)
    assert daysheet(*LINT).code == 0
    assert daysheet("superbill", "list", "--json").data == {"superbills": []}
    daysheet("payment", "add", "--client", "archer", "--amount", "100", "--method", "check")
    one = tmp_path / "one.pdf"
    made = daysheet(*MAKE, "--payee", "practice", "--out", str(one), "--json").data
    assert (made["version"], made["new"], made["lines"], made["missing"]) == (1, True, 4, [])
    assert (made["charged_cents"], made["paid_cents"], made["balance_cents"]) == (60_000, 10_000, 50_000)
    found = read_superbill(one.read_bytes())
    assert found["INSURED PERSON"][:2] == ["Blue Shield", "Member X1"]
    assert found["totals"] == {"Charges": "600.00", "Paid": "-100.00", "Balance": "$500.00"}
    assert [row["PAID"] for row in found["services"]] == ["25.00"] * 4
    again = daysheet(*MAKE, "--payee", "practice", "--json").data
    assert (again["new"], again["document_id"]) == (False, made["document_id"])
    (row,) = daysheet("superbill", "list", "--client", "archer", "--json").data["superbills"]
    assert (row["superbill_id"], row["paid_cents"]) == (made["document_id"], 10_000)
    shown = daysheet("superbill", "show", made["document_id"][-8:], "--json").data
    assert shown["content"]["diagnoses"] == ["F41.1"]
    two = tmp_path / "two.pdf"
    written = daysheet("superbill", "pdf", made["document_id"], "--out", str(two), "--json").data
    assert written["bytes"] == len(two.read_bytes())
    assert two.read_bytes() == one.read_bytes()


def test_rd3_wrong_words_are_refused_in_a_sentence(daysheet: Daysheet) -> None:
    for code, words in (
        (2, (*MAKE, "--from", "2026-09-01")),
        (2, ("superbill", "make", "--client", "archer", "--from", "2026-09-01")),
        (2, ("superbill", "make", "--client", "archer", "--month", "2026-13")),
        (3, ("superbill", "make", "--client", "nobody")),
        (3, (*MAKE, "--provider", "nobody")),
        (4, ("superbill", "make", "--client", "archer", "--month", "2020-01")),
        (3, ("superbill", "show", "00000000")),
        (3, ("superbill", "pdf", "1", "--out", "x.pdf")),
        (2, ("practice", "edit", "--tax-id", "MA")),
        (2, ("practice", "edit", "--npi", "1234567890")),
        (2, ("practice", "edit", "--superbill-payee", "insurer")),
        (2, ("provider", "edit", "pat", "--npi", "1234567890")),
        (2, ("provider", "edit", "pat", "--licence-state", "Mass")),
        (2, ("provider", "edit", "pat", "--supervisor", "pat")),
        (2, ("client", "edit", "archer", "--referrer-npi", "1")),
        (2, ("client", "edit", "archer", "--birth-on", "04/05/1990")),
        (2, ("client", "edit", "archer", "--given", "Ann")),
        (3, ("client", "coverage", "archer", "add", "--payer", "nobody")),
        (3, ("client", "coverage", "archer", "end")),
        (3, ("payer", "edit", "nobody", "--phone", "1")),
        (2, ("payer", "add", " ")),
        (3, ("session", "show", "00000000")),
    ):  # fmt: skip
        said = daysheet(*words)
        assert (said.code, said.out) == (code, ""), words
        assert said.err.count("\n") >= 1


def test_rd3_coverage_is_added_corrected_and_ended_and_an_insurer_renamed(daysheet: Daysheet) -> None:
    fill_in(daysheet)
    (row,) = daysheet("client", "coverage", "archer", "--json").data["coverages"]
    assert (row["payer"], row["relation"], row["rank"], row["ends_on"]) == ("Blue Shield", "child", 1, None)
    daysheet("payer", "edit", "blue", "--name", "Green Shield")
    edited = ("client", "coverage", "archer", "edit", "green", "--group-number", "G7", "--from", "2026-01-01")
    (row,) = daysheet(*edited, "--json").data["coverages"]
    assert (row["payer"], row["group_number"], row["starts_on"]) == ("Green Shield", "G7", "2026-01-01")
    (row,) = daysheet("client", "coverage", "archer", "end", "X1", "--on", "2026-06-30", "--json").data[
        "coverages"
    ]
    assert row["ends_on"] == "2026-06-30"
    assert daysheet("client", "coverage", "archer", "end", "--on", "2025-12-31").code == 2
    assert daysheet("payer", "list", "--json").data["payers"][0]["coverages"] == 1


def test_rd3_a_session_shows_and_takes_what_an_insurer_asks_for(daysheet: Daysheet) -> None:
    import json

    missing = json.loads(daysheet(*LINT, "--json").out)["data"]["missing"]
    session_id = next(one["subject_id"] for one in missing if one["subject"] == "session")
    words = ("--diagnoses", "f411, F32.A", "--place", "10")
    edited = daysheet("session", "edit", session_id, *words, "--json").data
    assert edited["diagnoses"] == [
        {"system": "ICD-10-CM", "code": "F41.1"}, {"system": "ICD-10-CM", "code": "F32.A"},
    ]  # fmt: skip
    assert edited["services"][0]["pointers"] == "A", "the first one, where nothing was said"
    assert "place 10, diagnoses F41.1 F32.A" in daysheet("session", "show", session_id).out
    for wrong in (
        ("--diagnoses", "F41"), ("--diagnoses", ""), ("--place", "MA"), ("--modifiers", "955"),
        ("--pointers", "C"), (),
    ):  # fmt: skip
        assert daysheet("session", "edit", session_id, *wrong).code == 2, wrong
    assert daysheet("session", "edit", session_id, "--service", "2", "--pointers", "A").code == 3


def test_rd3_a_provider_has_a_licence_and_a_supervisor(daysheet: Daysheet) -> None:
    daysheet("provider", "add", "Sue Senior", "--credentials", "PhD", "--npi", "1245319599")
    words = ("--supervisor", "sue", "--licence", "L1")
    rows = daysheet("provider", "edit", "pat", *words, "--json").data["providers"]
    assert [(row["name"], row["licence"], row["supervisor"]) for row in rows] == [
        ("Pat Provider", "L1", "Sue Senior"), ("Sue Senior", "", ""),
    ]  # fmt: skip
    rows = daysheet("provider", "edit", "pat", "--supervisor", "none", "--json").data["providers"]
    assert rows[0]["supervisor"] == ""
    choices = daysheet("practice", "edit", "--superbill-payee", "provider", "--json").data["choices"]
    assert choices["superbill_payee"] == "provider"
