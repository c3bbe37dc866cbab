"""What Settings lists of mail: the server, when invoices share themselves, and the words of each mail."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from core.ledger.mail_server import AutoShare, MailServer, auto_share, mail_server
from core.practice.mail_templates import KINDS, Template, templates
from core.store import Read


class MailView(NamedTuple):
    """How the practice mails, as it stands."""

    server: MailServer | None
    auto_share: AutoShare | None
    templates: Sequence[Template]


def mail_view(read: Read) -> MailView:
    return MailView(mail_server(read), auto_share(read), templates(read))


def mail_rows(view: MailView) -> Iterator[tuple[str, str, str, str, str, Any]]:
    """Each as id, section, name, value, what edits it, and what it is about."""
    server, rule = view.server, view.auto_share
    value = "none: nothing is mailed"
    if server is not None:
        value = f"{server.sender} by {server.host}:{server.port}, {server.security}"
        value += f", as {server.user}" if server.user else ""
    yield "mail:server", "mail", "Mail server", value, "mail_server", server
    shares = "only when somebody sends" if rule is None else f"{rule.hours} hours after issue"
    yield "mail:auto_share", "mail", "Invoices are shared", shares, "auto_share", rule
    for one in view.templates:
        first = " ".join(one.body.split())
        words = f"{'own words' if one.own else 'as it comes'}: {one.subject} / {first}"
        yield f"mail:{one.kind}", "mail", KINDS[one.kind].title, words, "template", one
