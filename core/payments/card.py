"""What a card processor must do, and the words that are used with it (RF1, RF2).

The hub speaks to the processor (`syncd/outside`); here is what it is asked for and what it answers. A card's
number is never among it. Amounts are integer cents of the practice's one currency.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple, Protocol

from core.errors import DomainError, NotFound, OutsideFailure

CURRENCY = "usd"
LEAST_CENTS = 50
"""What the processor charges at least. Source: `domain.md` section 13, rule 11."""


class CheckoutAsked(NamedTuple):
    """A page of the processor's for one payment, or for saving a card (`amount_cents` 0)."""

    checkout_id: str
    customer_ref: str
    """Empty for a guest, who is shown no saved card."""
    amount_cents: int
    label: str
    """What the page says is paid: the practice's name, nothing clinical."""
    save_card: bool
    portal: str
    """The address of the portal, to which the person comes back."""


class ChargeAsked(NamedTuple):
    """A card on file that is charged while its holder is away."""

    charge_id: str
    customer_ref: str
    card_ref: str
    amount_cents: int


class RefundAsked(NamedTuple):
    refund_id: str
    intent_ref: str
    amount_cents: int


class Page(NamedTuple):
    """Where a person goes on."""

    ref: str
    url: str


class CardSeen(NamedTuple):
    ref: str
    brand: str
    last4: str
    exp_month: int
    exp_year: int


class Intent(NamedTuple):
    """A payment as the processor has it now. `status` is its word: succeeded, processing, canceled,
    requires_action, requires_payment_method, ...; `code` is why it did not succeed."""

    ref: str
    status: str
    amount_cents: int
    currency: str
    live: bool
    made_at: datetime
    checkout_id: str
    """What of ours it was made for; empty for what was made without us."""
    charge_id: str
    refunded_cents: int
    """In all, as the processor counts it; disputes are not in it."""
    card: CardSeen | None
    code: str


UNPAID = ("canceled", "requires_payment_method")
"""Words for a payment that, once its page is complete, is not made any more: nobody can try another card
there. Source: the processor's lifecycle of payments; `domain.md` section 13, rules 1 and 10."""


class PageSeen(NamedTuple):
    """A page as it is now. `status` is open, complete or expired."""

    ref: str
    checkout_id: str
    status: str
    intent_ref: str
    card: CardSeen | None
    """Of a page that saves a card."""
    unpaid: str = ""
    """Why the payment of a complete page came to nothing for good; empty while it is paid or may be yet."""


class RefundSeen(NamedTuple):
    """`status` is pending, requires_action, succeeded, failed or canceled."""

    ref: str
    intent_ref: str
    refund_id: str
    """Ours, empty where it was made in the processor's dashboard."""
    amount_cents: int
    status: str


class DisputeSeen(NamedTuple):
    ref: str
    intent_ref: str
    status: str
    amount_cents: int
    fee_cents: int
    reason: str
    answer_by: datetime | None


class Event(NamedTuple):
    """What the processor sent by itself; only which thing it is about is believed."""

    id: str
    kind: str
    about: str
    happened_s: int
    live: bool
    body: str


class Processor(Protocol):
    """Every method raises ProcessorAway, after which the same may be asked again with the same `key`, and
    ProcessorRefuses, which asking again does not change."""

    live: bool
    origin: str
    """Of its own pages, such as https://checkout.stripe.com: where a form may lead."""

    def close(self) -> None: ...

    def make_customer(self, guarantor_id: str, *, key: str) -> str: ...
    def open_page(self, asked: CheckoutAsked, *, key: str) -> Page: ...
    def charge(self, asked: ChargeAsked, *, key: str) -> Intent: ...
    def refund(self, asked: RefundAsked, *, key: str) -> RefundSeen: ...
    def detach(self, card_ref: str, *, key: str) -> None: ...

    def page(self, ref: str) -> PageSeen: ...
    def page_of(self, intent_ref: str) -> PageSeen | None: ...
    def intent(self, ref: str) -> Intent: ...
    def refunds_of(self, intent_ref: str) -> list[RefundSeen]: ...
    def dispute(self, ref: str) -> DisputeSeen: ...

    def intents_since(self, since: datetime) -> Iterator[Intent]: ...
    def disputes_since(self, since: datetime) -> Iterator[DisputeSeen]: ...

    def read_event(self, body: bytes, signature: str) -> Event: ...


