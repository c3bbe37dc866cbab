"""From a call of `daysheet` without a verb to the running app: terminal, key, screens."""

import os
import sys

from core.errors import UsageError
from tui.launch import launch, terminal_refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from core.actors import Actor
    from core.store import Store
    from tui.app import FrameApp
    from tui.door import Door
    from tui.first_start import FirstStartApp
    from tui.home import Home


class NoTerminal(UsageError):
    code = "no_terminal"


def open_screens(door: "Door") -> int:
    """Unlock the book and run the app until it is left; where there is no book yet, make one first.

    Raises: NoTerminal, and what unlocking refuses.
    """
    refusal = terminal_refusal(os.environ)
    if refusal is not None:
        raise NoTerminal(refusal)
    if not has_book(door.home.data):
        code = first_start(door)
        if not door.is_open:
            return code
    return run_screens(door.home, door.store(), door.actor(), door.day())


def run_screens(
    home: "Home", store: "Store", actor: "Actor", today: "Callable[[], date]", *, hint: str = ""
) -> int:
    """Run the app on an open book until it is left; answers the exit code. A lock says `hint`."""

    def make_app() -> "FrameApp":
        from tui.biller import make_biller

        return make_biller(
            store,
            actor,
            today,
            home_runtime=home.runtime,
            exports=home.exports,
            state=home.state,
            config=home.config,
            hint=hint,
        )

    try:
        return _run(make_app)
    finally:
        store.close()
        sys.stdout.flush()


def has_book(folder: str) -> bool:
    """Whether there is anything that calls itself a book; if it is damaged, unlocking will say so."""
    return os.path.lexists(os.path.join(folder, "book.db"))  # noqa: PTH118


def first_start(door: "Door") -> int:
    """Ask for a new book on screen and hand it to the door, open; answers the exit code.

    Raises: RemainsOfABook, KeyFileUnreadable, UsageError, for which nobody is asked anything.
    """
    from core.security.found import require_no_book
    from core.security.unlock import Opened
    from tui.new_book import passphrase_in

    require_no_book(door.home.data)
    passphrase = passphrase_in(door.key_file) if door.key_file else ""
    made: list[FirstStartApp] = []

    def make_app() -> "FirstStartApp":
        from pathlib import Path

        from tui.first_start import FirstStartApp

        theme = os.environ.get("DAYSHEET_THEME", "dark")
        reports = Path(door.home.state) / "reports"
        made.append(FirstStartApp(door.home.data, passphrase=passphrase, theme=theme, report_folder=reports))
        return made[0]

    code = _run(make_app)
    founded = made[0].founded
    if founded is not None and code == 0:
        door.use(Opened(founded.store, founded.actor))
    elif founded is not None:
        founded.store.close()
    else:
        door.say("No book was made.")
    return code


def _run(make_app: "Callable[[], FrameApp]") -> int:
    try:
        launch(make_app)
    except SystemExit as end:
        return int(end.code or 0)
