"""Payments and goodwill of a month, what of them is on no invoice, and who has money with the practice."""

from collections import namedtuple
from typing import ClassVar

from core.dates import Period, month_period, shift_months
from core.payments.queries import CreditBalance, PaymentRow, credit_balances, payments
from core.store import Read
from tui.keys import Direction, verb
from tui.present import dollars, period_words, plural
from tui.screens.dashboard import VIEW
from tui.screens.received import ReceivedVerbs
from tui.widgets.columns import Column, count_column, day_column, money_column, words_column
from tui.widgets.rows import Row, Rows

PaymentsView = namedtuple("PaymentsView", "payments credits")

CREDITS = "credit balances"

PAYMENT_COLUMNS = (
    day_column("Date"),
    words_column("From", least=12),
    Column("Method", width=8, drop=1),
    words_column("Reference", least=9, most=24, drop=2),
    money_column("Amount"),
    money_column("Refunded", drop=3),
    money_column("Unapplied"),
)
CREDIT_COLUMNS = (
    words_column("Who", least=14),
    money_column("Unapplied"),
    day_column("Since"),
    count_column("Days"),
)


class Payments(ReceivedVerbs[PaymentsView]):
    """Newest first; `f` shows what is unapplied of any month, or credit balances with their age."""

    PLACE = "payments"
    HEADING = "Payments"
    EMPTY = "No payments this month. P records one."
    HAS_PERIODS = True
    QUICK_FILTERS = ("all", "unapplied", CREDITS)
    COLUMNS = PAYMENT_COLUMNS
    BINDINGS: ClassVar = [
        verb(
            "P", "receive", "Receive", id="payments.receive", help="A payment: choose who pays", counted=False
        ),
        VIEW,
        verb("C", "cards", "Cards", id="payments.cards", counted=False,
             help="Cards that failed, disputes, differences with the processor"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._period: Period | None = None
        self._payments: dict[str, PaymentRow] = {}
        self._credits: dict[str, CreditBalance] = {}

    @property
    def period(self) -> Period:
        """This month until another is chosen."""
        if self._period is None:
            self._period = month_period(self.biller.today())
        return self._period

    def shift_period(self, direction: Direction) -> None:
        this = month_period(self.biller.today())
        self._period = this if direction == 0 else shift_months(self.period, direction)
        self.renew()

    def show_credits(self) -> None:
        """Show credit balances; used by Today."""
        self.quick_filter = CREDITS
        self.grid.filter_rows("")
        self.renew()

    def ask_book(self, read: Read) -> PaymentsView:
        if self.quick_filter == CREDITS:
            return PaymentsView([], credit_balances(read, self.biller.today()))
        if self.quick_filter == "unapplied":
            return PaymentsView(payments(read, open_only=True), [])
        return PaymentsView(payments(read, period=self.period), [])

    def fill(self, view: PaymentsView) -> None:
        self._payments = {row.payment_id: row for row in view.payments}
        self._credits = {row.guarantor_id: row for row in view.credits}
        grid = self.grid
        if self.quick_filter == CREDITS:
            self.period_shown = ""
            grid.show_columns(CREDIT_COLUMNS)
            grid.empty_text = "Nobody has money with the practice that is on no invoice."
            grid.show_rows(Rows([_credit_row(row) for row in view.credits]))
            total = sum(row.left_cents for row in view.credits)
            self.show_totals(f"unapplied {dollars(total)} · {plural(len(view.credits), 'account')}")
            return
        grid.show_columns(PAYMENT_COLUMNS)
        monthly = self.quick_filter == "all"
        self.period_shown = period_words(self.period) if monthly else ""
        grid.empty_text = self.EMPTY if monthly else "All money received is on invoices."
        grid.show_rows(Rows([_payment_row(row) for row in view.payments]))
        grid.forget_marks(self._payments.keys())
        live = [row for row in view.payments if not row.reversed and row.kind == "payment"]
        left = sum(row.unallocated_cents for row in view.payments)
        received = sum(row.amount_cents for row in live)
        self.show_totals(f"{plural(len(live), 'payment')} · {dollars(received)} · unapplied {dollars(left)}")

    @property
    def received(self) -> PaymentRow | None:
        return self._payments.get(self.grid.cursor_id or "")

    @property
    def credit_of(self) -> tuple[str, int] | None:
        """On credit balances, whose and how much."""
        row = self._credits.get(self.grid.cursor_id or "")
        return super().credit_of if row is None else (row.guarantor_id, row.left_cents)

    def action_cards(self) -> None:
        from tui.screens.processor import CardProcessor

        self.app.push_screen(CardProcessor())

    def opened(self, record_id: str) -> None:
        from tui.screens.payment import Payment

        if record_id in self._payments:
            self.app.push_screen(Payment(record_id, self.grid.shown_ids))
        else:
            self.show_account(record_id)


def _payment_row(row: PaymentRow) -> Row:
    method = "reversed" if row.reversed else row.method.replace("_", " ") or "goodwill"
    return Row(
        row.payment_id,
        (
            row.received_on,
            row.guarantor,
            method,
            row.reference,
            row.amount_cents,
            row.refunded_cents,
            row.unallocated_cents,
        ),
        row.unallocated_cents > 0,
        row.note,
    )


def _credit_row(row: CreditBalance) -> Row:
    return Row(row.guarantor_id, (row.guarantor, row.left_cents, row.since_on, row.days), row.days > 60)
