"""Sheets of US Letter paper, and how they become a file.

A sheet collects finished PDF operators. Lines and tints lie below, all text above in one block. What the
fonts are is the typesetter's affair: the frozen one (`typeset.py`) or the one for all scripts
(`scripts.py`), and nothing here or in a layout differs between them.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple, Protocol, cast

from fpdf import FPDF
from fpdf.output import OutputProducer
from fpdf.syntax import PDFObject

from core.documents.fonts import FontObjects, stream
from core.documents.logo import Logo

WIDTH, HEIGHT = 612.0, 792.0
"""Points; y counts upwards from the foot of the sheet."""

_QUICK = 3
"""Harder compression would cost a tenth of the whole and save less than a hundredth of the file."""


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

    def squares(self, x: float, y: float, side: float, rows: Sequence[str], colour: str) -> None:
        """Draw a QR code in its white rim of four squares, its lower left corner here.

        A stencil of one bit a square: rectangles would take as long to write and pack as the rest of a page.
        """
        count = len(rows)
        scale = side / (count + 8)
        rim, dark, padded = 4 * scale, count * scale, (count + 7) // 8
        bits = "".join(f"{int(squares, 2) << 8 * padded - count:0{2 * padded}x}" for squares in rows)
        self._below.append(
            f"1 g {x:.2f} {y:.2f} {side:.2f} {side:.2f} re f"
            f" q {colour} rg {dark:.3f} 0 0 {dark:.3f} {x + rim:.3f} {y + rim:.3f} cm"
            f" BI /W {count} /H {count} /IM true /BPC 1 /D [1 0] /F /AHx ID {bits}> EI Q"
        )

    def logo(self, x: float, y: float, width: float, height: float) -> None:
        """Place the document's logo, its lower left corner here."""
        self._below.append(f"q {width:.2f} 0 0 {height:.2f} {x:.2f} {y:.2f} cm /I1 Do Q")
        self.has_logo = True

    def content(self) -> bytes:
        return "\n".join([*self._below, "BT", *self._texts, "ET"]).encode("ascii")


class _File(FPDF):
    """What a producer needs to know of a document."""

    sheets: Sequence[Sheet]
    ready: Mapping[int, FontObjects]
    mark: Logo | None
    about: str


class _Producer(OutputProducer):
    """Writes the file. fpdf2 would build, inspect and spell out an object for each part, most of which
    are the same in every document; here they are ready, and only numbers and places are filled in.
    """

    def bufferize(self) -> bytearray:
        file = cast("_File", self.fpdf)
        bodies: list[bytes] = [b"", b"", b"", file.about.encode("ascii")]
        fonts = " ".join(f"/F{number} {_add_font(bodies, font)} 0 R" for number, font in file.ready.items())
        image = f"/XObject <</I1 {self._add_logo(bodies, file.mark)} 0 R>>" if file.mark is not None else ""
        kids = []
        for sheet in file.sheets:
            bodies.append(stream(sheet.content(), level=_QUICK))
            page = f"/Parent 2 0 R /Resources 3 0 R /Contents {len(bodies)} 0 R{_annotations(sheet)}"
            bodies.append(f"<</Type /Page {page}>>".encode("ascii"))
            kids.append(f"{len(bodies)} 0 R")
        bodies[0] = b"<</Type /Catalog /Pages 2 0 R /Lang (en-US)>>"
        box = f"/MediaBox [0 0 {WIDTH:.0f} {HEIGHT:.0f}]"
        bodies[1] = f"<</Type /Pages /Count {len(kids)} /Kids [{' '.join(kids)}] {box}>>".encode("ascii")
        bodies[2] = f"<</ProcSet [/PDF /Text /ImageC] /Font <<{fonts}>> {image}>>".encode("ascii")
        return _assembled(bodies)

    def _add_logo(self, bodies: list[bytes], mark: Logo) -> int:
        """The logo as fpdf2 writes images, its number among the file's objects."""
        self.obj_id = len(bodies)
        number = self._add_image(mark.info).id
        bodies += [
            image.serialize().encode("latin-1").partition(b"obj\n")[2].removesuffix(b"\nendobj")
            for image in self.pdf_objs
            if isinstance(image, PDFObject)
        ]
        return number


def _add_font(bodies: list[bytes], font: FontObjects) -> int:
    first = len(bodies) + 1
    numbers = range(first, first + len(font.dictionaries) + len(font.streams))
    bodies += [text.format(*numbers).encode("ascii") for text in font.dictionaries]
    bodies += font.streams
    return first


def _annotations(sheet: Sheet) -> str:
    if not sheet.links:
        return ""
    links = []
    for link in sheet.links:
        place = f"{link.left:.2f} {link.top - link.height:.2f} {link.left + link.width:.2f} {link.top:.2f}"
        action = f"<</S /URI /URI <{link.address.encode('ascii').hex()}>>>"
        links.append(f"<</Type /Annot /Subtype /Link /Border [0 0 0] /Rect [{place}] /A {action}>>")
    return f" /Annots [{' '.join(links)}]"


def _assembled(bodies: Sequence[bytes]) -> bytearray:
    """Objects numbered from 1, then where each begins; the identifier is a digest of the rest."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = ["0000000000 65535 f \n"]
    for number, body in enumerate(bodies, 1):
        places.append(f"{len(out):010} 00000 n \n")
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    identifier = hashlib.blake2b(out, digest_size=16).hexdigest()
    out += (
        f"xref\n0 {len(places)}\n{''.join(places)}trailer\n<</Size {len(places)} /Root 1 0 R /Info 4 0 R"
        f" /ID [<{identifier}><{identifier}>]>>\nstartxref\n{len(out)}\n%%EOF\n"
    ).encode("ascii")
    return out


def _text_string(text: str) -> str:
    """A PDF text string of any characters, with nothing in it to escape."""
    return f"<feff{text.encode('utf-16-be').hex()}>"


def publish(
    sheets: Sequence[Sheet],
    typesetter: Typesetter,
    *,
    title: str,
    author: str,
    made_on: date,
    mark: Logo | None,
) -> bytes:
    """The sheets as a PDF file. Nothing in it depends on the clock, the machine or an earlier document."""
    file = _File(unit="pt", format=(WIDTH, HEIGHT))
    file.sheets = sheets
    file.ready = typesetter.fonts()
    file.mark = mark
    file.about = (
        f"<</Title {_text_string(title)} /Author {_text_string(author)} /Creator (Daysheet)"
        f" /Producer (Daysheet) /CreationDate (D:{made_on:%Y%m%d}000000Z)>>"
    )
    return bytes(file.output(output_producer_class=_Producer))
