"""Set up and change the practice: offices, providers and their licences, services, policies."""

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from core import audit
from core.actors import Right
from core.codes.numbers import read_npi, read_state, read_tax_id
from core.dates import zone
from core.errors import DomainError, TooLong, UsageError
from core.ids import named
from core.money import MAX_CENTS
from core.practice.policies import LATE_FEE_BASES, LATE_FEE_KINDS, LateFeeRule
from core.store import Tx
from core.tables import (
    CptLicence,
    Office,
    Policy,
    Practice,
    Provider,
    Service,
    Site,
)
from core.text import plain

_SERIES = re.compile(r"[A-Z]{1,4}", re.ASCII)


class BadSeries(UsageError):
    code = "bad_series"

    def __init__(self, typed: str) -> None:
        super().__init__(f'"{typed}" is not a number series. Use one to four letters, such as N.')


class EmptyName(UsageError):
    code = "empty_name"

    def __init__(self, what: str) -> None:
        super().__init__(f"The {what} needs a name.")


class BadTerms(UsageError):
    code = "bad_terms"

    def __init__(self, days: int) -> None:
        super().__init__(f"Terms of {days} days make no sense. Use 0 to 365.")


class ProviderExists(DomainError):
    code = "provider_exists"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is a provider called {plain(name)} already. Give this one a longer name.")


class OwnSupervisor(UsageError):
    code = "own_supervisor"

    def __init__(self) -> None:
        super().__init__("Nobody supervises themselves. Name another provider, or none.")


class BadFee(UsageError):
    code = "bad_fee"

    def __init__(self) -> None:
        super().__init__("A fee is zero or more; it never gives money back.")


class BadLateFee(UsageError):
    code = "bad_late_fee"

    def __init__(self, what: str) -> None:
        super().__init__(f"This late fee makes no sense: {what}.")


class LateFeeForThePast(DomainError):
    code = "late_fee_for_the_past"

    def __init__(self, day: date, today: date) -> None:
        super().__init__(
            f"Invoices issued from {day} on are out already under what held then. Late fees change from"
            f" today, {today}, or a later day."
        )


class BadLicenceYear(UsageError):
    code = "bad_year"

    def __init__(self, year: int) -> None:
        super().__init__(f"{year} is not a licence year. Use one from 2000 to 2100.")


def found_practice(
    tx: Tx,
    *,
    name: str,
    timezone: str,
    office_code: str,
    series: str,
    terms_days: int,
    today: date,
) -> tuple[str, str]:
    """Begin the book: the practice, its first office, this site, Net N. Answers practice and office id.

    Raises: EmptyName, NotATimeZone, BadSeries, BadTerms.
    """
    tx.require(Right.MANAGE)
    zone(timezone)
    if not name.strip():
        raise EmptyName("practice")
    if not office_code.strip():
        raise EmptyName("office")
    require_series(series)
    practice_id = tx.add(Practice(name=name.strip(), timezone=timezone))
    office_id = tx.add(Office(code=office_code.strip(), name=office_code.strip()))
    tx.add(
        Site(id=named(f"site:{tx.site}"), number=tx.site, name="first", office_id=office_id, series=series)
    )
    set_terms(tx, days=terms_days, effective_from=date(1900, 1, 1))
    audit.record(tx, "practice.founded", "practice", practice_id, name=name, timezone=timezone)
    return practice_id, office_id


def require_series(series: str) -> None:
    """Raises: BadSeries, for what cannot stand before the numbers of invoices."""
    if _SERIES.fullmatch(series) is None:
        raise BadSeries(series)


PRACTICE_ID = "SELECT id FROM practice ORDER BY id LIMIT 1"


def change_practice(tx: Tx, **values: str) -> None:
    """Correct the practice's name, address, tax id, footer, and what its portal says.

    Raises: EmptyName, NotATimeZone, BadTaxId, BadNpi, TooLong.
    """
    tx.require(Right.MANAGE)
    if not values.get("name", "x").strip():
        raise EmptyName("practice")
    if "timezone" in values:
        zone(values["timezone"])
    _require_short(values)
    values = _numbers_read(values)
    practice_id = tx.value(PRACTICE_ID)
    before = _before(tx, Practice, practice_id, values)
    tx.change(Practice, practice_id, **values)
    audit.record(tx, "practice.changed", "practice", practice_id, before=before, after=values)


MOST_MESSAGE = 600


def _require_short(values: Mapping[str, Any]) -> None:
    """Raises: TooLong, for a message that would hide the bills behind it."""
    if len(values.get("portal_message", "")) > MOST_MESSAGE:
        raise TooLong("message", MOST_MESSAGE)


