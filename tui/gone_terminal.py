"""A terminal that goes away takes the paint with it, not the program's end.

Textual writes from a thread of its own, through a queue of thirty. When the window is closed, writing fails,
the thread dies, and whoever paints next waits for room in the queue for ever: the program would stay, and
hold the book, until somebody kills it. Here what cannot be written is dropped; the system's SIGHUP ends the
program as it should.
"""

from typing import IO, Any

from textual.driver import Driver
from textual.message import Message


class Paint:
    """The terminal's file; what it does not take any more is dropped."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, text: str) -> int:
        try:
            return self._file.write(text)
        except OSError:
            return len(text)

    def flush(self) -> None:
        try:
            self._file.flush()
        except OSError:
            """There is nobody to see it."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def surviving(driver_class: type[Driver]) -> type[Driver]:
    """The terminal's driver, painting on one that may go away; another driver stays as it is."""
    if driver_class.__name__ != "LinuxDriver":
        return driver_class

    class SurvivingDriver(driver_class):  # type: ignore[misc, valid-type]
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            self._file: Any = Paint(self._file)

        def send_message(self, message: Message) -> None:
            """From the keyboard's thread straight into the app's queue; Textual makes a task of each key."""
            self._loop.call_soon_threadsafe(self._app.post_message, message)

    return SurvivingDriver
