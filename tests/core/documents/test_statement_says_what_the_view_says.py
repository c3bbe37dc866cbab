"""RD2: every part of a statement is on the print, over one page or many, in any script."""

from __future__ import annotations

import re
import time
import tracemalloc
from dataclasses import replace
from io import BytesIO

import pytest
from pypdf import PdfReader

from core.documents.statement import SLIP, render_statement
from core.ledger.statement_view import StatementView
from tests.core.documents.sample_invoice import NAME, pages_of, text_of
from tests.core.documents.sample_statement import a_line, a_statement, an_item, open_items
from tests.core.documents.test_hostile_text_is_only_text import HOSTILE
from tests.core.documents.test_invoice_says_what_the_view_says import _furthest_right

SCRIPTS = ("José", "Łukasz Żółć", "Ямпольский", "李小龍", "김민준", "सीता शर्मा", "สมชาย ใจดี", NAME)


def test_rd2_every_part_of_an_activity_statement_is_printed() -> None:
    text = text_of(render_statement(a_statement()))
    for part in (
        "Riverside Therapy", "Statement 2c3d4e5f", "TO Małgorzata Łukasz 1420 Elmhurst Avenue",
        "CLIENTS José Łukasz Ana Łukasz", "Statement date Nov 2, 2026", "From Oct 1, 2026",
        "To Oct 31, 2026", "Account balance $475.00", "Balance of the statement to Sep 30, 2026 20.00",
        "Changes to an earlier period 5.00", "Late fee on A-00001 5.00",
        "Oct 1, 2026 Opening balance 25.00",
        "Oct 1, 2026 Invoice A-00001 150.00 325.00 José Łukasz Sep 11, 2026 · Psychotherapy, 60 minutes",
        "Oct 31, 2026 Closing balance 475.00", "COMMENT Thank you for coming.", "Charges 450.00",
        "BALANCE BY AGE ON OCT 31, 2026 CURRENT 475.00 1-30 DAYS 0.00", "CREDIT 0.00 BALANCE 475.00",
        "HOW TO PAY Please mail checks to the address above.",
        "PLEASE RETURN THIS PART WITH YOUR PAYMENT", "Amount due $475.00", "Amount enclosed",
        "MAIL TO Riverside Therapy 77 Riverside Drive Springfield, IL 62701", "Page 2 of 2",
    ):  # fmt: skip
        assert part in text, part


def test_rd2_an_open_items_statement_says_what_was_paid_on_what_is_open() -> None:
    text = text_of(render_statement(open_items()))
    assert "As of Oct 31, 2026" in text
    assert (
        "Oct 1, 2026 Invoice A-00000 160.00 40.00 120.00 José Łukasz · due Oct 31, 2026"
        " Oct 10, 2026 · Late fee 10.00 Oct 12, 2026 · Payment, check 1187 -40.00"
        " Credit on no invoice yet -20.00 Oct 31, 2026 Account balance 100.00"
    ) in text
    assert "Opening" not in text


def test_rd2_a_statement_is_no_demand() -> None:
    text = text_of(render_statement(a_statement())).casefold()
    assert "overdue" not in text
    assert "past due" not in text


def test_rd2_nobody_who_owes_nothing_gets_a_slip_to_pay_with() -> None:
    for closing in (0, -5_000):
        text = text_of(render_statement(a_statement(0, closing_cents=closing)))
        assert "Nothing happened in this period." in text
        assert "RETURN THIS PART" not in text
        assert "HOW TO PAY" not in text


def test_rd2_a_further_version_says_that_it_corrects() -> None:
    assert "Corrected, version 2" in text_of(render_statement(a_statement(version=2)))
    assert "Corrected" not in text_of(render_statement(a_statement()))


def test_rd2_only_the_practices_address_shows_in_the_window_of_the_envelope() -> None:
    """The window of a #9 envelope shows at most what stands 36 to 387 across and 36 to 117 up."""
    long = "A Practice With A Very Long Name Indeed " * 3
    for view in (
        a_statement(),
        replace(a_statement(), letterhead=replace(a_statement().letterhead, name=long)),
    ):
        seen = _placed(render_statement(view))
        shown = [(x, y) for x, y, text in seen if text.strip() and 30 < y < 117 and x < 387]
        assert shown
        assert all(63 <= x <= 360 and 36 <= y <= 90 for x, y in shown)
        below = [text for _, y, text in seen if text.strip() and 0 < y < SLIP]
        assert not any("Page" in text for text in below)


