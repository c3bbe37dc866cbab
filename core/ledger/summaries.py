"""What a store is opened with, so that every write keeps the summaries; small, because readers load it."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.store import Tx


def keep(tx: "Tx") -> None:
    """Make anew what this transaction has made stale (`core.ledger.kept`)."""
    from core.ledger.kept import settle

    settle(tx)
