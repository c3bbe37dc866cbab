"""What all documents of a practice have in common: colours, type, letterhead, parties, tables, totals.

A document's own module says what stands on it; this one says how. The layout runs down the sheet from a
letterhead; a table that does not end on a sheet goes on on the next, under its own heading again.
"""

import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from core.documents.logo import Logo, logo
from core.documents.page import Line, Link, Sheet, Style, Typesetter, publish
from core.documents.wording import line_words, words
from core.ledger.letterhead import Letterhead

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

INSET = 9.0
"""Between a tinted field and what stands in it; the amounts of all parts stand under one another."""
AMOUNT_RIGHT = RIGHT - INSET
TOTALS_LEFT = 330.0
SUM_ROW = 18.0

_WEB_ADDRESS = re.compile(r"https?://[!-~]+")


class Column(NamedTuple):
    """One column of a table: its heading, where it begins and how wide it is, to which side it keeps."""

    label: str
    left: float
    width: float
    right: bool = False


class Row(NamedTuple):
    """One row of a table: a text for each column, small print below one of them, strong where it sums."""

    cells: tuple[str, ...]
    detail: str = ""
    detail_column: int = 1
    strong: bool = False


def worded_letterhead(head: Letterhead) -> Letterhead:
    """The letterhead with every text as it will be printed; its footer is a paragraph of its own."""
    return Letterhead(
        name=words(head.name),
        address=line_words(head.address),
        phone=words(head.phone),
        email=words(head.email),
        tax_id=words(head.tax_id),
        logo_png=head.logo_png,
    )


def letterhead_texts(head: Letterhead) -> tuple[str, ...]:
    """What a typesetter must be able to set of it."""
    return (head.name, head.phone, head.email, head.tax_id, *head.address)


def is_web_address(text: str) -> bool:
    """Whether a text is a plain web address and nothing else."""
    return _WEB_ADDRESS.fullmatch(text) is not None


