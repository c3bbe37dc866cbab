"""The statement a practice sends: one view in, the bytes of a PDF out (RD2).

At the foot of the last sheet stands a slip to be cut off and sent back with a check. The practice's address
on it shows through the window of a #9 envelope, and nothing else of it does.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from core.documents.layout import (
    ACCENT,
    AMOUNT_RIGHT,
    BODY,
    FOOT,
    GREY,
    HAIR,
    INK,
    INSET,
    LABEL,
    LEFT,
    REMARK,
    RIGHT,
    SMALL,
    STRONG,
    TABLE_LABEL,
    TINT,
    TOP,
    Column,
    Layout,
    letterhead_texts,
    worded_letterhead,
)
from core.documents.page import Style, Typesetter
from core.documents.statement_rows import StatementRow, activity_rows, item_rows
from core.documents.typeset import typesetter_for
from core.documents.wording import (
    FOOTER,
    FOOTER_LINES,
    amount,
    day,
    line_words,
    paragraphs,
    words,
)
from core.ids import short
from core.ledger.statement_view import (
    COMMENT,
    OpenItem,
    StatementDetail,
    StatementLine,
    StatementView,
)
from core.money import show_cents

COMMENT_LINES = 40
BESIDE_SUMS = 240.0

ACTIVITY = (
    Column("DATE", LEFT, 64),
    Column("ACTIVITY", 118, 230),
    Column("CHARGE", 352, 58, right=True),
    Column("PAYMENT, CREDIT", 414, 70, right=True),
    Column("BALANCE", 488, AMOUNT_RIGHT - 488, right=True),
)
OPEN = (
    Column("DATE", LEFT, 64),
    Column("INVOICE", 118, 230),
    Column("CHARGED", 352, 58, right=True),
    Column("PAID, TAKEN OFF", 414, 70, right=True),
    Column("OPEN", 488, AMOUNT_RIGHT - 488, right=True),
)

SLIP = 252.0
"""Three and a half inches: what a #9 envelope (3 7/8 by 8 7/8) takes unfolded."""
SLIP_ROOM = SLIP + 30
"""Above the slip the sheet's own foot stands."""
WINDOW_LEFT, WINDOW_TOP = 66.0, 84.0
"""The window is 1 1/8 by 4 1/2 inches, 7/8 from the left and 1/2 from below. Wherever in the envelope the
slip lies, what stands from 63 to 360 points across and 36 to 90 up shows in it."""
BESIDE_WINDOW = 122.0
"""Above this height nothing of the slip can show in the window."""


def render_statement(view: StatementView) -> bytes:
    """The statement as a PDF; the same view gives the same bytes.

    Raises: LogoUnusable, for a logo that cannot be printed.
    """
    shown = _worded(view)
    comment = paragraphs(view.comment, COMMENT, COMMENT_LINES)
    payment = paragraphs(view.letterhead.footer, FOOTER, FOOTER_LINES)
    letters = set("".join(_texts(shown)))
    typesetter = typesetter_for(letters.union(*comment, *payment))
    layout = _Statement(shown, typesetter)
    layout.letterhead(layout.number, layout.remarks())
    layout.parties()
    layout.table_of(item_rows(shown) if shown.kind == "open_items" else activity_rows(shown))
    layout.totals(comment)
    layout.aging()
    layout.payment(payment)
    layout.slip()
    return layout.published(title=layout.name, made_on=view.made_on)


def _worded(view: StatementView) -> StatementView:
    """The view with every text as it will be printed."""
    return replace(
        view,
        currency=words(view.currency, 8),
        letterhead=worded_letterhead(view.letterhead),
        bill_to=line_words(view.bill_to),
        clients=tuple(map(words, view.clients)),
        earlier=tuple(map(_worded_line, view.earlier)),
        lines=tuple(map(_worded_line, view.lines)),
        items=tuple(map(_worded_item, view.items)),
    )


def _worded_line(line: StatementLine) -> StatementLine:
    return StatementLine(
        line.on,
        line.kind,
        words(line.text),
        words(line.client),
        line.amount_cents,
        line.balance_cents,
        _worded_details(line.details),
    )


def _worded_item(item: OpenItem) -> OpenItem:
    details = _worded_details(item.details)
    return replace(item, number=words(item.number), client=words(item.client), details=details)


def _worded_details(details: Iterable[StatementDetail]) -> tuple[StatementDetail, ...]:
    return tuple(StatementDetail(one.on, words(one.text), one.amount_cents) for one in details)


