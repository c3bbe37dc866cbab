"""A small book with many clients to bill, copied fresh for every crash and every race."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from core.actors import Actor, Role
from core.dates import ALL_TIME
from core.delivery.run import RunReport, carry_out
from core.invoicing.billing_run import propose
from core.ledger.summaries import keep
from core.practice.users import add_user
from core.security.files import write_private
from core.security.keys import Keys, machine_key_text
from core.store import Store
from tests.builders import OWNER, TODAY, Book, fixed_clock

KEY = bytes(range(32))


def make_office(folder: Path, clients: int) -> Path:
    """A home with a machine key and two charges for each client."""
    folder.mkdir()
    book = Book(folder, key=KEY)
    for i in range(clients):
        client_id = book.client(f"Given{i:03}", f"Family{i:03}", email="" if i % 3 else "a@example.org")
        for day in (3, 17):
            book.session(client_id, date(2026, 9, day), rate_cents=10_000 + i)
    with book.write() as tx:
        user_id = add_user(tx, name="machine", role=Role.SERVICE)
    book.store.close()
    keys = Keys.fresh(str(folder / "keys.json"), "book")
    keys.add_machine(user_id, "machine", KEY)
    keys.save()
    write_private(str(folder / "machine.key"), machine_key_text(KEY))
    return folder


@contextmanager
def a_copy(home: Path) -> Iterator[Path]:
    """A copy of a book that nobody has open, thrown away afterwards."""
    folder = Path(tempfile.mkdtemp(dir=home.parent))
    try:
        yield shutil.copytree(home, folder / "home")
    finally:
        shutil.rmtree(folder)


@contextmanager
def opened(home: Path) -> Iterator[Store]:
    store = Store.open(str(home / "book.db"), KEY, fixed_clock, keep)
    try:
        yield store
    finally:
        store.close()


def bill(home: Path, *, send: bool, actor: Actor = OWNER) -> RunReport:
    """The whole run, from the preview on, in this process."""
    with opened(home) as store:
        with store.read() as read:
            preview = propose(read, ALL_TIME, TODAY)
        return carry_out(store, actor, preview, today=TODAY, send=send)


def run_command(home: Path, *more: str) -> tuple[list[str], dict[str, str]]:
    """The command line and the environment of `daysheet run` on this home, as a shell would start it."""
    words = [sys.executable, "-m", "tui.cli", "run", "--all", "--yes", "--json", *more]
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "DAYSHEET_HOME": str(home),
        "DAYSHEET_KEY_FILE": str(home / "machine.key"),
        "DAYSHEET_TODAY": TODAY.isoformat(),
        "PYTHONPATH": os.getcwd(),  # noqa: PTH109
    }
    return words, environment
