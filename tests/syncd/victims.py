"""The processes that are killed: a hub, and offices whose billers never stop. Forked from one that has
loaded everything, so that a restart costs milliseconds and many kills fit.

Run as `python -m tests.syncd.victims FOLDER`: each line on stdin is `hub PORT` or `office N`, and is answered
with the process id.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
import time
import traceback
from functools import partial
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import httpx

from core.clients.commands import add_client, change_client
from core.dates import system_now
from core.documents.keep import keep_documents
from core.ledger.summaries import keep
from core.payments.commands import record_payment
from core.security.hub_secret import HubSecret
from core.store import Store
from core.store.postgres import PostgresStore
from syncd import office as daemon
from syncd.guard import listen, server_of
from syncd.hub import app_of
from tests.builders import ADDRESS, OWNER, TODAY

KEY = b"k" * 32
CENTS = 150
DATABASE = "hub.database"
ONE_REQUEST = httpx.Limits(max_keepalive_connections=0)


def opened(folder: Path, name: str) -> Store:
    """A book of the folder; the hub's, where a file names a database, in PostgreSQL."""
    database = folder / DATABASE
    if name == "hub" and database.exists():
        secret = HubSecret.load(str(folder), KEY)
        return PostgresStore.at(database.read_text(), KEY, system_now, secret)
    return Store.open(str(folder / f"{name}.db"), KEY, system_now, keep)


def run_hub(folder: Path, port: int) -> None:
    store = opened(folder, "hub")
    asyncio.run(server_of(app_of(store), None).serve(sockets=[listen("127.0.0.1", port)]))


def run_office(folder: Path, name: str) -> None:
    """The daemon, and beside it a biller; a line in the file of acknowledgements for each commit."""
    store = opened(folder, name)
    # A connection for each request, so that each meets the network anew.
    httpx.AsyncClient = partial(httpx.AsyncClient, limits=ONE_REQUEST)  # type: ignore[misc,assignment]
    daemon.FIRST_RETRY, daemon.LAST_RETRY = 0.02, 0.3
    threading.Thread(target=bill, args=(folder, name), daemon=True).start()
    asyncio.run(daemon.Office(store).run())


def bill(folder: Path, name: str) -> None:
    store, random = opened(folder, name), Random()
    acks = os.open(folder / f"{name}.acks", os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    contact: dict[str, Any] = {**ADDRESS}
    for n in count():
        reference = f"{name}-{os.getpid()}-{n}"
        with store.write(OWNER) as tx:
            client_id = add_client(tx, given="Ada", family=reference, **contact)
            owner = tx.value("SELECT guarantor_id FROM client WHERE id = :id", id=client_id)
            paid = record_payment(
                tx, guarantor_id=owner, amount_cents=CENTS, method="check", reference=reference,
                received_on=TODAY, today=TODAY,
            )  # fmt: skip
            keep_documents(tx, "receipt", [(paid.payment_id, 1, random.randbytes(500))], made_on=TODAY)
            shared = tx.value("SELECT min(id) FROM client")
            change_client(tx, shared, phone=f"{random.randrange(10**6):06}")
        os.write(acks, f"{reference}\n".encode())
        time.sleep(random.random() * 0.2)


def main() -> None:
    folder = Path(sys.argv[1])
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        kind, what = line.split()
        child = os.fork()
        if child:
            sys.stdout.write(f"{child}\n")
            sys.stdout.flush()
            continue
        sys.stdin.close()
        try:
            if kind == "hub":
                run_hub(folder, int(what))
            else:
                run_office(folder, what)
        except BaseException:  # noqa: BLE001  a forked process says why it ends
            traceback.print_exc()
        finally:
            os._exit(0)


if __name__ == "__main__":
    main()
