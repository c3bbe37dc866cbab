"""The office's line to its hub: one signed request, one answer that is the hub's own, or a trouble by code.

Whatever else may answer on the way (a sign-in page, another server, a proxy that opened the connection)
is told apart from the hub by the hub's signature, before anything of the answer is believed.
"""

import json
import secrets
import ssl
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from core.errors import OutsideFailure, UsageError
from core.replication.messages import MOST_BYTES, Unreadable
from core.replication.standing import IN_WORDS
from syncd.auth import NONCE_BYTES, Asked, answered_at, sign_request
from syncd.tls import office_context

CONNECT_SECONDS = 10
ANSWER_SECONDS = 40
"""Longer than the hub's longest wait."""

LOOPBACK = ("127.0.0.1", "localhost", "::1")
MOST_ANSWER = 2 * MOST_BYTES
"""An answer is a page and what belongs to it; the engine holds the page to its own bound."""


class Trouble(OutsideFailure):
    """An exchange that did not come about. `code` is one of IN_WORDS, or what the hub refused with."""

    def __init__(self, code: str, message: str = "", *, hub_ms: int | None = None) -> None:
        self.code = code
        self.hub_ms = hub_ms
        super().__init__(message or IN_WORDS.get(code, IN_WORDS["refused"]))


class BadAddress(UsageError):
    code = "bad_address"

    def __init__(self, why: str) -> None:
        super().__init__(f"This is not the address of a hub: {why}. It looks like https://hub.example:8765.")


def require_address(url: str) -> str:
    """An address in its one form. Raises: BadAddress, also for one without TLS that leaves this computer."""
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        raise BadAddress("the port is no number") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadAddress("it begins with https://")
    if parts.path not in ("", "/") or parts.query or parts.fragment or parts.username:
        raise BadAddress("there is more than a name and a port")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise BadAddress("without https it would go through the network in clear")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{port}" if port else "")


class Line:
    """Requests to one hub, signed by one office. Used on one event loop."""

    def __init__(
        self,
        url: str,
        *,
        private_key: bytes,
        keyid: str,
        hub_key: bytes,
        pinned: str,
        clock: Callable[[], datetime],
    ) -> None:
        self.url = url
        self._key = private_key
        self._keyid = keyid
        self._hub_key = hub_key
        self._clock = clock
        self._ahead_ms = 0
        """How much later the hub's time is than this computer's, as far as it was heard."""
        self.heard_ms = 0
        """The hub's time when it gave the last answer, to the second."""
        self._host = httpx.URL(url).netloc.decode()
        self._http = httpx.AsyncClient(
            verify=office_context(pinned) if url.startswith("https:") else False,
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            follow_redirects=False,
            trust_env=False,
        )

    @property
    def now_ms(self) -> int:
        """This computer's clock as it is."""
        return int(self._clock().timestamp() * 1000)

    async def ask(self, method: str, path: str, body: bytes = b"") -> bytes:
        """The hub's answer. A request that was too late by the hub's clock is signed again by that clock.

        Raises: Trouble.
        """
        try:
            return await self._ask_once(method, path, body)
        except Trouble as trouble:
            if trouble.code != "stale" or trouble.hub_ms is None:
                raise
            self._ahead_ms = trouble.hub_ms - self.now_ms
        try:
            return await self._ask_once(method, path, body)
        except Trouble as trouble:
            raise (Trouble("clock") if trouble.code == "stale" else trouble) from None

    async def ask_first(self, path: str, key_in: Callable[[bytes], bytes]) -> bytes:
        """An answer of a hub whose key nobody here knows yet; it is in the answer, which it must have signed.

        Raises: Trouble.
        """
        answer = await self._ask_once("GET", path, b"", key_in)
        self._hub_key = key_in(answer)
        return answer

    async def _ask_once(
        self, method: str, path: str, body: bytes, key_in: Callable[[bytes], bytes] | None = None
    ) -> bytes:
        created, nonce = (self.now_ms + self._ahead_ms) // 1000, secrets.token_urlsafe(NONCE_BYTES)
        asked = Asked(method, self._host, path)
        signed = sign_request(self._key, asked, body, keyid=self._keyid, nonce=nonce, created=created)
        # No other headers: most exchanges find nothing new, and are as short as they can be.
        headers = {"host": self._host, **signed}
        request = httpx.Request(method, self.url + path, headers=headers, content=body or None)
        status, told, answer = await self._send(request)
        key = self._hub_key if key_in is None else _key(key_in, answer)
        said = answered_at(key, headers, status, told, answer)
        if said is None:
            raise Trouble(_who_else(status, told))
        self.heard_ms = said * 1000 + 500
        if status in (200, 204):
            return answer
        raise _refused(status, answer)

    async def _send(self, request: httpx.Request) -> tuple[int, httpx.Headers, bytes]:
        try:
            answer = await self._http.send(request, stream=True)
            try:
                body = bytearray()
                async for piece in answer.aiter_raw():
                    body += piece
                    if len(body) > MOST_ANSWER:
                        raise Trouble("not_the_hub")
            finally:
                await answer.aclose()
        except httpx.HTTPError as error:
            raise Trouble(_why(error)) from None
        return answer.status_code, answer.headers, bytes(body)

    async def close(self) -> None:
        await self._http.aclose()


def _key(key_in: Callable[[bytes], bytes], answer: bytes) -> bytes:
    try:
        return key_in(answer)
    except Unreadable:
        return b""


def _refused(status: int, answer: bytes) -> Trouble:
    """What the hub itself refused with."""
    try:
        said: dict[str, Any] = json.loads(answer)
        code, message, hub_ms = str(said["code"]), str(said["message"]), int(said["now_ms"])
    except (ValueError, KeyError, TypeError):
        return Trouble("refused")
    if status == 503:
        return Trouble("busy")
    if code == "unknown_site":
        return Trouble("shut_out")
    return Trouble(code, "" if code in IN_WORDS else message, hub_ms=hub_ms)


def _who_else(status: int, headers: httpx.Headers) -> str:
    """What an answer means that the hub did not sign."""
    if status in (502, 503, 504, 429):
        return "busy" if status in (503, 429) else "away"
    if "signature-input" in headers:
        return "wrong_key"
    return "not_the_hub"


_CERTIFICATE = {
    10: "certificate_expired",
    9: "certificate_expired",
    62: "certificate_name",
    64: "certificate_name",
}
"""OpenSSL's X509_V_ERR numbers; every other one means that nobody vouches for the certificate."""


def _why(error: BaseException) -> str:
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return _CERTIFICATE.get(seen.verify_code, "certificate_unknown")
        if isinstance(seen, ssl.SSLError):
            return "tls"
        seen = seen.__cause__ or seen.__context__
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return "away"
    if isinstance(error, httpx.LocalProtocolError | httpx.UnsupportedProtocol):
        return "refused"
    return "no_answer"
