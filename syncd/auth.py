"""Signed requests and answers between office and hub: a strict profile of RFC 9421 (`security.md` 5.3).

A request covers method, authority, path and the digest of its body; an answer its status, its own body,
and which request it is for. Each can be written in one form only, so that nothing reads it two ways.
TLS alone would not do: a proxy that an office's computer trusts could read and change what goes through.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import NamedTuple

from core.errors import DomainError
from core.replication.seals import sign, signed_by

SKEW_SECONDS = 300
"""So old or so early a request may be by the hub's clock."""

HUB, NEW = "hub", "new"
"""Who signs, where it is no office with a number: the hub, or an office that asks to join."""

_PARAMETERS = (
    r";created=([1-9][0-9]{0,11});keyid=\"(hub|new|[1-9][0-9]{0,3})\";nonce=\"([A-Za-z0-9_-]{22})\""
    r";alg=\"ed25519\";tag=\"syncd-1\""
)
REQUEST_COVERS = '("@method" "@authority" "@path" "content-digest")'
ANSWER_COVERS = '("@status" "content-digest" "@method";req "@authority";req "@path";req)'
_REQUEST = re.compile(r"sig=" + re.escape(REQUEST_COVERS) + _PARAMETERS)
_ANSWER = re.compile(r"sig=" + re.escape(ANSWER_COVERS) + _PARAMETERS)
_SIGNATURE = re.compile(r"sig=:([A-Za-z0-9+/]{86}==):")


class BadSignature(DomainError):
    code = "bad_signature"

    def __init__(self) -> None:
        super().__init__("The request is not signed by an office that the hub knows, or was altered.")


class Stale(DomainError):
    code = "stale"

    def __init__(self) -> None:
        super().__init__("The request is dated too early or too late by the hub's clock. Sign it again.")


class Asked(NamedTuple):
    """What a request is about; the authority is the Host it was sent to."""

    method: str
    authority: str
    path: str


class Said(NamedTuple):
    """A signature as it came, not yet verified."""

    keyid: str
    nonce: str
    created: int
    base: bytes
    signature: bytes


def digest_of(body: bytes) -> str:
    """The Content-Digest header (RFC 9530)."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def _parameters(covers: str, keyid: str, nonce: str, created: int) -> str:
    return f'{covers};created={created};keyid="{keyid}";nonce="{nonce}";alg="ed25519";tag="syncd-1"'


def _request_base(asked: Asked, digest: str, parameters: str) -> bytes:
    return (
        f'"@method": {asked.method}\n"@authority": {asked.authority}\n"@path": {asked.path}\n'
        f'"content-digest": {digest}\n"@signature-params": {parameters}'
    ).encode()


def _answer_base(asked: Asked, status: int, digest: str, parameters: str) -> bytes:
    return (
        f'"@status": {status}\n"content-digest": {digest}\n"@method";req: {asked.method}\n'
        f'"@authority";req: {asked.authority}\n"@path";req: {asked.path}\n'
        f'"@signature-params": {parameters}'
    ).encode()


def _headers(private_key: bytes, digest: str, parameters: str, base: bytes) -> dict[str, str]:
    signature = base64.b64encode(sign(private_key, base)).decode()
    return {
        "content-digest": digest,
        "signature-input": f"sig={parameters}",
        "signature": f"sig=:{signature}:",
    }


def sign_request(
    private_key: bytes, asked: Asked, body: bytes, *, keyid: str, nonce: str, created: int
) -> dict[str, str]:
    """The headers that sign a request. `created` is in seconds, by the hub's clock as far as it is known."""
    digest = digest_of(body)
    parameters = _parameters(REQUEST_COVERS, keyid, nonce, created)
    return _headers(private_key, digest, parameters, _request_base(asked, digest, parameters))


def sign_answer(
    private_key: bytes, asked: Asked, status: int, body: bytes, *, nonce: str, created: int
) -> dict[str, str]:
    """The headers that sign the answer to the request with that nonce."""
    digest = digest_of(body)
    parameters = _parameters(ANSWER_COVERS, HUB, nonce, created)
    return _headers(private_key, digest, parameters, _answer_base(asked, status, digest, parameters))


def read_request(asked: Asked, headers: Mapping[str, str], body: bytes) -> Said:
    """What signs a request; its body is the one signed. Raises: BadSignature."""
    found, digest, signature = _read(_REQUEST, headers, body)
    parameters = found.group(0).removeprefix("sig=")
    base = _request_base(asked, digest, parameters)
    return Said(found.group(2), found.group(3), int(found.group(1)), base, signature)


def answer_holds(
    key: bytes, asked: Asked, status: int, headers: Mapping[str, str], body: bytes, *, nonce: str
) -> bool:
    """Whether the hub with this key said this, in answer to that request."""
    try:
        found, digest, signature = _read(_ANSWER, headers, body)
    except BadSignature:
        return False
    base = _answer_base(asked, status, digest, found.group(0).removeprefix("sig="))
    ours = hmac.compare_digest(found.group(3), nonce) and found.group(2) == HUB
    return ours and signed_by(key, signature, base)


def _read(form: re.Pattern[str], headers: Mapping[str, str], body: bytes) -> tuple[re.Match[str], str, bytes]:
    found = form.fullmatch(headers.get("signature-input", ""))
    signature = _SIGNATURE.fullmatch(headers.get("signature", ""))
    digest = headers.get("content-digest", "")
    if not found or not signature or not hmac.compare_digest(digest.encode(), digest_of(body).encode()):
        raise BadSignature
    return found, digest, base64.b64decode(signature.group(1))


def nonce_in(headers: Mapping[str, str]) -> str:
    """The nonce of a request, signed or not, so that even a refusal is signed for it; empty without one."""
    found = _REQUEST.fullmatch(headers.get("signature-input", ""))
    return found.group(3) if found else ""


def verify(said: Said, key: bytes, now_seconds: int) -> None:
    """Raises: BadSignature; Stale, where all is right but the time."""
    if not signed_by(key, said.signature, said.base):
        raise BadSignature
    if abs(said.created - now_seconds) > SKEW_SECONDS:
        raise Stale