@pytest.mark.parametrize("kind", ["activity", "open_items"])
def test_rd2_two_hundred_lines_keep_every_number_over_their_pages(kind: str) -> None:
    view = a_statement(200) if kind == "activity" else open_items(200)
    pages = pages_of(render_statement(view))
    text = " ".join(pages)
    assert all(f"Invoice A-{place:05}" in text for place in range(200))
    assert all(f"Page {i} of {len(pages)}" in page for i, page in enumerate(pages, 1))
    if kind == "activity":
        assert text.count("Psychotherapy, 60 minutes 150.00") == 200
        assert all(line.text in text for line in view.lines)


def test_rd2_an_invoice_of_two_hundred_services_goes_over_the_pages() -> None:
    details = a_line().details * 200
    text = text_of(render_statement(a_statement(1, lines=(a_line(details=details),))))
    assert text.count("Psychotherapy, 60 minutes 150.00") == 200


def test_rd2_ten_thousand_lines_are_right_within_five_seconds_and_bounded_memory() -> None:
    view = a_statement(10_000)
    began = time.process_time()
    pdf = render_statement(view)
    took = time.process_time() - began
    tracemalloc.start()
    again = render_statement(view)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"\n10,000 lines: {took:.2f} s of CPU, {len(pdf):,} bytes, {peak / 1e6:.0f} MB at most")
    assert again == pdf
    assert took < 5
    assert peak < 150e6
    reader = PdfReader(BytesIO(pdf))
    last = re.sub(r"\s+", " ", reader.pages[-1].extract_text())
    assert "Amount due $1,500,025.00" in last
    assert f"Page {len(reader.pages)} of {len(reader.pages)}" in last
    for place in (0, len(reader.pages) // 2):
        page = re.sub(r"\s+", " ", reader.pages[place].extract_text())
        found = re.findall(r"Invoice A-(\d+) 150.00 ([\d,]+\.\d\d)", page)
        assert found
        for number, balance in found:
            assert balance == f"{25 + 150 * (int(number) + 1):,}.00"


@pytest.mark.parametrize("name", SCRIPTS)
def test_rd5_names_in_any_script_are_read_back_as_they_were_written(name: str) -> None:
    view = a_statement(
        1, bill_to=(name, "1 Elm Street"), clients=(name, "Ann"), comment=name,
        lines=(a_line(client=name, text=f"Payment, check {name}"),),
    )  # fmt: skip
    text = text_of(render_statement(view))
    assert f"TO {name}" in text
    assert f"CLIENTS {name}" in text
    assert f"check {name}" in text
    assert f"COMMENT {name}" in text
    assert f"FROM {name}" in text


@pytest.mark.parametrize("name", HOSTILE)
def test_markup_and_operators_are_printed_as_they_were_typed(name: str) -> None:
    said = a_line(client=name, text=name, details=())
    view = a_statement(1, bill_to=(name,), clients=(name,), comment=name, lines=(said,))
    pdf = render_statement(view)
    assert text_of(pdf).count(name) >= 5
    found = open_items(1, items=(an_item(client=name, number=name, details=()),), comment=name)
    assert text_of(render_statement(found)).count(name) >= 3
    assert not any(page.get("/Annots") for page in PdfReader(BytesIO(pdf)).pages)


def test_long_words_and_names_wrap_inside_their_columns() -> None:
    name = "Wolfeschlegelsteinhausenbergerdorff" * 3
    view = a_statement(
        1, bill_to=(name,), clients=(name,), lines=(a_line(client=name, text=name),), comment=name
    )
    pdf = render_statement(view)
    assert text_of(pdf).replace(" ", "").count(name) >= 5
    assert _furthest_right(pdf) <= 562.5


def test_a_long_comment_stands_below_the_sums_whole() -> None:
    comment = "\n".join(f"Line {place} of what we want to say" for place in range(30))
    text = text_of(render_statement(a_statement(comment=comment)))
    assert all(f"Line {place} of what" in text for place in range(30))


def test_every_length_has_its_sums_and_slip_on_pages_with_room() -> None:
    for lines in range(60):
        pages = pages_of(render_statement(a_statement(lines)))
        assert sum("Amount due" in page for page in pages) == 1
        assert "Amount due" in pages[-1]


@pytest.mark.parametrize("view", [a_statement(), open_items(), a_statement(clients=("李小龍",))])
def test_the_same_view_gives_the_same_bytes(view: StatementView) -> None:
    assert render_statement(view) == render_statement(view)


def _placed(pdf: bytes) -> list[tuple[float, float, str]]:
    """The texts of the last page and where each begins."""
    seen: list[tuple[float, float, str]] = []
    last = PdfReader(BytesIO(pdf)).pages[-1]
    last.extract_text(visitor_text=lambda *told: seen.append((told[2][4], told[2][5], told[0])))
    return seen
