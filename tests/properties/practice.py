"""A small practice for histories of money, made once and copied for each of them.

Three guarantors: Ann owes for herself, Gil for two children, Sam for himself. The copy lies in memory where
the machine has such a place, so that a commit costs no disk.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from unittest.mock import patch

from core.clients.commands import add_client, add_guarantor
from core.invoicing.commands import create_draft, issue_drafts
from core.ledger.summaries import keep
from core.practice.commands import set_late_fee
from core.practice.policies import LateFeeRule
from core.store import Store
from tests.builders import ADDRESS, NOW, TODAY, Book

START = TODAY
"""The day on which every history begins."""
FEE = LateFeeRule("flat", 1_001, 0, 2, "original", 7, 5_000)


@cache
def memory() -> Path:
    """A folder that costs no disk, for as long as this process runs."""
    shm = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="daysheet-", dir=shm if shm.is_dir() else None))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def original() -> tuple[bytes, bytes]:
    """The bytes of a book in which some sessions were held and two clients were billed, and its key."""
    folder = Path(tempfile.mkdtemp(dir=memory()))
    # Ids end in chance, and deeds pick people in the order of their ids: every process must see one order.
    with patch("os.urandom", Random(1).randbytes):
        return _made(folder)


def _made(folder: Path) -> tuple[bytes, bytes]:
    book = Book(folder)
    ann = book.client("Ann", "Archer")
    with book.write() as tx:
        gil = add_guarantor(tx, name="Gil Gardener", **ADDRESS)
        ben = add_client(tx, given="Ben", family="Gardener", guarantor_id=gil)
        cleo = add_client(tx, given="Cleo", family="Gardener", guarantor_id=gil)
    sam = book.client("Sam", "Stone")
    for client_id, rate in ((ann, 15_000), (ben, 10_001), (cleo, 7_777), (sam, 12_345)):
        book.session(client_id, START - timedelta(days=12), rate_cents=rate)
    with book.write() as tx:
        drafts = [create_draft(tx, client_id=client_id, today=START) for client_id in (ann, ben)]
        issue_drafts(tx, drafts, today=START)
        set_late_fee(tx, rule=FEE, effective_from=START, today=START)
    for client_id in (ann, cleo):
        book.session(client_id, START - timedelta(days=3), rate_cents=10_000)
    book.store.close()
    content = (folder / "book.db").read_bytes()
    shutil.rmtree(folder)
    return content, book.key


class Clock:
    """An hour after the book was made, and a second later each time, so that ids sort as they were made."""

    def __init__(self) -> None:
        self.now = NOW + timedelta(hours=1)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@contextmanager
def copied() -> Iterator[Store]:
    """A book of its own for one history."""
    content, key = original()
    folder = Path(tempfile.mkdtemp(dir=memory()))
    path = folder / "book.db"
    path.write_bytes(content)
    store = Store.open(str(path), key, Clock(), keep)
    try:
        yield store
    finally:
        store.close()
        shutil.rmtree(folder)
