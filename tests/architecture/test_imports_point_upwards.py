"""The import contracts of pyproject.toml hold, so that `pytest` alone proves the arrows."""

from __future__ import annotations

import os

import pytest
from importlinter.cli import lint_imports

from tests.architecture.source import ROOT


def test_every_import_contract_is_kept(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    broken = lint_imports(config_filename="pyproject.toml", no_cache=True)
    assert broken == os.EX_OK, capsys.readouterr().out
