"""Another program with the key: connections that know nothing of the store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlcipher3 import dbapi2

from core.store import connect
from tests.builders import Book


@contextmanager
def beside(book: Book) -> Iterator[Any]:
    """A second connection with the store's own rules; every statement commits by itself."""
    connection = connect(book.store.path, book.key)
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def foreign(book: Book) -> Iterator[Any]:
    """A connection of a tool that only knows the key and sets no rule."""
    connection = dbapi2.connect(book.store.path, isolation_level=None)
    try:
        connection.execute(f"PRAGMA key = \"x'{book.key.hex()}'\"")
        yield connection
    finally:
        connection.close()
