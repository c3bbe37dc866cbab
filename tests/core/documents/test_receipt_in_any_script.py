"""RD4, RD5: a receipt with any text on it is printed whole, and is only text."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from datetime import date, timedelta

import pytest

from core.documents.receipt import render_receipt
from core.ledger.receipt_view import ReceiptLine, ReceiptPart, ReceiptRefund, ReceiptView
from tests.core.documents.sample_invoice import NAME, a_logo, an_invoice, pages_of, text_of
from tests.core.documents.test_hostile_text_is_only_text import HOSTILE, _opened

DAY = date(2026, 10, 1)
RIGHT_TO_LEFT = ("שרה כהן", "محمد علي")
NAMES = [NAME, "प्रिया शर्मा", "李小龍", *RIGHT_TO_LEFT]


def a_receipt(lines: int = 2, name: str = "José Łukasz", word: str = "1187", parts: int = 1) -> ReceiptView:
    listed = tuple(
        ReceiptLine(DAY + timedelta(days=i), "90837", "Psychotherapy, 60 minutes", "95", name, 18_500)
        for i in range(lines)
    )
    return ReceiptView(
        document_id="d", version=1, made_on=DAY, number="0a1b2c3d", currency="USD",
        letterhead=an_invoice().letterhead, received_from=(name, "1420 Elmhurst Avenue"), received_on=DAY,
        method="card_external", reference=word, amount_cents=18_500 * lines * parts,
        parts=tuple(ReceiptPart(f"A-{i:05}", name, DAY, listed, 18_500 * lines, 18_500 * lines)
                    for i in range(parts)),
        credit_cents=0, refunds=(ReceiptRefund(DAY, 100, "check", word),),
    )  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_rd5_names_of_any_script_are_given_back(name: str) -> None:
    """The reader of the tests gives words that run from right to left in the order they are drawn in."""
    text = text_of(render_receipt(a_receipt(name=name)))
    drawn = " ".join(reversed(name.split())) if name in RIGHT_TO_LEFT else name
    assert text.count(drawn) >= 5


@pytest.mark.parametrize("name", HOSTILE)
def test_t20_what_was_typed_is_only_text(name: str) -> None:
    pdf = render_receipt(a_receipt(name=name, word=name))
    assert text_of(pdf).count(name) >= 5
    for word in (b"/JavaScript (", b"/Launch", b"/OpenAction", b"/URI", b"/AA"):
        assert word not in re.sub(rb"<[0-9a-f]+>", b"", _opened(pdf))


def test_rd5_two_hundred_lines_go_over_sheets_and_end_with_the_sum() -> None:
    pages = pages_of(render_receipt(a_receipt(100, parts=2)))
    assert " ".join(pages).count("Psychotherapy, 60 minutes") == 200
    assert all(page.endswith(f"Page {i} of {len(pages)}") for i, page in enumerate(pages, 1))
    assert "Received, less refunds $36,999.00" in pages[-1]
    assert "Psychotherapy" in pages[-1]


def test_rd5_the_same_receipt_is_the_same_bytes() -> None:
    head = replace(a_receipt().letterhead, logo_png=a_logo())
    view = replace(a_receipt(name=NAMES[1]), letterhead=head)
    assert render_receipt(view) == render_receipt(view)


@pytest.mark.parametrize("huge", ["W" * 100_000, "word " * 200_000, "李" * 300_000])
def test_fields_of_any_length_stay_on_the_sheet_and_take_no_time(huge: str) -> None:
    began = time.process_time()
    pdf = render_receipt(a_receipt(name=huge, word=huge))
    assert time.process_time() - began < 5
    heights = [float(y) for y in re.findall(rb"1 0 0 1 [\d.-]+ ([\d.-]+) Tm", _opened(pdf))]
    assert min(heights) >= 30
    assert max(heights) <= 762
