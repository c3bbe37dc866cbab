"""What a superbill still lacks, named one by one, so that it can be mended before an insurer bounces it.

One table says which fields there are, whose they are, whether an insurer requires them, and what a
well-formed one is (`domain.md` section 10). The practice's own numbers come from the practice and the
provider and from nowhere else: a payer's tax id or the state of an address in their place is malformed.
"""

from collections import namedtuple
from collections.abc import Iterator
from datetime import date

from core.codes.diagnoses import NEWEST, is_icd10, is_valid
from core.codes.numbers import is_ein, is_npi, is_ssn, is_state
from core.codes.places import LETTERS, are_modifiers, are_pointers, is_place, is_procedure
from core.ledger.superbill_facts import Facts, LineFacts, SessionFacts

Lack = namedtuple("Lack", "subject subject_id who field label problem value")
"""A field that is missing or malformed: whose it is (practice, office, provider, client, session, line) and
which of them, what a person calls them and it, what is wrong, and what stands there now."""

Field = namedtuple("Field", "subject field label required fits shape")
"""`fits` tells a well-formed value; `shape` says in words what one looks like."""


def _any(value: str) -> bool:
    return True


def _tax_id(value: str) -> bool:
    return is_ein(value) or is_ssn(value)


FIELDS = (
    Field("practice", "name", "legal name", True, _any, ""),
    Field("practice", "tax_id", "tax id", True, _tax_id, "an EIN like 12-3456789, or an SSN"),
    Field("practice", "npi", "NPI (type 2)", False, is_npi, "ten digits, the last a check digit"),
    Field("place", "street", "street", True, _any, ""),
    Field("place", "city", "city", True, _any, ""),
    Field("place", "state", "state", True, _any, ""),
    Field("place", "postal_code", "postal code", True, _any, ""),
    Field("place", "phone", "phone", True, _any, ""),
    Field("provider", "name", "name", True, _any, ""),
    Field("provider", "credentials", "credentials", True, _any, ""),
    Field("provider", "npi", "NPI (type 1)", True, is_npi, "ten digits, the last a check digit"),
    Field("provider", "licence", "licence number", True, _any, ""),
    Field("provider", "licence_state", "state of the licence", True, is_state, "two letters"),
    Field("client", "name", "legal name", True, _any, ""),
    Field("client", "birth_on", "date of birth", True, _any, ""),
    Field("client", "street", "street", True, _any, ""),
    Field("client", "city", "city", True, _any, ""),
    Field("client", "state", "state", True, _any, ""),
    Field("client", "postal_code", "postal code", True, _any, ""),
    Field("client", "referrer_npi", "referrer's NPI", False, is_npi, "ten digits, the last a check digit"),
)
"""The fields of those whom a superbill names; what each service needs is in `_session` and `_line`."""

SERVICE_FIELDS = {
    "diagnoses": "diagnosis",
    "place_of_service": "place of service",
    "code": "procedure code",
    "modifiers": "modifiers",
    "pointers": "pointers",
}


def lint(facts: Facts) -> list[Lack]:
    """Everything that is missing or malformed, in the order of the document."""
    found = list(_named(facts))
    seen: set[str] = set()
    for session, line in facts.services:
        if session.session_id not in seen:
            seen.add(session.session_id)
            found += _session(session)
        found += _line(session, line)
    return found


def incomplete(facts: Facts) -> dict[str, str]:
    """Why each session whose own fields are not well cannot be on a superbill, by its id."""
    reasons: dict[str, str] = {}
    for lack in lint(facts):
        if lack.subject in ("session", "line"):
            session_id = lack.subject_id.partition(":")[0]
            reasons.setdefault(session_id, f"{lack.label} {lack.problem}")
    return reasons


def sentence(lack: Lack) -> str:
    """Says a lack to a person: Pat Provider: NPI (type 1) is missing."""
    return f"{lack.who}: {lack.label} {lack.problem}"


def _named(facts: Facts) -> Iterator[Lack]:
    place = facts.office or facts.practice
    billed_as = facts.provider
    if facts.supervisor is not None and facts.choices["superbill_npi"] == "supervisor":
        billed_as = facts.supervisor
    subjects = {
        "practice": ("practice", facts.practice),
        "place": ("office" if facts.office else "practice", place),
        "provider": ("provider", facts.provider),
        "client": ("client", facts.client),
    }
    for field in FIELDS:
        subject, named = subjects[field.subject]
        if field.subject == "provider" and field.field == "npi":
            named = billed_as
        value = str(getattr(named, field.field)).strip()
        problem = _problem(field, value)
        if problem:
            who = subject if subject == "practice" else named.name or subject
            yield Lack(subject, named.subject_id, who, field.field, field.label, problem, value)


def _problem(field: Field, value: str) -> str:
    if not value:
        return "is missing" if field.required else ""
    return "" if field.fits(value) else f"is not well-formed: {field.shape}"


def _session(session: SessionFacts) -> Iterator[Lack]:
    who = f"session {session.service_on}"

    def lacks(field: str, problem: str, value: str) -> Lack:
        return Lack("session", session.session_id, who, field, SERVICE_FIELDS[field], problem, value)

    if not session.diagnoses:
        yield lacks("diagnoses", "is missing", "")
    if not session.place:
        yield lacks("place_of_service", "is missing", "")
    elif not is_place(session.place):
        yield lacks("place_of_service", "is not a two-digit place of service, such as 11", session.place)


def _line(session: SessionFacts, line: LineFacts) -> Iterator[Lack]:
    who = f"session {session.service_on}"
    if line.position > 1:
        who += f", service {line.position}"

    def lacks(field: str, problem: str, value: str) -> Lack:
        line_id = f"{session.session_id}:{line.line_id}"
        return Lack("line", line_id, who, field, SERVICE_FIELDS[field], problem, value)

    if not is_procedure(line.code_system, line.code):
        yield lacks("code", f"is not one of {line.code_system}", line.code)
    if not are_modifiers(line.modifiers):
        yield lacks("modifiers", "are not up to four of two characters", line.modifiers)
    if not session.diagnoses:
        return
    if not line.pointers:
        yield lacks("pointers", "are missing: letters of its diagnoses, such as AB", "")
    elif not are_pointers(line.pointers, len(session.diagnoses)):
        yield lacks("pointers", "do not name diagnoses of the session by letter", line.pointers)
    else:
        yield from _pointed(session, line)


def _pointed(session: SessionFacts, line: LineFacts) -> Iterator[Lack]:
    """The diagnoses that a service is for must be ones that an insurer knows."""
    on = date.fromisoformat(session.service_on)
    shown = " ".join(code for _, code in session.diagnoses)
    for letter in line.pointers:
        system, code = session.diagnoses[LETTERS.index(letter)]
        problem = ""
        if not is_icd10(system):
            problem = f"{code} is coded {system}, not ICD-10-CM"
        elif not is_valid(code, on):
            problem = f"{code} is not in ICD-10-CM for that day (lists up to {NEWEST})"
        if problem:
            who = f"session {session.service_on}"
            label = SERVICE_FIELDS["diagnoses"]
            yield Lack("session", session.session_id, who, "diagnoses", label, problem, shown)
