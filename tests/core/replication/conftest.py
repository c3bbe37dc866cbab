"""Offices and their hub, whose book is a file or lies in PostgreSQL: the engine is the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core.replication.offices import Network


@pytest.fixture
def network(tmp_path: Path, hub_database: str) -> Iterator[Network]:
    """A hub with one office."""
    made = Network(tmp_path, hub_database)
    yield made
    made.close()
