"""Homes that several stories start from; each story works on a copy of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders import OWNER
from tests.homes import CLIENTS, Home, client_with_sessions, provider_of


@pytest.fixture(scope="session")
def practice_of_200(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """200 clients, each with four kept sessions in September, nothing billed yet."""
    home = Home.found(tmp_path_factory.mktemp("practice") / "home")
    with home.open() as store, store.write(OWNER) as tx:
        provider_id = provider_of(tx)
        for number in range(CLIENTS):
            client_with_sessions(tx, provider_id, "Client", f"{number:03}")
    return home


@pytest.fixture
def practice(practice_of_200: Home, tmp_path: Path) -> Home:
    return practice_of_200.copy_to(tmp_path / "home")
