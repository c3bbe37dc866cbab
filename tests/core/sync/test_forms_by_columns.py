"""The form of facts that are given column by column is the form of each of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.sync.chain import canonical, canonicals

VALUES = st.one_of(st.none(), st.text(max_size=8), st.integers(-(1 << 63), (1 << 63) - 1))
ROWS = st.lists(st.tuples(VALUES, VALUES, VALUES), min_size=1, max_size=12)


@given(ROWS)
def test_many_forms_at_once_are_those_of_each(rows: list[tuple[str | int | None, ...]]) -> None:
    names, numbers = ("actor", "amount_cents", "note"), list(range(1, len(rows) + 1))
    columns = list(zip(*rows, strict=True))
    one_by_one = [canonical("fact", no, names, row) for no, row in zip(numbers, rows, strict=True)]
    assert canonicals("fact", numbers, names, columns) == one_by_one
