"""Make a home: folder, key slots, encrypted book, the practice and its owner.

The book is made under another name and gets its own as the last step, after the keys are on disk: killed
anywhere, there is never a book that nobody can open, and `init` can be run again.
"""

import os
from collections import namedtuple
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime

from core.actors import Actor, Role
from core.errors import DomainError
from core.ids import fresh
from core.ledger.summaries import keep
from core.practice.users import add_user
from core.security.files import (
    CannotWrite,
    alone_in,
    check_target,
    clear_database,
    keep_aside,
    remove_if_empty,
    sync_folder,
    write_where_said,
)
from core.security.keys import (
    MIN_PASSPHRASE,
    RECOVERY,
    DamagedKeys,
    KeyFileUnreadable,
    Keys,
    ShortPassphrase,
    WrongPassphrase,
    machine_key_text,
    new_data_key,
    new_recovery_code,
    read_key_file,
)
from core.security.unlock import BOOK, KEYS
from core.store import Store, Tx
from core.trouble import BookExists, DiskFull

Founded = namedtuple("Founded", "store actor recovery_code")

SYSTEM = Actor("system", "Daysheet", Role.OWNER)
SITE = 1
"""`init` makes site 1; the hub is 0 and others join with the next number (`decisions.md` 13)."""


class RemainsOfABook(DomainError):
    code = "remains_of_a_book"

    def __init__(self, folder: str, name: str) -> None:
        super().__init__(
            f"{folder} holds {name} without {BOOK}: what a book has not taken in yet."
            f" Put {BOOK} back beside it, or choose another folder with --home."
        )


def require_no_book(folder: str) -> None:
    """Raises: BookExists, RemainsOfABook."""
    book = os.path.join(folder, BOOK)  # noqa: PTH118
    if os.path.lexists(book):
        raise BookExists(folder)
    for suffix in ("-wal", "-shm"):
        if os.path.lexists(book + suffix):
            raise RemainsOfABook(folder, BOOK + suffix)


def found_book(
    folder: str,
    *,
    passphrase: str,
    owner: str,
    fill: Callable[[Tx], None],
    clock: Callable[[], datetime],
    machine_key_file: str | None = None,
    recovery_code: str = "",
) -> Founded:
    """Make a new book and everything it takes to open it; `fill` puts the practice in.

    Answers the recovery code to keep on paper: a new one, or the one that was made before and is on paper
    already. What an init that was killed left is cleared, but its keys
    are kept under a number: they may be those of a book that was only moved. Raises: BookExists,
    RemainsOfABook, ShortPassphrase, NotThere, CannotWrite, and what `fill` refuses; then nothing is left
    behind.
    """
    if len(passphrase) < MIN_PASSPHRASE:
        raise ShortPassphrase
    undo = ExitStack()
    try:
        if not os.path.isdir(folder):  # noqa: PTH112
            os.makedirs(folder, mode=0o700, exist_ok=True)  # noqa: PTH103
            undo.callback(remove_if_empty, folder)
        with alone_in(folder):
            try:
                code = recovery_code or new_recovery_code()
                return _found(folder, passphrase, code, owner, fill, clock, machine_key_file, undo)
            except BaseException:
                # From the moment the book has its name, everything that opens it stays.
                if not os.path.lexists(os.path.join(folder, BOOK)):  # noqa: PTH118
                    undo.close()
                raise
    except OSError as error:
        raise CannotWrite(error.filename or folder, error) from None


def _found(
    folder: str, passphrase: str, recovery_code: str, owner: str, fill: Callable[[Tx], None],
    clock: Callable[[], datetime], machine_key_file: str | None, undo: ExitStack,
) -> Founded:  # fmt: skip
    """The steps; what `undo` holds at a refusal is taken back."""
    book, slots = os.path.join(folder, BOOK), os.path.join(folder, KEYS)  # noqa: PTH118
    require_no_book(folder)
    if machine_key_file:
        in_the_way = _left_by_killed_init(machine_key_file, slots)
        # What a killed init left may lie in the home, as a new key may.
        check_target(machine_key_file, home=folder, new=not in_the_way, exports=folder)
    data_key = new_data_key()
    making = book + ".making"
    clear_database(making)
    undo.callback(clear_database, making)
    owner_id, service_id = _fill(making, data_key, clock, owner, fill, machine=bool(machine_key_file))
    keys = Keys.fresh(slots, fresh(int(clock().timestamp() * 1000)))
    keys.add_secret("passphrase", owner_id, owner, passphrase, data_key)
    keys.add_secret("recovery", RECOVERY, "recovery", recovery_code, data_key)
    if machine_key_file:
        keys.add_machine(service_id, "machine", data_key)
        if in_the_way:
            _keep_aside(machine_key_file, undo)
    if os.path.lexists(slots):
        _keep_aside(slots, undo)
    undo.callback(clear_database, slots)
    keys.save()
    if machine_key_file:
        write_where_said(machine_key_file, machine_key_text(data_key), home=folder, new=True)
        undo.callback(clear_database, machine_key_file)
    os.replace(making, book)  # noqa: PTH105
    sync_folder(folder)
    return Founded(Store.open(book, data_key, clock, keep), Actor(owner_id, owner, Role.OWNER), recovery_code)


def _keep_aside(path: str, undo: ExitStack) -> None:
    undo.callback(os.replace, keep_aside(path), path)


def _left_by_killed_init(machine_key_file: str, slots: str) -> bool:
    """Whether a machine key file belongs to the key slots that lie here without a book."""
    try:
        data_key = read_key_file(machine_key_file)[1]
        return data_key is not None and bool(Keys.load(slots).machine_user(data_key))
    except (KeyFileUnreadable, DamagedKeys, WrongPassphrase):
        return False


def _fill(
    path: str, data_key: bytes, clock: Callable[[], datetime], owner: str, fill: Callable[[Tx], None], *,
    machine: bool,
) -> tuple[str, str]:  # fmt: skip
    """Make the database and close it, so that it is one whole file; answers the users of the slots."""
    store = Store.create(path, data_key, clock, keep, site=SITE)
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
