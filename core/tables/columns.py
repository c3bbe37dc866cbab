"""The kinds of column and of row that every table is made of.

A table is a shape, not a guard: it does not validate. Days and instants are ISO TEXT, truth values
are INTEGER 0 or 1, ids are TEXT, money is integer cents (`decisions.md` 25), on every database.
"""

import re
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, LargeBinary, Text
from sqlalchemy import text as sql_text
from sqlalchemy.orm import declared_attr
from sqlmodel import Field, SQLModel

from core.sync.policy import Travels

INT64 = BigInteger().with_variant(Integer, "sqlite")


def row_id() -> Any:
    """The row's name: a UUID as text."""
    return Field(primary_key=True, sa_type=Text)


def ref(table: str, *, index: bool = False) -> Any:
    """The id of a row of another table."""
    return Field(foreign_key=f"{table}.id", sa_type=Text, index=index)


def maybe_ref(table: str, *, index: bool = False) -> Any:
    """The id of a row of another table, or nothing."""
    return Field(default=None, foreign_key=f"{table}.id", sa_type=Text, nullable=True, index=index)


def text(default: str = "") -> Any:
    """Words of people or of the trade, empty where there are none."""
    return Field(default=default, sa_type=Text, nullable=False)


def later_text() -> Any:
    """The same in a column that joined its table later: rows that were there before hold nothing in it."""
    return Field(
        default="", sa_type=Text, nullable=False, sa_column_kwargs={"server_default": sql_text("''")}
    )


def later_number() -> Any:
    """A number in a column that joined its table later."""
    return Field(default=0, sa_type=INT64, nullable=False, sa_column_kwargs={"server_default": sql_text("0")})


def word(*, index: bool = False) -> Any:
    """A text that must be there."""
    return Field(sa_type=Text, nullable=False, index=index)


def maybe_text(*, index: bool = False) -> Any:
    return Field(default=None, sa_type=Text, nullable=True, index=index)


def day(*, index: bool = False) -> Any:
    """A local day of the practice."""
    return Field(sa_type=Text, nullable=False, index=index)


def maybe_day() -> Any:
    return Field(default=None, sa_type=Text, nullable=True)


def instant() -> Any:
    """A moment, in UTC."""
    return Field(sa_type=Text, nullable=False)


def maybe_instant() -> Any:
    return Field(default=None, sa_type=Text, nullable=True)


def cents() -> Any:
    """Money, in integer cents."""
    return Field(sa_type=INT64, nullable=False)


def maybe_cents() -> Any:
    return Field(default=None, sa_type=INT64, nullable=True)


def number(default: int | None = None) -> Any:
    """A count or another whole number."""
    if default is None:
        return Field(sa_type=INT64, nullable=False)
    return Field(default=default, sa_type=INT64, nullable=False)


def maybe_number() -> Any:
    return Field(default=None, sa_type=INT64, nullable=True)


def flag(default: bool) -> Any:
    """Yes or no, stored as 1 or 0."""
    return Field(default=default, sa_type=INT64, nullable=False)


def blob() -> Any:
    return Field(sa_type=LargeBinary, nullable=False)


def in_range(column: str, low: int, high: int | None = None) -> CheckConstraint:
    """A CHECK on a number; money and quantities carry one."""
    top = "" if high is None else f" AND {column} <= {high}"
    return CheckConstraint(f"{column} >= {low}{top}", name=f"ck_{column}")


MOST_CENTS = 99_999_999_999
"""A billion dollars less a cent; what a sum of a practice's money never reaches."""


def signed_cents(column: str) -> CheckConstraint:
    """A CHECK on money that may take away as well as add."""
    return in_range(column, -MOST_CENTS, MOST_CENTS)


def one_of(column: str, *words: str) -> CheckConstraint:
    """A CHECK that a column holds one of the words of the trade."""
    listed = ", ".join(f"'{w}'" for w in words)
    return CheckConstraint(f"{column} IN ({listed})", name=f"ck_{column}")


def by_ending(table: str, column: str = "id") -> Index:
    """An index for the end of an id that a person types (`core.ids.ending`)."""
    return Index(f"ix_{table}_ending", sql_text(f"substr({column}, -8)"))


def where_said(table: str, column: str) -> Index:
    """An index of the few rows that name something here."""
    return Index(f"ix_{table}_{column}", column, sqlite_where=sql_text(f"{column} IS NOT NULL"))


STRICT: dict[str, Any] = {"sqlite_strict": True}
BY_KEY: dict[str, Any] = {"sqlite_strict": True, "sqlite_with_rowid": False}
"""A table that is kept in the order of its key, without a second tree for its rows."""


SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Row(SQLModel):
    """Any row we keep. `travels` says how it moves between offices (`core.sync.policy`)."""

    @declared_attr.directive
    @classmethod
    def __tablename__(cls) -> str:
        """InvoiceLine is kept in invoice_line."""
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__).lower()

    travels: ClassVar[Travels]
    deletable: ClassVar[bool] = False
    __table_args__: ClassVar[Any] = (STRICT,)


class Local(Row):
    """Stays on this computer."""

    travels: ClassVar[Travels] = Travels.LOCAL


class Fact(Row):
    """Something that happened. Insert only; numbered 1, 2, 3... per site and chained."""

    travels: ClassVar[Travels] = Travels.FACT

    id: str = row_id()
    site: int = number()
    no: int | None = maybe_number()
    chain: bytes | None = Field(default=None, sa_type=LargeBinary, nullable=True)
    q: int = Field(
        default=0,
        sa_type=INT64,
        nullable=False,
        index=True,
        sa_column_kwargs={"name": "_q", "server_default": "0"},
    )
    at: str = instant()
    """When it was recorded, by this computer's clock."""
    actor: str = text()
    """The user, or the part of the system, that recorded it."""


class OnceFact(Fact):
    """A fact that may happen only once: `once` is its natural key, such as `void:<invoice>`.

    Not unique: two offices may do the same offline. The effective one is the one with the lowest hub
    number; the others count for nothing and are listed (`decisions.md` 1).
    """

    once: str | None = maybe_text(index=True)


class Register(Row):
    """Something that is edited in place; later offices merge it column by column."""

    travels: ClassVar[Travels] = Travels.REGISTER

    id: str = row_id()
    h: int = Field(
        default=0, sa_type=INT64, nullable=False, sa_column_kwargs={"name": "_h", "server_default": "0"}
    )
    cv: str | None = Field(default=None, sa_type=Text, nullable=True, sa_column_kwargs={"name": "_cv"})
    x: str | None = Field(default=None, sa_type=Text, nullable=True, sa_column_kwargs={"name": "_x"})
    q: int = Field(
        default=0,
        sa_type=INT64,
        nullable=False,
        index=True,
        sa_column_kwargs={"name": "_q", "server_default": "0"},
    )
