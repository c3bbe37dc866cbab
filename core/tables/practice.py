"""The practice: who bills, where, by whom, for what, under which rules."""

from typing import Any, ClassVar

from core.tables.columns import (
    STRICT,
    Fact,
    Register,
    cents,
    day,
    flag,
    in_range,
    later_text,
    maybe_number,
    maybe_ref,
    maybe_text,
    number,
    one_of,
    ref,
    text,
    word,
)


class Practice(Register, table=True):
    """The practice as its documents name it. One row a book."""

    name: str = word()
    timezone: str = word()
    """IANA name; decides today, service dates, months and when a bill is overdue."""
    currency: str = text("USD")
    tax_id: str = text()
    npi: str = text()
    phone: str = text()
    email: str = text()
    street: str = text()
    street_2: str = text()
    city: str = text()
    state: str = text()
    postal_code: str = text()
    footer: str = text()
    """Payment instructions at the foot of every invoice."""
    logo_sha256: str | None = maybe_text()
    portal_message: str = later_text()
    """What the portal's billing page says to every client; empty, nothing (RE7)."""


class Office(Register, table=True):
    """A place where the practice works. Its address stands on the documents of what is done there."""

    code: str = word()
    name: str = word()
    phone: str = text()
    street: str = text()
    street_2: str = text()
    city: str = text()
    state: str = text()
    postal_code: str = text()
    external_id: str | None = maybe_text(index=True)
    archived: bool = flag(False)


class Site(Register, table=True):
    """A database of this book: the hub (0) or a computer in an office (1 to 4095).

    An invoice series belongs to a site, so that numbers never need a server.
    """

    __table_args__: ClassVar[Any] = (in_range("number", 0, 4095), STRICT)

    number: int = number()
    name: str = word()
    office_id: str | None = maybe_ref("office")
    series: str = word()
    public_key: str = later_text()
    """Ed25519, as hex: what this site's work is signed with. Empty while there is no hub."""


class User(Register, table=True):
    """A person or machine that works in the book, with the role that gives its rights."""

    name: str = word()
    role: str = word()
    active: bool = flag(True)


class Provider(Register, table=True):
    """Who renders care."""

    name: str = word()
    credentials: str = text()
    npi: str = text()
    licence: str = text()
    licence_state: str = text()
    supervisor_id: str | None = maybe_ref("provider")
    office_id: str | None = maybe_ref("office")
    external_id: str | None = maybe_text(index=True)
    active: bool = flag(True)
    portal_message: str = later_text()
    """What the portal says to this professional's own clients (RE7)."""


class CptLicence(Register, table=True):
    """A provider's licence to bill CPT codes: for its first year, and for later ones while it renews.

    It renews each 1 January if the provider is active and it was not switched off (RH2).
    """

    provider_id: str = ref("provider", index=True)
    first_year: int = number()
    renews: bool = flag(True)
    last_year: int | None = maybe_number()


class Service(Register, table=True):
    """A thing the practice does and what it asks for it. The description is the practice's own."""

    __table_args__: ClassVar[Any] = (in_range("rate_cents", 0), STRICT)

    code_system: str = word()
    """CPT, HCPCS, SNOMED or LOCAL."""
    code: str = word(index=True)
    description: str = word()
    rate_cents: int = cents()
    unit_minutes: int | None = maybe_number()
    """Length of one unit of a timed code; NULL where a session is one unit."""
    modifiers: str = text()
    billable: bool = flag(True)
    archived: bool = flag(False)


class Policy(Fact, table=True):
    """A version of a rule of the practice, in force from a day on.

    `policy_id` is the rule's lasting name; `rule` is JSON whose shape `core.practice.policies` knows.
    """

    __table_args__: ClassVar[Any] = (
        one_of("kind", "terms", "no_show_fee", "late_cancel_fee", "late_fee"),
        STRICT,
    )

    policy_id: str = word()
    kind: str = word()
    effective_from: str = day()
    rule: str = word()


class Setting(Register, table=True):
    """One choice of the practice; `value` is JSON. Edits in two offices are a loud conflict."""

    name: str = word()
    value: str = word()
