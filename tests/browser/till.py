"""The card processor of the stories: a stand-in for Stripe, and whatever carries its events to the hub."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

from tests.stripe_double import API_KEY, WEBHOOK_SECRET, Double, deliver
from tests.syncd.rehearsal import stand_in


class Till:
    """`tell` works in a thread: in that of the tests Playwright keeps its own loop."""

    def __init__(self) -> None:
        self._closing = ExitStack()
        self._telling = self._closing.enter_context(ThreadPoolExecutor(1))
        self._double: Double
        self._double, self._running = self._closing.enter_context(stand_in())
        self.url = self._running.url
        self.keys = f"{API_KEY}\n{WEBHOOK_SECRET}\n"
        self.hub = ""

    @property
    def pages_opened(self) -> int:
        return len(self._double.sessions)

    def paid_in(self, page_url: str) -> bool:
        """Whether the page at this address was paid."""
        session = self._double.sessions[page_url.rpartition("/")[2]]
        return bool(session["payment_status"] == "paid")

    @contextmanager
    def away(self) -> Iterator[None]:
        """Meanwhile nobody answers at its address."""
        self._running.stop()
        try:
            yield
        finally:
            self._running.__init__(self._double.app, port=self._running.port)  # type: ignore[misc]

    def fail_after_all(self, page_url: str) -> None:
        """A page that its bank asks about looks complete, and then its payment is cancelled."""
        session = self._double.sessions[page_url.rpartition("/")[2]]
        session["status"] = "complete"
        self._telling.submit(asyncio.run, self._double.cancel(session["payment_intent"])).result()

    def tell(self) -> None:
        """Every event that waits is delivered, and then once more; all of them are taken."""
        events, self._double.events[:] = list(self._double.events), []
        said = self._telling.submit(asyncio.run, self._deliver([*events, *events])).result()
        assert set(said) <= {200}

    async def _deliver(self, events: list[dict[str, Any]]) -> list[int]:
        return [await deliver(self.hub, event) for event in events]

    def close(self) -> None:
        self._closing.close()
