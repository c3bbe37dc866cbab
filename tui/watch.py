"""Notices that somebody committed: this app, a command in another window, or the daemon.

SQLite answers `PRAGMA data_version` in microseconds. A thread of its own asks every 20 ms, and the moment
another program says that it has written, so that neither the keys nor a busy screen ever wait for it, and a
payment from the portal or of another office shows by itself.
"""

import threading
from collections.abc import Callable

from core.errors import DomainError
from core.nudge import Ear
from tui.messages import DataChanged, WatchEnded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from textual.message_pump import MessagePump

EVERY_SECONDS = 0.02


class DataWatch:
    """Posts DataChanged to `listener` when it begins to watch, and when the version moves.

    The first one is for what was committed between the screens' first questions and the first look: the
    watch begins after the first rows are painted, so that its connection costs them nothing.
    `data_version` is only ever called in the watch's thread, so it may open its own connection
    there; a busy database is asked again later. Any other failure ends the watch and is told once.
    """

    def __init__(
        self,
        listener: "MessagePump",
        data_version: Callable[[], int],
        *,
        folder: str = "",
        every_seconds: float = EVERY_SECONDS,
    ) -> None:
        """`folder` is the book's, where it has one: there other programs say that they have written."""
        self._listener = listener
        self._data_version = data_version
        self._every_seconds = every_seconds
        self._folder = folder
        self.looks = 0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="data-watch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(1.0)

    def _run(self) -> None:
        ear = Ear(self._folder) if self._folder else None
        hears = ear is not None and ear.descriptor >= 0
        try:
            self._look(ear.wait if ear is not None and hears else self._stopped.wait)
        finally:
            if ear is not None:
                ear.close()

    def _look(self, wait: Callable[[float], object]) -> None:
        last: int | None = None
        while True:
            wait(self._every_seconds)
            if self._stopped.is_set():
                return
            try:
                version = self._data_version()
            except DomainError:
                continue
            except Exception as error:  # noqa: BLE001  a thread that died would write over the screen
                self._listener.post_message(WatchEnded(error))
                return
            if version != last:
                self._listener.post_message(DataChanged(version))
            last = version
            self.looks += 1
