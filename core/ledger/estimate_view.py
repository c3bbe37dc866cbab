"""All that a Good Faith Estimate must say, as frozen dataclasses (RD4). Source: 45 CFR 149.610(c)(1)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from core.codes.diagnoses import NEWEST, is_valid
from core.errors import DomainError, NotFound, UsageError
from core.ids import named, short
from core.ledger.letterhead import Letterhead, letterhead
from core.money import MAX_CENTS, AmountTooLarge
from core.store import Read
from core.text import plain

MAX_ITEMS, MAX_DIAGNOSES, MAX_VISITS, MAX_CHARACTERS = 50, 12, 1_000, 2_000


class EstimateTooLong(UsageError):
    code = "estimate_too_long"

    def __init__(self, from_on: date, to_on: date) -> None:
        super().__init__(
            f"An estimate covers at most twelve months, and {from_on} to {to_on} is more. Make a second one."
        )


class EstimateLacks(DomainError):
    """`missing` names each field that the law asks for and the book does not have."""

    code = "estimate_lacks"

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__(f"The estimate lacks: {'; '.join(missing)}.")
        self.missing = tuple(missing)


@dataclass(frozen=True, slots=True)
class EstimateItem:
    """A service and how often it is expected."""

    code: str
    description: str
    visits: int
    rate_cents: int

    @property
    def amount_cents(self) -> int:
        return self.visits * self.rate_cents


@dataclass(frozen=True, slots=True)
class EstimateRequest:
    """What the practice expects for a client by one provider; the rest is in the book."""

    client_id: str
    provider_id: str
    from_on: date
    to_on: date
    items: tuple[EstimateItem, ...]
    diagnoses: tuple[str, ...] = ()
    separately: str = ""
    """Further services that will be scheduled separately, in the practice's words."""


@dataclass(frozen=True, slots=True)
class EstimateView:
    """A Good Faith Estimate as its document shows it."""

    document_id: str
    version: int
    made_on: date
    number: str
    currency: str
    letterhead: Letterhead
    client_id: str
    provider_id: str
    patient: str
    birth_on: date
    address: tuple[str, ...]
    provider: str
    npi: str
    tin: str
    state: str
    from_on: date
    to_on: date
    items: tuple[EstimateItem, ...]
    diagnoses: tuple[str, ...]
    expected_cents: int
    separately: str


CLIENT = """
SELECT k.name, k.birth_on, k.street, k.street_2, k.city, k.state, k.postal_code,
       g.street, g.street_2, g.city, g.state, g.postal_code, k.office_id
FROM client AS k JOIN guarantor AS g ON g.id = k.guarantor_id WHERE k.id = :client_id
"""

PROVIDER = """
SELECT p.name, p.credentials, p.npi, p.office_id,
       coalesce(nullif(o.state, ''), nullif(p.licence_state, ''), (SELECT q.state FROM practice AS q LIMIT 1))
FROM provider AS p LEFT JOIN office AS o ON o.id = coalesce(p.office_id, :office_id)
WHERE p.id = :provider_id
"""


def estimate_view(read: Read, asked: EstimateRequest, *, today: date) -> EstimateView:
    """What the estimate says, as version 1 made today.

    Raises: EstimateLacks, EstimateTooLong, UsageError, AmountTooLarge, NotFound.
    """
    _check(asked)
    client = read.rows(CLIENT, client_id=asked.client_id)
    if not client:
        raise NotFound("There is no such client.", subject=asked.client_id)
    patient, birth_on, *places, client_office_id = client[0]
    provider = read.rows(PROVIDER, provider_id=asked.provider_id, office_id=client_office_id)
    if not provider:
        raise NotFound("There is no such provider.", subject=asked.provider_id)
    name, credentials, npi, office_id, state = provider[0]
    practice, currency = letterhead(read, office_id or client_office_id)
    _require(
        ("the patient's name", patient),
        ("the patient's date of birth", birth_on),
        (f"the NPI of {plain(name)}", npi),
        ("the practice's tax ID", practice.tax_id),
        ("the state where the care is given (of the office or the practice)", state),
    )
    estimate_id = named(f"estimate:{asked.client_id}:{asked.provider_id}:{asked.from_on}:{asked.to_on}")
    return EstimateView(
        document_id=estimate_id,
        version=1,
        made_on=today,
        number=short(estimate_id),
        currency=currency,
        letterhead=replace(practice, footer=""),
        client_id=asked.client_id,
        provider_id=asked.provider_id,
        patient=patient,
        birth_on=date.fromisoformat(birth_on),
        address=_address(*(places[:5] if places[0] else places[5:])),
        provider=", ".join(filter(None, (name, credentials))),
        npi=npi,
        tin=practice.tax_id,
        state=state,
        from_on=asked.from_on,
        to_on=asked.to_on,
        items=asked.items,
        diagnoses=asked.diagnoses,
        expected_cents=sum(item.amount_cents for item in asked.items),
        separately=asked.separately,
    )


def _check(asked: EstimateRequest) -> None:
    if asked.to_on < asked.from_on:
        raise UsageError(f"The estimate ends on {asked.to_on}, before it begins. Turn the days around.")
    if asked.to_on >= _a_year_after(asked.from_on):
        raise EstimateTooLong(asked.from_on, asked.to_on)
    if not asked.items:
        raise UsageError("An estimate needs at least one --service with its --visits.")
    if len(asked.items) > MAX_ITEMS or len(asked.diagnoses) > MAX_DIAGNOSES:
        raise UsageError(f"An estimate has at most {MAX_ITEMS} services and {MAX_DIAGNOSES} diagnoses.")
    if any(not (1 <= item.visits <= MAX_VISITS and item.rate_cents >= 0) for item in asked.items):
        raise UsageError(f"A service is expected 1 to {MAX_VISITS:,} times, at a rate of zero or more.")
    if len(asked.separately) > MAX_CHARACTERS or any(len(one) > 20 for one in asked.diagnoses):
        raise UsageError(
            f"A diagnosis has at most 20 characters, what is scheduled separately {MAX_CHARACTERS:,}."
        )
    for code in asked.diagnoses:
        if not is_valid(code, asked.from_on):
            raise UsageError(
                f'"{plain(code)}" is not in ICD-10-CM for {asked.from_on} (lists up to {NEWEST}).'
                " Correct the code, or leave it out."
            )
    if sum(item.amount_cents for item in asked.items) > MAX_CENTS:
        raise AmountTooLarge


def _a_year_after(day: date) -> date:
    leap_day = (day.month, day.day) == (2, 29)
    return date(day.year + 1, 3, 1) if leap_day else day.replace(year=day.year + 1)


def _require(*fields: tuple[str, str | None]) -> None:
    missing = [label for label, value in fields if not (value or "").strip()]
    if missing:
        raise EstimateLacks(missing)


def _address(street: str, street_2: str, city: str, state: str, postal_code: str) -> tuple[str, ...]:
    town = ", ".join(part for part in (city, " ".join(p for p in (state, postal_code) if p)) if part)
    return tuple(line for line in (street, street_2, town) if line)
