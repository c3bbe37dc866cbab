"""Open a home: from a key file or a passphrase to an open book and the user who opened it.

A machine key file is the data key itself, so a script that only reads pays for no key derivation and
loads no cryptography.
"""

import os
from collections import namedtuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from core.actors import Actor
    from core.store import Store

BOOK = "book.db"
KEYS = "keys.json"


class Opened(namedtuple("Opened", "store actor")):
    """An open book, and who opened it (None: a machine key, whose user is asked for when needed)."""

    __slots__ = ()
    store: "Store"
    actor: "Actor | None"


def open_with_file(folder: str, key_file: str, clock: "Callable[[], datetime]") -> Opened:
    """Open with a file that holds a passphrase or a machine key.

    Raises: KeyFileUnreadable, NoBook, WrongKey, WrongPassphrase, DamagedKeys, NewerBook, UserInactive.
    """
    from core.security.keys import read_key_file

    passphrase, data_key = read_key_file(key_file)
    if data_key is None:
        return open_with_passphrase(folder, passphrase, clock)
    from core.ledger.summaries import keep
    from core.store import Store

    store = Store.open(os.path.join(folder, BOOK), data_key, clock, keep)  # noqa: PTH118
    try:
        # A service user may always read, and where there is no other the key can only be theirs: then a
        # script that only reads is spared the key slots.
        with store.read() as read:
            alone = read.rows(SERVICE_USERS) == [(1,)]
        return Opened(store, None if alone else _machine_actor(store, folder, data_key))
    except BaseException:
        store.close()
        raise


SERVICE_USERS = "SELECT active FROM \"user\" WHERE role = 'service' LIMIT 2"


def open_with_passphrase(folder: str, passphrase: str, clock: "Callable[[], datetime]") -> Opened:
    """Open with a passphrase or the recovery code.

    Raises: NoBook, WrongPassphrase, DamagedKeys, DamagedBook, NewerBook, UserInactive.
    """
    from core.ledger.summaries import keep
    from core.security.keys import Keys
    from core.store import Store, require_book
    from core.trouble import DamagedBook, WrongKey

    book = os.path.join(folder, BOOK)  # noqa: PTH118
    require_book(book)
    data_key, user_id = Keys.load(os.path.join(folder, KEYS)).unlock(passphrase)  # noqa: PTH118
    try:
        store = Store.open(book, data_key, clock, keep)
    except WrongKey:
        # The slot authenticated the key, so it is the book that does not fit.
        raise DamagedBook from None
    try:
        return Opened(store, reader_of(store, user_id))
    except BaseException:
        store.close()
        raise


def open_hub(
    folder: str, url: str, clock: "Callable[[], datetime]", *, key_file: str | None, ask: "Callable[[], str]"
) -> Opened:
    """A hub whose book lies in PostgreSQL; its home holds the key slots and the hub's secret. `ask` asks for
    the passphrase where no key file is named.

    Raises: KeyFileUnreadable, WrongPassphrase, DamagedKeys, NoHubSecret, DamagedHubSecret, NoHubThere,
    NewerBook, UserInactive, OutsideFailure.
    """
    from core.security.hub_secret import HubSecret
    from core.security.keys import Keys, read_key_file
    from core.store.postgres import PostgresStore

    passphrase, data_key = read_key_file(key_file) if key_file else (ask(), None)
    keys = Keys.load(os.path.join(folder, KEYS))  # noqa: PTH118
    if data_key is None:
        data_key, user_id = keys.unlock(passphrase)
    else:
        user_id = keys.machine_user(data_key)
    secret = HubSecret.load(folder, data_key)
    store = PostgresStore.at(url, data_key, clock, secret)
    try:
        return Opened(store, reader_of(store, user_id))
    except BaseException:
        store.close()
        raise


def unlock_again(store: "Store", secret: str) -> "Actor":
    """Open a book that was locked, with a passphrase or the recovery code; answers whose it is.

    Raises: WrongPassphrase, DamagedKeys, DamagedBook, UserInactive; then the book stays locked.
    """
    from core.security.keys import Keys
    from core.trouble import DamagedBook, WrongKey

    folder = os.path.dirname(store.path)  # noqa: PTH120
    data_key, user_id = Keys.load(os.path.join(folder, KEYS)).unlock(secret)  # noqa: PTH118
    try:
        store.unlock(data_key)
    except WrongKey:
        raise DamagedBook from None
    try:
        return reader_of(store, user_id)
    except BaseException:
        store.lock()
        raise


def acting(opened: Opened, folder: str) -> "Actor":
    """Who acts: the user of the slot. Raises: UserInactive, WrongPassphrase, DamagedKeys."""
    return opened.actor or _machine_actor(opened.store, folder, opened.store.data_key)


def _machine_actor(store: "Store", folder: str, data_key: bytes) -> "Actor":
    from core.security.keys import Keys

    return reader_of(store, Keys.load(os.path.join(folder, KEYS)).machine_user(data_key))  # noqa: PTH118


def reader_of(store: "Store", user_id: str) -> "Actor":
    """The user of a slot, who must be allowed to look. Raises: UserInactive, NotAllowed."""
    from core.actors import Actor, Right, Role
    from core.practice.queries import actor
    from core.security.keys import RECOVERY
    from core.trouble import NotAllowed

    if user_id == RECOVERY:
        return Actor(RECOVERY, "Recovery code", Role.OWNER)
    with store.read() as read:
        found = actor(read, user_id)
    if not found.may(Right.READ):
        raise NotAllowed(found, Right.READ)
    return found
