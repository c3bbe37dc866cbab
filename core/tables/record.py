"""The audit log and what this computer keeps for replication."""

from typing import Any, ClassVar

from sqlalchemy import LargeBinary
from sqlmodel import Field

from core.tables.columns import (
    INT64,
    STRICT,
    Fact,
    Local,
    in_range,
    later_text,
    maybe_number,
    number,
    row_id,
    text,
    word,
)


class AuditEntry(Fact, table=True):
    """Who did what to which thing, with what before and after, and why (RJ2)."""

    verb: str = word()
    subject_kind: str = word()
    subject_id: str = word(index=True)
    detail: str = text("{}")
    """JSON: before, after, amounts, hashes."""
    reason: str = text()


class SyncClock(Local, table=True):
    """This computer's site number, its clock's offset to the hub, and the highest stamp merged."""

    __table_args__: ClassVar[Any] = (in_range("id", 1, 1), STRICT)

    id: int = Field(primary_key=True, sa_type=INT64)
    site: int = number()
    offset_ms: int = number(0)
    floor: int = number(0)
    applying: int = number(0)
    fixed_ms: int | None = maybe_number()
    """Set by tests and the simulator in place of the clock."""
    absorbed: str = later_text()
    """The revision for which what newer offices had written was put in its place."""


class SyncChain(Local, table=True):
    """The last fact known of each site and the head of its chain there."""

    site: int = Field(primary_key=True, sa_type=INT64)
    no: int = number(0)
    head: bytes = Field(sa_type=LargeBinary, nullable=False)


class SyncHead(Local, table=True):
    """The highest number handed out to a committed row."""

    __table_args__: ClassVar[Any] = (in_range("id", 1, 1), STRICT)

    id: int = Field(primary_key=True, sa_type=INT64)
    seq: int = number(0)


class SyncUnchained(Local, table=True):
    """Facts that were inserted around the store and wait for their number; the next write gives it."""

    tbl: str = row_id()
    id: str = row_id()


class SyncBase(Local, table=True):
    """The hub's stamp of a column at its first unsent edit here; the list of what to send."""

    tbl: str = row_id()
    id: str = row_id()
    col: str = row_id()
    stamp: int = number()


class SyncTomb(Local, table=True):
    """A deleted row: when, and what it held, for its return."""

    tbl: str = row_id()
    id: str = row_id()
    h: int = Field(default=0, sa_type=INT64, nullable=False, sa_column_kwargs={"name": "_h"})
    image: str = word()
    q: int = Field(default=0, sa_type=INT64, nullable=False, index=True, sa_column_kwargs={"name": "_q"})
