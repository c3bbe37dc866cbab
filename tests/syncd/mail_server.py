"""A real mail server on a free port of this computer, with TLS, a password, and moods."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from core.ledger.mail_server import MailServer
from syncd.tls import certificate_in, hub_context, own_certificate

USER, PASSWORD = "elm", "a password with spaces"


class Post:
    """What arrived, and what is said to who comes: `moods` are replies to RCPT, `data` those to the mail."""

    def __init__(self) -> None:
        self.arrived: list[tuple[Envelope, bytes]] = []
        self.moods: dict[str, str] = {}
        self.data: Callable[[Envelope], str] = lambda _: "250 OK: queued as 17"
        self.changed = threading.Condition()

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.moods:
            return self.moods[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        reply = self.data(envelope)
        if reply.startswith("250"):
            with self.changed:
                self.arrived.append((envelope, cast(bytes, envelope.content)))
                self.changed.notify_all()
        return reply

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(raw, policy=default) for _, raw in self.arrived]

    def wait_for(self, count: int, seconds: float = 20) -> list[EmailMessage]:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.arrived) >= count, seconds), len(self.arrived)
        return self.mails


class MailHost:
    """The server itself. `security` as the practice names it; with `trust`, its certificate's file."""

    def __init__(
        self, folder: Path, security: str = "starttls", *, utf8: bool = True, names: Any = None
    ) -> None:
        self.post = Post()
        self.security = security
        key = own_certificate(names or ["localhost", "127.0.0.1"])
        context = hub_context(key)
        self.trust = folder / f"{security}.pem"
        self.trust.write_text(certificate_in(key), encoding="ascii")
        options: dict[str, Any] = {"enable_SMTPUTF8": utf8, "hostname": "127.0.0.1", "port": 0}
        if security != "none":
            options |= {"authenticator": _let_in, "auth_require_tls": security == "starttls"}
        if security == "tls":
            options["ssl_context"] = context
        if security == "starttls":
            options |= {"tls_context": context, "require_starttls": True}
        self._controller = _Controller(self.post, **options)
        self._controller.start()

    @property
    def port(self) -> int:
        return int(self._controller.port)

    def settings(self, **other: Any) -> MailServer:
        said = {
            "host": "127.0.0.1",
            "port": self.port,
            "security": self.security,
            "user": "" if self.security == "none" else USER,
            "sender": "bills@elm.example",
            "since": "2026-01-01T00:00:00.000000Z",
        }
        return MailServer(**{**said, **other})

    def stop(self) -> None:
        self._controller.hang_up()


def _let_in(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=False)


class _Controller(Controller):
    """On whichever port is free; it hangs up on everybody when it ends."""

    def factory(self) -> SMTP:
        made: SMTP = super().factory()  # type: ignore[no-untyped-call]
        self.__dict__.setdefault("lines", []).append(made)
        return made

    def _trigger_server(self) -> None:
        """Tried once before others come; by now it knows its port."""
        sockets: Any = getattr(self.server, "sockets", None)
        self.port = sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]

    def hang_up(self) -> None:
        if self._thread is not None:
            asyncio.run_coroutine_threadsafe(self._hang_up(), self.loop).result(10)
            self.stop()

    async def _hang_up(self) -> None:
        for line in self.__dict__.get("lines", []):
            if line.transport is not None:
                line.transport.abort()
        await asyncio.sleep(0.05)
