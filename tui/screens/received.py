"""The verbs on money received: its receipt, apply what is left, refund, reverse (RC2, RC3, RD4)."""

from typing import ClassVar, Generic, TypeVar

from core.errors import DomainError
from core.payments.choosing import PaidWith
from core.payments.queries import PaymentRow
from core.store import Tx
from tui.keys import verb
from tui.present import dollars, plural
from tui.screens.book_screen import BookScreen
from tui.screens.documents import open_receipt
from tui.screens.refunding import Paid, ask_refund
from tui.strips.asking import AskText

V = TypeVar("V")


class ReceivedVerbs(BookScreen[V], Generic[V]):
    """A screen with one payment or goodwill credit under the cursor, or one that is open."""

    BINDINGS: ClassVar = [
        verb("o", "open_receipt", "Receipt", id="payment.receipt",
             help="Open the receipt; it is made where there is none", counted=False),
        verb("a", "apply", "Apply credit", id="payment.apply", help="Put what is unapplied on open invoices",
             counted=False),
        verb("F", "refund", "Refund", id="payment.refund", help="Give it back, all or part", counted=False),
        verb("V", "reverse", "Reverse", id="payment.reverse",
             help="It bounced or was never received; what it paid is owed again", counted=False),
    ]  # fmt: skip

    @property
    def received(self) -> PaymentRow | None:
        """The payment or credit that the verbs are about."""
        raise NotImplementedError

    @property
    def credit_of(self) -> tuple[str, int] | None:
        """Whose credit `a` applies, and how much is left of it."""
        row = self.received
        return None if row is None else (row.guarantor_id, row.unallocated_cents)

    @property
    def subject(self) -> str:
        row = self.received
        return "" if row is None else str(row.payment_id)

    def allowed(self, action: str) -> bool:
        row = self.received
        if action == "open_receipt":
            return row is not None and row.kind == "payment"
        if action == "view_at_processor":
            return row is not None and row.method in ("card_on_file", "card_external")
        if action == "apply":
            credit = self.credit_of
            return credit is not None and credit[1] > 0
        if action == "refund":
            return row is not None and not row.reversed and row.refunded_cents < row.amount_cents
        if action == "reverse":
            return row is not None and not row.reversed and not row.refunded_cents
        return True

    def why_not(self, action: str) -> str:
        row = self.received
        if action == "apply":
            return "No credit is left to apply."
        if row is None:
            return "There is no payment here."
        if row.reversed:
            return f"{_called(row)} is reversed already."
        if action == "reverse":
            return f"{_called(row)} was refunded in part; refund the rest instead."
        return f"{_called(row)} is refunded already."

    def show_account(self, guarantor_id: str) -> None:
        """Open the client whose guarantor it is."""
        from tui.screens.opening import open_account

        open_account(self.biller, guarantor_id)

    # Receipt.

    def action_open_receipt(self) -> None:
        row = self.received
        if row is not None:
            open_receipt(self.biller, row.payment_id)

    def action_view_at_processor(self) -> None:
        from tui.screens.dashboard import view_at_processor

        if (row := self.received) is not None:
            view_at_processor(self, payment_id=row.payment_id)

    # Apply.

    def action_apply(self) -> None:
        from core.payments.commands import apply_credit, release
        from core.payments.moves import Applied

        credit, row, today = self.credit_of, self.received, self.biller.today()
        if credit is None:
            return
        made: list[Applied] = []

        def apply(tx: Tx) -> list[Applied]:
            source_id = None if row is None else row.payment_id
            made[:] = apply_credit(tx, guarantor_id=credit[0], today=today, source_id=source_id)
            return list(made)

        def take_off(tx: Tx) -> None:
            for one in made:
                release(tx, one.allocation_id, today=today, reason="Applied by mistake")

        def applied(done: list[Applied]) -> None:
            cents = sum(one.amount_cents for one in done)
            numbers = sorted({one.number for one in done})
            where = numbers[0] if len(numbers) == 1 else plural(len(numbers), "invoice")
            self.done(f"{dollars(cents)} of credit applied to {where}", take_off, apply)

        self.change(apply, applied)

    # Give back.

    def action_refund(self) -> None:
        """Of the whole payment: what is on no invoice goes first."""
        from core.payments.choosing import came_by_processor
        from core.payments.queries import put_on

        row, app = self.received, self.biller
        if row is None:
            return

        def work() -> Paid:
            with app.store.read() as read:
                one = PaidWith(
                    row.payment_id,
                    row.kind,
                    row.received_on,
                    row.method,
                    row.reference,
                    row.applied_cents,
                    came_by_processor(read, row.payment_id),
                    row.unallocated_cents,
                )
                numbers = tuple(dict.fromkeys(on.number for on in put_on(read, row.payment_id)))
                return Paid(one, row.guarantor, row.amount_cents, numbers)

        def known(paid: Paid) -> None:
            if self.is_current:
                ask_refund(self, paid, None)

        app.hold_keys("refund")
        app.in_background(work, known, writes=True, ended=lambda: app.release_keys("refund"))

    # Reverse.

    def action_reverse(self) -> None:
        row = self.received
        if row is not None:
            strip = AskText(
                f"Reverse {_called(row)}, {dollars(row.amount_cents)}",
                label="because",
                keep_as=f"reverse {row.payment_id}",
            )
            self.open_strip(strip, lambda reason: self._ask_reverse(row, reason))

    def _ask_reverse(self, row: PaymentRow, reason: str) -> None:
        from core.payments.commands import reverse_payment

        app, today = self.biller, self.biller.today()

        def put_back() -> None:
            app.kept_texts[f"reverse {row.payment_id}"] = {"text": reason}

        def refused(refusal: DomainError) -> None:
            put_back()
            app.refuse(refusal)

        def reverse() -> None:
            app.change(
                lambda tx: reverse_payment(tx, row.payment_id, reason=reason, today=today),
                lambda _: app.say(f"{_called(row)}, {dollars(row.amount_cents)}, is reversed.", "good"),
                refused,
            )

        owed = f"; {dollars(row.applied_cents)} is owed again" if row.applied_cents else ""
        question = f"Reverse {_called(row)} of {row.guarantor}, {dollars(row.amount_cents)}{owed}?"
        self.ask(question, "reverses", reverse, on_cancel=put_back)


def _called(row: PaymentRow) -> str:
    if row.kind == "credit":
        return "goodwill"
    return f"{row.method.replace('_', ' ')} {row.reference}".strip()
