"""Ids: UUIDv7 that rise and never meet, UUIDv5 that are the same for the same thing."""

from __future__ import annotations

import uuid

from hypothesis import given
from hypothesis import strategies as st

from core.ids import Ids, fresh, named, short

MOMENTS = st.integers(1_600_000_000_000, 3_700_000_000_000)


@given(MOMENTS)
def test_an_id_is_a_uuid_of_version_7_that_says_when(now_ms: int) -> None:
    found = uuid.UUID(fresh(now_ms))
    assert (found.version, found.variant) == (7, uuid.RFC_4122)
    assert found.int >> 80 == now_ms


def test_the_ids_of_one_transaction_rise_and_differ_in_what_people_type() -> None:
    ids = Ids(1_790_000_000_000)
    made = [ids.new() for _ in range(5_000)]
    assert made == sorted(set(made))
    assert len({short(one) for one in made}) == 5_000


def test_transactions_of_the_same_millisecond_never_meet() -> None:
    assert len({Ids(1_790_000_000_000).new() for _ in range(20_000)}) == 20_000


@given(st.text(max_size=30))
def test_a_named_id_is_of_version_5_and_always_the_same(key: str) -> None:
    try:
        found = uuid.UUID(named(key))
    except UnicodeEncodeError:
        return
    assert (found.version, found.variant) == (5, uuid.RFC_4122)
    assert named(key) == named(key) != named(key + "x")
