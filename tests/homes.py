"""Homes for tests that run the program itself: a folder as `daysheet init` makes it, and its machine key."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from core.clients.commands import add_client
from core.dates import parse_instant
from core.ledger.summaries import keep
from core.practice.commands import add_provider, change_practice, found_practice, license_provider
from core.security.found import found_book
from core.security.keys import read_key_file
from core.sessions.commands import ServiceLine, finalise, record_session
from core.store import Store, Tx
from tests.builders import ADDRESS, TODAY, fixed_clock

TIMEZONE = "America/New_York"
CLIENTS = 200
"""As many as the month that must stay short has."""

THERAPY = ServiceLine("CPT", "90834", "", "Psychotherapy, 45 min", 1000, 15_000)
SEPTEMBER = tuple(date(2026, 9, day) for day in (3, 10, 17, 24))


class Home:
    """A book on disk that any process can open with the machine key."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key_file = folder / "machine.key"

    @classmethod
    def found(cls, folder: Path, *, practice: str = "Elm Street Therapy") -> Home:
        home = cls(folder)
        home.folder.mkdir(parents=True)

        def fill(tx: Tx) -> None:
            found_practice(
                tx,
                name=practice,
                timezone=TIMEZONE,
                office_code="North",
                series="N",
                terms_days=30,
                today=TODAY,
            )
            change_practice(tx, phone="555 0100", footer="Mail checks to 1 Elm Street.", **ADDRESS)

        founded = found_book(
            str(folder),
            passphrase="correct horse battery",
            owner="Olive Owner",
            fill=fill,
            clock=fixed_clock,
            machine_key_file=str(home.key_file),
        )
        founded.store.close()
        return home

    def copy_to(self, folder: Path) -> Home:
        """The same book in another folder; homes are copied while nobody has them open."""
        shutil.copytree(self.folder, folder)
        return Home(folder)

    @property
    def environ(self) -> dict[str, str]:
        """What a process needs to open it, on the day of the tests."""
        return {
            "DAYSHEET_HOME": str(self.folder),
            "DAYSHEET_KEY_FILE": str(self.key_file),
            "DAYSHEET_TODAY": TODAY.isoformat(),
        }

    @contextmanager
    def open(self) -> Iterator[Store]:
        key = read_key_file(str(self.key_file))[1]
        assert key is not None
        store = Store.open(str(self.folder / "book.db"), key, fixed_clock, keep)
        try:
            yield store
        finally:
            store.close()

    def value(self, sql: str, **params: Any) -> Any:
        with self.open() as store, store.read() as read:
            return read.value(sql, **params)


def provider_of(tx: Tx, name: str = "Pat Provider") -> str:
    """A provider with a licence for CPT codes."""
    provider_id = add_provider(tx, name=name, credentials="LCSW", npi="1234567893")
    license_provider(tx, provider_id, first_year=2026)
    return provider_id


def client_with_sessions(
    tx: Tx,
    provider_id: str,
    given: str,
    family: str,
    days: Sequence[date] = SEPTEMBER,
    lines: Sequence[ServiceLine] = (THERAPY,),
    **contact: Any,
) -> str:
    """A client who kept a session on each of the days, finalised."""
    client_id = add_client(tx, given=given, family=family, **{**ADDRESS, "email": "a@example.org", **contact})
    sessions = []
    for day in days:
        start: datetime = parse_instant(f"{day}T10:00", TIMEZONE)
        sessions.append(
            record_session(
                tx,
                client_id=client_id,
                provider_id=provider_id,
                starts_at=start,
                ends_at=start + timedelta(minutes=45),
                service_on=day,
                status="kept",
                lines=lines,
                diagnoses='[["ICD10","F41.1"]]',
            )
        )
    finalise(tx, sessions)
    return client_id
