"""Drives the app the way a fast typist does: raw key events, all at once."""

from collections.abc import Callable, Iterable

from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot

from tui.app import FrameApp
from tui.gate import KeyGate
from tui.locking import LockingApp

_WHOLE_LOOK = 2
"""One look may have begun before the app came to rest; the one after it has seen everything."""


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
    """Wait until every key sent has been dealt with, the background has answered, and `until` holds.

    All of it must hold together, and still after the watch has asked for changes once more: what one
    key set off can end after another condition was looked at.
    """
    app = pilot.app
    assert isinstance(app, FrameApp)
    asked_from: int | None = None
    for _ in range(2_000):
        await pilot.pause()
        if app._queued or app._key_running or app._holds:
            asked_from = None
            continue
        if isinstance(app, LockingApp) and app.locked:
            # What waits behind the cover waits for a passphrase.
            if app.working:
                asked_from = None
                continue
        elif not all(worker.is_finished for worker in app.workers):
            asked_from = None
            await app.workers.wait_for_complete()
            continue
        if not _at_rest(app) or not until():
            asked_from = None
            continue
        looks = app._watch.looks if app._watch is not None else 0
        if asked_from is None:
            asked_from = looks
        elif app._watch is None or looks >= asked_from + _WHOLE_LOOK or not app._watch._thread.is_alive():
            return
    raise AssertionError("the app did not settle")


def _at_rest(app: FrameApp) -> bool:
    """Whether nothing is queued anywhere, nor put off until after the next refresh."""
    screens = [screen for stack in app._screen_stacks.values() for screen in stack]
    pumps = [app, *screens, *(app.screen.walk_children() if screens else [])]
    return not any(pump.message_queue_size or pump._next_callbacks for pump in pumps) and not any(
        screen._callbacks for screen in screens
    )
