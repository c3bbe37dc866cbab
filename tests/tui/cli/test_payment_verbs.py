"""RC1, RC2, RC3: money recorded, applied, taken off, given back and reversed from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.payments.commands import record_payment
from tests.builders import OWNER, TODAY
from tests.homes import Home
from tests.tui.cli.billed import everything
from tests.tui.cli.conftest import Daysheet

ROW = {"payment_id", "received_on", "guarantor", "method", "reference", "amount_cents", "refunded_cents",
       "unallocated_cents", "status"}  # fmt: skip


@pytest.fixture
def home(billed_sample: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    copy = billed_sample.copy_to(tmp_path / "home")
    for name, value in copy.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return copy


def paid(daysheet: Daysheet, amount: str, *words: str) -> dict[str, Any]:
    return daysheet(
        "payment", "add", "--client", "archer", "--amount", amount, "--method", "check", *words, "--json"
    ).data


def test_rc1_a_payment_goes_to_the_oldest_due_and_the_rest_is_credit(daysheet: Daysheet) -> None:
    made = paid(daysheet, "700", "--reference", "1187", "--on", "2026-10-30", "--note", "by mail")
    assert made["allocations"] == [{"number": "N-00001", "amount_cents": 60_000}]
    assert made["credit_cents"] == 10_000
    (row,) = daysheet("payment", "list", "--json").data["payments"]
    assert set(row) >= ROW
    assert (row["payment_id"], row["received_on"], row["status"], row["note"]) == (
        made["payment_id"], "2026-10-30", "partly_applied", "by mail",
    )  # fmt: skip
    assert daysheet("invoice", "show", "1", "--json").data["status"] == "paid"


def test_rc1_a_dry_run_shows_the_split_and_writes_nothing(daysheet: Daysheet, home: Home) -> None:
    before = everything(home)
    made = paid(daysheet, "450", "--dry-run")
    assert (made["payment_id"], made["allocations"][0]["amount_cents"]) == (None, 45_000)
    assert everything(home) == before


def test_rc1_the_split_can_be_said_part_by_part(daysheet: Daysheet) -> None:
    assert paid(daysheet, "100", "--allocate", "N-00001=40.50")["credit_cents"] == 5_950
    assert paid(daysheet, "100", "--unallocated")["credit_cents"] == 10_000
    assert paid(daysheet, "100", "--allocate", "1=99", "1=1")["credit_cents"] == 0


def test_rc1_from_an_invoice_its_own_guarantor_pays(daysheet: Daysheet) -> None:
    add = ["payment", "add", "--amount", "600", "--method", "card-external", "--json"]
    assert daysheet(*add, "--invoice", "2").data["allocations"][0]["number"] == "N-00002"
    assert daysheet("payment", "list", "--client", "bell", "--json").data["payments"][0]["method"] == (
        "card_external"
    )
    assert daysheet(*add).code == 2


def test_rc1_a_payment_is_found_by_its_last_characters(daysheet: Daysheet) -> None:
    made = paid(daysheet, "5")
    shown = daysheet("payment", "show", made["payment_id"][-8:], "--json").data
    assert (shown["payment_id"], shown["allocations"][0]["number"]) == (made["payment_id"], "N-00001")
    assert shown["history"][0]["verb"] == "payment.recorded"


def test_rc1_the_list_is_filtered_by_client_day_and_what_is_left(daysheet: Daysheet) -> None:
    paid(daysheet, "5", "--on", "2026-10-01")
    paid(daysheet, "7", "--unallocated")

    def amounts(*words: str) -> list[int]:
        return [row["amount_cents"] for row in daysheet("payment", "list", *words, "--json").data["payments"]]

    assert amounts() == [700, 500]
    assert amounts("--to", "2026-10-15") == [500]
    assert amounts("--from", "2026-10-15") == [700]
    assert amounts("--unallocated") == [700]
    assert amounts("--client", "bell") == []


def test_rc2_credit_is_applied_taken_off_and_listed_with_its_age(daysheet: Daysheet) -> None:
    made = paid(daysheet, "100", "--unallocated", "--on", "2026-10-21")
    (row,) = daysheet("credit", "list", "--json").data["credits"]
    assert (row["credit_cents"], row["since_on"], row["days"]) == (10_000, "2026-10-21", 10)
    applied = daysheet("payment", "apply", "--client", "archer", "--amount", "60", "--json").data
    assert (applied["allocations"][0]["amount_cents"], applied["credit_cents"]) == (6_000, 4_000)
    off = daysheet("payment", "unapply", made["payment_id"], "--invoice", "1", "--json").data
    assert (off["released_cents"], off["unallocated_cents"], off["allocations"]) == (6_000, 10_000, [])
    assert daysheet("payment", "unapply", made["payment_id"], "--invoice", "1").code == 4


def test_rc2_goodwill_is_given_applied_and_no_receipt(daysheet: Daysheet) -> None:
    given = daysheet("credit", "give", "--client", "archer", "--amount", "50", "--reason", "late start",
                     "--json").data  # fmt: skip
    assert (given["kind"], given["method"], given["unallocated_cents"]) == ("credit", "", 5_000)
    assert daysheet("payment", "apply", "--client", "archer", "--json").data["credit_cents"] == 0
    assert daysheet("report", "day-sheet", "--json").data["payments"] == {}


def test_rc2_a_prepayment_waits_for_its_appointment(daysheet: Daysheet, home: Home) -> None:
    session_id = home.value(
        "SELECT s.id FROM session AS s JOIN client AS k ON k.id = s.client_id WHERE k.name = 'Cal Cole'"
    )
    made = daysheet("payment", "add", "--for-session", session_id[-8:], "--amount", "90", "--method", "cash",
                    "--json").data  # fmt: skip
    assert (made["guarantor"], made["credit_cents"]) == ("Cal Cole", 9_000)
    other = daysheet("payment", "add", "--client", "bell", "--for-session", session_id, "--amount", "90",
                     "--method", "cash")  # fmt: skip
    assert other.code == 2


def test_rc3_a_part_reopens_and_all_of_it_closes_unless_said_otherwise(daysheet: Daysheet) -> None:
    payment_id = paid(daysheet, "600")["payment_id"]
    back = ["payment", "refund", payment_id, "--reason", "wrong card", "--json"]
    part = daysheet(*back, "--amount", "100", "--method", "check", "--reference", "77").data
    assert (part["refunded_cents"], part["unallocated_cents"], part["amount_cents"]) == (10_000, 0, 60_000)
    assert part["refunded"][0]["balance"] == "reopen"
    invoice = daysheet("invoice", "show", "1", "--json").data
    assert (invoice["paid_cents"], invoice["balance_cents"]) == (50_000, 10_000)
    rest = daysheet(*back, "--amount", "500", "--close").data
    assert (rest["status"], rest["refunded"][0]["balance"]) == ("refunded", "close")
    closed = daysheet("invoice", "show", "1", "--json").data
    assert (closed["balance_cents"], closed["adjustments"][0]["kind"]) == (10_000, "refund_close")


def test_rc3_a_refund_of_all_in_one_step_leaves_the_invoice_refunded(daysheet: Daysheet) -> None:
    payment_id = paid(daysheet, "600")["payment_id"]
    daysheet("payment", "refund", payment_id, "--amount", "600", "--reason", "waived", "--json")
    listed = daysheet("invoice", "list", "--status", "refunded", "--json").data["invoices"]
    assert [one["number"] for one in listed] == ["N-00001"]


def test_rc3_a_payment_by_hand_is_not_refunded_through_the_processor(daysheet: Daysheet) -> None:
    payment_id = paid(daysheet, "600")["payment_id"]
    said = daysheet("payment", "refund", payment_id, "--amount", "1", "--reason", "r", "--through",
                    "processor", "--json")  # fmt: skip
    assert (said.code, said.error["code"]) == (4, "not_through_the_processor")


@pytest.mark.parametrize(("words", "channel"), [((), "processor"), (("--through", "outside"), "outside")])
def test_rc3_a_card_payment_is_refunded_through_the_processor_unless_said_otherwise(
    daysheet: Daysheet, home: Home, words: tuple[str, ...], channel: str
) -> None:
    with home.open() as store, store.write(OWNER) as tx:
        made = record_payment(
            tx, guarantor_id=tx.value("SELECT guarantor_id FROM client ORDER BY sort_name"),
            amount_cents=5_000, method="card_on_file", received_on=TODAY, today=TODAY, processor_id="pi_1",
        )  # fmt: skip
    said = daysheet("payment", "refund", made.payment_id, "--amount", "10", "--reason", "r", *words, "--json")
    assert [one["channel"] for one in said.data["refunds"]] == [channel]


def test_rc1_a_bounced_check_is_reversed_and_owed_again(daysheet: Daysheet) -> None:
    payment_id = paid(daysheet, "600")["payment_id"]
    reverse = ["payment", "reverse", payment_id, "--reason", "bounced", "--json"]
    assert daysheet(*reverse).data["status"] == "reversed"
    assert daysheet("invoice", "show", "1", "--json").data["balance_cents"] == 60_000
    assert daysheet(*reverse).error["code"] == "already_reversed"


def test_amounts_are_plain_numbers_with_plain_and_grouped_for_people(daysheet: Daysheet) -> None:
    payment_id = paid(daysheet, "12345.60")["payment_id"]
    row = daysheet("payment", "list", "--plain").out.rstrip("\n").split("\t")
    assert row == [payment_id[-8:], "2026-10-31", "Ann Archer", "check", "", "12345.60", "0.00", "11745.60",
                   "partly applied"]  # fmt: skip
    assert "12,345.60" in daysheet("payment", "list").out
    assert "1 account, 11,745.60" in daysheet("credit", "list").out


def test_rd4_a_receipt_is_made_written_and_found_again(daysheet: Daysheet, tmp_path: Path) -> None:
    payment_id = paid(daysheet, "700", "--reference", "1187")["payment_id"]
    target = tmp_path / "receipt.pdf"
    made = daysheet("payment", "receipt", payment_id[-8:], "--out", str(target), "--json").data
    assert (made["document_id"], made["payment_id"], made["version"], made["new"]) == (
        payment_id, payment_id, 1, True,
    )  # fmt: skip
    assert target.stat().st_size == made["bytes"]
    assert target.read_bytes().startswith(b"%PDF-")
    again = daysheet("payment", "receipt", payment_id)
    assert again.code == 0
    assert "was there already and still says what is true" in again.out
    daysheet("payment", "refund", payment_id, "--amount", "5", "--reason", "r")
    assert "corrected, version 2, is kept" in daysheet("payment", "receipt", payment_id).out
    assert daysheet("payment", "receipt", "00000000").code == 3
