"""`daysheet`: without a verb the screens, with one a command for scripts and cron.

Only the module of the verb that is asked for is loaded, and it loads what it needs when it runs.
Refusals become one sentence and an exit code; nobody ever sees a traceback or a client's data in one.
"""

import argparse
import os
import sys

from core.errors import DomainError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

VERBS = {
    "demo": ("demo", "make a sample practice, bill last month, open the app"),
    "init": ("book", "make a new book for a practice"),
    "import": ("importing", "bring in clients and sessions from files"),
    "unbilled": ("billing", "charges that nobody has billed yet"),
    "run": ("billing", "bill a period: drafts, or invoices sent"),
    "invoice": ("invoices", "list, show, make, edit, send or print invoices"),
    "client": ("clients", "list or show clients"),
    "provider": ("practice", "list or add providers, license them for CPT codes"),
    "office": ("practice", "list or add offices"),
    "service": ("practice", "list or add services and fees"),
    "policy": ("practice", "list or set the practice's rules"),
    "practice": ("practice", "show or change the practice"),
    "user": ("users", "list, add or remove users and set their roles"),
    "key": ("users", "list or add what opens the book"),
    "audit": ("audit", "list the audit log, or verify it"),
    "doctor": ("book", "check the book and this computer"),
    "completion": ("book", "print the shell's completion script"),
}


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> "NoReturn":
        raise UsageError(f"{message[:1].upper()}{message[1:]}. `{self.prog} --help` shows how.")


def _common() -> _Parser:
    """The options that every verb takes, before or after its name."""
    common = _Parser(add_help=False)
    add = common.add_argument
    quiet = argparse.SUPPRESS
    add("--home", metavar="DIR", default=quiet, help="folder of the book (else DAYSHEET_HOME)")
    add("--key-file", metavar="FILE", default=quiet, help="file with the passphrase or the machine key")
    add("--json", action="store_true", default=quiet, help="answer with one JSON object")
    add("--plain", action="store_true", default=quiet, help="tab separated, without a heading")
    add("--yes", action="store_true", default=quiet, help="do not ask")
    return common


def parser(only: str | None = None, *, whole: bool = False) -> argparse.ArgumentParser:
    """The command line. `only` loads the module of a single verb; `whole` loads them all, for completion."""
    from importlib import import_module

    common = _common()
    top = _Parser(
        prog="daysheet",
        parents=[common],
        description="Client billing in the terminal. Without a verb, the screens open.",
    )
    top.add_argument("--version", action="store_true", help="print the version")
    verbs = top.add_subparsers(dest="verb", metavar="VERB", parser_class=_Parser)
    for name, (module, summary) in VERBS.items():
        if only is None or name == only:
            verb = verbs.add_parser(name, help=summary, description=summary, parents=[common])
            if whole or name == only:
                import_module(f"tui.verbs.{module}").arguments(name, verb, common)
    return top


class NoVerb(UsageError):
    code = "no_verb"

    def __init__(self, typed: str) -> None:
        from core.text import plain

        super().__init__(f'There is no command "{plain(typed)[:40]}". `daysheet --help` lists them.')


def _verb_in(arguments: "Sequence[str]") -> str | None:
    """The verb that was typed, so that only its module is loaded. Raises: NoVerb."""
    skip = False
    for word in arguments:
        if skip:
            skip = False
        elif word in ("--home", "--key-file"):
            skip = True
        elif not word.startswith("-"):
            if word not in VERBS:
                raise NoVerb(word)
            return word
    return None


def main(arguments: "Sequence[str] | None" = None) -> int:
    """Run one command; answers the exit code (`cli.md`)."""
    typed = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _run(typed)
    except DomainError as error:
        from tui.door import exit_code

        return _fail(typed, exit_code(error), error.code, str(error), error.subject)
    except KeyboardInterrupt:
        return _fail(typed, 130, "interrupted", "Interrupted. What was done so far is kept.")
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001  the last line of defence: no traceback, no client data
        return _fail(typed, 1, "unexpected", _where(error))


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

        argcomplete.autocomplete(parser(whole=True))
    options = parser(_verb_in(typed)).parse_args(typed)
    for name, default in (
        ("home", None),
        ("key_file", None),
        ("json", False),
        ("plain", False),
        ("yes", False),
    ):
        if not hasattr(options, name):
            setattr(options, name, default)
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
    _end_on_sigterm()
    code: int = options.run(door)
    sys.stdout.flush()
    return code


def _end_on_sigterm() -> None:
    """SIGTERM ends a command as an exception does: an open transaction is rolled back, exit 143."""
    import signal

    def end(*_: object) -> None:
        raise SystemExit(143)

    signal.signal(signal.SIGTERM, end)


def _fail(typed: "list[str]", code: int, name: str, message: str, subject: str = "") -> int:
    from core.text import plain

    if "--json" in typed:
        from tui.door import one_object

        sys.stdout.write(one_object({}, [{"code": name, "message": message, "subject": subject}]))
    else:
        sys.stderr.write(f"daysheet: {plain(message)}\n")
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


def script() -> None:
    """The console script."""
    sys.exit(main())


if __name__ == "__main__":
    script()
