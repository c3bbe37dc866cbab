"""RD2 on the command line: make one or a batch, list, show, print."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

import core.delivery.making
from core.actors import Role
from core.documents.statement import render_statement
from core.ledger.statement_view import StatementView
from core.practice.users import change_role
from tests.builders import OWNER
from tests.core.documents.sample_invoice import text_of
from tests.homes import Home
from tests.tui.cli.conftest import Daysheet
from tui.door import Door

OCTOBER = ("--from", "2026-10-01", "--to", "2026-10-31")


@pytest.fixture
def home(billed_sample: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """600.00 each of Ann Archer and Bea Bell, billed on 2026-10-31."""
    copy = billed_sample.copy_to(tmp_path / "home")
    for name, value in copy.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return copy


def test_rd2_make_answers_what_the_contract_says_and_writes_the_document(
    daysheet: Daysheet, tmp_path: Path
) -> None:
    data = daysheet("statement", "make", "--client", "Archer", *OCTOBER, "--out", "a.pdf", "--json").data
    assert (data["opening_cents"], data["closing_cents"], data["new"]) == (0, 60_000, True)
    assert len(data["document_id"]) == 36
    assert "Account balance $600.00" in text_of((tmp_path / "a.pdf").read_bytes())
    ledger = daysheet("client", "ledger", "Archer", "--json").data
    assert data["closing_cents"] == ledger["balance_cents"]
    again = daysheet("statement", "make", "--client", "Archer", *OCTOBER, "--json").data
    assert (again["document_id"], again["version"], again["new"]) == (data["document_id"], 1, False)


def test_rd2_the_next_month_opens_with_the_closing_balance(daysheet: Daysheet) -> None:
    first = daysheet("statement", "make", "--guarantor", "Archer", *OCTOBER, "--json").data
    daysheet(
        "payment", "add", "--client", "Archer", "--amount", "100", "--method", "cash", "--on", "2026-10-31"
    )
    later = ("--from", "2026-11-01", "--to", "2026-11-30")
    second = daysheet("statement", "make", "--guarantor", "Archer", *later, "--json").data
    assert (first["closing_cents"], second["opening_cents"]) == (60_000, 50_000)
    shown = daysheet("statement", "show", second["document_id"][-8:], "--json").data
    assert shown["previous"]["closing_cents"] + shown["earlier_cents"] == 50_000
    assert [line["text"] for line in shown["earlier"]] == ["Payment, cash"]


def test_rd2_a_dry_run_makes_nothing(daysheet: Daysheet, home: Home) -> None:
    one = daysheet("statement", "make", "--client", "Archer", *OCTOBER, "--dry-run", "--json").data
    assert (one["dry_run"], one["closing_cents"]) == (True, 60_000)
    many = daysheet("statement", "make", "--all-with-balance", *OCTOBER, "--dry-run", "--json").data
    assert [row["outcome"] for row in many["statements"]] == ["proposed", "proposed"]
    assert many["aging"]["cents"][0] == many["total_cents"] == 120_000
    assert home.value("SELECT count(*) FROM statement") == 0


def test_rd2_a_batch_run_twice_makes_nothing_new(daysheet: Daysheet, home: Home, tmp_path: Path) -> None:
    words = ("statement", "make", "--all-with-balance", "--month", "2026-10", "--json")
    first = daysheet(*words, "--out", str(tmp_path)).data
    assert (first["made"], first["unchanged"], first["refused"]) == (2, 0, 0)
    assert [row["closing_cents"] for row in first["statements"]] == [60_000, 60_000]
    assert len(list(tmp_path.glob("statement-2026-10-01-to-2026-10-31-*.pdf"))) == 2
    second = daysheet(*words).data
    assert (second["made"], second["unchanged"]) == (0, 2)
    assert home.value("SELECT count(*) FROM statement") == 2


def test_rd2_who_gets_one_can_be_chosen(daysheet: Daysheet) -> None:
    words = ("statement", "make", "--dry-run", "--json")
    daysheet("payment", "add", "--client", "Archer", "--amount", "600", "--method", "cash")
    seen = daysheet(*words, "--only", "seen", "--month", "2026-09").data["statements"]
    assert [row["guarantor"] for row in seen] == ["Ann Archer", "Bea Bell", "Cal Cole"]
    owing = daysheet(*words, "--only", "owing", *OCTOBER).data["statements"]
    assert [row["guarantor"] for row in owing] == ["Bea Bell"]


def test_rd2_what_fails_in_a_batch_is_named_and_the_rest_is_done(
    daysheet: Daysheet, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(view: StatementView) -> bytes:
        if view.bill_to[0] == "Ann Archer":
            raise RuntimeError
        return render_statement(view)

    monkeypatch.setattr("core.delivery.statements.render_statement", failing)
    said = daysheet("statement", "make", "--all-with-balance", *OCTOBER)
    assert said.code == 7
    assert "Ann Archer: The statement cannot be printed (RuntimeError). Report this." in said.err
    assert home.value("SELECT count(*) FROM statement") == 1


def test_rd2_ctrl_c_stops_after_the_chunk_and_keeps_what_is_done(
    daysheet: Daysheet, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core.delivery.making, "CHUNK", 1)
    with monkeypatch.context() as patch:
        patch.setattr(Door, "progress", lambda door, done, total: os.kill(os.getpid(), signal.SIGINT))
        said = daysheet("statement", "make", "--all-with-balance", *OCTOBER)
    assert said.code == 130
    assert "Stopped: 1 of 2 are done. Run it again to go on." in said.err
    assert home.value("SELECT count(*) FROM statement") == 1
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    again = daysheet("statement", "make", "--all-with-balance", *OCTOBER, "--json").data
    assert (again["made"], again["unchanged"]) == (1, 1)


def test_rd2_list_show_and_pdf_give_back_what_was_made(daysheet: Daysheet, tmp_path: Path) -> None:
    made = daysheet("statement", "make", "--client", "Archer", "--kind", "open", "--json").data
    listed = daysheet("statement", "list", "--client", "Archer", "--json").data["statements"]
    assert [row["document_id"] for row in listed] == [made["document_id"]]
    daysheet("payment", "add", "--client", "Archer", "--amount", "600", "--method", "cash")
    shown = daysheet("statement", "show", made["document_id"])
    assert "Invoice N-00001" in shown.out
    data = daysheet("statement", "pdf", made["document_id"][-8:], "--out", "b.pdf", "--json").data
    assert data["bytes"] == (tmp_path / "b.pdf").stat().st_size
    assert daysheet("statement", "list", "--plain").out.split("\t")[8] == "600.00"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), 2),
        (("--client", "Nobody"), 3),
        (("--client", "Archer", "--month", "2026-13"), 2),
        (("--client", "Archer", "--month", "2026-10", "--from", "2026-10-01"), 2),
        (("--client", "Archer", "--from", "2026-10-02", "--to", "2026-10-01"), 2),
        (("--client", "Archer", "--comment", "x" * 1001), 2),
        (("--client", "Archer", "--guarantor", "Bell"), 3),
        (("--client", "Archer", "--all-with-balance"), 2),
        (("--all-with-balance", "--out", "nowhere"), 2),
    ],
)
def test_what_is_no_statement_is_refused_in_words(
    daysheet: Daysheet, home: Home, words: tuple[str, ...], code: int
) -> None:
    said = daysheet("statement", "make", *words)
    assert (said.code, said.out) == (code, "")
    assert said.err.startswith("daysheet: ")
    assert daysheet("statement", "show", "1234").code == 3
    assert home.value("SELECT count(*) FROM statement") == 0


def test_rd2_a_reader_makes_none(daysheet: Daysheet, home: Home) -> None:
    with home.open() as store, store.write(OWNER) as tx:
        for (user_id,) in tx.rows("SELECT id FROM \"user\" WHERE name <> 'Olive Owner'"):
            change_role(tx, user_id, Role.READER)
    said = daysheet("statement", "make", "--client", "Archer", *OCTOBER)
    assert said.code == 4
    assert home.value("SELECT count(*) FROM statement") == 0
