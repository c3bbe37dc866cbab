"""RD3, RD5: a superbill over many sheets, in any script, of hostile text; and the same bytes each time."""

import re
from dataclasses import replace
from io import BytesIO

import pytest
from pypdf import PdfReader

from core.documents.superbill import render_superbill
from core.ledger.superbill_view import Insured
from tests.core.documents.read_superbill import read_superbill
from tests.core.documents.sample_invoice import a_logo, pages_of, text_of
from tests.core.documents.sample_superbill import a_service, a_superbill
from tests.core.documents.test_hostile_text_is_only_text import HOSTILE

NAMES = ("Łukasz Żółć", "李小龍", "עברית שלום", "हिन्दी नाम", "فاطمة الزهراء", "Ямпольский")


def test_rd5_two_hundred_lines_keep_every_code_and_amount() -> None:
    pdf = render_superbill(a_superbill(200))
    pages = pages_of(pdf)
    assert sum(page.count("90837 95 GT AB 1 185.00 100.00 85.00") for page in pages) == 200
    assert all(page.endswith(f"Page {i} of {len(pages)}") for i, page in enumerate(pages, 1))
    assert all("CODE AND MODIFIERS" in page for page in pages if "90837" in page)
    assert len(read_superbill(pdf)["services"]) == 200
    assert read_superbill(pdf)["totals"] == {
        "Charges": "37,000.00", "Paid": "-20,000.00", "Balance": "$17,000.00",
    }  # fmt: skip


def test_rd5_totals_never_begin_a_page_without_a_line_above_them() -> None:
    for lines in range(1, 60):
        for page in pages_of(render_superbill(a_superbill(lines))):
            assert "PLACE OF SERVICE" not in page or "90837" in page


def test_rd3_twelve_diagnoses_have_a_letter_each() -> None:
    codes = tuple(f"F4{i}.{i % 10}" for i in range(12))
    found = read_superbill(render_superbill(a_superbill(diagnoses=codes)))
    assert found["diagnoses"] == dict(zip("ABCDEFGHIJKL", codes, strict=True))


def test_rd3_what_was_taken_off_stands_between_charges_and_paid() -> None:
    line = a_service(paid_cents=10_000, balance_cents=5_000)
    found = read_superbill(render_superbill(a_superbill(lines=1)))
    assert "Adjustments" not in found["totals"]
    found = read_superbill(render_superbill(replace(a_superbill(), lines=(line,))))
    assert found["totals"] == {
        "Charges": "185.00", "Adjustments": "-35.00", "Paid": "-100.00", "Balance": "$50.00",
    }  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_rd5_names_of_any_script_stand_as_they_are(name: str) -> None:
    view = a_superbill(1, client=name, provider=name, payee=(name,), referrer=name)
    pdf = render_superbill(replace(view, lines=(a_service(description=name),)))
    assert all(text_of(pdf).count(word) >= 4 for word in name.split()), "right to left, words stand as drawn"
    assert pdf == render_superbill(replace(view, lines=(a_service(description=name),)))


@pytest.mark.parametrize("name", HOSTILE)
def test_rd3_markup_and_operators_are_only_text(name: str) -> None:
    insured = Insured(name, name, name, name, name, None)
    view = a_superbill(1, client=name, provider=name, licence=name, insured=insured, payee=(name,))
    pdf = render_superbill(replace(view, lines=(a_service(description=name, modifiers="95"),)))
    assert text_of(pdf).replace(" ", "").count(name.replace(" ", "")) >= 5
    for word in (b"/JavaScript", b"/JS", b"/Launch", b"/OpenAction", b"/AA", b"/URI"):
        assert word not in re.sub(rb"stream\n.*?\nendstream", b"", pdf, flags=re.DOTALL)


def test_rd5_huge_texts_stay_on_the_sheet_and_push_nothing_off_it() -> None:
    huge = "Wolfeschlegelsteinhausenbergerdorff" * 40
    view = a_superbill(
        2, client=huge, provider=huge, licence=huge, supervised_by=huge, supervisor_npi=huge, npi=huge,
        address=(huge,) * 50, payee=(huge,) * 50, referrer=huge, phone=huge, diagnoses=(huge,) * 12,
        insured=Insured(huge, huge, huge, huge, huge, None), places=(huge,) * 60,
        letterhead=replace(a_superbill().letterhead, name=huge, address=(huge,) * 50),
    )  # fmt: skip
    line = a_service(description=huge, code=huge, modifiers=f"{huge} {huge}", pointers=huge, place=huge)
    reader = PdfReader(BytesIO(render_superbill(replace(view, lines=(line, line)))))
    for page in reader.pages:
        content = page.get_contents()
        assert content is not None
        at = re.findall(rb"1 0 0 1 ([\d.-]+) ([\d.-]+) Tm", content.get_data())
        assert min(float(y) for _, y in at) >= 30
        assert max(float(y) for _, y in at) <= 762
        assert max(float(x) for x, _ in at) <= 562.5


def test_rd6_a_corrected_version_says_so_and_the_file_carries_its_day() -> None:
    head = replace(a_superbill().letterhead, logo_png=a_logo())
    pdf = render_superbill(a_superbill(version=3, letterhead=head))
    assert "Corrected, version 3" in text_of(pdf)
    about = PdfReader(BytesIO(pdf)).metadata
    assert about is not None
    assert about.creation_date_raw == "D:20261001000000Z"
    assert about.title == "Superbill 2026-01-01 to 2026-09-30"
