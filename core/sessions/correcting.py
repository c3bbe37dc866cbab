"""Complete what a session says of itself: its diagnoses, its place, modifiers and pointers.

What was charged stays; these are the facts beside the charge that an insurer asks for (RD3). They are the
session's own: a diagnosis made later is not written back into it.
"""

import json
import re
from collections import namedtuple
from datetime import date

from core import audit
from core.actors import Right
from core.codes.diagnoses import NEWEST, dotted, is_valid
from core.codes.places import LETTERS, PLACES, are_modifiers, are_pointers, is_place
from core.errors import NotFound, UsageError
from core.store import Read, Tx
from core.tables import Session, SessionLine
from core.text import plain

ICD = "ICD-10-CM"


class BadDiagnosis(UsageError):
    code = "bad_diagnosis"

    def __init__(self, typed: str, on: str) -> None:
        super().__init__(
            f'"{plain(typed)[:20]}" is not an ICD-10-CM code that may stand on a bill for {on}'
            f" (lists up to {NEWEST}). Write it in full, such as F41.1.",
            subject="diagnoses",
        )


class TooManyOfSession(UsageError):
    code = "too_many_diagnoses"

    def __init__(self) -> None:
        super().__init__(f"A session has at most {len(LETTERS)} diagnoses.", subject="diagnoses")


class BadPlace(UsageError):
    code = "bad_place"

    def __init__(self, typed: str) -> None:
        super().__init__(
            f'"{plain(typed)[:20]}" is not a place of service. 11 is {PLACES["11"].lower()}, 12'
            f" {PLACES['12'].lower()}, 10 {PLACES['10'].lower()}, 02 {PLACES['02'].lower()}.",
            subject="place_of_service",
        )


class BadModifiers(UsageError):
    code = "bad_modifiers"

    def __init__(self, typed: str) -> None:
        super().__init__(
            f'"{plain(typed)[:20]}" are not modifiers: up to four of two characters, such as 95 GT.',
            subject="modifiers",
        )


class BadPointers(UsageError):
    code = "bad_pointers"

    def __init__(self, typed: str) -> None:
        super().__init__(
            f'"{plain(typed)[:20]}" does not name diagnoses of the session. Use up to four letters: AB.',
            subject="pointers",
        )


SessionPage = namedtuple("SessionPage", "session_id service_on status place diagnoses lines")
"""`diagnoses` is a list of [code system, code]."""
SessionLineRow = namedtuple("SessionLineRow", "line_id position code_system code modifiers pointers")

PAGE = "SELECT id, service_on, status, place_of_service, diagnoses FROM session WHERE id = :session_id"
LINES = """
SELECT id, position, code_system, code, modifiers, pointers FROM session_line
WHERE session_id = :session_id ORDER BY position, id
"""


def session_page(read: Read, session_id: str) -> SessionPage:
    """What a session says of itself. Raises: NotFound."""
    found = read.rows(PAGE, session_id=session_id)
    if not found:
        raise NotFound("There is no such session any more.", subject=session_id)
    same_id, service_on, status, place, diagnoses = found[0]
    lines = read.all(LINES, SessionLineRow, session_id=session_id)
    return SessionPage(same_id, service_on, status, place, json.loads(diagnoses), lines)


def correct_session(
    tx: Tx, session_id: str, *, diagnoses: str | None = None, place_of_service: str | None = None
) -> None:
    """Set a session's diagnoses (`F41.1 F32.A`, most important first) or its two-digit place of service.

    A service that points to no diagnosis points to the first one then. Raises: BadDiagnosis,
    TooManyOfSession, BadPlace, NotFound.
    """
    tx.require(Right.BILL)
    page = session_page(tx, session_id)
    values: dict[str, str] = {}
    if diagnoses is not None:
        values["diagnoses"] = json.dumps([[ICD, code] for code in read_diagnoses(diagnoses, page.service_on)])
    if place_of_service is not None:
        values["place_of_service"] = place_of_service.strip()
        if not is_place(values["place_of_service"]):
            raise BadPlace(place_of_service)
    tx.change(Session, session_id, **values)
    if diagnoses is not None:
        for line in page.lines:
            if not line.pointers:
                tx.change(SessionLine, line.line_id, pointers=LETTERS[0])
    audit.record(tx, "session.corrected", "session", session_id, columns=sorted(values))


def put_session_back(tx: Tx, before: SessionPage) -> None:
    """Let a session say again what it said before it was corrected, also where that was nothing.

    Raises: NotFound.
    """
    tx.require(Right.BILL)
    diagnoses = json.dumps([list(pair) for pair in before.diagnoses])
    tx.change(Session, before.session_id, diagnoses=diagnoses, place_of_service=before.place)
    for line in before.lines:
        tx.change(SessionLine, line.line_id, modifiers=line.modifiers, pointers=line.pointers)
    columns = ["diagnoses", "modifiers", "place_of_service", "pointers"]
    audit.record(tx, "session.corrected", "session", before.session_id, columns=columns)


def read_diagnoses(typed: str, service_on: str) -> list[str]:
    """The codes as typed, each valid on the day. Raises: BadDiagnosis, TooManyOfSession."""
    codes = [dotted(part.upper()) for part in re.split(r"[\s,;|]+", typed) if part]
    codes = list(dict.fromkeys(codes))
    for code in codes or [""]:
        if not is_valid(code, date.fromisoformat(service_on)):
            raise BadDiagnosis(code, service_on)
    if len(codes) > len(LETTERS):
        raise TooManyOfSession
    return codes


def correct_service(
    tx: Tx, session_id: str, line_id: str, *, modifiers: str | None = None, pointers: str | None = None
) -> None:
    """Set a service's modifiers (`95 GT`) or the letters of the diagnoses it was for (`AB`).

    Raises: BadModifiers, BadPointers, NotFound.
    """
    tx.require(Right.BILL)
    page = session_page(tx, session_id)
    if line_id not in {line.line_id for line in page.lines}:
        raise NotFound("The session has no such service any more.", subject=line_id)
    values: dict[str, str] = {}
    if modifiers is not None:
        values["modifiers"] = " ".join(re.split(r"[\s,;:-]+", modifiers.strip().upper()))
        if not are_modifiers(values["modifiers"]):
            raise BadModifiers(modifiers)
    if pointers is not None:
        values["pointers"] = re.sub(r"[\s,;]+", "", pointers).upper()
        if not are_pointers(values["pointers"], len(page.diagnoses)):
            raise BadPointers(pointers)
    tx.change(SessionLine, line_id, **values)
    audit.record(tx, "session.corrected", "session", session_id, line_id=line_id, columns=sorted(values))
