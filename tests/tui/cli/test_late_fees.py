"""RC5 from the command line: the rule, the run, the waiver, the hold."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.homes import Home
from tests.tui.cli.conftest import Daysheet

FEE = {"late_fee_id", "invoice_id", "number", "client", "client_id", "step", "amount_cents", "assessed_on"}


@pytest.fixture
def as_owner(daysheet: Daysheet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Daysheet:
    """With the owner's passphrase; the machine key sets no rules and waives nothing."""
    key_file = tmp_path / "passphrase"
    key_file.write_text("correct horse battery\n")
    key_file.chmod(0o600)
    monkeypatch.setenv("DAYSHEET_KEY_FILE", str(key_file))
    return daysheet


@pytest.fixture
def billed(as_owner: Daysheet, monkeypatch: pytest.MonkeyPatch) -> Daysheet:
    """A rule of 10 %, ten days past due, and September's two invoices, due 30 November."""
    said = as_owner("policy", "set", "late-fee", "10%", "--grace", "10", "--cap", "20", "--json")
    assert said.code == 0, said
    assert as_owner("run", "--month", "2026-09", "--send", "--yes", "--json").code == 0
    monkeypatch.setenv("DAYSHEET_TODAY", "2026-12-10")
    return as_owner


def test_rc5_policy_set_writes_the_rule_and_none_ends_it(as_owner: Daysheet) -> None:
    typed = ("--grace", "10", "--every", "30", "--cap", "100", "--from", "2026-11-01")
    as_owner("policy", "set", "late-fee", "25.00", *typed)
    said = as_owner("policy", "set", "late_fee", "none", "--from", "2027-01-01", "--json").data["policies"]
    rules = [(one["effective_from"], one["rule"]) for one in said if one["kind"] == "late_fee"]
    assert rules == [
        ("2026-11-01", {"kind": "flat", "amount_cents": 2500, "percent_bps": 0, "grace_days": 10,
                        "base": "outstanding", "every_days": 30, "cap_cents": 10_000}),
        ("2027-01-01", {}),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "typed",
    [
        ("late-fee", "25.00"),
        ("late-fee", "1_000", "--grace", "10"),
        ("late-fee", "0", "--grace", "10"),
        ("late-fee", "0%", "--grace", "10"),
        ("late-fee", "101%", "--grace", "10"),
        ("late-fee", "25.00", "--grace", "0"),
        ("late-fee", "25.00", "--grace", "10", "--base", "original"),
        ("late-fee", "25.00", "--grace", "10", "--cap", "0"),
        ("late-fee", "none", "--grace", "10"),
        ("terms", "30", "--grace", "10"),
        ("tip", "30"),
    ],
)
def test_rc5_a_rule_that_makes_no_sense_is_a_usage_error(as_owner: Daysheet, typed: tuple[str, ...]) -> None:
    before = as_owner("policy", "list", "--json").data
    assert as_owner("policy", "set", *typed, "--json").code == 2
    assert as_owner("policy", "list", "--json").data == before


def test_rc5_latefee_list_says_what_is_due_and_why_and_writes_nothing(billed: Daysheet) -> None:
    data = billed("latefee", "list", "--json").data
    assert (data["as_of_on"], data["charged"], data["waivers_proposed"]) == ("2026-12-10", [], [])
    fee = data["due"][0]
    assert set(fee) >= FEE - {"late_fee_id"} | {"guarantor", "reason"}
    assert re.fullmatch(r"10 days past due on 2026-12-10: 10 % of .* open.*", fee["reason"])
    assert data["due_cents"] == sum(one["amount_cents"] for one in data["due"])
    assert billed("latefee", "list", "--as-of", "2026-12-09", "--json").data["due"] == []
    assert billed("latefee", "list", "--json").data["charged"] == []


def test_rc5_latefee_run_charges_once_and_keeps_a_corrected_document(
    billed: Daysheet, tmp_path: Path
) -> None:
    dry = billed("latefee", "run", "--dry-run", "--json").data
    ran = billed("latefee", "run", "--yes", "--json").data
    assert dry["total_cents"] == ran["total_cents"] == sum(one["amount_cents"] for one in ran["charged"]) > 0
    assert set(ran["charged"][0]) >= FEE
    assert billed("latefee", "run", "--yes", "--json").data["charged"] == []
    shown = billed("invoice", "show", "1", "--json").data
    assert shown["total_cents"] == sum(line["amount_cents"] for line in shown["lines"]) + sum(
        fee["amount_cents"] for fee in shown["fees"]
    )
    target = tmp_path / "one.pdf"
    billed("invoice", "pdf", "1", "--out", str(target))
    assert "Corrected, version 2" in PdfReader(target).pages[0].extract_text()


