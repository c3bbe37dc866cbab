"""`syncd`: the hub, an office's daemon beside the screens, and how an office comes in or is shut out."""

import argparse
import json
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn

from core.actors import Role
from core.errors import DomainError, UsageError
from core.text import plain
from syncd import card_verbs, database_verbs, hub_verbs, mail_verbs, office_verbs, status_verb
from syncd.door import Door, exit_code
from syncd.trouble import place_of


class _Parser(argparse.ArgumentParser):
    def __init__(self, **options: object) -> None:
        super().__init__(allow_abbrev=False, **options)  # type: ignore[arg-type]

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message[:1].upper()}{message[1:]}. `{self.prog} --help` shows how.")


def _common() -> _Parser:
    common = _Parser(add_help=False)
    add = common.add_argument
    add("--home", metavar="DIR", help="folder of the book (else DAYSHEET_HOME)")
    add("--key-file", metavar="FILE", help="file with the passphrase or the machine key")
    add("--json", action="store_true", help="answer with one JSON object")
    return common


def _database(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--database",
        metavar="URL",
        help="of the hub's PostgreSQL database, postgresql://... (else DAYSHEET_DATABASE)",
    )


def parser() -> argparse.ArgumentParser:
    top = _Parser(prog="syncd", description="Keeps the books of several offices in step.")
    made = top.add_subparsers(dest="verb", metavar="VERB", required=True, parser_class=_Parser)
    common = _common()

    def verb(name: str, summary: str) -> argparse.ArgumentParser:
        return made.add_parser(name, help=summary, description=summary, parents=[common])

    hub = verb("hub", "run the hub; the first time, make it from an office's book")
    hub.add_argument("--from", dest="source", metavar="HOME", help="home of the book to make the hub from")
    hub.add_argument("--bind", default="127.0.0.1:8765", metavar="HOST:PORT", help="where to listen")
    hub.add_argument("--url", metavar="URL", help="how offices reach it, such as https://hub.example:8765")
    hub.add_argument("--tls-cert", metavar="FILE", help="a certificate that public authorities vouch for")
    hub.add_argument("--tls-key", metavar="FILE", help="its key")
    hub.add_argument("--no-tls", action="store_true", help="for a proxy on this computer that does TLS")
    hub.add_argument("--portal-url", metavar="URL", help="run the client portal too; how clients reach it")
    hub.add_argument("--portal-bind", default="127.0.0.1:8770", metavar="HOST:PORT", help="where it listens")
    hub.add_argument("--portal-tls-cert", metavar="FILE", help="the portal's certificate, without a proxy")
    hub.add_argument("--portal-tls-key", metavar="FILE", help="its key")
    hub.add_argument("--portal-proxy", metavar="IP", help="a proxy whose X-Forwarded-For is believed")
    _database(hub)
    hub.add_argument(
        "--restored", action="store_true", help="once, after its database was restored from a backup"
    )
    hub.set_defaults(run=hub_verbs.hub)

    move = verb("move", "bring the hub's book from its home into an empty PostgreSQL database")
    _database(move)
    move.set_defaults(run=database_verbs.move)

    invite = verb("invite", "print a code with which one office may join once (at the hub)")
    invite.add_argument("office", metavar="OFFICE", help="the office's name")
    invite.add_argument("--series", metavar="LETTERS", help="one to four letters before its invoice numbers")
    roles = [role.value for role in Role if role is not Role.SERVICE]
    invite.add_argument("--role", choices=roles, default=Role.BILLER.value, help="of who works there")
    _database(invite)
    invite.set_defaults(run=hub_verbs.invite)

    join = verb("join", "join a hub: a new book for this office, with everything the others have")
    join.add_argument("url", metavar="URL", help="the hub's address")
    join.add_argument("code", metavar="CODE", help="what `syncd invite` printed")
    join.add_argument("--pin", metavar="DIGITS", help="the hub's fingerprint that `syncd invite` printed")
    join.add_argument("--person", metavar="NAME", help="who works here (the computer's user)")
    join.set_defaults(run=office_verbs.join)

    office = verb("office", "keep this office in step with its hub, beside the screens")
    office.add_argument("--url", metavar="URL", help="the hub's address from now on, where it has moved")
    office.add_argument("--once", action="store_true", help="until both have everything, then end")
    office.add_argument(
        "--check",
        action="store_true",
        help="lay all rows beside the hub's, make equal what differs, then end",
    )
    office.set_defaults(run=office_verbs.office)

    word = verb("mail-password", "keep the password of the practice's mail account (at the hub)")
    word.add_argument("--from-file", metavar="FILE", help="read it from this file instead of asking")
    word.add_argument("--forget", action="store_true", help="keep none any more")
    _database(word)
    word.set_defaults(run=mail_verbs.mail_password)

    status = verb("status", "how this office and its hub stand, or at the hub, all offices")
    _database(status)
    status.set_defaults(run=status_verb.status)

    revoke = verb("revoke", "shut an office out (at the hub); what it sent stays")
    revoke.add_argument("site", metavar="SITE", type=int, help="its number, as `syncd status` lists it")
    revoke.add_argument("--reason", required=True, metavar="TEXT")
    _database(revoke)
    revoke.set_defaults(run=hub_verbs.revoke)

    _processor(made, common)

    verify = verb("verify", "go through every fact of the hub's book, wherever it lies")
    _database(verify)
    verify.set_defaults(run=database_verbs.verify)
    return top


