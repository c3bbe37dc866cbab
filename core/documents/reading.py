"""Reads the text of a kept document back from its bytes, with the place where each piece stands.

For a screen without a viewer, so that what is shown is what that version says and nothing else. It reads
what `page.py` writes and no other PDF: a page is operators of a few kinds, told apart by one expression,
so that a document of ten thousand lines is read in a second, without a PDF library among what the
product needs to run. A file of any other shape is refused.
"""

import re
import zlib
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from core.errors import DomainError

MOST_PAGES = 5_000
MOST_BYTES = 16_000_000
"""Of one page's operators; a page of small print takes a hundredth of that."""


class NotReadable(DomainError):
    code = "not_readable"

    def __init__(self) -> None:
        super().__init__("This document cannot be shown as text here. Write it to a file and open that.")


class Placed(NamedTuple):
    """A piece of text as it stands on a page; points from the left and from the foot."""

    left: float
    y: float
    right: float
    text: str
    size: float


class Rule(NamedTuple):
    """A line drawn across part of a page, thick enough to part something."""

    left: float
    y: float
    right: float


class ReadPage(NamedTuple):
    """What stands on one page, in the order in which it was written."""

    texts: tuple[Placed, ...]
    rules: tuple[Rule, ...]
    across: tuple[str, ...]
    """Words written large across the page, such as VOID."""


class _Font(NamedTuple):
    texts: Mapping[int, str]
    """What a code says; a code that is not here says the character of its own number."""
    widths: Mapping[int, int]
    default: int


_OPERATOR = re.compile(
    r"/F(?P<font>\d+) (?P<size>[\d.]+) Tf"
    r"|(?P<turned>[\d.-]+) [\d.-]+ [\d.-]+ [\d.-]+ (?P<x>[\d.-]+) (?P<y>[\d.-]+) Tm"
    r"|<(?P<codes>[0-9a-f]*)> Tj"
    r"|\[(?P<array>[^\]]*)\] TJ"
    r"|/(?P<tag>\w+) <</\w+ <feff(?P<says>[0-9a-f]*)>>> BDC"
    r"|(?P<end>EMC)"
    r"|(?P<thick>[\d.]+) w (?P<from>[\d.-]+) (?P<at>[\d.-]+) m (?P<to>[\d.-]+) [\d.-]+ l S"
)
_SHOWN = re.compile(r"<([0-9a-f]*)>|(-?[\d.]+)")
_THICK = 0.7
"""Thinner rules part the rows of a table, which the text page does by itself."""


def read_pages(pdf: bytes) -> list[ReadPage]:
    """The pages of a document that Daysheet made. Raises: NotReadable."""
    try:
        return list(_pages(_objects(pdf)))
    except (ValueError, KeyError, IndexError, AttributeError, zlib.error):
        raise NotReadable from None


def _objects(pdf: bytes) -> list[bytes]:
    """The bodies of the file's objects by their number; the first place is empty."""
    start = int(pdf[pdf.rindex(b"startxref") + 9 :].split()[0])
    head, *entries = pdf[start : pdf.index(b"trailer", start)].splitlines()[1:]
    places = [int(entry.split()[0]) for entry in entries if entry.endswith((b"n ", b"n"))]
    if int(head.split()[1]) != len(places) + 1 or places != sorted(places):
        raise ValueError
    bodies = [b""]
    for begin, end in zip(places, [*places[1:], start], strict=True):
        bodies.append(pdf[begin:end].partition(b" obj\n")[2].removesuffix(b"\nendobj\n"))
    return bodies


def _stream(body: bytes) -> bytes:
    packed = body.partition(b"stream\n")[2].removesuffix(b"\nendstream")
    unpacking = zlib.decompressobj()
    found = unpacking.decompress(packed, MOST_BYTES)
    if unpacking.unconsumed_tail:
        raise ValueError
    return found


def _named(body: bytes, pattern: bytes) -> int:
    """The number of the object that a dictionary refers to."""
    found = re.search(pattern + rb"(\d+) 0 R", body)
    if found is None:
        raise ValueError
    return int(found[1])


