"""All that a superbill's page or PDF needs, as frozen dataclasses (RD3).

What one provider did for a client over some days, coded so that the client's insurer can pay somebody
back. The diagnoses are those of each session's own snapshot that its services point to, lettered anew
over the document; nothing else of a client's diagnoses is disclosed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from core.codes.diagnoses import dotted
from core.codes.places import LETTERS, PLACES
from core.errors import DomainError
from core.ids import named
from core.ledger.letterhead import Letterhead, letterhead
from core.ledger.superbill_facts import ClientFacts, Facts, LineFacts, ProviderFacts, SessionFacts, Skipped
from core.ledger.superbill_lint import Lack, lint, sentence
from core.ledger.superbill_money import Payments
from core.store import Read


@dataclass(frozen=True, slots=True)
class SuperbillLine:
    """One service on its own day. Units are thousandths, money is cents; `pointers` are letters of the
    document's diagnoses, without separators."""

    service_on: date
    place: str
    code: str
    modifiers: str
    description: str
    pointers: str
    units_milli: int
    charged_cents: int
    paid_cents: int
    balance_cents: int


@dataclass(frozen=True, slots=True)
class Insured:
    """The policy that the client's insurer looks for."""

    payer: str
    member_number: str
    group_number: str
    subscriber: str
    relation: str
    subscriber_birth_on: date | None


@dataclass(frozen=True, slots=True)
class SuperbillView:
    """A superbill as its document shows it."""

    superbill_id: str
    version: int
    made_on: date
    client_id: str
    provider_id: str
    from_on: date
    to_on: date
    currency: str
    letterhead: Letterhead
    practice_npi: str
    provider: str
    """Name and credentials."""
    npi: str
    licence: str
    supervised_by: str
    supervisor_npi: str
    client: str
    birth_on: date
    address: tuple[str, ...]
    phone: str
    referrer: str
    referrer_npi: str
    insured: Insured | None
    payee: tuple[str, ...]
    """Whom the insurer is asked to pay; empty for nobody."""
    diagnoses: tuple[str, ...]
    """At most twelve; the first is A."""
    lines: tuple[SuperbillLine, ...]
    places: tuple[str, ...] = field(default=())
    """What each place of service on the lines is called."""

    @property
    def document_id(self) -> str:
        return self.superbill_id

    @property
    def charged_cents(self) -> int:
        return sum(line.charged_cents for line in self.lines)

    @property
    def paid_cents(self) -> int:
        return sum(line.paid_cents for line in self.lines)

    @property
    def balance_cents(self) -> int:
        return sum(line.balance_cents for line in self.lines)


class NothingEligible(DomainError):
    code = "nothing_eligible"

    def __init__(self, skipped: Sequence[Skipped]) -> None:
        why = "; ".join(dict.fromkeys(one.reason for one in skipped[:20]))
        super().__init__(
            f"Nothing in this range belongs on a superbill{f': {why}' if why else ''}. Choose other days."
        )
        self.skipped = tuple(skipped)


class MissingFields(DomainError):
    """`lacks` names each field, so that a door can go there."""

    code = "missing_fields"

    def __init__(self, lacks: Sequence[Lack]) -> None:
        more = f"; and {len(lacks) - 3} more" if len(lacks) > 3 else ""
        listed = "; ".join(map(sentence, lacks[:3]))
        super().__init__(f"The superbill lacks something. {listed}{more}.")
        self.lacks = tuple(lacks)


class TooManyDiagnoses(DomainError):
    code = "too_many_diagnoses"

    def __init__(self, last_day: str) -> None:
        super().__init__(
            f"These services are for more than twelve diagnoses, and a superbill holds twelve, A to L."
            f" Make one up to the day before {last_day}, and another for the rest."
        )


def superbill_id(client_id: str, provider_id: str, *, from_on: date, to_on: date) -> str:
    """Made from client, provider and days, so that two offices mean the same superbill."""
    return named(f"superbill:{client_id}:{provider_id}:{from_on}:{to_on}")


