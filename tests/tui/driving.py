"""Drives the app the way a fast typist does: raw key events, all at once."""

from collections.abc import Callable, Iterable

from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot

from tui.app import FrameApp
from tui.gate import KeyGate


class Clock:
    """A monotonic clock that moves when told."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def send(app: KeyGate, keys: Iterable[str]) -> None:
    """Put raw key events into the app, as its driver does; a string of letters is one key each."""
    driver = app._driver
    assert driver is not None
    for key in keys:
        character = " " if key == "space" else key if len(key) == 1 else None
        name = _character_to_key(key) if len(key) == 1 else key
        driver.send_message(events.Key(name, character))


async def settle(pilot: Pilot[None], until: Callable[[], object] = lambda: True) -> None:
    """Wait until every key sent has been dealt with, the background has answered, and `until` holds."""
    app = pilot.app
    assert isinstance(app, FrameApp)
    for _ in range(400):
        await pilot.pause()
        if not app._queued and not app._key_running and not app._holds:
            await app.workers.wait_for_complete()
            await pilot.pause()
            if until():
                return
    raise AssertionError("the app did not settle")
