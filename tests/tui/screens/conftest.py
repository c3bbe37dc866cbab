"""A small practice for the screens: three clients who can be billed for September, one who cannot."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.builders import Book


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    made = Book(tmp_path)
    for given, family in (("Ann", "Archer"), ("Bob", "Baker"), ("Cleo", "Carter")):
        client_id = made.client(given, family)
        made.session(client_id, date(2026, 9, 3))
        made.session(client_id, date(2026, 9, 10))
    held = made.client("Dan", "Drifter", street="")
    made.session(held, date(2026, 9, 4))
    august = made.client("Eve", "Early")
    made.session(august, date(2026, 8, 20))
    yield made
    made.store.close()
