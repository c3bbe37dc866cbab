"""The invoice a practice sends: one view in, the bytes of a PDF out.

The layout runs down the sheet from a letterhead; a table that does not end on a sheet carries its sum
forward to the next. Nothing here depends on which scripts the names are written in.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

from core.documents.logo import Logo, logo
from core.documents.page import Line, Link, Sheet, Style, Typesetter, publish
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
from core.ledger.invoice_view import InvoiceLineView, InvoiceView, Letterhead
from core.money import show_cents, show_units

INK = "0.13 0.16 0.2"
GREY = "0.42 0.46 0.51"
HAIR = "0.86 0.88 0.9"
ACCENT = "0.07 0.36 0.42"
TINT = "0.945 0.965 0.968"
ALARM = "0.7 0.15 0.13"
ALARM_PALE = "0.975 0.9 0.895"

TITLE = Style(True, 25, ACCENT)
NAME = Style(True, 12.5, INK)
NUMBER = Style(True, 10.5, INK)
BODY = Style(False, 9, INK)
STRONG = Style(True, 9, INK)
SMALL = Style(False, 8, GREY)
LABEL = Style(True, 7, GREY)
TABLE_LABEL = Style(True, 7, ACCENT)
DUE = Style(True, 12.5, ACCENT)
REMARK = Style(True, 8.5, ACCENT)
VOID_REMARK = Style(True, 8.5, ALARM)
VOID_MARK = Style(True, 150, ALARM_PALE)
WEB = Style(False, 9, ACCENT)

LEFT, RIGHT = 50.0, 562.0
TOP, FOOT = 744.0, 66.0
"""Where the text of a sheet begins and where it ends above the page number."""

SERVICE_LEFT, SERVICE_WIDTH = 118.0, 246.0
INSET = 9.0
"""Between a tinted field and what stands in it; the amounts of all parts stand under one another."""
UNITS_RIGHT, RATE_RIGHT, AMOUNT_RIGHT = 418.0, 484.0, RIGHT - INSET
TOTALS_LEFT = 330.0
SUM_ROW = 18.0
BESIDE_TOTALS = 240.0
"""How wide notes are that stand to the left of the totals."""

_WEB_ADDRESS = re.compile(r"https?://[!-~]+")


def render_invoice(view: InvoiceView) -> bytes:
    """The invoice as a PDF; the same view gives the same bytes.

    Raises: LogoUnusable, for a logo that cannot be printed.
    """
    shown = _worded(view)
    notes = paragraphs(view.notes, NOTE, NOTE_LINES)
    payment = paragraphs(view.letterhead.footer, FOOTER, FOOTER_LINES)
    typesetter = typesetter_for(set("".join(_texts(shown, notes, payment))))
    mark = logo(view.letterhead.logo_png) if view.letterhead.logo_png is not None else None
    layout = _Layout(shown, typesetter, mark)
    layout.letterhead()
    layout.parties()
    layout.table()
    layout.totals(notes)
    layout.payment(payment)
    layout.page_numbers()
    return publish(
        layout.sheets,
        typesetter,
        title=f"Invoice {shown.number}",
        author=shown.letterhead.name,
        made_on=view.issued_on,
        mark=mark,
    )


def _worded(view: InvoiceView) -> InvoiceView:
    """The view with every text as it will be printed."""
    head = view.letterhead
    return replace(
        view,
        number=words(view.number),
        currency=words(view.currency, 8),
        letterhead=Letterhead(
            name=words(head.name),
            address=line_words(head.address),
            phone=words(head.phone),
            email=words(head.email),
            tax_id=words(head.tax_id),
        ),
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
    head = view.letterhead
    return chain(
        (view.number, view.currency, view.client, view.pay_code, view.pay_link),
        (head.name, head.phone, head.email, head.tax_id),
        head.address,
        view.bill_to,
        notes,
        payment,
        *((line.code, line.description, line.modifiers, line.provider) for line in view.lines),
    )


def _label(line: InvoiceLineView) -> str:
    """What a line between subtotal and total is called; a late fee says its day."""
    label = line.description or line.kind.capitalize()
    return label if line.service_on is None else f"{label}, {day(line.service_on)}"


class _Layout:
    """Writes an invoice from the top of its first sheet to the foot of its last."""

    def __init__(self, view: InvoiceView, typesetter: Typesetter, mark: Logo | None) -> None:
        self.view = view
        self.sheets: list[Sheet] = []
        self._typesetter = typesetter
        self._mark = mark
        self._services = [line for line in view.lines if line.kind in ("charge", "manual")]
        self._adjustments = [line for line in view.lines if line.kind not in ("charge", "manual")]
        self._carried_cents = 0
        self._new_sheet()

    def _new_sheet(self) -> None:
        self.sheet = Sheet(self._typesetter)
        self.sheets.append(self.sheet)
        self.y = TOP
        if self.view.void:
            self.sheet.slanted("VOID", VOID_MARK)

    def _next_sheet(self) -> None:
        """A further sheet, which says whose it is."""
        self._new_sheet()
        self.sheet.lines(
            LEFT, self.y, self._wrap(f"Invoice {self.view.number}", STRONG, 420)[:1], STRONG, leading=0
        )
        self.sheet.text_right(RIGHT, self.y, "continued", SMALL)
        self.sheet.rule(LEFT, self.y - 9, RIGHT - LEFT, ACCENT, thick=1)
        self.y -= 28

    def _wrap(self, text: str, style: Style, width: float) -> list[Line]:
        return self._typesetter.wrap(text, style, width)

    def _few(self, texts: Sequence[str], style: Style, width: float, limit: int) -> list[Line]:
        """Texts of a heading: wrapped, and so many lines at most that a table still fits below."""
        lines = [line for text in texts if text for line in self._wrap(text, style, width)]
        return lines if len(lines) <= limit else [*lines[: limit - 1], Line("…", False)]

    def letterhead(self) -> None:
        head, sheet = self.view.letterhead, self.sheet
        y = self.y
        if self._mark is not None:
            width, height = self._mark.fitted(170, 52)
            sheet.logo(LEFT, y + 10 - height, width, height)
            y -= height + 8
        y = sheet.lines(LEFT, y, self._few([head.name], NAME, 300, 3), NAME, leading=16)
        contact = " · ".join(filter(None, (head.phone, head.email)))
        tax_id = f"Tax ID {head.tax_id}" if head.tax_id else ""
        small = self._few([*head.address, contact, tax_id], SMALL, 300, 14)
        y = sheet.lines(LEFT, y + 1, small, SMALL, leading=11)
        right = self._title()
        self.y = min(y, right) - 8
        sheet.rule(LEFT, self.y, RIGHT - LEFT, ACCENT, thick=1)
        self.y -= 22

    def _title(self) -> float:
        """The word, the number and what is special about this copy; gives the y below them."""
        view, sheet = self.view, self.sheet
        y = self.y - 8
        sheet.text_right(RIGHT, y, "Invoice", TITLE)
        y -= 20
        for line in self._few([view.number], NUMBER, 190, 4):
            sheet.text_right(RIGHT, y, line.text, NUMBER)
            y -= 14
        if view.version > 1:
            sheet.text_right(RIGHT, y, f"Corrected, version {view.version}", REMARK)
            y -= 13
        if view.void:
            sheet.text_right(RIGHT, y, "VOID: nothing is owed on this invoice", VOID_REMARK)
            y -= 13
        return y

    def parties(self) -> None:
        """Who pays, whose treatment it is, and when what is due."""
        top = self.y
        left = self._party(LEFT, "BILL TO", self.view.bill_to, 176)
        middle = self._party(240, "CLIENT", (self.view.client,), 136)
        self.y = min(left, middle, self._terms(top)) - 20

    def _party(self, x: float, label: str, texts: Sequence[str], width: float) -> float:
        sheet = self.sheet
        sheet.text(x, self.y, label, LABEL)
        y = sheet.lines(x, self.y - 15, self._few(texts[:1], STRONG, width, 5), STRONG, leading=13)
        return sheet.lines(x, y, self._few(texts[1:], BODY, width, 10), BODY, leading=13)

    def _terms(self, top: float) -> float:
        view, sheet = self.view, self.sheet
        x = 392.0
        rows = [("Invoice date", day(view.issued_on)), ("Due date", day(view.due_on))]
        height = 60.0
        sheet.tint(x, top + 11 - height, RIGHT - x, height, TINT)
        y = top - 4
        for label, value in rows:
            sheet.text(x + INSET, y, label, SMALL)
            sheet.text_right(AMOUNT_RIGHT, y, value, BODY)
            y -= 15
        y -= 2
        sheet.text(x + INSET, y, "Balance due", STRONG)
        sheet.text_right(AMOUNT_RIGHT, y, self._due(), STRONG)
        return y - 12

    def _due(self) -> str:
        return "Void" if self.view.void else amount(self.view.currency, show_cents(self.view.balance_cents))

    def table(self) -> None:
        """The services; each sheet but the last ends with the sum so far, the next begins with it."""
        self._table_head()
        for i, line in enumerate(self._services):
            described, detail = self._service_lines(line)
            height = 12 * len(described) + 10 * len(detail) + 6
            last = i == len(self._services) - 1
            needed = height + (self._totals_height() if last else SUM_ROW)
            if self.y - needed < FOOT and self.y < TOP - 100:
                self._sum_row("Carried forward")
                self._next_sheet()
                self._table_head()
                self._sum_row("Brought forward")
            self._service(line, described, detail, height)
            self._carried_cents += line.amount_cents

    def _table_head(self) -> None:
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
            self._wrap(line.description or line.code or "Service", BODY, SERVICE_WIDTH),
            self._wrap(detail, SMALL, SERVICE_WIDTH) if detail else [],
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
            self._next_sheet()
        top, first = self.y, self.sheet
        beside = [line for text in notes for line in self._wrap(text, BODY, BESIDE_TOTALS)]
        fits = 13 * len(beside) + 30 <= self._totals_height()
        self.y -= 17
        self._sums()
        self._balance()
        if notes and fits:
            first.text(LEFT, top - 17, "NOTES", LABEL)
            below = first.lines(LEFT, top - 31, beside, BODY, leading=13, width=BESIDE_TOTALS)
            self.y = min(self.y, below - 12) if first is self.sheet else self.y
        elif notes:
            self._heading("NOTES", 40)
            self._paragraphs(notes)
            self.y -= 14

    def _sums(self) -> None:
        view = self.view
        if self._adjustments:
            self._sum("Subtotal", view.subtotal_cents, BODY)
            for line in self._adjustments:
                self._sum(_label(line), line.amount_cents, BODY)
        self._sum("Total", view.total_cents, STRONG)
        for line in view.corrections:
            self._sum(line.description, line.amount_cents, BODY)
        self._sum("Paid", -view.paid_cents, BODY)

    def _sum(self, label: str, cents: int, style: Style) -> None:
        lines = self._wrap(label, style, 140)
        self._room(12.0 * len(lines))
        below = self.sheet.lines(TOTALS_LEFT + INSET, self.y, lines, style, leading=12)
        self.sheet.text_right(AMOUNT_RIGHT, self.y, show_cents(cents), style)
        self.y = below - 3

    def _balance(self) -> None:
        height = 27.0
        self._room(height)
        bottom = self.y + 9 - height
        self.sheet.tint(TOTALS_LEFT, bottom, RIGHT - TOTALS_LEFT, height, TINT)
        self.sheet.rule(TOTALS_LEFT, bottom + height, RIGHT - TOTALS_LEFT, ACCENT, thick=1)
        self.sheet.text(TOTALS_LEFT + INSET, bottom + 9, "Balance due", DUE)
        self.sheet.text_right(AMOUNT_RIGHT, bottom + 9, self._due(), DUE)
        self.y = bottom - 28

    def payment(self, texts: Sequence[str]) -> None:
        """How to pay: the practice's instructions, then the link and the code that need no sign-in."""
        view = self.view
        if view.void or not (texts or view.pay_link or view.pay_code):
            return
        width = RIGHT - LEFT - 2 * INSET
        lines = [line for text in texts for line in self._wrap(text, BODY, width)]
        label = "Pay online: "
        indent = self._typesetter.width(label, BODY)
        links = self._wrap(view.pay_link, WEB, width - indent) if view.pay_link else []
        code = f"Pay code {view.pay_code} for invoice {view.number}" if view.pay_code else ""
        coded = self._wrap(code, BODY, width) if code else []
        height = 13.0 * (len(lines) + len(links) + len(coded)) + 28
        self._room(height)
        sheet, x = self.sheet, LEFT + INSET
        sheet.tint(LEFT, self.y + 14 - height, RIGHT - LEFT, height, TINT)
        sheet.text(x, self.y, "HOW TO PAY", TABLE_LABEL)
        y = sheet.lines(x, self.y - 15, lines, BODY, leading=13, width=width)
        if links:
            sheet.text(x, y, label, BODY)
        for line in links:
            sheet.text(x + indent, y, line.text, WEB)
            self._link(x + indent, y, line.text)
            y -= 13
        self.y = sheet.lines(x, y, coded, BODY, leading=13) - 14

    def _link(self, x: float, y: float, text: str) -> None:
        """Make the pay link work where it is printed, if it is a web address and nothing else."""
        if _WEB_ADDRESS.fullmatch(self.view.pay_link):
            width = self._typesetter.width(text, WEB)
            self.sheet.links.append(Link(x, y + 9, width, 12, self.view.pay_link))

    def _heading(self, label: str, needed: float) -> None:
        self._room(needed)
        self.sheet.text(LEFT, self.y, label, LABEL)
        self.y -= 15

    def _paragraphs(self, texts: Sequence[str]) -> None:
        width = RIGHT - LEFT
        for text in texts:
            for line in self._wrap(text, BODY, width):
                self._room(13)
                self.sheet.lines(LEFT, self.y, (line,), BODY, leading=13, width=width)
                self.y -= 13

    def _room(self, height: float) -> None:
        if self.y - height < FOOT - 13:
            self._next_sheet()

    def page_numbers(self) -> None:
        """Now that the number of sheets is known."""
        whose = f"{self.view.letterhead.name} · Invoice {self.view.number}"
        owner = self._wrap(whose, SMALL, 420)[:1]
        for number, sheet in enumerate(self.sheets, 1):
            sheet.rule(LEFT, 48, RIGHT - LEFT, HAIR)
            sheet.lines(LEFT, 36, owner, SMALL, leading=0)
            sheet.text_right(RIGHT, 36, f"Page {number} of {len(self.sheets)}", SMALL)
