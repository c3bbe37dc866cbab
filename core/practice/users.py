"""Who may work in the book, and in which role."""

from core import audit
from core.actors import Right, Role
from core.errors import DomainError
from core.practice.commands import EmptyName
from core.store import Tx
from core.tables import User


class LastOwner(DomainError):
    code = "last_owner"

    def __init__(self) -> None:
        super().__init__("The practice needs at least one active owner. Make somebody else an owner first.")


def add_user(tx: Tx, *, name: str, role: Role) -> str:
    """Somebody who may work in the book. Raises: EmptyName."""
    tx.require(Right.MANAGE)
    if not name.strip():
        raise EmptyName("user")
    user_id = tx.add(User(name=name.strip(), role=role.value))
    audit.record(tx, "user.added", "user", user_id, name=name, role=role.value)
    return user_id


OTHER_OWNERS = "SELECT count(*) FROM \"user\" WHERE role = 'owner' AND active = 1 AND id <> :user_id"


def change_role(tx: Tx, user_id: str, role: Role) -> None:
    """Give a user another role. Raises: LastOwner, NotFound."""
    tx.require(Right.MANAGE)
    if role is not Role.OWNER and tx.value(OTHER_OWNERS, user_id=user_id) == 0:
        raise LastOwner
    before = tx.value('SELECT role FROM "user" WHERE id = :id', id=user_id)
    tx.change(User, user_id, role=role.value)
    audit.record(tx, "user.role", "user", user_id, before=before, after=role.value)


def remove_user(tx: Tx, user_id: str) -> None:
    """A user may no longer act; what they did stays under their name. Raises: LastOwner, NotFound."""
    tx.require(Right.MANAGE)
    if tx.value(OTHER_OWNERS, user_id=user_id) == 0:
        raise LastOwner
    tx.change(User, user_id, active=False)
    audit.record(tx, "user.removed", "user", user_id)