class Layout:
    """Writes a document from the top of its first sheet to the foot of its last.

    `title` is the large word on the first sheet; `name` is what further sheets and the foot call the
    document; `across` is written large across every sheet, under everything.
    """

    def __init__(
        self, head: Letterhead, typesetter: Typesetter, *, title: str, name: str, across: str = ""
    ) -> None:
        self.head = head
        self.title = title
        self.name = name
        self.sheets: list[Sheet] = []
        self.typesetter = typesetter
        self.mark: Logo | None = logo(head.logo_png) if head.logo_png is not None else None
        self._across = across
        self.raised_foot: float | None = None
        """Where the last sheet's foot stands higher, because something to cut off lies below it."""
        self.new_sheet()

    def new_sheet(self) -> None:
        self.sheet = Sheet(self.typesetter)
        self.sheets.append(self.sheet)
        self.y = TOP
        if self._across:
            self.sheet.slanted(self._across, VOID_MARK)

    def next_sheet(self) -> None:
        """A further sheet, which says whose it is."""
        self.new_sheet()
        self.sheet.lines(LEFT, self.y, self.wrap(self.name, STRONG, 420)[:1], STRONG, leading=0)
        self.sheet.text_right(RIGHT, self.y, "continued", SMALL)
        self.sheet.rule(LEFT, self.y - 9, RIGHT - LEFT, ACCENT, thick=1)
        self.y -= 28

    def room(self, height: float) -> None:
        """Go on on a further sheet where so much does not fit any more."""
        if self.y - height < FOOT - 13:
            self.next_sheet()

    def wrap(self, text: str, style: Style, width: float) -> list[Line]:
        return self.typesetter.wrap(text, style, width)

    def few(self, texts: Sequence[str], style: Style, width: float, limit: int) -> list[Line]:
        """Texts of a heading: wrapped, and so many lines at most that a table still fits below."""
        lines = [line for text in texts if text for line in self.wrap(text, style, width)]
        return lines if len(lines) <= limit else [*lines[: limit - 1], Line("…", False)]

    def letterhead(self, number: str, remarks: Sequence[tuple[str, Style]] = ()) -> None:
        """Who sends it, to the left; what it is, its number and what is special about it, to the right."""
        head, sheet = self.head, self.sheet
        y = self.y
        if self.mark is not None:
            width, height = self.mark.fitted(170, 52)
            sheet.logo(LEFT, y + 10 - height, width, height)
            y -= height + 8
        beside = min(300.0, RIGHT - LEFT - self.typesetter.width(self.title, TITLE) - 16)
        y = sheet.lines(LEFT, y, self.few([head.name], NAME, beside, 3), NAME, leading=16)
        contact = " · ".join(filter(None, (head.phone, head.email)))
        tax_id = f"Tax ID {head.tax_id}" if head.tax_id else ""
        small = self.few([*head.address, contact, tax_id], SMALL, beside, 14)
        y = sheet.lines(LEFT, y + 1, small, SMALL, leading=11)
        self.y = min(y, self._heading_right(number, remarks)) - 8
        sheet.rule(LEFT, self.y, RIGHT - LEFT, ACCENT, thick=1)
        self.y -= 22

    def _heading_right(self, number: str, remarks: Sequence[tuple[str, Style]]) -> float:
        y = self.y - 8
        self.sheet.text_right(RIGHT, y, self.title, TITLE)
        y -= 20
        for line in self.few([number], NUMBER, 190, 4):
            self.sheet.text_right(RIGHT, y, line.text, NUMBER)
            y -= 14
        for text, style in remarks:
            self.sheet.text_right(RIGHT, y, text, style)
            y -= 13
        return y

    def party(self, x: float, label: str, texts: Sequence[str], width: float) -> float:
        """A name in strong type with what belongs to it below; gives the y below them."""
        sheet = self.sheet
        sheet.text(x, self.y, label, LABEL)
        y = sheet.lines(x, self.y - 15, self.few(texts[:1], STRONG, width, 5), STRONG, leading=13)
        return sheet.lines(x, y, self.few(texts[1:], BODY, width, 10), BODY, leading=13)

    def terms(
        self, top: float, rows: Sequence[tuple[str, str]], last: tuple[str, str], *, x: float = 392.0
    ) -> float:
        """A tinted field of labels and values, the last row strong; gives the y below it."""
        sheet = self.sheet
        height = 15.0 * len(rows) + 30
        sheet.tint(x, top + 11 - height, RIGHT - x, height, TINT)
        y = top - 4
        for label, value in rows:
            sheet.text(x + INSET, y, label, SMALL)
            sheet.text_right(AMOUNT_RIGHT, y, value, BODY)
            y -= 15
        y -= 2
        sheet.text(x + INSET, y, last[0], STRONG)
        sheet.text_right(AMOUNT_RIGHT, y, last[1], STRONG)
        return y - 12

    def table(self, columns: Sequence[Column], rows: Sequence[Row], *, below: float = 0) -> None:
        """Rows under their heading, over as many sheets as they need.

        `below` is the height of what must stand on the sheet of the last row.
        """
        self.table_head(columns)
        for i, row in enumerate(rows):
            lines = self._row_lines(columns, row)
            detail = self.wrap(row.detail, SMALL, columns[row.detail_column].width) if row.detail else []
            height = 12.0 * max(map(len, lines)) + 10.0 * len(detail) + 6
            last = i == len(rows) - 1
            if self.y - height - (below if last else 0) < FOOT and self.y < TOP - 100:
                self.next_sheet()
                self.table_head(columns)
            self._row(columns, row, lines, detail, height)

    def table_head(self, columns: Sequence[Column]) -> None:
        sheet, y = self.sheet, self.y
        for column in columns:
            if column.right:
                sheet.text_right(column.left + column.width, y, column.label, TABLE_LABEL)
            else:
                sheet.text(column.left, y, column.label, TABLE_LABEL)
        sheet.rule(LEFT, y - 6, RIGHT - LEFT, ACCENT, thick=0.75)
        self.y = y - 6

    def _row_lines(self, columns: Sequence[Column], row: Row) -> list[list[Line]]:
        style = STRONG if row.strong else BODY
        return [self.wrap(text, style, column.width) for column, text in zip(columns, row.cells, strict=True)]

    def _row(
        self,
        columns: Sequence[Column],
        row: Row,
        cells: Sequence[Sequence[Line]],
        detail: Sequence[Line],
        height: float,
    ) -> None:
        sheet, y, style = self.sheet, self.y - 12, STRONG if row.strong else BODY
        if row.strong:
            sheet.tint(LEFT, self.y - height, RIGHT - LEFT, height, TINT)
        for column, lines in zip(columns, cells, strict=True):
            if column.right:
                for i, line in enumerate(lines):
                    sheet.text_right(column.left + column.width, y - 12 * i, line.text, style)
            else:
                sheet.lines(column.left, y, lines, style, leading=12)
        if detail:
            below = y - 12 * len(cells[row.detail_column]) + 1.5
            sheet.lines(columns[row.detail_column].left, below, detail, SMALL, leading=10)
        self.y -= height
        sheet.rule(LEFT, self.y, RIGHT - LEFT, HAIR)

    def sum_line(self, label: str, shown: str, style: Style = BODY) -> None:
        """A line of the totals: what it is and how much."""
        lines = self.wrap(label, style, 140)
        self.room(12.0 * len(lines))
        below = self.sheet.lines(TOTALS_LEFT + INSET, self.y, lines, style, leading=12)
        self.sheet.text_right(AMOUNT_RIGHT, self.y, shown, style)
        self.y = below - 3

    def sum_box(self, label: str, shown: str) -> None:
        """The one amount that a reader looks for."""
        height = 27.0
        self.room(height)
        bottom = self.y + 9 - height
        self.sheet.tint(TOTALS_LEFT, bottom, RIGHT - TOTALS_LEFT, height, TINT)
        self.sheet.rule(TOTALS_LEFT, bottom + height, RIGHT - TOTALS_LEFT, ACCENT, thick=1)
        self.sheet.text(TOTALS_LEFT + INSET, bottom + 9, label, DUE)
        self.sheet.text_right(AMOUNT_RIGHT, bottom + 9, shown, DUE)
        self.y = bottom - 28

    def heading(self, label: str, needed: float) -> None:
        """The label above a part; `needed` is what must stand with it on one sheet."""
        self.room(needed)
        self.sheet.text(LEFT, self.y, label, LABEL)
        self.y -= 15

    def paragraphs(self, texts: Sequence[str]) -> None:
        width = RIGHT - LEFT
        for text in texts:
            for line in self.wrap(text, BODY, width):
                self.room(13)
                self.sheet.lines(LEFT, self.y, (line,), BODY, leading=13, width=width)
                self.y -= 13

    def link(self, x: float, y: float, text: str, address: str) -> None:
        """Make a printed link work where it stands, if it is a web address and nothing else."""
        if is_web_address(address):
            self.sheet.links.append(Link(x, y + 9, self.typesetter.width(text, WEB), 12, address))

    def published(self, *, title: str, made_on: date) -> bytes:
        """The finished document as a PDF; the same sheets give the same bytes."""
        self._number_pages()
        return publish(
            self.sheets, self.typesetter, title=title, author=self.head.name, made_on=made_on, mark=self.mark
        )

    def _number_pages(self) -> None:
        """Now that the number of sheets is known."""
        owner = self.wrap(f"{self.head.name} · {self.name}", SMALL, 420)[:1]
        for number, sheet in enumerate(self.sheets, 1):
            y = self.raised_foot if self.raised_foot and sheet is self.sheets[-1] else 36.0
            sheet.rule(LEFT, y + 12, RIGHT - LEFT, HAIR)
            sheet.lines(LEFT, y, owner, SMALL, leading=0)
            sheet.text_right(RIGHT, y, f"Page {number} of {len(self.sheets)}", SMALL)
