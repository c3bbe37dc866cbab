"""Keys typed ahead reach the screen they were meant for.

A biller types `p 150 Enter` faster than a strip opens. Textual sends each key to whatever has focus
at that moment, so a digit meant for the amount would act on the list. The gate hands out one key at
a time: the next one waits until everything the last one set off has been dealt with.

A barrier message follows each key through the same queues. It makes three rounds: what a key's
handler posts lands behind the first barrier but before the second, and a deferred change of focus
passes the app's queue before the third.

A key that only moves a list's cursor is done on the spot and waits for nothing: held down, it comes thirty
times a second. The first other key behind it sends a barrier after what the moves told.
"""

import time
from asyncio import TimerHandle
from collections import deque
from typing import Any

from textual import events
from textual.app import App
from textual.message import Message
from textual.message_pump import MessagePump
from textual.widget import Widget

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.screen import Screen

_ROUNDS_TO_TARGET = 2
_FOCUS_WAITS = 40
_LOOK_SECONDS = 0.05


class KeyBarrier(Message, bubble=True):
    """Follows a key; when it reaches the app, that key's own messages have been dealt with."""

    def __init__(self, seq: int, rounds: int = 0) -> None:
        super().__init__()
        self.seq = seq
        self.rounds = rounds


class KeyGate(App[None]):
    """An app in which one key is finished before the next begins."""

    SAFETY_SECONDS = 2.0
    MOST_SECONDS = 15.0
    """How long keys wait for work that is really going on: on a busy machine a page can take so long, and
    what was typed for it must not be lost."""

    def __init__(self, *, clock: "Callable[[], float]" = time.monotonic) -> None:
        self.clock = clock
        self.key_arrived_at = 0.0
        self.touched_at = self.clock()
        self._queued: deque[tuple[float, events.Key | events.Paste]] = deque()
        self._holds: set[object] = set()
        self._key_seq = 0
        self._key_running = False
        self._key_target: MessagePump = self
        self._screen_before: Screen[Any] | None = None
        self._focus_waits = 0
        self._moved = False
        self._safety: TimerHandle | None = None
        super().__init__()

    def move_of(self, key: str) -> "Callable[[], object] | None":
        """What a key does where that is no more than moving a cursor; None for any other key."""
        return None

    def is_at_work(self) -> bool:
        """Whether something that keys may wait for is still being done."""
        return False

    def hold_keys(self, token: object) -> None:
        """Let keys wait until `release_keys` with the same token, or until the safety time is over."""
        self._holds.add(token)
        self._arm_safety()

    def release_keys(self, token: object) -> None:
        """End a hold; harmless when it has ended already."""
        if token in self._holds:
            self._holds.discard(token)
            if not self._holds:
                self.post_message(KeyBarrier(self._key_seq, _ROUNDS_TO_TARGET))

    def drop_typed_ahead(self) -> None:
        """Forget keys that wait: they were typed before their reader could see the question."""
        self._queued.clear()

    def touched(self) -> None:
        """Somebody is there: a key, a click, the wheel."""
        self.touched_at = self.clock()

    async def on_event(self, event: events.Event) -> None:
        if isinstance(
            event,
            events.Key | events.Paste | events.MouseDown | events.MouseScrollDown | events.MouseScrollUp,
        ):
            self.touched()
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            self._queued.append((self.clock(), event))
            if not self._key_running:
                await self._next_key()
            return
        await super().on_event(event)

    async def _next_key(self) -> None:
        if not self._queued or self._holds:
            self._key_running = bool(self._holds and self._queued)
            if not self._key_running and not self._holds:
                self._disarm_safety()
            return
        self.key_arrived_at, event = self._queued[0]
        move = self.move_of(event.key) if isinstance(event, events.Key) else None
        self._key_running = move is None or len(self._queued) > 1
        self._key_seq += 1
        self._focus_waits = 0
        self._screen_before = self.screen
        self._key_target = self.focused or self.screen
        if move is not None:
            self._queued.popleft()
            self._moved = True
            move()
            if self._queued:
                self._arm_safety()
                self.post_message(KeyBarrier(self._key_seq, _ROUNDS_TO_TARGET))
            else:
                self._disarm_safety()
            return
        self._arm_safety()
        if self._moved:
            self._moved = False
            self._post_barrier(KeyBarrier(self._key_seq, _ROUNDS_TO_TARGET - 1))
            return
        self._queued.popleft()
        # Priority bindings run inside this call; any other key is queued at its target.
        await super().on_event(event)
        self._post_barrier(KeyBarrier(self._key_seq))

    def _post_barrier(self, barrier: KeyBarrier) -> None:
        if not self._key_target.post_message(barrier):
            self.post_message(barrier)

    async def on_key_barrier(self, barrier: KeyBarrier) -> None:
        barrier.stop()
        if barrier.seq != self._key_seq or self._is_left():
            return
        if barrier.rounds < _ROUNDS_TO_TARGET:
            following = KeyBarrier(barrier.seq, barrier.rounds + 1)
            if following.rounds < _ROUNDS_TO_TARGET:
                self._post_barrier(following)
            else:
                self.post_message(following)
        elif self._opening_screen():
            if self.screen.is_mounted:
                self._focus_waits += 1
            self.set_timer(0.01, lambda: self.post_message(KeyBarrier(barrier.seq, barrier.rounds)))
        else:
            await self._next_key()

    def _opening_screen(self) -> bool:
        """Whether a screen was opened by this key and has not placed its focus yet."""
        screen = self.screen
        if not screen.is_mounted:
            # Only then does it hold the keys for its rows. The safety time ends this wait too.
            return self._focus_waits <= _FOCUS_WAITS
        return (
            self._focus_waits < _FOCUS_WAITS
            and screen is not self._screen_before
            and screen.focused is None
            and screen.AUTO_FOCUS != ""
        )

    def _is_left(self) -> bool:
        """Left, the app closes its screens one by one; there is nobody any more to hand a key to."""
        return self._exit or not self._screen_stack

    def _arm_safety(self) -> None:
        """Never wedge the keyboard: after a while the next key goes out whatever happened."""
        self._disarm_safety()
        if self._loop is not None:
            self._look_later(self._key_seq, self._loop.time() + self.SAFETY_SECONDS)

    def _disarm_safety(self) -> None:
        if self._safety is not None:
            self._safety.cancel()
            self._safety = None

    def _look_later(self, seq: int, deadline: float) -> None:
        assert self._loop is not None
        wait = min(_LOOK_SECONDS, self.SAFETY_SECONDS)
        self._safety = self._loop.call_later(wait, self._look, seq, deadline)

    def _look(self, seq: int, deadline: float) -> None:
        if seq != self._key_seq or self._loop is None or self._is_left():
            return
        late = self._loop.time() - deadline
        at_work = bool(self._holds and self.is_at_work()) or not self.screen.is_mounted
        if late >= 0 and not (at_work and late < self.MOST_SECONDS - self.SAFETY_SECONDS):
            self._holds.clear()
            self._focus_waits = _FOCUS_WAITS + 1
            self.post_message(KeyBarrier(seq, _ROUNDS_TO_TARGET))
            return
        if not self._holds and _is_gone(self._key_target):
            # The key closed what it was typed into, and its barrier went with that.
            self.post_message(KeyBarrier(seq, _ROUNDS_TO_TARGET))
        self._look_later(seq, deadline)


def _is_gone(target: MessagePump) -> bool:
    return not target.is_running or (isinstance(target, Widget) and not target.is_attached)
