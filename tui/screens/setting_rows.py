"""What Settings lists: a table of fields, each with its section, its value and what may be done with it.

A room that has something to set adds a function here that answers its rows, and one in
`setting_edits` that changes them.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from core.ledger.choices import CHOICES
from core.practice.queries import (
    OfficeView,
    PolicyView,
    ProviderView,
    SeriesView,
    ServiceView,
    UserView,
)
from tui.present import dollars
from tui.screens.mail_rows import MailView, mail_rows


class SettingsView(NamedTuple):
    """Everything the practice has chosen, as it stands, and what this computer has."""

    profile: Mapping[str, str]
    offices: Sequence[OfficeView]
    providers: Sequence[ProviderView]
    services: Sequence[ServiceView]
    policies: Sequence[PolicyView]
    users: Sequence[UserView]
    series: Sequence[SeriesView]
    today: str
    choices: Mapping[str, str]
    computer: Mapping[str, int | str]
    keys: str
    mail: MailView


class Item(NamedTuple):
    """One row. `edits` names how it is changed, empty where it is only shown; `why_not` then says why.

    `about` is the record behind it; `adds` is what `n` adds in this section.
    """

    item_id: str
    section: str
    name: str
    value: str
    edits: str = ""
    about: Any = None
    why_not: str = ""
    adds: str = ""
    own: bool = False
    """It is of this computer, not of the practice: anybody may change it."""


PRACTICE_FIELDS = {
    "name": "Name", "street": "Street", "street_2": "Street, second line", "city": "City", "state": "State",
    "postal_code": "Postal code", "phone": "Phone", "email": "E-mail", "tax_id": "Tax id", "npi": "NPI",
    "footer": "Footer of invoices", "portal_message": "Message to all clients",
}  # fmt: skip
"""What documents say of the practice, field by field."""

PORTAL = "portal"
"""The section of what clients find in the portal."""

SECTIONS = (
    "practice",
    "offices",
    "providers",
    "services",
    "rules",
    "documents",
    PORTAL,
    "mail",
    "users",
    "numbers",
    "computer",
)

RULES = {
    "terms": "Payment terms", "no_show_fee": "No-show fee", "late_cancel_fee": "Late-cancel fee",
    "late_fee": "Late fee",
}  # fmt: skip

_ZONE = "Every date follows the time zone. `daysheet practice set --timezone` changes it."
_CURRENCY = "The currency is chosen when the book is made."
_SERIES = "A series is given to a computer when it joins, so that no two ever give the same number."


def rows(view: SettingsView) -> Iterator[Item]:
    """Every row of the screen, section by section."""
    for field, name in PRACTICE_FIELDS.items():
        if field != "portal_message":
            yield _practice_row(view, field, name)
    yield Item("practice:timezone", "practice", "Time zone", view.profile.get("timezone", ""), why_not=_ZONE)
    yield Item(
        "practice:currency", "practice", "Currency", view.profile.get("currency", ""), why_not=_CURRENCY
    )
    for office in view.offices:
        town = " ".join(part for part in (office.city, office.state, office.postal_code) if part)
        value = ", ".join(part for part in (office.name, office.street, town, office.phone) if part)
        yield Item(office.office_id, "offices", office.code, value, "office", office, adds="office")
    for provider in view.providers:
        yield Item(
            provider.provider_id, "providers", provider.name, _provider(provider), "provider", provider,
            adds="provider",
        )  # fmt: skip
    for service in view.services:
        unit = f", a unit of {service.unit_minutes} min" if service.unit_minutes else ""
        value = f"{dollars(service.rate_cents)}{unit}, {service.description}"
        name = f"{service.code_system} {service.code}"
        yield Item(service.service_id, "services", name, value, "service", service, adds="service")
    yield from _rules(view)
    yield from _choices(view, "documents")
    yield from _choices(view, PORTAL)
    yield _practice_row(view, "portal_message", PRACTICE_FIELDS["portal_message"])
    for provider in view.providers:
        said = " / ".join(provider.portal_message.splitlines())
        if provider.active or said:
            name = f"Message of {provider.name}"
            yield Item(f"message:{provider.provider_id}", PORTAL, name, said, "message", provider)
    for item in mail_rows(view.mail):
        yield Item(*item)
    for user in view.users:
        value = user.role.replace("_", " ") + ("" if user.active else ", removed")
        yield Item(user.user_id, "users", user.name, value, "user", user, adds="user")
    for one in view.series:
        last = f"last {one.last_number}" if one.last_number else "none given yet"
        value = f"series {one.series}, {last}"
        where = f"Site {one.site} {one.office}".strip()
        yield Item(f"site:{one.site}", "numbers", where, value, why_not=_SERIES)
    yield Item("keys", "computer", "keys.toml", view.keys, "keys", own=True)
    for chosen, kept in view.computer.items():
        name = chosen.replace("_", " ").capitalize()
        yield Item(
            chosen, "computer", name, str(kept), "theme" if chosen == "theme" else "own", chosen, own=True
        )


def _practice_row(view: SettingsView, field: str, name: str) -> Item:
    section = PORTAL if field == "portal_message" else "practice"
    value = " / ".join(view.profile.get(field, "").splitlines())
    return Item(f"practice:{field}", section, name, value, "practice", field)


def _choices(view: SettingsView, section: str) -> Iterator[Item]:
    """What may be chosen of documents, or of the portal."""
    for choice, word in view.choices.items():
        if choice.startswith("portal_") is (section == PORTAL):
            name = choice.replace("_", " ").capitalize()
            yield Item(f"choice:{choice}", section, name, f"{word}: {CHOICES[choice].help}", "choice", choice)


def _provider(provider: ProviderView) -> str:
    licence = f"CPT licence from {provider.licences}" if provider.licences else "no CPT licence"
    npi = f"NPI {provider.npi}" if provider.npi else "no NPI"
    parts = [provider.credentials, npi, licence, "" if provider.active else "not active"]
    return ", ".join(part for part in parts if part)


def _rules(view: SettingsView) -> Iterator[Item]:
    """Each rule with all its versions, the newest first; the one in force says so."""
    for kind, name in RULES.items():
        versions = [row for row in view.policies if row.kind == kind]
        if not versions:
            yield Item(f"rule:{kind}", "rules", name, _no_rule(kind), "rule", PolicyView(kind, "", "", ""))
        past = [row for row in versions if row.effective_from <= view.today]
        for at, row in reversed(list(enumerate(versions))):
            if past and row is past[-1]:
                when = f"in force since {row.effective_from}"
            elif row.effective_from > view.today:
                when = f"from {row.effective_from} on"
            else:
                when = f"was in force from {row.effective_from}"
            yield Item(f"rule:{kind}:{at}", "rules", name, f"{rule_words(row)}, {when}", "rule", row)


def _no_rule(kind: str) -> str:
    return "Net 30, the practice has set none" if kind == "terms" else "none"


def rule_words(row: PolicyView) -> str:
    """`Net 30`, `$50.00`, `5% of what is outstanding, 10 days after the due date, then every 30 days`."""
    rule = json.loads(row.rule)
    if row.kind == "terms":
        return f"Net {rule['days']}"
    if row.kind != "late_fee":
        return dollars(rule["amount_cents"])
    if not rule:
        return "none"
    if rule["kind"] == "flat":
        words = dollars(rule["amount_cents"])
    else:
        words = f"{rule['percent_bps'] / 100:g}% of the {rule['base']} amount"
    words += f", {rule['grace_days']} days after the due date"
    words += f", then every {rule['every_days']} days" if rule["every_days"] else ", once"
    return words + (f", at most {dollars(rule['cap_cents'])}" if rule["cap_cents"] else "")