class NoProcessor(DomainError):
    code = "no_processor"

    def __init__(self) -> None:
        super().__init__(
            "This practice takes no cards yet. `syncd processor set` at the hub connects its Stripe account."
        )


class ProcessorAway(OutsideFailure):
    code = "processor_away"

    def __init__(self) -> None:
        super().__init__("The card processor does not answer. Nothing is lost; it is asked again.")


class ProcessorRefuses(OutsideFailure):
    """`why` is the processor's own word, never a sentence that may hold data."""

    code = "processor_refuses"

    def __init__(self, why: str) -> None:
        from core.text import plain

        self.why = plain(why)[:60] or "unknown"
        super().__init__(f"The card processor refuses this ({self.why}). Asking again does not help.")


class WrongKey(ProcessorAway):
    """Everything waits until the practice has given the right key."""

    code = "processor_key"

    def __init__(self) -> None:
        super().__init__()
        self.args = ("The card processor does not know this key. `syncd processor set` takes the right one.",)


class NotFromTheProcessor(DomainError):
    code = "not_from_the_processor"

    def __init__(self) -> None:
        super().__init__("This message does not carry the processor's signature, or is too old.")


class TooLittle(DomainError):
    code = "too_little"

    def __init__(self) -> None:
        super().__init__("The card processor takes 50 cents at least. Pay this one otherwise.")


class NothingToPay(DomainError):
    code = "nothing_to_pay"

    def __init__(self) -> None:
        super().__init__("Nothing is open there that could be paid by card.")


class NoCard(NotFound):
    code = "no_card"

    def __init__(self) -> None:
        super().__init__("There is no such card on file any more. Choose another, or send a pay link.")


class CardExpired(DomainError):
    code = "card_expired"

    def __init__(self, last4: str) -> None:
        super().__init__(f"The card ending in {last4} has expired. Choose another, or send a pay link.")


class ChargeUnderWay(DomainError):
    code = "charge_under_way"

    def __init__(self, number: str) -> None:
        super().__init__(f"A card is being charged for {number} already. Wait for its answer.")


class ConsentNeeded(DomainError):
    code = "consent_needed"

    def __init__(self) -> None:
        super().__init__("A card is kept only with its holder's consent: which words, and who agreed.")


WORDS = {
    "insufficient_funds": "The bank says there is not enough money on the account.",
    "expired_card": "The card has expired.",
    "incorrect_cvc": "The security code was wrong.",
    "lost_card": "The bank declined the card.",
    "stolen_card": "The bank declined the card.",
    "fraudulent": "The bank declined the card.",
    "authentication_required": "The bank wants the card's holder to confirm the payment.",
    "processing_error": "Something went wrong at the bank. Try again later.",
    "paid_meanwhile": "Less is open on the invoice than was to be charged.",
    "void": "The invoice is void.",
    "card_removed": "The card is not on file any more.",
    "no_invoice": "There is no such invoice.",
    "other_account": "The card, the invoice and the charge are not of one account.",
    "under_way": "Another card was being charged for the same at the same time.",
    "account_closed": "The account that the card belongs to is closed.",
}


def in_words(code: str) -> str:
    """A reason that a biller can tell a client, for the processor's word; never lost, stolen or fraud.

    Source: Stripe's list of decline codes, which asks that those are shown as a plain decline.
    """
    return WORDS.get(code, "The bank declined the card.")
