"""What was sent and has not left yet; `x` takes it back."""

from collections import namedtuple
from typing import ClassVar

from core.dates import zone
from core.delivery.queries import OutboxRow, outbox
from core.practice.queries import practice
from core.store import Read, Tx
from tui.keys import verb
from tui.present import dollars, local_stamp, plural
from tui.screens.book_screen import BookScreen
from tui.widgets.columns import Column, money_column, words_column
from tui.widgets.rows import Row, Rows

OutboxView = namedtuple("OutboxView", "rows timezone")


class Outbox(BookScreen[OutboxView]):
    """One row an invoice; Enter opens it."""

    PLACE = "invoices"
    HEADING = "Outbox"
    EMPTY = "The outbox is empty: all that was sent has left."
    BINDINGS: ClassVar = [
        verb("x", "recall", "Recall", id="outbox.recall",
             help="Not sent after all: no mail, not visible; it stays issued"),
    ]  # fmt: skip
    COLUMNS = (
        Column("Number", width=9),
        words_column("Client", least=12),
        money_column("Total"),
        words_column("To", least=10, most=40),
        Column("Sent", width=16, drop=1),
        words_column("By", least=8, most=20, drop=2),
    )

    def __init__(self) -> None:
        super().__init__()
        self._rows: dict[str, OutboxRow] = {}

    def ask_book(self, read: Read) -> OutboxView:
        return OutboxView(outbox(read, self.biller.store.clock()), practice(read).timezone)

    def fill(self, view: OutboxView) -> None:
        local = zone(view.timezone)
        self._rows = {row.invoice_id: row for row in view.rows}
        self.grid.show_rows(
            Rows(
                [
                    Row(
                        row.invoice_id,
                        (row.number, row.client, row.total_cents, row.mail_to or "portal",
                         local_stamp(row.shared_at, local), row.actor),
                    )
                    for row in view.rows
                ]
            )
        )  # fmt: skip
        total = sum(row.total_cents for row in view.rows)
        self.show_totals(f"{plural(len(view.rows), 'invoice')} · {dollars(total)}")

    def opened(self, record_id: str) -> None:
        from tui.screens.invoice import Invoice

        self.app.push_screen(Invoice(record_id, self.grid.shown_ids))

    def allowed(self, action: str) -> bool:
        return action != "recall" or bool(self._rows)

    def action_recall(self) -> None:
        from core.delivery.commands import recall_shares, share_invoices

        chosen = [i for i in self.chosen if i in self._rows]
        if not chosen:
            return

        def command(tx: Tx) -> list[str]:
            return recall_shares(tx, chosen)

        def recalled(invoice_ids: list[str]) -> None:
            self.grid.clear_marks()
            self.done(
                f"{plural(len(invoice_ids), 'invoice')} recalled",
                lambda tx: share_invoices(tx, invoice_ids),
                lambda tx: recall_shares(tx, invoice_ids),
            )

        self.change(command, recalled)
