"""One call of `syncd`: which book, opened by whom, and how it answers (`cli.md`)."""

import getpass
import json
import os
import sys
from argparse import Namespace
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from core.actors import Actor, Right
from core.dates import system_now
from core.errors import Busy, DomainError, NotFound, OutsideFailure, UsageError
from core.security.hub_secret import SEALED_FILE
from core.security.keys import read_key_file
from core.security.unlock import BOOK, Opened, acting, open_hub, open_with_file, open_with_passphrase
from core.store import Store
from core.text import plain
from core.trouble import NotAllowed

USAGE, NOT_FOUND, REFUSED, BUSY, OUTSIDE = 2, 3, 4, 5, 6


def exit_code(error: DomainError) -> int:
    """The contract of `cli.md`: 2 usage, 3 not found, 4 refused, 5 busy, 6 outside."""
    kinds = ((UsageError, USAGE), (NotFound, NOT_FOUND), (Busy, BUSY), (OutsideFailure, OUTSIDE))
    return next((code for kind, code in kinds if isinstance(error, kind)), REFUSED)


class NeedsKey(UsageError):
    code = "needs_key"

    def __init__(self) -> None:
        super().__init__(
            "There is no terminal to ask for the passphrase."
            " Name a key file with --key-file or DAYSHEET_KEY_FILE."
        )


class Door:
    def __init__(self, options: Namespace) -> None:
        self.options = options
        self.home = self._home()
        self.key_file: str | None = options.key_file or os.environ.get("DAYSHEET_KEY_FILE")
        self.database: str = getattr(options, "database", None) or ""
        if hasattr(options, "database") and not self.database:
            self.database = os.environ.get("DAYSHEET_DATABASE", "")

    def _home(self) -> str:
        chosen: str | None = self.options.home or os.environ.get("DAYSHEET_HOME")
        if chosen:
            return os.path.abspath(os.path.expanduser(chosen))  # noqa: PTH100, PTH111
        import platformdirs

        return platformdirs.PlatformDirs("daysheet", appauthor=False).user_data_dir

    def open(self, folder: str | None = None) -> Opened:
        """The book of a folder, or the hub's in its database; the passphrase is asked for where no key file
        is named."""
        home = folder or self.home
        if folder is None and self._in_database():
            return open_hub(
                home, self.database, system_now, key_file=self.key_file,
                ask=lambda: self.ask(f"Passphrase of {home}: "),
            )  # fmt: skip
        if self.key_file:
            return open_with_file(home, self.key_file, system_now)
        return open_with_passphrase(home, self.ask(f"Passphrase of {home}: "), system_now)

    def _in_database(self) -> bool:
        """Whether a database was named; one in the environment is not meant for a book that is a file."""
        if not self.database or self.options.database:
            return bool(self.database)
        names = (os.path.join(self.home, name) for name in (SEALED_FILE, BOOK))  # noqa: PTH118
        sealed, book = map(os.path.lexists, names)
        return sealed or not book

    def managed(self, folder: str | None = None) -> tuple[Store, Actor]:
        """The book, opened by somebody who may manage the practice. Raises: NotAllowed."""
        opened = self.open(folder)
        actor = acting(opened, folder or self.home)
        if not actor.may(Right.MANAGE):
            opened.store.close()
            raise NotAllowed(actor, Right.MANAGE)
        return opened.store, actor

    def ask(self, prompt: str) -> str:
        """Raises: NeedsKey, where there is no terminal, or nothing comes from it."""
        if not sys.stdin.isatty():
            raise NeedsKey
        try:
            return getpass.getpass(plain(prompt))
        except EOFError:
            raise NeedsKey from None

    def passphrase(self, *, new: bool) -> str:
        """A passphrase from the key file, or asked for; a new one twice. Raises: UsageError, NeedsKey."""
        if self.key_file:
            typed, machine = read_key_file(self.key_file)
            if machine is not None:
                raise UsageError("A new book needs a passphrase; the key file holds a machine key.")
            return typed
        if not new:
            return self.ask("Passphrase: ")
        typed = self.ask("New passphrase for this office (8 characters or more): ")
        if self.ask("The same again: ") != typed:
            raise UsageError("The two passphrases differ. Run the command again.")
        return typed

    def agreed(self, question: str) -> bool:
        """Whether somebody at a terminal says yes; nobody there says no."""
        if not sys.stdin.isatty():
            return False
        sys.stderr.write(f"{plain(question)} [y/N] ")
        sys.stderr.flush()
        return sys.stdin.readline().strip().lower() == "y"

    def answer(self, data: dict[str, Any], lines: Iterable[str] = ()) -> None:
        """The data as one JSON object, or lines for a person."""
        if self.options.json:
            sys.stdout.write(json.dumps({"ok": True, "data": data, "errors": []}) + "\n")
        else:
            for line in lines:
                sys.stdout.write(plain(line) + "\n")
        sys.stdout.flush()

    def say(self, message: str) -> None:
        """A message beside the data."""
        with suppress(OSError):
            sys.stderr.write(plain(message) + "\n")
            sys.stderr.flush()

    def progress(self, rows: int) -> None:
        """How far a long download is, on a terminal only."""
        if sys.stderr.isatty():
            with suppress(OSError):
                sys.stderr.write(f"\r{rows:,} rows")
                sys.stderr.flush()

    def counting(self) -> Callable[[int], None]:
        """The same for a work that tells how many rows more."""
        done = 0

        def more(rows: int) -> None:
            nonlocal done
            done += rows
            self.progress(done)

        return more
