"""Checked rows on their way into the book: buffered, written in bulk, sessions handed to billing.

Ids are names of what the other system calls a thing, so that importing twice is importing once, here
and in another office.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from core.clients.commands import sort_name
from core.dates import show_instant
from core.ids import named
from core.sessions.commands import Finalised, finalise
from core.store import Tx
from core.tables import Client, Guarantor, Row, Session, SessionLine

_BATCH = 1000
_OF_THE_STORE = ("q", "h", "cv", "x", "no", "chain", "site", "at", "actor")
BILLED = frozenset({"kept", "no_show", "late_cancel"})


class NewGuarantor(NamedTuple):
    guarantor_id: str
    name: str
    street: str = ""
    street_2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""
    email: str = ""
    phone: str = ""
    external_id: str | None = None


class NewClient(NamedTuple):
    client_id: str
    external_id: str
    given: str
    family: str
    birth_on: str | None
    guarantor: NewGuarantor
    bill_to: str = "client"
    office_id: str | None = None
    provider_id: str | None = None
    active: bool = True


class NewSession(NamedTuple):
    session_id: str
    external_id: str
    client_id: str
    provider_id: str | None
    office_id: str | None
    starts_at: datetime
    ends_at: datetime
    service_on: str
    status: str = "kept"
    place_of_service: str = ""
    bill_to: str | None = None
    diagnoses: str = "[]"


class NewLine(NamedTuple):
    line_id: str
    session_id: str
    position: int
    code_system: str
    code: str
    modifiers: str
    description: str
    units_milli: int
    rate_cents: int
    pointers: str = ""


def client_id_of(source: str, external_id: str) -> str:
    return named(f"client:{source}:{external_id}")


def session_id_of(source: str, external_id: str) -> str:
    return named(f"session:{source}:{external_id}")


class Bulk:
    """Rows of one table that wait to be written together; columns not named get their default."""

    def __init__(self, tx: Tx, table: type[Row], columns: Sequence[str], *after: "Bulk") -> None:
        defaults = {
            name: field.default
            for name, field in table.model_fields.items()
            if name not in (*columns, *_OF_THE_STORE)
            and not field.is_required()
            and field.default is not None
        }
        self._tx, self._table, self._after = tx, table, after
        self._columns, self._rest = (*columns, *defaults), tuple(defaults.values())
        self._rows: list[tuple[Any, ...]] = []

    def add(self, row: tuple[Any, ...]) -> None:
        self._rows.append((*row, *self._rest))
        if len(self._rows) >= _BATCH:
            self.flush()

    def flush(self) -> None:
        """Write what waits; the tables these rows refer to come first."""
        for before in self._after:
            before.flush()
        rows, self._rows = self._rows, []
        self._tx.add_many(self._table, self._columns, rows)


class ClientIntake:
    """Clients and the guarantors who owe for them."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._guarantors = Bulk(tx, Guarantor, ("id", *NewGuarantor._fields[1:]))
        columns = (
            "id", "name", "sort_name", "birth_on", "guarantor_id", "bill_to", "office_id", "provider_id",
            "external_id", "active",
        )  # fmt: skip
        self._clients = Bulk(tx, Client, columns, self._guarantors)
        self._seen: set[str] = set()

    def add(self, client: NewClient) -> None:
        guarantor = client.guarantor
        if guarantor.guarantor_id not in self._seen:
            self._seen.add(guarantor.guarantor_id)
            if not in_book(self._tx, "guarantor", guarantor.guarantor_id):
                self._guarantors.add(guarantor)
        self._clients.add(
            (client.client_id, full_name(client.given, client.family), sort_name(client.given, client.family),
             client.birth_on, guarantor.guarantor_id, client.bill_to, client.office_id, client.provider_id,
             client.external_id, client.active)
        )  # fmt: skip

    def flush(self) -> None:
        self._clients.flush()


class SessionIntake:
    """Sessions and their lines; those that took place are handed to billing at the end."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        columns = ("id", "external_id", *NewSession._fields[2:])
        self._sessions = Bulk(tx, Session, columns)
        self._lines = Bulk(tx, SessionLine, ("id", *NewLine._fields[1:]), self._sessions)
        self._done: list[str] = []

    def add(self, session: NewSession, *, bill: bool = True) -> None:
        """`bill`: hand it to billing at the end, if it took place."""
        row = (*session[:5], show_instant(session.starts_at), show_instant(session.ends_at), *session[7:])
        self._sessions.add(row)
        if bill and session.status in BILLED:
            self._done.append(session.session_id)

    def follow(self, session: NewSession) -> None:
        """A session that was scheduled in the book has taken place."""
        self._tx.change(
            Session,
            session.session_id,
            status=session.status,
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            service_on=session.service_on,
        )
        self._done.append(session.session_id)

    def add_line(self, line: NewLine) -> None:
        self._lines.add(line)

    def flush(self) -> None:
        self._sessions.flush()
        self._lines.flush()

    def finalise(self) -> Finalised:
        """Write what waits, then charges and claims for what took place (RA2)."""
        self.flush()
        parts = [
            finalise(self._tx, self._done[start : start + _BATCH])
            for start in range(0, len(self._done), _BATCH)
        ]
        return Finalised(*map(sum, zip(*parts, strict=True))) if parts else Finalised(0, 0, 0, 0)

    def leave(self) -> Finalised:
        """Write what waits and bill nothing."""
        self.flush()
        return Finalised(0, 0, 0, 0)


def full_name(given: str, family: str) -> str:
    return " ".join(part for part in (given, family) if part)


_IN_BOOK = {
    "client": "SELECT 1 FROM client WHERE id = :row_id",
    "guarantor": "SELECT 1 FROM guarantor WHERE id = :row_id",
    "session": "SELECT 1 FROM session WHERE id = :row_id",
    "provider": "SELECT 1 FROM provider WHERE id = :row_id",
    "payer": "SELECT 1 FROM payer WHERE id = :row_id",
    "coverage": "SELECT 1 FROM coverage WHERE id = :row_id",
}


def in_book(tx: Tx, table: str, row_id: str) -> bool:
    return tx.value(_IN_BOOK[table], row_id=row_id) is not None


OWN_OFFICE = "SELECT office_id FROM site WHERE number = :site"


def own_office(tx: Tx) -> str | None:
    """The office this computer stands in; what a file says no office for was done there."""
    office_id = tx.value(OWN_OFFICE, site=tx.site)
    return None if office_id is None else str(office_id)
