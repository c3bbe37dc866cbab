"""Documents a practice gives out: what each said when it was made, and its bytes.

A document is made from facts and then frozen: what it says stays readable and provable after the facts
moved on. The same document made again says nothing new and is the same; where the facts changed it is
another version, marked as corrected, and every version stays (RD6).
"""

from typing import Any, ClassVar

from sqlalchemy import Index

from core.sync.policy import Travels
from core.tables.columns import (
    STRICT,
    OnceFact,
    Row,
    blob,
    by_ending,
    cents,
    day,
    in_range,
    maybe_day,
    maybe_ref,
    number,
    one_of,
    ref,
    row_id,
    signed_cents,
    text,
    word,
)


class Document(OnceFact, table=True):
    """A version of a document as it was issued. `once` is `document:<subject>:<version>`."""

    __table_args__: ClassVar[Any] = (
        one_of("kind", "invoice", "statement", "superbill", "receipt", "credit_note", "estimate"),
        Index("ix_document_day", "made_on", "id"),
        Index("ix_document_kind_day", "kind", "made_on", "id"),
        by_ending("document", "subject_id"),
        STRICT,
    )

    kind: str = word()
    subject_id: str = word(index=True)
    version: int = number()
    sha256: str = word()
    size_bytes: int = number()
    made_on: str = day()


class Blob(Row, table=True):
    """Bytes by their SHA-256: documents and logos. Inside the encrypted book."""

    travels: ClassVar[Travels] = Travels.BLOB

    sha256: str = row_id()
    content: bytes = blob()


class Statement(OnceFact, table=True):
    """A version of a statement: a guarantor's account over some days, or what was open at their end (RD2).

    `once` is `statement:<statement>:<version>`; `statement_id` is made from guarantor, client, kind and
    days, so that two offices mean the same statement. Not a demand: it has no state and is never overdue.
    """

    __table_args__: ClassVar[Any] = (
        one_of("kind", "activity", "open_items"),
        signed_cents("opening_cents"),
        signed_cents("closing_cents"),
        STRICT,
    )

    statement_id: str = word(index=True)
    version: int = number()
    guarantor_id: str = ref("guarantor", index=True)
    client_id: str | None = maybe_ref("client", index=True)
    """One client's part only; NULL for the family statement of all the guarantor's clients."""
    kind: str = word()
    from_on: str | None = maybe_day()
    to_on: str = day()
    opening_cents: int = cents()
    closing_cents: int = cents()
    comment: str = text()
    made_on: str = day(index=True)
    content: str = word()
    """All that it says, as canonical JSON (`core.ledger.frozen`)."""


class Superbill(OnceFact, table=True):
    """A version of a superbill: what one provider did for a client, coded for their insurer (RD3).

    `once` is `superbill:<superbill>:<version>`; `superbill_id` is made from client, provider and days.
    """

    __table_args__: ClassVar[Any] = (
        in_range("charged_cents", 0),
        signed_cents("paid_cents"),
        STRICT,
    )

    superbill_id: str = word(index=True)
    version: int = number()
    client_id: str = ref("client", index=True)
    provider_id: str = ref("provider")
    from_on: str = day()
    to_on: str = day()
    charged_cents: int = cents()
    paid_cents: int = cents()
    made_on: str = day(index=True)
    content: str = word()


class Estimate(OnceFact, table=True):
    """A version of a Good Faith Estimate: what care by one provider is expected to cost (RD4).

    `once` is `estimate:<estimate>:<version>`. Source: 45 CFR 149.610.
    """

    __table_args__: ClassVar[Any] = (in_range("expected_cents", 0), STRICT)

    estimate_id: str = word(index=True)
    version: int = number()
    client_id: str = ref("client", index=True)
    provider_id: str = ref("provider")
    from_on: str = day()
    to_on: str = day()
    """At most twelve months after the first day."""
    expected_cents: int = cents()
    made_on: str = day(index=True)
    content: str = word()


class EstimateOverride(OnceFact, table=True):
    """Somebody decided to bill further than the law's margin above an estimate, up to an amount.

    `once` is `estimate-override:<estimate>:<allowed cents>`.
    """

    __table_args__: ClassVar[Any] = (in_range("allowed_cents", 0), STRICT)

    estimate_id: str = word(index=True)
    allowed_cents: int = cents()
    reason: str = word()


class Receipt(OnceFact, table=True):
    """A version of the receipt for a payment (RD4). `once` is `receipt:<payment>:<version>`."""

    payment_id: str = ref("payment", index=True)
    version: int = number()
    made_on: str = day(index=True)
    content: str = word()


class CreditNote(OnceFact, table=True):
    """A version of the document of a credit note (RD4). `once` is `credit-note:<adjustment>:<version>`."""

    adjustment_id: str = ref("adjustment", index=True)
    version: int = number()
    made_on: str = day(index=True)
    content: str = word()


class DocumentShare(OnceFact, table=True):
    """A statement, superbill, receipt, credit note or estimate is made visible to whom it is for.

    `once` is `document-share:<subject>:<version>`, and after a recall the same with `:2`;
    `mail_to` as on an invoice's share. A document with diagnoses is never mailed, only announced.
    """

    __table_args__: ClassVar[Any] = (
        one_of("kind", "statement", "superbill", "receipt", "credit_note", "estimate"),
        STRICT,
    )

    kind: str = word()
    subject_id: str = word(index=True)
    version: int = number()
    mail_to: str = text()
