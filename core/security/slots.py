"""Add, renew or take away what opens the book: a machine key, a passphrase, the recovery code, a user.

keys.json and the book cannot change in one step. So slots are only added before the book's COMMIT, as the
last thing before it, and dropped after it: wherever that stops, what opened the book before still does,
and running the command again ends the same. Both happen under the book's write lock, on slots that were
read under it, so that two commands at once lose none.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from core import audit
from core.actors import Actor, Right, Role
from core.errors import DomainError
from core.practice.users import add_user, change_role, remove_user
from core.security.files import write_where_said
from core.security.keys import RECOVERY, Keys, machine_key_text, new_recovery_code
from core.store import Read, Store, Tx

MACHINE_USER = "SELECT id FROM \"user\" WHERE role = 'service' AND active = 1 ORDER BY id LIMIT 1"


class NoOwnerWithKey(DomainError):
    code = "no_owner_with_key"

    def __init__(self) -> None:
        super().__init__(
            "No other owner of the practice has a passphrase. Give one of them theirs first:"
            " `daysheet key passphrase USER`."
        )


@contextmanager
def _adding(store: Store, actor: Actor, path: str) -> Iterator[tuple[Tx, Keys]]:
    """One write to the book with the slots that are added beside it. Raises: DamagedKeys, CannotWrite."""
    with store.write(actor) as tx:
        keys = Keys.load(path)
        yield tx, keys
        keys.save()


def _drop(store: Store, actor: Actor, path: str, kind: str, user_id: str | None, *, keep: int) -> None:
    """Take away a user's slots of a kind, or everybody's, but for the newest `keep`."""
    with store.write(actor):
        keys = Keys.load(path)
        if keys.drop(kind, user_id, keep=keep):
            keys.save()


def add_machine_key(store: Store, actor: Actor, slots: str, file: str) -> None:
    """Write a file that opens the book without a passphrase, for the service user.

    Raises: NotAllowed, NotThere, CannotWrite.
    """
    written = False
    try:
        with _adding(store, actor, slots) as (tx, keys):
            tx.require(Right.MANAGE)
            user_id = tx.value(MACHINE_USER) or add_user(tx, name="machine", role=Role.SERVICE)
            home = os.path.dirname(slots)  # noqa: PTH120
            write_where_said(file, machine_key_text(store.data_key), home=home, new=True)
            written = True
            keys.add_machine(user_id, "machine", store.data_key)
            audit.record(tx, "key.machine_added", "user", user_id)
    except BaseException:
        if written:
            with suppress(OSError):
                os.unlink(file)  # noqa: PTH108
        raise
    _drop(store, actor, slots, "machine", None, keep=1)


def set_passphrase(
    store: Store, actor: Actor, slots: str, *, user_id: str, name: str, passphrase: str
) -> None:
    """Give a user a passphrase; an earlier one of theirs stops working. The book is not re-encrypted.

    Users may change their own; others need the right to manage. Raises: NotAllowed, ShortPassphrase.
    """
    with _adding(store, actor, slots) as (tx, keys):
        if user_id != actor.user_id:
            tx.require(Right.MANAGE)
        keys.add_secret("passphrase", user_id, name, passphrase, store.data_key)
        audit.record(tx, "key.passphrase_set", "user", user_id)
    _drop(store, actor, slots, "passphrase", user_id, keep=1)


def renew_recovery_code(store: Store, actor: Actor, slots: str) -> str:
    """Another recovery code, to be kept on paper; the old one stops working. Raises: NotAllowed."""
    code = new_recovery_code()
    with _adding(store, actor, slots) as (tx, keys):
        tx.require(Right.MANAGE)
        keys.add_secret("recovery", RECOVERY, "recovery", code, store.data_key)
        audit.record(tx, "key.recovery_renewed", "practice", RECOVERY)
    _drop(store, actor, slots, "recovery", None, keep=1)
    return code


Find = Callable[[Read], str]
"""Finds the user who was meant, in the same transaction."""


def take_user_out(store: Store, actor: Actor, slots: str, find: Find) -> None:
    """A user may no longer act, and nothing of theirs opens the book.

    Raises: NotAllowed, LastOwner, NoOwnerWithKey, NotFound.
    """
    with store.write(actor) as tx:
        user_id = find(tx)
        remove_user(tx, user_id)
        _require_owner_with_key(tx, slots)
    for kind in ("passphrase", "machine"):
        _drop(store, actor, slots, kind, user_id, keep=0)


def give_role(store: Store, actor: Actor, slots: str, find: Find, role: Role) -> None:
    """Give a user another role. Raises: NotAllowed, LastOwner, NoOwnerWithKey, NotFound."""
    with store.write(actor) as tx:
        user_id = find(tx)
        change_role(tx, user_id, role)
        _require_owner_with_key(tx, slots)


OWNERS = "SELECT id FROM \"user\" WHERE role = 'owner' AND active = 1"


def _require_owner_with_key(tx: Tx, slots: str) -> None:
    """The recovery code does not count: it is for the day when this has failed."""
    owners = {owner_id for (owner_id,) in tx.rows(OWNERS)}
    if not any(s["kind"] == "passphrase" and s["user"] in owners for s in Keys.load(slots).slots()):
        raise NoOwnerWithKey
