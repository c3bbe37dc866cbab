"""Locks the app when nobody is there: screens covered, key forgotten, connections closed.

What was typed and where one was stay in memory behind the cover, and come back with the passphrase.
Work that runs in a thread is let finish, a job to its last item, because half a billing run is worse
than a key that lives a minute longer; then the key goes. Nothing new begins, and nothing that ends
shows itself, until somebody unlocks.
"""

import asyncio
import os
import time
from collections.abc import Callable
from typing import Any

from core.actors import Actor
from core.security.unlock import unlock_again
from core.store import Store
from tui.app import FrameApp

LOOK_SECONDS = 5.0


def since_boot() -> float:
    """Seconds that go on while the computer sleeps, where it can tell: a closed lid is no activity."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


class LockingApp(FrameApp):
    """An app on an open book that can be locked and unlocked."""

    def __init__(
        self,
        store: Store,
        actor: Actor,
        *,
        idle_clock: Callable[[], float],
        lock_after_minutes: int,
        hint: str = "",
        **options: Any,
    ) -> None:
        """`lock_after_minutes` of 0 is never; `hint` is said on the cover."""
        self._idle_clock = idle_clock
        folder = os.path.dirname(store.path) or "."  # noqa: PTH120
        super().__init__(data_version=store.data_version, data_folder=folder, **options)
        self.store = store
        self.actor = actor
        self.locked = False
        self._lock_after_seconds = 60.0 * lock_after_minutes
        self._hint = hint
        self._unlocked = asyncio.Event()

    # What a subclass does besides.

    def covered(self) -> None:
        """The screens were covered just now."""

    def acts(self, actor: Actor) -> None:
        """Who unlocked acts from now on."""
        self.actor = actor

    # When.

    def touched(self) -> None:
        self.touched_at = self._idle_clock()

    def on_mount(self) -> None:
        """Textual calls the frame's own as well."""
        self.touched()
        self.set_interval(LOOK_SECONDS, self.lock_when_idle)
        self.app_resume_signal.subscribe(self, lambda _: self.lock_when_idle())

    def lock_when_idle(self) -> None:
        """Lock where the last key is long ago."""
        if self._lock_after_seconds and self._idle_clock() - self.touched_at >= self._lock_after_seconds:
            self.lock()

    # How.

    def lock(self) -> None:
        """Cover the screens at once; the key goes as soon as no work needs it any more."""
        if self.locked or self._exit:
            return
        from tui.screens.locked import Locked

        self.locked = True
        self._unlocked.clear()
        self.drop_typed_ahead()
        for token in list(self._holds):
            self.release_keys(token)
        self.push_screen(Locked(self.unlock, self._hint))
        self.covered()
        self.work_ended()

    def work_ended(self) -> None:
        if self.locked and not self.working and self.store.is_open:
            self.stop_watching()
            self.store.lock()

    async def in_front(self) -> None:
        while self.locked and not self._exit:
            await self._unlocked.wait()

    async def unlock(self, secret: str) -> None:
        """Open the book with a passphrase, derived in a thread. Raises: what `unlock_again` does."""
        self.working += 1
        try:
            loop = asyncio.get_running_loop()
            self._go_on(await loop.run_in_executor(None, unlock_again, self.store, secret))
        finally:
            self.working -= 1
            self.work_ended()

    def _go_on(self, actor: Actor) -> None:
        """Back to where one was, with what has changed since."""
        other = actor.user_id != self.actor.user_id
        self.acts(actor)
        self.locked = False
        self.touched()
        if self._watch is None:
            self.watch_data()
        self.say(f"Unlocked. From now on {actor.name} acts." if other else "Unlocked.")
        self.renew_all()
        self._unlocked.set()

    def report_unexpected(self, error: Exception) -> None:
        """A bug behind the cover is told when somebody is there to read it."""
        if self.locked:
            self.run_worker(self._report_later(error), exit_on_error=False)
        else:
            super().report_unexpected(error)

    async def _report_later(self, error: Exception) -> None:
        await self.in_front()
        super().report_unexpected(error)

    def exit(self, *arguments: Any, **options: Any) -> None:
        """What waits for the book to be unlocked ends too."""
        super().exit(*arguments, **options)
        self._unlocked.set()
