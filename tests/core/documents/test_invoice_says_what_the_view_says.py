"""RD1: every part of an invoice is on the print, over one page or many."""

import re
from dataclasses import replace
from datetime import date
from io import BytesIO

from pypdf import PdfReader

from core.documents.invoice import render_invoice
from core.money import show_cents
from tests.core.documents.sample_invoice import LINK, NAME, a_line, an_invoice, pages_of, text_of


def test_rd1_every_part_of_the_invoice_is_printed() -> None:
    text = text_of(render_invoice(an_invoice()))
    for part in (
        "Riverside Therapy", "77 Riverside Drive", "(217) 555-0142 · billing@riverside.example",
        "Tax ID 12-3456789", "Invoice A-00042", "BILL TO Małgorzata Łukasz 1420 Elmhurst Avenue",
        "CLIENT José Łukasz", "Invoice date Oct 1, 2026", "Due date Oct 31, 2026", "AMOUNT (USD)",
        "Jan 1, 2026 Psychotherapy, 60 minutes 90837 · 95 · Amy Lin, PhD", "1 185.00 185.00",
        "Total 555.00", "Paid -100.00", "Balance due $455.00", "Thank you for coming.",
        "Please mail checks to the address above.", f"Pay online: {LINK}", "Pay code 7KQ2-M4XD",
        "Page 1 of 1",
    ):  # fmt: skip
        assert part in text


def test_rd1_discounts_and_surcharges_stand_between_subtotal_and_total() -> None:
    lines = (
        a_line(),
        a_line(kind="discount", service_on=None, description="Sliding scale", amount_cents=-1850),
        a_line(kind="surcharge", service_on=None, description="Late cancellation", amount_cents=500),
    )
    view = replace(an_invoice(), lines=lines, subtotal_cents=18500, total_cents=17150)
    text = text_of(render_invoice(view))
    assert "Subtotal 185.00 Sliding scale -18.50 Late cancellation 5.00 Total 171.50" in text


def test_rd1_a_further_version_says_that_it_corrects() -> None:
    assert "Corrected, version 2" in text_of(render_invoice(an_invoice(version=2)))
    assert "Corrected" not in text_of(render_invoice(an_invoice()))


def test_rd1_a_void_invoice_says_void_and_asks_for_nothing() -> None:
    text = text_of(render_invoice(an_invoice(void=True)))
    assert "VOID: nothing is owed on this invoice" in text
    assert "HOW TO PAY" not in text
    assert "455.00" not in text


def test_rd5_two_hundred_lines_keep_every_letter_and_number() -> None:
    notes = "\n".join(f"Note {i} for {NAME}" for i in range(60))
    text = text_of(render_invoice(an_invoice(200, client=NAME, bill_to=(NAME,), notes=notes)))
    assert f"BILL TO {NAME}" in text
    assert f"CLIENT {NAME}" in text
    assert text.count("Psychotherapy, 60 minutes 90837 · 95 · Amy Lin, PhD 1 185.00 185.00") == 200
    assert all(f"Note {i} for {NAME}" in text for i in range(60))


def test_rd5_each_page_carries_its_sum_to_the_next() -> None:
    pages = pages_of(render_invoice(an_invoice(200)))
    seen = 0
    for i, page in enumerate(pages):
        if i:
            assert f"Brought forward {show_cents(seen)}" in page
        seen += 18500 * page.count("Psychotherapy")
        if seen < 200 * 18500:
            assert f"Carried forward {show_cents(seen)}" in page
        assert page.endswith(f"Page {i + 1} of {len(pages)}")
    assert seen == 200 * 18500
    assert "Total 37,000.00" in pages[-1]


def test_rd5_totals_never_begin_a_page_without_a_line_above_them() -> None:
    for lines in range(1, 60):
        last = pages_of(render_invoice(an_invoice(lines)))[-1]
        assert "Balance due" not in last or "Psychotherapy" in last


def test_an_invoice_without_lines_prints() -> None:
    text = text_of(render_invoice(an_invoice(0)))
    assert "Total 0.00" in text


def test_long_words_and_names_wrap_inside_their_columns() -> None:
    name = "Wolfeschlegelsteinhausenbergerdorff" * 3
    pdf = render_invoice(an_invoice(client=name, bill_to=(name,)))
    assert text_of(pdf).replace(" ", "").count(name) == 2
    assert _furthest_right(pdf) <= 562.5


def test_the_same_view_gives_the_same_bytes() -> None:
    for name in ("José", "Łukasz", NAME, "Ямпольский"):
        view = an_invoice(client=name)
        assert render_invoice(view) == render_invoice(view)


def test_the_file_carries_the_day_of_issue_and_no_other() -> None:
    about = PdfReader(BytesIO(render_invoice(an_invoice(issued_on=date(2026, 3, 9))))).metadata
    assert about is not None
    assert (about.creation_date_raw, about.title) == ("D:20260309000000Z", "Invoice A-00042")


def _furthest_right(pdf: bytes) -> float:
    """Where the rightmost text begins."""
    begins: list[float] = []
    for page in PdfReader(BytesIO(pdf)).pages:
        content = page.get_contents()
        assert content is not None
        begins += [float(x) for x in re.findall(rb"1 0 0 1 ([\d.]+) [\d.]+ Tm", content.get_data())]
    return max(begins)
