"""R1: a local write is later than the clock, than all merged so far and than what it overwrites."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlcipher3 import dbapi2

from core.sync.stamp import (
    EPOCH_MS,
    MAX_SITE,
    TICK,
    ms_of,
    pack,
    site_of,
    stamp_after,
    stamp_sql,
    tick_after,
)

SITES = st.integers(0, MAX_SITE)
MOMENTS = st.integers(EPOCH_MS, EPOCH_MS + (1 << 41) - 1)
"""41 bits of milliseconds: an int64 stamp reaches from 2020 to 2089."""

OFFSET_MS = 10**9
STAMPS = st.integers(0, (1 << 62) - 1)


@given(MOMENTS, SITES)
def test_a_stamp_says_when_and_where(now_ms: int, site: int) -> None:
    stamp = pack(now_ms, site)
    assert (ms_of(stamp), site_of(stamp)) == (now_ms, site)
    assert 0 <= stamp < 1 << 63


@given(STAMPS, SITES)
def test_the_next_tick_is_later_by_at_most_one_tick(stamp: int, site: int) -> None:
    after = tick_after(stamp, site)
    assert stamp < after < stamp + 2 * TICK
    assert site_of(after) == site


@given(MOMENTS, SITES, STAMPS, STAMPS)
def test_a_local_write_is_later_than_clock_floor_and_row(
    now_ms: int, site: int, floor: int, row: int
) -> None:
    stamp = stamp_after(now_ms, site, floor=floor, row=row)
    assert stamp >= pack(now_ms, site)
    assert stamp > floor
    assert stamp > row
    assert site_of(stamp) == site


@given(MOMENTS, SITES, st.lists(STAMPS, min_size=1, max_size=8))
def test_writes_that_follow_each_other_rise_even_when_the_clock_stands(
    now_ms: int, site: int, merged: list[int]
) -> None:
    row = 0
    for floor in merged:
        after = stamp_after(now_ms, site, floor=floor, row=row)
        assert after > row
        row = after


@given(MOMENTS, SITES, SITES)
def test_two_sites_never_make_the_same_stamp(now_ms: int, one: int, other: int) -> None:
    stamps = {stamp_after(now_ms, site, floor=0) for site in (one, other)}
    assert len(stamps) == len({one, other})


@pytest.fixture(scope="module")
def clock() -> Iterator[dbapi2.Connection]:
    connection = dbapi2.connect(":memory:", isolation_level=None)
    connection.execute("CREATE TABLE sync_clock (site, offset_ms, floor, fixed_ms)")
    yield connection
    connection.close()


@given(
    st.integers(EPOCH_MS + OFFSET_MS, EPOCH_MS + (1 << 41) - 1 - OFFSET_MS),
    SITES,
    STAMPS,
    STAMPS,
    st.integers(-OFFSET_MS, OFFSET_MS),
)
def test_the_sql_of_the_trigger_says_the_same_as_python(
    clock: dbapi2.Connection, now_ms: int, site: int, floor: int, row: int, offset_ms: int
) -> None:
    clock.execute("DELETE FROM sync_clock")
    clock.execute("INSERT INTO sync_clock VALUES (?, ?, ?, ?)", (site, offset_ms, floor, now_ms))
    (stamp,) = clock.execute(f"SELECT {stamp_sql(str(row))}").fetchone()
    assert stamp == stamp_after(now_ms + offset_ms, site, floor=floor, row=row)