def test_rc5_latefee_waive_takes_a_number_or_an_id_and_a_reason(billed: Daysheet) -> None:
    charged = billed("latefee", "run", "--yes", "--json").data["charged"]
    first, second = charged[:2]
    assert billed("latefee", "waive", "1", "--json").code == 2
    assert billed("latefee", "waive", "--json").code == 2
    assert billed("latefee", "waive", "abcdef123", "--reason", "x", "--json").code == 3
    waived = billed("latefee", "waive", first["number"], "--reason", "first time", "--json").data
    assert (waived["total_cents"], waived["waived"][0]["number"]) == (first["amount_cents"], first["number"])
    again = billed("latefee", "waive", second["late_fee_id"][-8:], "--reason", "first time", "--json")
    assert again.code == 0
    assert billed("latefee", "waive", second["late_fee_id"], "--reason", "x", "--json").code == 4
    assert billed("latefee", "waive", "--proposed", "--json").data["waived"] == []
    shown = billed("invoice", "show", first["number"], "--json").data
    assert shown["balance_cents"] == shown["total_cents"] - first["amount_cents"]


def test_rc5_an_invoice_on_hold_is_not_charged(billed: Daysheet) -> None:
    assert billed("invoice", "hold", "1", "--kind", "disputed", "--json").code == 2
    held = billed("invoice", "hold", "1", "--kind", "disputed", "--reason", "was not there", "--json").data
    assert (held["status"], held["hold"]["kind"], held["hold"]["since_on"]) == (
        "disputed", "disputed", "2026-12-10",
    )  # fmt: skip
    assert billed("invoice", "hold", "1", "--kind", "held", "--reason", "x", "--json").code == 4
    numbers = {fee["number"] for fee in billed("latefee", "run", "--yes", "--json").data["charged"]}
    assert numbers == {"N-00002"}
    assert billed("invoice", "hold", "1", "--end", "--json").data["hold"] is None
    assert billed("invoice", "hold", "1", "--end", "--json").code == 4


def test_rd6_invoice_pdf_keeps_a_new_version_when_asked(billed: Daysheet, home: Home, tmp_path: Path) -> None:
    target = tmp_path / "one.pdf"
    assert billed("invoice", "pdf", "1", "--out", str(target), "--new-version", "--json").code == 0
    assert "Corrected, version 2" in PdfReader(target).pages[0].extract_text()
    assert home.value("SELECT count(*) FROM document") == 3


def test_rj3_the_machine_key_runs_late_fees_and_waives_none(
    billed: Daysheet, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAYSHEET_KEY_FILE", str(home.key_file))
    assert len(billed("latefee", "run", "--yes", "--json").data["charged"]) == 2
    assert billed("latefee", "waive", "1", "--reason", "x", "--json").error["code"] == "not_allowed"


def test_rc5_a_payment_received_before_the_fee_shows_the_waiver_and_one_command_carries_it_out(
    billed: Daysheet,
) -> None:
    billed("latefee", "run", "--yes")
    paid = ("payment", "add", "--client", "archer", "--amount", "600.00", "--method", "check",
            "--on", "2026-12-05", "--invoice", "1")  # fmt: skip
    (proposed,) = billed(*paid, "--json").data["waivers_proposed"]
    assert (proposed["number"], proposed["amount_cents"]) == ("N-00001", 2000)
    assert proposed["reason"] == "nothing was open on 2026-12-09 any more"
    listed = billed("latefee", "list", "--json").data["waivers_proposed"]
    assert [one["late_fee_id"] for one in listed] == [proposed["late_fee_id"]]
    assert billed("latefee", "waive", "--proposed", "--json").data["total_cents"] == 2000
    assert billed("invoice", "show", "1", "--json").data["status"] == "paid"
    assert billed("latefee", "list", "--json").data["waivers_proposed"] == []


def test_rc5_a_rule_for_days_that_have_passed_is_refused(as_owner: Daysheet) -> None:
    said = as_owner("policy", "set", "late-fee", "25", "--grace", "10", "--from", "2026-10-30", "--json")
    assert (said.code, said.error["code"]) == (4, "late_fee_for_the_past")