def _before(tx: Tx, table: type[Any], row_id: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in the columns that a change is about, for the log."""
    sql = BEFORE[table.__name__]
    found = tx.rows(sql, id=row_id)
    names = sql.partition(" FROM ")[0].removeprefix("SELECT ").split(", ")
    row = dict(zip(names, found[0], strict=True)) if found else {}
    return {name: row[name] for name in values if name in row}


BEFORE = {
    "Practice": "SELECT name, timezone, tax_id, npi, email, footer, street, street_2, city, state,"
    " postal_code, phone, portal_message FROM practice WHERE id = :id",
    "Office": "SELECT code, name, street, street_2, city, state, postal_code, phone, archived FROM office"
    " WHERE id = :id",
    "Provider": "SELECT name, credentials, npi, licence, licence_state, supervisor_id, office_id, active,"
    " portal_message FROM provider WHERE id = :id",
    "Service": "SELECT description, rate_cents, unit_minutes, archived FROM service WHERE id = :id",
}
"""The columns of each table that are changed by hand."""


def _numbers_read(values: dict[str, Any]) -> dict[str, Any]:
    """The same with the numbers that have a check digit or a shape as they are printed.

    Raises: BadTaxId, BadNpi, BadState.
    """
    readers = {"tax_id": read_tax_id, "npi": read_npi, "licence_state": read_state}
    return {name: readers[name](value) if name in readers else value for name, value in values.items()}


def add_office(tx: Tx, *, code: str, name: str, **address: Any) -> str:
    """Another place of the practice. Raises: EmptyName."""
    tx.require(Right.MANAGE)
    if not code.strip():
        raise EmptyName("office")
    office_id = tx.add(Office(code=code.strip(), name=name.strip() or code.strip(), **address))
    audit.record(tx, "office.added", "office", office_id, code=code)
    return office_id


def change_office(tx: Tx, office_id: str, **values: Any) -> None:
    """Correct an office's code, name or address, or close it (`archived`). Raises: EmptyName, NotFound."""
    tx.require(Right.MANAGE)
    if not values.get("code", "x").strip() or not values.get("name", "x").strip():
        raise EmptyName("office")
    before = _before(tx, Office, office_id, values)
    tx.change(Office, office_id, **values)
    audit.record(tx, "office.changed", "office", office_id, before=before, after=values)


def add_provider(tx: Tx, *, name: str, **values: Any) -> str:
    """Somebody who renders care; values are credentials, npi, licence, licence_state, supervisor_id and
    office_id.

    Raises: EmptyName, ProviderExists, BadNpi, BadState.
    """
    tx.require(Right.MANAGE)
    if not name.strip():
        raise EmptyName("provider")
    if tx.value("SELECT 1 FROM provider WHERE name = :name AND active = 1", name=name.strip()):
        raise ProviderExists(name.strip())
    provider_id = tx.add(Provider(name=name.strip(), **_numbers_read(values)))
    audit.record(tx, "provider.added", "provider", provider_id, name=name)
    return provider_id


def change_provider(tx: Tx, provider_id: str, **values: Any) -> None:
    """Correct a provider's name, credentials, NPI, licence or supervisor, or say that they do not work here
    any more (`active`).

    Raises: EmptyName, ProviderExists, BadNpi, BadState, OwnSupervisor, TooLong, NotFound.
    """
    tx.require(Right.MANAGE)
    _require_short(values)
    values = _numbers_read(values)
    if values.get("supervisor_id") == provider_id:
        raise OwnSupervisor
    if "name" in values:
        values["name"] = values["name"].strip()
        if not values["name"]:
            raise EmptyName("provider")
        if tx.value(NAMESAKE, name=values["name"], provider_id=provider_id):
            raise ProviderExists(values["name"])
    before = _before(tx, Provider, provider_id, values)
    tx.change(Provider, provider_id, **values)
    audit.record(tx, "provider.changed", "provider", provider_id, before=before, after=values)


NAMESAKE = "SELECT 1 FROM provider WHERE name = :name AND active = 1 AND id <> :provider_id"


def license_provider(tx: Tx, provider_id: str, *, first_year: int, renews: bool = True) -> str:
    """A provider is licensed for CPT codes from a year on; it renews each 1 January unless switched off.

    Raises: BadLicenceYear.
    """
    tx.require(Right.MANAGE)
    if not 2000 <= first_year <= 2100:
        raise BadLicenceYear(first_year)
    licence_id = tx.add(CptLicence(provider_id=provider_id, first_year=first_year, renews=renews))
    audit.record(tx, "provider.licensed", "provider", provider_id, first_year=first_year, renews=renews)
    return licence_id


def add_service(
    tx: Tx,
    *,
    code_system: str,
    code: str,
    description: str,
    rate_cents: int,
    unit_minutes: int | None = None,
) -> str:
    """A service with the practice's own words and fee; CPT descriptors are not ours to ship.

    Raises: EmptyName.
    """
    tx.require(Right.MANAGE)
    if not code.strip() or not description.strip():
        raise EmptyName("service")
    if rate_cents < 0:
        raise BadFee
    service_id = tx.add(
        Service(
            code_system=code_system,
            code=code.strip(),
            description=description.strip(),
            rate_cents=rate_cents,
            unit_minutes=unit_minutes,
        )
    )
    audit.record(tx, "service.added", "service", service_id, code=code, rate_cents=rate_cents)
    return service_id


def change_service(tx: Tx, service_id: str, **values: Any) -> None:
    """Correct a service's description, fee or unit, or take it from the list (`archived`).

    Sessions and charges keep the fee they were recorded with. Raises: EmptyName, BadFee, NotFound.
    """
    tx.require(Right.MANAGE)
    if not values.get("description", "x").strip():
        raise EmptyName("service")
    if values.get("rate_cents", 0) < 0:
        raise BadFee
    before = _before(tx, Service, service_id, values)
    tx.change(Service, service_id, **values)
    audit.record(tx, "service.changed", "service", service_id, before=before, after=values)


def set_terms(tx: Tx, *, days: int, effective_from: date) -> str:
    """Bills are due so many days after issue, from a day on. Raises: BadTerms."""
    if not 0 <= days <= 365:
        raise BadTerms(days)
    return _set_policy(tx, "terms", {"days": days}, effective_from)


def set_missed_fee(tx: Tx, kind: str, *, amount_cents: int, effective_from: date) -> str:
    """What a no-show or a late cancellation costs, from a day on; `kind` is no_show_fee or
    late_cancel_fee."""
    assert kind in ("no_show_fee", "late_cancel_fee")
    if amount_cents < 0:
        raise BadFee
    return _set_policy(tx, kind, {"amount_cents": amount_cents}, effective_from)


def set_late_fee(tx: Tx, *, rule: LateFeeRule | None, effective_from: date, today: date) -> str:
    """What paying late costs on invoices issued from a day on; None ends late fees from that day on.

    Clients must have agreed to a fee before the service, so no invoice issued earlier ever carries it; and
    none that was issued before the practice set the rule, so it begins today at the earliest.
    Raises: BadLateFee, LateFeeForThePast. Source: `domain.md` section 7.
    """
    if rule is not None:
        _require_late_fee(rule)
    if effective_from < today:
        raise LateFeeForThePast(effective_from, today)
    return _set_policy(tx, "late_fee", {} if rule is None else rule._asdict(), effective_from)


def _require_late_fee(rule: LateFeeRule) -> None:
    if rule.kind not in LATE_FEE_KINDS or rule.base not in LATE_FEE_BASES:
        raise BadLateFee("it is flat or a percentage, of what is outstanding or of the original total")
    flat = rule.kind == "flat"
    if flat and not (0 < rule.amount_cents <= MAX_CENTS and rule.percent_bps == 0):
        raise BadLateFee("the amount is above zero")
    if not flat and not (0 < rule.percent_bps <= 10_000 and rule.amount_cents == 0):
        raise BadLateFee("the percentage is above 0 and at most 100")
    if not 1 <= rule.grace_days <= 365:
        raise BadLateFee("it falls due 1 to 365 days after the due date")
    if not 0 <= rule.every_days <= 365:
        raise BadLateFee("it comes again every 1 to 365 days, or once only")
    if not 0 <= rule.cap_cents <= MAX_CENTS:
        raise BadLateFee("the most that all fees of an invoice may come to is above zero")


def _set_policy(tx: Tx, kind: str, rule: Mapping[str, object], effective_from: date) -> str:
    tx.require(Right.MANAGE)
    policy_id = named(f"policy:{kind}")
    tx.add(
        Policy(
            policy_id=policy_id, kind=kind, effective_from=effective_from.isoformat(), rule=json.dumps(rule)
        )
    )
    audit.record(
        tx, "policy.set", "policy", policy_id, kind=kind, rule=rule, effective_from=str(effective_from)
    )
    return policy_id