def _pages(bodies: list[bytes]) -> Iterator[ReadPage]:
    kids = re.search(rb"/Kids \[([^\]]*)\]", bodies[2])
    if kids is None:
        raise ValueError
    pages = [int(number) for number in re.findall(rb"(\d+) 0 R", kids[1])]
    if len(pages) > MOST_PAGES:
        raise ValueError
    used = re.search(rb"/Font <<(.*?)>>", bodies[3])
    numbers = {int(f): int(n) for f, n in re.findall(rb"/F(\d+) (\d+) 0 R", used[1] if used else b"")}
    fonts: dict[int, _Font] = {}
    for page in pages:
        content = _stream(bodies[_named(bodies[page], rb"/Contents ")]).decode("ascii")
        for number in {int(f) for f in re.findall(r"/F(\d+) ", content)} - fonts.keys():
            fonts[number] = _font(bodies, numbers[number])
        yield _read(content, fonts)


def _font(bodies: list[bytes], number: int) -> _Font:
    descendant = bodies[_named(bodies[number], rb"/DescendantFonts \[")]
    widths: dict[int, int] = {}
    array = re.search(rb"/W \[(.*)\] /FontDescriptor", descendant)
    for first, run in re.findall(rb"(\d+) \[([\d ]*)\]", array[1] if array else b""):
        widths.update(enumerate(map(int, run.split()), int(first)))
    default = re.search(rb"/DW (\d+)", descendant)
    texts: dict[int, str] = {}
    for first, last, said in re.findall(
        rb"^<(\w{4})>(?: <(\w{4})>)? <(\w*)>$",
        _stream(bodies[_named(bodies[number], rb"/ToUnicode ")]),
        re.MULTILINE,
    ):
        if not last:
            texts[int(first, 16)] = bytes.fromhex(said.decode()).decode("utf-16-be")
    return _Font(texts, widths, int(default[1]) if default else 0)


def _read(content: str, fonts: Mapping[int, _Font]) -> ReadPage:
    """Go through a page's operators; each `Tm` begins a line of its own."""
    texts: list[Placed] = []
    rules: list[Rule] = []
    across: list[str] = []
    line = _Line()
    size, font = 0.0, fonts.get(1, _Font({}, {}, 0))
    for found in _OPERATOR.finditer(content):
        if found["x"] is not None:
            line.end(texts, across)
            line = _Line(found["turned"] != "1", float(found["x"]), float(found["y"]), size)
        elif found["font"] is not None:
            font, size = fonts[int(found["font"])], float(found["size"])
            line.size = line.size or size
        elif found["codes"] is not None:
            line.show(font, found["codes"], size)
        elif found["array"] is not None:
            for codes, back in _SHOWN.findall(found["array"]):
                if back:
                    line.width -= float(back) * size / 1000
                else:
                    line.show(font, codes, size)
        elif found["says"] is not None:
            line.begin_said(bytes.fromhex(found["says"]).decode("utf-16-be"))
        elif found["end"] is not None:
            line.depth -= 1
        elif float(found["thick"]) >= _THICK:
            rules.append(Rule(float(found["from"]), float(found["at"]), float(found["to"])))
    line.end(texts, across)
    return ReadPage(tuple(texts), tuple(rules), tuple(across))


class _Line:
    """One line of text while it is read."""

    def __init__(self, turned: bool = False, left: float = 0, y: float = 0, size: float = 0) -> None:
        self.turned, self.left, self.y, self.size = turned, left, y, size
        self.said: list[str] = []
        self.width = 0.0
        self.depth = 0

    def begin_said(self, text: str) -> None:
        """What follows is said in other words; inside such a text nothing else is heard."""
        if not self.depth:
            self.said.append(text)
        self.depth += 1

    def show(self, font: _Font, codes: str, size: float) -> None:
        numbers = [int(codes[i : i + 4], 16) for i in range(0, len(codes), 4)]
        self.width += sum(font.widths.get(code, font.default) for code in numbers) * size / 1000
        if not self.depth:
            self.said += [font.texts.get(code, chr(code)) for code in numbers]

    def end(self, texts: list[Placed], across: list[str]) -> None:
        text = "".join(self.said)
        if text and self.turned:
            across.append(text)
        elif text:
            texts.append(Placed(self.left, self.y, self.left + self.width, text, self.size))
