"""A script that only reads waits for no screen, no ORM, no PDF and no key derivation (P9).

Each of these costs 20 ms to a second of import; reading a list of clients takes three.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

HEAVY = (
    *("textual", "rich", "sqlalchemy", "sqlmodel", "pydantic", "alembic", "fpdf", "PIL", "fontTools"),
    *("uharfbuzz", "cryptography", "dataclasses", "inspect", "asyncio", "importlib.metadata"),
)


def _loaded_by(code: str, environment: dict[str, str]) -> tuple[set[str], str]:
    """What a fresh interpreter holds after the code has run, and what it printed."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("DAYSHEET_")}
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; {code}; sys.stderr.write(' '.join(sys.modules))"],
        cwd=ROOT,
        env=ours | environment,
        capture_output=True,
        text=True,
        check=True,
        stdin=subprocess.DEVNULL,
    )
    return set(done.stderr.split()), done.stdout


def _run(words: list[str], home: dict[str, str]) -> set[str]:
    """What one command has loaded by its end."""
    loaded, printed = _loaded_by(f"from tui.cli import main; main({[*words, '--json']!r})", home)
    assert json.loads(printed)["ok"], printed
    return loaded


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A fresh book with a machine key, as cron would use it."""
    folder = tmp_path_factory.mktemp("home")
    passphrase, machine_key = folder / "passphrase", folder / "machine.key"
    passphrase.touch(mode=0o600)
    passphrase.write_text("eleven clean spoons\n")
    init = ["init", "--practice", "Elm", "--timezone", "America/New_York", "--office", "North"]
    _run(
        [*init, "--machine-key", str(machine_key)],
        {"DAYSHEET_HOME": str(folder / "book"), "DAYSHEET_KEY_FILE": str(passphrase)},
    )
    assert Path(machine_key).stat().st_mode & 0o077 == 0
    return {"DAYSHEET_HOME": str(folder / "book"), "DAYSHEET_KEY_FILE": str(machine_key)}


def test_the_command_line_itself_loads_nothing_heavy() -> None:
    loaded, _ = _loaded_by("import tui.cli", {})
    assert loaded.isdisjoint(HEAVY)


@pytest.mark.parametrize(
    "verb",
    [
        "client list",
        "invoice list",
        "payment list",
        "unbilled list",
        "audit list",
        "report ar",
        "report late-entries",
    ],
)
def test_a_verb_that_only_reads_loads_nothing_heavy(verb: str, home: dict[str, str]) -> None:
    assert sorted(_run(verb.split(), home).intersection(HEAVY)) == []


@pytest.mark.parametrize("verb", ["credit list", "report day-sheet"])
def test_a_verb_that_goes_through_accounts_loads_no_orm_either(verb: str, home: dict[str, str]) -> None:
    accounts = {"dataclasses", "inspect"}
    assert sorted(_run(verb.split(), home).intersection(HEAVY) - accounts) == []


NOT_FOR_A_LIST = (
    "argparse",
    "contextlib",
    "enum",
    "functools",
    "json",
    "re",
    "signal",
    "threading",
    "typing",
)
"""Each costs a plain list half a millisecond to five, of the thirty that it may take."""


@pytest.mark.parametrize("verb", ["client list", "invoice list", "payment list", "unbilled list"])
def test_a_plain_list_loads_only_what_it_shows(verb: str, home: dict[str, str]) -> None:
    assert sorted(_run(verb.split(), home).intersection(NOT_FOR_A_LIST)) == []


def test_the_rule_sees_what_a_write_loads(home: dict[str, str]) -> None:
    assert "sqlalchemy" in _run(["client", "add", "--given", "Ann", "--family", "Archer"], home)
