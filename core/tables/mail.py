"""Mail: its words, what is asked for beside the shares, what became of each, and what only the hub needs.

A mail is named by the `once` of the fact it follows from, such as `share:<invoice>`: two offices that share
the same invoice mean one mail.
"""

from typing import Any, ClassVar

from sqlmodel import Field

from core.tables.columns import (
    INT64,
    STRICT,
    Local,
    OnceFact,
    Register,
    in_range,
    instant,
    maybe_instant,
    number,
    one_of,
    row_id,
    text,
    word,
)


class MailTemplate(Register, table=True):
    """The practice's own words for a kind of mail; no row, the words it comes with."""

    kind: str = word()
    subject: str = text()
    body: str = text()


class MailRequest(OnceFact, table=True):
    """A mail that follows from no share: an invitation, a reminder, a test.

    `details` is JSON of what its template may say. It travels to every office, so nothing in it opens a door.
    """

    kind: str = word()
    mail_to: str = text()
    about: str = text()
    """The id of what it is about, such as an invoice or a client."""
    details: str = text("{}")


class MailAnswer(OnceFact, table=True):
    """What became of a mail. `once` is `mail:<mail>:<outcome>`; a bounce outweighs a delivery."""

    __table_args__: ClassVar[Any] = (one_of("outcome", "delivered", "delayed", "failed", "bounced"), STRICT)

    mail: str = word(index=True)
    outcome: str = word()
    mail_to: str = text()
    message_id: str = text()
    code: int = number(0)
    """The mail server's reply, such as 250 or 550; 0 where it gave none."""
    said: str = text()
    """Its words, or ours where it was never asked."""


class ShareHold(OnceFact, table=True):
    """An invoice is kept from being shared by itself, or is let go again; the newest one counts (RB4)."""

    __table_args__: ClassVar[Any] = (in_range("held", 0, 1), STRICT)

    invoice_id: str = word(index=True)
    held: int = number()


class MailPassing(Local, table=True):
    """A mail with a secret in it, such as a sign-in link. It stays at the hub, and its words go with it."""

    id: str = row_id()
    kind: str = word()
    mail_to: str = word()
    details: str = word()
    queued_at: str = instant()
    until_at: str = instant()
    """After this it is of no use and is not sent."""


class MailTry(Local, table=True):
    """How far the hub is with a mail that has no answer yet."""

    id: str = row_id()
    """The mail's name."""
    tries: int = number(0)
    first_at: str | None = maybe_instant()
    began_at: str | None = maybe_instant()
    """Set while the mail is handed over: killed then, it may have left."""
    doubts: int = number(0)
    """How often it was handed over without a word of the server."""
    next_at: str | None = maybe_instant()
    code: int = number(0)
    said: str = text()


class MailPassword(Local, table=True):
    """The password of the practice's mail account, at the hub alone. One row.

    Sealed; before a dot, which account took it first, where one did.
    """

    __table_args__: ClassVar[Any] = (in_range("id", 1, 1), STRICT)

    id: int = Field(primary_key=True, sa_type=INT64)
    password: str = word()
