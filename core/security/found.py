"""Make a home: folder, key slots, encrypted book, the practice and its owner.

Where a step fails, the book is taken away again: there is never one that nobody can open.
"""

import os
from collections import namedtuple
from collections.abc import Callable
from datetime import datetime

from core.actors import Actor, Role
from core.ids import fresh
from core.practice.commands import add_user
from core.security.keys import (
    MIN_PASSPHRASE,
    Keys,
    ShortPassphrase,
    machine_key_text,
    new_data_key,
    new_recovery_code,
    write_private,
)
from core.security.unlock import BOOK, KEYS
from core.store import BookExists, Store, Tx

Founded = namedtuple("Founded", "store actor recovery_code")

SYSTEM = Actor("system", "Daysheet", Role.OWNER)
SITE = 1
"""`init` makes site 1; the hub is 0 and others join with the next number (`decisions.md` 13)."""


def found_book(
    folder: str,
    *,
    passphrase: str,
    owner: str,
    fill: Callable[[Tx], None],
    clock: Callable[[], datetime],
    machine_key_file: str | None = None,
) -> Founded:
    """Make a new book and everything it takes to open it; `fill` puts the practice in.

    Answers the recovery code to keep on paper. Raises: BookExists, ShortPassphrase, and what `fill`
    refuses; then nothing is left behind.
    """
    if len(passphrase) < MIN_PASSPHRASE:
        raise ShortPassphrase
    os.makedirs(folder, mode=0o700, exist_ok=True)  # noqa: PTH103
    book = os.path.join(folder, BOOK)  # noqa: PTH118
    if os.path.exists(book):  # noqa: PTH110
        raise BookExists(folder)
    data_key, recovery_code = new_data_key(), new_recovery_code()
    store = Store.create(book, data_key, clock, site=SITE)
    try:
        with store.write(SYSTEM) as tx:
            fill(tx)
            owner_id = add_user(tx, name=owner, role=Role.OWNER)
            service_id = add_user(tx, name="machine", role=Role.SERVICE) if machine_key_file else ""
        keys = Keys.fresh(
            os.path.join(folder, KEYS),  # noqa: PTH118
            fresh(int(clock().timestamp() * 1000)),
        )
        keys.add_secret("passphrase", owner_id, owner, passphrase, data_key)
        keys.add_secret("recovery", owner_id, "recovery", recovery_code, data_key)
        if machine_key_file:
            keys.add_machine(service_id, "machine", data_key)
            write_private(machine_key_file, machine_key_text(data_key))
        keys.save()
    except BaseException:
        store.close()
        for suffix in ("", "-wal", "-shm"):
            if os.path.exists(book + suffix):  # noqa: PTH110
                os.unlink(book + suffix)  # noqa: PTH108
        raise
    return Founded(store, Actor(owner_id, owner, Role.OWNER), recovery_code)
