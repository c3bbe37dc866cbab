"""Card payments: what was asked of the processor, what it answered, what still differs (RF1, RF2)."""

from typing import Any, ClassVar

from core.tables.columns import (
    BY_KEY,
    STRICT,
    Fact,
    Local,
    OnceFact,
    Register,
    cents,
    day,
    flag,
    in_range,
    instant,
    maybe_day,
    maybe_instant,
    maybe_ref,
    number,
    one_of,
    ref,
    row_id,
    text,
    word,
)

CALL_KINDS = ("checkout", "setup", "charge", "refund", "detach")


class ProcessorCustomer(OnceFact, table=True):
    """Under which name the card processor knows a guarantor (RF1). `once` is `customer:<guarantor>`."""

    guarantor_id: str = ref("guarantor", index=True)
    processor_ref: str = word(index=True)


class Checkout(OnceFact, table=True):
    """A payment, or the saving of a card, was begun on the processor's page (RF1).

    `once` is `checkout:<form>`: the same form sent twice is one.
    """

    __table_args__: ClassVar[Any] = (
        one_of("kind", "payment", "setup"),
        in_range("amount_cents", 0),
        STRICT,
    )

    kind: str = word()
    guarantor_id: str = ref("guarantor", index=True)
    parts: str = text("[]")
    """JSON: pairs of invoice id and cents, in the order in which they are paid."""
    amount_cents: int = cents()
    consent_id: str | None = maybe_ref("card_consent")
    """The authorisation to save the card; none where it is not saved."""
    guest: bool = flag(False)
    """Whoever pays is not signed in: the processor shows them no saved card of the guarantor's."""
    portal: str = text()
    """The address of the portal on which it was begun, and to which the person comes back."""


class CardConsent(OnceFact, table=True):
    """A person agreed that their card is kept and used later (RF1): which words, when, who."""

    guarantor_id: str = ref("guarantor", index=True)
    version: str = word()
    words: str = word()
    agreed_at: str = instant()
    person: str = word()


class SavedCard(OnceFact, table=True):
    """A card on file, as the processor describes it; its number is never here (RF1).

    `once` is `stripe:<payment method>`.
    """

    guarantor_id: str = ref("guarantor", index=True)
    consent_id: str = ref("card_consent")
    processor_ref: str = word(index=True)
    brand: str = word()
    last4: str = word()
    exp_month: int = number()
    exp_year: int = number()


class CardRemoval(OnceFact, table=True):
    """A card on file is used no more. `once` is `card-removed:<card>`."""

    card_id: str = ref("saved_card", index=True)
    reason: str = word()


class CardDefault(Register, table=True):
    """Which card on file is a guarantor's first choice; one that was removed since is no choice any more.

    The id is made of the guarantor's, so that two offices that choose apart have chosen once.
    """

    guarantor_id: str = ref("guarantor", index=True)
    card_id: str = ref("saved_card")


class CardCharge(OnceFact, table=True):
    """A card on file is to be charged for an invoice (RF1): asked here, done by the hub, answered.

    `once` is `charge:<invoice>:<attempt>`: two offices that ask at the same time ask for one charge.
    """

    __table_args__: ClassVar[Any] = (in_range("amount_cents", 1), STRICT)

    card_id: str = ref("saved_card", index=True)
    guarantor_id: str = ref("guarantor", index=True)
    invoice_id: str = word(index=True)
    amount_cents: int = cents()
    asked_on: str = day()


class ChargeAnswer(OnceFact, table=True):
    """What became of a charge that was asked for. `once` is `charge-answer:<charge>`."""

    __table_args__: ClassVar[Any] = (
        one_of("outcome", "paid", "declined", "confirm", "refused"),
        STRICT,
    )

    charge_id: str = ref("card_charge", index=True)
    outcome: str = word()
    """paid; declined by the bank; confirm: the bank wants its holder to confirm; refused by a rule here."""
    code: str = text()
    """The processor's word for why, such as insufficient_funds."""
    processor_ref: str = text()
    answered_on: str = day()


class Dispute(OnceFact, table=True):
    """A client's bank disputes a card payment (RF2). `once` is `stripe:<dispute>:<state>`.

    While it is open, and after it is lost, the money is not the practice's; the fee is its expense, never
    the client's. Source: `domain.md` section 13, rule 9.
    """

    __table_args__: ClassVar[Any] = (
        one_of("state", "inquiry", "open", "won", "lost"),
        in_range("amount_cents", 1),
        STRICT,
    )

    payment_id: str = ref("payment", index=True)
    processor_ref: str = word(index=True)
    state: str = word()
    amount_cents: int = cents()
    fee_cents: int = cents()
    reason: str = word()
    answer_by_on: str | None = maybe_day()
    happened_on: str = day(index=True)


class ProcessorDifference(OnceFact, table=True):
    """The processor's list and the book differ in something (RF2). `once` is
    `difference:<kind>:<processor's id>:<their cents>:<our cents>:<how often before>`.
    """

    __table_args__: ClassVar[Any] = (
        one_of("kind", "not_in_book", "not_at_processor", "amount", "refunded"),
        STRICT,
    )

    kind: str = word()
    processor_ref: str = word(index=True)
    theirs_cents: int = cents()
    ours_cents: int = cents()
    happened_on: str = day()
    payment_id: str | None = maybe_ref("payment")


class DifferenceEnd(OnceFact, table=True):
    """A later look found that a difference is gone. `once` is `difference-end:<difference>`."""

    difference_id: str = ref("processor_difference", index=True)


class ProcessorLook(Fact, table=True):
    """The processor's list was laid beside the book (RF2): how many payments it had, and how many differed.
    Its instant says as of when the differences hold, in every office.
    """

    payments: int = number()
    differing: int = number()


class ProcessorCall(Local, table=True):
    """The hub's outbox to the processor: written before the call, kept after it (`security.md` 5.6)."""

    __table_args__: ClassVar[Any] = (
        one_of("kind", *CALL_KINDS),
        one_of("state", "waiting", "done", "refused", "person"),
        BY_KEY,
    )

    id: str = row_id()
    """The id of the fact that asks for it."""
    kind: str = word()
    state: str = word(index=True)
    made_at: str = instant()
    first_at: str | None = maybe_instant()
    """When it was first sent: the processor remembers the key for a day from then."""
    attempt: int = number(0)
    """Part of the idempotency key: another one where the processor has forgotten the key before."""
    tries: int = number(0)
    processor_ref: str = text()
    url: str = text()
    """Where the person goes on, for a page of the processor's."""
    why: str = text()
    """Why it was refused; of a page that was completed, why its payment came to nothing after all."""


class ProcessorEvent(Local, table=True):
    """The hub's inbox from the processor: every authentic event once, for ever (`security.md` T15)."""

    __table_args__: ClassVar[Any] = (one_of("state", "waiting", "done", "aside"), BY_KEY)

    id: str = row_id()
    """The processor's own id of the event."""
    kind: str = word()
    about: str = text()
    """The processor's id of what it is about; its present state is asked for, so that order does not
    matter."""
    happened_s: int = number()
    body: str = word()
    received_at: str = instant()
    state: str = word(index=True)
    tries: int = number(0)
    why: str = text()
