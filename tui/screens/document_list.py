"""Documents: what was given out, by month and kind; open, write, share (RD6)."""

from collections.abc import Callable
from typing import ClassVar

from core.clients.queries import ClientRow, clients
from core.dates import ALL_TIME, Period, month_period, shift_months
from core.documents.queries import KINDS, DocumentRow, documents
from core.store import Read
from tui.jobs import Job, JobReport, each
from tui.keys import Direction, verb
from tui.present import period_words, plural, size_words
from tui.screens.book_screen import BookScreen
from tui.screens.documents import open_document, write_document
from tui.strips.client import AskClient, ClientChoice
from tui.widgets.columns import Column, day_column, words_column
from tui.widgets.rows import Row, Rows

NOT_SHARED = "not shared"
FILTERS = {f"{kind.replace('_', ' ')}s": kind for kind in KINDS}
EVERY = 1_000_000
"""A month's documents are shown whole; only their columns are read."""


class Documents(BookScreen[list[DocumentRow]]):
    """The last made first; Enter shows every version. Of one client, of all time, where one is named."""

    PLACE = "documents"
    HEADING = "Documents"
    EMPTY = "No documents in this range. [ ] other months, f other kinds, t and i make new ones."
    HAS_PERIODS = True
    QUICK_FILTERS = ("all", *FILTERS, NOT_SHARED)
    COLUMNS = (
        words_column("Document", least=24, most=44),
        words_column("Of", least=16),
        day_column("Made"),
        Column("Version", width=7, drop=1),
        Column("Shared", width=6),
        Column("Size", width=7, align="right", drop=2),
    )
    BINDINGS: ClassVar = [
        verb("o", "open_pdf", "Open", id="documents.open", help="The newest version", counted=False),
        verb("s", "share", "Share", id="documents.share", help="Visible to whom it is for"),
        verb("w", "write", "Write PDF", id="documents.write", help="The newest ones, to the export folder"),
        verb("t", "statement", "Statement", id="documents.statement", help="A new one; choose the client",
             counted=False),
        verb("i", "superbill", "Superbill", id="documents.superbill", help="A new one; choose the client",
             counted=False),
    ]  # fmt: skip

    def __init__(self, client_id: str | None = None, client: str = "") -> None:
        super().__init__()
        self._client_id = client_id
        self._client = client
        self._period: Period | None = None if client_id is None else ALL_TIME
        self._rows: dict[str, DocumentRow] = {}
        self._go_next = ""

    @property
    def period(self) -> Period:
        """This month until another is chosen."""
        if self._period is None:
            self._period = month_period(self.biller.today())
        return self._period

    def shift_period(self, direction: Direction) -> None:
        this = month_period(self.biller.today())
        begun = self.period if self.period != ALL_TIME else this
        self._period = this if direction == 0 else shift_months(begun, direction)
        self.renew()

    def ask_book(self, read: Read) -> list[DocumentRow]:
        return documents(
            read,
            kind=FILTERS.get(self.quick_filter),
            client_id=self._client_id,
            period=None if self.period == ALL_TIME else self.period,
            most=EVERY,
        )

    def fill(self, view: list[DocumentRow]) -> None:
        if self.quick_filter == NOT_SHARED:
            view = [row for row in view if row.shared_version < row.version]
        self._rows = {row.document_id: row for row in view}
        self.period_shown = period_words(self.period)
        self.grid.show_rows(Rows([_row(row) for row in view]))
        self.grid.forget_marks(self._rows.keys())
        if self._go_next:
            self.grid.go_to(self._go_next)
            self._go_next = ""
        private = sum(row.shared_version < row.version for row in view)
        of = f"{self._client} · " if self._client else ""
        self.show_totals(
            f"{of}{plural(len(view), 'document')}" + (f" · {private:,} not shared" if private else "")
        )

    @property
    def subject(self) -> str:
        row = self._rows.get(self.grid.cursor_id or "")
        return "" if row is None else str(row.document_id if row.kind == "invoice" else row.client_id or "")

    def allowed(self, action: str) -> bool:
        if action == "share":
            return bool(self._private())
        if action in ("open_pdf", "write"):
            return bool(self._chosen())
        return True

    def _chosen(self) -> list[DocumentRow]:
        return [self._rows[i] for i in self.chosen if i in self._rows]

    def _private(self) -> list[DocumentRow]:
        return [row for row in self._chosen() if row.shared_version < row.version]

    def opened(self, record_id: str) -> None:
        from tui.screens.document import Document

        self.app.push_screen(Document(record_id, self.grid.shown_ids))

    # New ones.

    def _go_to(self, document_id: str) -> None:
        """Show what was just made under the cursor, so that `o` opens it."""
        self._go_next = document_id
        self.quick_filter = self.QUICK_FILTERS[0]
        if self._client_id is None:
            self._period = None
        self.grid.filter_rows("")
        self.renew()

    def action_statement(self) -> None:
        from tui.screens.statement_verbs import Whose, ask_statements

        def known(client: ClientRow) -> None:
            whose = Whose(client.guarantor_id, client.client_id, client.client)
            ask_statements(
                self,
                [client.client],
                lambda _: [whose],
                keep_as=client.client_id,
                made=lambda row: self._go_to(row.document_id),
            )

        self._of_whom("Statement for", known)

    def action_superbill(self) -> None:
        from tui.screens.superbilling import ask_superbill

        self._of_whom("Superbill for", lambda client: ask_superbill(self, client.client_id, client.client))

    def _of_whom(self, lead: str, then: Callable[[ClientRow], object]) -> None:
        """Two letters choose the client; where the list is one client's, it is theirs."""
        app = self.biller

        def work() -> list[ClientRow]:
            with app.store.read() as read:
                return clients(read)

        def known(found: list[ClientRow]) -> None:
            rows = {row.client_id: row for row in found}
            if self._client_id in rows:
                then(rows[self._client_id])
            elif not rows:
                app.say("There are no clients yet; `daysheet import` brings them in.", "warn")
            elif self.is_current:
                choices = [ClientChoice(row.client_id, row.client) for row in found]
                strip = AskClient(lead, choices, keep_as="documents.new")
                self.open_strip(strip, lambda chosen: then(rows[chosen.client_id]))

        app.hold_keys("clients")
        app.in_background(work, known, ended=lambda: app.release_keys("clients"))

    # What is there.

    def action_open_pdf(self) -> None:
        if self.grid.cursor_id in self._rows:
            open_document(self.biller, self.grid.cursor_id, place=self.PLACE)

    def action_write(self) -> None:
        rows, app = self._chosen(), self.biller
        app.start_job(
            Job(
                f"Writing PDFs to {app.exports}",
                len(rows),
                each(
                    rows,
                    lambda row: write_document(app.store, row.document_id, app.exports),
                    id_of=lambda row: str(row.document_id),
                ),
                names={row.document_id: f"{row.title} {row.who}" for row in rows},
                open=self.opened,
            )
        )

    def action_share(self) -> None:
        rows = self._private()
        if rows:
            what = rows[0].title if len(rows) == 1 else plural(len(rows), "document")
            whose = f" with {rows[0].who}" if len(rows) == 1 else ""
            self.ask(f"Share {what}{whose}?", "shares", lambda: self._share(rows))

    def _share(self, rows: list[DocumentRow]) -> None:
        from core.delivery.sharing import share_documents

        app = self.biller

        def share(row: DocumentRow) -> None:
            with app.store.write(app.actor) as tx:
                share_documents(tx, [row.document_id])

        def ended(report: JobReport) -> None:
            self.grid.mark_ids(report.failed_ids)
            app.sent(report.done, "document")

        app.start_job(
            Job(
                "Sharing",
                len(rows),
                each(rows, share, id_of=lambda row: str(row.document_id)),
                ended,
                names={row.document_id: f"{row.title} {row.who}" for row in rows},
                open=self.opened,
            )
        )


def _row(row: DocumentRow) -> Row:
    return Row(
        row.document_id,
        (
            row.title,
            row.who,
            row.made_on,
            f"{row.version} corr." if row.corrected else "1",
            row.shared,
            size_words(row.size_bytes),
        ),
        find=f"{row.guarantor or ''} {row.detail}",
    )
