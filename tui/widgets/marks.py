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
        self._known: tuple[RowSource, int] | None = None
        self._ordered: tuple[RowSource, list[str]] | None = None

    def __contains__(self, record_id: str) -> bool:
        return record_id in self._ids

    def __len__(self) -> int:
        return len(self._ids)

    def ids(self) -> frozenset[str]:
        return frozenset(self._ids)

    def add(self, record_ids: Iterable[str]) -> None:
        self._ids.update(record_ids)
        self._changed()

    def toggle(self, record_id: str) -> None:
        self._ids ^= {record_id}
        self._changed()

    def replace(self, record_ids: Iterable[str]) -> None:
        self._ids = set(record_ids)
        self.anchor = None
        self._changed()

    def clear(self) -> None:
        self.replace(())

    def all_or_none(self, shown: Sequence[str]) -> None:
        """Mark all that are shown; when all of them are marked already, unmark them."""
        if self._ids.issuperset(shown):
            self._ids.difference_update(shown)
        else:
            self._ids.update(shown)
        self._changed()

    def invert(self, shown: Sequence[str]) -> None:
        """Swap marked and unmarked among those shown; hidden marks stay."""
        self._ids ^= set(shown)
        self._changed()

    def hidden(self, shown: "RowSource") -> int:
        """How many marked records are not among those shown; counted once for each source."""
        if not self._ids:
            return 0
        if self._known is None or self._known[0] is not shown:
            self._known = (shown, len(shown.having(self._ids)))
        return len(self._ids) - self._known[1]

    def in_order(self, source: "RowSource") -> list[str]:
        """The marked ids in a list's order; those the list does not have come last. Asked once each."""
        if self._ordered is None or self._ordered[0] is not source:
            known = list(source.having(self._ids))
            self._ordered = (source, known + sorted(self._ids.difference(known)))
        return self._ordered[1]

    def _changed(self) -> None:
        self._known = self._ordered = None
