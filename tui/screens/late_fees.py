"""Late fees: what is due and why, what was charged, what should be let go; charging and waiving (RC5)."""

from collections import namedtuple
from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult

from core.delivery.late_fees import finish_late_fees, run_late_fees
from core.errors import DomainError
from core.invoicing.late_fees import FeeDue, fee_key, fees_due, waivers_proposed
from core.ledger.fees import ChargedFee, charged_fees
from core.money import show_cents
from core.payments.adjustments import Adjusted, waive_fee
from core.practice.policies import late_fee_policy
from core.store import Read, Tx
from tui.jobs import Job, JobReport, Progress
from tui.keys import verb
from tui.present import dollars, plural
from tui.screens.book_screen import BookScreen
from tui.screens.money_verbs import ask_again
from tui.strips.asking import AskText
from tui.widgets.columns import Column, day_column, money_column, words_column
from tui.widgets.grid import Grid
from tui.widgets.lines import Line
from tui.widgets.rows import Row, Rows

FeesView = namedtuple("FeesView", "due charged proposed has_rule")
"""`proposed` says why a charged fee should be let go, by its id."""

NO_RULE = "There is no rule for late fees. daysheet policy set late-fee makes one."


class LateFees(BookScreen[FeesView]):
    """What is due stands first, then what should be let go, then the rest. Looking writes nothing."""

    PLACE = "aging"
    HEADING = "Late fees"
    QUICK_FILTERS = ("all", "due", "charged", "to let go")
    COLUMNS = (
        Column("What", width=7),
        Column("Number", width=9),
        words_column("Client", least=10),
        day_column("Dated"),
        money_column("Amount"),
        words_column("Why", least=12, most=80),
    )
    BINDINGS: ClassVar = [
        verb("r", "charge", "Charge all", id="latefees.charge", help="Charge every fee that is due",
             counted=False),
        verb("W", "waive", "Waive", id="latefees.waive",
             help="Let charged fees go, with a reason; what was paid for them is credit"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._due: list[FeeDue] = []
        self._charged: dict[str, ChargedFee] = {}
        self._proposed: dict[str, str] = {}
        self._invoice_ids: dict[str, str] = {}
        self._shown: list[Row] = []

    def compose_body(self) -> ComposeResult:
        yield Grid(self.COLUMNS, id="fees")
        yield Line(id="why")

    def ask_book(self, read: Read) -> FeesView:
        return FeesView(
            fees_due(read, self.biller.today()),
            charged_fees(read),
            {one.late_fee_id: one.reason for one in waivers_proposed(read)},
            late_fee_policy(read).begins_on is not None,
        )

    def fill(self, view: FeesView) -> None:
        self._due, self._proposed = view.due, view.proposed
        self._charged = {fee.late_fee_id: fee for fee in view.charged}
        due = [_due_row(fee) for fee in view.due]
        newest = [*reversed(view.charged)]
        proposed = [_charged_row(fee, view.proposed) for fee in newest if fee.late_fee_id in view.proposed]
        rest = [_charged_row(fee, view.proposed) for fee in newest if fee.late_fee_id not in view.proposed]
        shown = {
            "all": [*due, *proposed, *rest],
            "due": due,
            "charged": [*proposed, *rest],
            "to let go": proposed,
        }
        self._invoice_ids = {_due_id(fee): fee.invoice_id for fee in view.due}
        self._invoice_ids |= {fee.late_fee_id: fee.invoice_id for fee in view.charged}
        self.grid.empty_text = "No late fees here." if view.has_rule else NO_RULE
        self._shown = shown[self.quick_filter]
        self.grid.show_rows(Rows(self._shown))
        self.grid.forget_marks(self._invoice_ids.keys())
        self._show_why()
        counted = [fee for fee in view.charged if not fee.void]
        asked = sum(fee.amount_cents - fee.waived_cents for fee in counted)
        self.show_totals(
            f"due {len(view.due):,} · {dollars(self._due_cents())}"
            f"   charged {len(counted):,} · {dollars(asked)}"
            + (f"   to let go {len(proposed):,}" if proposed else "")
        )

    def on_grid_moved(self, event: Grid.Moved) -> None:
        self._show_why()

    def _show_why(self) -> None:
        """The whole reason of the row, for which a narrow list has no room."""
        cursor_id = self.grid.cursor_id
        row = next((one for one in self._shown if one.id == cursor_id), None)
        self.query_one("#why", Line).show([(f" {row.values[-1]}" if row is not None else "", "muted")])

    def _due_cents(self) -> int:
        return sum(fee.amount_cents for fee in self._due)

    def allowed(self, action: str) -> bool:
        if action == "charge":
            return bool(self._due)
        return action != "waive" or bool(self._to_waive())

    def opened(self, record_id: str) -> None:
        from tui.screens.invoice import Invoice

        order = list(dict.fromkeys(self._invoice_ids[shown] for shown in self.grid.shown_ids))
        self.app.push_screen(Invoice(self._invoice_ids[record_id], order))

    # Charge.

    def action_charge(self) -> None:
        if not self._due:
            return
        due = list(self._due)
        invoices = plural(len({fee.invoice_id for fee in due}), "invoice")
        self.ask(
            f"Charge {plural(len(due), 'late fee')} on {invoices}, {dollars(self._due_cents())}?",
            "charges",
            lambda: self._charge(due),
        )

    def _charge(self, due: Sequence[FeeDue]) -> None:
        """In chunks, each with its corrected documents; `X` stops after one. Run again, it goes on."""
        app, today = self.biller, self.biller.today()
        names = {fee.invoice_id: f"{fee.number} {fee.client}" for fee in due}
        invoice_ids = list(names)
        charged: list[int] = []

        def work(progress: Progress) -> None:
            def after_chunk(so_far: int) -> None:
                for invoice_id in invoice_ids[progress.count : so_far]:
                    progress.done(invoice_id)

            ran = run_late_fees(
                app.store,
                app.actor,
                today=today,
                invoice_ids=invoice_ids,
                after_chunk=after_chunk,
                stopped=lambda: progress.stopping,
            )
            report = progress.report
            report.stopped = progress.count < len(invoice_ids)
            report.done[:] = [done for done in report.done if done not in ran.troubles]
            for invoice_id, why in ran.troubles.items():
                progress.failed(invoice_id, f"The fee is charged, but its document is not corrected: {why}")
            charged.extend(fee.amount_cents for fee in ran.charged)

        def ended(report: JobReport) -> None:
            if not report.failed and not report.stopped:
                app.say(f"{plural(len(charged), 'late fee')} charged, {dollars(sum(charged))}.", "good")

        app.start_job(
            Job(
                "Charging late fees",
                len(invoice_ids),
                work,
                ended,
                names=names,
                open=lambda invoice_id: app.show_invoice(invoice_id),
            )
        )

    # Let go.

    def _to_waive(self) -> list[ChargedFee]:
        """The chosen ones that were charged and are not let go whole."""
        known = [self._charged[chosen] for chosen in self.chosen if chosen in self._charged]
        return [fee for fee in known if not fee.void and fee.waived_cents < fee.amount_cents]

    def action_waive(self) -> None:
        fees = self._to_waive()
        if not fees:
            return
        cents = dollars(sum(fee.amount_cents - fee.waived_cents for fee in fees))
        one = len(fees) == 1
        strip = AskText(
            f"Waive {cents} on {fees[0].number}" if one else f"Waive {len(fees):,} late fees, {cents}",
            label="because",
            value=self._proposed.get(fees[0].late_fee_id, "") if one else "",
            keep_as=f"waive {fees[0].late_fee_id}" if one else "waive",
        )
        what = f"{plural(len(fees), 'late fee')} of {cents} waived"
        self.open_strip(strip, lambda reason: self._waive(fees, what, reason, strip.keep_as))

    def _waive(self, fees: Sequence[ChargedFee], what: str, reason: str, keep_as: str) -> None:
        """All or none; then their documents are corrected, and again when `u` has asked for them again."""
        app, today = self.biller, self.biller.today()
        made: list[Adjusted] = []

        def waive(tx: Tx) -> None:
            made[:] = [waive_fee(tx, fee.late_fee_id, reason=reason, today=today) for fee in fees]

        def take_back(tx: Tx) -> None:
            for one in reversed(made):
                ask_again(tx, one, today=today)

        def waived(_: None) -> None:
            self.grid.clear_marks()
            self.done(what, take_back, waive, self._correct)
            self._correct()

        def refused(refusal: DomainError) -> None:
            """What was typed comes back with the strip."""
            app.kept_texts[keep_as] = {"text": reason}
            app.refuse(refusal)

        app.change(waive, waived, refused)

    def _correct(self) -> None:
        """The documents that do not know of a fee or its waiver yet."""
        app, today = self.biller, self.biller.today()

        def corrected(troubles: dict[str, str]) -> None:
            for why in troubles.values():
                app.say(f"An invoice got no corrected document: {why}", "warn")

        app.in_background(lambda: finish_late_fees(app.store, app.actor, today=today), corrected, writes=True)


def _due_id(fee: FeeDue) -> str:
    return fee_key(fee.invoice_id, fee.policy_id, fee.step)


def _due_row(fee: FeeDue) -> Row:
    return Row(_due_id(fee), ("due", fee.number, fee.client, fee.assessed_on, fee.amount_cents, fee.reason))


def _charged_row(fee: ChargedFee, proposed: dict[str, str]) -> Row:
    """Its amount as it was charged; what was let go of it stands in the last column."""
    why = proposed.get(fee.late_fee_id)
    words, what = "", "charged"
    if fee.void:
        what, words = "void", "the invoice is void"
    elif fee.waived_cents:
        whole = fee.waived_cents >= fee.amount_cents
        what, words = ("waived" if whole else "charged"), f"waived {show_cents(fee.waived_cents)}"
    if why is not None:
        what, words = "let go?", why
    values = (what, fee.number, fee.client, fee.assessed_on, fee.amount_cents, words)
    return Row(fee.late_fee_id, values, why is not None)
