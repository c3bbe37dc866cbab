"""The billing run, previewed: who is ready, who is held back and why, what it comes to."""

from collections.abc import Sequence
from typing import ClassVar

from core.dates import Period, previous_month, shift_months
from core.delivery.run import Billed, carry_out
from core.invoicing.billing_run import Preview, Proposal, proposal_id, propose
from core.store import Read
from tui.jobs import Job, JobReport, Progress
from tui.keys import Direction, verb
from tui.present import dollars, period_words, plural
from tui.screens.addressing import ADDRESS, ask_address
from tui.screens.book_screen import BookScreen
from tui.widgets.columns import count_column, day_column, money_column, words_column
from tui.widgets.rows import Row, Rows

READY_BY_MAIL, READY_BY_PORTAL = "mail+portal", "portal"


class RunPreview(BookScreen[Preview]):
    """`b` makes drafts, `S` issues and sends; `x` leaves a client out or puts it back."""

    PLACE = "unbilled"
    ENTER = "Charges"
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
        verb("b", "drafts", "Drafts", id="run.drafts", help="Create drafts of all ready", counted=False),
        verb("S", "send", "Send all", id="run.send", help="Create and send all ready", counted=False),
        verb("x", "leave_out", "Leave out", id="run.leave_out", help="Leave out, or put back"),
        ADDRESS,
    ]
    HAS_PERIODS = True

    def __init__(self, period: Period, only: Sequence[str] | None = None) -> None:
        """`only` are the clients that a filter had left in the list."""
        super().__init__()
        self.period = period
        self._only = None if only is None else frozenset(only)
        self._preview: Preview | None = None
        self._left_out: set[str] = set()

    def shift_period(self, direction: Direction) -> None:
        if direction == 0 or self.period.from_on is None:
            self.period = previous_month(self.biller.today())
        else:
            self.period = shift_months(self.period, direction)
        self.renew()

    def ask_book(self, read: Read) -> Preview:
        found = propose(read, self.period, self.biller.today())
        if self._only is None:
            return found
        ready = tuple(p for p in found.ready if p.client_id in self._only)
        held = tuple(p for p in found.held if p.client_id in self._only)
        return found._replace(ready=ready, held=held, total_cents=sum(p.total_cents for p in ready))

    def fill(self, view: Preview) -> None:
        self._preview = view
        self.period_shown = period_words(self.period)
        rows = [self._row(p) for p in view.held] + [self._row(p) for p in view.ready]
        if self.quick_filter != "all":
            wanted = self.quick_filter == "left out"
            rows = [row for row in rows if row.attention is wanted]
        self.grid.show_rows(Rows(rows))
        self.grid.forget_marks({proposal_id(p) for p in (*view.held, *view.ready)})
        ready = self._ready()
        total = sum(p.total_cents for p in ready)
        out = len(view.held) + len(view.ready) - len(ready)
        which = "" if self._only is None else " · those shown"
        self.show_totals(
            f"{self.period_shown}{which}   Ready {len(ready):,} · {dollars(total)}   Left out {out:,}"
        )

    def _row(self, p: Proposal) -> Row:
        out = proposal_id(p) in self._left_out
        how = READY_BY_MAIL if not any("e-mail" in w for w in p.warnings) else READY_BY_PORTAL
        shown = "; ".join(p.holds) if p.holds else "left out" if out else how
        due = None if p.holds or out else p.due_on
        return Row(
            proposal_id(p),
            (_name(p), len(p.charge_ids), p.total_cents, due, shown),
            bool(p.holds) or out,
            p.client,
        )

    def _ready(self) -> list[Proposal]:
        view = self._preview
        return [] if view is None else [p for p in view.ready if proposal_id(p) not in self._left_out]

    def allowed(self, action: str) -> bool:
        if action in ("drafts", "send"):
            return bool(self._ready())
        return action not in ("leave_out", "address") or bool(self._proposals)

    @property
    def _proposals(self) -> dict[str, Proposal]:
        """Everybody who would be billed or is held back, by the row's id."""
        view = self._preview
        return {proposal_id(p): p for p in (*view.held, *view.ready)} if view is not None else {}

    def action_address(self) -> None:
        if (proposal := self._proposals.get(self.grid.cursor_id or "")) is not None:
            ask_address(self, proposal.guarantor_id)

    def opened(self, record_id: str) -> None:
        from tui.screens.client_charges import ClientCharges

        clients = {row_id: (p.client_id, p.sort_name) for row_id, p in self._proposals.items()}
        order = list(dict.fromkeys(clients[shown] for shown in self.grid.shown_ids))
        self.app.push_screen(ClientCharges(clients[record_id][0], self.period, order))

    def action_leave_out(self) -> None:
        """Who is held back is out whatever this says, so nothing is promised there."""
        held = {proposal_id(p) for p in self._preview.held} if self._preview else set()
        chosen = [shown for shown in self.chosen if shown not in held]
        if not chosen:
            self.frame_app.say("Held back until what it needs is mended.", "warn")
            return
        self.frame_app.say("")
        self._left_out ^= set(chosen)
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
        ids = {(p.client_id, p.guarantor_id): proposal_id(p) for p in ready}

        def work(progress: Progress) -> None:
            def after_chunk(billed: Sequence[Billed], passed_over: Sequence[Proposal]) -> None:
                made.extend(billed)
                for one in billed:
                    progress.done(ids[one.client_id, one.guarantor_id])
                for proposal in passed_over:
                    progress.failed(proposal_id(proposal), "Somebody else billed this client meanwhile.")

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
                app.say(f"{app.result[0]}.  u undoes", app.result[1])
            app.sent([one.invoice_id for one in made if one.number is not None])
            if made:
                self._show_made([one.invoice_id for one in made], mark=not send)

        app.start_job(
            Job(
                f"{'Sending' if send else 'Drafting'} {self.period_shown}",
                len(ready),
                work,
                ended,
                names={proposal_id(p): _name(p) for p in ready},
                open=lambda shown: app.show_charges(shown.partition(":")[0], preview.period),
            )
        )

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


def _name(p: Proposal) -> str:
    """The client, and who owes where the charges are shared."""
    return f"{p.sort_name} · {p.payer}" if p.payer else str(p.sort_name)
