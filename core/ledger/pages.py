"""Any stretch of a list that is as long as the book, read without the rest of it.

A list knows how many rows it has and a few of their ids by place. A stretch is found from the nearest of
those, so walking costs the same at every place; a leap into the middle reads the ids on the way, once.
"""

import json
from bisect import bisect_right, insort

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from typing import Any

    from core.store import Read


class Pages:
    """A list in the order of an index, as it was at one moment.

    `onward` and `backward` are SQL for `:most` rows in the list's order, `:skip` rows after or before the
    row whose id is `:from_id`; `into` makes of each a row whose first field is its id.
    """

    def __init__(
        self,
        count: int,
        first_id: str | None,
        last_id: str | None,
        *,
        onward: str,
        backward: str,
        into: "Callable[..., Any]",
        **params: str,
    ) -> None:
        self.count = count
        self._onward, self._backward, self._into, self._params = onward, backward, into, params
        self._ids: dict[int, str] = {0: str(first_id), count - 1: str(last_id)} if count else {}
        self._places = sorted(self._ids)

    def fetch(self, read: "Read", start: int, stop: int) -> "list[Any]":
        """Rows start to stop; fewer where some are gone by now."""
        stop = min(stop, self.count)
        if start >= stop:
            return []
        before, after = self._around(start, stop - 1)
        if start - before <= after - (stop - 1):
            sql, known, skip = self._onward, before, start - before
        else:
            sql, known, skip = self._backward, after, after - (stop - 1)
        most = stop - start
        found = read.all(sql, self._into, from_id=self._ids[known], skip=skip, most=most, **self._params)
        if len(found) == most:
            for place, row in ((start, found[0]), (stop - 1, found[-1])):
                if place not in self._ids:
                    self._ids[place] = row[0]
                    insort(self._places, place)
        return found

    def _around(self, first: int, last: int) -> tuple[int, int]:
        """The nearest places at or before the first, and at or after the last, whose ids are known."""
        at = bisect_right(self._places, first) - 1
        beyond = min(bisect_right(self._places, last - 1), len(self._places) - 1)
        return self._places[at], self._places[beyond]


def listed(ids: "Iterable[str]") -> str:
    """Ids as one parameter, for `json_each`."""
    return json.dumps(list(ids))


class Found:
    """The rows that were found by what they are, in the order found; each is read when it is looked at."""

    def __init__(self, ids: "Sequence[str]", rows_of: "Callable[[Read, Sequence[str]], list[Any]]") -> None:
        self._ids = ids
        self._rows_of = rows_of

    @property
    def count(self) -> int:
        return len(self._ids)

    def fetch(self, read: "Read", start: int, stop: int) -> "list[Any]":
        return self._rows_of(read, self._ids[start:stop])

    def ids(self, read: "Read") -> "Sequence[str]":
        return self._ids

    def place_of(self, read: "Read", row_id: str) -> int | None:
        try:
            return self._ids.index(row_id)
        except ValueError:
            return None

    def having(self, read: "Read", ids: "Collection[str]") -> list[str]:
        """Which of these it has, in its order."""
        return [row_id for row_id in self._ids if row_id in ids]


def in_order_of(ids: "Iterable[str]", rows: "Iterable[Any]") -> "list[Any]":
    """Rows, whose first field is their id, in the order of the ids; who is gone is left out."""
    by_id = {row[0]: row for row in rows}
    return [by_id[row_id] for row_id in ids if row_id in by_id]
