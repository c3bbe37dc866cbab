"""Clients: who owes, who has credit, whose sessions are unbilled."""

from collections.abc import Collection
from typing import ClassVar

from core.clients.lists import ClientPages, accounts_by_id, client_pages, client_sums
from core.clients.queries import AccountRow
from core.ledger.pages import Found
from core.store import Read
from tui.keys import verb
from tui.present import dollars, plural
from tui.screens.client_verbs import ClientVerbs
from tui.screens.long_list import LongList, LongView
from tui.widgets.columns import money_column, words_column
from tui.widgets.rows import Row


class Clients(LongList[AccountRow], ClientVerbs[LongView]):
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

    def pages(self, read: Read) -> ClientPages | Found:
        kind = None if self.quick_filter == "all" else self.quick_filter
        return client_pages(read, today=self.biller.today().isoformat(), kind=kind)

    def some(self, read: Read, record_ids: Collection[str]) -> list[AccountRow]:
        return accounts_by_id(read, record_ids, today=self.biller.today().isoformat())

    def totals_of(self, read: Read) -> str:
        sums = client_sums(read)
        return f"{plural(sums.count, 'client')} · {sums.owing:,} owing · {dollars(sums.owed_cents)}"

    def row_of(self, record: AccountRow) -> Row:
        sums = (record.balance_cents, record.credit_cents, record.unbilled_cents)
        return Row(record.client_id, (record.client, record.guarantor, *sums))

    @property
    def account(self) -> tuple[str, str, str] | None:
        row = self.record(self.grid.cursor_id)
        return None if row is None else (row.client_id, row.guarantor_id, row.client)

    @property
    def chosen_accounts(self) -> list[tuple[str, str, str]]:
        return [(row.client_id, row.guarantor_id, row.client) for row in self.records(self.chosen)]

    def allowed(self, action: str) -> bool:
        row = self.record(self.grid.cursor_id)
        return super().allowed(action) and (action != "bill" or bool(row and row.unbilled_cents))

    def opened(self, record_id: str) -> None:
        from tui.screens.client import Client

        self.app.push_screen(Client(record_id, self.grid.shown_order))
