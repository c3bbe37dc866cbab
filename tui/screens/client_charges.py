"""The second level of Unbilled: the charges of one client, to be billed together or one by one."""

from collections import namedtuple
from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

from core.clients.shares import payer_names
from core.dates import Period
from core.ledger.unbilled import UnbilledCharge, as_billed, part_of, unbilled_charges
from core.store import Read, Tx
from tui import present
from tui.keys import key_of, verb
from tui.present import dollars, period_words, plural
from tui.screens.book_screen import BookScreen
from tui.widgets.columns import Column, day_column, money_column, words_column
from tui.widgets.rows import Row, Rows

ChargesView = namedtuple("ChargesView", "charges payers")
"""`payers` are the names of the guarantors who owe shares, by id."""


class ClientCharges(BookScreen[ChargesView]):
    """One row a charge, or a share of one; `b` drafts the marked ones, or all where none is marked."""

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

    def ask_book(self, read: Read) -> ChargesView:
        charges = unbilled_charges(read, self._period, self.biller.today(), client_id=self._client_id)
        shared = any(charge.share_id for charge in charges)
        return ChargesView(charges, payer_names(read, self._client_id) if shared else {})

    def fill(self, view: ChargesView) -> None:
        charges = self._charges = view.charges
        self.grid.show_rows(Rows([_row(charge, view.payers) for charge in charges]))
        count = plural(len({c.charge_id for c in charges}), "charge")
        parts = sum(bool(c.share_id) for c in charges)
        shares = f" · {plural(parts, 'share')} of them" if parts else ""
        total = sum(c.amount_cents for c in charges)
        self.show_totals(f"unbilled · {self.period_shown} · {count}{shares} · {dollars(total)}")

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
        from core.invoicing.commands import create_drafts, delete_drafts, restore_drafts

        grid, today = self.grid, self.biller.today()
        wanted = list(grid.chosen_ids) if grid.marks else [part_of(c) for c in self._charges]
        if not wanted:
            return

        count = plural(len({c.charge_id for c in self._charges if part_of(c) in wanted}), "charge")

        def command(tx: Tx) -> list[str]:
            return create_drafts(tx, client_id=self._client_id, today=today, charge_ids=wanted)

        def drafted(draft_ids: list[str]) -> None:
            grid.clear_marks()
            one = len(draft_ids) == 1
            self.done(
                f"Draft made of {count} (3 shows it)"
                if one
                else f"{plural(len(draft_ids), 'draft')} made of {count} (3 shows them)",
                lambda tx: delete_drafts(tx, draft_ids),
                lambda tx: restore_drafts(tx, draft_ids),
            )

        self.change(command, drafted)


def _row(owed: UnbilledCharge, payers: Mapping[str, str]) -> Row:
    c = as_billed(owed)
    words = owed.description
    if c.share_id:
        words = f"{words} · share of {payers.get(c.guarantor_id, '')}, of {dollars(c.of_cents)}"
    return Row(part_of(c), (c.service_on, c.code, words, c.units_milli, c.rate_cents, c.amount_cents))
