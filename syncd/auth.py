"""Signed requests and answers between office and hub: a strict profile of RFC 9421 (`security.md` 5.3).

A request covers method, authority, path and the digest of its body; an answer its status, the digest of its
body, and the signature of the request that it is for, and so everything which that one covers. Each can be
written in one form only, so that nothing reads it two ways. The algorithm is not named: the key says it. Nor
does an answer name its key, which is the one that the office keeps, or repeat its digest in a header: whoever
verifies makes it from the body. TLS alone would not do: a proxy that an office's computer trusts could read
and change what goes through.
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

NEW = "new"
"""Who signs, where it is no office with a number: one that asks to join."""

NONCE_BYTES = 12
"""Drawn at random: 96 bits, of which an office uses a few thousand while the hub remembers them."""

_CREATED, _KEY = r";created=([1-9][0-9]{0,11})", r";keyid=\"(new|[1-9][0-9]{0,3})\""
_TAG = ';tag="syncd-1"'
REQUEST_COVERS = '("@method" "@authority" "@path" "content-digest")'
ANSWER_COVERS = '("@status" "content-digest" "signature";req)'
EMPTY_ANSWER_COVERS = '("@status" "signature";req)'
"""An answer without a body has no digest of one."""
_REQUEST = re.compile(
    r"s=(" + re.escape(REQUEST_COVERS) + _CREATED + _KEY + r";nonce=\"([A-Za-z0-9_-]{16})\"" + _TAG + ")"
)
_ANSWER, _EMPTY_ANSWER = (
    re.compile(r"s=(" + re.escape(covers) + _CREATED + ")") for covers in (ANSWER_COVERS, EMPTY_ANSWER_COVERS)
)
_SIGNATURE = re.compile(r"s=:([A-Za-z0-9+/]{86}==):")


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


def _request_base(asked: Asked, digest: str, parameters: str) -> bytes:
    return (
        f'"@method": {asked.method}\n"@authority": {asked.authority}\n"@path": {asked.path}\n'
        f'"content-digest": {digest}\n"@signature-params": {parameters}'
    ).encode()


def _answer_base(to: str, status: int, digest: str, parameters: str) -> bytes:
    body = f'"content-digest": {digest}\n' if digest else ""
    return (
        f'"@status": {status}\n{body}"signature";req: s=:{to}:\n"@signature-params": {parameters}'
    ).encode()


def _headers(private_key: bytes, parameters: str, base: bytes) -> dict[str, str]:
    signature = base64.b64encode(sign(private_key, base)).decode()
    return {"signature-input": f"s={parameters}", "signature": f"s=:{signature}:"}


def sign_request(
    private_key: bytes, asked: Asked, body: bytes, *, keyid: str, nonce: str, created: int
) -> dict[str, str]:
    """The headers that sign a request. `created` is in seconds, by the hub's clock as far as it is known."""
    digest = digest_of(body)
    parameters = f'{REQUEST_COVERS};created={created};keyid="{keyid}";nonce="{nonce}"{_TAG}'
    signed = _headers(private_key, parameters, _request_base(asked, digest, parameters))
    return {"content-digest": digest, **signed}


def sign_answer(
    private_key: bytes, request: Mapping[str, str], status: int, body: bytes, *, created: int
) -> dict[str, str]:
    """The headers that sign the answer to a request with these headers; none where that one has no
    signature. Also a refusal is signed for the request that it refuses."""
    to = _signature_in(request)
    if not to:
        return {}
    digest = digest_of(body) if body else ""
    covers = ANSWER_COVERS if body else EMPTY_ANSWER_COVERS
    parameters = f"{covers};created={created}"
    return _headers(private_key, parameters, _answer_base(to, status, digest, parameters))


def read_request(asked: Asked, headers: Mapping[str, str], body: bytes) -> Said:
    """What signs a request; its body is the one signed. Raises: BadSignature."""
    found, signature = _read(_REQUEST, headers)
    digest = headers.get("content-digest", "")
    if not hmac.compare_digest(digest.encode(), digest_of(body).encode()):
        raise BadSignature
    parameters, created, keyid, nonce = found.groups()
    return Said(keyid, nonce, int(created), _request_base(asked, digest, parameters), signature)


def answered_at(
    key: bytes, request: Mapping[str, str], status: int, headers: Mapping[str, str], body: bytes
) -> int | None:
    """When the hub with this key said this, in seconds by its clock, in answer to the request with those
    headers; None where it did not."""
    try:
        found, signature = _read(_ANSWER if body else _EMPTY_ANSWER, headers)
    except BadSignature:
        return None
    parameters, created = found.groups()
    digest = digest_of(body) if body else ""
    base = _answer_base(_signature_in(request), status, digest, parameters)
    return int(created) if signed_by(key, signature, base) else None


def _read(form: re.Pattern[str], headers: Mapping[str, str]) -> tuple[re.Match[str], bytes]:
    """What was signed and how, in the one form; and the signature. Raises: BadSignature."""
    found = form.fullmatch(headers.get("signature-input", ""))
    signature = _signature_in(headers)
    if not found or not signature:
        raise BadSignature
    return found, base64.b64decode(signature)


def _signature_in(headers: Mapping[str, str]) -> str:
    """The one signature of a message, in base64; empty without one."""
    found = _SIGNATURE.fullmatch(headers.get("signature", ""))
    return found.group(1) if found else ""


def verify(said: Said, key: bytes, now_seconds: int) -> None:
    """Raises: BadSignature; Stale, where all is right but the time."""
    if not signed_by(key, said.signature, said.base):
        raise BadSignature
    if abs(said.created - now_seconds) > SKEW_SECONDS:
        raise Stale
