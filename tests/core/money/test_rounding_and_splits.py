"""domain.md 2: a line is rounded once, half up; what is split adds up to what was split."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import MAX_CENTS, AmountTooLarge, line_amount, percent_of, split

CENTS = st.integers(-10_000_000, 10_000_000)


@pytest.mark.parametrize(
    ("units", "rate", "amount"),
    [(1000, 15_000, 15_000), (1500, 333, 500), (500, 1, 1), (499, 1, 0), (500, -1, -1), (250, 2, 1),
     (0, 9, 0)],
)  # fmt: skip
def test_half_a_cent_goes_up(units: int, rate: int, amount: int) -> None:
    assert line_amount(units, rate) == amount


@given(st.integers(0, 999_999), CENTS)
def test_a_line_is_never_more_than_half_a_cent_off(units: int, rate: int) -> None:
    exact = Fraction(units * rate, 1000)
    amount = line_amount(units, rate)
    assert abs(amount - exact) <= Fraction(1, 2)
    assert amount == -line_amount(units, -rate)


def test_a_line_no_book_can_add_up_is_refused() -> None:
    assert line_amount(1000, MAX_CENTS) == MAX_CENTS
    with pytest.raises(AmountTooLarge):
        line_amount(1001, MAX_CENTS)


@given(CENTS, st.integers(0, 10_000))
def test_a_percentage_is_never_more_than_half_a_cent_off(base: int, bps: int) -> None:
    assert abs(percent_of(base, bps) - Fraction(base * bps, 10_000)) <= Fraction(1, 2)


@given(CENTS, st.lists(st.integers(0, 10_000), min_size=1, max_size=9).filter(any))
def test_a_split_adds_up_and_no_part_is_a_cent_away_from_its_share(amount: int, weights: list[int]) -> None:
    parts = split(amount, weights)
    assert sum(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(amount * weight, sum(weights))) < 1
        assert weight or part == 0


def test_the_cents_left_over_go_to_the_largest_remainder_and_then_to_the_first() -> None:
    assert split(100, [1, 1, 1]) == [34, 33, 33]
    assert split(-100, [1, 1, 1]) == [-34, -33, -33]
    assert split(10, [1, 2, 4]) == [1, 3, 6]


@pytest.mark.parametrize("weights", [[0], [0, 0], [1, -1], [-1]])
def test_a_split_over_nothing_is_a_programmers_error(weights: list[int]) -> None:
    with pytest.raises(ValueError):
        split(100, weights)
