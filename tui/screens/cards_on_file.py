"""The cards on file of who owes: whose consent each is kept with, charge one, use one no more (RF1)."""

from typing import ClassVar

from core.payments.card_file import Card, cards_of
from core.store import Read
from tui.keys import verb
from tui.present import plural
from tui.screens.book_screen import BookScreen
from tui.strips.asking import AskReason
from tui.widgets.columns import Column, day_column, words_column
from tui.widgets.rows import Row, Rows


class CardsOnFile(BookScreen[list[Card]]):
    """One row a card; the first is charged unless another is named: the default, else the newest."""

    PLACE = "clients"
    HEADING = "Cards on file"
    EMPTY = "No card is on file. Its holder keeps one in the portal, with their consent."
    COLUMNS = (
        words_column("Card", least=10, most=24),
        Column("Until", width=7),
        words_column("Agreed by", least=10, most=30),
        day_column("On"),
        words_column("Words", least=8, most=16, drop=1),
    )
    BINDINGS: ClassVar = [
        verb("c", "charge", "Charge", id="cards.charge", help="For what is open, oldest first",
             counted=False),
        verb("e", "default", "Default", id="cards.default", counted=False,
             help="The one that is charged first"),
        verb("x", "take_out", "Remove", id="cards.remove", counted=False,
             help="Used no more; the processor forgets it too"),
    ]  # fmt: skip

    def __init__(self, client_id: str, guarantor_id: str) -> None:
        super().__init__()
        self._client_id, self._guarantor_id = client_id, guarantor_id
        self._cards: dict[str, Card] = {}
        self._name = ""

    def ask_book(self, read: Read) -> list[Card]:
        from core.clients.queries import address

        self._name = str(address(read, self._guarantor_id).name)
        return cards_of(read, self._guarantor_id)

    def fill(self, view: list[Card]) -> None:
        self._cards = {card.card_id: card for card in view}
        self.grid.show_rows(Rows([_row(card, several=len(view) > 1) for card in view]))
        self.show_totals(f"{self._name} · {plural(len(view), 'card')}")

    def allowed(self, action: str) -> bool:
        if action == "default":
            return len(self._cards) > 1
        return action not in ("charge", "take_out") or bool(self._cards)

    def action_charge(self) -> None:
        from tui.screens.paying import pay_ahead

        pay_ahead(self, self._guarantor_id, by_card=True)

    def action_default(self) -> None:
        from core.payments.card_file import choose_card

        card = self._cards.get(self.grid.cursor_id or "")
        if card is None:
            return
        if card.is_default:
            self.biller.say(f"{card.brand} {card.last4} is the default already.")
            return
        (before,) = [one.card_id for one in self._cards.values() if one.is_default]
        what = f"{card.brand} {card.last4} of {self._name} is charged first"
        self.change(
            lambda tx: choose_card(tx, card.card_id),
            lambda _: self.done(
                what, lambda tx: choose_card(tx, before), lambda tx: choose_card(tx, card.card_id)
            ),
        )

    def action_take_out(self) -> None:
        card = self._cards.get(self.grid.cursor_id or "")
        if card is not None:
            strip = AskReason(
                f"Remove {card.brand} {card.last4}", label="because", keep_as=f"card {card.card_id}"
            )
            self.open_strip(strip, lambda reason: self._ask(card, reason))

    def _ask(self, card: Card, reason: str) -> None:
        from core.payments.card_file import remove_card

        app = self.biller

        def put_back() -> None:
            app.kept_texts[f"card {card.card_id}"] = {"text": reason}

        def remove() -> None:
            self.change(
                lambda tx: remove_card(tx, card.card_id, reason=reason),
                lambda _: app.say(f"{card.brand} {card.last4} is used no more.", "good"),
            )

        question = f"Remove {card.brand} {card.last4} of {self._name}? Only its holder can bring it back."
        self.ask(question, "removes", remove, on_cancel=put_back)


def _row(card: Card, *, several: bool) -> Row:
    which = ", default" if several and card.is_default else ""
    until = f"{card.exp_year}-{card.exp_month:02}"
    return Row(
        card.card_id,
        (f"{card.brand} {card.last4}{which}", until, card.person, card.agreed_at[:10], card.version),
    )
