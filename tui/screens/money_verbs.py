"""The verbs that move money on one invoice, or keep it from being chased (RC1, RC3 to RC5, RB6)."""

from datetime import date
from typing import TYPE_CHECKING, Generic, TypeVar

from core.errors import DomainError
from core.invoicing.lifecycle import allowed_actions
from core.ledger.invoices import InvoiceRow
from core.payments.choosing import PaidWith
from core.store import Tx
from tui.keys import verb
from tui.present import dollars, plural
from tui.screens.book_screen import BookScreen
from tui.screens.documents import print_credit_note
from tui.screens.holding import hold_or_end
from tui.screens.refunding import Paid, ask_refund
from tui.strips.asking import AskReason
from tui.strips.choices import letters_for
from tui.strips.forgive import AskForgiven, Forgiven

if TYPE_CHECKING:
    from core.payments.adjustments import Adjusted

V = TypeVar("V")

LIFECYCLE = {
    "pay": "pay",
    "charge": "pay",
    "write_off": "write_off",
    "refund": "refund",
    "void": "void",
    "rebill": "rebill",
    "hold": "hold",
}
"""Each verb's action in the table of what is allowed."""

PAY = verb("p", "pay", "Pay", id="invoice.pay", help="Record a payment on it", counted=False)
MONEY_KEYS = (
    verb("V", "void", "Void", id="invoice.void", help="With a reason; its sessions are unbilled again",
         counted=False),
    verb("W", "write_off", "Write off", id="invoice.write_off", help="Give up what is open", counted=False),
    verb("F", "refund", "Refund", id="invoice.refund", help="Give money on it back", counted=False),
    verb("b", "rebill", "Bill again", id="invoice.rebill", help="A new draft of what a void one billed",
         counted=False),
    verb("H", "hold", "Hold", id="invoice.hold",
         help="No late fee or reminder while it is disputed or an insurer decides; again ends it",
         counted=False),
    verb("c", "charge", "Charge card", id="invoice.charge", help="The card on file of who owes it",
         counted=False),
)  # fmt: skip
"""In the order of the footer, behind the screen's own first verbs."""

WRONG_REASON = "Recorded by mistake"
"""Of the reversal that `u` posts."""


