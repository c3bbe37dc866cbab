"""How the practice mails, as every office reads it: by which server, from which address, since when.

The password is not among it; only the hub has that. What was shared before the practice had a mail server is
not mailed afterwards, else setting one up would write to everybody about bills of years ago.
"""

from collections import namedtuple

from core.ledger.setting import setting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.store import Read

MAIL_SERVER, AUTO_SHARE = "mail_server", "auto_share"

SECURITIES = ("starttls", "tls", "none")

MailServer = namedtuple("MailServer", "host port security user sender since")
"""`security` is starttls, tls (from the first byte) or none, the last on this computer alone; `sender` the
practice's address that mail comes from; `since` the instant at which the practice first had a server."""

AutoShare = namedtuple("AutoShare", "hours since")
"""Issued invoices are shared by themselves `hours` after issue, those issued at `since` or later (RB4)."""


def mail_server(read: "Read") -> "MailServer | None":
    """None for a practice that does not mail."""
    found = _said(read, MAIL_SERVER)
    return MailServer(**found) if found else None


def auto_share(read: "Read") -> "AutoShare | None":
    """None where an invoice is shared only by somebody."""
    found = _said(read, AUTO_SHARE)
    return AutoShare(**found) if found else None


def _said(read: "Read", name: str) -> "dict[str, object]":
    found = setting(read, name)
    return found if isinstance(found, dict) else {}
