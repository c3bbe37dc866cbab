"""RD1, RE6: an open invoice's pay link is on the print, as text, as a link and as a QR code for a camera."""

from __future__ import annotations

import random
import re
import string
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from core.delivery.correcting import correct_document
from core.delivery.sending import finish
from core.documents.invoice import render_invoice
from core.documents.keep import document_bytes
from core.documents.qr import MAX_LENGTH, qr_rows
from core.invoicing.voiding import void_invoice
from core.ledger.invoice_view import invoice_views
from core.practice.portal import NotAPortalAddress, set_portal_address
from tests.builders import OWNER, TODAY, Book
from tests.core.documents.sample_invoice import LINK, an_invoice, text_of
from tests.core.documents.test_hostile_text_is_only_text import _opened
from tests.core.payments.billed import billed, paid

PORTAL = "https://pay.example.com"
STENCIL = b" /IM true "


def picture(rows: list[str], scale: int = 4) -> Image.Image:
    """The code in its white rim."""
    side = len(rows) + 8
    image = Image.new("L", (side, side), 255)
    for row, squares in enumerate(rows, 4):
        for column, square in enumerate(squares, 4):
            image.putpixel((column, row), 0 if square == "1" else 255)
    return image.resize((side * scale, side * scale), Image.Resampling.NEAREST)


def read(image: Image.Image) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(image)]


def addresses(count: int) -> list[str]:
    letters = string.ascii_letters + string.digits + ":/-._~"
    chance = random.Random(4)
    return ["".join(chance.choice(letters) for _ in range(i % MAX_LENGTH + 1)) for i in range(count)]


def test_a_reader_reads_an_address_of_any_length() -> None:
    for address in addresses(3 * MAX_LENGTH):
        assert read(picture(qr_rows(address))) == [address]


def test_a_reader_reads_a_code_of_which_a_tenth_is_covered() -> None:
    image = picture(qr_rows(LINK))
    image.paste(255, (70, 70, 100, 100))
    assert read(image) == [LINK]


@pytest.mark.parametrize("dots_per_inch", [60, 150, 300])
def test_re6_a_camera_reads_the_pay_link_from_the_page(tmp_path: Path, dots_per_inch: int) -> None:
    (tmp_path / "invoice.pdf").write_bytes(render_invoice(an_invoice()))
    subprocess.run(
        ["pdftoppm", "-r", str(dots_per_inch), "-png", "-singlefile", "invoice.pdf", "page"],
        cwd=tmp_path, check=True,
    )  # fmt: skip
    with Image.open(tmp_path / "page.png") as page:
        assert read(page.convert("L")) == [LINK]


@pytest.mark.parametrize("link", ["", "http:// a", "javascript:x", "https://pay.example/" + "a" * 120])
def test_without_a_plain_address_of_fitting_length_there_is_no_code(link: str) -> None:
    pdf = render_invoice(an_invoice(pay_link=link))
    assert STENCIL not in _opened(pdf)
    assert "Balance due" in text_of(pdf)


def test_long_instructions_and_a_code_stay_on_one_sheet() -> None:
    head = replace(an_invoice().letterhead, footer="\n".join(f"Line {i} " + "word " * 30 for i in range(14)))
    for lines in range(1, 30):
        pdf = render_invoice(an_invoice(lines, letterhead=head))
        assert text_of(pdf).count("HOW TO PAY") == _opened(pdf).count(STENCIL) == 1
        assert min(float(y) for y in re.findall(rb"([\d.]+) cm\s*BI", _opened(pdf))) > 50


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://pay.example.com/", PORTAL),
        ("  HTTPS://Pay.Example.com:8443/clinic ", "https://pay.example.com:8443/clinic"),
        ("https://a.b/x/Y_z~1", "https://a.b/x/Y_z~1"),
        ("", ""),
    ],
)
def test_a_portal_address_is_kept_as_it_will_be_printed(book: Book, typed: str, kept: str) -> None:
    invoice_id = billed(book, book.client(), 15_000)
    with book.write() as tx:
        set_portal_address(tx, PORTAL + "/old")
        set_portal_address(tx, typed)
    with book.store.read() as reading:
        (view,) = invoice_views(reading, [invoice_id])
    assert view.pay_link == (f"{kept}/i/{view.pay_code}" if kept else "")
    assert book.value("SELECT count(*) FROM setting") == 1


@pytest.mark.parametrize(
    "typed",
    ["http://pay.example.com", "https://", "https://localhost", "https://a b.com", "https://u:p@pay.example.com",
     "https://pay.example.com?x=1", "https://pay.example.com/#a", "https://pay.example.com//", "javascript:x",
     "https://päy.example.com", "https://pay.example.com/\x1b[2J", "https://pay.example.com\n.evil.com",
     "https://-a.com", "https://pay.example.com:0", "https://hub", "http://localhost:8770", "https://127.0.0.1",
     "https://a.b:99999", "https://" + "a" * 80 + ".com", "pay.example.com"],
)  # fmt: skip
def test_what_is_no_plain_https_address_is_refused(book: Book, typed: str) -> None:
    with book.write() as tx, pytest.raises(NotAPortalAddress, match="is no portal address"):
        set_portal_address(tx, typed)


def test_re6_the_link_is_on_an_open_invoice_only(book: Book) -> None:
    """Decisions 29: dead when paid or void, so a corrected version does not carry it on."""
    with book.write() as tx:
        set_portal_address(tx, PORTAL)
    client_id = book.client()
    open_id, paid_id, void_id = (
        billed(book, client_id, 15_000, on=date(2026, 10, day), due_on=date(2026, 11, day))
        for day in (1, 2, 3)
    )
    finish(book.store, OWNER, [open_id, paid_id, void_id], today=TODAY)
    paid(book, client_id, 15_000, invoice_id=paid_id)
    with book.write() as tx:
        void_invoice(tx, void_id, reason="r", today=TODAY)
    found = {}
    for invoice_id in (open_id, paid_id, void_id):
        correct_document(book.store, OWNER, invoice_id, today=TODAY)
        with book.store.read() as reading:
            pdf = document_bytes(reading, invoice_id)
        found[invoice_id] = (STENCIL in _opened(pdf), f"{PORTAL}/i/" in text_of(pdf))
    assert found == {open_id: (True, True), paid_id: (False, False), void_id: (False, False)}
