"""Whose midnight counts: all that a list must know of the practice, apart from what else doors ask of it."""

from core.errors import NotFound

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.store import Read

TIMEZONE = "SELECT timezone FROM practice ORDER BY id LIMIT 1"


def timezone(read: "Read") -> str:
    """The IANA name of the practice's zone. Raises: NotFound, for a book that was never set up."""
    found: str | None = read.value(TIMEZONE)
    if found is None:
        raise NotFound("This book has no practice yet. `daysheet init` sets one up.")
    return found
