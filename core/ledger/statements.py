"""Which statements were made, and what one of them said, as it was frozen (RD2, RD6)."""

from collections import namedtuple

from core.errors import NotFound
from core.ledger.frozen import find_kept, frozen, is_newest, newest_content

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from core.store import Read

StatementRow = namedtuple(
    "StatementRow",
    "document_id version kind guarantor_id guarantor client_id client from_on to_on opening_cents"
    " closing_cents made_on",
)
"""The newest version of a statement; `client` is empty for the statement of all the guarantor's clients."""

NEWEST = f"""
SELECT s.statement_id, s.version, s.kind, s.guarantor_id, g.name, s.client_id, coalesce(k.name, ''),
       s.from_on, s.to_on, s.opening_cents, s.closing_cents, s.made_on
FROM statement AS s JOIN guarantor AS g ON g.id = s.guarantor_id LEFT JOIN client AS k ON k.id = s.client_id
WHERE {is_newest("statement", "statement_id", "s")}
"""  # noqa: S608  composed of our own names
BY_DAY = " ORDER BY s.made_on, s.to_on, g.name, s.statement_id"
ONE = NEWEST + " AND s.statement_id = :statement_id"
LAST_MADE = """
SELECT s.statement_id FROM statement AS s
WHERE s.guarantor_id = :guarantor_id AND coalesce(s.client_id, '') = :client_id
ORDER BY s.at DESC, s.site, s.no DESC LIMIT 1
"""
CONTENT = newest_content("statement", "statement_id")


class NoStatement(NotFound):
    code = "no_statement"

    def __init__(self, typed: str) -> None:
        from core.text import plain

        super().__init__(f'There is no statement "{plain(typed)[:60]}".', subject=typed[:60])


def statements(
    read: "Read", *, guarantor_id: str | None = None, client_id: str | None = None
) -> list[StatementRow]:
    """Every statement, or those of an account, by the day they were made."""
    where = ""
    if guarantor_id is not None:
        where += " AND s.guarantor_id = :guarantor_id"
    if client_id is not None:
        where += " AND s.client_id = :client_id"
    return read.all(NEWEST + where + BY_DAY, StatementRow, guarantor_id=guarantor_id, client_id=client_id)


def statement_row(read: "Read", statement_id: str) -> StatementRow:
    """One statement. Raises: NoStatement."""
    found = read.first(ONE, StatementRow, statement_id=statement_id)
    if found is None:
        raise NoStatement(statement_id)
    return found


def last_statement(read: "Read", guarantor_id: str, client_id: str | None) -> str | None:
    """The id of the statement of an account that was made last."""
    found = read.value(LAST_MADE, guarantor_id=guarantor_id, client_id=client_id or "")
    return None if found is None else str(found)


def statement_content(read: "Read", statement_id: str) -> "dict[str, Any]":
    """All that the newest version says, by the names of `StatementView`. Raises: NoStatement."""
    content = frozen(read, CONTENT, statement_id)
    if content is None:
        raise NoStatement(statement_id)
    return content


def find_statement(read: "Read", typed: str) -> str:
    """The id for what a person types: an id, or its last eight characters or more. Raises: NoStatement."""
    found = find_kept(read, "statement", typed)
    if found is None:
        raise NoStatement(typed)
    return found
