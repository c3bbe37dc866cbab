"""The real programs that read plain-text journals: beancount's loader, and hledger where it is installed."""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from beancount import loader
from beancount.core import data

needs_hledger = pytest.mark.skipif(
    shutil.which("hledger") is None,
    reason="hledger is not installed; on Debian or Ubuntu: apt install hledger",
)


class JournalRefused(AssertionError):
    """A program that reads journals found something wrong in one."""


def beancount_entries(path: Path) -> list[Any]:
    """What beancount makes of a journal, having found nothing wrong in it."""
    entries, errors, _ = loader.load_file(str(path))
    if errors:
        raise JournalRefused("\n".join(f"{error.source['lineno']}: {error.message}" for error in errors))
    return list(entries)


def beancount_cents(path: Path) -> dict[str, int]:
    """The balance of each account with anything in it, as beancount adds it up."""
    found: dict[str, int] = {}
    for entry in transactions(path):
        for posting in entry.postings:
            found[posting.account] = found.get(posting.account, 0) + int(posting.units.number * 100)
    return {account: cents for account, cents in found.items() if cents}


def transactions(path: Path) -> list[Any]:
    return [entry for entry in beancount_entries(path) if isinstance(entry, data.Transaction)]


def hledger(path: Path, *words: str) -> str:
    """Run hledger on a journal; it must find nothing wrong."""
    done = subprocess.run(
        ["hledger", "-f", str(path), *words],
        capture_output=True,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        encoding="utf-8",
    )
    if done.returncode or done.stderr:
        raise JournalRefused(done.stderr)
    return done.stdout


def hledger_cents(path: Path) -> Mapping[str, int]:
    """The balance of each account with anything in it, as hledger adds it up, strictly checked before."""
    hledger(path, "check", "--strict", "ordereddates")
    rows = csv.reader(io.StringIO(hledger(path, "balance", "--flat", "-N", "-O", "csv")))
    assert next(rows) == ["account", "balance"]
    return {account: int(Decimal(amount.split()[0].replace(",", "")) * 100) for account, amount in rows}
