"""One Chromium and one practice for all stories of a worker.

Playwright keeps an event loop running in its thread, so nothing here is `async`; the loop ends before tests
of other folders begin.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.visitor import Visitor, visiting
from tests.browser.world import SECONDS, World
from tests.chromium import MISSING, QUIET, chromium


@pytest.fixture(scope="package")
def path() -> str:
    """Of the program; without one, what is left out is said in the summary."""
    found = chromium()
    if found is None:
        pytest.skip(MISSING)
    return found


@pytest.fixture(scope="package")
def world(path: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("elm"))
    try:
        made.start()
        yield made
        said, secrets = made.end(), made.secrets
        assert "portal GET " in said
        assert [one for one in secrets if one in said] == [], "what lets somebody in is in no log"
    finally:
        made.close()


@pytest.fixture(scope="package")
def browser(path: str, world: World) -> Iterator[Browser]:
    expect.set_options(timeout=SECONDS * 1000)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield opened
        opened.close()


Open = Callable[..., Visitor]


@pytest.fixture
def open_window(world: World, browser: Browser) -> Iterator[Open]:
    """Opens a window; whatever was odd in it fails the test."""
    with ExitStack() as windows:

        def opened(**options: Any) -> Visitor:
            return windows.enter_context(visiting(world, browser, **options))

        yield opened
