"""RD1: the logo and the portal's address are chosen from the command line, and refused in a sentence."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from core.actors import Role
from core.documents.keep import document_bytes
from core.practice.users import change_role
from tests.builders import OWNER
from tests.core.documents.sample_invoice import a_logo, text_of
from tests.homes import Home
from tests.tui.cli.billed import everything
from tests.tui.cli.conftest import Daysheet


@pytest.fixture(autouse=True)
def _owner(home: Home) -> None:
    """The machine key's user may set the practice up."""
    with home.open() as store, store.write(OWNER) as tx:
        for (user_id,) in tx.rows("SELECT id FROM \"user\" WHERE role = 'service'"):
            change_role(tx, user_id, Role.OWNER)


def test_rd1_logo_and_portal_are_on_the_next_invoice(daysheet: Daysheet, home: Home, tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(a_logo())
    edit = ["practice", "edit", "--logo", str(tmp_path / "logo.png"), "--portal-address"]
    shown = daysheet(*edit, "https://pay.example.com/", "--phone", "555 0199", "--json").data["practice"]
    assert (shown["portal_address"], shown["phone"]) == ("https://pay.example.com", "555 0199")
    assert len(shown["logo_sha256"]) == 64
    assert daysheet("run", "--month", "2026-09", "--send", "--yes").code == 0
    with home.open() as store, store.read() as read:
        invoice_id, code = read.rows("SELECT invoice_id, pay_code FROM invoice_issue ORDER BY number")[0]
        pdf = document_bytes(read, invoice_id)
    assert f"Pay online: https://pay.example.com/i/{code}" in text_of(pdf)
    assert b"/Subtype /Image" in pdf
    shown = daysheet("practice", "edit", "--no-logo", "--no-portal-address", "--json").data["practice"]
    assert (shown["portal_address"], shown["logo_sha256"]) == ("", "")


@pytest.mark.parametrize(
    ("content", "code", "error"),
    [(None, 3, "no_file"), (b"GIF89a", 4, "logo_unusable"), (a_logo()[:60], 4, "logo_unusable"),
     (b"\x89PNG\r\n\x1a\n" + bytes(50_000_000), 4, "logo_unusable")],
)  # fmt: skip
def test_a_file_that_is_no_logo_is_refused_and_changes_nothing(
    daysheet: Daysheet, home: Home, tmp_path: Path, content: bytes | None, code: int, error: str
) -> None:
    path, before = tmp_path / "logo.png", everything(home)
    if content is not None:
        path.write_bytes(content)
    began = time.process_time()
    said = daysheet("practice", "edit", "--logo", str(path), "--phone", "1", "--json")
    assert time.process_time() - began < 5
    assert (said.code, said.error["code"]) == (code, error)
    assert everything(home) == before


def test_no_pipe_is_waited_for_and_no_folder_read(daysheet: Daysheet, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, Path("/dev/zero")):
        said = daysheet("practice", "edit", "--logo", str(path), "--json")
        assert said.code in (2, 6)


def test_what_contradicts_itself_or_is_no_address_is_refused(daysheet: Daysheet) -> None:
    assert daysheet("practice", "edit").code == 2
    assert daysheet("practice", "edit", "--no-logo", "--logo", "x").code == 2
    said = daysheet("practice", "edit", "--portal-address", "http://pay.example.com", "--json")
    assert (said.code, said.error["code"]) == (2, "not_a_portal_address")
