"""What was sent and has not left yet, what failed, and what will share itself; `x` takes it back."""

from collections import namedtuple
from collections.abc import Callable
from typing import ClassVar
from zoneinfo import ZoneInfo

from core.dates import zone
from core.delivery.auto_share import scheduled_rows
from core.delivery.queries import OutboxRow, outbox
from core.delivery.requests import requests_waiting
from core.delivery.sharing import share_documents
from core.errors import DomainError
from core.practice.queries import practice
from core.store import Read, Tx
from tui.keys import verb
from tui.present import local_stamp, plural
from tui.screens.book_screen import BookScreen
from tui.widgets.columns import Column, words_column
from tui.widgets.rows import Row, Rows

OutboxView = namedtuple("OutboxView", "rows timezone")

CLOCK = "◷"
"""Before the time at which an invoice shares itself (RB4)."""


def _state(row: OutboxRow, local: ZoneInfo) -> str:
    """What becomes of a row: its mail's state and why, or a clock and the time."""
    if row.state in ("scheduled", "held"):
        at = local_stamp(row.why, local)
        return f"{CLOCK} {at}" if row.state == "scheduled" else f"held, was {CLOCK} {at}"
    return f"{row.state}: {row.why}" if row.why else row.state


class Outbox(BookScreen[OutboxView]):
    """One row a document; Enter opens it."""

    PLACE = "invoices"
    HEADING = "Outbox"
    EMPTY = "The outbox is empty: all that was sent has left."
    BINDINGS: ClassVar = [
        verb("x", "recall", "Recall", id="outbox.recall",
             help="Not sent after all: no mail, not visible; an invoice stays issued"),
        verb("s", "send", "Send", id="outbox.send",
             help="Mail again what failed; share now what waits to share itself"),
        verb("H", "hold", "Hold", id="outbox.hold",
             help="Keep an invoice from sharing itself, or let it go again"),
    ]  # fmt: skip
    COLUMNS = (
        words_column("Document", least=20, most=32),
        words_column("Of", least=14),
        words_column("To", least=16, most=40),
        Column("Sent", width=16, drop=1),
        words_column("Mail", least=12, most=60),
        words_column("By", least=8, most=20, drop=2),
    )

    def __init__(self) -> None:
        super().__init__()
        self._rows: dict[str, OutboxRow] = {}

    def ask_book(self, read: Read) -> OutboxView:
        rows = [*outbox(read, self.biller.store.clock()), *requests_waiting(read), *scheduled_rows(read)]
        return OutboxView(rows, practice(read).timezone)

    def fill(self, view: OutboxView) -> None:
        local = zone(view.timezone)
        self._rows = {row.subject_id: row for row in view.rows}
        self.grid.show_rows(
            Rows(
                [
                    Row(
                        row.subject_id,
                        (row.title, row.who, row.mail_to or "portal",
                         local_stamp(row.shared_at, local), _state(row, local), row.actor),
                    )
                    for row in view.rows
                ]
            )
        )  # fmt: skip
        mails = sum(bool(row.about) for row in view.rows)
        beside = f" · {plural(mails, 'mail')} beside" if mails else ""
        self.show_totals(plural(len(view.rows) - mails, "document") + beside)

    def opened(self, record_id: str) -> None:
        from tui.screens.document import Document

        row = self._rows[record_id]
        if row.kind in ("reminder", "card_failed"):
            self.biller.show_invoice(row.about)
        elif not row.about:
            documents = [i for i in self.grid.shown_ids if not self._rows[i].about]
            self.app.push_screen(Document(record_id, documents))

    def allowed(self, action: str) -> bool:
        states = {row.state for row in self._rows.values()}
        allowed = {
            "recall": bool(states - {"scheduled", "held"}),
            "send": bool(states & {"failed", "scheduled", "held"}),
            "hold": bool(states & {"scheduled", "held"}),
        }
        return allowed.get(action, True)

    def _parted(self) -> tuple[list[str], list[str]]:
        """The chosen documents, and the chosen mails that stand by themselves."""
        rows = [self._rows[i] for i in self.chosen if i in self._rows]
        return [r.subject_id for r in rows if not r.about], [r.subject_id for r in rows if r.about]

    def action_send(self) -> None:
        from core.delivery.auto_share import send_or_share
        from core.delivery.commands import recall_shares
        from core.delivery.requests import ask_again, recall_requests

        chosen, mails = self._parted()
        if mails:
            self.change(lambda tx: ask_again(tx, mails), lambda made: self._asked(made, recall_requests))
        if not chosen:
            return

        def sent(document_ids: list[str]) -> None:
            self.grid.clear_marks()
            self.done(
                f"{plural(len(document_ids), 'document')} sent",
                lambda tx: recall_shares(tx, document_ids),
                lambda tx: share_documents(tx, document_ids),
            )

        self.change(lambda tx: send_or_share(tx, chosen), sent)

    def _asked(self, made: list[str], recall: Callable[[Tx, list[str]], object]) -> None:
        """Mails that failed go again; taken back, they are asked for no more."""
        self.grid.clear_marks()
        self.done(f"{plural(len(made), 'mail')} sent again", lambda tx: recall(tx, made), _no_redo)

    def action_hold(self) -> None:
        from core.delivery.auto_share import hold_share

        chosen, _ = self._parted()
        if not chosen:
            return
        held = self._rows[chosen[0]].state == "scheduled"

        def put(tx: Tx, value: bool) -> list[str]:
            return hold_share(tx, chosen, held=value)

        def done(invoice_ids: list[str]) -> None:
            self.grid.clear_marks()
            self.done(
                f"{plural(len(invoice_ids), 'invoice')} {'held' if held else 'let go'}",
                lambda tx: put(tx, not held),
                lambda tx: put(tx, held),
            )

        self.change(lambda tx: put(tx, held), done)

    def action_recall(self) -> None:
        from core.delivery.commands import recall_shares
        from core.delivery.requests import recall_requests

        chosen, mails = self._parted()
        if mails:
            self.change(lambda tx: recall_requests(tx, mails), self._recalled_mails)
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

    def _recalled_mails(self, request_ids: list[str]) -> None:
        self.grid.clear_marks()
        self.say(f"{plural(len(request_ids), 'mail')} recalled; whoever asked can ask again.")


def _no_redo(_: Tx) -> None:
    """A mail that was recalled is asked for again from where it was asked for."""
    raise NotAskedAgain


class NotAskedAgain(DomainError):
    code = "not_asked_again"

    def __init__(self) -> None:
        super().__init__("It was recalled. Ask for it again where it was asked for first.")
