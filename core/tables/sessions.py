"""Care as it was scheduled and given, and what it became: a charge or a claim."""

from typing import Any, ClassVar

from core.tables.columns import (
    STRICT,
    Fact,
    OnceFact,
    Register,
    by_ending,
    cents,
    day,
    flag,
    in_range,
    instant,
    maybe_ref,
    maybe_text,
    number,
    one_of,
    ref,
    text,
    word,
)


class Session(Register, table=True):
    """An appointment: client, provider, office, time, what became of it (RA1)."""

    __table_args__: ClassVar[Any] = (
        one_of("status", "scheduled", "kept", "no_show", "late_cancel", "cancelled"),
        STRICT,
    )

    client_id: str = ref("client", index=True)
    provider_id: str | None = maybe_ref("provider")
    office_id: str | None = maybe_ref("office")
    starts_at: str = instant()
    ends_at: str = instant()
    service_on: str = day(index=True)
    """The local day it starts on: the date of service."""
    status: str = word()
    place_of_service: str = text()
    bill_to: str | None = maybe_text()
    """Overrides the client's bill-to mode for this session (RA3)."""
    diagnoses: str = text("[]")
    """The diagnosis snapshot: JSON, a list of [code system, code], most important first."""
    external_id: str | None = maybe_text(index=True)


class SessionLine(Register, table=True):
    """One service given in a session."""

    __table_args__: ClassVar[Any] = (in_range("units_milli", 0), in_range("rate_cents", 0), STRICT)
    deletable: ClassVar[bool] = True

    session_id: str = ref("session", index=True)
    position: int = number()
    code_system: str = word()
    code: str = word()
    modifiers: str = text()
    """Up to four two-character modifiers, separated by spaces."""
    description: str = text()
    units_milli: int = number()
    """Thousandths of a unit."""
    rate_cents: int = cents()
    pointers: str = text()
    """Letters of the session's diagnoses that this line is for: AB."""
    billable: bool = flag(True)


class Finalisation(OnceFact, table=True):
    """A session is done and goes to billing, by the bill-to mode of that moment (RA2).

    `once` is `finalise:<session>`.
    """

    session_id: str = ref("session", index=True)
    bill_to: str = word()
    service_on: str = day()


class Charge(OnceFact, table=True):
    """Something a client owes for: a service, a missed appointment, a write-in.

    `once` is `charge:<session line>`. Whether it is billed is a question (`core.ledger.unbilled`).
    """

    __table_args__: ClassVar[Any] = (
        one_of("kind", "service", "no_show_fee", "late_cancel_fee", "write_in", "patient_share"),
        in_range("amount_cents", 1),
        in_range("units_milli", 1),
        in_range("rate_cents", 0),
        by_ending("charge"),
        STRICT,
    )

    client_id: str = ref("client", index=True)
    kind: str = word()
    service_on: str = day(index=True)
    session_id: str | None = maybe_ref("session", index=True)
    session_line_id: str | None = maybe_text()
    provider_id: str | None = maybe_ref("provider")
    office_id: str | None = maybe_ref("office")
    code_system: str = word()
    code: str = word()
    modifiers: str = text()
    description: str = text()
    units_milli: int = number()
    rate_cents: int = cents()
    amount_cents: int = cents()


class ChargeVoid(OnceFact, table=True):
    """A charge made in error, before any bill carried it. `once` is `charge-void:<charge>`."""

    charge_id: str = ref("charge", index=True)
    reason: str = word()


class Claim(OnceFact, table=True):
    """A session that goes to an insurer first. `once` is `claim:<session>`."""

    __table_args__: ClassVar[Any] = (in_range("charged_cents", 0), STRICT)

    session_id: str = ref("session", index=True)
    client_id: str = ref("client", index=True)
    coverage_id: str | None = maybe_ref("coverage")
    service_on: str = day()
    charged_cents: int = cents()


class ImportRun(Fact, table=True):
    """A file or folder that was imported: what it brought, for the record."""

    __table_args__: ClassVar[Any] = (in_range("total_cents", 0), STRICT)

    profile: str = word()
    source_sha256: str = word()
    clients: int = number()
    sessions: int = number()
    charges: int = number()
    total_cents: int = cents()
