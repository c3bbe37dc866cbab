"""The hash chain of a site's facts: a fact altered, dropped or put elsewhere breaks it.

head(n) = SHA-256(head(n-1) | canonical(fact n)). The canonical form names table, number and every
column that is not NULL, in the order of their names, so that a column added later does not change
the form of older facts.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from itertools import repeat
from json.encoder import encode_basestring
from operator import itemgetter
from typing import Any

GENESIS = bytes(32)

Value = str | int | None


def canonical(table: str, no: int, names: Sequence[str], values: Sequence[Value]) -> bytes:
    """The bytes of a fact that its chain covers. `names` are sorted; NULLs are left out.

    One JSON list, put together here because the encoder costs half as much again for each fact.
    """
    form = [_said(name, value) for name, value in zip(names, values, strict=True) if value is not None]
    return f'["{table}",{no}{"".join(form)}]'.encode()


def canonicals(
    table: str, numbers: Sequence[int], names: Sequence[str], columns: Sequence[Sequence[Value]]
) -> list[bytes]:
    """The same of many facts of a table, given column by column: a value that many have is written once,
    and one that all have once for all columns beside it."""
    parts: list[Iterable[str]] = [map(str, numbers)]
    same = ""
    for name, column in zip(names, columns, strict=True):
        values = set(column)
        if len(values) == 1:
            same += _said(name, column[0])
            continue
        if same:
            parts.append(repeat(same))
            same = ""
        if len(values) == len(column):  # ids and the like
            parts.append(map(_said, repeat(name), column))
            continue
        said = {value: _said(name, value) for value in values}
        parts.append(map(said.__getitem__, column))
    start, end = f'["{table}",', f"{same}]"
    return [f"{start}{''.join(pieces)}{end}".encode() for pieces in zip(*parts, strict=False)]


def _said(name: str, value: Value) -> str:
    """A column and what it holds; nothing where it holds nothing."""
    if value is None:
        return ""
    return f',"{name}",{encode_basestring(value) if type(value) is str else int.__repr__(value)}'


def link(head: bytes, form: bytes) -> bytes:
    """The chain's head after this fact."""
    return hashlib.sha256(head + form).digest()


def canonical_order(
    columns: Sequence[str],
) -> tuple[tuple[str, ...], Callable[[Sequence[Any]], tuple[Any, ...]]]:
    """The names a table's canonical form uses, sorted, and a function that picks a row's values so."""
    covered = sorted((c, i) for i, c in enumerate(columns) if c not in ("no", "chain", "_q"))
    return tuple(c for c, _ in covered), itemgetter(*(i for _, i in covered))
