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

    def __init__(self, folder: str, who: str = "") -> None:
        self.descriptor = -1
        self._path = os.path.join(folder, f"{PREFIX}{who}{os.getpid()}-{next(_numbers)}")  # noqa: PTH118
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

    def listen(self) -> bool:
        """Take in all nudges so far; whether somebody asked to try now."""
        with suppress(OSError):
            return NOW in os.read(self.descriptor, 1 << 16)
        return False

    def close(self) -> None:
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1
            with suppress(OSError):
                os.unlink(self._path)  # noqa: PTH108


DAEMON = "office-"
"""Who keeps the book in step with its hub."""

WRITTEN, NOW = b".", b"!"
"""What a nudge says: that something was written, or that what waits after a trouble is to be tried now."""


def nudge(folder: str, who: str = "", *, word: bytes = WRITTEN) -> bool:
    """Wake whoever has an ear in this folder, or only some; whether there was one. What programs left that
    were killed is taken away."""
    heard = False
    with suppress(OSError):
        for name in os.listdir(folder):  # noqa: PTH208
            if name.startswith(PREFIX + who):
                heard |= _touch(os.path.join(folder, name), word)  # noqa: PTH118
    return heard


def _touch(path: str, word: bytes) -> bool:
    try:
        descriptor = os.open(path, os.O_WRONLY | _WAYS)
    except OSError:
        with suppress(OSError):
            os.unlink(path)  # noqa: PTH108
        return False
    with suppress(OSError):  # one that is full will be heard
        os.write(descriptor, word)
    os.close(descriptor)
    return True
