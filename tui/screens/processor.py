"""What card payments ask of a person: cards that failed, disputes, differences with the processor (RF2)."""

from collections import namedtuple
from typing import ClassVar

from core.dates import zone
from core.payments.card_list import (
    Charged,
    Difference,
    Disputed,
    charge_words,
    difference_words,
    disputed,
    failed_charges,
    last_look,
    open_differences,
)
from core.practice.queries import practice
from core.store import Read
from tui.present import dollars, local_stamp, plural
from tui.screens.book_screen import BookScreen
from tui.screens.dashboard import VIEW, view_at_processor
from tui.widgets.columns import Column, day_column, money_column, words_column
from tui.widgets.rows import Row, Rows

ProcessorView = namedtuple("ProcessorView", "failed disputes differences looked_at timezone")

FAILED, DISPUTES, DIFFERENCES = "failed cards", "disputes", "differences"

COLUMNS = {
    FAILED: (
        Column("Invoice", width=9),
        words_column("Client", least=12),
        Column("Card", width=10, drop=1),
        money_column("Amount"),
        day_column("Tried", drop=2),
        words_column("What the bank said", least=20, most=70),
    ),
    DISPUTES: (
        day_column("Since"),
        words_column("From", least=12),
        Column("State", width=8),
        money_column("Amount"),
        day_column("Answer by"),
        words_column("Reason", least=8, most=30, drop=1),
    ),
    DIFFERENCES: (
        day_column("Day"),
        words_column("What differs", least=20, most=50),
        money_column("Processor"),
        money_column("Book"),
        words_column("Its id", least=10, most=30, drop=1),
    ),
}
EMPTY_TEXTS = {
    FAILED: "No card has failed that is not paid since.",
    DISPUTES: "No payment is disputed.",
    DIFFERENCES: "The book and the processor's list agree.",
}


class CardProcessor(BookScreen[ProcessorView]):
    """`f` goes round; Enter opens the invoice or payment a row is about."""

    PLACE = "payments"
    HEADING = "Card processor"
    ENTER = "Open"
    QUICK_FILTERS = (FAILED, DISPUTES, DIFFERENCES)
    BINDINGS: ClassVar = [VIEW]

    def __init__(self, show: str = FAILED) -> None:
        super().__init__()
        self.quick_filter = show
        self._opens: dict[str, tuple[str, str]] = {}
        """By row: the invoice or payment that Enter opens, and the processor's id of it."""

    COLUMNS = COLUMNS[FAILED]

    def ask_book(self, read: Read) -> ProcessorView:
        return ProcessorView(
            failed_charges(read), disputed(read), open_differences(read), last_look(read),
            practice(read).timezone,
        )  # fmt: skip

    def fill(self, view: ProcessorView) -> None:
        grid, now = self.grid, self.quick_filter
        grid.show_columns(COLUMNS[now])
        grid.empty_text = EMPTY_TEXTS[now]
        shown = {
            FAILED: [_failed_row(one) for one in view.failed],
            DISPUTES: [_disputed_row(one) for one in view.disputes],
            DIFFERENCES: [_difference_row(one) for one in view.differences],
        }[now]
        self._opens = {one.charge_id: (one.invoice_id, one.processor_ref) for one in view.failed}
        self._opens |= {one.dispute_id: (one.payment_id, one.intent_ref) for one in view.disputes}
        self._opens |= {
            one.difference_id: (one.payment_id or "", one.processor_ref) for one in view.differences
        }
        grid.show_rows(Rows(shown))
        self.show_totals(self._totals(view))

    def _totals(self, view: ProcessorView) -> str:
        if self.quick_filter == FAILED:
            cents = sum(one.amount_cents for one in view.failed)
            return f"{plural(len(view.failed), 'failed card')} · {dollars(cents)}"
        if self.quick_filter == DISPUTES:
            return plural(len(view.disputes), "dispute")
        looked = local_stamp(view.looked_at, zone(view.timezone)) if view.looked_at else ""
        as_of = f"as of {looked}" if looked else "nobody has looked yet: the hub does, once a day"
        return f"{plural(len(view.differences), 'difference')} · {as_of}"

    def allowed(self, action: str) -> bool:
        return action != "view_at_processor" or bool(self._opens.get(self.grid.cursor_id or "", ("", ""))[1])

    def opened(self, record_id: str) -> None:
        about = self._opens[record_id][0]
        if self.quick_filter == FAILED:
            self.biller.show_invoice(about)
        elif about:
            from tui.screens.payment import Payment

            self.app.push_screen(Payment(about))
        else:
            self.say("It is not in the book. O shows it in Stripe.")

    def action_view_at_processor(self) -> None:
        view_at_processor(self, intent_ref=self._opens[self.grid.cursor_id or ""][1])


def _failed_row(one: Charged) -> Row:
    said = charge_words(one)
    card = f"{one.brand} {one.last4}"
    return Row(one.charge_id, (one.number, one.client, card, one.amount_cents, one.answered_on, said))


def _disputed_row(one: Disputed) -> Row:
    needs_answer = one.state == "open"
    reason = one.reason.replace("_", " ")
    cells = (one.happened_on, one.guarantor, one.state, one.amount_cents, one.answer_by_on, reason)
    return Row(one.dispute_id, cells, needs_answer)


def _difference_row(one: Difference) -> Row:
    what = difference_words(one.kind)
    cells = (one.happened_on, what, one.theirs_cents, one.ours_cents, one.processor_ref)
    return Row(one.difference_id, cells)
