"""Make a home: folder, key slots, encrypted book, the practice and its owner.

The book is made under another name and gets its own as the last step, after the keys are on disk: killed
anywhere, there is never a book that nobody can open, and `init` can be run again.
"""

import os
from collections import namedtuple
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from core.actors import Actor, Role
from core.ids import fresh
from core.practice.commands import add_user
from core.security.keys import (
    MIN_PASSPHRASE,
    CannotWrite,
    Keys,
    ShortPassphrase,
    machine_key_text,
    new_data_key,
    new_recovery_code,
    sync_folder,
    write_private,
)
from core.security.unlock import BOOK, KEYS
from core.store import BookExists, DiskFull, Store, Tx

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

    Answers the recovery code to keep on paper. Raises: BookExists, ShortPassphrase, CannotWrite, and
    what `fill` refuses; then nothing is left behind.
    """
    if len(passphrase) < MIN_PASSPHRASE:
        raise ShortPassphrase
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)  # noqa: PTH103
    except OSError as error:
        raise CannotWrite(folder, error) from None
    book = os.path.join(folder, BOOK)  # noqa: PTH118
    with _alone_in(folder):
        if os.path.exists(book):  # noqa: PTH110
            raise BookExists(folder)
        data_key, recovery_code = new_data_key(), new_recovery_code()
        making = book + ".making"
        _clear(making)
        try:
            owner_id, service_id = _fill(making, data_key, clock, owner, fill, machine=bool(machine_key_file))
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
            os.replace(making, book)  # noqa: PTH105
            sync_folder(folder)
        except BaseException:
            _clear(making)
            raise
    return Founded(Store.open(book, data_key, clock), Actor(owner_id, owner, Role.OWNER), recovery_code)


def _fill(
    path: str, data_key: bytes, clock: Callable[[], datetime], owner: str, fill: Callable[[Tx], None], *,
    machine: bool,
) -> tuple[str, str]:  # fmt: skip
    """Make the database and close it, so that it is one whole file; answers the users of the slots."""
    store = Store.create(path, data_key, clock, site=SITE)
    try:
        with store.write(SYSTEM) as tx:
            fill(tx)
            owner_id = add_user(tx, name=owner, role=Role.OWNER)
            service_id = add_user(tx, name="machine", role=Role.SERVICE) if machine else ""
    finally:
        store.close()
    if os.path.exists(path + "-wal"):  # noqa: PTH110  closing could not fold the log into the file
        raise DiskFull
    return owner_id, service_id


def _clear(path: str) -> None:
    """Take away what an earlier attempt left, or this one made."""
    for suffix in ("", "-wal", "-shm"):
        if os.path.exists(path + suffix):  # noqa: PTH110
            os.unlink(path + suffix)  # noqa: PTH108


@contextmanager
def _alone_in(folder: str) -> Iterator[None]:
    """Of several programs that make a book in a folder at once, one at a time; a crash lets go."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
