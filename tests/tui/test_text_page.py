"""RD6: a document's text in a terminal: laid out like the page, nothing left out, no line too wide."""

from __future__ import annotations

import re
import time
from dataclasses import replace

import pytest

from core.documents.invoice import render_invoice
from core.documents.reading import read_pages
from core.ledger.invoice_view import InvoiceView
from tests.core.documents.many_names import many_names
from tests.core.documents.sample_invoice import NAME, a_line, an_invoice
from tests.hostile.payloads import PAYLOADS
from tests.tui.terminal import ODD
from tui.cells import steady, width_of
from tui.text_page import text_lines

WIDTHS = (40, 74, 80, 134, 300)


def shown(view: InvoiceView, width: int = 80) -> list[str]:
    return text_lines(read_pages(render_invoice(view)), width)


def test_rd6_it_stands_as_on_the_page() -> None:
    lines = shown(an_invoice(2))
    heading = next(i for i, line in enumerate(lines) if line.startswith("BILL TO"))
    assert re.fullmatch(r"BILL TO +CLIENT +Invoice date +Oct 1, 2026", lines[heading])
    assert re.fullmatch(r"Małgorzata Łukasz +José Łukasz +Due date +Oct 31, 2026", lines[heading + 1])
    first = next(i for i, line in enumerate(lines) if line.startswith("Jan 1, 2026"))
    assert re.fullmatch(r"Jan 1, 2026 +Psychotherapy, 60 minutes +1 +185\.00 +185\.00", lines[first])
    assert lines[first + 1].strip() == "90837 · 95 · Amy Lin, PhD"
    assert [line.rstrip()[-6:] for line in lines if line.startswith("Jan ")] == ["185.00", "185.00"]
    assert re.fullmatch(r"Riverside Therapy · Invoice A-00042 +Page 1 of 1", lines[-1])


def test_rd6_amounts_stand_under_one_another() -> None:
    lines = shown(an_invoice(9))
    ends = {
        len(line) for line in lines if re.search(r" (185|1,665|1,565|-100)\.00$", line) and "Paid" not in line
    }
    assert len(ends) == 1


def test_pages_are_parted_and_numbered() -> None:
    text = "\n".join(shown(an_invoice(60)))
    numbers = re.findall(r"Page (\d) of (\d)", text)
    assert numbers == [(str(i + 1), str(len(numbers))) for i in range(len(numbers))]
    assert text.count("═" * 80) == len(numbers) - 1 > 0


def test_a_void_invoice_says_so_at_its_top() -> None:
    assert shown(an_invoice(1, void=True))[0].strip() == "— VOID —"


@pytest.mark.parametrize("width", WIDTHS)
def test_no_line_is_wider_than_the_terminal_and_nothing_is_left_out(width: int) -> None:
    lines = tuple(a_line(description=name, provider=name) for name in many_names(300, seed=width))
    view = an_invoice(1, client=NAME * 3, bill_to=(NAME * 2, "W" * 90, "1 Elm Street"), notes="word " * 400)
    pages = read_pages(render_invoice(replace(view, lines=lines)))
    read = text_lines(pages, width)
    assert max(map(width_of, read)) <= width
    there = sorted("".join(read).replace(" ", "").replace("─", "").replace("═", ""))
    wanted = "".join(steady(placed.text) for page in pages for placed in page.texts).replace(" ", "")
    assert there == sorted(wanted)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_names_that_want_to_be_more_are_only_text(payload: str) -> None:
    for line in shown(an_invoice(1, client=payload, bill_to=(payload,), notes=payload)):
        assert not ODD.findall(line)


def test_two_hundred_lines_are_there_at_once_and_ten_thousand_in_five_seconds() -> None:
    for count, most in ((200, 0.5), (10_000, 5.0)):
        lines = tuple(a_line(description=f"Session {i}") for i in range(count))
        pdf = render_invoice(replace(an_invoice(1), lines=lines))
        began = time.process_time()
        read = text_lines(read_pages(pdf), 80)
        assert time.process_time() - began < most
        assert sum("Session" in line for line in read) == count
