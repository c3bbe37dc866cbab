"""Sheets of US Letter paper, and how they become a file.

A sheet collects finished PDF operators. Lines and tints lie below, all text above in one block. What the
fonts are is the typesetter's affair: the frozen one (`typeset.py`) or the one for all scripts
(`scripts.py`), and nothing here or in a layout differs between them.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple, Protocol, cast

from fpdf import FPDF
from fpdf.output import OutputProducer, PDFFont

from core.documents.fonts import FontObjects
from core.documents.logo import Logo

WIDTH, HEIGHT = 612.0, 792.0
"""Points; y counts upwards from the foot of the sheet."""


class Style(NamedTuple):
    """How a text is set."""

    bold: bool
    size: float
    colour: str
    """Red, green, blue from 0 to 1, as PDF writes them."""


class Line(NamedTuple):
    """One line of a wrapped text."""

    text: str
    rtl: bool
    """The paragraph runs from right to left, whatever this line begins with."""


class Typesetter(Protocol):
    """What a layout asks about text."""

    def width(self, text: str, style: Style) -> float: ...

    def wrap(self, text: str, style: Style, width: float) -> list[Line]:
        """Lines no wider than this; at least one. What is too long for a line breaks inside a word."""

    def show(self, text: str, style: Style, *, rtl: bool = False) -> tuple[str, bool]:
        """Operators that draw the text where the pen is, and whether they leave another font set."""

    def fonts(self) -> dict[int, FontObjects]:
        """The fonts by the number that `/F1 9 Tf` names."""


class Link(NamedTuple):
    left: float
    top: float
    width: float
    height: float
    address: str


class Sheet:
    """One page."""

    def __init__(self, typesetter: Typesetter) -> None:
        self._typesetter = typesetter
        self._below: list[str] = []
        self._texts: list[str] = []
        self._set: Style | None = None
        self.links: list[Link] = []
        self.has_logo = False

    def text(self, x: float, y: float, text: str, style: Style, *, rtl: bool = False) -> None:
        """Write one line with its left end here."""
        if not text:
            return
        if style != self._set:
            self._texts.append(f"/F{2 if style.bold else 1} {style.size} Tf {style.colour} rg")
            self._set = style
        drawn, font_changed = self._typesetter.show(text, style, rtl=rtl)
        self._texts.append(f"1 0 0 1 {x:.2f} {y:.2f} Tm {drawn}")
        if font_changed:
            self._set = None

    def text_right(self, x: float, y: float, text: str, style: Style) -> None:
        """Write one line with its right end here."""
        self.text(x - self._typesetter.width(text, style), y, text, style)

    def lines(
        self, x: float, y: float, lines: Sequence[Line], style: Style, *, leading: float, width: float = 0
    ) -> float:
        """Write lines downwards, the first at y; gives the y of the line that would follow.

        Lines that run from right to left keep to the right edge where a width is given.
        """
        for line in lines:
            left = x
            if line.rtl and width:
                left += width - self._typesetter.width(line.text, style)
            self.text(left, y, line.text, style, rtl=line.rtl)
            y -= leading
        return y

    def slanted(self, text: str, style: Style) -> None:
        """Write one word large across the sheet, under everything else."""
        reach = self._typesetter.width(text, style) * 0.7071 / 2
        drop = style.size * 0.25
        drawn, _ = self._typesetter.show(text, style)
        self._below.append(
            f"BT /F{2 if style.bold else 1} {style.size} Tf {style.colour} rg 0.7071 0.7071 -0.7071 0.7071 "
            f"{WIDTH / 2 - reach + drop:.2f} {HEIGHT / 2 - reach - drop:.2f} Tm {drawn} ET"
        )

    def tint(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """Fill a rectangle, its lower left corner here."""
        self._below.append(f"{colour} rg {x:.2f} {y:.2f} {width:.2f} {height:.2f} re f")

    def rule(self, x: float, y: float, width: float, colour: str, *, thick: float = 0.5) -> None:
        """Draw a line to the right."""
        self._below.append(f"{colour} RG {thick} w {x:.2f} {y:.2f} m {x + width:.2f} {y:.2f} l S")

    def logo(self, x: float, y: float, width: float, height: float) -> None:
        """Place the document's logo, its lower left corner here."""
        self._below.append(f"q {width:.2f} 0 0 {height:.2f} {x:.2f} {y:.2f} cm /I1 Do Q")
        self.has_logo = True

    def content(self) -> bytes:
        return "\n".join([*self._below, "BT", *self._texts, "ET"]).encode("ascii")


class _Ready(PDFFont):
    """A PDF object whose text is finished but for the numbers of the objects it refers to."""

    def __init__(self, text: str) -> None:
        super().__init__("", "")
        self.text = text

    def serialize(self, obj_dict: object = None, _security_handler: object = None) -> str:
        return f"{self.id} 0 obj\n{self.text}\nendobj"


class _Producer(OutputProducer):
    """Writes our fonts, which fpdf2 has no part in making, into the file that fpdf2 assembles."""

    def _add_fonts(self, *_: object) -> dict[int, PDFFont]:  # type: ignore[override]
        return {number: self._add_font(font) for number, font in cast("_File", self.fpdf).ready.items()}

    def _add_font(self, font: FontObjects) -> PDFFont:
        objects = [_Ready(text) for text in (*font.dictionaries, *font.streams)]
        numbers = [self._add_pdf_obj(ready) for ready in objects]
        for ready, text in zip(objects, font.dictionaries, strict=False):
            ready.text = text.format(*numbers)
        return objects[0]


class _File(FPDF):
    ready: dict[int, FontObjects]


def publish(
    sheets: Sequence[Sheet],
    typesetter: Typesetter,
    *,
    title: str,
    author: str,
    made_on: date,
    logo: Logo | None,
) -> bytes:
    """The sheets as a PDF file. Nothing in it depends on the clock, the machine or an earlier document."""
    file = _File(unit="pt", format=(WIDTH, HEIGHT))
    file.set_auto_page_break(False)
    file.single_resources_object = True
    file.set_creation_date(datetime(made_on.year, made_on.month, made_on.day, tzinfo=UTC))
    file.set_title(title)
    file.set_author(author)
    file.set_creator("Daysheet")
    file.set_producer("Daysheet")
    file.set_lang("en-US")
    if logo is not None:
        logo.register(file)
    for number, sheet in enumerate(sheets, 1):
        file.add_page()
        for link in sheet.links:
            file.link(link.left, HEIGHT - link.top, link.width, link.height, link.address)
        file.pages[number].contents = bytearray(sheet.content())
    file.ready = typesetter.fonts()
    return bytes(file.output(output_producer_class=_Producer))
