"""How wide the columns of a list are.

Money, dates and numbers are shown whole or not at all: an amount cut by one digit is a wrong amount.
Names give way instead; when even that is not enough, the least important columns step out.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tui import present
from tui.cells import width_of
from tui.present import Shown

GAP = 2


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list.

    A column with a `width` keeps it, and grows if a value needs more; one without is `flexible`: it
    shares what is left between `least` and `most` cells. `drop` says in which order columns step out
    on a narrow terminal, highest first; 0 never does.
    """

    title: str
    show: Callable[[Any], Shown] = present.words
    width: int = 0
    least: int = 8
    most: int = 40
    align: Literal["left", "right"] = "left"
    drop: int = 0

    @property
    def flexible(self) -> bool:
        return self.width == 0


def words_column(title: str, *, least: int = 8, most: int = 40, drop: int = 0) -> Column:
    """A name or other words; cut with an ellipsis when there is no room."""
    return Column(title, present.words, least=least, most=most, drop=drop)


def money_column(title: str, *, drop: int = 0) -> Column:
    """Integer cents, right-aligned, never cut."""
    return Column(title, present.money, width=9, align="right", drop=drop)


def count_column(title: str, *, drop: int = 0) -> Column:
    """A number of things, right-aligned, never cut."""
    return Column(title, present.count, width=max(3, len(title)), align="right", drop=drop)


def day_column(title: str, *, drop: int = 0) -> Column:
    """A day, ISO."""
    return Column(title, present.day, width=10, drop=drop)


def status_column(title: str = "Status", *, drop: int = 0) -> Column:
    """A state by its word; as wide as `partly paid`, so that a payment moves no other column."""
    return Column(title, present.status, width=11, drop=drop)


def lay_out(columns: Sequence[Column], needed: Sequence[int], width: int) -> list[int]:
    """The width of each column, 0 for one that stepped out.

    `needed` is the widest value seen in each column so far. Flexible columns share what is left first up
    to what they need, then up to their `most`: a name is not cut beside a column that stands half empty.
    """
    least = [
        max(column.least, width_of(column.title))
        if column.flexible
        else max(column.width, need, width_of(column.title))
        for column, need in zip(columns, needed, strict=True)
    ]
    kept = set(range(len(columns)))
    droppable = sorted((i for i in kept if columns[i].drop), key=lambda i: -columns[i].drop)
    while droppable and _used(least, kept) > width:
        kept.discard(droppable.pop(0))
    flexible = [i for i in sorted(kept) if columns[i].flexible]
    widths = [least[i] if i in kept else 0 for i in range(len(columns))]
    spare = width - _used(least, kept)
    if spare < 0:
        for i in flexible:
            cut = min(-spare, widths[i] - 1)
            widths[i] -= cut
            spare += cut
    spare = _grow(widths, flexible, {i: min(columns[i].most, needed[i]) for i in flexible}, spare)
    _grow(widths, flexible, {i: columns[i].most for i in flexible}, spare)
    return widths


def _grow(widths: list[int], flexible: Sequence[int], wanted: Mapping[int, int], spare: int) -> int:
    """Share what is left evenly among columns below what they want; answers what is left over."""
    growing = [i for i in flexible if widths[i] < wanted[i]]
    while spare > 0 and growing:
        share = max(1, spare // len(growing))
        for i in growing:
            more = min(share, wanted[i] - widths[i], spare)
            widths[i] += more
            spare -= more
        growing = [i for i in growing if widths[i] < wanted[i]]
    return spare


def _used(widths: Sequence[int], kept: set[int]) -> int:
    return sum(widths[i] for i in kept) + GAP * max(0, len(kept) - 1)
