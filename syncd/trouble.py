"""What goes wrong, and where a bug is: without an exception's message, which may hold a client's data."""

import os
import sys
from contextlib import suppress

from core.errors import DomainError


def place_of(error: BaseException) -> str:
    """Type and place of a bug, the last one in our own code."""
    trace, place = error.__traceback__, "?"
    while trace is not None:
        if trace.tb_frame.f_globals.get("__name__", "").partition(".")[0] in ("core", "syncd"):
            place = f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}"  # noqa: PTH119
        trace = trace.tb_next
    return (
        f"Something went wrong inside Daysheet ({type(error).__name__} at {place})."
        " What was saved before is safe. Please report this line."
    )


class Troubles:
    """What goes wrong at the moment, by who meets it: said once when it begins, and known while it lasts.
    Used from several threads; each name is noted by one of them."""

    def __init__(self) -> None:
        self._codes: dict[str, str] = {}

    @property
    def codes(self) -> list[str]:
        """Sorted, each once; empty where all is well."""
        return sorted(set(self._codes.values()))

    def note(self, name: str, error: Exception) -> None:
        code = error.code if isinstance(error, DomainError) else "failed"
        if self._codes.get(name) != code:
            said = str(error) if isinstance(error, DomainError) else place_of(error)
            with suppress(OSError):
                sys.stderr.write(f"syncd: {said} It is tried again by itself.\n")
        self._codes[name] = code

    def over(self, name: str) -> None:
        self._codes.pop(name, None)


class Pauses:
    """How long to wait after a trouble, twice as long each time. `next` is 0 while all is well."""

    FIRST, LAST = 0.5, 30.0

    def __init__(self) -> None:
        self.next = 0.0

    def longer(self) -> None:
        self.next = min(self.next * 2 or self.FIRST, self.LAST)

    def over(self) -> None:
        self.next = 0.0
