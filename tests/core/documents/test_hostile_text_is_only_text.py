"""Threat T20: what a client types is printed as text and can do nothing else."""

import re
import time
import zlib
from dataclasses import replace

import pytest

from core.documents.invoice import render_invoice
from core.documents.logo import LogoUnusable
from core.documents.wording import NOTE
from core.ledger.invoice_view import InvoiceView
from tests.core.documents.sample_invoice import LINK, a_line, a_logo, an_invoice, text_of

HOSTILE = [
    "[@click=app.quit]Jane [/b]",
    "<b>Jane</b> **Jane** __J__",
    ") Tj ET /JavaScript (app.alert(1))",
    "</Title> endobj endstream %%EOF",
    "{nb} {0} %s",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_markup_and_operators_are_printed_as_they_were_typed(name: str) -> None:
    view = an_invoice(client=name, bill_to=(name,), notes=name, lines=1)
    assert text_of(render_invoice(view)).count(name) >= 3


def test_escape_codes_and_bidirectional_overrides_are_made_visible() -> None:
    text = text_of(render_invoice(an_invoice(client="A\x1b[2JB\u202eC\x00D\u2066E")))
    assert "CLIENT A␛[2JB\ufffdC␀D\ufffdE" in text


@pytest.mark.parametrize("name", [*HOSTILE, "Jane", "李小龍 /JavaScript"])
def test_no_file_has_an_action_but_the_pay_link(name: str) -> None:
    opened = _opened(render_invoice(an_invoice(client=name, notes=name)))
    for word in (b"/JavaScript", b"/JS", b"/Launch", b"/OpenAction", b"/AA", b"/EmbeddedFile", b"/GoToR"):
        assert word not in opened
    assert set(re.findall(rb"/URI <([0-9a-f]+)>", opened)) == {LINK.encode().hex().encode()}


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "file:///etc/passwd", "https://a b", "https://ü.example", ""]
)
def test_a_pay_link_that_is_no_plain_web_address_is_not_made_to_work(link: str) -> None:
    assert b"/URI" not in _opened(render_invoice(an_invoice(pay_link=link)))


def test_a_note_of_a_megabyte_is_shortened_says_so_and_takes_no_time() -> None:
    for note in (
        "word " * 200_000,
        "w" * 1_000_000,
        "李小龍" * 333_333,
        "नाम " * 250_000,
        "\n" * 1_000_000 + "x",
    ):
        began = time.process_time()
        text = text_of(render_invoice(an_invoice(notes=note)))
        assert time.process_time() - began < 20
        assert "more characters not printed)" in text
        assert len(text) < 2 * NOTE + 2_000


def test_fields_of_any_length_stay_on_the_sheet() -> None:
    huge = "W" * 100_000
    line = a_line(code=huge, description=huge, modifiers=huge, provider=huge)
    head = replace(
        an_invoice().letterhead, name=huge, address=(huge,) * 50, phone=huge, email=huge, footer=huge
    )
    view = an_invoice(letterhead=head, bill_to=(huge,) * 50, client=huge, number=huge, pay_code=huge)
    pdf = render_invoice(replace(view, lines=(line, line), pay_link="https://a.example/" + huge))
    heights = [float(y) for y in re.findall(rb"1 0 0 1 [\d.-]+ ([\d.-]+) Tm", _opened(pdf))]
    assert min(heights) >= 30
    assert max(heights) <= 762


def test_a_logo_is_printed() -> None:
    assert b"/Subtype /Image" in _opened(render_invoice(_with_logo(a_logo())))


@pytest.mark.parametrize(
    "png",
    [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n", a_logo()[:60], a_logo() + b" " * 1_000_001, a_logo(5_000, 1)],
)
def test_a_logo_that_cannot_be_printed_is_refused(png: bytes) -> None:
    with pytest.raises(LogoUnusable, match="logo cannot be printed"):
        render_invoice(_with_logo(png))


def test_a_logo_with_damaged_pixels_is_refused() -> None:
    png = bytearray(a_logo(200, 200))
    middle = png.index(b"IDAT") + 8
    png[middle : middle + 20] = b"\xff" * 20
    with pytest.raises(LogoUnusable):
        render_invoice(_with_logo(bytes(png)))


def _with_logo(png: bytes) -> InvoiceView:
    return an_invoice(letterhead=replace(an_invoice().letterhead, logo_png=png))


def _opened(pdf: bytes) -> bytes:
    """The file with its page contents unpacked, and without the outlines of its fonts."""
    streams = re.findall(rb"<<([^>]*)>>\nstream\n(.*?)\nendstream", pdf, re.DOTALL)
    contents = [zlib.decompress(body) for entries, body in streams if b"Length1" not in entries]
    pages = [content for content in contents if b" Tm " in content]
    shell = re.sub(rb"stream\n.*?\nendstream", b"", pdf, flags=re.DOTALL)
    return shell + b"\n".join(pages)
