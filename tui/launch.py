"""Starts the screens, after looking at the terminal and before anything heavy is imported.

Textual writes escape codes into a pipe, paints thousands of colours on a dumb terminal, and chooses
its colour filter while it is being made. So this runs first, and imports nothing of Textual.
"""

import gc
import os
import sys
import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping
    from typing import NoReturn

    from tui.app import FrameApp

EXIT_USAGE = 2

_settled: "list[bool]" = []
"""Whether this program has looked at the colours; a second app goes on with them."""


def terminal_refusal(environ: "MutableMapping[str, str]") -> str | None:
    """Why the screens cannot run here, in words with a hint; None when they can."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return "The screens need a terminal. For scripts use the commands: daysheet --help"
    if environ.get("TERM", "") in ("", "dumb"):
        return "This terminal cannot show screens (TERM=dumb). Use the commands: daysheet --help"
    return None


def settle_colours(environ: "MutableMapping[str, str]") -> None:
    """Obey NO_COLOR. An empty one means nothing (no-color.org), but Textual would take it as set."""
    if not environ.get("NO_COLOR"):
        environ.pop("NO_COLOR", None)
    else:
        environ["TEXTUAL_THEME"] = "ansi-dark"


def launch(make_app: "Callable[[], FrameApp]") -> "NoReturn":
    """Run the screens and leave with their exit code: 143 after SIGTERM, 129 after SIGHUP."""
    refusal = terminal_refusal(os.environ)
    if refusal is not None:
        sys.stderr.write(refusal + "\n")
        sys.exit(EXIT_USAGE)
    if not _settled:
        assert "textual" not in sys.modules, "make_app imports Textual, after the colours are settled"
        settle_colours(os.environ)
        _settled.append(True)
    # Nothing made while starting is garbage; looking for some is a tenth of the start. The app turns
    # the collector on again when it is ready.
    gc.disable()
    from tui.crash import quiet_hook

    sys.excepthook = quiet_hook
    threading.excepthook = lambda args: (
        quiet_hook(args.exc_type, args.exc_value, args.exc_traceback) if args.exc_value else None
    )
    app = make_app()
    app.run()
    sys.exit(app.return_code or 0)
