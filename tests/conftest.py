"""Keeps what the caller's shell and the test runner set away from the tests, and the tests away from a
book of the caller's own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.postgres import Server, running

SET_BY_OTHERS = (
    *("COLUMNS", "LINES", "NO_COLOR", "PGPASSFILE", "PGSERVICEFILE"),
    *("DAYSHEET_DATABASE", "DAYSHEET_HOME", "DAYSHEET_KEY_FILE", "DAYSHEET_TODAY"),
)
FOLDERS = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR")


@pytest.fixture(autouse=True, scope="session")
def _of_nobody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Parallel workers are told 80 columns by their runner; a lone run is told nothing."""
    with pytest.MonkeyPatch.context() as patch:
        for name in SET_BY_OTHERS:
            patch.delenv(name, raising=False)
        for name in FOLDERS:
            patch.setenv(name, str(tmp_path_factory.mktemp("nobody")))
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server, started for the first test that asks for it."""
    with running() as server:
        yield server


@pytest.fixture(params=["file", "PostgreSQL"])
def hub_database(request: pytest.FixtureRequest) -> str:
    """Where a hub keeps its book: empty for a file beside the offices', else an empty database."""
    if request.param == "file":
        return ""
    server: Server = request.getfixturevalue("postgres")
    return server.new_database()
