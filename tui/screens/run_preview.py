"""The billing run, previewed: who is ready, who is held back and why, what it comes to."""

from collections.abc import Sequence
from typing import ClassVar

from core.dates import Period
from core.delivery.run import Billed, carry_out
from core.invoicing.billing_run import Preview, Proposal, propose
from core.store import Read
from tui.jobs import Job, JobReport, Progress
from tui.keys import verb
from tui.present import dollars, plural
from tui.screens.book_screen import BookScreen
from tui.screens.unbilled import period_words
from tui.widgets.columns import count_column, day_column, money_column, words_column
from tui.widgets.rows import Row, Rows

READY_BY_MAIL, READY_BY_PORTAL = "mail+portal", "portal"


class RunPreview(BookScreen[Preview]):
    """`b` makes drafts, `S` issues and sends; `x` leaves a client out or puts it back."""

    PLACE = "unbilled"
    HEADING = "Billing run"
    EMPTY = "All charges of this period are billed."
    COLUMNS = (
        words_column("Client", least=14),
        count_column("Charges"),
        money_column("Total"),
        day_column("Due", drop=1),
        words_column("Send by", least=12, most=50),
    )
    QUICK_FILTERS = ("all", "ready", "left out")
    BINDINGS: ClassVar = [
        verb("b", "drafts", "Create drafts", id="run.drafts", counted=False),
        verb("S", "send", "Create and send", id="run.send", counted=False),
        verb("x", "leave_out", "Leave out", id="run.leave_out", help="Leave out, or put back"),
    ]

    def __init__(self, period: Period) -> None:
        super().__init__()
        self.period = period
        self._preview: Preview | None = None
        self._left_out: set[str] = set()

    def ask_book(self, read: Read) -> Preview:
        return propose(read, self.period, self.biller.today())

    def fill(self, view: Preview) -> None:
        self._preview = view
        rows = [self._row(p) for p in view.held] + [self._row(p) for p in view.ready]
        if self.quick_filter != "all":
            wanted = self.quick_filter == "left out"
            rows = [row for row in rows if row.attention is wanted]
        self.grid.show_rows(Rows(rows))
        ready = self._ready()
        total = sum(p.total_cents for p in ready)
        out = len(view.held) + len(view.ready) - len(ready)
        self.show_totals(
            f"{period_words(self.period)}   Ready {len(ready):,} · {dollars(total)}   Left out {out:,}"
        )

    def _row(self, p: Proposal) -> Row:
        out = p.client_id in self._left_out
        how = READY_BY_MAIL if not any("e-mail" in w for w in p.warnings) else READY_BY_PORTAL
        shown = "; ".join(p.holds) if p.holds else "left out" if out else how
        due = None if p.holds or out else p.due_on
        return Row(
            p.client_id,
            (p.sort_name, len(p.charge_ids), p.total_cents, due, shown),
            bool(p.holds) or out,
            p.client,
        )

    def _ready(self) -> list[Proposal]:
        view = self._preview
        return [] if view is None else [p for p in view.ready if p.client_id not in self._left_out]

    def allowed(self, action: str) -> bool:
        if action in ("drafts", "send"):
            return bool(self._ready())
        return True

    def action_leave_out(self) -> None:
        for client_id in self.chosen:
            self._left_out ^= {client_id}
        self.grid.clear_marks()
        if self._preview is not None:
            self.fill(self._preview)
            self.show_frame()

    def action_drafts(self) -> None:
        self._start(send=False)

    def action_send(self) -> None:
        ready = self._ready()
        total = sum(p.total_cents for p in ready)
        by_mail = sum(not any("e-mail" in w for w in p.warnings) for p in ready)
        question = f"Send {plural(len(ready), 'invoice')}, {dollars(total)}, {by_mail:,} by mail?"
        self.ask(question, "sends", lambda: self._start(send=True))

    def _start(self, *, send: bool) -> None:
        """Run in the background; the screens stay usable and `X` stops after the current chunk."""
        app, preview, ready = self.biller, self._preview, self._ready()
        if preview is None or not ready:
            return
        today = app.today()
        made: list[Billed] = []

        def work(progress: Progress) -> None:
            def after_chunk(billed: Sequence[Billed], passed_over: Sequence[Proposal]) -> None:
                made.extend(billed)
                for one in billed:
                    progress.done(one.client_id)
                for proposal in passed_over:
                    progress.failed(proposal.client_id, f"{proposal.client} is billed already.")

            report = carry_out(
                app.store,
                app.actor,
                preview,
                today=today,
                send=send,
                only=ready,
                after_chunk=after_chunk,
                stopped=lambda: progress.stopping,
            )
            progress.report.stopped = report.stopped

        def ended(report: JobReport) -> None:
            drafts = [one.invoice_id for one in made if one.number is None]
            if drafts:
                self._undoable(drafts)
            self._show_made([one.invoice_id for one in made], mark=not send)

        title = "Sending" if send else "Drafting"
        app.start_job(Job(f"{title} {period_words(self.period)}", len(ready), work, ended))

    def _undoable(self, draft_ids: list[str]) -> None:
        from core.invoicing.commands import delete_drafts, restore_drafts

        self.biller.can_undo(
            f"{plural(len(draft_ids), 'draft')} made",
            lambda tx: delete_drafts(tx, draft_ids),
            lambda tx: restore_drafts(tx, draft_ids),
        )

    def _show_made(self, invoice_ids: list[str], *, mark: bool) -> None:
        """Go on to Invoices, where the new drafts are marked, ready for `s`."""
        from tui.screens.invoices import Invoices

        app = self.biller
        if app.screen is not self:
            return
        app.pop_screen()
        app.go("invoices")

        def arrived() -> None:
            if isinstance(app.screen, Invoices):
                app.screen.show_made(invoice_ids, mark=mark)

        app.call_after_refresh(arrived)
