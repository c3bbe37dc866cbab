"""Import of sessions with their services from a CSV file by a mapping profile (RA1, RA5).

A row is a service; rows with the same external id are services of one session. Sessions that took
place go to billing at once. A session that the book knows as scheduled follows the file when it has
taken place since; any other session that is in the book is left as it is.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO, NamedTuple

from core.actors import Right
from core.books.clients import BILL_TO
from core.books.csv_file import open_csv
from core.books.fields import CODE, LINE, Row, quoted
from core.books.intake import BILLED, NewLine, NewSession, SessionIntake, client_id_of, in_book, session_id_of
from core.books.lookup import Lookup
from core.books.outcome import Changed, Outcome, record_run, stop_if_refused
from core.books.profiles import GENERIC, Profile
from core.books.reading import Reading, Source
from core.dates import local_day, show_instant, zone
from core.ids import named
from core.money import ONE_UNIT, AmountTooLarge, line_amount
from core.practice.queries import practice
from core.sessions.commands import MAX_MODIFIERS
from core.store import Tx

STATUSES = {
    "kept": "kept", "completed": "kept", "attended": "kept", "show": "kept", "scheduled": "scheduled",
    "no_show": "no_show", "noshow": "no_show", "missed": "no_show", "late_cancel": "late_cancel",
    "late_cancelled": "late_cancel", "late_canceled": "late_cancel", "late_cancellation": "late_cancel",
    "cancelled": "cancelled", "canceled": "cancelled",
}  # fmt: skip
SYSTEMS = {system.lower(): system for system in ("CPT", "HCPCS", "SNOMED", "LOCAL")}
ICD = "ICD-10-CM"
_LETTERS = "ABCDEFGHIJKL"
_CPT = re.compile(r"[0-9]{4}[0-9A-Z]", re.ASCII)
_HCPCS = re.compile(r"[A-Z][0-9]{4}", re.ASCII)
_MODIFIER = re.compile(r"[0-9A-Z]{2}", re.ASCII)
_DIAGNOSIS = re.compile(r"(?:([A-Za-z0-9-]{2,20}):)?([A-Za-z0-9.]{3,20})", re.ASCII)

CLIENT_BY_EXTERNAL_ID = "SELECT id FROM client WHERE external_id = :external_id LIMIT 2"
STATUS = "SELECT status FROM session WHERE id = :session_id"
SERVICES_OF = """
SELECT code_system, code, modifiers, units_milli, rate_cents FROM session_line
WHERE session_id = :session_id ORDER BY position, id
"""


SESSION_NOW = """
SELECT client_id, provider_id, office_id, starts_at, ends_at, status, place_of_service, bill_to, diagnoses
FROM session WHERE id = :session_id
"""


class Service(NamedTuple):
    session: NewSession
    line: NewLine | None
    rate_said: bool
    """No: the practice's fee of today, which may have been another one when the session came in."""


def import_sessions(
    tx: Tx,
    source: Path | BinaryIO,
    *,
    profile: Profile = GENERIC,
    finalise: bool = True,
    skip_refused: bool = False,
    add_providers: bool = False,
) -> Outcome:
    """Bring in sessions and hand those that took place to billing. Importing again changes nothing.

    Raises: NoFile, FileRefused and ProfileRefused for the file as a whole; RowsRefused where rows
    cannot come in.
    """
    tx.require(Right.BILL)
    file = open_csv(source, delimiter=profile.delimiter)
    reads = profile.reads(file, "sessions")
    lookup = Lookup(tx, profile.source, add_providers=add_providers)
    sessions = _Sessions(tx, reads, profile, lookup)
    sessions.find_faults()
    stop_if_refused(sessions.reading.refused, skip_refused=skip_refused)
    lookup.write_providers()
    outcome = replace(sessions.write(finalise=finalise), ignored=profile.ignored(file, "sessions"))
    return record_run(tx, outcome, profile=profile.name, digest=file.digest)


