"""Opens the encrypted book, and is the only place that opens a transaction.

Reads run on the driver, so that a screen or a script that only reads loads no ORM. Writes go through
one SQLAlchemy engine: BEGIN IMMEDIATE, so that a read inside a command is never stale, and one fsync
a commit (synchronous FULL). Facts get their number and their link in the site's chain before COMMIT.
Rules: `security.md` 5.1.
"""

from core.store.opening import BUSY_MS, SQLITE_FLOOR, connect, require_book
from core.store.read import Read, Value
from core.store.store import Store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.store.merging import Merging
    from core.store.write import Tx

HUB = 0
"""The site of a hub's own work."""

__all__ = [
    "BUSY_MS", "HUB", "SQLITE_FLOOR", "Merging", "Read", "Store", "Tx", "Value", "connect", "require_book",
]  # fmt: skip


def __getattr__(name: str) -> object:
    """What writes is loaded by whoever writes."""
    if name == "Tx":
        from core.store.write import Tx

        return Tx
    if name == "Merging":
        from core.store.merging import Merging

        return Merging
    raise AttributeError(name)
