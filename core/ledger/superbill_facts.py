"""What a superbill is made of, as the book has it: sessions with their services, and who they name.

Read once for the view and for the lint, so that both speak of the same facts (RD3).
"""

import json
from collections import namedtuple
from dataclasses import dataclass
from datetime import date

from core.errors import NotFound
from core.ledger.choices import choices
from core.store import Read

PracticeFacts = namedtuple(
    "PracticeFacts", "subject_id name tax_id npi street street_2 city state postal_code phone currency"
)
OfficeFacts = namedtuple("OfficeFacts", "subject_id name street street_2 city state postal_code phone")
ProviderFacts = namedtuple(
    "ProviderFacts", "subject_id name credentials npi licence licence_state supervisor_id office_id"
)
ClientFacts = namedtuple(
    "ClientFacts",
    "subject_id name birth_on street street_2 city state postal_code phone referrer referrer_npi bill_to",
)
"""The address is the client's own, or the guarantor's where the client has none."""
CoverageFacts = namedtuple(
    "CoverageFacts",
    "coverage_id payer member_number group_number subscriber relation subscriber_birth_on rank",
)
SessionFacts = namedtuple(
    "SessionFacts",
    "session_id service_on status provider_id provider office_id place diagnoses final claimed",
)
"""`diagnoses` is a list of [code system, code], as the session had them when it was given."""
LineFacts = namedtuple(
    "LineFacts",
    "line_id session_id position code_system code modifiers description pointers charge_id amount_cents"
    " units_milli void",
)
"""One service of a session; `charge_id` is None where nothing was charged for it."""
Skipped = namedtuple("Skipped", "session_id service_on what reason")
"""A session, or one service of it, that does not belong on the superbill, and why."""

PRACTICE = """
SELECT id, name, tax_id, npi, street, street_2, city, state, postal_code, phone, currency FROM practice
ORDER BY id LIMIT 1
"""
OFFICE = "SELECT id, name, street, street_2, city, state, postal_code, phone FROM office WHERE id = :id"
PROVIDER = """
SELECT id, name, credentials, npi, licence, licence_state, supervisor_id, office_id FROM provider
WHERE id = :id
"""
CLIENT = """
SELECT k.id, k.name, coalesce(k.birth_on, ''),
       CASE k.street WHEN '' THEN g.street ELSE k.street END,
       CASE k.street WHEN '' THEN g.street_2 ELSE k.street_2 END,
       CASE k.street WHEN '' THEN g.city ELSE k.city END,
       CASE k.street WHEN '' THEN g.state ELSE k.state END,
       CASE k.street WHEN '' THEN g.postal_code ELSE k.postal_code END,
       CASE k.phone WHEN '' THEN g.phone ELSE k.phone END, k.referrer, k.referrer_npi, k.bill_to
FROM client AS k JOIN guarantor AS g ON g.id = k.guarantor_id WHERE k.id = :id
"""
COVERAGE = """
SELECT v.id, p.name, v.member_number, v.group_number, v.subscriber, v.relation, v.subscriber_birth_on, v.rank
FROM coverage AS v JOIN payer AS p ON p.id = v.payer_id
WHERE v.client_id = :client_id AND (v.starts_on IS NULL OR v.starts_on <= :day)
  AND (v.ends_on IS NULL OR v.ends_on >= :day)
ORDER BY v.rank, v.starts_on DESC, v.id LIMIT 1
"""
SESSIONS = """
SELECT s.id, s.service_on, s.status, s.provider_id, coalesce(p.name, ''), s.office_id, s.place_of_service,
       s.diagnoses,
       EXISTS (SELECT 1 FROM finalisation AS f WHERE f.session_id = s.id),
       EXISTS (SELECT 1 FROM claim AS m WHERE m.session_id = s.id)
FROM session AS s LEFT JOIN provider AS p ON p.id = s.provider_id
WHERE s.client_id = :client_id AND s.service_on >= :from_on AND s.service_on <= :to_on
ORDER BY s.service_on, s.starts_at, s.id
"""
LINES = """
SELECT l.id, l.session_id, l.position, coalesce(c.code_system, l.code_system), coalesce(c.code, l.code),
       l.modifiers, coalesce(c.description, l.description), l.pointers, c.id, coalesce(c.amount_cents, 0),
       coalesce(c.units_milli, l.units_milli),
       EXISTS (SELECT 1 FROM charge_void AS v WHERE v.charge_id = c.id)
FROM session_line AS l LEFT JOIN charge AS c ON c.session_id = l.session_id AND c.session_line_id = l.id
 AND NOT EXISTS (SELECT 1 FROM charge AS o WHERE o.session_id = c.session_id AND o.once = c.once
                 AND o.id <> c.id AND (o._q = 0, o._q, o.site, o.no) < (c._q = 0, c._q, c.site, c.no))
WHERE l.session_id = :session_id ORDER BY l.position, l.id
"""
WRITE_INS = """
SELECT c.service_on, c.description FROM charge AS c
WHERE c.client_id = :client_id AND c.session_id IS NULL
  AND c.service_on >= :from_on AND c.service_on <= :to_on
ORDER BY c.service_on, c.id
"""
RENDERED_BY = """
SELECT s.provider_id FROM session AS s JOIN provider AS p ON p.id = s.provider_id
WHERE s.client_id = :client_id AND s.service_on >= :from_on AND s.service_on <= :to_on AND s.status = 'kept'
GROUP BY s.provider_id, p.name ORDER BY p.name, s.provider_id
"""


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a superbill says is taken from here."""

    practice: PracticeFacts
    office: OfficeFacts | None
    """Where all of the services were given; its address stands on the document. None: the practice's own."""
    provider: ProviderFacts
    supervisor: ProviderFacts | None
    client: ClientFacts
    coverage: CoverageFacts | None
    services: tuple[tuple[SessionFacts, LineFacts], ...]
    """What belongs on it, in order of time."""
    skipped: tuple[Skipped, ...]
    choices: dict[str, str]


