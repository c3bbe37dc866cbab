"""One payment or goodwill credit: the invoices it is on, and how to take it off again (RC2)."""

from collections import namedtuple
from collections.abc import Sequence
from typing import ClassVar, Literal

from textual.app import ComposeResult

from core.payments.queries import PaymentRow, PutOn, payment, put_on
from core.store import Read, Tx
from tui.keys import key_of, verb
from tui.present import dollars
from tui.screens.dashboard import VIEW
from tui.screens.received import ReceivedVerbs
from tui.tones import Piece
from tui.widgets.columns import Column, day_column, money_column, words_column
from tui.widgets.grid import Grid
from tui.widgets.lines import Line
from tui.widgets.rows import Row, Rows

PaymentView = namedtuple("PaymentView", "row put_on")


class Payment(ReceivedVerbs[PaymentView]):
    """One row an invoice; `x` takes the money off it, and it is credit then."""

    PLACE = "payments"
    HEADING = "Payment"
    EMPTY = "It is on no invoice. a puts it on open ones."
    GONE = "It is on no invoice: nothing is left of it."
    COLUMNS = (
        Column("Invoice", width=9),
        words_column("Client", least=14),
        day_column("Since", drop=1),
        money_column("Amount"),
    )
    BINDINGS: ClassVar = [
        verb("x", "take_off", "Take off", id="payment.take_off", help="Off the invoice; it is credit then"),
        VIEW,
        key_of("J", "neighbour(1)", "Next payment", id="payment.next"),
        key_of("K", "neighbour(-1)", "Previous payment", id="payment.previous"),
    ]

    def __init__(self, payment_id: str, order: Sequence[str] = ()) -> None:
        super().__init__()
        self._payment_id = payment_id
        self._order = list(order) or [payment_id]
        self._row: PaymentRow | None = None
        self._put_on: dict[str, PutOn] = {}

    def compose_body(self) -> ComposeResult:
        yield Line(id="who")
        yield Line(id="sums")
        yield Grid(self.COLUMNS, empty_text=self.EMPTY, id="on")

    def ask_book(self, read: Read) -> PaymentView:
        return PaymentView(payment(read, self._payment_id), put_on(read, self._payment_id))

    def fill(self, view: PaymentView) -> None:
        row = self._row = view.row
        self._put_on = {one.allocation_id: one for one in view.put_on}
        what = row.method.replace("_", " ") if row.kind == "payment" else "goodwill"
        self.show_totals(f"{what} {row.reference}".strip() + f" · {row.received_on}")
        who: list[Piece] = [(" ", ""), (row.guarantor, "strong")]
        if row.note:
            who.append((f"   {row.note}", "muted"))
        self.query_one("#who", Line).show(who)
        sums: list[Piece] = [(f" amount {dollars(row.amount_cents)}", "strong")]
        if row.reversed:
            sums.append(("   reversed", "warn"))
        if row.refunded_cents:
            sums.append((f"   refunded {dollars(row.refunded_cents)}", ""))
        sums.append((f"   on invoices {dollars(row.applied_cents)}", ""))
        if row.unallocated_cents:
            sums.append((f"   unapplied {dollars(row.unallocated_cents)}", "warn"))
        self.query_one("#sums", Line).show(sums)
        self.grid.empty_text = self.EMPTY if row.unallocated_cents else self.GONE
        self.grid.show_rows(
            Rows(
                [
                    Row(one.allocation_id, (one.number, one.client, one.effective_on, one.amount_cents))
                    for one in view.put_on
                ]
            )
        )
        self.grid.forget_marks(self._put_on.keys())

    @property
    def received(self) -> PaymentRow | None:
        return self._row

    def allowed(self, action: str) -> bool:
        if action == "take_off":
            return bool(self._put_on)
        return super().allowed(action)

    def opened(self, record_id: str) -> None:
        self.biller.show_invoice(self._put_on[record_id].invoice_id)

    def action_neighbour(self, by: Literal[-1, 1]) -> None:
        at = self._order.index(self._payment_id) + by
        if not 0 <= at < len(self._order):
            self.say("This is the last one." if by > 0 else "This is the first one.")
            return
        self._payment_id = self._order[at]
        self.grid.clear_marks()
        self.renew()

    def action_take_off(self) -> None:
        from core.payments.commands import apply_credit, release

        row, today = self._row, self.biller.today()
        chosen = [self._put_on[i] for i in self.chosen if i in self._put_on]
        if row is None or not chosen:
            return
        live = [one.allocation_id for one in chosen]

        def take_off(tx: Tx) -> None:
            for allocation_id in live:
                release(tx, allocation_id, today=today)

        def put_back(tx: Tx) -> None:
            applied = [
                apply_credit(
                    tx,
                    guarantor_id=row.guarantor_id,
                    today=today,
                    invoice_id=one.invoice_id,
                    amount_cents=one.amount_cents,
                    source_id=row.payment_id,
                )[0].allocation_id
                for one in chosen
            ]
            live[:] = applied

        def taken(_: None) -> None:
            self.grid.clear_marks()
            cents = sum(one.amount_cents for one in chosen)
            where = chosen[0].number if len(chosen) == 1 else f"{len(chosen)} invoices"
            self.done(f"{dollars(cents)} taken off {where}", put_back, take_off)

        self.change(take_off, taken)
