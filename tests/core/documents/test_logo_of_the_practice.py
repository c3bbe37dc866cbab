"""RD1: the practice's logo is checked when it is chosen, printed on what is made later, and never a trap."""

from __future__ import annotations

import json
import random
import struct
import time
import zlib
from io import BytesIO
from typing import cast

import pytest
from PIL import Image

from core.dates import ALL_TIME
from core.delivery.receipts import make_receipt
from core.delivery.run import carry_out, finish_broken_runs
from core.documents.keep import document_bytes
from core.documents.logo import Logo, LogoUnusable
from core.documents.practice_logo import set_logo
from core.invoicing.billing_run import propose
from core.tables import Blob, Practice
from tests.builders import OWNER, TODAY, Book
from tests.core.documents.sample_invoice import a_logo
from tests.core.documents.test_hostile_text_is_only_text import _opened
from tests.core.payments.billed import paid

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(*chunks: bytes, width: int = 10, height: int = 10, colour: int = 6) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0))
    return SIGNATURE + head + b"".join(chunks) + chunk(b"IEND", b"")


def packed_zeros(count: int) -> bytes:
    packer = zlib.compressobj(9)
    block = bytes(1_000_000)
    return b"".join(packer.compress(block) for _ in range(count // len(block))) + packer.flush()


BOMBS = {
    "a picture of ten thousand million points": png_of(chunk(b"IDAT", zlib.compress(b"0")), width=100_000,
                                                        height=100_000),
    "a text that unpacks to 100 MB": png_of(chunk(b"zTXt", b"k\0\0" + packed_zeros(100_000_000))),
    "a colour profile that unpacks to 100 MB": png_of(chunk(b"iCCP", b"k\0\0" + packed_zeros(100_000_000))),
    "nothing but texts": png_of(chunk(b"tEXt", b"k\0v") * 60_000),
    "more bytes than any logo": a_logo() + bytes(1_000_000),
    "no picture at all": png_of(),
    "palette colours without a palette": png_of(chunk(b"IDAT", zlib.compress(bytes(110))), colour=3),
    "a head alone": SIGNATURE + b"\0\0\0\rIHDR",
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_at_once(book: Book, name: str) -> None:
    began = time.process_time()
    with book.write() as tx, pytest.raises(LogoUnusable, match="logo cannot be printed"):
        set_logo(tx, BOMBS[name])
    assert time.process_time() - began < 2
    assert book.value("SELECT logo_sha256 FROM practice") is None


def test_pixels_that_unpack_to_more_than_the_picture_are_left_alone() -> None:
    began = time.process_time()
    assert Logo(png_of(chunk(b"IDAT", packed_zeros(100_000_000)))).width == 10
    assert time.process_time() - began < 2


def test_the_largest_logo_is_ready_in_time() -> None:
    png = BytesIO()
    Image.new("RGBA", (4_000, 4_000), (1, 2, 3, 4)).save(png, "PNG")
    began = time.process_time()
    assert Logo(png.getvalue()).width == 800
    assert time.process_time() - began < 5


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png_is_taken(mode: str) -> None:
    png = BytesIO()
    Image.new(mode, (60, 20)).save(png, "PNG")
    assert Logo(png.getvalue()).width == 60


def test_sixteen_bits_of_grey_keep_their_shade() -> None:
    png = BytesIO()
    Image.new("I;16", (2, 2), 0x8000).save(png, "PNG")
    pixels = zlib.decompress(cast("bytes", Logo(png.getvalue()).info["data"]))
    assert set(pixels) <= {0, 128}
    assert 128 in pixels


def test_a_damaged_file_is_refused_in_a_sentence_however_it_is_damaged() -> None:
    chance = random.Random(9)
    whole = [a_logo(60, 40), png_of(chunk(b"IDAT", zlib.compress(bytes(410))))]
    refused = 0
    for _ in range(500):
        png = bytearray(chance.choice(whole))
        for _ in range(chance.randint(1, 6)):
            png[chance.randrange(len(png))] = chance.randrange(256)
        del png[chance.randrange(20, len(png) + 200) :]
        try:
            Logo(bytes(png))
        except LogoUnusable:
            refused += 1
    assert refused > 250


def test_rd1_the_logo_is_on_what_is_made_after_it_was_chosen_and_in_the_log(book: Book) -> None:
    client_id = book.client()
    before, after = (paid(book, client_id, 100).payment_id for _ in range(2))
    make_receipt(book.store, OWNER, before, today=TODAY)
    png = a_logo()
    with book.write() as tx:
        set_logo(tx, png)
    make_receipt(book.store, OWNER, after, today=TODAY)
    with book.store.read() as read:
        old, new = (_opened(document_bytes(read, one)) for one in (before, after))
    assert (b"/Subtype /Image" in old, b"/Subtype /Image" in new) == (False, True)
    (said,) = book.rows("SELECT detail FROM audit_entry WHERE detail LIKE '%logo_sha256%'")
    assert json.loads(said[0])["after"]["logo_sha256"] == book.value("SELECT logo_sha256 FROM practice")
    with book.write() as tx:
        set_logo(tx, None)
        set_logo(tx, png)
        set_logo(tx, None)
    assert book.value("SELECT logo_sha256 FROM practice") is None


def noise(side: int) -> bytes:
    png = BytesIO()
    Image.effect_noise((side, side), 50).save(png, "PNG")
    return png.getvalue()


def test_a_corrupt_logo_in_the_book_holds_nothing_up_for_ever(book: Book) -> None:
    """Forty invoices wait for their document and say what to do; without the logo the next run sends them."""
    for i in range(40):
        book.session(book.client(f"Ann{i}", "Archer"))
    with book.write() as tx:
        tx.add_many(Blob, ("sha256", "content"), [("0" * 64, noise(800)[:-5_000])])
        tx.change(Practice, book.practice_id, logo_sha256="0" * 64)
    with book.store.read() as read:
        preview = propose(read, ALL_TIME, TODAY)
    began = time.process_time()
    report = carry_out(book.store, OWNER, preview, today=TODAY, send=True)
    assert time.process_time() - began < 5
    assert {one.status for one in report.billed} == {"issued"}
    assert all("--no-logo" in one.trouble for one in report.billed)
    with book.write() as tx:
        set_logo(tx, None)
    assert [one.status for one in finish_broken_runs(book.store, OWNER, today=TODAY)] == ["sent"] * 40
