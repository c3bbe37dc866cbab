"""Only core/store opens a transaction, so that every write is one: all of a command, or nothing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.architecture.source import imported, modules

STORE = "core/store/"
STATEMENT = re.compile(
    r"(BEGIN( (DEFERRED|IMMEDIATE|EXCLUSIVE|TRANSACTION))*|(COMMIT|END|ROLLBACK)( .*)?"
    r"|(SAVEPOINT|RELEASE) .*)\s*;?"
)
CALLS = {"begin", "begin_nested", "commit", "rollback"}
DRIVERS = ("sqlcipher3", "sqlite3", "psycopg")
ORM = ("sqlalchemy", "sqlmodel")
ENGINES = {"create_engine", "sessionmaker", "Session"}


def _openings(tree: ast.Module) -> Iterator[int]:
    """Where a statement or a call begins or ends one; those calls take no argument."""
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if STATEMENT.fullmatch(text.strip()):
                yield node.lineno
            case ast.Call(func=ast.Attribute(attr=name), args=[], keywords=[]) if name in CALLS:
                yield node.lineno


def _databases(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """What could open one: a driver, or an engine of the ORM."""
    for name, line in imported(tree):
        package, last = name.split(".")[0], name.rpartition(".")[2]
        if package in DRIVERS or (package in ORM and last in ENGINES):
            yield name, line


def test_no_other_module_begins_or_commits() -> None:
    found = [
        f"{path}:{line}"
        for path, tree in modules("core", "syncd", "tui")
        if not path.startswith(STORE)
        for line in _openings(tree)
    ]
    assert found == []


def test_no_other_module_has_a_driver_or_an_engine() -> None:
    found = [
        f"{path}:{line} {name}"
        for path, tree in modules("core", "syncd", "tui")
        if not path.startswith(STORE)
        for name, line in _databases(tree)
    ]
    assert found == []


def test_the_rules_see_what_the_store_does() -> None:
    store = [tree for path, tree in modules("core") if path.startswith(STORE)]
    assert [line for tree in store for line in _openings(tree)]
    found = {name for tree in store for name, _ in _databases(tree)}
    assert found >= {"sqlcipher3.dbapi2", "sqlalchemy.create_engine", "psycopg"}
