"""A hub to be killed. Run as `python -m tests.syncd.mail_hub FOLDER MINUTES`: its clock is that much on."""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

from core.ledger.summaries import keep
from core.store import Store
from syncd.guard import listen, server_of
from syncd.hub import app_of
from tests.builders import NOW
from tests.core.replication.offices import KEY


def main(folder: Path, minutes: int) -> None:
    now = NOW + timedelta(minutes=minutes)
    store = Store.open(str(folder / "hub.db"), KEY, lambda: now, keep)
    asyncio.run(server_of(app_of(store), None, lambda: None).serve(sockets=[listen("127.0.0.1", 0)]))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
