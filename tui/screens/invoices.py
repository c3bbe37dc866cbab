"""Invoices and drafts: the list, and the verbs that act on the marked ones."""

from collections.abc import Collection, Sequence
from typing import ClassVar

from core.ids import short
from core.ledger.invoice_list import InvoicePages, invoice_pages, invoice_sums, invoices_by_id
from core.ledger.invoices import InvoiceRow
from core.ledger.pages import Found
from core.ledger.statements import StatementRow
from core.store import Read, Tx
from tui.jobs import Job, JobReport, each
from tui.keys import verb
from tui.present import dollars, plural
from tui.screens.documents import open_pdf, write_pdf
from tui.screens.long_list import LongList, LongView
from tui.screens.money_verbs import LIFECYCLE, MONEY_KEYS, PAY, MoneyVerbs
from tui.screens.reminding import REMINDS, SENDS, ask_reminders
from tui.screens.sending import start_sending
from tui.screens.statement_verbs import MAKE, Whose, ask_statements, open_statement
from tui.strips.client import AskClient, ClientChoice
from tui.widgets.columns import Column, day_column, money_column, status_column, words_column
from tui.widgets.rows import Row


class Invoices(LongList[InvoiceRow], MoneyVerbs[LongView]):
    """Newest number last; drafts first."""

    PLACE = "invoices"
    HEADING = "Invoices"
    EMPTY = "No invoices here. 2 bills sessions, n writes one by hand, f shows others."
    QUICK_FILTERS = ("all", "draft", "issued", "sent", "partly paid", "overdue", "paid", "void")
    COLUMNS = (
        Column("Number", width=9),
        words_column("Client", least=12),
        day_column("Due", drop=2),
        status_column(),
        money_column("Total", drop=1),
        money_column("Balance"),
    )
    BINDINGS: ClassVar = [
        PAY,
        verb(
            "s",
            "send",
            "Send",
            id="invoices.send",
            help="Issue and send the chosen drafts; of what was sent and is open, a reminder",
        ),
        verb("o", "open_pdf", "PDF", id="invoices.pdf", help="Open the document", counted=False),
        *MONEY_KEYS,
        verb("n", "new", "New", id="invoices.new", help="A draft for a client", counted=False),
        verb("D", "delete", "Delete draft", id="invoices.delete", help="Charges are unbilled again"),
        verb("y", "copy", "Copy number", id="invoices.copy"),
        verb("w", "write", "Write PDF", id="invoices.write", help="Write the documents to the export folder"),
        MAKE,
    ]

    def __init__(self) -> None:
        super().__init__()
        self._mark_next: Sequence[str] = ()
        self._go_next = ""
        self._statement_of: tuple[str | None, str] = (None, "")
        """The row whose statement was made just now, which `o` opens, and the statement."""

    def show_only(self, status: str) -> None:
        """Show one state; used by Today."""
        shown = status.replace("_", " ")
        self.quick_filter = shown if shown in self.QUICK_FILTERS else "all"
        self.grid.filter_rows("")
        self.renew()

    def show_made(self, invoice_ids: Sequence[str], *, mark: bool) -> None:
        """Show what a run made, the cursor on the first; its drafts are marked."""
        self.quick_filter = "draft" if mark else "all"
        self.grid.filter_rows("")
        self._mark_next = invoice_ids if mark else ()
        self._go_next = invoice_ids[0]
        self.renew()

    def pages(self, read: Read) -> InvoicePages | Found:
        status = None if self.quick_filter == "all" else self.quick_filter.replace(" ", "_")
        return invoice_pages(read, today=self.biller.today().isoformat(), status=status)

    def some(self, read: Read, record_ids: Collection[str]) -> list[InvoiceRow]:
        return invoices_by_id(read, record_ids, today=self.biller.today().isoformat())

    def totals_of(self, read: Read) -> str:
        sums = invoice_sums(read, today=self.biller.today().isoformat())
        drafts = f" · drafts {sums.drafts:,}" if sums.drafts else ""
        return (
            f"open {sums.open_count:,} · overdue {sums.overdue_count:,} · {dollars(sums.owed_cents)}{drafts}"
        )

    def row_of(self, record: InvoiceRow) -> Row:
        number = record.number or short(record.invoice_id)
        status = record.status.replace("_", " ")
        cells = (number, record.client, record.due_on, status, record.total_cents, record.balance_cents)
        return Row(record.invoice_id, cells, record.status == "overdue")

    def wanted_ids(self) -> frozenset[str]:
        return super().wanted_ids() | frozenset(self._mark_next)

    def fill(self, view: LongView) -> None:
        super().fill(view)
        if self._mark_next:
            self.grid.mark_ids([row.invoice_id for row in self.records(self._mark_next)])
            self._mark_next = ()
        if self._go_next:
            self.grid.go_to(self._go_next)
            self._go_next = ""

    def allowed(self, action: str) -> bool:
        if action == "send":
            return any(row.status in SENDS + REMINDS for row in self._chosen())
        if action == "delete":
            return any(row.status == "draft" for row in self._chosen())
        if action in LIFECYCLE:
            return self.allows_money(action)
        if action in ("copy", "write", "statement"):
            return any(row.number for row in self._chosen())
        if action == "open_pdf":
            return self.invoice_row is not None
        return True

    @property
    def invoice_row(self) -> InvoiceRow | None:
        """The issued invoice under the cursor."""
        row = self.record(self.grid.cursor_id)
        return row if row is not None and row.number else None

    def _chosen(self) -> list[InvoiceRow]:
        return self.records(self.chosen)

    def opened(self, record_id: str) -> None:
        from tui.screens.invoice import Invoice

        self.app.push_screen(Invoice(record_id, self.grid.shown_order))

    def action_send(self) -> None:
        rows = [row for row in self._chosen() if row.status in SENDS]
        if not rows:
            ask_reminders(self, rows=[row for row in self._chosen() if row.status in REMINDS])
            return
        total = sum(row.total_cents for row in rows)
        question = f"Send {plural(len(rows), 'invoice')}, {dollars(total)}?"
        self.ask(question, "sends", lambda: self._send(rows))

    def _send(self, rows: Sequence[InvoiceRow]) -> None:
        def ended(report: JobReport) -> None:
            """What was refused stays marked, so that the verb can be repeated."""
            self.grid.mark_ids(report.failed_ids)
            if self.quick_filter == "draft" and not report.failed and not report.stopped:
                self.quick_filter = "all"
                self._go_next = rows[0].invoice_id
                self.renew()

        start_sending(self.biller, rows, ended)

    def action_delete(self) -> None:
        from core.invoicing.commands import delete_drafts, restore_drafts

        drafts = [row.invoice_id for row in self._chosen() if row.status == "draft"]
        if not drafts:
            return

        def deleted(_: None) -> None:
            self.grid.clear_marks()
            self.done(
                f"{plural(len(drafts), 'draft')} deleted",
                lambda tx: restore_drafts(tx, drafts),
                lambda tx: delete_drafts(tx, drafts),
            )

        self.change(lambda tx: delete_drafts(tx, drafts), deleted)

    def action_statement(self) -> None:
        """Of those who owe the chosen invoices, for the client of each."""
        rows = [row for row in self._chosen() if row.number]
        names = list(dict.fromkeys(row.client for row in rows))
        cursor_id = self.grid.cursor_id

        def accounts(read: Read) -> list[Whose]:
            from core.payments.queries import invoice_state

            owing = [(invoice_state(read, row.invoice_id).guarantor_id, row) for row in rows]
            return list(dict.fromkeys(Whose(owes, row.client_id, row.client) for owes, row in owing))

        def made(row: StatementRow) -> None:
            self._statement_of = (cursor_id, row.document_id)

        if rows:
            keep_as = rows[0].client_id if len(names) == 1 else "invoices"
            ask_statements(self, names, accounts, keep_as=keep_as, made=made)

    def action_open_pdf(self) -> None:
        of, statement_id = self._statement_of
        self._statement_of = (None, "")
        if of is not None and of == self.grid.cursor_id:
            open_statement(self, statement_id)
            return
        if (row := self.invoice_row) is not None:
            open_pdf(self.biller, row)

    def action_copy(self) -> None:
        numbers = [row.number for row in self._chosen() if row.number]
        if numbers:
            self.app.copy_to_clipboard("\n".join(numbers))
            self.say(f"Copied {numbers[0] if len(numbers) == 1 else plural(len(numbers), 'number')}.")

    def action_write(self) -> None:
        rows = [row for row in self._chosen() if row.number]
        app, folder = self.biller, self.biller.exports
        app.start_job(
            Job(
                f"Writing PDFs to {folder}",
                len(rows),
                each(rows, lambda row: write_pdf(app.store, row, folder), id_of=lambda row: row.invoice_id),
                names={row.invoice_id: f"{row.number} {row.client}" for row in rows},
                open=lambda invoice_id: app.show_invoice(invoice_id),
            )
        )

    def action_new(self) -> None:
        """A few letters find the client; keys typed ahead wait until the names are read."""
        from core.clients.queries import clients

        app = self.biller

        def work() -> list[ClientChoice]:
            with app.store.read() as read:
                return [ClientChoice(row.client_id, row.client) for row in clients(read)]

        def known(choices: list[ClientChoice]) -> None:
            if choices:
                self.open_strip(AskClient("New draft for", choices, keep_as="invoices.new"), self._new)
            else:
                app.say("There are no clients yet; `daysheet import` brings them in.", "warn")

        app.hold_keys("clients")
        app.in_background(work, known, ended=lambda: app.release_keys("clients"))

    def _new(self, client: ClientChoice) -> None:
        from core.invoicing.commands import create_draft, create_drafts, delete_drafts, restore_drafts
        from core.invoicing.drafts import NothingUnbilled
        from tui.screens.invoice import Invoice

        today = self.biller.today()

        def command(tx: Tx) -> list[str]:
            try:
                return create_drafts(tx, client_id=client.client_id, today=today)
            except NothingUnbilled:
                return [create_draft(tx, client_id=client.client_id, today=today, empty=True)]

        def made(draft_ids: list[str]) -> None:
            shared = f"{plural(len(draft_ids), 'draft')} made, one for each who owes a share"
            self.done(
                "Draft made" if len(draft_ids) == 1 else shared,
                lambda tx: delete_drafts(tx, draft_ids),
                lambda tx: restore_drafts(tx, draft_ids),
            )
            if self.is_current:
                if len(draft_ids) == 1:
                    self.app.push_screen(Invoice(draft_ids[0]))
                else:
                    self.show_made(draft_ids, mark=True)

        self.change(command, made)
