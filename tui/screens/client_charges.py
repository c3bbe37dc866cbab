"""The second level of Unbilled: the charges of one client, to be billed together or one by one."""

from collections.abc import Sequence
from typing import ClassVar, Literal

from core.dates import Period
from core.ledger.unbilled import UnbilledCharge, unbilled_charges
from core.store import Read, Tx
from tui import present
from tui.keys import key_of, verb
from tui.present import dollars, period_words, plural
from tui.screens.book_screen import BookScreen
from tui.widgets.columns import Column, day_column, money_column, words_column
from tui.widgets.rows import Row, Rows


class ClientCharges(BookScreen[list[UnbilledCharge]]):
    """One row a charge; `b` drafts the marked ones, or all where none is marked."""

    PLACE = "unbilled"
    EMPTY = "Nothing of this client is unbilled in this period."
    COLUMNS = (
        day_column("Date"),
        Column("Code", width=10, drop=2),
        words_column("Service", least=16),
        Column("Units", present.units, width=6, align="right", drop=1),
        money_column("Rate", drop=3),
        money_column("Amount"),
    )
    BINDINGS: ClassVar = [
        verb(
            "b",
            "draft",
            "Draft",
            id="charges.draft",
            help="Draft the marked charges, or all of them",
            unmarked="Draft all",
        ),
        key_of("J", "neighbour(1)", "Next client", id="charges.next"),
        key_of("K", "neighbour(-1)", "Previous client", id="charges.previous"),
    ]

    def __init__(self, client_id: str, period: Period, order: Sequence[tuple[str, str]]) -> None:
        """`order` are the clients of the list it was opened from, with their names."""
        super().__init__()
        self._client_id = client_id
        self._order = list(order)
        self.HEADING = dict(order)[client_id]
        self.period_shown = period_words(period)
        self._period = period
        self._charges: list[UnbilledCharge] = []

    def ask_book(self, read: Read) -> list[UnbilledCharge]:
        return unbilled_charges(read, self._period, self.biller.today(), client_id=self._client_id)

    def fill(self, view: list[UnbilledCharge]) -> None:
        self._charges = view
        self.grid.show_rows(
            Rows(
                [
                    Row(
                        c.charge_id,
                        (c.service_on, c.code, c.description, c.units_milli, c.rate_cents, c.amount_cents),
                    )
                    for c in view
                ]
            )
        )
        total = sum(c.amount_cents for c in view)
        self.show_totals(f"unbilled · {self.period_shown} · {plural(len(view), 'charge')} · {dollars(total)}")

    def action_neighbour(self, by: Literal[-1, 1]) -> None:
        at = [client_id for client_id, _ in self._order].index(self._client_id) + by
        if not 0 <= at < len(self._order):
            self.say("This is the last one." if by > 0 else "This is the first one.")
            return
        self._client_id, self.HEADING = self._order[at]
        self.grid.clear_marks()
        self.renew()

    def allowed(self, action: str) -> bool:
        return action != "draft" or bool(self._charges)

    def action_draft(self) -> None:
        from core.invoicing.commands import create_draft, delete_draft, restore_draft

        grid, today = self.grid, self.biller.today()
        wanted = list(grid.chosen_ids) if grid.marks else [c.charge_id for c in self._charges]
        if not wanted:
            return

        def command(tx: Tx) -> str:
            return create_draft(tx, client_id=self._client_id, today=today, charge_ids=wanted)

        def drafted(draft_id: str) -> None:
            grid.clear_marks()
            self.done(
                f"Draft made of {plural(len(wanted), 'charge')} (3 shows it)",
                lambda tx: delete_draft(tx, draft_id),
                lambda tx: restore_draft(tx, draft_id),
            )

        self.change(command, drafted)
