"""What was sent and has not left yet; `x` takes it back."""

from collections import namedtuple
from typing import ClassVar

from core.dates import zone
from core.delivery.queries import OutboxRow, outbox
from core.practice.queries import practice
from core.store import Read, Tx
from tui.keys import verb
from tui.present import local_stamp, plural
from tui.screens.book_screen import BookScreen
from tui.widgets.columns import Column, words_column
from tui.widgets.rows import Row, Rows

OutboxView = namedtuple("OutboxView", "rows timezone")


class Outbox(BookScreen[OutboxView]):
    """One row a document; Enter opens it."""

    PLACE = "invoices"
    HEADING = "Outbox"
    EMPTY = "The outbox is empty: all that was sent has left."
    BINDINGS: ClassVar = [
        verb("x", "recall", "Recall", id="outbox.recall",
             help="Not sent after all: no mail, not visible; an invoice stays issued"),
    ]  # fmt: skip
    COLUMNS = (
        words_column("Document", least=20, most=32),
        words_column("Of", least=14),
        words_column("To", least=16, most=40),
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
        self._rows = {row.subject_id: row for row in view.rows}
        self.grid.show_rows(
            Rows(
                [
                    Row(
                        row.subject_id,
                        (row.title, row.who, row.mail_to or "portal",
                         local_stamp(row.shared_at, local), row.actor),
                    )
                    for row in view.rows
                ]
            )
        )  # fmt: skip
        self.show_totals(plural(len(view.rows), "document"))

    def opened(self, record_id: str) -> None:
        from tui.screens.document import Document

        self.app.push_screen(Document(record_id, self.grid.shown_ids))

    def allowed(self, action: str) -> bool:
        return action != "recall" or bool(self._rows)

    def action_recall(self) -> None:
        from core.delivery.commands import recall_shares
        from core.delivery.sharing import share_documents

        chosen = [i for i in self.chosen if i in self._rows]
        if not chosen:
            return

        def command(tx: Tx) -> list[str]:
            return recall_shares(tx, chosen)

        def recalled(document_ids: list[str]) -> None:
            self.grid.clear_marks()
            self.done(
                f"{plural(len(document_ids), 'document')} recalled",
                lambda tx: share_documents(tx, document_ids),
                lambda tx: recall_shares(tx, document_ids),
            )

        self.change(command, recalled)
