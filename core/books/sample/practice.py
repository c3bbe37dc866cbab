"""The sample practice itself: two offices, six providers, what they do and what it costs.

Everything is invented. Descriptions are the practice's own; telephone numbers and mail addresses are
those set aside for fiction.
"""

from datetime import date
from typing import NamedTuple

from core.practice.commands import (
    add_office,
    add_provider,
    add_service,
    change_practice,
    found_practice,
    license_provider,
    set_missed_fee,
)
from core.store import Tx
from core.tables import Office, Provider

ZONE = "America/New_York"
_LONG_AGO = date(2000, 1, 1)

FOOTER = (
    "Please pay within 30 days: by card on the telephone, by check to Harbor Lane Therapy,"
    " or by transfer to account 0000 1234 5678. Questions? billing@harborlane.example"
)

SERVICES = (
    ("CPT", "90791", "First visit and plan of care", 22_500, None),
    ("CPT", "90834", "Talk therapy, standard visit", 15_000, None),
    ("CPT", "90837", "Talk therapy, long visit", 18_500, None),
    ("CPT", "90847", "Family visit", 19_500, None),
    ("CPT", "90853", "Thursday group", 6_500, None),
    ("CPT", "97153", "Behaviour session, one to one", 1_875, 15),
    ("CPT", "97155", "Behaviour plan review", 3_250, 15),
    ("CPT", "97156", "Coaching for parents", 2_750, 15),
    ("HCPCS", "H2014", "Everyday skills practice", 2_400, 15),
    ("HCPCS", "T1013", "Interpreter, sign language", 2_250, 15),
    ("LOCAL", "LETTER", "Letter for school or employer", 9_000, None),
    ("LOCAL", "HELLO", "Getting to know each other, free", 0, None),
)
"""Code system, code, the practice's own words, fee in cents a unit, minutes a unit."""

SERVICE = {code: (system, words, rate) for system, code, words, rate, _ in SERVICES}


class Team(NamedTuple):
    """Who works where. `talk` see adults and children, `behaviour` does ABA, `trainee` has no licence."""

    offices: tuple[str, str]
    talk: tuple[str, ...]
    behaviour: tuple[str, ...]
    trainee: str
    home: dict[str, str]


def set_up(tx: Tx, today: date, begins_on: date) -> tuple[str, Team]:
    """Found the practice; answers its id and its team."""
    practice_id, harbor = found_practice(
        tx, name="Harbor Lane Therapy", timezone=ZONE, office_code="HARBOR", series="H", terms_days=30,
        today=today,
    )  # fmt: skip
    change_practice(
        tx, tax_id="12-3456789", npi=npi("199999970"), phone="(555) 010-0100", street="14 Harbor Lane",
        email="billing@harborlane.example", street_2="Suite 3", city="Port Ellery", state="NY",
        postal_code="11999", footer=FOOTER,
    )  # fmt: skip
    tx.change(
        Office, harbor, name="Harbor Lane", phone="(555) 010-0100", street="14 Harbor Lane",
        street_2="Suite 3", city="Port Ellery", state="NY", postal_code="11999",
    )  # fmt: skip
    mill = add_office(
        tx, code="MILL", name="Mill Street", phone="(555) 010-0200", street="230 Mill Street",
        city="Elmsworth", state="NY", postal_code="11998",
    )  # fmt: skip
    for system, code, words, rate, minutes in SERVICES:
        add_service(
            tx, code_system=system, code=code, description=words, rate_cents=rate, unit_minutes=minutes
        )
    for kind, fee in (("no_show_fee", 7_500), ("late_cancel_fee", 5_000)):
        set_missed_fee(tx, kind, amount_cents=fee, effective_from=_LONG_AGO)
    return practice_id, _team(tx, begins_on, harbor, mill)


def _team(tx: Tx, begins_on: date, harbor: str, mill: str) -> Team:
    def join(number: int, name: str, credentials: str, office_id: str, since: int | None) -> str:
        provider_id = add_provider(
            tx, name=name, credentials=credentials, npi=npi(f"19999998{number}"), office_id=office_id
        )
        tx.change(Provider, provider_id, licence=f"NY-0{number}4471", licence_state="NY")
        if since is not None:
            license_provider(tx, provider_id, first_year=since)
        return provider_id

    year = begins_on.year
    miriam = join(1, "Miriam Okafor", "PhD", harbor, year - 6)
    daniel = join(2, "Daniel Brandt", "LCSW", harbor, year - 2)
    sofia = join(3, "Sofía Herrera", "LMFT", mill, year - 1)
    priya = join(4, "Priya Raman", "BCBA", mill, year - 3)
    tom = join(5, "Tom Whitfield", "BCBA", harbor, year)
    jonas = join(6, "Jonas Lindqvist", "MHC-LP", harbor, None)
    tx.change(Provider, jonas, supervisor_id=miriam)
    home = {miriam: harbor, daniel: harbor, sofia: mill, priya: mill, tom: harbor, jonas: harbor}
    return Team((harbor, mill), (miriam, daniel, sofia), (priya, tom), jonas, home)


def npi(nine: str) -> str:
    """A provider number whose check digit is right: Luhn over 80840 and the digits."""
    digits = [int(digit) for digit in f"80840{nine}"]
    doubled = [digit * 2 if place % 2 == 0 else digit for place, digit in enumerate(reversed(digits))]
    total = sum(digit - 9 if digit > 9 else digit for digit in doubled)
    return f"{nine}{-total % 10}"
