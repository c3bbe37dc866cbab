"""What the sync room needs of a transaction, and the few words of SQL that differ between databases."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from core.sync.triggers import Shape

AMONG = "IN (SELECT value FROM json_each(:ids))"
"""Whether a column is one of the ids that `ids_text` made into one parameter."""

Value = str | int | bytes | None


class Book(Protocol):
    """A transaction that holds the write lock and merges: capture is silent, references may dangle.

    Rows of one page may name rows of the next, and a draft may have been deleted elsewhere.
    """

    @property
    def site(self) -> int: ...

    def rows(self, sql: str, /, **params: Any) -> list[tuple[Any, ...]]: ...
    def value(self, sql: str, /, **params: Any) -> Any: ...
    def execute(self, sql: str, params: dict[str, Any] | None = None, /) -> int: ...

    def many(self, sql: str, rows: Sequence[Sequence[Any]], /) -> None:
        """One statement for each of many rows; parameters are `?` in their order."""

    def try_insert(
        self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], /, *, otherwise: str = ""
    ) -> list[tuple[int, str]]:
        """Insert many rows; those that the database refuses stay out. `otherwise` is what becomes of a row
        that is there (ON CONFLICT). Answers which are refused, and why."""

    def guard(self, shape: "Shape", *, on: bool) -> None:
        """Let rows of a table be deleted that never are, and no longer; a crash brings the guard back."""


class Reader(Protocol):
    """A consistent view."""

    def rows(self, sql: str, /, **params: Any) -> list[tuple[Any, ...]]: ...
    def value(self, sql: str, /, **params: Any) -> Any: ...


def ids_text(ids: Iterable[str]) -> str:
    """Ids as the one parameter that `AMONG` reads."""
    import json

    return json.dumps(list(ids))


def listed(columns: Iterable[str]) -> str:
    """Names of our own columns as SQL."""
    return ", ".join(f'"{column}"' for column in columns)
