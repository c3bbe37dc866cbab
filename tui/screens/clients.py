"""Clients: who owes, who has credit, whose sessions are unbilled."""

from collections import namedtuple
from typing import ClassVar

from core.clients.queries import AccountRow, accounts
from core.store import Read
from tui.keys import verb
from tui.present import dollars, plural
from tui.screens.client_verbs import ClientVerbs
from tui.widgets.columns import money_column, words_column
from tui.widgets.rows import Row, Rows

ClientsView = namedtuple("ClientsView", "by_id source totals")
"""Ready to be shown: with a hundred thousand clients the screen's own thread has no time to make it."""


class Clients(ClientVerbs[ClientsView]):
    """One row a client, by family name; Enter opens the ledger."""

    PLACE = "clients"
    HEADING = "Clients"
    EMPTY = "No clients here. `daysheet import` brings them in, f shows others."
    QUICK_FILTERS = ("all", "owing", "with credit", "unbilled", "inactive")
    COLUMNS = (
        words_column("Client", least=14),
        words_column("Owes", least=10, drop=2),
        money_column("Open"),
        money_column("Credit", drop=1),
        money_column("Unbilled"),
    )
    BINDINGS: ClassVar = [
        verb("n", "new", "New draft", id="clients.new", help="A draft to be written by hand", counted=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._rows: dict[str, AccountRow] = {}

    def ask_book(self, read: Read) -> ClientsView:
        rows = accounts(read, today=self.biller.today().isoformat())
        owing = [row for row in rows if row.balance_cents > 0]
        owed = sum(row.balance_cents for row in owing)
        return ClientsView(
            {row.client_id: row for row in rows},
            Rows([_row(row) for row in rows if _fits(row, self.quick_filter)]),
            f"{plural(len(rows), 'client')} · {len(owing):,} owing · {dollars(owed)}",
        )

    def fill(self, view: ClientsView) -> None:
        self._rows = view.by_id
        self.grid.show_rows(view.source)
        self.grid.forget_marks(self._rows.keys())
        self.show_totals(view.totals)

    @property
    def account(self) -> tuple[str, str, str] | None:
        row = self._rows.get(self.grid.cursor_id or "")
        return None if row is None else (row.client_id, row.guarantor_id, row.client)

    @property
    def chosen_accounts(self) -> list[tuple[str, str, str]]:
        rows = [self._rows[chosen] for chosen in self.chosen if chosen in self._rows]
        return [(row.client_id, row.guarantor_id, row.client) for row in rows]

    def allowed(self, action: str) -> bool:
        row = self._rows.get(self.grid.cursor_id or "")
        return super().allowed(action) and (action != "bill" or bool(row and row.unbilled_cents))

    def opened(self, record_id: str) -> None:
        from tui.screens.client import Client

        self.app.push_screen(Client(record_id, self.grid.shown_ids))


def _fits(row: AccountRow, quick_filter: str) -> bool:
    match quick_filter:
        case "owing":
            return bool(row.balance_cents > 0)
        case "with credit":
            return bool(row.credit_cents > 0)
        case "unbilled":
            return bool(row.unbilled_cents > 0)
        case "inactive":
            return not row.active
    return True


def _row(row: AccountRow) -> Row:
    return Row(
        row.client_id, (row.client, row.guarantor, row.balance_cents, row.credit_cents, row.unbilled_cents)
    )
