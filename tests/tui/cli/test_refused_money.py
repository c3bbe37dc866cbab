"""RC1 to RC4: what cannot be done with money is a sentence with exit 2 or 4, and changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.homes import Home
from tests.tui.cli.billed import everything
from tests.tui.cli.conftest import Daysheet

NO_AMOUNT = ["1_000", "١٢", "NaN", "1e9", "--5", "-5", "0", "", "1.234", "12,34", "0x10", "+5", "٣.٠٠", "inf"]


@pytest.fixture
def home(billed_sample: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    copy = billed_sample.copy_to(tmp_path / "home")
    for name, value in copy.environ.items():
        monkeypatch.setenv(name, value)
    return copy


@pytest.fixture
def payment_id(daysheet: Daysheet, home: Home) -> str:
    """450.00 of Archer: 400.00 on N-00001, the rest is credit."""
    made = daysheet("payment", "add", "--client", "archer", "--amount", "450", "--method", "check",
                    "--allocate", "1=400", "--json")  # fmt: skip
    found: str = made.data["payment_id"]
    return found


def refused(daysheet: Daysheet, *words: str) -> tuple[int, str]:
    said = daysheet(*words, "--json")
    assert said.code in (2, 4), (words, said)
    message = said.error["message"]
    assert message[0] in '"$' or message[0].isupper() or message[0].isdigit(), message
    assert message.endswith((".", "shows how.")), message
    return said.code, said.error["code"]


def test_rc1_no_verb_takes_what_is_no_amount_of_money(
    daysheet: Daysheet, home: Home, payment_id: str
) -> None:
    before = everything(home)
    verbs = [
        ["payment", "add", "--client", "archer", "--method", "cash"],
        ["payment", "refund", payment_id, "--reason", "r"],
        ["payment", "apply", "--client", "archer"],
        ["credit", "give", "--client", "archer", "--reason", "r"],
        ["invoice", "write-off", "1", "--reason", "r"],
        ["invoice", "credit-note", "1", "--reason", "r"],
        ["charge", "add", "--client", "archer", "--text", "t"],
    ]
    for verb in verbs:
        for amount in NO_AMOUNT:
            assert refused(daysheet, *verb, "--amount", amount)[0] == 2, (verb, amount)
    for amount in NO_AMOUNT:
        add = ["payment", "add", "--client", "archer", "--amount", "5", "--method", "cash"]
        assert refused(daysheet, *add, "--allocate", f"N-00001={amount}")[0] == 2, amount
    assert everything(home) == before


def test_rc1_no_payment_is_put_where_it_cannot_be(daysheet: Daysheet, home: Home, payment_id: str) -> None:
    daysheet("invoice", "void", "2", "--reason", "wrong")
    before = everything(home)
    cash = ["--method", "cash"]
    add = ["payment", "add", "--client", "archer", *cash]
    for words, code in (
        ([*add, "--amount", "100", "--allocate", "1=100.01"], "allocation_exceeds_payment"),
        ([*add, "--amount", "300", "--allocate", "1=200.01"], "allocation_exceeds_balance"),
        ([*add, "--amount", "300", "--allocate", "1=150", "1=51"], "allocation_exceeds_balance"),
        (["payment", "add", "--invoice", "2", "--amount", "5", *cash], "invoice_is_void"),
        (["payment", "add", "--amount", "5", *cash, "--allocate", "2=5"], "invoice_is_void"),
        (["payment", "apply", "--client", "bell", "--invoice", "2"], "invoice_is_void"),
        ([*add, "--invoice", "2", "--amount", "5"], "other_guarantor"),
        ([*add, "--amount", "5", "--on", "2026-11-01"], "not_yet"),
        (["payment", "apply", "--client", "archer", "--amount", "50.01"], "allocation_exceeds_payment"),
    ):
        assert refused(daysheet, *words) == (4, code), words
    assert refused(daysheet, *add, "--amount", "5", "--method", "gold") == (2, "unknown_method")
    assert refused(daysheet, *add, "--amount", "5", "--on", "yesterday") == (2, "not_a_date")
    assert refused(daysheet, *add, "--amount", "5", "--allocate", "N-00001") == (2, "usage")
    assert everything(home) == before


def test_rc3_no_more_goes_back_than_is_left(daysheet: Daysheet, home: Home, payment_id: str) -> None:
    back = ["payment", "refund", payment_id, "--reason", "r"]
    assert daysheet(*back, "--amount", "100").code == 0
    before = everything(home)
    too_much = "refund_exceeds_what_is_left"
    assert refused(daysheet, *back, "--amount", "350.01") == (4, too_much)
    assert refused(daysheet, *back, "--amount", "350.01", "--invoice", "1") == (4, too_much)
    assert refused(daysheet, *back, "--amount", "1", "--on", "2026-11-01") == (4, "not_yet")
    assert refused(daysheet, *back[:3], "--amount", "1", "--reason", " ") == (2, "reason_needed")
    assert refused(daysheet, *back, "--amount", "1", "--close", "--reopen") == (2, "usage")
    assert daysheet("payment", "refund", "00000000", "--amount", "1", "--reason", "r").code == 3
    reverse = ["payment", "reverse", payment_id, "--reason", "r"]
    assert refused(daysheet, *reverse) == (4, "refunded_in_part")
    assert everything(home) == before


def test_rc4_no_more_is_forgiven_than_is_open(daysheet: Daysheet, home: Home, payment_id: str) -> None:
    before = everything(home)
    off = ["invoice", "write-off", "1", "--reason", "r"]
    assert refused(daysheet, *off, "--amount", "200.01") == (4, "adjustment_exceeds_balance")
    assert refused(daysheet, *off, "--kind", "whim") == (2, "usage")
    note = ["invoice", "credit-note", "1", "--reason", "r", "--amount", "600.01"]
    assert refused(daysheet, *note) == (4, "credit_note_exceeds_invoice")
    assert daysheet("invoice", "reverse", "1", "--reason", "r").code == 3
    assert everything(home) == before


def test_rb6_a_draft_is_not_voided_paid_or_written_off(daysheet: Daysheet, home: Home) -> None:
    draft = daysheet("invoice", "new", "--client", "cole", "--json").data["short_id"]
    before = everything(home)
    for words in (
        ["invoice", "void", draft, "--reason", "r"],
        ["invoice", "write-off", draft, "--reason", "r"],
        ["invoice", "rebill", draft],
        ["payment", "add", "--invoice", draft, "--amount", "5", "--method", "cash"],
    ):
        assert refused(daysheet, *words) == (4, "not_allowed_now"), words
    assert refused(daysheet, "invoice", "rebill", "1") == (4, "not_void")
    assert everything(home) == before


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "9999-12-31"])
@pytest.mark.parametrize(
    "words",
    [
        ["client", "shares", "archer", "end", "--from"],
        ["client", "shares", "archer", "set", "archer=50%", "bell=50%", "--from"],
        ["payment", "add", "--client", "archer", "--amount", "1", "--method", "cash", "--on"],
        ["payment", "refund", "1", "--amount", "1", "--reason", "r", "--on"],
        ["invoice", "new", "--client", "archer", "--due"],
        ["charge", "add", "--client", "archer", "--text", "Report", "--amount", "1", "--on"],
        ["report", "close", "--through"],
        ["report", "ar", "--as-of"],
        ["policy", "set", "terms", "30", "--from"],
    ],
)
def test_rc1_nothing_is_recorded_for_a_day_too_far_to_count_from(
    daysheet: Daysheet, words: list[str], day: str
) -> None:
    said = daysheet(*words, day, "--json")
    assert (said.code, said.error["code"]) == (2, "not_a_date"), said


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize(
    "words",
    [["unbilled", "list"], ["run", "--dry-run"], ["payment", "list"], ["client", "ledger", "archer"]],
)
def test_rc7_a_period_may_begin_and_end_as_far_away_as_days_go(
    daysheet: Daysheet, words: list[str], day: str
) -> None:
    assert daysheet(*words, "--from", day, "--to", day, "--json").code == 0
