"""The SQL of the engine as PostgreSQL understands it, turned once per text.

The rooms above write one SQL. What differs is said here: how parameters are marked, `rowid`, a list of
ids in one parameter, the larger of two, an empty blob, and that `user` is a word of PostgreSQL's own.
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

_TOKEN = re.compile(
    r"""(?P<empty>\bx'')
    | (?P<text>'(?:[^']|'')*' | "(?:[^"]|"")*")
    | IN\ \(SELECT\ value\ FROM\ json_each\(:(?P<list>\w+)\)\)
    | (?<!:):(?P<name>[a-z]\w*)
    | (?P<mark>\?)
    | (?P<percent>%)
    | \bmax\((?P<larger>\w+),
    | \b(?P<rowid>rowid)\b
    | \b(?P<user>user)\b""",
    re.VERBOSE,
)


class Spoken(NamedTuple):
    """A text, and which of its parameters are lists that come as JSON."""

    text: str
    lists: frozenset[str]

    def given(self, params: Any) -> Any:
        """The parameters as this text wants them."""
        if not self.lists:
            return params
        named: Mapping[str, Any] = params
        return {**named, **{name: json.loads(named[name]) for name in self.lists}}


@cache
def spoken(sql: str) -> Spoken:
    lists: set[str] = set()

    def turned(found: re.Match[str]) -> str:
        kind, what = found.lastgroup, found.group()
        if kind == "list":
            lists.add(found["list"])
            return f"= ANY(%({found['list']})s)"
        if kind == "name":
            return f"%({found['name']})s"
        if kind == "larger":
            return f"greatest({found['larger']},"
        if kind == "text":
            return what.replace("%", "%%")
        return {"empty": "''::bytea", "mark": "%s", "percent": "%%", "rowid": "ctid", "user": '"user"'}[
            str(kind)
        ]

    return Spoken(_TOKEN.sub(turned, sql), frozenset(lists))