def superbill_view(
    read: Read, facts: Facts, *, from_on: date, to_on: date, made_on: date, payee: str | None = None
) -> SuperbillView:
    """What version 1, made on a day, says. `payee` is asked for this one; else the practice's choice holds.

    Raises: NothingEligible; MissingFields; TooManyDiagnoses.
    """
    if not facts.services:
        raise NothingEligible(facts.skipped)
    lacks = lint(facts)
    if lacks:
        raise MissingFields(lacks)
    head, currency = letterhead(read, facts.office.subject_id if facts.office else None)
    provider, client = facts.provider, facts.client
    by_supervisor = facts.supervisor is not None and facts.choices["superbill_npi"] == "supervisor"
    header = _header(facts.services)
    return SuperbillView(
        superbill_id=superbill_id(client.subject_id, provider.subject_id, from_on=from_on, to_on=to_on),
        version=1,
        made_on=made_on,
        client_id=client.subject_id,
        provider_id=provider.subject_id,
        from_on=from_on,
        to_on=to_on,
        currency=currency,
        letterhead=head,
        practice_npi=facts.practice.npi,
        provider=with_credentials(provider),
        npi="" if by_supervisor else provider.npi,
        licence=f"{provider.licence_state} {provider.licence}",
        supervised_by=with_credentials(facts.supervisor) if facts.supervisor else "",
        supervisor_npi=facts.supervisor.npi if facts.supervisor else "",
        client=client.name,
        birth_on=date.fromisoformat(client.birth_on),
        address=_address(client),
        phone=client.phone,
        referrer=client.referrer,
        referrer_npi=client.referrer_npi,
        insured=_insured(facts),
        payee=_payee(payee or facts.choices["superbill_payee"], head, facts),
        diagnoses=tuple(header),
        lines=tuple(_lines(read, facts, header)),
        places=tuple(f"{place} {PLACES[place]}" for place in sorted({s.place for s, _ in facts.services})),
    )


def with_credentials(provider: ProviderFacts) -> str:
    return ", ".join(part for part in (provider.name, provider.credentials) if part)


def _address(client: ClientFacts) -> tuple[str, ...]:
    town = ", ".join(part for part in (client.city, f"{client.state} {client.postal_code}".strip()) if part)
    return tuple(line for line in (client.street, client.street_2, town) if line)


def _insured(facts: Facts) -> Insured | None:
    coverage = facts.coverage
    if coverage is None:
        return None
    birth_on = coverage.subscriber_birth_on
    return Insured(
        coverage.payer,
        coverage.member_number,
        coverage.group_number,
        coverage.subscriber or facts.client.name,
        coverage.relation or ("self" if coverage.subscriber in ("", facts.client.name) else ""),
        date.fromisoformat(birth_on) if birth_on else None,
    )


def _payee(who: str, head: Letterhead, facts: Facts) -> tuple[str, ...]:
    match who:
        case "practice":
            return (head.name, *head.address)
        case "provider":
            return (with_credentials(facts.provider), *head.address)
        case "client":
            return (facts.client.name, *_address(facts.client))
    return ()


def _pointed(session: SessionFacts, line: LineFacts) -> Iterable[str]:
    """The diagnoses a service is for, most important first."""
    return (dotted(session.diagnoses[LETTERS.index(letter)][1]) for letter in line.pointers)


def _header(services: Sequence[tuple[SessionFacts, LineFacts]]) -> dict[str, str]:
    """A letter for each diagnosis, in the order in which the services first name them.

    Raises: TooManyDiagnoses.
    """
    header: dict[str, str] = {}
    for session, line in services:
        for code in _pointed(session, line):
            if code not in header:
                if len(header) == len(LETTERS):
                    raise TooManyDiagnoses(session.service_on)
                header[code] = LETTERS[len(header)]
    return header


def _lines(read: Read, facts: Facts, header: dict[str, str]) -> Iterable[SuperbillLine]:
    payments = Payments(read)
    says_what = facts.choices["superbill_descriptions"] == "yes"
    for session, line in facts.services:
        money = payments.of(line.charge_id, amount_cents=line.amount_cents, units_milli=line.units_milli)
        yield SuperbillLine(
            service_on=date.fromisoformat(session.service_on),
            place=session.place,
            code=line.code,
            modifiers=line.modifiers,
            description=line.description if says_what else "",
            pointers="".join(header[code] for code in _pointed(session, line)),
            units_milli=money.units_milli,
            charged_cents=money.charged_cents,
            paid_cents=money.paid_cents,
            balance_cents=money.charged_cents - money.paid_cents - money.taken_off_cents,
        )