class MoneyVerbs(BookScreen[V], Generic[V]):
    """A screen with one invoice under the cursor, or one that is open; it lists the keys where they fit."""

    @property
    def invoice_row(self) -> InvoiceRow | None:
        """The issued invoice that the verbs are about."""
        raise NotImplementedError

    @property
    def subject(self) -> str:
        row = self.invoice_row
        return "" if row is None else str(row.invoice_id)

    def allows_money(self, action: str) -> bool:
        row = self.invoice_row
        if row is None or (action == "refund" and not row.paid_cents):
            return False
        return LIFECYCLE[action] in allowed_actions(row.status)

    def why_not(self, action: str) -> str:
        row = self.invoice_row
        if row is None:
            return (
                "That is for an issued invoice: s sends a draft." if self.chosen else "There is no invoice."
            )
        is_now = f"{row.number} is {row.status.replace('_', ' ')}"
        if row.status == "processing":
            return f"{is_now}: a refund is on its way, wait for its answer."
        match action:
            case "pay" | "charge" | "write_off":
                return f"{is_now}: nothing is open on it."
            case "refund":
                return f"{is_now}: no money is on it."
            case "void":
                return f"{is_now} already."
            case "rebill":
                return f"{is_now}: only a void invoice is billed again."
        return f"{is_now}: it cannot be changed any more."

    # Pay.

    def action_pay(self) -> None:
        from tui.screens.paying import pay_invoice

        if (row := self.invoice_row) is not None:
            pay_invoice(self, row.invoice_id)

    def action_charge(self) -> None:
        from tui.screens.paying import pay_invoice

        if (row := self.invoice_row) is not None:
            pay_invoice(self, row.invoice_id, by_card=True)

    # Wait with it.

    def action_hold(self) -> None:
        if (row := self.invoice_row) is not None:
            hold_or_end(self, row)

    # Ask for less.

    def action_write_off(self) -> None:
        if (row := self.invoice_row) is not None:
            self.ask_forgiven(row, f"Write off {row.number}", "bad_debt", row.balance_cents)

    def ask_forgiven(self, row: InvoiceRow, lead: str, kind: str, cents: int | None) -> None:
        """How much, of which kind and why; `u` posts the reversal."""
        strip = AskForgiven(lead, kind=kind, cents=cents, keep_as=f"{kind} {row.invoice_id}")
        self.open_strip(strip, lambda answer: self._forgive(row, strip, answer))

    def _forgive(self, row: InvoiceRow, strip: AskForgiven, answer: Forgiven) -> None:
        """A credit note can take off what was paid, too: that is credit then, and `u` puts it back."""
        from core.payments.adjustments import Adjusted, adjust, credit_note

        app, today, texts = self.biller, self.biller.today(), strip.texts()
        made: list[Adjusted] = []

        def take_off(tx: Tx) -> None:
            if answer.kind == "credit_note":
                done = credit_note(
                    tx, row.invoice_id, amount_cents=answer.amount_cents, reason=answer.reason, today=today
                )
            else:
                done = adjust(
                    tx,
                    row.invoice_id,
                    kind=answer.kind,
                    reason=answer.reason,
                    today=today,
                    amount_cents=answer.amount_cents,
                )
            made[:] = [done]

        def reverse(tx: Tx) -> None:
            ask_again(tx, made[0], today=today)

        def refused(refusal: DomainError) -> None:
            """What was typed comes back with the strip."""
            app.kept_texts[strip.keep_as] = texts
            app.refuse(refusal)

        def document() -> None:
            if answer.kind == "credit_note":
                print_credit_note(app, made[0].adjustment_id)

        def taken(_: None) -> None:
            self.done(what, reverse, take_off, document)
            document()

        what = f"{dollars(answer.amount_cents)} off {row.number}, {answer.kind.replace('_', ' ')}"
        app.change(take_off, taken, refused)

    # Give back.

    def action_refund(self) -> None:
        """Of several payments on the invoice, which one is asked first."""
        from core.ledger.invoices import owed_by
        from core.payments.choosing import money_on
        from core.payments.queries import money

        row, app = self.invoice_row, self.biller
        if row is None:
            return

        def work() -> list[Paid]:
            with app.store.read() as read:
                name = owed_by(read, row.invoice_id)
                return [
                    Paid(one, name, money(read, one.source_id).amount_cents, (row.number or "",))
                    for one in money_on(read, row.invoice_id)
                ]

        def known(found: list[Paid]) -> None:
            if not self.is_current:
                return
            if not found:
                app.say(f"Nothing was paid on {row.number}.", "warn")
                self.swallow_typed()
            elif len(found) == 1:
                ask_refund(self, found[0], row)
            else:
                letters = letters_for([_called(paid.one) for paid in found])
                by_letter = dict(zip(letters, found, strict=True))
                choices = [
                    (letter, f"{_called(paid.one)} {dollars(paid.one.amount_cents)}")
                    for letter, paid in by_letter.items()
                ]
                self.choose("Refund", choices, lambda letter: ask_refund(self, by_letter[letter], row))

        app.hold_keys("refund")
        app.in_background(work, known, writes=True, ended=lambda: app.release_keys("refund"))

    # Take back.

    def action_void(self) -> None:
        if (row := self.invoice_row) is not None:
            strip = AskReason(
                f"Void {row.number}, {dollars(row.total_cents)}",
                label="because",
                keep_as=f"void {row.invoice_id}",
            )
            self.open_strip(strip, lambda reason: self._ask_void(row, reason))

    def _ask_void(self, row: InvoiceRow, reason: str) -> None:
        """One question; where money is on the invoice, its answer says what becomes of it."""
        kept = {"text": reason}

        def cancelled() -> None:
            self.biller.kept_texts[f"void {row.invoice_id}"] = kept

        if row.paid_cents > 0:
            self.ask_which(
                f"Void {row.number}, {dollars(row.total_cents)}, of which {dollars(row.paid_cents)} is paid?",
                [("c", "keeps the money as credit"), ("r", "refunds it")],
                lambda key: self._void(row, reason, "credit" if key == "c" else "refund"),
                on_cancel=cancelled,
            )
        else:
            self.ask(
                f"Void {row.number}, {dollars(row.total_cents)}? Its sessions are unbilled again.",
                "voids",
                lambda: self._void(row, reason, None),
                on_cancel=cancelled,
            )

    def _void(self, row: InvoiceRow, reason: str, money: str | None) -> None:
        """What came through the card processor is asked back there; else it is paid back outside."""
        from core.invoicing.voiding import void_invoice
        from core.payments.choosing import money_on

        app, today = self.biller, self.biller.today()

        def void(tx: Tx) -> object:
            sources = money_on(tx, row.invoice_id) if money == "refund" else []
            processor = bool(sources) and all(one.by_processor for one in sources)
            return void_invoice(
                tx,
                row.invoice_id,
                reason=reason,
                money=money,
                channel="processor" if processor else "outside",
                today=today,
            )

        def voided(_: object) -> None:
            what = {"credit": ", the money is kept as credit", "refund": ", the money is refunded", None: ""}
            app.say(f"{row.number} is void{what[money]}. b bills its sessions again.", "good")

        app.change(void, voided)

    def action_rebill(self) -> None:
        from core.invoicing.commands import delete_drafts, restore_drafts
        from core.invoicing.voiding import rebill

        row, app, today = self.invoice_row, self.biller, self.biller.today()
        if row is None:
            return

        def billed(draft_ids: list[str]) -> None:
            made = "Draft" if len(draft_ids) == 1 else plural(len(draft_ids), "draft")
            self.done(
                f"{made} made in place of {row.number}",
                lambda tx: delete_drafts(tx, draft_ids),
                lambda tx: restore_drafts(tx, draft_ids),
            )
            if self.is_current:
                app.show_invoice(draft_ids[0])

        app.change(lambda tx: rebill(tx, row.invoice_id, today=today), billed)


def ask_again(tx: Tx, taken_off: "Adjusted", *, today: date) -> None:
    """Take back what took something off an invoice; what was paid and became credit by it is put back."""
    from core.payments.adjustments import reverse_adjustment
    from core.payments.commands import apply_credit
    from core.payments.queries import invoice_state

    reverse_adjustment(tx, taken_off.adjustment_id, reason=WRONG_REASON, today=today)
    guarantor_id = invoice_state(tx, taken_off.invoice_id).guarantor_id
    for one in taken_off.released:
        apply_credit(
            tx,
            guarantor_id=guarantor_id,
            today=today,
            invoice_id=taken_off.invoice_id,
            amount_cents=one.amount_cents,
            source_id=one.source_id,
        )


def _called(one: PaidWith) -> str:
    """`check 1187`, or what goodwill was given for."""
    if one.kind == "credit":
        return f"credit {one.reference}"
    return f"{one.method.replace('_', ' ')} {one.reference}".strip()
