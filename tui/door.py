"""What every verb needs of the door: options, the open book, who acts, today, and how to answer.

Data goes to stdout, messages and progress to stderr. With --json stdout is one object and nothing
else. Nothing here loads SQLAlchemy or Textual, so that a script that only reads starts quickly.
"""

import os
import sys

from core.errors import Busy, DomainError, NotFound, OutsideFailure, UsageError
from tui.home import Home

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date
    from typing import Any

    from core.actors import Actor
    from core.security.unlock import Opened
    from core.store import Read, Store

DONE, UNEXPECTED, USAGE, NOT_FOUND, REFUSED, BUSY, OUTSIDE, PARTLY = range(8)


def exit_code(error: DomainError) -> int:
    """The contract of `cli.md`: 2 usage, 3 not found, 4 refused, 5 busy, 6 outside."""
    if isinstance(error, UsageError):
        return USAGE
    if isinstance(error, NotFound):
        return NOT_FOUND
    if isinstance(error, Busy):
        return BUSY
    if isinstance(error, OutsideFailure):
        return OUTSIDE
    return REFUSED


class NeedsKey(UsageError):
    code = "needs_key"

    def __init__(self) -> None:
        super().__init__(
            "There is no terminal to ask for the passphrase."
            " Name a key file with --key-file or DAYSHEET_KEY_FILE."
        )


class NeedsYes(UsageError):
    code = "needs_yes"

    def __init__(self, deed: str) -> None:
        super().__init__(f"{deed} There is no terminal to ask, so say --yes to do it.")


class CannotAnswer(OutsideFailure):
    code = "cannot_answer"

    def __init__(self, error: OSError) -> None:
        super().__init__(
            f"The answer cannot be written: {os.strerror(error.errno or 0)}. The work itself is done."
        )


class Options:
    """What was typed: the options that every verb takes, and beside them those of the verb."""

    home: str | None = None
    key_file: str | None = None
    json = False
    plain = False
    yes = False
    version = False
    only_reads = False
    """Known beforehand; a verb that may write and only reads says False as well."""
    verb: str | None = None
    run: "Callable[[Door], int]"

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...


