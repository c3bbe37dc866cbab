"""Unbilled: who has charges that nobody has billed, for a period. `B` previews the run."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult

from core.dates import ALL_TIME, Period, previous_month, shift_months
from core.invoicing.billing_run import Preview, Proposal, by_client, propose
from core.ledger.unbilled import UnbilledCharge, part_of, unbilled_charges
from core.store import Read, Tx
from tui.keys import Direction, verb
from tui.present import dollars, period_words, plural
from tui.screens.addressing import ADDRESS, ask_address
from tui.screens.book_screen import BookScreen
from tui.screens.frame import Blank
from tui.widgets.columns import Column, count_column, day_column, money_column, words_column
from tui.widgets.grid import Grid
from tui.widgets.rows import Row, Rows

_PANE_SECONDS = 0.05


class Unbilled(BookScreen[Preview]):
    """One row a client. Opens on last month; Enter shows the client's charges, as does a pane beside
    the list where the terminal is wide."""

    PLACE = "unbilled"
    ENTER = "Charges"
    HEADING = "Unbilled"
    EMPTY = "All charges are billed. New ones come with finalised or imported sessions."
    HAS_PERIODS = True
    QUICK_FILTERS = ("all", "needs attention", "ready")
    COLUMNS = (
        words_column("Client", least=14),
        count_column("Charges"),
        Column("Dates", width=13, drop=2),
        money_column("Amount"),
        words_column("Needs", least=10, most=50, drop=1),
    )
    DEFAULT_CSS = """
    Unbilled #panes { layout: horizontal; }
    Unbilled #clients { width: 2fr; }
    Unbilled #charges { width: 1fr; display: none; }
    Unbilled.-wide #charges { display: block; }
    """
    BINDINGS: ClassVar = [
        verb("b", "draft", "Draft", id="unbilled.draft", help="Make drafts of the chosen clients' charges"),
        verb("B", "run", "Run", id="unbilled.run", help="Preview the run for all shown", counted=False),
        ADDRESS,
    ]

    def __init__(self) -> None:
        super().__init__()
        self._period: Period | None = None
        self._by_client: dict[str, Proposal] = {}
        self._pane_pending = False

    def compose_body(self) -> ComposeResult:
        with Blank(id="panes"):
            yield Grid(self.COLUMNS, empty_text=self.EMPTY, id="clients")
            beside = Grid((day_column("Date"), words_column("Service"), money_column("Amount")), id="charges")
            beside.can_focus = beside.in_front = False
            yield beside

    @property
    def period(self) -> Period:
        """The month before today's until another is chosen."""
        if self._period is None:
            self._period = previous_month(self.biller.today())
        return self._period

    def show_period(self, period: Period | None) -> None:
        """Show another period; None is all time."""
        self._period = period or ALL_TIME
        self.renew()

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
        proposals = by_client([*view.ready, *view.held])
        proposals.sort(key=lambda p: (p.sort_name.casefold(), p.client_id))
        self._by_client = {p.client_id: p for p in proposals}
        self.period_shown = period_words(self.period)
        if self.quick_filter == "needs attention":
            proposals = [p for p in proposals if p.holds]
        elif self.quick_filter == "ready":
            proposals = [p for p in proposals if not p.holds]
        self.grid.show_rows(Rows([_row(p) for p in proposals]))
        self.grid.forget_marks(self._by_client.keys())
        total = sum(p.total_cents for p in proposals)
        charges = sum(len(p.charge_ids) for p in proposals)
        self.show_totals(
            f"{self.period_shown} · {plural(len(proposals), 'client')} · {plural(charges, 'charge')}"
            f" · {dollars(total)}"
        )
        self._show_charges()

    def on_grid_moved(self, event: Grid.Moved) -> None:
        """The pane beside follows the cursor, but not every row of a held arrow key."""
        if not self._pane_pending and self.query_one("#charges").display:
            self._pane_pending = True
            self.set_timer(_PANE_SECONDS, self._show_charges)

    def on_resize(self) -> None:
        self.call_after_refresh(self._show_charges)

    def _show_charges(self) -> None:
        self._pane_pending = False
        beside, client_id = self.query_one("#charges", Grid), self.grid.cursor_id
        if not beside.display:
            return
        if client_id is None:
            beside.show_rows(Rows())
            return
        app, period = self.biller, self.period

        def work() -> list[UnbilledCharge]:
            with app.store.read() as read:
                return unbilled_charges(read, period, app.today(), client_id=client_id)

        def show(charges: list[UnbilledCharge]) -> None:
            if client_id == self.grid.cursor_id:
                rows = [Row(part_of(c), (c.service_on, c.description, c.amount_cents)) for c in charges]
                beside.show_rows(Rows(rows))

        app.in_background(work, show)

    def allowed(self, action: str) -> bool:
        return action not in ("draft", "run", "address") or bool(self._by_client)

    def action_address(self) -> None:
        proposal = self._by_client.get(self.grid.cursor_id or "")
        if proposal is not None and proposal.payer:
            self.frame_app.say_once("Several owe for this client: B has a row for each, e there.")
        elif proposal is not None:
            ask_address(self, proposal.guarantor_id)

    def opened(self, record_id: str) -> None:
        from tui.screens.client_charges import ClientCharges

        order = [(c, self._by_client[c].sort_name) for c in self.grid.shown_ids]
        self.app.push_screen(ClientCharges(record_id, self.period, order))

    def action_run(self) -> None:
        """The marked clients, else everything shown: both narrow the run, and its title says so."""
        from tui.screens.run_preview import RunPreview

        grid = self.grid
        narrowed = grid.arrangement.filter_text or self.quick_filter != self.QUICK_FILTERS[0]
        wanted = grid.chosen_ids if grid.marks else grid.shown_ids if narrowed else None
        self.app.push_screen(RunPreview(self.period, wanted))

    def action_draft(self) -> None:
        """Drafts of the chosen clients; who is held back can be drafted, and mended before it is sent."""
        from core.invoicing.commands import create_drafts

        today = self.biller.today()
        chosen = [self._by_client[c] for c in self.chosen if c in self._by_client]
        if not chosen:
            return

        def command(tx: Tx) -> list[str]:
            return [
                draft_id
                for p in chosen
                for draft_id in create_drafts(
                    tx, client_id=p.client_id, today=today, charge_ids=sorted(p.charge_ids)
                )
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