PROCESSOR = (
    ("set", card_verbs.set_keys, "take the keys of the practice's Stripe account, and cards from now on"),
    ("show", card_verbs.show, "what the processor is, what came from it, what differs; no key is shown"),
    ("test", card_verbs.test, "ask Stripe one thing with the keys"),
    ("pull", card_verbs.reconcile_now, "record what webhooks missed, and list what differs from Stripe"),
    ("remove", card_verbs.remove, "take no cards any more, and forget the keys"),
)


def _processor(made: "argparse._SubParsersAction[_Parser]", common: _Parser) -> None:
    """The verbs of the card processor, at the hub."""
    summary = "the card processor of the practice (at the hub)"
    verbs_of_it = made.add_parser("processor", help=summary, description=summary).add_subparsers(
        dest="what", metavar="WHAT", required=True, parser_class=_Parser
    )
    for name, run, about in PROCESSOR:
        verb = verbs_of_it.add_parser(name, help=about, description=about, parents=[common])
        _database(verb)
        verb.set_defaults(run=run)
        if name == "set":
            verb.add_argument("--keys", metavar="FILE", help="a file with both keys; else they are asked for")
            verb.add_argument("--address", metavar="URL", help="of a processor on this computer, to rehearse")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; answers the exit code (`cli.md`)."""
    typed = list(sys.argv[1:] if arguments is None else arguments)
    try:
        options = parser().parse_args(typed)
        code: int = options.run(Door(options))
    except DomainError as error:
        return _fail(typed, exit_code(error), error.code, str(error), error.subject)
    except KeyboardInterrupt:
        return _fail(typed, 130, "interrupted", "Interrupted. What was done so far is kept.")
    except SystemExit as end:  # --help, and SIGTERM
        return end.code if isinstance(end.code, int) else 0
    except BrokenPipeError:
        return 0
    except Exception as error:  # noqa: BLE001  the last line of defence: no traceback, no client data
        return _fail(typed, 1, "unexpected", place_of(error))
    return code


def _fail(typed: Sequence[str], code: int, name: str, message: str, subject: str = "") -> int:
    with suppress(OSError):
        if "--json" in typed:
            error = {"code": name, "message": message, "subject": subject}
            sys.stdout.write(json.dumps({"ok": False, "data": {}, "errors": [error]}) + "\n")
            sys.stdout.flush()
        else:
            sys.stderr.write(f"syncd: {plain(message)}\n")
    return code


def _end_on_sigterm() -> None:
    def end(*_: object) -> None:
        raise SystemExit(143)

    signal.signal(signal.SIGTERM, end)


def script() -> None:
    """The console script: no memory image of a crash holds the key, no file is made open to others."""
    os.umask(0o077)
    if os.name == "posix":
        import resource

        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _end_on_sigterm()
    sys.exit(main())


if __name__ == "__main__":
    script()
