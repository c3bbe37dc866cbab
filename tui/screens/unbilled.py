"""Unbilled: who has charges that nobody has billed, for a period. `B` previews the run."""

from collections.abc import Sequence
from typing import ClassVar

from core.dates import ALL_TIME, Period, previous_month, shift_months
from core.invoicing.billing_run import Preview, Proposal, propose
from core.store import Read, Tx
from tui.keys import Direction, verb
from tui.present import dollars, plural
from tui.screens.book_screen import BookScreen
from tui.widgets.columns import count_column, money_column, words_column
from tui.widgets.rows import Row, Rows


class Unbilled(BookScreen[Preview]):
    """One row a client. Opens on last month; Enter shows the client's charges."""

    PLACE = "unbilled"
    HEADING = "Unbilled"
    EMPTY = "All charges are billed. Charges arrive when sessions are finalised or imported."
    HAS_PERIODS = True
    QUICK_FILTERS = ("all", "needs attention", "ready")
    COLUMNS = (
        words_column("Client", least=14),
        count_column("Charges"),
        words_column("Dates", least=13, most=23, drop=2),
        money_column("Amount"),
        words_column("Needs", least=10, most=50, drop=1),
    )
    BINDINGS: ClassVar = [
        verb("b", "draft", "Draft", id="unbilled.draft", help="Make drafts of the chosen clients' charges"),
        verb("B", "run", "Run", id="unbilled.run", help="Preview the run for all shown", counted=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._period: Period | None = None
        self._by_client: dict[str, Proposal] = {}

    @property
    def period(self) -> Period:
        """The month before today's until another is chosen."""
        if self._period is None:
            self._period = previous_month(self.biller.today())
        return self._period

    def show_period(self, period: Period | None) -> None:
        """Show another period; None is all time."""
        self._period = period or ALL_TIME
        self.reload()

    def shift_period(self, direction: Direction) -> None:
        if direction == 0:
            self.show_period(previous_month(self.biller.today()))
        elif self.period.from_on is not None:
            self.show_period(shift_months(self.period, direction))
        else:
            self.show_period(previous_month(self.biller.today()))

    def ask_book(self, read: Read) -> Preview:
        return propose(read, self.period, self.biller.today())

    def fill(self, view: Preview) -> None:
        proposals = [*view.ready, *view.held]
        proposals.sort(key=lambda p: (p.sort_name.casefold(), p.client_id))
        self._by_client = {p.client_id: p for p in proposals}
        if self.quick_filter == "needs attention":
            proposals = [p for p in proposals if p.holds]
        elif self.quick_filter == "ready":
            proposals = [p for p in proposals if not p.holds]
        self.grid.show_rows(Rows([_row(p) for p in proposals]))
        total = sum(p.total_cents for p in proposals)
        charges = sum(len(p.charge_ids) for p in proposals)
        period = period_words(self.period)
        self.frame_app.show_summary(self.frame_app.summary, period=period)
        self.show_totals(
            f"{period} · {plural(len(proposals), 'client')} · {plural(charges, 'charge')} · {dollars(total)}"
        )

    def allowed(self, action: str) -> bool:
        return action not in ("draft", "run") or bool(self._by_client)

    def opened(self, record_id: str) -> None:
        from tui.screens.client_charges import ClientCharges

        proposal = self._by_client[record_id]
        self.app.push_screen(ClientCharges(record_id, proposal.sort_name, self.period))

    def action_run(self) -> None:
        from tui.screens.run_preview import RunPreview

        self.app.push_screen(RunPreview(self.period))

    def action_draft(self) -> None:
        """Drafts of the chosen clients, whoever needs attention among them included in words."""
        from core.invoicing.commands import create_draft

        today = self.biller.today()
        chosen = [self._by_client[c] for c in self.chosen if c in self._by_client]
        if not chosen:
            return

        def command(tx: Tx) -> list[str]:
            return [
                create_draft(tx, client_id=p.client_id, today=today, charge_ids=sorted(p.charge_ids))
                for p in chosen
            ]

        def drafted(draft_ids: Sequence[str]) -> None:
            from core.invoicing.commands import delete_drafts, restore_drafts

            self.grid.clear_marks()
            self.done(
                f"{plural(len(draft_ids), 'draft')} made (3 shows them)",
                lambda tx: delete_drafts(tx, draft_ids),
                lambda tx: restore_drafts(tx, draft_ids),
            )

        self.change(command, drafted)


def _row(p: Proposal) -> Row:
    dates = f"{p.first_on[5:]} - {p.last_on[5:]}"
    if p.first_on == p.last_on:
        dates = p.first_on
    elif p.first_on[:4] != p.last_on[:4]:
        dates = f"{p.first_on} - {p.last_on}"
    needs = "; ".join(p.holds)
    return Row(
        p.client_id, (p.sort_name, len(p.charge_ids), dates, p.total_cents, needs), bool(p.holds), p.client
    )


def period_words(period: Period) -> str:
    """October 2026, or the two days."""
    if period.month_of() is not None:
        return f"{period.from_on:%B %Y}"
    if period == ALL_TIME:
        return "all time"
    return f"{period.from_on or 'the beginning'} to {period.to_on or 'today'}"
