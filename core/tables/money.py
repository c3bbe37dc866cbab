"""Money received, given back, forgiven, and where it went."""

from typing import Any, ClassVar

from core.tables.columns import (
    STRICT,
    Fact,
    OnceFact,
    by_ending,
    cents,
    day,
    in_range,
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

PAYMENT_METHODS = ("cash", "check", "ach", "card_on_file", "card_external", "platform", "other")
ADJUSTMENT_KINDS = (
    "courtesy",
    "small_balance",
    "bad_debt",
    "contractual",
    "credit_note",
    "fee_waiver",
    "refund_close",
)


class Payment(OnceFact, table=True):
    """Money received from a guarantor (RC1). `once` names a processor's payment, else NULL."""

    __table_args__: ClassVar[Any] = (
        one_of("method", *PAYMENT_METHODS),
        in_range("amount_cents", 1),
        STRICT,
    )

    guarantor_id: str = ref("guarantor", index=True)
    amount_cents: int = cents()
    received_on: str = day(index=True)
    method: str = word()
    reference: str = text()
    note: str = text()
    session_id: str | None = maybe_ref("session")
    """The appointment it was paid ahead for."""
    office_id: str | None = maybe_ref("office")


class PaymentReversal(OnceFact, table=True):
    """A payment that was recorded in error or bounced. `once` is `reversal:<payment>`."""

    payment_id: str = ref("payment", index=True)
    reason: str = word()
    reversed_on: str = day(index=True)


class Credit(OnceFact, table=True):
    """Goodwill owed to a guarantor, not received as money (RC2)."""

    __table_args__: ClassVar[Any] = (in_range("amount_cents", 1), STRICT)

    guarantor_id: str = ref("guarantor", index=True)
    amount_cents: int = cents()
    given_on: str = day(index=True)
    reason: str = word()
    session_id: str | None = maybe_ref("session")


class CreditReversal(OnceFact, table=True):
    """A goodwill credit that was given in error. `once` is `credit-reversal:<credit>`."""

    credit_id: str = ref("credit", index=True)
    reason: str = word()
    reversed_on: str = day(index=True)


class Allocation(Fact, table=True):
    """Part of a payment or credit is put on an invoice. Applying credit is no receipt."""

    __table_args__: ClassVar[Any] = (in_range("amount_cents", 1), STRICT)

    payment_id: str | None = maybe_ref("payment", index=True)
    credit_id: str | None = maybe_ref("credit", index=True)
    invoice_id: str = word(index=True)
    amount_cents: int = cents()
    effective_on: str = day(index=True)


class AllocationRelease(Fact, table=True):
    """Part of an allocation is taken off its invoice again and is credit."""

    __table_args__: ClassVar[Any] = (in_range("amount_cents", 1), STRICT)

    allocation_id: str = ref("allocation", index=True)
    amount_cents: int = cents()
    reason: str = text()
    effective_on: str = day(index=True)


class RefundRequest(OnceFact, table=True):
    """Money of a payment, or goodwill of a credit, is to go back (RC3): recorded as done outside, or asked
    of the card processor, whose answer is a fact of its own.

    `balance` says what became of the invoice it was taken from: *reopen* asks for it again, *close* forgives
    it, *credit* is for money that was on no invoice.
    """

    __table_args__: ClassVar[Any] = (
        one_of("balance", "reopen", "close", "credit"),
        one_of("channel", "outside", "processor"),
        in_range("amount_cents", 1),
        STRICT,
    )

    payment_id: str | None = maybe_ref("payment", index=True)
    credit_id: str | None = maybe_ref("credit", index=True)
    invoice_id: str | None = maybe_text(index=True)
    amount_cents: int = cents()
    balance: str = word()
    channel: str = word()
    method: str = text()
    reference: str = text()
    reason: str = word()
    refunded_on: str = day(index=True)


class RefundAnswer(OnceFact, table=True):
    """What the card processor said of a refund. `once` is `refund:<request>:<outcome>`."""

    __table_args__: ClassVar[Any] = (one_of("outcome", "done", "failed"), STRICT)

    request_id: str = ref("refund_request", index=True)
    outcome: str = word()
    processor_ref: str = text()
    answered_on: str = day(index=True)


class Adjustment(OnceFact, table=True):
    """A change of what an invoice asks for without money: write-off, credit note, waiver (RC4).

    Positive cents take away from the balance; a reversal has the opposite sign and names what it
    reverses.
    """

    __table_args__: ClassVar[Any] = (
        one_of("kind", *ADJUSTMENT_KINDS),
        signed_cents("amount_cents"),
        where_said("adjustment", "reverses_id"),
        where_said("adjustment", "refund_id"),
        by_ending("adjustment"),
        STRICT,
    )

    invoice_id: str = word(index=True)
    kind: str = word()
    amount_cents: int = cents()
    reason: str = word()
    effective_on: str = day(index=True)
    reverses_id: str | None = maybe_ref("adjustment")
    late_fee_id: str | None = maybe_ref("late_fee")
    refund_id: str | None = maybe_ref("refund_request")


class LateFee(OnceFact, table=True):
    """A fee for paying late. `once` is `late-fee:<invoice>:<policy>:<step>`: no run doubles it."""

    __table_args__: ClassVar[Any] = (in_range("amount_cents", 1), by_ending("late_fee"), STRICT)

    invoice_id: str = word(index=True)
    policy_id: str = word()
    step: int = number()
    amount_cents: int = cents()
    assessed_on: str = day(index=True)


class DayClose(OnceFact, table=True):
    """A month is closed; what is dated into it later is flagged. `once` is `close:<day>`."""

    closed_through_on: str = day()
    note: str = text()
