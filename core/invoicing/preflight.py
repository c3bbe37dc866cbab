"""What must be mended before a client can be billed, and what only hurts a document.

Held back: no postal address for the guarantor, or a rendering provider without a CPT licence for the
year on lines coded CPT. Everything else is a warning that names the document it will hurt
(`decisions.md` 21).
"""

from collections import namedtuple
from collections.abc import Iterable

from core.ledger.unbilled import THESE, UnbilledCharge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.store import Read

NO_ADDRESS = "no postal address"
NO_EMAIL = "no e-mail: the invoice shows in the portal only"
NO_DIAGNOSIS = "no diagnosis: a superbill will lack it"

Party = namedtuple(
    "Party",
    "client_id client sort_name guarantor_id guarantor street street_2 city state postal_code country email"
    " email_ok office_id",
)
"""A client and who owes for it, as an invoice addresses them."""

PARTIES = """
SELECT k.id, k.name, k.sort_name, g.id, g.name, g.street, g.street_2, g.city, g.state, g.postal_code,
       g.country, g.email, g.email_ok, k.office_id
FROM client AS k JOIN guarantor AS g ON g.id = k.guarantor_id
"""
PARTY = PARTIES + " WHERE k.id = :client_id"
PARTIES_OF_THESE = PARTIES + f" WHERE k.id IN ({THESE})"
PARTY_OWING = PARTIES.replace("g.id = k.guarantor_id", "g.id = :guarantor_id") + " WHERE k.id = :client_id"


def party_of(read: "Read", client_id: str, guarantor_id: str) -> Party | None:
    """A client with one who owes a share for it, or owed when the draft was made."""
    return read.first(PARTY_OWING, Party, client_id=client_id, guarantor_id=guarantor_id)


def by_payer(charges: Iterable[UnbilledCharge], own_guarantor_id: str) -> dict[str, list[UnbilledCharge]]:
    """A client's charges and shares of charges by the guarantor who owes them, in the order met (RB8)."""
    found: dict[str, list[UnbilledCharge]] = {}
    for charge in charges:
        found.setdefault(charge.guarantor_id or own_guarantor_id, []).append(charge)
    return found


def address_lines(party: Party) -> list[str]:
    """The guarantor's name and address as an envelope has them, empty lines left out."""
    town = " ".join(part for part in (party.state, party.postal_code) if part)
    last = ", ".join(part for part in (party.city, town) if part)
    lines = [party.guarantor, party.street, party.street_2, last, party.country]
    return [line for line in lines if line]


def unlicensed(code_system: str, provider_id: str | None, licensed: set[str]) -> bool:
    """Whether a line needs a CPT licence that its provider does not have (RH2)."""
    return code_system == "CPT" and provider_id not in licensed


def holds(
    party: Party, coded: Iterable[tuple[str, str | None]], licensed: set[str], providers: dict[str, str]
) -> list[str]:
    """Why somebody cannot be billed; nothing where they can. `coded`: a line's code system and provider."""
    found = []
    if not (party.street.strip() and party.city.strip()):
        found.append(NO_ADDRESS)
    missing: dict[str | None, int] = {}
    for code_system, provider_id in coded:
        if unlicensed(code_system, provider_id, licensed):
            missing[provider_id] = missing.get(provider_id, 0) + 1
    for provider_id, count in missing.items():
        lines = f"{count} line{'' if count == 1 else 's'}"
        name = providers.get(provider_id or "")
        if name is None:
            found.append(f"no provider named ({lines} coded CPT)")
        else:
            found.append(f"no CPT licence: {name} ({lines})")
    return found
