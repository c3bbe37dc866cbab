"""A book of any size to measure on: clients with finalised sessions of last month, nothing billed."""

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from core.actors import Role
from core.clients.commands import add_client
from core.ledger.summaries import keep
from core.practice.users import add_user
from core.security.files import write_private
from core.security.keys import Keys, machine_key_text
from core.security.unlock import KEYS
from core.sessions.commands import ServiceLine, finalise, record_session
from core.store import Store
from tests.builders import ADDRESS, OWNER, TODAY, Book, fixed_clock

KEY = bytes(range(32))
FIRST = date(2026, 9, 1)
SERVICE = ServiceLine("CPT", "90834", "95", "Psychotherapy, 45 minutes", 1000, 15_000)


def build(folder: Path, *, clients: int, charges_each: int) -> Path:
    """Make the book and close it; answers the path of its one file."""
    folder.mkdir(parents=True)
    book = Book(folder, key=KEY)
    with book.write() as tx:
        for number in range(clients):
            contact: dict[str, Any] = {**ADDRESS, "email": f"client{number}@example.org"}
            client_id = add_client(
                tx,
                given="Małgorzata",
                family=f"O’Connor {number:05}",
                **contact,
            )
            sessions = []
            for place in range(charges_each):
                day = FIRST + timedelta(days=place * 7 % 28)
                start = datetime(day.year, day.month, day.day, 15, 0, tzinfo=UTC)
                sessions.append(
                    record_session(
                        tx,
                        client_id=client_id,
                        starts_at=start,
                        ends_at=start + timedelta(minutes=45),
                        service_on=day,
                        status="kept",
                        lines=[SERVICE],
                        provider_id=book.provider_id,
                        office_id=book.office_id,
                        diagnoses='[["ICD10","F41.1"]]',
                    )
                )
            finalise(tx, sessions)
    book.store.close()
    return folder / "book.db"


def copy_of(book: Path, name: str) -> Path:
    """A fresh copy beside it, in place of the one of the round before."""
    target = book.with_name(name)
    for old in (target, target.with_name(f"{name}-wal"), target.with_name(f"{name}-shm")):
        old.unlink(missing_ok=True)
    shutil.copyfile(book, target)
    return target


def opened(path: Path) -> Store:
    """The open book with its connection for writing made, as in the middle of a session."""
    store = Store.open(str(path), KEY, fixed_clock, keep)
    with store.write(OWNER):
        pass
    return store


def machine_key_file(book: Path) -> Path:
    """A file that opens the book without a key derivation, for the one service user that `init` makes."""
    store = opened(book)
    with store.write(OWNER) as tx:
        service_id = add_user(tx, name="machine", role=Role.SERVICE)
    store.close()
    keys = Keys.fresh(str(book.with_name(KEYS)), "bench")
    keys.add_machine(service_id, "machine", KEY)
    keys.save()
    path = book.with_name("machine.key")
    write_private(str(path), machine_key_text(KEY))
    return path


__all__ = ["KEY", "OWNER", "TODAY", "build", "copy_of", "machine_key_file", "opened"]
