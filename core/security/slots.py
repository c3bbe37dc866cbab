"""Add or renew what opens the book: a machine key, a user's passphrase."""

from core import audit
from core.actors import Actor, Right, Role
from core.practice.commands import add_user
from core.security.keys import Keys, machine_key_text, write_private
from core.store import Store

MACHINE_USER = "SELECT id FROM \"user\" WHERE role = 'service' AND active = 1 ORDER BY id LIMIT 1"


def add_machine_key(store: Store, actor: Actor, keys: Keys, path: str) -> None:
    """Write a file that opens the book without a passphrase, for the service user.

    Raises: NotAllowed, CannotWrite.
    """
    with store.write(actor) as tx:
        tx.require(Right.MANAGE)
        user_id = tx.value(MACHINE_USER) or add_user(tx, name="machine", role=Role.SERVICE)
        write_private(path, machine_key_text(store.data_key))
        keys.add_machine(user_id, "machine", store.data_key)
        audit.record(tx, "key.machine_added", "user", user_id)
        keys.save()


def set_passphrase(store: Store, actor: Actor, keys: Keys, user_id: str, name: str, passphrase: str) -> None:
    """Give a user a passphrase; an earlier one of theirs stops working. The book is not re-encrypted.

    Users may change their own; others need the right to manage. Raises: NotAllowed, ShortPassphrase.
    """
    with store.write(actor) as tx:
        if user_id != actor.user_id:
            tx.require(Right.MANAGE)
        keys.replace_passphrase(user_id, name, passphrase, store.data_key)
        audit.record(tx, "key.passphrase_set", "user", user_id)
        keys.save()
