"""The receipt for a payment: what was received, for whose care, and what became of it since."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from core.documents.layout import (
    AMOUNT_RIGHT,
    BODY,
    LEFT,
    REMARK,
    STRONG,
    VOID_REMARK,
    Column,
    Layout,
    Row,
    letterhead_texts,
    worded_letterhead,
)
from core.documents.page import Style, Typesetter
from core.documents.typeset import typesetter_for
from core.documents.wording import DESCRIPTION, amount, day, line_words, words
from core.ledger.receipt_view import ReceiptLine, ReceiptPart, ReceiptRefund, ReceiptView
from core.money import show_cents

METHODS = {
    "cash": "Cash",
    "check": "Check",
    "ach": "Bank transfer (ACH)",
    "card_on_file": "Card on file",
    "card_external": "Card",
    "platform": "Platform",
    "other": "Other",
}

TERM_WIDTH = 96.0
"""What stands beside its label in the field to the right; a longer one gets a line of its own."""
_PAID_WIDTH = 74.0
_CHARGED_LEFT, _CHARGED_WIDTH = 376.0, 96.0


def render_receipt(view: ReceiptView) -> bytes:
    """The receipt as a PDF; the same view gives the same bytes. Raises: LogoUnusable."""
    shown = _worded(view)
    typesetter = typesetter_for(set("".join(_texts(shown))))
    layout = _Receipt(shown, typesetter)
    layout.letterhead(f"Payment {shown.number}", layout.remarks())
    layout.parties()
    layout.services()
    layout.totals()
    return layout.published(title=f"Receipt {shown.number}", made_on=view.made_on)


def _worded(view: ReceiptView) -> ReceiptView:
    """The view with every text as it will be printed."""
    return replace(
        view,
        currency=words(view.currency, 8),
        letterhead=worded_letterhead(view.letterhead),
        received_from=line_words(view.received_from),
        method=words(METHODS.get(view.method, view.method)),
        reference=words(view.reference),
        parts=tuple(map(_worded_part, view.parts)),
        refunds=tuple(map(_worded_refund, view.refunds)),
    )


def _worded_part(part: ReceiptPart) -> ReceiptPart:
    return replace(
        part,
        number=words(part.number),
        patient=words(part.patient),
        lines=tuple(map(_worded_line, part.lines)),
    )


def _worded_line(line: ReceiptLine) -> ReceiptLine:
    return replace(
        line,
        code=words(line.code),
        description=words(line.description, DESCRIPTION),
        modifiers=words(line.modifiers),
        provider=words(line.provider),
    )


def _worded_refund(one: ReceiptRefund) -> ReceiptRefund:
    return replace(one, method=words(METHODS.get(one.method, one.method)), reference=words(one.reference))


def _texts(view: ReceiptView) -> Iterator[str]:
    """Every text that is not ours."""
    return chain(
        (view.number, view.currency, view.method, view.reference),
        letterhead_texts(view.letterhead),
        view.received_from,
        *((part.number, part.patient) for part in view.parts),
        *(
            (line.code, line.description, line.modifiers, line.provider)
            for part in view.parts
            for line in part.lines
        ),
        *((one.method, one.reference) for one in view.refunds),
    )


class _Receipt(Layout):
    """The parts of a receipt."""

    def __init__(self, view: ReceiptView, typesetter: Typesetter) -> None:
        super().__init__(
            view.letterhead,
            typesetter,
            title="Receipt",
            name=f"Receipt for payment {view.number}",
            across="VOID" if view.reversed_on else "",
        )
        self.view = view

    def remarks(self) -> list[tuple[str, Style]]:
        """What is special about this copy."""
        found = []
        if self.view.version > 1:
            found.append((f"Corrected, version {self.view.version}", REMARK))
        if self.view.reversed_on:
            found.append((f"REVERSED {day(self.view.reversed_on)}: no money was received", VOID_REMARK))
        return found

    def parties(self) -> None:
        """Who paid, whose care it was for, and how it was paid."""
        view, top = self.view, self.y
        left = self.party(LEFT, "RECEIVED FROM", view.received_from, 176)
        patients = tuple(dict.fromkeys(part.patient for part in view.parts))
        middle = self.party(240, "PATIENT", patients, 136) if patients else top
        rows, long = [("Received", day(view.received_on))], []
        for label, value in (("Method", view.method), ("Reference", view.reference)):
            if self.typesetter.width(value, BODY) > TERM_WIDTH:
                long.append(f"{label}: {value}")
            elif value:
                rows.append((label, value))
        right = self.terms(top, rows, ("Amount", amount(view.currency, show_cents(view.amount_cents))))
        self.y = min(left, middle, right) - 16
        self.paragraphs(long)
        self.y -= 14

    def services(self) -> None:
        """What was done, invoice by invoice, what was asked for it and what of it this payment paid."""
        view = self.view
        if not view.parts:
            said = (
                "This payment is on no invoice." if view.reversed_on is None else "No invoice is paid by it."
            )
            self.paragraphs([said])
            self.y -= 8
            return
        columns = (
            Column("DATE", LEFT, 64),
            Column("SERVICE", 118, 244),
            Column(f"CHARGED ({view.currency})", _CHARGED_LEFT, _CHARGED_WIDTH, right=True),
            Column("PAID HERE", AMOUNT_RIGHT - _PAID_WIDTH, _PAID_WIDTH, right=True),
        )
        self.table(columns, [row for part in view.parts for row in _rows(part)], below=80)

    def totals(self) -> None:
        """What was received and where it is now."""
        view = self.view
        self.room(15.0 * (4 + len(view.refunds)) + 34)
        self.y -= 17
        self.sum_line("Payment received", show_cents(view.amount_cents), STRONG)
        if view.reversed_on:
            self.sum_line(f"Reversed, {day(view.reversed_on)}", show_cents(-view.amount_cents))
            self.sum_box("Received", amount(view.currency, show_cents(0)))
            return
        for one in view.refunds:
            how = " · ".join(filter(None, (one.method, one.reference)))
            label = f"Refunded, {day(one.refunded_on)}" + (f", {how}" if how else "")
            self.sum_line(label, show_cents(-one.amount_cents))
        paid = sum(part.paid_cents for part in view.parts)
        if paid:
            self.sum_line("of which on invoices", show_cents(paid), BODY)
        if view.credit_cents:
            self.sum_line("of which kept as credit", show_cents(view.credit_cents), BODY)
        label = "Received, less refunds" if view.refunds else "Received"
        self.sum_box(label, amount(view.currency, show_cents(view.amount_cents - view.refunded_cents)))


def _rows(part: ReceiptPart) -> Iterator[Row]:
    head = f"Invoice {part.number} of {day(part.issued_on)}"
    yield Row(
        ("", head, show_cents(part.charged_cents), show_cents(part.paid_cents)),
        f"Patient: {part.patient}",
        strong=True,
    )
    for line in part.lines:
        when = "" if line.service_on is None else day(line.service_on)
        detail = " · ".join(filter(None, (line.code, line.modifiers, line.provider)))
        described = line.description or line.code or "Service"
        yield Row((when, described, show_cents(line.amount_cents), ""), detail)
