"""Set up how the practice mails: its server, the words of each mail, and when invoices share themselves."""

import re

from core import audit
from core.actors import Right
from core.dates import show_instant
from core.errors import UsageError
from core.ids import named
from core.ledger.mail_server import AUTO_SHARE, MAIL_SERVER, SECURITIES, mail_server
from core.practice.addresses import address_of
from core.practice.mail_templates import KINDS, require_template, template
from core.practice.settings import put_setting
from core.store import Tx
from core.tables import MailTemplate
from core.text import plain

LOOPBACK = ("127.0.0.1", "localhost", "::1")
PORTS = {"starttls": 587, "tls": 465, "none": 25}
MOST_HOURS = 24 * 60
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?|::1")


class BadMailServer(UsageError):
    code = "bad_mail_server"


class InClear(BadMailServer):
    code = "mail_in_clear"

    def __init__(self) -> None:
        super().__init__(
            "Without TLS, mail and its password would go through the network in clear."
            " Use starttls or tls; none is for a mail server on the hub's own computer."
        )


def require_safe(host: str, security: str) -> None:
    """Raises: InClear, for a server elsewhere that is to be spoken to without TLS."""
    if security == "none" and host not in LOOPBACK:
        raise InClear


def set_mail_server(
    tx: Tx, *, host: str, sender: str, security: str = "starttls", port: int = 0, user: str = ""
) -> None:
    """Mail by this server from now on, from the practice's address; the hub needs its password beside it.

    Raises: BadMailServer, InClear, NotAnAddress.
    """
    tx.require(Right.MANAGE)
    host, security = host.strip().lower().rstrip("."), security.strip().lower()
    if not _HOST.fullmatch(host) or len(host) > 253:
        raise BadMailServer(f'"{plain(host)[:60]}" is no name of a mail server, such as smtp.example.com.')
    if security not in SECURITIES:
        raise BadMailServer(f"Security is one of {', '.join(SECURITIES)}.")
    if not 0 <= port <= 65535:
        raise BadMailServer("A port is a number from 1 to 65535.")
    require_safe(host, security)
    if plain(user) != user or len(user) > 200:
        raise BadMailServer("The user name of the mail account is one line of plain text.")
    before = mail_server(tx)
    value = {
        "host": host,
        "port": port or PORTS[security],
        "security": security,
        "user": user.strip(),
        "sender": address_of(sender).whole,
        "since": before.since if before else show_instant(tx.now),
    }
    _settle(tx, MAIL_SERVER, value)


def stop_mail(tx: Tx) -> None:
    """The practice mails no more; what is queued is not sent."""
    tx.require(Right.MANAGE)
    _settle(tx, MAIL_SERVER, None)


def set_auto_share(tx: Tx, hours: int | None) -> None:
    """Share every invoice issued from now on this many hours after issue; None, only by somebody (RB4)."""
    tx.require(Right.MANAGE)
    if hours is not None and not 0 <= hours <= MOST_HOURS:
        raise UsageError(f"Say after how many hours, from 0 to {MOST_HOURS}, or none.")
    _settle(tx, AUTO_SHARE, None if hours is None else {"hours": hours, "since": show_instant(tx.now)})


def _settle(tx: Tx, name: str, value: "dict[str, object] | None") -> None:
    setting_id = put_setting(tx, name, value)
    audit.record(tx, "setting.changed", "setting", setting_id, after={name: value})


def set_template(tx: Tx, kind: str, *, subject: str | None = None, body: str | None = None) -> None:
    """The practice's own words for a kind of mail; the empty text brings back those it comes with.

    Raises: BadTemplate, TooLong.
    """
    tx.require(Right.MANAGE)
    row_id = named(f"mail-template:{kind}")
    found = tx.rows("SELECT subject, body FROM mail_template WHERE id = :id", id=row_id)
    before = dict(zip(("subject", "body"), found[0] if found else ("", ""), strict=True))
    typed = {"subject": subject, "body": body}
    after = before | {k: v.replace("\r\n", "\n").strip() for k, v in typed.items() if v is not None}
    if after == before:
        raise UsageError("Nothing was changed.")
    now = template(tx, kind)
    shown = {
        "subject": after["subject"] or KINDS[kind].subject,
        "body": after["body"] or KINDS[kind].body,
    }
    require_template(kind, shown["subject"], shown["body"])
    if found:
        tx.change(MailTemplate, row_id, **{k: v for k, v in after.items() if v != before[k]})
    else:
        tx.add(MailTemplate(id=row_id, kind=kind, **after))
    changed = {
        k: {"before": getattr(now, k), "after": shown[k]} for k in shown if getattr(now, k) != shown[k]
    }
    audit.record(tx, "mail_template.changed", "mail_template", row_id, kind=kind, changed=changed)


def parse_hours(typed: str) -> int | None:
    """After how many hours invoices share themselves; none is None. Raises: UsageError."""
    text = typed.strip().lower()
    if text in ("none", ""):
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise UsageError(f"Say after how many hours, from 0 to {MOST_HOURS}, or none.")
    return int(text)
