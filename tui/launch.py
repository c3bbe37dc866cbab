"""Opens the screens, where there is a terminal for them."""

import os
import sys

from core.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tui.door import Door


class NoTerminal(UsageError):
    code = "no_terminal"

    def __init__(self) -> None:
        super().__init__("The screens need a terminal. `daysheet --help` lists the commands that do not.")


def open_screens(door: "Door") -> int:
    """Unlock the book and run the app until it is left. Raises: NoTerminal."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("TERM", "dumb") == "dumb":
        raise NoTerminal
    if os.environ.get("NO_COLOR"):
        os.environ.setdefault("TEXTUAL_THEME", "ansi-dark")
    store, actor = door.store(), door.actor()
    from tui.app import DaysheetApp

    app = DaysheetApp(store, actor, door.today)
    app.run()
    return app.return_code or 0
