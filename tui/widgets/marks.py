"""The marked records of a list: a set of ids, so that marks survive filter, order and refresh."""

from collections.abc import Iterable, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tui.widgets.rows import RowSource


class Marks:
    """Marked ids, and where a range being marked began."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self.anchor: str | None = None
        self._hidden: tuple[RowSource, int] | None = None

    def __contains__(self, record_id: str) -> bool:
        return record_id in self._ids

    def __len__(self) -> int:
        return len(self._ids)

    def ids(self) -> frozenset[str]:
        return frozenset(self._ids)

    def add(self, record_ids: Iterable[str]) -> None:
        self._ids.update(record_ids)
        self._hidden = None

    def toggle(self, record_id: str) -> None:
        self._ids ^= {record_id}
        self._hidden = None

    def replace(self, record_ids: Iterable[str]) -> None:
        self._ids = set(record_ids)
        self.anchor = None
        self._hidden = None

    def clear(self) -> None:
        self.replace(())

    def all_or_none(self, shown: Sequence[str]) -> None:
        """Mark all that are shown; when all of them are marked already, unmark them."""
        if self._ids.issuperset(shown):
            self._ids.difference_update(shown)
        else:
            self._ids.update(shown)
        self._hidden = None

    def invert(self, shown: Sequence[str]) -> None:
        """Swap marked and unmarked among those shown; hidden marks stay."""
        self._ids ^= set(shown)
        self._hidden = None

    def hidden(self, shown: "RowSource") -> int:
        """How many marked records are not among those shown; counted once for each source."""
        if not self._ids:
            return 0
        if self._hidden is None or self._hidden[0] is not shown:
            self._hidden = (shown, len(self._ids.difference(shown.ids())))
        return self._hidden[1]

    def in_order(self, order: Sequence[str]) -> list[str]:
        """The marked ids in the list's order; those the list no longer has come last."""
        known = [record_id for record_id in order if record_id in self._ids]
        return known + sorted(self._ids.difference(known))
