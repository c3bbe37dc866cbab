"""security.md fact 14 and T2: an amount is ASCII digits with at most two decimals; nothing else gets in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import (
    NotAnAmount,
    NotAPercentage,
    NotUnits,
    parse_cents,
    parse_percent,
    parse_units,
    show_cents,
    show_units,
)


@pytest.mark.parametrize(
    ("typed", "cents"),
    [("0", 0), ("1", 100), ("1.5", 150), ("1.05", 105), ("120", 12_000), ("$120.50", 12_050), (" 7 ", 700),
     ("-3", -300), ("1,234.5", 123_450), ("1,234,567", 123_456_700), ("999999999.99", 99_999_999_999),
     ("007", 700), ("-0.01", -1)],
)  # fmt: skip
def test_an_amount_as_people_type_it(typed: str, cents: int) -> None:
    assert parse_cents(typed) == cents


@pytest.mark.parametrize(
    "typed",
    ["", " ", "-", "$", ".", "1_000", "١٢", "１２", "NaN", "inf", "1e9", "1E2", "--5", "+5", "1.234", "1.",
     ".5", "1,00", "1,2345", ",100", "1,,000", "12,34.5", "1234567890", "1,000,000,000", "1 000", "0x10",
     "5-", "1.2.3", "1\n2", "five", "€5", "$-5x", "1,000.123", "²", "1\x00"],
)  # fmt: skip
def test_anything_else_is_refused(typed: str) -> None:
    with pytest.raises(NotAnAmount):
        parse_cents(typed)


@given(st.text(max_size=12))
def test_any_text_is_an_amount_that_shows_the_same_or_is_refused(typed: str) -> None:
    try:
        cents = parse_cents(typed)
    except NotAnAmount:
        return
    assert parse_cents(show_cents(cents)) == cents
    assert set(typed.strip()) <= set("$-0123456789.,")


@given(st.integers(-99_999_999_999, 99_999_999_999))
def test_what_is_shown_is_read_back(cents: int) -> None:
    assert parse_cents(show_cents(cents)) == cents


@given(st.integers(0, 999_999_999))
def test_units_shown_are_read_back(units: int) -> None:
    assert parse_units(show_units(units)) == units


@pytest.mark.parametrize("typed", ["", "-1", "+1", "1e3", "1.2345", "1234567", "١", "1,5", "nan", "1_0"])
def test_units_of_another_shape_are_refused(typed: str) -> None:
    with pytest.raises(NotUnits):
        parse_units(typed)


@pytest.mark.parametrize(("typed", "bps"), [("10", 1000), ("12.5%", 1250), ("0.01 %", 1), ("100", 10_000)])
def test_a_percentage_as_people_type_it(typed: str, bps: int) -> None:
    assert parse_percent(typed) == bps


@pytest.mark.parametrize("typed", ["", "%", "-5", "1e1", "12.345", "1000", "٥", "5%%x", "half"])
def test_a_percentage_of_another_shape_is_refused(typed: str) -> None:
    with pytest.raises(NotAPercentage):
        parse_percent(typed)


def test_the_refusal_quotes_no_more_than_a_little_and_nothing_that_acts() -> None:
    with pytest.raises(NotAnAmount) as refusal:
        parse_cents("\x1b[2J" + "9" * 10_000)
    assert "\x1b" not in str(refusal.value)
    assert len(str(refusal.value)) < 120
