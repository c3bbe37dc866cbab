"""Wakes the other programs that have a book open, the moment something was written to it.

The screens, commands in other windows and the daemon meet in the database file, and each of them asks it
again and again whether somebody wrote. A nudge spares the time until it asks next. It carries nothing and may
be lost: whoever hears none asks as before. A named pipe in the book's own folder is all it takes; where a
system has none, nobody is nudged.
"""

import os
import select
from contextlib import suppress
from itertools import count

PREFIX = ".nudge-"
_WAYS = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_numbers = count()


class Ear:
    """Hears nudges to the book of a folder, for as long as it is open. `descriptor` is -1 where it cannot."""

    def __init__(self, folder: str) -> None:
        self.descriptor = -1
        self._path = os.path.join(folder, f"{PREFIX}{os.getpid()}-{next(_numbers)}")  # noqa: PTH118
        with suppress(OSError, AttributeError):
            making = self._path.replace(PREFIX, ".making-nudge-")
            os.mkfifo(making, 0o600)
            # Open before it has its name: one that nobody has open is taken away by whoever finds it.
            self.descriptor = os.open(making, os.O_RDWR | _WAYS)
            os.rename(making, self._path)  # noqa: PTH104

    def wait(self, seconds: float) -> bool:
        """Until somebody nudges, or the time is up; whether somebody did. Not without a descriptor."""
        heard, _, _ = select.select([self.descriptor], [], [], seconds)
        if heard:
            self.listen()
        return bool(heard)

    def listen(self) -> None:
        """Take in all nudges so far."""
        with suppress(OSError):
            os.read(self.descriptor, 1 << 16)

    def close(self) -> None:
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1
            with suppress(OSError):
                os.unlink(self._path)  # noqa: PTH108


def nudge(folder: str) -> None:
    """Wake whoever has an ear in this folder, and take away what programs left that were killed."""
    with suppress(OSError):
        for name in os.listdir(folder):  # noqa: PTH208
            if name.startswith(PREFIX):
                _touch(os.path.join(folder, name))  # noqa: PTH118


def _touch(path: str) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | _WAYS)
    except OSError:
        with suppress(OSError):
            os.unlink(path)  # noqa: PTH108
        return
    with suppress(OSError):  # one that is full will be heard
        os.write(descriptor, b".")
    os.close(descriptor)
