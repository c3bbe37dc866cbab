"""RB6, RB7, RC4: calling an invoice off, billing it again, asking for less, from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.ledger.standing import STANDINGS
from tests.homes import Home
from tests.tui.cli.billed import everything
from tests.tui.cli.conftest import Daysheet
from tests.tui.terminal import Terminal


@pytest.fixture
def home(billed_sample: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    copy = billed_sample.copy_to(tmp_path / "home")
    for name, value in copy.environ.items():
        monkeypatch.setenv(name, value)
    return copy


def pay(daysheet: Daysheet, number: str, amount: str) -> str:
    made = daysheet("payment", "add", "--invoice", number, "--amount", amount, "--method", "cash", "--json")
    found: str = made.data["payment_id"]
    return found


def test_rb6_money_on_a_void_invoice_is_a_question_that_a_script_must_answer(
    daysheet: Daysheet, home: Home
) -> None:
    pay(daysheet, "1", "300")
    before = everything(home)
    said = daysheet("invoice", "void", "1", "--reason", "wrong client", "--json")
    assert (said.code, said.error["code"]) == (4, "money_is_on_it")
    assert "--keep-credit or --refund" in said.error["message"]
    assert everything(home) == before


def test_rb6_a_half_paid_invoice_is_voided_kept_as_credit_and_billed_again_linked(daysheet: Daysheet) -> None:
    pay(daysheet, "1", "300")
    void = daysheet("invoice", "void", "1", "--reason", "wrong", "--keep-credit", "--rebill", "--json").data
    assert (void["status"], void["paid_cents"], void["balance_cents"]) == ("void", 0, 0)
    assert void["voided"] == {"charges": 4, "money": "credit", "credit_cents": 30_000, "refunded_cents": 0}
    draft = void["draft"]["short_id"]
    assert void["replaced_by"] == [draft]
    again = daysheet("invoice", "send", draft, "--json").data
    assert (again["number"], again["replaces"]) == ("N-00003", "N-00001")
    assert daysheet("invoice", "show", "1", "--json").data["replaced_by"] == ["N-00003"]
    applied = daysheet("payment", "apply", "--client", "archer", "--json").data["allocations"]
    assert [(one["number"], one["amount_cents"]) for one in applied] == [("N-00003", 30_000)]


def test_rb6_or_its_money_is_refunded_in_the_same_step(daysheet: Daysheet) -> None:
    payment_id = pay(daysheet, "1", "300")
    void = daysheet("invoice", "void", "1", "--reason", "r", "--refund", "--method", "check", "--reference",
                    "9", "--json").data  # fmt: skip
    assert void["voided"]["refunded_cents"] == 30_000
    assert daysheet("payment", "show", payment_id, "--json").data["status"] == "refunded"
    assert daysheet("unbilled", "list", "--json").data["charges"] == 8
    assert daysheet("invoice", "rebill", "1", "--json").data["replaces"] == "N-00001"


def test_rb6_a_terminal_asks_what_becomes_of_the_money(daysheet: Daysheet, home: Home) -> None:
    pay(daysheet, "1", "300")
    app = Terminal("-m", "tui.cli", "invoice", "void", "1", "--reason", "wrong", env=home.environ)
    app.wait_for("refund it (r)?")
    app.press("c\r")
    assert app.finish() == 0
    assert daysheet("credit", "list", "--json").data["total_cents"] == 30_000


def test_rc4_what_is_given_up_can_be_asked_for_again(daysheet: Daysheet) -> None:
    off = daysheet("invoice", "write-off", "1", "--reason", "moved away", "--json").data
    assert (off["status"], off["balance_cents"]) == ("written_off", 0)
    assert [(one["kind"], one["amount_cents"], one["left_cents"]) for one in off["adjustments"]] == [
        ("bad_debt", 60_000, 60_000)
    ]
    back = daysheet("invoice", "reverse", "1", "--reason", "found", "--json").data
    assert (back["balance_cents"], len(back["adjustments"])) == (60_000, 2)


def test_rc4_of_two_adjustments_the_one_that_is_meant_is_named(daysheet: Daysheet) -> None:
    less = ["invoice", "write-off", "1", "--amount", "10", "--reason", "r", "--json", "--kind"]
    first = daysheet(*less, "courtesy").data["adjustment_id"]
    daysheet(*less, "small-balance")
    said = daysheet("invoice", "reverse", "1", "--reason", "r", "--json")
    assert (said.code, said.error["code"]) == (4, "many_adjustments")
    assert first[-8:] in said.error["message"]
    assert daysheet("invoice", "reverse", first[-8:], "--reason", "r", "--json").data["balance_cents"] == (
        59_000
    )


def test_rc4_a_credit_note_of_what_is_paid_leaves_credit(daysheet: Daysheet) -> None:
    pay(daysheet, "1", "600")
    note = daysheet("invoice", "credit-note", "1", "--amount", "150", "--reason", "not held", "--json").data
    assert (note["released_cents"], note["balance_cents"], note["paid_cents"]) == (15_000, 0, 45_000)
    assert daysheet("credit", "list", "--json").data["total_cents"] == 15_000


def test_rb7_the_page_shows_what_happened_and_the_list_knows_every_state(daysheet: Daysheet) -> None:
    payment_id = pay(daysheet, "1", "300")
    (put,) = daysheet("invoice", "show", "1", "--json").data["payments"]
    assert (put["payment_id"], put["method"], put["amount_cents"], put["received_on"]) == (
        payment_id, "cash", 30_000, "2026-10-31",
    )  # fmt: skip
    for status in STANDINGS:
        assert daysheet("invoice", "list", "--status", status, "--json").code == 0
    found = daysheet("invoice", "list", "--status", "partly-paid", "--json").data["invoices"]
    assert [one["number"] for one in found] == ["N-00001"]


def test_rc4_a_reader_and_a_biller_are_told_that_it_takes_more(daysheet: Daysheet, sample: Home) -> None:
    # The machine key of a book is a service user until an owner says otherwise.
    said = daysheet("--key-file", str(sample.key_file), "--home", str(sample.folder), "credit", "give",
                    "--client", "archer", "--amount", "5", "--reason", "r", "--json")  # fmt: skip
    assert (said.code, said.error["code"]) == (4, "not_allowed")


def test_rd4_a_credit_note_answers_its_document_and_pdf_writes_it(daysheet: Daysheet, tmp_path: Path) -> None:
    first, second = tmp_path / "first.pdf", tmp_path / "second.pdf"
    note = ["invoice", "credit-note", "1", "--amount", "50", "--reason", "billed twice", "--json"]
    made = daysheet(*note, "--out", str(first)).data
    assert (made["document_id"], made["version"]) == (made["adjustment_id"], 1)
    written = daysheet("invoice", "pdf", "1", "--credit-note", "--out", str(second), "--json").data
    assert (written["document_id"], written["new"]) == (made["adjustment_id"], False)
    assert first.read_bytes() == second.read_bytes()
    back = daysheet("invoice", "reverse", made["adjustment_id"], "--reason", "r", "--json").data
    assert (back["document_id"], back["version"]) == (made["adjustment_id"], 2)
    assert daysheet(*note).code == 0
    several = daysheet("invoice", "pdf", "1", "--credit-note", "--out", str(second), "--json")
    assert (several.code, several.error["code"]) == (4, "many_adjustments")
    named = ["--credit-note", made["adjustment_id"][-8:]]
    assert daysheet("invoice", "pdf", "1", *named, "--out", str(second)).code == 0
    assert daysheet("invoice", "pdf", "2", *named, "--out", str(second)).code == 3


def test_rd4_a_credit_note_counts_when_its_document_cannot_be_written(
    daysheet: Daysheet, tmp_path: Path
) -> None:
    note = ["invoice", "credit-note", "1", "--amount", "50", "--reason", "r", "--json"]
    (tmp_path / "note.pdf.new").mkdir()
    said = daysheet(*note, "--out", str(tmp_path / "note.pdf"))
    assert said.code == 7
    answer = json.loads(said.out)
    assert (answer["ok"], answer["data"]["balance_cents"]) == (False, 55_000)
    assert "The credit note counts, but its document: " in answer["errors"][0]["message"]
