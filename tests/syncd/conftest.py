"""A hub with one office, over HTTP, for each test that asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.syncd.network import Served, served


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path) as made:
        yield made
