"""Mail by SMTP with TLS, as `core.delivery.mailer` asks for it; the one module that imports smtplib.

The server's certificate is verified by the public authorities of this computer, or by those that
SSL_CERT_FILE names. Without TLS nothing is said to a server that is not on this computer.
"""

import smtplib
import ssl
from collections.abc import Callable
from email.policy import SMTP, SMTPUTF8
from types import TracebackType
from typing import Self

from core.delivery.mailer import Letter, MailNotTaken, MailServerAway, MaybeTaken, Taken
from core.ledger.mail_server import MailServer
from core.practice.mail import require_safe
from core.text import plain

SECONDS = 30


class Away(MailServerAway):
    def __init__(self, host: str, why: str) -> None:
        super().__init__(f"The mail server {plain(host)} {why}")


class SmtpMailer:
    """One connection. `with SmtpMailer(server, password) as mailer:` opens and ends it.

    Raises: InClear; MailServerAway, where the server is not reached, not trusted, or takes no password.
    """

    def __init__(self, server: MailServer, password: str, seconds: float = SECONDS) -> None:
        require_safe(server.host, server.security)
        self._server = server
        self._password = password
        self._seconds = seconds
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        try:
            self._smtp = self._connect()
            self._let_in(self._smtp)
        except ssl.SSLCertVerificationError as error:
            self._end()
            raise Away(
                self._server.host, f"showed a certificate that is not to be trusted: {error.verify_message}."
            ) from None
        except smtplib.SMTPAuthenticationError as error:
            self._end()
            raise Away(
                self._server.host, f"does not take the user name and password ({error.smtp_code})."
            ) from None
        except smtplib.SMTPNotSupportedError:
            self._end()
            raise Away(self._server.host, "offers no TLS or no log-in where it should.") from None
        except (smtplib.SMTPException, OSError) as error:
            self._end()
            raise Away(self._server.host, f"cannot be reached ({type(error).__name__}).") from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _connect(self) -> smtplib.SMTP:
        host, port, security = self._server.host, self._server.port, self._server.security
        called = self._server.sender.rpartition("@")[2]
        if security == "tls":
            return smtplib.SMTP_SSL(
                host, port, called, timeout=self._seconds, context=ssl.create_default_context()
            )
        smtp = smtplib.SMTP(host, port, called, timeout=self._seconds)
        if security == "starttls":
            try:
                smtp.starttls(context=ssl.create_default_context())
            except BaseException:
                smtp.close()
                raise
        return smtp

    def _let_in(self, smtp: smtplib.SMTP) -> None:
        smtp.ehlo_or_helo_if_needed()
        if self._server.user:
            smtp.login(self._server.user, self._password)

    def _end(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            try:
                smtp.quit()
            except (smtplib.SMTPException, OSError):
                smtp.close()

    def carry(self, letter: Letter, leaving: Callable[[], bool]) -> Taken | None:
        """See `core.delivery.mailer.Mailer`."""
        smtp = self._smtp
        assert smtp is not None
        try:
            self._address(smtp, letter)
        except (smtplib.SMTPException, OSError) as error:
            raise Away(self._server.host, f"broke off ({type(error).__name__}).") from None
        if not leaving():
            self._reset(smtp)
            return None
        return self._hand_over(smtp, letter)

    def _address(self, smtp: smtplib.SMTP, letter: Letter) -> None:
        """Say from whom and to whom. Raises: MailNotTaken."""
        options = []
        if letter.utf8:
            if not smtp.has_extn("smtputf8"):
                raise MailNotTaken(
                    0,
                    "The mail server takes no address with letters beyond ASCII before the @.",
                    for_good=True,
                )
            options = ["SMTPUTF8", "BODY=8BITMIME"]
        for code, said in (smtp.mail(letter.sender, options), smtp.rcpt(letter.mail_to)):
            if code not in (250, 251):
                self._reset(smtp)
                if code == 421:
                    raise Away(self._server.host, "has closed for now.")
                raise _refused(code, said)

    def _reset(self, smtp: smtplib.SMTP) -> None:
        try:
            smtp.rset()
        except (smtplib.SMTPException, OSError):
            smtp.close()

    def _hand_over(self, smtp: smtplib.SMTP, letter: Letter) -> Taken:
        content = letter.message.as_bytes(policy=SMTPUTF8 if letter.utf8 else SMTP)
        try:
            code, said = smtp.data(content)
        except smtplib.SMTPDataError as error:  # it did not want to hear it
            self._reset(smtp)
            raise _refused(error.smtp_code, error.smtp_error) from None
        except (smtplib.SMTPException, OSError) as error:
            raise MaybeTaken(f"The mail server broke off ({type(error).__name__}).") from None
        if code != 250:
            raise _refused(code, said)
        return Taken(code, _words(said))


def _refused(code: int, said: bytes | str) -> MailNotTaken:
    return MailNotTaken(code, _words(said), for_good=500 <= code < 600)


def _words(said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return plain(" ".join(text.split()))[:300]
