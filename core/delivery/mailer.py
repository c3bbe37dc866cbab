"""What a mailer must do, and how it says that it could not. The one there is lies in `syncd.outside`."""

from collections.abc import Callable
from email.message import EmailMessage
from typing import NamedTuple, Protocol

from core.errors import OutsideFailure


class Letter(NamedTuple):
    """A mail ready to go: `mail` is its lasting name; `utf8` where an address needs such a server."""

    mail: str
    sender: str
    mail_to: str
    utf8: bool
    message: EmailMessage


class Taken(NamedTuple):
    """The mail server has taken a mail on; from here on it is that server's to deliver or to bounce."""

    code: int
    said: str


class MailServerAway(OutsideFailure):
    """No mail can be handed over at present: the server is not reached, not trusted, or lets us not in."""

    code = "mail_server_away"


class MailNotTaken(OutsideFailure):
    """The server said no to this mail. `for_good` where it will say the same again (5xx)."""

    code = "mail_not_taken"

    def __init__(self, reply: int, said: str, *, for_good: bool) -> None:
        super().__init__(said)
        self.reply = reply
        self.said = said
        self.for_good = for_good


class MaybeTaken(OutsideFailure):
    """The connection ended between the mail and the server's answer; nobody can know whether it left."""

    code = "mail_maybe_taken"


class Mailer(Protocol):
    """One connection to the practice's mail server."""

    def carry(self, letter: Letter, leaving: Callable[[], bool]) -> Taken | None:
        """Hand a mail over. `leaving` is asked last, when only the mail itself is still to be sent; where it
        says no (somebody recalled it), nothing leaves and the answer is None.

        Raises: MailServerAway, MailNotTaken, MaybeTaken.
        """
        ...