def providers_of(read: Read, client_id: str, *, from_on: date, to_on: date) -> list[str]:
    """The providers who kept sessions with a client in a range of days; a superbill has one each."""
    days = {"from_on": from_on.isoformat(), "to_on": to_on.isoformat()}
    return [row[0] for row in read.rows(RENDERED_BY, client_id=client_id, **days)]


def superbill_facts(
    read: Read, client_id: str, provider_id: str, *, from_on: date, to_on: date, licensed: dict[int, set[str]]
) -> Facts:
    """What is needed of the book. `licensed` are the providers who may bill CPT codes, by year (RH2).

    Raises: NotFound.
    """
    client = read.first(CLIENT, ClientFacts, id=client_id)
    provider = read.first(PROVIDER, ProviderFacts, id=provider_id)
    practice = read.first(PRACTICE, PracticeFacts)
    if client is None or provider is None or practice is None:
        raise NotFound("There is no such client or provider any more.", subject=client_id)
    days = {"from_on": from_on.isoformat(), "to_on": to_on.isoformat()}
    services: list[tuple[SessionFacts, LineFacts]] = []
    skipped = [
        Skipped("", on, words, "a charge without a session")
        for on, words in read.rows(WRITE_INS, client_id=client_id, **days)
    ]
    for session in read.all(SESSIONS, _session, client_id=client_id, **days):
        kept, left_out = _sorted(read, session, provider, licensed)
        services += [(session, line) for line in kept]
        skipped += left_out
    offices = {session.office_id for session, _ in services}
    office = read.first(OFFICE, OfficeFacts, id=offices.pop()) if len(offices) == 1 else None
    if office is not None and not office.phone:
        office = office._replace(phone=practice.phone)
    last_day = services[-1][0].service_on if services else days["to_on"]
    return Facts(
        practice,
        office if office is not None and office.street else None,
        provider,
        read.first(PROVIDER, ProviderFacts, id=provider.supervisor_id) if provider.supervisor_id else None,
        client,
        read.first(COVERAGE, CoverageFacts, client_id=client_id, day=last_day),
        tuple(services),
        tuple(sorted(skipped, key=lambda one: one.service_on)),
        choices(read),
    )


def _session(*columns: object) -> SessionFacts:
    found = SessionFacts(*columns)
    return found._replace(diagnoses=json.loads(found.diagnoses))


_NOT_KEPT = {
    "scheduled": "has not taken place",
    "no_show": "no-show",
    "late_cancel": "cancelled late",
    "cancelled": "cancelled",
}


def _sorted(
    read: Read, session: SessionFacts, provider: ProviderFacts, licensed: dict[int, set[str]]
) -> tuple[list[LineFacts], list[Skipped]]:
    """The services of a session that belong on the superbill, and what does not, with the reason."""

    def skip(reason: str, what: str = "session") -> Skipped:
        return Skipped(session.session_id, session.service_on, what, reason)

    if session.status != "kept":
        return [], [skip(f"not kept: {_NOT_KEPT[session.status]}")]
    if session.provider_id != provider.subject_id:
        return [], [skip(f"another provider: {session.provider}" if session.provider else "no provider")]
    if session.claimed:
        return [], [skip("billed to the insurer by the practice")]
    if not session.final:
        return [], [skip("not handed to billing yet")]
    lines = read.all(LINES, LineFacts, session_id=session.session_id)
    if not lines:
        return [], [skip("no service code")]
    kept, left_out = [], []
    for line in lines:
        reason = _not_eligible(session, line, licensed)
        if reason:
            left_out.append(skip(reason, line.description or line.code))
        else:
            kept.append(line)
    return kept, left_out


def _not_eligible(session: SessionFacts, line: LineFacts, licensed: dict[int, set[str]]) -> str:
    """Why a service does not belong on a superbill; empty where it does."""
    year = int(session.service_on[:4])
    if line.code_system not in ("CPT", "HCPCS"):
        return f"no CPT or HCPCS code: it is coded {line.code_system} {line.code}".rstrip()
    if line.void:
        return "its charge was taken back"
    if line.charge_id is None:
        return "nothing was charged for it"
    if line.code_system == "CPT" and session.provider_id not in licensed.get(year, ()):
        return f"unlicensed: no CPT licence of the provider for {year}"
    return ""
