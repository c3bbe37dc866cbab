"""A fresh book of a practice in New York, for what comes in from files."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from core.actors import Actor, Role
from core.ledger.summaries import keep
from core.practice.commands import found_practice
from core.store import Store

OWNER = Actor("owner", "Olga Owner", Role.OWNER)
NOON = datetime(2026, 10, 31, 12, tzinfo=UTC)

Write = Callable[[str, str], Path]


@pytest.fixture
def owner() -> Actor:
    return OWNER


def new_book(path: Path) -> Store:
    store = Store.create(str(path), os.urandom(32), lambda: NOON, keep, site=1)
    with store.write(OWNER) as tx:
        found_practice(
            tx, name="Riverside Therapy", timezone="America/New_York", office_code="NORTH", series="N",
            terms_days=30, today=date(2026, 10, 31),
        )  # fmt: skip
    return store


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Store]:
    store = new_book(tmp_path / "book.db")
    yield store
    store.close()


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Make a file of the given text."""

    def make(name: str, text: str) -> Path:
        path = tmp_path / "in" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
        return path

    return make


@pytest.fixture
def second_book(tmp_path: Path) -> Iterator[Store]:
    store = new_book(tmp_path / "second.db")
    yield store
    store.close()
