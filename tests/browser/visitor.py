"""Somebody at a browser: a window of their own, and everything in it that must not be, noticed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response

from tests.browser.world import SECONDS, World

NARROW, WIDE = {"width": 320, "height": 640}, {"width": 1280, "height": 800}

STATUS_OF_PAGE = re.compile(r"Failed to load resource: the server responded with a status of (4\d\d|503)")
"""What Chromium says of a page that says no, such as a form with a mistake in it."""


class Visitor:
    """One window. `odd` is what should not have happened: requests to other places, words in the console,
    an address of ours told to anybody."""

    def __init__(
        self, world: World, chromium: Browser, *, also: tuple[str, ...] = (), **options: Any
    ) -> None:
        self.world = world
        self.origins = {world.url, *also}
        self.odd: list[str] = []
        self.status = 0
        """Of the newest page."""
        self.referers: list[str] = []
        """What was told of the page before, as it went over the wire."""
        shown = {"viewport": WIDE, "ignore_https_errors": True, "reduced_motion": "reduce", **options}
        self.context = chromium.new_context(base_url=world.url, **shown)
        self.context.set_default_timeout(SECONDS * 1000)
        self.context.on("console", self._said)
        self.context.on("request", self._asks)
        self.context.on("response", self._answered)
        self.context.on("weberror", lambda error: self.odd.append(f"script: {error.error}"))
        self.page: Page = self.context.new_page()
        wire = self.context.new_cdp_session(self.page)
        wire.on("Network.requestWillBeSentExtraInfo", self._went_out)
        wire.send("Network.enable")

    def sign_in(self, person_id: str) -> Visitor:
        """Without the way there."""
        self.context.add_cookies([self.world.session(person_id)])  # type: ignore[list-item]
        return self

    def go(self, path: str) -> Page:
        self.page.goto(path)
        return self.page

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not STATUS_OF_PAGE.match(message.text):
            self.odd.append(f"console: {message.text}")

    def _asks(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if f"{parts.scheme}://{parts.netloc}" not in self.origins:
            self.odd.append(f"asked {parts.scheme}://{parts.netloc}")

    def _answered(self, response: Response) -> None:
        request = response.request
        if request.is_navigation_request() and not 300 <= response.status < 400:
            self.status = response.status

    def _went_out(self, told: dict[str, Any]) -> None:
        headers = {name.lower(): value for name, value in told["headers"].items()}
        if "referer" in headers:
            self.referers.append(headers["referer"])

    def close(self) -> None:
        """Raises AssertionError where anything was odd."""
        self.context.close()
        assert self.odd == []
        assert [one for one in self.referers if one.startswith(self.world.url)] == []


@contextmanager
def visiting(world: World, chromium: Browser, **options: Any) -> Iterator[Visitor]:
    visitor = Visitor(world, chromium, **options)
    try:
        yield visitor
    except BaseException:
        visitor.context.close()
        raise
    visitor.close()
