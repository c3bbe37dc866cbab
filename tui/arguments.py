"""The words of the command line: verbs, the options that all of them take, what a mistake is told.

Only the module of the verb that was typed is loaded. `tui.listings` understands the commonest words
without this module.
"""

import argparse
import os

from core.errors import UsageError
from tui.door import Options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, NoReturn

    from tui.door import Door

VERBS = {
    "demo": ("demo", "make a sample practice, bill last month, open the app"),
    "init": ("book", "make a new book for a practice"),
    "import": ("importing", "bring in clients and sessions from files"),
    "today": ("today", "what waits to be done, and what happened last"),
    "unbilled": ("billing", "charges that nobody has billed yet"),
    "agenda": ("agenda", "the appointments of a day, and what billing has made of each"),
    "run": ("billing", "bill a period: drafts, or invoices sent"),
    "invoice": ("invoices", "list, show, make, edit, send, print, void or write off invoices"),
    "outbox": ("outbox", "list what is sent and has not left, or take it back"),
    "mail": ("mail", "the mail server, the words of each mail, what became of those sent"),
    "payment": ("payments", "record, list, refund, reverse or apply money received"),
    "credit": ("credit", "give goodwill, or list who has money with the practice"),
    "card": ("cards", "cards on file: list, charge, remove; disputes; what differs from the processor"),
    "latefee": ("fees", "late fees: what is due, charge it, let it go"),
    "statement": ("statements", "make, list, show or print statements of account"),
    "charge": ("charges", "write in a charge without a session, or take one back"),
    "client": ("clients", "list or show clients, their ledger and notes"),
    "guarantor": ("guarantors", "list, add or correct who owes"),
    "documents": ("documents", "list, show, write, read, share or verify what was given out"),
    "payer": ("coverage", "list, add or correct insurers"),
    "session": ("sessions", "show, mark, bill or complete a session"),
    "superbill": ("superbills", "make, check, list or print superbills"),
    "estimate": ("estimates", "Good Faith Estimates: make, list, write, bill further all the same"),
    "portal": ("portal", "let people into the client portal, list them, take access away"),
    "explain": ("reports", "the entries that add up to an amount"),
    "report": ("reports", "receivables, the day sheet, closing a month"),
    "provider": ("providers", "list, add or correct providers, license them for CPT codes"),
    "office": ("offices", "list or add offices"),
    "service": ("services", "list or add services and fees"),
    "policy": ("policies", "list or set the practice's rules"),
    "practice": ("practice", "show or change the practice"),
    "user": ("users", "list, add or remove users and set their roles"),
    "key": ("users", "list or add what opens the book"),
    "keys": ("keys", "what keys.toml changes, and what it leaves without a key"),
    "backup": ("backups", "the whole book in one encrypted file, or check such a file"),
    "restore": ("backups", "make a book of a backup, where there is none"),
    "books": ("books", "take the whole book along: CSV files, a journal"),
    "sync": ("sync", "the hub, what waits to be sent, conflicts between offices"),
    "audit": ("audit", "list the audit log, or verify it"),
    "config": ("config", "show or change what you chose for this computer"),
    "doctor": ("book", "check the book and this computer"),
    "completion": ("book", "print the shell's completion script"),
}


class _Help(argparse.HelpFormatter):
    """As wide as the terminal, asked without `shutil`, which costs a script a tenth of its time."""

    def __init__(self, prog: str) -> None:
        try:
            columns = int(os.environ.get("COLUMNS", 0)) or os.get_terminal_size().columns
        except (ValueError, OSError):
            columns = 80
        super().__init__(prog, width=columns - 2)


class _Parser(argparse.ArgumentParser):
    def __init__(self, **options: "Any") -> None:
        # No abbreviations: `--al` must not come to mean `--all`.
        super().__init__(**{"formatter_class": _Help, "allow_abbrev": False, **options})

    def error(self, message: str) -> "NoReturn":
        raise UsageError(f"{message[:1].upper()}{message[1:]}. `{self.prog} --help` shows how.")


def whole_number(low: int, high: int) -> "Callable[[str], int]":
    """What reads an option that is a whole number, in ASCII digits and within bounds."""

    def read(typed: str) -> int:
        if not (typed.isascii() and typed.isdigit() and len(typed) <= 9 and low <= int(typed) <= high):
            raise argparse.ArgumentTypeError(f"takes a whole number from {low} to {high}")
        return int(typed)

    return read


def deeds_of(
    parser: argparse.ArgumentParser, common: argparse.ArgumentParser
) -> "Callable[[str, str, Callable[[Door], int]], argparse.ArgumentParser]":
    """What adds one thing that a verb can do: its name, what it is for, and what runs it."""
    what = parser.add_subparsers(dest="what", metavar="WHAT", required=True)

    def deed(name: str, summary: str, run: "Callable[[Door], int]") -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = what.add_parser(
            name, help=summary, description=summary, parents=[common]
        )
        made.set_defaults(run=run)
        return made

    return deed


def texts(parser: argparse.ArgumentParser, *fields: str) -> None:
    """An option for each field that is a text, such as --postal-code."""
    for field in fields:
        parser.add_argument(f"--{field.replace('_', '-')}", dest=field, metavar="TEXT")


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


def parse(typed: "Sequence[str]") -> Options:
    """What was typed, with the function of its verb as `run`. Raises: NoVerb, UsageError."""
    return parser(_verb_in(typed)).parse_args(typed, Options())
