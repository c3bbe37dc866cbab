"""Who acts, and what the practice lets them do.

A user is a replicated record with a role; the key slot that opened the book names its user.
Commands call `tx.require(Right.ISSUE)`, so a screen and a script are held to one table.
"""

from collections import namedtuple
from enum import Enum


class Right(Enum):
    """One thing a role may do."""

    READ = "read"
    BILL = "bill"
    """Sessions, clients, drafts, issue, send, payments."""
    REFUND = "refund"
    VOID = "void"
    WRITE_OFF = "write_off"
    MANAGE = "manage"
    """Practice, policies, settings, users."""


class Role(Enum):
    """What a user is in the practice (`mission.md` RJ3)."""

    OWNER = "owner"
    LEAD_BILLER = "lead_biller"
    BILLER = "biller"
    READER = "reader"
    SERVICE = "service"
    """The machine key: unattended jobs such as a nightly run."""


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.OWNER: frozenset(Right),
    Role.LEAD_BILLER: frozenset({Right.READ, Right.BILL, Right.REFUND, Right.VOID, Right.WRITE_OFF}),
    Role.BILLER: frozenset({Right.READ, Right.BILL}),
    Role.READER: frozenset({Right.READ}),
    Role.SERVICE: frozenset({Right.READ, Right.BILL}),
}


class Actor(namedtuple("Actor", "user_id name role")):
    """Who is acting: a user of the book, or the system itself under a plain name."""

    user_id: str
    name: str
    role: Role
    __slots__ = ()

    def may(self, right: Right) -> bool:
        return right in RIGHTS[self.role]
