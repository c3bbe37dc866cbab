"""Small books for tests: a practice, clients, sessions, each with one call."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from core.actors import Actor, Role
from core.clients.commands import add_client
from core.ledger.summaries import keep
from core.practice.commands import add_provider, change_practice, found_practice, license_provider
from core.sessions.commands import ServiceLine, finalise, record_session
from core.store import Store, Tx

OWNER = Actor("test-owner", "Olive Owner", Role.OWNER)
NOW = datetime(2026, 10, 31, 15, 0, tzinfo=UTC)
TODAY = date(2026, 10, 31)
ADDRESS = {"street": "1 Elm Street", "city": "Springfield", "state": "MA", "postal_code": "01101"}


def fixed_clock() -> datetime:
    return NOW


class Book:
    """A fresh encrypted book in a folder, with what the test has put in so far."""

    def __init__(self, folder: Path, *, key: bytes | None = None, site: int = 1, series: str = "N") -> None:
        self.folder = folder
        self.key = key or os.urandom(32)
        self.store = Store.create(str(folder / "book.db"), self.key, fixed_clock, keep, site=site)
        with self.write() as tx:
            self.practice_id, self.office_id = found_practice(
                tx,
                name="Elm Street Therapy",
                timezone="America/New_York",
                office_code="North",
                series=series,
                terms_days=30,
                today=TODAY,
            )
            change_practice(tx, phone="555 0100", footer="Mail checks to 1 Elm Street.", **ADDRESS)
            self.provider_id = add_provider(tx, name="Pat Provider", credentials="LCSW", npi="1234567893")
            license_provider(tx, self.provider_id, first_year=2026)

    def write(self, actor: Actor = OWNER) -> Tx:
        return self.store.write(actor)

    def client(self, given: str = "Ann", family: str = "Archer", **contact: Any) -> str:
        with self.write() as tx:
            return add_client(
                tx, given=given, family=family, **{**ADDRESS, "email": "a@example.org", **contact}
            )

    def session(
        self,
        client_id: str,
        on: date = date(2026, 9, 10),
        lines: Sequence[ServiceLine] = (),
        *,
        status: str = "kept",
        final: bool = True,
        rate_cents: int = 15_000,
        diagnoses: str = '[["ICD10","F41.1"]]',
        **columns: Any,
    ) -> str:
        start = datetime(on.year, on.month, on.day, 15, 0, tzinfo=UTC)
        shown = lines or [ServiceLine("CPT", "90834", "", "Psychotherapy", 1000, rate_cents)]
        with self.write() as tx:
            session_id = record_session(
                tx,
                client_id=client_id,
                starts_at=start,
                ends_at=start + timedelta(minutes=45),
                service_on=on,
                status=status,
                lines=shown,
                diagnoses=diagnoses,
                **{"provider_id": self.provider_id, "office_id": self.office_id, **columns},
            )
            if final:
                finalise(tx, [session_id])
        return session_id

    def value(self, sql: str, **params: Any) -> Any:
        with self.store.read() as read:
            return read.value(sql, **params)

    def rows(self, sql: str, **params: Any) -> list[tuple[Any, ...]]:
        with self.store.read() as read:
            return read.rows(sql, **params)
