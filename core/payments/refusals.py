"""What cannot be done with money, each with what to do instead."""

from datetime import date

from core.errors import DomainError, NotFound, UsageError
from core.money import show_cents

MAX_REFERENCE = 200
MAX_NOTE = 10_000
MAX_REASON = 500


class NotAPositiveAmount(UsageError):
    code = "not_a_positive_amount"

    def __init__(self, cents: int) -> None:
        super().__init__(f"An amount of money is above zero, not {show_cents(cents)}.")


class UnknownMethod(UsageError):
    code = "unknown_method"

    def __init__(self, typed: str, known: tuple[str, ...]) -> None:
        from core.text import plain

        super().__init__(f'"{plain(typed)[:40]}" is no way to pay. One of: {", ".join(known)}.')


class ReasonNeeded(UsageError):
    code = "reason_needed"

    def __init__(self) -> None:
        super().__init__("Say why; the reason is kept in the audit log.")


class NotYet(DomainError):
    code = "not_yet"

    def __init__(self, day: date, today: date) -> None:
        super().__init__(f"{day} is after today, {today}. Record the money on the day you receive it.")


class NoPayment(NotFound):
    code = "no_payment"

    def __init__(self, typed: str) -> None:
        from core.text import plain

        super().__init__(f'There is no payment or credit "{plain(typed)[:40]}".', subject=typed[:40])


class NoOpenInvoice(NotFound):
    code = "no_invoice"

    def __init__(self, invoice_id: str) -> None:
        super().__init__("There is no such invoice.", subject=invoice_id)


class NoAppointment(NotFound):
    code = "no_session"

    def __init__(self, session_id: str) -> None:
        super().__init__("There is no such appointment any more.", subject=session_id[:40])


class NoOffice(NotFound):
    code = "no_office"

    def __init__(self, office_id: str) -> None:
        super().__init__("There is no such office.", subject=office_id[:40])


class OwesNothingForIt(DomainError):
    code = "owes_nothing_for_it"

    def __init__(self) -> None:
        super().__init__(
            "This guarantor owes nothing for that appointment. Record the money as of who owes for it, or"
            " leave the appointment out."
        )


class RecordedOtherwise(DomainError):
    code = "recorded_otherwise"

    def __init__(self, processor_id: str, cents: int) -> None:
        from core.text import plain

        super().__init__(
            f"The processor's payment {plain(processor_id)[:60]} is recorded already, as {show_cents(cents)}"
            " and not as this guarantor and amount. Look at both before anything is recorded."
        )


class AllocationExceedsPayment(DomainError):
    code = "allocation_exceeds_payment"

    def __init__(self, asked_cents: int, there_cents: int) -> None:
        super().__init__(
            f"That puts {show_cents(asked_cents)} on invoices, but there is only {show_cents(there_cents)}."
            " Make the parts smaller."
        )


class AllocationExceedsBalance(DomainError):
    code = "allocation_exceeds_balance"

    def __init__(self, number: str, asked_cents: int, balance_cents: int) -> None:
        super().__init__(
            f"{show_cents(asked_cents)} is more than what is open on {number}, {show_cents(balance_cents)}."
            " What is over can stay as credit."
        )


class InvoiceIsVoid(DomainError):
    code = "invoice_is_void"

    def __init__(self, number: str) -> None:
        super().__init__(
            f"Invoice {number} is void and takes no money. Put it on another one or keep it as credit."
        )


class OtherGuarantor(DomainError):
    code = "other_guarantor"

    def __init__(self, number: str) -> None:
        super().__init__(
            f"Invoice {number} is owed by another guarantor. Record the payment as theirs, or leave it out."
        )


class NothingToApply(DomainError):
    code = "nothing_to_apply"

    def __init__(self) -> None:
        super().__init__("There is no credit to apply, or no open invoice to apply it to.")


class RefundExceedsWhatIsLeft(DomainError):
    code = "refund_exceeds_what_is_left"

    def __init__(self, asked_cents: int, left_cents: int) -> None:
        super().__init__(
            f"{show_cents(asked_cents)} cannot be refunded: {show_cents(left_cents)} is left to give back."
        )


class NotThroughTheProcessor(DomainError):
    code = "not_through_the_processor"

    def __init__(self) -> None:
        super().__init__(
            "This payment did not come through the card processor. Record the refund as made outside."
        )


class ThroughTheProcessor(DomainError):
    code = "through_the_processor"

    def __init__(self) -> None:
        super().__init__("A card payment is not reversed by hand. Refund it; the processor gives it back.")


class AlreadyReversed(DomainError):
    code = "already_reversed"

    def __init__(self) -> None:
        super().__init__("This was reversed already; there is nothing left of it.")


class RefundedInPart(DomainError):
    code = "refunded_in_part"

    def __init__(self, refunded_cents: int) -> None:
        super().__init__(
            f"{show_cents(refunded_cents)} of this payment was given back, so it cannot be reversed."
            " Refund what is left of it instead."
        )


class AlreadyAnswered(DomainError):
    code = "already_answered"

    def __init__(self) -> None:
        super().__init__("This refund was answered already, and otherwise.")


class AdjustmentExceedsBalance(DomainError):
    code = "adjustment_exceeds_balance"

    def __init__(self, number: str, asked_cents: int, balance_cents: int) -> None:
        super().__init__(
            f"{show_cents(asked_cents)} is more than what is open on {number}, {show_cents(balance_cents)}."
            " Take off less."
        )


class CreditNoteExceedsInvoice(DomainError):
    code = "credit_note_exceeds_invoice"

    def __init__(self, number: str, asked_cents: int, there_cents: int) -> None:
        super().__init__(
            f"{show_cents(asked_cents)} is more than what {number} still asks for, {show_cents(there_cents)}."
        )


class NothingOpen(DomainError):
    code = "nothing_open"

    def __init__(self, number: str) -> None:
        super().__init__(f"Nothing is open on {number}, so there is nothing to take off.")


class NothingToRelease(DomainError):
    code = "nothing_to_release"

    def __init__(self) -> None:
        super().__init__("None of this money is on that invoice any more.")


class AlreadyWaived(DomainError):
    code = "already_waived"

    def __init__(self) -> None:
        super().__init__("This late fee was waived already.")


class RefundIsOnItsWay(DomainError):
    code = "refund_is_on_its_way"

    def __init__(self, number: str) -> None:
        super().__init__(f"A refund for {number} is with the card processor. Wait for its answer.")
