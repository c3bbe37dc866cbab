"""An office that gets its whole book, as a process of its own; says after each step how many rows it has.

Run as `python -m tests.syncd.joiner BOOK`.
"""

from __future__ import annotations

import asyncio
import sys

from core.ledger.summaries import keep
from core.store import Store
from syncd.office import Office
from tests.core.replication.offices import KEY, Clock


def say(rows: int) -> None:
    sys.stdout.write(f"{rows}\n")
    sys.stdout.flush()


def main() -> None:
    book = Store.open(sys.argv[1], KEY, Clock(), keep)
    asyncio.run(Office(book, unused=True).in_step(say))


if __name__ == "__main__":
    main()
