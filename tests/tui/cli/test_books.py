"""RJ4 from the command line: the whole book as CSV, whole or not at all, and who took it in the log."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.tables import Charge
from tests.architecture.source import ROOT
from tests.builders import OWNER
from tests.homes import Home
from tests.tui.cli.conftest import Daysheet

MANY = 100_000


def test_rj4_export_answers_the_files_it_wrote(daysheet: Daysheet, tmp_path: Path) -> None:
    data = daysheet("books", "export", "--csv", "out", "--json").data
    assert sorted(data["files"]) == sorted(path.name for path in (tmp_path / "out").iterdir())
    assert (data["rows"]["clients.csv"], data["rows"]["charges.csv"]) == (3, 12)
    with (tmp_path / "out" / "clients.csv").open(encoding="utf-8", newline="") as file:
        assert {row["name"] for row in csv.DictReader(file)} == {"Ann Archer", "Bea Bell", "Cal Cole"}


def test_rj4_export_never_writes_over_what_is_there(daysheet: Daysheet, tmp_path: Path) -> None:
    assert daysheet("books", "export", "--csv", "out").code == 0
    again = daysheet("books", "export", "--csv", "out", "--json")
    assert (again.code, again.error["code"]) == (2, "folder_in_use")
    assert daysheet("books", "export", "--csv", "out", "--replace").code == 0
    (tmp_path / "out" / "mine.txt").write_text("precious")
    said = daysheet("books", "export", "--csv", "out", "--replace")
    assert (said.code, "mine.txt" in said.err) == (2, True)
    assert (tmp_path / "out" / "mine.txt").read_text() == "precious"


def test_rj4_nothing_lies_in_clear_beside_the_book(daysheet: Daysheet, home: Home) -> None:
    for folder in (home.folder, home.folder / "exports"):
        assert daysheet("books", "export", "--csv", str(folder)).code == 2
    assert not list(home.folder.rglob("*.csv"))


def test_rj4_no_pay_code_leaves_the_book(daysheet: Daysheet, home: Home, tmp_path: Path) -> None:
    assert daysheet("run", "--all", "--send", "--yes").code == 0
    assert daysheet("books", "export", "--csv", "out").code == 0
    with home.open() as store, store.read() as read:
        codes = [code for (code,) in read.rows("SELECT pay_code FROM invoice_issue")]
    text = b"".join(path.read_bytes() for path in (tmp_path / "out").iterdir())
    assert len(codes) == 2
    assert not [code for code in codes if code.encode() in text]


def test_rj2_the_log_tells_who_took_the_book(daysheet: Daysheet) -> None:
    assert daysheet("books", "export", "--csv", "out").code == 0
    entry = daysheet("audit", "list", "--most", "1", "--json").data["entries"][0]
    assert (entry["verb"], entry["detail"]) == ("books.exported", {"form": "csv"})


def test_a_folder_that_is_not_there_is_an_outside_failure(daysheet: Daysheet) -> None:
    assert daysheet("books", "export", "--csv", "nowhere/out", "--json").code == 6
    assert daysheet("books", "export", "--json").code == 2


@pytest.mark.parametrize("form", ["hledger", "beancount"])
def test_rj4_journal_is_written_private_and_over_an_earlier_one(
    daysheet: Daysheet, tmp_path: Path, form: str
) -> None:
    assert daysheet("run", "--all", "--send", "--yes").code == 0
    for _ in range(2):
        data = daysheet("books", "journal", "--out", "book", "--format", form, "--json").data
        assert data == {"file": "book", "format": form, "transactions": 2, "accounts": 3}
    assert (tmp_path / "book").stat().st_mode & 0o777 == 0o600
    assert "Ann Archer" in (tmp_path / "book").read_text(encoding="utf-8")
    entry = daysheet("audit", "list", "--most", "1", "--json").data["entries"][0]
    assert (entry["verb"], entry["detail"]) == ("books.exported", {"form": form})


def test_rj4_journal_is_hledgers_where_nothing_is_said(daysheet: Daysheet) -> None:
    assert daysheet("books", "journal", "--out", "book", "--json").data["format"] == "hledger"


def test_rj4_journal_is_refused_in_a_sentence(daysheet: Daysheet, home: Home) -> None:
    assert daysheet("books", "journal", "--out", str(home.folder / "book.db"), "--json").code == 2
    assert daysheet("books", "journal", "--out", "nowhere/book", "--json").code == 6
    assert daysheet("books", "journal", "--out", "book", "--format", "ledger", "--json").code == 2
    assert daysheet("books", "journal", "--json").code == 2


def many_charges(home: Home) -> None:
    columns = ("id", "client_id", "kind", "service_on", "code_system", "code", "description", "modifiers",
               "units_milli", "rate_cents", "amount_cents")  # fmt: skip
    with home.open() as store, store.write(OWNER) as tx:
        client_id = tx.value("SELECT min(id) FROM client")
        rest = (
            client_id,
            "service",
            "2026-09-03",
            "CPT",
            "90834",
            "=Psychotherapy",
            "",
            1000,
            15_000,
            15_000,
        )
        tx.add_many(Charge, columns, ((tx.new_id(), *rest) for _ in range(MANY)))


def peak_kib(home: Home, folder: Path) -> int:
    """The most memory that an export takes, in a process of its own."""
    words = ["books", "export", "--csv", str(folder), "--json"]
    code = (
        f"import sys; from tui.cli import main; done = main({words!r});"
        " sys.stderr.write(open('/proc/self/status').read()); sys.exit(done)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, **home.environ},
        capture_output=True,
        text=True,
        check=True,
        stdin=subprocess.DEVNULL,
    )
    (peak,) = (line for line in done.stderr.splitlines() if line.startswith("VmHWM:"))
    return int(peak.split()[1])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the peak of a process")
def test_rj4_a_hundred_thousand_rows_need_no_more_memory(home: Home, tmp_path: Path) -> None:
    few = peak_kib(home, tmp_path / "few")
    many_charges(home)
    many = peak_kib(home, tmp_path / "many")
    with (tmp_path / "many" / "charges.csv").open("rb") as file:
        assert sum(1 for _ in file) == MANY + 13
    assert (tmp_path / "many" / "charges.csv").stat().st_size > 20_000_000
    # The book keeps up to 16 MiB of decrypted pages, which the small export does not fill.
    assert many - few < 12_000 + 16_384, (few, many)
