"""The verbs of a client, in the list and on the page: pay, bill, a new draft (RB1, RC1)."""

from typing import ClassVar, Generic, TypeVar

from core.store import Tx
from tui.keys import verb
from tui.screens.book_screen import BookScreen

V = TypeVar("V")


class ClientVerbs(BookScreen[V], Generic[V]):
    """A screen with one client under the cursor, or one that is open."""

    BINDINGS: ClassVar = [
        verb("p", "pay", "Payment", id="client.pay", help="Record a payment of who owes", counted=False),
        verb("b", "bill", "Bill", id="client.bill", help="A draft of everything unbilled", counted=False),
    ]

    @property
    def account(self) -> tuple[str, str] | None:
        """The ids of the client and of the guarantor who owes."""
        raise NotImplementedError

    @property
    def subject(self) -> str:
        account = self.account
        return "" if account is None else account[0]

    def allowed(self, action: str) -> bool:
        return action not in ("pay", "bill", "new", "note") or self.account is not None

    def action_pay(self) -> None:
        from tui.screens.paying import pay_ahead

        if (account := self.account) is not None:
            pay_ahead(self, account[1])

    def action_bill(self) -> None:
        self._draft(empty=False)

    def action_new(self) -> None:
        self._draft(empty=True)

    def _draft(self, *, empty: bool) -> None:
        from core.invoicing.commands import create_draft, delete_draft, restore_draft

        account, today = self.account, self.biller.today()
        if account is None:
            return

        def command(tx: Tx) -> str:
            return create_draft(tx, client_id=account[0], today=today, empty=empty)

        def made(draft_id: str) -> None:
            self.done(
                "Draft made (3 shows it)",
                lambda tx: delete_draft(tx, draft_id),
                lambda tx: restore_draft(tx, draft_id),
            )
            if empty and self.is_current:
                self.biller.show_invoice(draft_id)

        self.change(command, made)
