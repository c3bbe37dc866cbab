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


class Opened(namedtuple("Opened", "store user_id")):
    """An open book, and the user whose slot opened it (None: the machine key, asked when needed)."""

    __slots__ = ()
    store: "Store"
    user_id: "str | None"


def open_with_file(folder: str, key_file: str, clock: "Callable[[], datetime]") -> Opened:
    """Open with a file that holds a passphrase or a machine key.

    Raises: KeyFileUnreadable, NoBook, WrongKey, WrongPassphrase, DamagedKeys, NewerBook.
    """
    from core.security.keys import read_key_file

    passphrase, data_key = read_key_file(key_file)
    if data_key is None:
        return open_with_passphrase(folder, passphrase, clock)
    from core.store import Store

    return Opened(Store.open(os.path.join(folder, BOOK), data_key, clock), None)  # noqa: PTH118


def open_with_passphrase(folder: str, passphrase: str, clock: "Callable[[], datetime]") -> Opened:
    """Open with a passphrase or the recovery code.

    Raises: NoBook, WrongPassphrase, DamagedKeys, DamagedBook, NewerBook.
    """
    from core.security.keys import Keys
    from core.store import DamagedBook, Store, WrongKey, require_book

    book = os.path.join(folder, BOOK)  # noqa: PTH118
    require_book(book)
    data_key, user_id = Keys.load(os.path.join(folder, KEYS)).unlock(passphrase)  # noqa: PTH118
    try:
        return Opened(Store.open(book, data_key, clock), user_id)
    except WrongKey:
        # The slot authenticated the key, so it is the book that does not fit.
        raise DamagedBook from None


def acting(opened: Opened, folder: str, key_file: str | None) -> "Actor":
    """Who acts: the user of the slot. Raises: UserInactive, WrongPassphrase."""
    from core.practice.queries import actor

    user_id = opened.user_id
    if user_id is None:
        from core.security.keys import Keys, read_key_file

        assert key_file is not None
        data_key = read_key_file(key_file)[1]
        assert data_key is not None
        user_id = Keys.load(os.path.join(folder, KEYS)).machine_user(data_key)  # noqa: PTH118
    with opened.store.read() as read:
        return actor(read, user_id)