def _texts(view: StatementView) -> Iterator[str]:
    """Every text that is not ours."""
    yield view.currency
    yield from letterhead_texts(view.letterhead)
    yield from view.bill_to
    yield from view.clients
    for line in chain(view.earlier, view.lines):
        yield from (line.text, line.client)
        yield from (one.text for one in line.details)
    for item in view.items:
        yield from (item.number, item.client)
        yield from (one.text for one in item.details)


class _Statement(Layout):
    """The parts of a statement that no other document has."""

    def __init__(self, view: StatementView, typesetter: Typesetter) -> None:
        self.number = short(view.document_id)
        super().__init__(view.letterhead, typesetter, title="Statement", name=f"Statement {self.number}")
        self.view = view
        self.columns = OPEN if view.kind == "open_items" else ACTIVITY

    def remarks(self) -> list[tuple[str, Style]]:
        """What is special about this copy."""
        return [(f"Corrected, version {self.view.version}", REMARK)] if self.view.version > 1 else []

    def parties(self) -> None:
        """To whom it goes, whose treatment it is about, which days, and how the account stands."""
        view, top = self.view, self.y
        left = self.party(LEFT, "TO", view.bill_to, 176)
        label = "CLIENT" if len(view.clients) == 1 else "CLIENTS"
        middle = self.party(240, label, view.clients, 136) if view.clients else top
        rows = [("Statement date", day(view.made_on))]
        if view.from_on is not None:
            rows += [("From", day(view.from_on)), ("To", day(view.to_on))]
        else:
            rows.append(("As of" if view.kind == "open_items" else "Up to", day(view.to_on)))
        right = self.terms(top, rows, ("Account balance", self._money(view.closing_cents)))
        self.y = min(left, middle, right) - 20

    def _money(self, cents: int) -> str:
        return amount(self.view.currency, show_cents(cents))

    def table_of(self, rows: Iterable[StatementRow]) -> None:
        """The rows under their heading, over as many sheets as they need."""
        self.table_head(self.columns)
        for row in rows:
            self._table_row(row)

    def _table_row(self, row: StatementRow) -> None:
        style = STRONG if row.strong else BODY
        text = self.columns[1]
        lines = self.wrap(row.text, style, text.width)
        self._turn(12.0 * len(lines) + 6 + (10 if row.small else 0))
        sheet, y = self.sheet, self.y - 12
        if row.strong:
            sheet.tint(LEFT, self.y - 12 * len(lines) - 6, RIGHT - LEFT, 12 * len(lines) + 6, TINT)
        sheet.text(LEFT, y, row.on, style)
        sheet.lines(text.left, y, lines, style, leading=12)
        for column, shown in zip(self.columns[2:], (row.charge, row.credit, row.balance), strict=True):
            sheet.text_right(column.left + column.width, y, shown, style)
        self.y -= 12.0 * len(lines)
        for said, shown in row.small:
            self._small_print(said, shown)
        self.y -= 6
        self.sheet.rule(LEFT, self.y, RIGHT - LEFT, HAIR)

    def _small_print(self, said: str, shown: str) -> None:
        """What a row is made of, its amounts one place to the left of the row's own."""
        text = self.columns[1]
        width = text.width - (48 if shown else 0)
        for i, line in enumerate(self.wrap(said, SMALL, width)):
            self._turn(10)
            self.sheet.lines(text.left, self.y - 10, (line,), SMALL, leading=10)
            if shown and not i:
                self.sheet.text_right(text.left + text.width, self.y - 10, shown, SMALL)
            self.y -= 10

    def _turn(self, height: float) -> None:
        if self.y - height < FOOT and self.y < TOP - 100:
            self.next_sheet()
            self.table_head(self.columns)

    def totals(self, comment: Sequence[str]) -> None:
        """What the activity comes to, by kinds; a short comment beside it, a long one below."""
        sums = list(self._sums())
        height = 15.0 * len(sums) + 60
        beside = [line for text in comment for line in self.wrap(text, BODY, BESIDE_SUMS)]
        fits = 13.0 * len(beside) + 17 <= height
        if self.y - height < FOOT:
            self.next_sheet()
        self.y -= 20
        top, first = self.y, self.sheet
        for label, cents in sums:
            self.sum_line(label, show_cents(cents))
        self.sum_box("Account balance", self._money(self.view.closing_cents))
        if comment and fits:
            first.text(LEFT, top, "COMMENT", LABEL)
            below = first.lines(LEFT, top - 14, beside, BODY, leading=13, width=BESIDE_SUMS)
            self.y = min(self.y, below - 8)
        elif comment:
            self.heading("COMMENT", 40)
            self.paragraphs(comment)
            self.y -= 12

    def _sums(self) -> Iterator[tuple[str, int]]:
        """Signed as they change the balance, so that the column adds up."""
        view, sums = self.view, self.view.sums
        if view.kind == "open_items":
            yield "Open invoices", sum(item.balance_cents for item in view.items)
            yield "Credit on no invoice yet", -view.credit_cents
            return
        yield "Opening balance", view.opening_cents
        yield "Charges", sums.charges_cents
        for label, cents in (
            ("Late fees", sums.fees_cents),
            ("Payments", -sums.payments_cents),
            ("Adjustments and credits", -sums.adjustments_cents),
            ("Refunds", sums.refunds_cents),
            ("Used for other clients", sums.moved_cents),
        ):
            if cents or label == "Payments":
                yield label, cents

    def aging(self) -> None:
        """The balance by age, and the credit that is taken off it."""
        view = self.view
        cells = [(_bucket(name), cents) for name, cents in view.aging]
        cells += [("CREDIT", -view.credit_cents), ("BALANCE", view.closing_cents)]
        self.room(58)
        sheet, width = self.sheet, (RIGHT - LEFT) / len(cells)
        sheet.text(LEFT, self.y, f"BALANCE BY AGE ON {day(min(view.to_on, view.made_on)).upper()}", LABEL)
        sheet.rule(LEFT, self.y - 6, RIGHT - LEFT, ACCENT, thick=0.75)
        for place, (label, cents) in enumerate(cells, 1):
            right = LEFT + width * place - INSET
            style = STRONG if place == len(cells) else BODY
            sheet.text_right(right, self.y - 17, label, TABLE_LABEL)
            sheet.text_right(right, self.y - 30, show_cents(cents), style)
        sheet.rule(LEFT, self.y - 37, RIGHT - LEFT, HAIR)
        self.y -= 58

    def payment(self, texts: Sequence[str]) -> None:
        """How to pay, as the practice says it, where something is owed."""
        if not texts or self.view.closing_cents <= 0:
            return
        lines = [line for text in texts for line in self.wrap(text, BODY, RIGHT - LEFT)]
        self.heading("HOW TO PAY", 13.0 * len(lines) + 15)
        self.y = self.sheet.lines(LEFT, self.y, lines, BODY, leading=13, width=RIGHT - LEFT)

    def slip(self) -> None:
        """To be cut off and sent back with a check; there is none where nothing is owed."""
        view = self.view
        if view.closing_cents <= 0:
            return
        if self.y < SLIP_ROOM:
            self.next_sheet()
        self.raised_foot = SLIP + 12
        self._cut_here()
        sheet, y = self.sheet, SLIP - 14
        sheet.text(LEFT, y, "PLEASE RETURN THIS PART WITH YOUR PAYMENT", TABLE_LABEL)
        self.y = y - 18
        self.party(LEFT, "FROM", view.bill_to[:5], 300)
        rows = [("Statement", self.number), ("Statement date", day(view.made_on))]
        self.y = y - 8
        below = self.terms(self.y - 10, rows, ("Amount due", self._money(view.closing_cents)))
        sheet.tint(392, below - 22, RIGHT - 392, 24, TINT)
        sheet.text(392 + INSET, below - 12, "Amount enclosed", STRONG)
        sheet.rule(480, below - 14, AMOUNT_RIGHT - 480, INK, thick=0.75)
        sheet.text(LEFT, BESIDE_WINDOW, "MAIL TO", LABEL)
        self._in_the_window()

    def _in_the_window(self) -> None:
        """Five lines at most have room."""
        head = self.head
        place = [line for text in head.address for line in self.wrap(text, BODY, 285)]
        lines = [*self.few([head.name], STRONG, 285, 2)]
        y = self.sheet.lines(WINDOW_LEFT, WINDOW_TOP, lines, STRONG, leading=11)
        self.sheet.lines(WINDOW_LEFT, y, place[: 5 - len(lines)], BODY, leading=11)

    def _cut_here(self) -> None:
        """A dashed line across the sheet."""
        x = 18.0
        while x < 594:
            self.sheet.rule(x, SLIP, 4, GREY, thick=0.5)
            x += 8


def _bucket(name: str) -> str:
    """CURRENT, 1-30 DAYS."""
    return name.upper() if name == "current" else f"{name} DAYS"
