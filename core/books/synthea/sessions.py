"""Synthea's encounters as sessions, with services and diagnoses from its claims.

A session can have several claims. Its diagnosis snapshot is what they name, first named first, and
a line points into that snapshot by letter.
"""

import json
from sys import intern
from typing import NamedTuple

from core.books.fields import CODE, LINE, Row
from core.books.intake import NewLine, NewSession, SessionIntake, client_id_of, in_book, session_id_of
from core.books.synthea.folder import PROFILE, SNOMED, Folder
from core.books.synthea.people import provider_id_of
from core.dates import local_day
from core.ids import named
from core.money import ONE_UNIT, AmountTooLarge, line_amount
from core.sessions.commands import Finalised

_LETTERS = "ABCDEFGHIJKL"
_POINTERS = {str(n + 1): n for n in range(8)}


class Line(NamedTuple):
    session: str
    line: NewLine


class Encounters:
    """The sessions of a folder, read as often as asked; holds only what rows of other files refer to."""

    def __init__(self, folder: Folder, patients: set[str], providers: dict[str, str]) -> None:
        self._folder = folder
        self._patients = patients
        self._providers = providers
        self._of_claim: dict[str, tuple[str, ...]] = {}
        self._of_session: dict[str, dict[str, None]] = {}
        self._at_line: dict[str, int] = {}
        self._line_at: dict[str, int] = {}
        self.is_new: dict[str, bool] = {}
        self.seen_providers: set[str] = set()

    def find_faults(self) -> None:
        """Read everything once. What is sound is new or known; what is not has been written down."""
        reading, sources = self._folder.reading, self._folder.sources
        for _ in reading.each(sources["claims"], self._claim):
            pass
        for _, session in reading.each(sources["encounters"], self._session, owner="external_id"):
            self.is_new[session.external_id] = not in_book(self._folder.tx, "session", session.session_id)
        for _ in reading.each(sources["claims_transactions"], self._line, owner="session"):
            pass

    def write(self) -> tuple[int, Finalised]:
        """Put the new sessions in the book and hand them to billing; answers how many."""
        folder, sessions = self._folder, 0
        intake = SessionIntake(folder.tx)
        encounters = folder.sources["encounters"]
        for at, session in folder.reading.each(encounters, self._session, owner="external_id"):
            if self.is_new[session.external_id] and folder.reading.sound(encounters, at, session.external_id):
                intake.add(session)
                sessions += 1
        positions: dict[str, int] = {}
        lines = folder.sources["claims_transactions"]
        for at, found in folder.reading.each(lines, self._line, owner="session"):
            if self.is_new[found.session] and folder.reading.sound(lines, at, found.session):
                positions[found.session] = positions.get(found.session, 0) + 1
                intake.add_line(found.line._replace(position=positions[found.session]))
        return sessions, intake.finalise()

    def _claim(self, row: Row) -> None:
        codes = [intern(row.text(f"diagnosis_{n}", CODE)) for n in range(1, 9)]
        self._of_claim[row.needed("external_id")] = tuple(codes)
        named_so_far = self._of_session.setdefault(row.needed("session"), {})
        named_so_far.update(dict.fromkeys(code for code in codes if code))

    def _session(self, row: Row) -> NewSession:
        external_id = row.needed("external_id")
        if self._at_line.setdefault(external_id, row.line) != row.line:
            raise row.fault("external_id", f"is the same as in line {self._at_line[external_id]}.")
        patient, provider = row.needed("patient"), row.text("provider")
        if patient not in self._patients:
            raise row.fault("patient", "there is no such patient that could be imported.")
        if provider and provider not in self._providers:
            raise row.fault("provider", "there is no such provider in providers.csv.")
        zone = self._folder.zone
        starts_at, ends_at = row.instant("start", zone), row.instant("stop", zone)
        if ends_at < starts_at:
            raise row.fault("stop", "the session ends before it starts.")
        if provider:
            self.seen_providers.add(provider)
        diagnoses = [[SNOMED, code] for code in self._of_session.get(external_id, {})]
        return NewSession(
            session_id_of(PROFILE, external_id), external_id, client_id_of(PROFILE, patient),
            provider_id_of(provider) if provider else None, self._folder.office_id, starts_at, ends_at,
            local_day(starts_at, zone.key).isoformat(), diagnoses=json.dumps(diagnoses),
        )  # fmt: skip

    def _line(self, row: Row) -> Line | None:
        if row.text("type") != "CHARGE":
            return None
        session = row.needed("session")
        if session not in self.is_new:
            raise row.fault("session", "there is no such session that could be imported.")
        units, rate = row.units("units", default=ONE_UNIT), row.cents("rate")
        try:
            line_amount(units, rate)
        except AmountTooLarge:
            raise row.fault("rate", "the amount of the line is too large.") from None
        external_id = row.needed("external_id")
        if self._line_at.setdefault(external_id, row.line) != row.line:
            raise row.fault("external_id", f"is the same as in line {self._line_at[external_id]}.")
        line_id = named(f"session-line:{PROFILE}:{session}:{external_id}")
        line = NewLine(
            line_id, session_id_of(PROFILE, session), 0, SNOMED,
            row.needed("code", CODE), "", row.text("description", LINE), units, rate,
            self._pointers(row, session),
        )  # fmt: skip
        return Line(session, line)

    def _pointers(self, row: Row, session: str) -> str:
        """Letters of the session's diagnoses; the file counts within the claim."""
        of_claim = self._of_claim.get(row.text("claim"), ())
        listed = list(self._of_session.get(session, {}))
        letters = []
        for n in range(1, 5):
            place = _POINTERS.get(row.text(f"pointer_{n}", CODE))
            code = of_claim[place] if of_claim and place is not None else ""
            if code in listed[: len(_LETTERS)]:
                letters.append(_LETTERS[listed.index(code)])
        return "".join(dict.fromkeys(letters))
