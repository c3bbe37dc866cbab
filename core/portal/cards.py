"""Cards on file as the people who pay with them see them: brand, last digits, when they end (RF1).

Whoever may pay a guarantor's account may look after the cards on it.
"""

from datetime import date
from typing import NamedTuple

from core.errors import DomainError
from core.payments.card import NoCard
from core.payments.card_file import Card, card_on_file, cards_of, choose_card, remove_card
from core.payments.checkout import begin_saving
from core.portal.pages import NotYours
from core.portal.paying import Begun, Form, Payer, form_name, note_payer, opened_before
from core.portal.viewer import Viewer
from core.store import Read, Tx

BRANDS = {
    "visa": "Visa", "mastercard": "Mastercard", "amex": "American Express", "discover": "Discover",
    "jcb": "JCB", "diners": "Diners Club", "unionpay": "UnionPay",
}  # fmt: skip


class AgreeFirst(DomainError):
    code = "agree_first"

    def __init__(self) -> None:
        super().__init__("A card is saved only if you agree. Read the words and tick the box.")


class ChooseAccount(DomainError):
    code = "choose_account"

    def __init__(self) -> None:
        super().__init__("Choose on whose account the card is saved.")


class CardLine(NamedTuple):
    """A card in a list."""

    card_id: str
    name: str
    """Visa ending in 4242."""
    ends: str
    """12/2034."""
    expired: bool
    is_default: bool
    person: str
    agreed_on: date


class AccountCards(NamedTuple):
    guarantor_id: str
    guarantor: str
    cards: tuple[CardLine, ...]


def card_name(brand: str, last4: str) -> str:
    """How a card is called: Visa ending in 4242."""
    return f"{BRANDS.get(brand, 'Card')} ending in {last4}"


def cards_page(read: Read, viewer: Viewer, *, today: date) -> list[AccountCards]:
    """The cards on every account that the viewer may pay. Raises: NotYours, where there is no such one."""
    if not viewer.payers:
        raise NotYours
    return [
        AccountCards(one, name, tuple(_line(card, today) for card in cards_of(read, one)))
        for one, name in viewer.payers.items()
    ]


def _line(card: Card, today: date) -> CardLine:
    return CardLine(
        card.card_id,
        card_name(card.brand, card.last4),
        f"{card.exp_month:02}/{card.exp_year}",
        (card.exp_year, card.exp_month) < (today.year, today.month),
        bool(card.is_default),
        card.person.partition(" <")[0],
        date.fromisoformat(card.agreed_at[:10]),
    )


def own_card(read: Read, viewer: Viewer, card_id: str, *, today: date) -> CardLine:
    """One of them. Raises: NotYours."""
    try:
        card = card_on_file(read, card_id)
    except NoCard:
        raise NotYours from None
    if card.guarantor_id not in viewer.payers:
        raise NotYours
    return _line(card, today)


def remove_own_card(tx: Tx, viewer: Viewer, card_id: str, *, today: date) -> None:
    """It is not used any more, and the processor forgets it. Raises: NotYours."""
    own_card(tx, viewer, card_id, today=today)
    remove_card(tx, card_id, reason="removed in the portal")


def choose_own_card(tx: Tx, viewer: Viewer, card_id: str, *, today: date) -> None:
    """It is charged first. Raises: NotYours."""
    own_card(tx, viewer, card_id, today=today)
    choose_card(tx, card_id)


def begin_card(tx: Tx, viewer: Viewer, guarantor_id: str, form: Form) -> Begun:
    """A card is to be saved without a payment. Raises: NotYours, ChooseAccount, AgreeFirst, NoProcessor."""
    if not guarantor_id and viewer.payers:
        raise ChooseAccount
    if guarantor_id not in viewer.payers:
        raise NotYours
    if form.consent is None:
        raise AgreeFirst
    payer = Payer(viewer.person_id)
    name = form_name(payer, f"card:{guarantor_id}", form)
    found = opened_before(tx, payer, "setup", guarantor_id, [], name, form)
    if found is not None:
        return found
    checkout_id = begin_saving(
        tx, guarantor_id=guarantor_id, form=name, consent=form.consent, portal=form.portal
    )
    note_payer(tx, checkout_id, payer)
    return Begun(checkout_id)
