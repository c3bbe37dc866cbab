"""The verbs of a client, in the list and on the page: pay, bill, a new draft, a superbill (RB1, RC1, RD3)."""

from typing import ClassVar, Generic, TypeVar

from core.store import Tx
from tui.keys import verb
from tui.present import dollars, plural
from tui.screens.book_screen import BookScreen
from tui.screens.money_verbs import WRONG_REASON
from tui.screens.statement_verbs import MAKE, OPEN, Whose, ask_statements, open_last

V = TypeVar("V")

NEEDS_CLIENT = {"pay", "bill", "new", "note", "add_credit", "superbill", "estimate", "statement",
                "open_statement", "access", "charge", "cards"}  # fmt: skip


class ClientVerbs(BookScreen[V], Generic[V]):
    """A screen with one client under the cursor, or one that is open."""

    BINDINGS: ClassVar = [
        verb("p", "pay", "Payment", id="client.pay", help="Record a payment of who owes", counted=False),
        verb("b", "bill", "Bill", id="client.bill", help="A draft of everything unbilled", counted=False),
        MAKE,
        verb("i", "superbill", "Superbill", id="client.superbill",
             help="What an insurer needs to pay the client back", counted=False),
        verb("E", "estimate", "Estimate", id="client.estimate",
             help="A Good Faith Estimate: what care is expected to cost", counted=False),
        verb("a", "access", "Access", id="client.access",
             help="Who of the family may come into the portal; they are invited by mail", counted=False),
        verb("A", "add_credit", "Goodwill", id="client.add_credit",
             help="A credit that was not received as money", counted=False),
        verb("c", "charge", "Charge card", id="client.charge", counted=False,
             help="A card on file, for what is open"),
        verb("C", "cards", "Cards", id="client.cards", counted=False,
             help="Cards on file, with whose consent; remove one"),
        OPEN,
    ]  # fmt: skip

    @property
    def account(self) -> tuple[str, str, str] | None:
        """The ids of the client and of the guarantor who owes, and the client's name."""
        raise NotImplementedError

    @property
    def subject(self) -> str:
        account = self.account
        return "" if account is None else account[0]

    def allowed(self, action: str) -> bool:
        return action not in NEEDS_CLIENT or self.account is not None

    def action_pay(self) -> None:
        from tui.screens.paying import pay_ahead

        if (account := self.account) is not None:
            pay_ahead(self, account[1])

    @property
    def chosen_accounts(self) -> list[tuple[str, str, str]]:
        """Those of the marked clients, else of the one under the cursor, or the one that is open."""
        account = self.account
        return [] if account is None else [account]

    def action_statement(self) -> None:
        found = [Whose(owes, client_id, name) for client_id, owes, name in self.chosen_accounts]
        if found:
            keep_as = str(found[0].client_id) if len(found) == 1 else "clients"
            ask_statements(self, [one.name for one in found], lambda _: found, keep_as=keep_as)

    def action_open_statement(self) -> None:
        if (account := self.account) is not None:
            open_last(self, Whose(account[1], account[0], account[2]))

    def action_bill(self) -> None:
        self._draft(empty=False)

    def action_new(self) -> None:
        self._draft(empty=True)

    def action_superbill(self) -> None:
        from tui.screens.superbilling import ask_superbill

        if (account := self.account) is not None:
            ask_superbill(self, account[0], account[2])

    def action_estimate(self) -> None:
        from tui.screens.estimating import ask_estimate

        if (account := self.account) is not None:
            ask_estimate(self, account[0], account[2])

    def action_charge(self) -> None:
        from tui.screens.paying import pay_ahead

        if (account := self.account) is not None:
            pay_ahead(self, account[1], by_card=True)

    def action_cards(self) -> None:
        from tui.screens.cards_on_file import CardsOnFile

        if (account := self.account) is not None:
            self.app.push_screen(CardsOnFile(account[0], account[1]))

    def action_access(self) -> None:
        from tui.screens.access import Access

        if (account := self.account) is not None:
            self.app.push_screen(Access(account[0], account[2]))

    def action_add_credit(self) -> None:
        from core.payments.commands import give_credit, reverse_credit
        from tui.strips.forgive import AskGoodwill, Goodwill

        account, app, today = self.account, self.biller, self.biller.today()
        if account is None:
            return
        strip = AskGoodwill(f"Goodwill for {account[2]}", keep_as=f"goodwill {account[1]}")
        made: list[str] = []

        def given(answer: Goodwill) -> None:
            def give(tx: Tx) -> None:
                made[:] = [
                    give_credit(
                        tx,
                        guarantor_id=account[1],
                        amount_cents=answer.amount_cents,
                        reason=answer.reason,
                        today=today,
                    )
                ]

            def take_back(tx: Tx) -> None:
                reverse_credit(tx, made[0], reason=WRONG_REASON, today=today)

            what = f"Credit of {dollars(answer.amount_cents)} given"
            app.change(give, lambda _: self.done(what, take_back, give))

        self.open_strip(strip, given)

    def _draft(self, *, empty: bool) -> None:
        from core.invoicing.commands import create_draft, create_drafts, delete_drafts, restore_drafts

        account, today = self.account, self.biller.today()
        if account is None:
            return

        def command(tx: Tx) -> list[str]:
            if empty:
                return [create_draft(tx, client_id=account[0], today=today, empty=True)]
            return create_drafts(tx, client_id=account[0], today=today)

        def made(draft_ids: list[str]) -> None:
            one = len(draft_ids) == 1
            self.done(
                "Draft made (3 shows it)"
                if one
                else f"{plural(len(draft_ids), 'draft')} made (3 shows them)",
                lambda tx: delete_drafts(tx, draft_ids),
                lambda tx: restore_drafts(tx, draft_ids),
            )
            if empty and self.is_current:
                self.biller.show_invoice(draft_ids[0])

        self.change(command, made)
