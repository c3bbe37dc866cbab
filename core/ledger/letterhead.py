"""Who sends a document: the practice, at the office where the care was given."""

from dataclasses import dataclass, field

from core.codes.numbers import hidden
from core.ledger.choices import choices
from core.store import Read


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who sends the document: the practice, at the office that gave the service."""

    name: str
    address: tuple[str, ...]
    phone: str = ""
    email: str = ""
    tax_id: str = ""
    logo_png: bytes | None = field(default=None, repr=False)
    footer: str = ""
    """Payment instructions, such as where to mail a check."""


LETTERHEAD = """
SELECT p.name, p.currency, p.tax_id, p.email, p.footer, p.phone, p.street, p.street_2, p.city, p.state,
       p.postal_code, b.content
FROM practice AS p LEFT JOIN blob AS b ON b.sha256 = p.logo_sha256 ORDER BY p.id LIMIT 1
"""

OFFICE = "SELECT phone, street, street_2, city, state, postal_code FROM office WHERE id = :office_id"


def letterhead(read: Read, office_id: str | None) -> tuple[Letterhead, str]:
    """The practice's letterhead, with the office's own address and telephone, and the currency."""
    (name, currency, tax_id, email, footer, *place, logo) = read.rows(LETTERHEAD)[0]
    office = read.rows(OFFICE, office_id=office_id) if office_id else []
    if office and office[0][1]:
        place = [office[0][0] or place[0], *office[0][1:]]
    phone, street, street_2, city, state, postal_code = place
    town = ", ".join(part for part in (city, " ".join(p for p in (state, postal_code) if p)) if part)
    address = tuple(line for line in (street, street_2, town) if line)
    if choices(read)["hide_ssn"] == "yes":
        tax_id = hidden(tax_id)
    return Letterhead(name, address, phone, email, tax_id, logo, footer), currency


ADDRESSEE = "SELECT name, street, street_2, city, state, postal_code, country FROM guarantor WHERE id = :id"


def addressee(read: Read, guarantor_id: str) -> tuple[str, ...]:
    """Who owes, as an envelope has them: name and address, a line each, empty ones left out."""
    name, street, street_2, city, state, postal_code, country = read.rows(ADDRESSEE, id=guarantor_id)[0]
    town = ", ".join(part for part in (city, " ".join(p for p in (state, postal_code) if p)) if part)
    return tuple(line for line in (name, street, street_2, town, country) if line)
