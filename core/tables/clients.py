"""Who is cared for, who owes the money, and who insures them."""

from typing import Any, ClassVar

from sqlalchemy import Index
from sqlalchemy import text as sql_text

from core.tables.columns import (
    STRICT,
    Register,
    day,
    flag,
    in_range,
    later_text,
    maybe_cents,
    maybe_day,
    maybe_number,
    maybe_ref,
    maybe_text,
    number,
    one_of,
    ref,
    text,
    word,
)


class Guarantor(Register, table=True):
    """Who owes the money: the client itself or, for a child, usually a parent.

    Not the subscriber, who holds the insurance policy. One guarantor may stand for several clients.
    """

    name: str = word()
    street: str = text()
    street_2: str = text()
    city: str = text()
    state: str = text()
    postal_code: str = text()
    country: str = text()
    email: str = text()
    phone: str = text()
    email_ok: bool = flag(True)
    external_id: str | None = maybe_text(index=True)
    archived: bool = flag(False)


class Client(Register, table=True):
    """Who receives care."""

    __table_args__: ClassVar[Any] = (
        one_of("bill_to", "client", "insurance", "hybrid"),
        # So small that counting the clients decrypts next to nothing.
        Index("ix_client_living", "active", sqlite_where=sql_text("archived = 0")),
        Index("ix_client_by_name", "sort_name", "id", sqlite_where=sql_text("archived = 0")),
        STRICT,
    )

    name: str = word()
    """As on documents: given name first."""
    sort_name: str = word()
    """As in lists: family name first."""
    birth_on: str | None = maybe_day()
    guarantor_id: str = ref("guarantor", index=True)
    bill_to: str = text("client")
    office_id: str | None = maybe_ref("office")
    provider_id: str | None = maybe_ref("provider")
    external_id: str | None = maybe_text(index=True)
    active: bool = flag(True)
    """No: nothing new is scheduled; what was done is still billed."""
    archived: bool = flag(False)
    street: str = later_text()
    """Where the client lives; empty where that is the guarantor's address."""
    street_2: str = later_text()
    city: str = later_text()
    state: str = later_text()
    postal_code: str = later_text()
    phone: str = later_text()
    referrer: str = later_text()
    """Who referred the client, as insurers ask for it."""
    referrer_npi: str = later_text()


class PayerShare(Register, table=True):
    """What part of a client's charges a guarantor owes: percent, fixed, or the remainder (RB8)."""

    __table_args__: ClassVar[Any] = (
        one_of("kind", "percent", "fixed", "remainder"),
        in_range("share_cents", 0),
        STRICT,
    )

    client_id: str = ref("client", index=True)
    guarantor_id: str = ref("guarantor")
    kind: str = word()
    share_bps: int | None = maybe_number()
    share_cents: int | None = maybe_cents()
    position: int = number(0)
    effective_from: str = day()
    effective_to: str | None = maybe_day()


class Payer(Register, table=True):
    """An insurer."""

    name: str = word()
    street: str = text()
    city: str = text()
    state: str = text()
    postal_code: str = text()
    phone: str = text()
    external_id: str | None = maybe_text(index=True)


class Coverage(Register, table=True):
    """A client's policy with a payer and the days it held."""

    client_id: str = ref("client", index=True)
    payer_id: str = ref("payer")
    member_number: str = text()
    group_number: str = text()
    subscriber: str = text()
    relation: str = text()
    rank: int = number(1)
    starts_on: str | None = maybe_day()
    ends_on: str | None = maybe_day()
    subscriber_birth_on: str | None = maybe_day()


class BillingNote(Register, table=True):
    """A biller's note about a client. Never on a document."""

    client_id: str = ref("client", index=True)
    text: str = word()
    noted_on: str = day()
    archived: bool = flag(False)
