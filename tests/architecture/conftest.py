"""A fresh book, made the way a practice makes one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.store import Store
from tests.builders import fixed_clock


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A new, empty book: migrated to the newest revision, with its triggers."""
    fresh = Store.create(str(tmp_path / "book.db"), bytes(32), fixed_clock, site=1)
    yield fresh
    fresh.close()
