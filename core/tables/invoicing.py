"""Drafts and invoices."""

from typing import Any, ClassVar

from sqlalchemy import Index

from core.tables.columns import (
    STRICT,
    Fact,
    OnceFact,
    Register,
    cents,
    day,
    flag,
    in_range,
    maybe_cents,
    maybe_day,
    maybe_number,
    maybe_ref,
    maybe_text,
    number,
    one_of,
    ref,
    signed_cents,
    text,
    where_said,
    word,
)


class Draft(Register, table=True):
    """An invoice in the making: no number, not seen by clients, may be deleted (RB1, RB2).

    Its id becomes the invoice's. It is live until it is issued or deleted.
    """

    __table_args__: ClassVar[Any] = (where_said("draft", "replaces_id"), STRICT)
    deletable: ClassVar[bool] = True

    client_id: str = ref("client", index=True)
    guarantor_id: str = ref("guarantor")
    office_id: str | None = maybe_ref("office")
    made_on: str = day()
    due_on: str | None = maybe_day()
    """NULL: the terms count from the day of issue."""
    terms_days: int = number()
    notes: str = text()
    run_id: str | None = maybe_text(index=True)
    replaces_id: str | None = maybe_text()
    """The void invoice whose sessions this one bills again."""


class DraftLine(Register, table=True):
    """A line of a draft: a charge, as it is or with another rate or units, or a manual line."""

    __table_args__: ClassVar[Any] = (
        in_range("units_milli", 0),
        in_range("rate_cents", 0),
        in_range("amount_cents", 0),
        STRICT,
    )
    deletable: ClassVar[bool] = True

    draft_id: str = ref("draft", index=True)
    position: int = number()
    charge_id: str | None = maybe_ref("charge", index=True)
    share_id: str | None = maybe_ref("payer_share")
    service_on: str | None = maybe_day()
    provider_id: str | None = maybe_ref("provider")
    code_system: str = text()
    code: str = text()
    modifiers: str = text()
    description: str = text()
    units_milli: int = number()
    rate_cents: int = cents()
    amount_cents: int = cents()


class DraftAdjustment(Register, table=True):
    """A discount or surcharge on a whole draft, flat or by percent of its lines."""

    __table_args__: ClassVar[Any] = (
        one_of("kind", "discount", "surcharge"),
        in_range("flat_cents", 1),
        STRICT,
    )
    deletable: ClassVar[bool] = True

    draft_id: str = ref("draft", index=True)
    position: int = number()
    kind: str = word()
    label: str = text()
    flat_cents: int | None = maybe_cents()
    percent_bps: int | None = maybe_number()


class BillingRun(Fact, table=True):
    """Somebody ran the billing for a period; its drafts and invoices name it."""

    from_on: str | None = maybe_day()
    to_on: str | None = maybe_day()
    sends: bool = flag(False)


class InvoiceIssue(OnceFact, table=True):
    """A draft becomes an invoice: number, frozen lines, frozen names. Never edited.

    `once` is `issue:<invoice>`. `content_sha256` covers the canonical content of head and lines.
    """

    __table_args__: ClassVar[Any] = (
        in_range("total_cents", 0),
        Index("ix_invoice_issue_series", "series", "series_no"),
        where_said("invoice_issue", "replaces_id"),
        STRICT,
    )

    invoice_id: str = word(index=True)
    series: str = word()
    series_no: int = number()
    number: str = word(index=True)
    client_id: str = ref("client", index=True)
    guarantor_id: str = ref("guarantor", index=True)
    office_id: str | None = maybe_ref("office")
    issued_on: str = day(index=True)
    due_on: str = day()
    total_cents: int = cents()
    bill_to: str = word()
    """Name and address lines of the guarantor, a JSON list."""
    client_name: str = word()
    notes: str = text()
    pay_code: str = word()
    run_id: str | None = maybe_text(index=True)
    replaces_id: str | None = maybe_text()
    content_sha256: str = word()


class InvoiceLine(Fact, table=True):
    """A line of an issued invoice, as frozen at issue. A discount is negative."""

    __table_args__: ClassVar[Any] = (
        one_of("kind", "charge", "manual", "discount", "surcharge"),
        signed_cents("rate_cents"),
        signed_cents("amount_cents"),
        STRICT,
    )

    issue_id: str = word(index=True)
    invoice_id: str = word()
    position: int = number()
    kind: str = word()
    charge_id: str | None = maybe_ref("charge", index=True)
    share_id: str | None = maybe_text()
    service_on: str | None = maybe_day()
    provider_id: str | None = maybe_ref("provider")
    code_system: str = text()
    code: str = text()
    modifiers: str = text()
    description: str = text()
    units_milli: int = number()
    rate_cents: int = cents()
    amount_cents: int = cents()


class InvoiceShare(OnceFact, table=True):
    """An invoice is made visible to its client. `once` is `share:<invoice>`, and after a recall
    `share:<invoice>:2`.

    `mail_to` is the address a mail is due to; empty where the guarantor has none. Whether it went out
    is a question of the facts that answer it.
    """

    invoice_id: str = word(index=True)
    mail_to: str = text()


class ShareRecall(OnceFact, table=True):
    """A share is taken back before anything left: its client sees the invoice no more and gets no mail.

    `once` is `share-recall:<share>`. Sharing again is another share.
    """

    share_id: str = word(index=True)


class InvoiceVoid(OnceFact, table=True):
    """An invoice is called off; its charges are unbilled again. `once` is `void:<invoice>`."""

    __table_args__: ClassVar[Any] = (one_of("money", "none", "credit", "refund"), STRICT)

    invoice_id: str = word(index=True)
    reason: str = word()
    money: str = word()
    """What became of money on it: none, kept as credit, or refunded."""
    voided_on: str = day(index=True)


class InvoiceHold(Fact, table=True):
    """An invoice is not to be chased: its client disputes it, an insurer decides first, or by agreement.

    No reminder, late fee or automatic payment touches it until the hold ends.
    """

    __table_args__: ClassVar[Any] = (one_of("kind", "disputed", "insurer", "held"), STRICT)

    invoice_id: str = word(index=True)
    kind: str = word()
    reason: str = word()
    held_on: str = day()


class InvoiceHoldEnd(OnceFact, table=True):
    """A hold is over. `once` is `hold-end:<hold>`."""

    hold_id: str = ref("invoice_hold", index=True)
    ended_on: str = day()
