"""A site's own invoice series: N-00001, N-00002... without a server and without a gap.

The next number is asked of the issued invoices under the write lock, so a preview never burns one and
a crash before the commit leaves none behind. A series belongs to one site (`decisions.md` 13, 14).
"""

from core.errors import DomainError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.store import Tx

SERIES = "SELECT series FROM site WHERE number = :site"
LAST = "SELECT coalesce(max(series_no), 0) FROM invoice_issue WHERE series = :series AND site = :site"
"""Of its own facts alone: what another site says under these letters is that site's fault."""


class NoSeries(DomainError):
    code = "no_series"

    def __init__(self) -> None:
        super().__init__("This computer has no invoice series yet. Set one under Settings, Numbering.")


class Numbers:
    """Hands out the numbers of this site's series inside one transaction. Raises: NoSeries."""

    def __init__(self, tx: "Tx") -> None:
        series = tx.value(SERIES, site=tx.site)
        if not series:
            raise NoSeries
        self.series: str = series
        self._last: int = tx.value(LAST, series=series, site=tx.site)

    def next(self) -> tuple[int, str]:
        """The number within the series, and as it is shown."""
        self._last += 1
        return self._last, f"{self.series}-{self._last:05}"