class _Sessions:
    """A file of sessions, read twice; between the two it holds only which session began where."""

    def __init__(self, tx: Tx, reads: Source, profile: Profile, lookup: Lookup) -> None:
        self.reading = Reading()
        self._tx = tx
        self._reads = reads
        self._source = profile.source
        self._lookup = lookup
        self._zone = zone(practice(tx).timezone)
        self._clients: dict[str, str | None] = {}
        self._began: dict[str, tuple[int, int]] = {}
        self._is_new: dict[str, bool] = {}
        self._since: dict[str, list[tuple[object, ...]]] = {}
        """Sessions that are scheduled in the book and took place by the file, with their services."""
        self._known: dict[str, tuple[NewSession, list[tuple[object, ...]]]] = {}
        """Other sessions of the file that are in the book, with their services."""

    def find_faults(self) -> None:
        for _, service in self.reading.each(self._reads, self._service, owner="external_id"):
            session, line, rate_said = service
            if session.external_id not in self._is_new:
                status = self._tx.value(STATUS, session_id=session.session_id)
                self._is_new[session.external_id] = status is None
                if status == "scheduled" and session.status in BILLED:
                    self._since[session.external_id] = []
                elif status is not None:
                    self._known[session.external_id] = session, []
            if line is not None and session.external_id in self._known:
                rate = line.rate_cents if rate_said else None
                services = self._known[session.external_id][1]
                services.append((line.code_system, line.code, line.modifiers, line.units_milli, rate))
            if line is not None and session.external_id in self._since:
                what = (line.code_system, line.code, line.modifiers, line.units_milli, line.rate_cents)
                self._since[session.external_id].append(what)
        for external_id, services in self._since.items():
            session_id = session_id_of(self._source, external_id)
            if services and services != self._tx.rows(SERVICES_OF, session_id=session_id):
                reason = "the session is scheduled in the book with other services. Correct it in the agenda."
                self.reading.refuse(self._reads, self._began[external_id][0], reason, owner=external_id)

    def write(self, *, finalise: bool) -> Outcome:
        intake = SessionIntake(self._tx)
        lines: dict[str, int] = {}
        updated = 0
        for at, (session, line, _) in self.reading.each(self._reads, self._service, owner="external_id"):
            external_id = session.external_id
            follows = external_id in self._since
            if not (self._is_new[external_id] or follows):
                continue
            if not self.reading.sound(self._reads, at, external_id):
                continue
            if follows:
                if external_id not in lines:
                    intake.follow(session)
                    updated += 1
                lines[external_id] = 0
                continue
            if external_id not in lines:
                intake.add(session)
            number = lines[external_id] = lines.get(external_id, 0) + (line is not None)
            if line is not None:
                line_id = named(f"session-line:{self._source}:{external_id}:{number}")
                intake.add_line(line._replace(line_id=line_id, position=number))
        done = intake.finalise() if finalise else intake.leave()
        changed = tuple(self._changed())
        return Outcome(
            sessions=len(lines) - updated,
            charges=done.charges,
            total_cents=done.total_cents,
            unchanged=sum(not is_new for is_new in self._is_new.values()) - updated - len(changed),
            changed=changed,
            updated=updated,
            claims=done.claims,
            refused=self.reading.refused,
        )

    def _changed(self) -> Iterator[Changed]:
        """Sessions that the book has otherwise than the file, each at its first line."""
        said = self._reads.shape.places
        for external_id, (session, services) in self._known.items():
            now = self._tx.rows(SESSION_NOW, session_id=session.session_id)[0]
            ends_at = show_instant(session.ends_at) if "end" in said or "minutes" in said else None
            pairs = [
                ("client", session.client_id, now[0]),
                ("provider", session.provider_id, now[1]),
                ("office", session.office_id if "office" in said else None, now[2]),
                ("start", show_instant(session.starts_at), now[3]),
                ("end", ends_at, now[4]),
                ("status", session.status if "status" in said else None, now[5]),
                ("place of service", session.place_of_service, now[6]),
                ("bill to", session.bill_to, now[7]),
                ("diagnoses", session.diagnoses if session.diagnoses != "[]" else None, now[8]),
            ]
            differs = [what for what, ours, theirs in pairs if ours not in (None, "") and ours != theirs]
            there = self._tx.rows(SERVICES_OF, session_id=session.session_id)
            if len(there) != len(services) or any(map(_other_service, services, there)):
                differs.append("services")
            if differs:
                yield Changed(self._began[external_id][0], ", ".join(differs))

    def _service(self, row: Row) -> Service:
        session = self._session(row)
        head = hash(session)
        line, began = self._began.setdefault(session.external_id, (row.line, head))
        if began != head:
            raise row.fault("external_id", f"line {line} says something else of the same session.")
        return Service(session, self._line(row, session), bool(row.text("rate")))

    def _session(self, row: Row) -> NewSession:
        external_id = row.needed("external_id")
        starts_at = row.instant("start", self._zone)
        minutes = row.minutes("minutes")
        if row.text("end"):
            ends_at = row.instant("end", self._zone)
        else:
            ends_at = starts_at + timedelta(minutes=minutes or 0)
        if ends_at < starts_at:
            raise row.fault("end", "the session ends before it starts.")
        bill_to = row.one_of("bill_to", BILL_TO, "")
        return NewSession(
            session_id_of(self._source, external_id), external_id, self._client(row),
            self._lookup.provider(row), self._lookup.office(row), starts_at, ends_at,
            local_day(starts_at, self._zone.key).isoformat(), row.one_of("status", STATUSES, "kept"),
            _place(row), bill_to or None, json.dumps(_diagnoses(row)),
        )  # fmt: skip

    def _client(self, row: Row) -> str:
        """The client by this source's id, or the only one who has that id from elsewhere."""
        external_id = row.needed("client_external_id")
        if external_id not in self._clients:
            client_id: str | None = client_id_of(self._source, external_id)
            if not in_book(self._tx, "client", str(client_id)):
                found = self._tx.rows(CLIENT_BY_EXTERNAL_ID, external_id=external_id)
                client_id = found[0][0] if len(found) == 1 else None
            self._clients[external_id] = client_id
        known = self._clients[external_id]
        if known is None:
            raise row.fault(
                "client_external_id",
                f"there is no client {quoted(external_id)}. Import or add the client first.",
            )
        return known

    def _line(self, row: Row, session: NewSession) -> NewLine | None:
        code = row.text("code", CODE).upper()
        if not code:
            if session.status == "kept":
                raise row.fault("code", "is empty; a session that was kept needs a service.")
            return None
        code_system = row.one_of("code_system", SYSTEMS, _system(code))
        fee = self._lookup.fee(code_system, code)
        if row.text("rate") or fee is None:
            rate = row.cents("rate")
        else:
            rate = fee.rate_cents
        units = row.units("units", default=ONE_UNIT)
        try:
            line_amount(units, rate)
        except AmountTooLarge:
            raise row.fault("rate", "units times rate is too large an amount.") from None
        description = row.text("description", LINE) or (fee.description if fee else "")
        return NewLine(
            "", session.session_id, 0, code_system, code, _modifiers(row), description, units, rate,
            _pointers(row, len(json.loads(session.diagnoses))),
        )  # fmt: skip


