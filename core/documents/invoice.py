"""The invoice a practice sends: one view in, the bytes of a PDF out.

A table that does not end on a sheet carries its sum forward to the next. Nothing here depends on which
scripts the names are written in.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

from core.documents.layout import (
    ACCENT,
    AMOUNT_RIGHT,
    BODY,
    FOOT,
    HAIR,
    INK,
    INSET,
    LABEL,
    LEFT,
    REMARK,
    RIGHT,
    SMALL,
    STRONG,
    SUM_ROW,
    TABLE_LABEL,
    TINT,
    TOP,
    VOID_REMARK,
    WEB,
    Layout,
    is_web_address,
    letterhead_texts,
    worded_letterhead,
)
from core.documents.page import Line, Style, Typesetter
from core.documents.qr import MAX_LENGTH, qr_rows
from core.documents.typeset import typesetter_for
from core.documents.wording import (
    DESCRIPTION,
    FOOTER,
    FOOTER_LINES,
    LINK,
    NOTE,
    NOTE_LINES,
    amount,
    day,
    line_words,
    paragraphs,
    words,
)
from core.ledger.invoice_view import InvoiceLineView, InvoiceView
from core.money import show_cents, show_units

SERVICE_LEFT, SERVICE_WIDTH = 118.0, 246.0
UNITS_RIGHT, RATE_RIGHT = 418.0, 484.0
BESIDE_TOTALS = 240.0
"""How wide notes are that stand to the left of the totals."""
QR_SIDE = 76.0
"""With its rim: a square is half a millimetre, which a telephone reads from the sheet."""


def render_invoice(view: InvoiceView) -> bytes:
    """The invoice as a PDF; the same view gives the same bytes.

    Raises: LogoUnusable, for a logo that cannot be printed.
    """
    shown = _worded(view)
    notes = paragraphs(view.notes, NOTE, NOTE_LINES)
    payment = paragraphs(view.letterhead.footer, FOOTER, FOOTER_LINES)
    typesetter = typesetter_for(set("".join(_texts(shown, notes, payment))))
    layout = _Invoice(shown, typesetter)
    layout.letterhead(shown.number, layout.remarks())
    layout.parties()
    layout.services()
    layout.totals(notes)
    layout.payment(payment)
    return layout.published(title=f"Invoice {shown.number}", made_on=view.issued_on)


def _worded(view: InvoiceView) -> InvoiceView:
    """The view with every text as it will be printed."""
    return replace(
        view,
        number=words(view.number),
        currency=words(view.currency, 8),
        letterhead=worded_letterhead(view.letterhead),
        bill_to=line_words(view.bill_to),
        client=words(view.client),
        lines=tuple(map(_worded_line, view.lines)),
        pay_code=words(view.pay_code),
        pay_link=words(view.pay_link, LINK),
    )


def _worded_line(line: InvoiceLineView) -> InvoiceLineView:
    return InvoiceLineView(
        line.kind,
        line.service_on,
        words(line.code),
        words(line.description, DESCRIPTION),
        words(line.modifiers),
        words(line.provider),
        line.units_milli,
        line.rate_cents,
        line.amount_cents,
    )


def _texts(view: InvoiceView, notes: list[str], payment: list[str]) -> chain[str]:
    """Every text that is not ours."""
    return chain(
        (view.number, view.currency, view.client, view.pay_code, view.pay_link),
        letterhead_texts(view.letterhead),
        view.bill_to,
        notes,
        payment,
        *((line.code, line.description, line.modifiers, line.provider) for line in view.lines),
    )


def _label(line: InvoiceLineView) -> str:
    """What a line between subtotal and total is called; a late fee says its day."""
    label = line.description or line.kind.capitalize()
    return label if line.service_on is None else f"{label}, {day(line.service_on)}"


class _Invoice(Layout):
    """The parts of an invoice that no other document has."""

    def __init__(self, view: InvoiceView, typesetter: Typesetter) -> None:
        super().__init__(
            view.letterhead,
            typesetter,
            title="Invoice",
            name=f"Invoice {view.number}",
            across="VOID" if view.void else "",
        )
        self.view = view
        self._services = [line for line in view.lines if line.kind in ("charge", "manual")]
        self._adjustments = [line for line in view.lines if line.kind not in ("charge", "manual")]
        self._carried_cents = 0

    def remarks(self) -> list[tuple[str, Style]]:
        """What is special about this copy."""
        found = []
        if self.view.version > 1:
            found.append((f"Corrected, version {self.view.version}", REMARK))
        if self.view.void:
            found.append(("VOID: nothing is owed on this invoice", VOID_REMARK))
        return found

    def parties(self) -> None:
        """Who pays, whose treatment it is, and when what is due."""
        top = self.y
        left = self.party(LEFT, "BILL TO", self.view.bill_to, 176)
        middle = self.party(240, "CLIENT", (self.view.client,), 136)
        rows = [("Invoice date", day(self.view.issued_on)), ("Due date", day(self.view.due_on))]
        right = self.terms(top, rows, ("Balance due", self._due()))
        self.y = min(left, middle, right) - 20

    def _due(self) -> str:
        return "Void" if self.view.void else amount(self.view.currency, show_cents(self.view.balance_cents))

    def services(self) -> None:
        """The services; each sheet but the last ends with the sum so far, the next begins with it."""
        self._services_head()
        for i, line in enumerate(self._services):
            described, detail = self._service_lines(line)
            height = 12 * len(described) + 10 * len(detail) + 6
            last = i == len(self._services) - 1
            needed = height + (self._totals_height() if last else SUM_ROW)
            if self.y - needed < FOOT and self.y < TOP - 100:
                self._sum_row("Carried forward")
                self.next_sheet()
                self._services_head()
                self._sum_row("Brought forward")
            self._service(line, described, detail, height)
            self._carried_cents += line.amount_cents

    def _services_head(self) -> None:
        sheet, y = self.sheet, self.y
        sheet.text(LEFT, y, "DATE", TABLE_LABEL)
        sheet.text(SERVICE_LEFT, y, "SERVICE", TABLE_LABEL)
        sheet.text_right(UNITS_RIGHT, y, "UNITS", TABLE_LABEL)
        sheet.text_right(RATE_RIGHT, y, "RATE", TABLE_LABEL)
        sheet.text_right(AMOUNT_RIGHT, y, f"AMOUNT ({self.view.currency})", TABLE_LABEL)
        sheet.rule(LEFT, y - 6, RIGHT - LEFT, ACCENT, thick=0.75)
        self.y = y - 6

    def _service_lines(self, line: InvoiceLineView) -> tuple[list[Line], list[Line]]:
        """What was done, then in small print its code, its modifiers and who did it."""
        detail = " · ".join(filter(None, (line.code, line.modifiers, line.provider)))
        return (
            self.wrap(line.description or line.code or "Service", BODY, SERVICE_WIDTH),
            self.wrap(detail, SMALL, SERVICE_WIDTH) if detail else [],
        )

    def _service(
        self, line: InvoiceLineView, described: list[Line], detail: list[Line], height: float
    ) -> None:
        sheet, y = self.sheet, self.y - 12
        if line.service_on is not None:
            sheet.text(LEFT, y, day(line.service_on), BODY)
        below = sheet.lines(SERVICE_LEFT, y, described, BODY, leading=12)
        sheet.lines(SERVICE_LEFT, below + 1.5, detail, SMALL, leading=10)
        sheet.text_right(UNITS_RIGHT, y, show_units(line.units_milli), BODY)
        sheet.text_right(RATE_RIGHT, y, show_cents(line.rate_cents), BODY)
        sheet.text_right(AMOUNT_RIGHT, y, show_cents(line.amount_cents), BODY)
        self.y -= height
        sheet.rule(LEFT, self.y, RIGHT - LEFT, HAIR)

    def _sum_row(self, label: str) -> None:
        y = self.y - 12.5
        self.sheet.tint(LEFT, self.y - SUM_ROW, RIGHT - LEFT, SUM_ROW, TINT)
        self.sheet.text(SERVICE_LEFT, y, label, STRONG)
        self.sheet.text_right(AMOUNT_RIGHT, y, show_cents(self._carried_cents), STRONG)
        self.y -= SUM_ROW

    def _totals_height(self) -> float:
        """What the totals take at most, so that a sheet never begins with them alone."""
        return min(15.0 * (4 + 2 * len(self._adjustments) + len(self.view.corrections)) + 34, 260)

    def totals(self, notes: Sequence[str]) -> None:
        """From the services to what is still to be paid, short notes beside it, long ones below."""
        if self.y - self._totals_height() < FOOT:
            self.next_sheet()
        top, first = self.y, self.sheet
        beside = [line for text in notes for line in self.wrap(text, BODY, BESIDE_TOTALS)]
        fits = 13 * len(beside) + 30 <= self._totals_height()
        self.y -= 17
        self._sums()
        self.sum_box("Balance due", self._due())
        if notes and fits:
            first.text(LEFT, top - 17, "NOTES", LABEL)
            below = first.lines(LEFT, top - 31, beside, BODY, leading=13, width=BESIDE_TOTALS)
            self.y = min(self.y, below - 12) if first is self.sheet else self.y
        elif notes:
            self.heading("NOTES", 40)
            self.paragraphs(notes)
            self.y -= 14

    def _sums(self) -> None:
        view = self.view
        if self._adjustments:
            self.sum_line("Subtotal", show_cents(view.subtotal_cents), BODY)
            for line in self._adjustments:
                self.sum_line(_label(line), show_cents(line.amount_cents), BODY)
        self.sum_line("Total", show_cents(view.total_cents), STRONG)
        for line in view.corrections:
            self.sum_line(line.description, show_cents(line.amount_cents), BODY)
        self.sum_line("Paid", show_cents(-view.paid_cents), BODY)

    def payment(self, texts: Sequence[str]) -> None:
        """How to pay: the practice's instructions, then the link and the code that need no sign-in."""
        view = self.view
        if view.void or not (texts or view.pay_link or view.pay_code):
            return
        squares = self._qr_code()
        width = RIGHT - LEFT - 2 * INSET - (QR_SIDE + INSET if squares else 0)
        lines = [line for text in texts for line in self.wrap(text, BODY, width)]
        label = "Pay online: "
        indent = self.typesetter.width(label, BODY)
        links = self.wrap(view.pay_link, WEB, width - indent) if view.pay_link else []
        code = f"Pay code {view.pay_code} for invoice {view.number}" if view.pay_code else ""
        coded = self.wrap(code, BODY, width) if code else []
        height = max(13.0 * (len(lines) + len(links) + len(coded)) + 28, QR_SIDE + 12 if squares else 0)
        self.room(height)
        sheet, x, bottom = self.sheet, LEFT + INSET, self.y + 14 - height
        sheet.tint(LEFT, bottom, RIGHT - LEFT, height, TINT)
        if squares:
            sheet.squares(RIGHT - 6 - QR_SIDE, bottom + height - 6 - QR_SIDE, QR_SIDE, squares, INK)
        sheet.text(x, self.y, "HOW TO PAY", TABLE_LABEL)
        y = sheet.lines(x, self.y - 15, lines, BODY, leading=13, width=width)
        if links:
            sheet.text(x, y, label, BODY)
        for line in links:
            sheet.text(x + indent, y, line.text, WEB)
            self.link(x + indent, y, line.text, self.view.pay_link)
            y -= 13
        y = sheet.lines(x, y, coded, BODY, leading=13)
        self.y = min(y, bottom) - 14

    def _qr_code(self) -> list[str]:
        """The pay link for a telephone's camera; nothing where there is none, or it is no web address."""
        link = self.view.pay_link
        return qr_rows(link) if is_web_address(link) and len(link) <= MAX_LENGTH else []
