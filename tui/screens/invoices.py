"""Invoices and drafts: the list, and the verbs that act on the marked ones."""

from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from core.ids import short
from core.ledger.invoices import InvoiceRow, invoices
from core.store import Read, Tx
from tui.jobs import Job, JobReport, each
from tui.keys import verb
from tui.present import dollars, plural
from tui.screens.book_screen import BookScreen
from tui.screens.documents import open_pdf, write_pdf
from tui.widgets.columns import Column, day_column, money_column, status_column, words_column
from tui.widgets.rows import Row, Rows


class Invoices(BookScreen[list[InvoiceRow]]):
    """Newest number last; drafts first."""

    PLACE = "invoices"
    HEADING = "Invoices"
    EMPTY = "No invoices here. 2 bills sessions, n writes one by hand, f shows others."
    QUICK_FILTERS = ("all", "draft", "sent", "overdue", "paid", "void")
    COLUMNS = (
        Column("Number", width=9),
        words_column("Client", least=12),
        day_column("Due", drop=2),
        status_column(),
        money_column("Total", drop=1),
        money_column("Balance"),
    )
    BINDINGS: ClassVar = [
        verb("s", "send", "Send", id="invoices.send", help="Issue and send the chosen drafts"),
        verb("o", "open_pdf", "PDF", id="invoices.pdf", help="Open the document", counted=False),
        verb("n", "new", "New", id="invoices.new", help="A draft for a client", counted=False),
        verb("D", "delete", "Delete draft", id="invoices.delete", help="Charges are unbilled again"),
        verb("y", "copy", "Copy number", id="invoices.copy", counted=False),
        verb("w", "write", "Write PDF", id="invoices.write", help="Write the documents to the export folder"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._rows: dict[str, InvoiceRow] = {}
        self._mark_next: Sequence[str] = ()

    def show_only(self, status: str) -> None:
        """Show one state; used by Today."""
        self.quick_filter = status if status in self.QUICK_FILTERS else "all"
        if status == "issued":
            self.grid.filter_rows("issued")
        self.reload()

    def show_made(self, invoice_ids: Sequence[str], *, mark: bool) -> None:
        """Show what a run made; its drafts are marked."""
        self.quick_filter = "draft" if mark else "all"
        self._mark_next = invoice_ids if mark else ()
        self.reload()

    def ask_book(self, read: Read) -> list[InvoiceRow]:
        return invoices(read, today=self.biller.today().isoformat())

    def fill(self, view: list[InvoiceRow]) -> None:
        self._rows = {row.invoice_id: row for row in view}
        shown = [row for row in view if self.quick_filter in ("all", row.status)]
        self.grid.show_rows(Rows([_row(row) for row in shown]))
        if self._mark_next:
            self.grid.mark_ids([i for i in self._mark_next if i in self._rows])
            self._mark_next = ()
        asked = [row for row in view if row.status not in ("draft", "void")]
        late = [row for row in asked if row.status == "overdue"]
        owed = sum(row.balance_cents for row in asked)
        open_count = sum(row.balance_cents > 0 for row in asked)
        drafts = len(view) - len(asked) - sum(row.status == "void" for row in view)
        self.show_totals(
            f"open {open_count:,} · overdue {len(late):,} · {dollars(owed)}"
            + (f" · drafts {drafts:,}" if drafts else "")
        )

    def allowed(self, action: str) -> bool:
        if action in ("send", "delete", "open_pdf", "copy", "write"):
            rows = self._chosen()
            if action in ("send", "delete"):
                return any(row.status in ("draft", "issued") for row in rows)
            return any(row.number for row in rows)
        return True

    def _chosen(self) -> list[InvoiceRow]:
        return [self._rows[i] for i in self.chosen if i in self._rows]

    def opened(self, record_id: str) -> None:
        from tui.screens.invoice import Invoice

        self.app.push_screen(Invoice(record_id, self.grid.shown_ids))

    def action_send(self) -> None:
        rows = [row for row in self._chosen() if row.status in ("draft", "issued")]
        if not rows:
            return
        total = sum(row.total_cents for row in rows)
        question = f"Send {plural(len(rows), 'invoice')}, {dollars(total)}?"
        self.ask(question, "sends", lambda: self._send([row.invoice_id for row in rows]))

    def _send(self, invoice_ids: list[str]) -> None:
        from core.delivery.commands import send

        app = self.biller
        today = app.today()

        def one(invoice_id: str) -> None:
            send(app.store, app.actor, [invoice_id], today=today)

        def ended(report: JobReport) -> None:
            self.grid.clear_marks()
            self.grid.mark_ids(report.failed_ids)
            if report.failed:
                app.say(f"{report.sentence()}: {report.failed[0][1]}", "warn")

        app.start_job(Job("Sending", len(invoice_ids), each(invoice_ids, one), ended))

    def action_delete(self) -> None:
        from core.invoicing.commands import delete_drafts, restore_drafts

        drafts = [row.invoice_id for row in self._chosen() if row.status == "draft"]
        if not drafts:
            self.frame_app.say("Only drafts can be deleted; an invoice is voided.", "warn")
            return

        def deleted(_: None) -> None:
            self.grid.clear_marks()
            self.done(
                f"{plural(len(drafts), 'draft')} deleted",
                lambda tx: restore_drafts(tx, drafts),
                lambda tx: delete_drafts(tx, drafts),
            )

        self.change(lambda tx: delete_drafts(tx, drafts), deleted)

    def action_open_pdf(self) -> None:
        row = self._rows.get(self.grid.cursor_id or "")
        if row is not None:
            open_pdf(self.biller, row)

    def action_copy(self) -> None:
        row = self._rows.get(self.grid.cursor_id or "")
        if row is not None and row.number:
            self.app.copy_to_clipboard(row.number)
            self.say(f"Copied {row.number}.")

    def action_write(self) -> None:
        rows = [row for row in self._chosen() if row.number]
        folder = self.biller.exports
        self.biller.in_background(
            lambda: [write_pdf(self.biller.store, row, folder) for row in rows],
            lambda done: self.say(f"{plural(len(done), 'document')} written to {folder}."),
        )

    def action_new(self) -> None:
        from tui.strips.asking import AskText

        strip = AskText("New draft for client", label="name", keep_as="invoices.new")
        self.open_strip(strip, self._new)

    def _new(self, typed: str) -> None:
        from core.clients.queries import find_client
        from core.invoicing.commands import NothingUnbilled, create_draft, delete_draft, restore_draft
        from tui.screens.invoice import Invoice

        today = self.biller.today()

        def command(tx: Tx) -> str:
            client_id = find_client(tx, typed)
            try:
                return create_draft(tx, client_id=client_id, today=today)
            except NothingUnbilled:
                return create_draft(tx, client_id=client_id, today=today, empty=True)

        def made(draft_id: str) -> None:
            self.done(
                "Draft made",
                partial(delete_draft, draft_id=draft_id),
                partial(restore_draft, draft_id=draft_id),
            )
            self.app.push_screen(Invoice(draft_id, [draft_id]))

        self.change(command, made)


def _row(row: InvoiceRow) -> Row:
    number = row.number or short(row.invoice_id)
    return Row(
        row.invoice_id,
        (number, row.client, row.due_on, row.status.replace("_", " "), row.total_cents, row.balance_cents),
        row.status == "overdue",
    )
