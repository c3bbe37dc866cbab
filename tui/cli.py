"""`daysheet`: without a verb the screens, with one a command for scripts and cron.

Refusals become one sentence and an exit code; nobody ever sees a traceback or a client's data in one.
"""

import os
import sys

from core.errors import DomainError, UsageError
from tui.listings import listing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TextIO


def main(arguments: "Sequence[str] | None" = None) -> int:
    """Run one command; answers the exit code (`cli.md`)."""
    typed = list(sys.argv[1:] if arguments is None else arguments)
    _prepare_streams()
    return _deliver(_outcome(typed))


def _outcome(typed: "list[str]") -> int:
    try:
        return _run(typed)
    except DomainError as error:
        from tui.door import exit_code

        return _fail(typed, exit_code(error), error.code, str(error), error.subject)
    except KeyboardInterrupt:
        return _fail(typed, 130, "interrupted", "Interrupted. What was done so far is kept.")
    except SystemExit as end:  # --help, and SIGTERM
        return end.code if isinstance(end.code, int) else 0
    except BrokenPipeError:
        _let_go(sys.stdout)
        return 0
    except Exception as error:  # noqa: BLE001  the last line of defence: no traceback, no client data
        return _fail(typed, 1, "unexpected", _where(error))


def _prepare_streams() -> None:
    """Whatever the caller closed or cannot show must not turn work that was done into a failure.

    A closed stream is opened on nothing, before the book could get its number; a locale that cannot write
    a name gets its escape.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            from contextlib import suppress

            setattr(sys, name, open(os.devnull, mode))  # noqa: PTH123, SIM115
            with suppress(OSError):
                os.dup2(getattr(sys, name).fileno(), number)
        elif mode == "w" and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _deliver(code: int) -> int:
    """Bring what was answered to its reader. The work is done: a reader who left is no failure."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _let_go(sys.stdout)
    except OSError as error:
        _let_go(sys.stdout)
        from tui.door import OUTSIDE

        _tell(f"The answer cannot be written: {os.strerror(error.errno or 0)}. The work itself is done.")
        code = OUTSIDE
    try:
        sys.stderr.flush()
    except OSError:
        _let_go(sys.stderr)
    return code


def _let_go(stream: "TextIO") -> None:
    """Nothing more is written there, not even when Python ends."""
    from contextlib import suppress

    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _tell(message: str) -> None:
    from contextlib import suppress

    from core.text import plain

    with suppress(OSError):
        sys.stderr.write(f"daysheet: {plain(message)}\n")
        sys.stderr.flush()


class NotText(UsageError):
    code = "not_text"

    def __init__(self, typed: str) -> None:
        from core.text import plain

        super().__init__(f'"{plain(typed)[:40]}" is not UTF-8 text.')


def _run(typed: "list[str]") -> int:
    for word in typed:
        if any("\ud800" <= character <= "\udfff" for character in word):
            raise NotText(word)
    if "_ARGCOMPLETE" in os.environ:
        import argcomplete

        from tui.arguments import parser

        argcomplete.autocomplete(parser(whole=True))
    options = listing(typed)
    if options is None and not typed:
        # The screens: argparse would cost them a twentieth of their start to read nothing.
        from tui.door import Options

        options = Options()
    if options is None:
        from tui.arguments import parse

        options = parse(typed)
    if options.version:
        from importlib.metadata import PackageNotFoundError, version

        try:
            number = version("daysheet")
        except PackageNotFoundError:
            number = "from a folder, not installed"
        sys.stdout.write(f"daysheet {number}\n")
        return 0
    from tui.door import Door

    door = Door(options)
    if options.verb is None:
        from tui.opening import open_screens

        return open_screens(door)
    if not options.only_reads:
        _end_on_sigterm()
    return options.run(door)


def _end_on_sigterm() -> None:
    """SIGTERM ends a command as an exception does: an open transaction is rolled back, exit 143."""
    import signal

    def end(*_: object) -> None:
        raise SystemExit(143)

    signal.signal(signal.SIGTERM, end)


def _fail(typed: "list[str]", code: int, name: str, message: str, subject: str = "") -> int:
    if "--json" in typed and name != "cannot_answer":
        from contextlib import suppress

        from tui.as_json import as_json

        error = {"code": name, "message": message, "subject": subject}
        with suppress(OSError):  # told by _deliver
            sys.stdout.write(as_json({"ok": False, "data": {}, "errors": [error]}) + "\n")
    else:
        _tell(message)
    return code


def _where(error: Exception) -> str:
    """Type and place of a bug, the last one in our own code, without its message, which may hold data."""
    trace, place = error.__traceback__, "?"
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if trace.tb_frame.f_globals.get("__name__", "").partition(".")[0] in ("core", "tui"):
            place = f"{os.path.basename(file)}:{trace.tb_lineno}"  # noqa: PTH119
        trace = trace.tb_next
    return (
        f"Something went wrong inside Daysheet ({type(error).__name__} at {place})."
        " What was saved before is safe. Please report this line."
    )


def _keep_to_ourselves() -> None:
    """No memory image of a crash holds the key, and no file that is made is open to others."""
    os.umask(0o077)
    if os.name == "posix":
        import resource

        try:  # noqa: SIM105  contextlib would be loaded for this alone
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        except (OSError, ValueError):
            pass


def script() -> None:
    """The console script."""
    _keep_to_ourselves()
    code = main()
    # Everything is written and the book only read. Before Python forgets all that was imported it would
    # look for garbage among it, which takes a short answer a tenth of its time.
    if listing(sys.argv[1:]) is not None:
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    script()
