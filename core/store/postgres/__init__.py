"""The hub's book in a PostgreSQL database (`sync.md` 5.3, `security.md` 5.1).

Loaded only by whoever names a database; nothing else of the program needs the driver.
"""

from core.store.postgres.advice import IN_ARGUMENTS, advice
from core.store.postgres.session import require_driver
from core.store.postgres.store import PostgresStore

__all__ = ["IN_ARGUMENTS", "PostgresStore", "advice", "require_driver"]