class Door:
    """One call of the command line."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.home = Home(options.home)
        self.key_file: str | None = options.key_file or os.environ.get("DAYSHEET_KEY_FILE")
        self._opened: Opened | None = None
        self._actor: Actor | None = None
        self.errors: list[dict[str, str]] = []

    def given(self, *fields: str) -> "dict[str, Any]":
        """What was typed of these options; what was not is left out."""
        found = {field: getattr(self.options, field) for field in fields}
        return {field: value for field, value in found.items() if value is not None}

    # The book

    def opened(self) -> "Opened":
        """The open book; asks for the passphrase on a terminal where no key file is named."""
        if self._opened is None:
            from core.dates import system_now
            from core.security.unlock import open_with_file, open_with_passphrase

            if self.key_file:
                self.warn_of_open_key_file()
                self._opened = open_with_file(self.home.data, self.key_file, system_now)
            else:
                self._opened = open_with_passphrase(self.home.data, self.ask_passphrase(), system_now)
        return self._opened

    @property
    def is_open(self) -> bool:
        return self._opened is not None

    def use(self, opened: "Opened") -> None:
        """Go on with a book that is open already."""
        self._opened = opened

    def warn_of_open_key_file(self) -> None:
        """A line on stderr where others can read the key file."""
        if self.options.json:
            return
        from contextlib import suppress

        from core.security.keys import open_to_others

        with suppress(OSError):
            if open_to_others(os.stat(self.key_file or "").st_mode):  # noqa: PTH116
                self.say(f"Others on this computer can read {self.key_file}; run chmod 600 on it.")

    def store(self) -> "Store":
        return self.opened().store

    def actor(self) -> "Actor":
        if self._actor is None:
            from core.security.unlock import acting

            self._actor = acting(self.opened(), self.home.data)
        return self._actor

    def today(self, read: "Read | None" = None) -> "date":
        """The practice's day: DAYSHEET_TODAY, else now in the practice's zone."""
        from core.dates import local_day, parse_today, system_now

        fixed = os.environ.get("DAYSHEET_TODAY")
        if fixed:
            return parse_today(fixed)
        from core.practice.timezone import timezone

        if read is not None:
            return local_day(system_now(), timezone(read))
        with self.store().read() as own:
            return local_day(system_now(), timezone(own))

    def day(self) -> "Callable[[], date]":
        """What tells the practice's day for as long as the app runs, past midnight too."""
        from core.dates import local_day, parse_today, system_now
        from core.practice.timezone import timezone

        fixed = os.environ.get("DAYSHEET_TODAY")
        if fixed:
            day = parse_today(fixed)
            return lambda: day
        with self.store().read() as read:
            zone_name = timezone(read)
        return lambda: local_day(system_now(), zone_name)

    def ask_passphrase(self, prompt: str = "Passphrase: ") -> str:
        """Raises: NeedsKey, where there is no terminal, or nothing comes from it."""
        if not sys.stdin.isatty():
            raise NeedsKey
        import getpass

        from core.text import plain

        try:
            return getpass.getpass(plain(prompt))
        except EOFError:
            raise NeedsKey from None

    def ask_new_passphrase(self, prompt: str) -> str:
        """Ask twice, because nobody sees what is typed. Raises: NeedsKey, UsageError."""
        typed = self.ask_passphrase(f"{prompt} (8 characters or more): ")
        if self.ask_passphrase("The same again: ") != typed:
            raise UsageError("The two passphrases differ. Run the command again.")
        return typed

    def confirm(self, question: str) -> bool:
        """Ask yes or no; --yes answers. Raises: NeedsYes, where there is nobody to ask."""
        if self.options.yes:
            return True
        if not sys.stdin.isatty():
            raise NeedsYes(question)
        from core.text import plain

        sys.stderr.write(f"{plain(question)} [y/N] ")
        sys.stderr.flush()
        return sys.stdin.readline().strip().lower() == "y"

    def agreed(self, question: str) -> bool:
        """Ask for what was said in full already: only on a terminal, where it could be a slip."""
        return self.options.yes or not sys.stdin.isatty() or self.confirm(question)

    # Answers

    def money(self, cents: int) -> str:
        """An amount as a person reads it, or a plain number with --plain."""
        from core.money import show_cents

        return show_cents(cents).replace(",", "") if self.options.plain else show_cents(cents)

    def _write(self, text: str) -> None:
        """Raises: CannotAnswer."""
        try:
            sys.stdout.write(text)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise CannotAnswer(error) from None

    def answer(self, data: "dict[str, Any]", text: "Iterable[str]" = ()) -> None:
        """The data as JSON, or the lines of text for a person."""
        if self.options.json:
            from tui.as_json import as_json

            answer = {"ok": not self.errors, "data": data, "errors": self.errors}
            self._write(as_json(answer) + "\n")
        else:
            from core.text import plain

            # Whatever a verb forgot: only the tabs between the columns of a table are more than text.
            for line in text:
                self._write((line if isinstance(line, Columns) else plain(line)) + "\n")

    def say(self, message: str) -> None:
        """A message beside the data."""
        from contextlib import suppress

        from core.text import plain

        with suppress(OSError):
            sys.stderr.write(plain(message) + "\n")

    def progress(self, done: int, total: int) -> None:
        """How far a long job is, on a terminal only."""
        if sys.stderr.isatty():
            from contextlib import suppress

            end = "\n" if done == total else ""
            with suppress(OSError):
                sys.stderr.write(f"\r{done}/{total}{end}")
                sys.stderr.flush()

    def refuse(self, code: str, message: str, subject: str = "") -> None:
        """Note one thing of many that was refused; the rest goes on."""
        self.errors.append({"code": code, "message": message, "subject": subject})
        if not self.options.json:
            self.say(message)

    def table(
        self, titles: "Sequence[str]", rows: "Iterable[Sequence[object]]", right: "Iterable[int]" = ()
    ) -> "list[str]":
        """Rows as aligned text, or tab separated with --plain; text from data is made plain.

        Nothing with --json, which shows the data itself.
        """
        if self.options.json:
            return []
        from core.text import plain

        shown = [[plain("" if cell is None else str(cell)) for cell in row] for row in rows]
        if self.options.plain:
            return [Columns("\t".join(row)) for row in shown]
        rights = set(right)
        everything = [list(titles), *shown]
        widths = [max(_cells(row[i]) for row in everything) for i in range(len(titles))]
        lines = []
        for row in everything:
            cells = []
            for i, cell in enumerate(row):
                space = " " * (widths[i] - _cells(cell))
                cells.append(space + cell if i in rights else cell + space)
            lines.append("  ".join(cells).rstrip())
        return lines


class Columns(str):
    """A line of a table for programs: plain cells with a tab between them."""

    __slots__ = ()


def _cells(text: str) -> int:
    """How many cells of a terminal a plain text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)
