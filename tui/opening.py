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
    from tui.home import Home


class NoTerminal(UsageError):
    code = "no_terminal"


def open_screens(door: "Door") -> int:
    """Unlock the book and run the app until it is left. Raises: NoTerminal, and what unlocking refuses."""
    refusal = terminal_refusal(os.environ)
    if refusal is not None:
        raise NoTerminal(refusal)
    return run_screens(door.home, door.store(), door.actor(), door.day())


def run_screens(home: "Home", store: "Store", actor: "Actor", today: "Callable[[], date]") -> int:
    """Run the app on an open book until it is left; answers the exit code."""

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
        )

    try:
        launch(make_app)
    except SystemExit as end:
        return int(end.code or 0)
    finally:
        store.close()
        sys.stdout.flush()