def _other_service(ours: tuple[object, ...], theirs: tuple[object, ...]) -> bool:
    return any(mine not in (None, other) for mine, other in zip(ours, theirs, strict=True))


def _system(code: str) -> str:
    """What a code is by its form, where the file does not say."""
    if _CPT.fullmatch(code):
        return "CPT"
    return "HCPCS" if _HCPCS.fullmatch(code) else "LOCAL"


def _place(row: Row) -> str:
    value = row.text("place_of_service")
    if value and re.fullmatch(r"[0-9]{2}", value, re.ASCII) is None:
        raise row.fault("place_of_service", f"{quoted(value)} is not a two-digit place of service.")
    return value


def _modifiers(row: Row) -> str:
    found = [part.upper() for part in re.split(r"[\s,;:]+", row.text("modifiers")) if part]
    for modifier in found:
        if _MODIFIER.fullmatch(modifier) is None:
            raise row.fault("modifiers", f"{quoted(modifier)} is not a modifier of two characters.")
    if len(found) > MAX_MODIFIERS:
        raise row.fault("modifiers", f"a line takes at most {MAX_MODIFIERS}.")
    return " ".join(found)


def _diagnoses(row: Row) -> list[list[str]]:
    """F41.1; F32.9 in order of importance, ICD-10-CM unless a code says another system: SNOMED:123."""
    found = []
    for part in re.split(r"[\s,;|]+", row.text("diagnoses", LINE)):
        if part:
            match = _DIAGNOSIS.fullmatch(part)
            if match is None:
                raise row.fault("diagnoses", f"{quoted(part)} is not a diagnosis code.")
            found.append([match[1] or ICD, match[2].upper()])
    if len(found) > len(_LETTERS):
        raise row.fault("diagnoses", f"a session has at most {len(_LETTERS)}.")
    return found


def _pointers(row: Row, diagnoses: int) -> str:
    """Letters of the diagnoses a service was for; the first one where the file does not say."""
    value = re.sub(r"[\s,;]+", "", row.text("pointers", CODE)).upper()
    if len(value) > 4 or not set(value) <= set(_LETTERS[:diagnoses]):
        raise row.fault("pointers", f"{quoted(value)} does not name diagnoses of the session by letter.")
    return value or _LETTERS[: min(diagnoses, 1)]
