"""Only an office that joined is heard, each request once, as it was sent (`security.md` 5.3, T14)."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from core.replication.enrol import shut_out
from core.replication.messages import OtherVersion, pack, read_answer
from core.replication.office import link, listen
from core.replication.seals import new_key, public_key, sign
from core.replication.standing import IN_WORDS
from core.store import Store
from syncd.auth import NONCE_BYTES, Asked, answered_at, digest_of, sign_request
from syncd.joining import _key_in
from syncd.line import Trouble
from tests.core.replication.offices import OWNER, Clock
from tests.syncd.network import Served, line_of

PATH = "/sync/v1/exchange"
Change = Callable[["Sent"], None]


class Sent:
    """A request in the making; a test changes one thing of it."""

    def __init__(self, book: Store) -> None:
        with book.read() as read:
            hub = link(read)
        self.url, self.key, self.hub_key = hub.url, hub.private_key, hub.hub_key
        self.path, self.keyid = PATH, str(hub.site)
        self.body = listen(book, int(book.clock().timestamp() * 1000), wait_seconds=0).packed()
        self.nonce = secrets.token_urlsafe(NONCE_BYTES)
        self.created = int(book.clock().timestamp())
        self.host = hub.url.partition("//")[2]
        self.headers: dict[str, str] = {}

    def sign(self) -> None:
        self.headers = sign_request(
            self.key, Asked("POST", self.host, self.path), self.body, keyid=self.keyid, nonce=self.nonce,
            created=self.created,
        )  # fmt: skip

    def send(self) -> httpx.Response:
        return httpx.post(self.url + self.path, content=self.body, headers=self.headers)


def _other_key(sent: Sent) -> None:
    sent.key = new_key()
    sent.sign()


def _changed_body(sent: Sent) -> None:
    sent.body += b" "


def _changed_body_and_digest(sent: Sent) -> None:
    before = dict(sent.headers)
    sent.body += b" "
    sent.sign()
    sent.headers = {**before, "content-digest": sent.headers["content-digest"]}


def _other_path(sent: Sent) -> None:
    sent.path = "/sync/v1/blobs"


def _other_host(sent: Sent) -> None:
    sent.headers["host"] = "another.example"


def _other_nonce(sent: Sent) -> None:
    sent.headers["signature-input"] = sent.headers["signature-input"].replace(
        sent.nonce, secrets.token_urlsafe(NONCE_BYTES)
    )


def _fewer_components(sent: Sent) -> None:
    sent.headers["signature-input"] = sent.headers["signature-input"].replace(' "content-digest"', "")


def _names_its_algorithm(sent: Sent) -> None:
    sent.headers["signature-input"] += ';alg="ed25519"'


def _as_the_hub(sent: Sent) -> None:
    sent.keyid = "hub"
    sent.sign()


def _as_a_new_one(sent: Sent) -> None:
    sent.keyid = "new"
    sent.sign()


def _nothing(sent: Sent) -> None:
    sent.headers = {}


def _unknown_site(sent: Sent) -> None:
    sent.keyid = "77"
    sent.sign()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_other_key, "bad_signature"),
        (_changed_body, "bad_signature"),
        (_changed_body_and_digest, "bad_signature"),
        (_other_path, "bad_signature"),
        (_other_host, "bad_signature"),
        (_other_nonce, "bad_signature"),
        (_fewer_components, "bad_signature"),
        (_names_its_algorithm, "bad_signature"),
        (_as_the_hub, "bad_signature"),
        (_as_a_new_one, "bad_signature"),
        (_nothing, "bad_signature"),
        (_unknown_site, "unknown_site"),
    ],
)
def test_a_request_that_is_not_as_an_office_signed_it_is_refused(
    network: Served, change: Change, code: str
) -> None:
    sent = Sent(network.offices[1])
    sent.sign()
    change(sent)
    answer = sent.send()
    assert (answer.status_code, json.loads(answer.content)["code"]) == (401, code)


def test_the_same_request_is_answered_once(network: Served) -> None:
    sent = Sent(network.offices[1])
    sent.sign()
    assert sent.send().status_code == 200
    again = sent.send()
    assert (again.status_code, again.json()["code"]) == (401, "replayed")


def test_an_office_cannot_speak_for_another(network: Served) -> None:
    other = network.join("S")
    sent = Sent(network.offices[1])
    sent.body = Sent(other).body
    sent.sign()
    answer = sent.send()
    assert (answer.status_code, answer.json()["code"]) == (401, "unknown_site")


def test_a_signature_covers_what_the_standard_says(network: Served) -> None:
    """Put together by hand from RFC 9421, 2.5, and not by our own function."""
    sent = Sent(network.offices[1])
    sent.sign()
    parameters = sent.headers["signature-input"].removeprefix("s=")
    base = (
        f'"@method": POST\n"@authority": {sent.host}\n"@path": /sync/v1/exchange\n'
        f'"content-digest": {sent.headers["content-digest"]}\n"@signature-params": {parameters}'
    )
    signature = base64.b64decode(sent.headers["signature"].removeprefix("s=:").removesuffix(":"))
    Ed25519PublicKey.from_public_bytes(public_key(sent.key)).verify(signature, base.encode())
    assert sign(sent.key, base.encode()) == signature


def test_an_answer_is_signed_for_the_one_request_that_it_answers(network: Served) -> None:
    """By hand from RFC 9421, 2.4: the request's signature covers its body, its key and its nonce. The digest
    of the answer is not repeated in a header."""
    sent = Sent(network.offices[1])
    sent.sign()
    answer = sent.send()
    parameters = answer.headers["signature-input"].removeprefix("s=")
    base = (
        f'"@status": 200\n"content-digest": {digest_of(answer.content)}\n'
        f'"signature";req: {sent.headers["signature"]}\n"@signature-params": {parameters}'
    )
    signature = base64.b64decode(answer.headers["signature"].removeprefix("s=:").removesuffix(":"))
    Ed25519PublicKey.from_public_bytes(sent.hub_key).verify(signature, base.encode())


@pytest.mark.parametrize("change", ["body", "key", "nonce", "keyid"])
def test_an_answer_to_another_request_is_not_believed(network: Served, change: str) -> None:
    """An answer that somebody in between got to a request of theirs, given for this one."""
    sent, other = Sent(network.offices[1]), Sent(network.offices[1])
    sent.sign()
    answer = sent.send()
    different = {"body": other.body + b" ", "key": new_key(), "nonce": "x" * 16, "keyid": "77"}
    vars(other).update({"nonce": sent.nonce, "body": sent.body, change: different[change]})
    other.sign()
    hub, headers, body = sent.hub_key, answer.headers, answer.content
    assert answered_at(hub, sent.headers, 200, headers, body) is not None
    assert answered_at(hub, other.headers, 200, headers, body) is None
    assert answered_at(hub, sent.headers, 200, headers, b"") is None
    assert answered_at(hub, sent.headers, 200, headers, body + b" ") is None
    assert answered_at(hub, sent.headers, 204, headers, body) is None


@pytest.mark.parametrize(("version", "code"), [(0, "newer"), (2, "older"), (77, "older")])
def test_another_way_to_exchange_is_refused_in_words(network: Served, version: int, code: str) -> None:
    sent = Sent(network.offices[1])
    sent.body = pack([version, "a shape that nobody knows"])
    sent.sign()
    answer = sent.send()
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert "Update the " in answer.json()["message"]


@pytest.mark.parametrize(("version", "code"), [(0, "older"), (2, "newer")])
def test_a_hub_of_another_version_is_not_understood_by_chance(version: int, code: str) -> None:
    for read in (read_answer, _key_in):
        with pytest.raises(OtherVersion) as refused:
            read(pack([version, "a shape that nobody knows"]))
        assert refused.value.code == code
        assert code in IN_WORDS


@pytest.mark.parametrize("hours", [-72, -1, 1, 72])
async def test_an_office_with_a_wrong_clock_signs_again_by_the_hubs(network: Served, hours: int) -> None:
    book = network.offices[1]
    assert isinstance(book.clock, Clock)
    book.clock.skew = timedelta(hours=hours)
    line = line_of(book)
    request = listen(book, line.now_ms, wait_seconds=0)
    await line.ask("POST", PATH, request.packed())
    await line.ask("POST", PATH, request.packed())
    await line.close()


async def _refusal(book: Store, **other: Any) -> str:
    line = line_of(book, **other)
    try:
        await line.ask("POST", PATH, listen(book, line.now_ms, wait_seconds=0).packed())
    except Trouble as trouble:
        return trouble.code
    finally:
        await line.close()
    return ""


async def test_a_stolen_office_is_refused_from_the_next_request_on(network: Served) -> None:
    second = network.join("S")
    assert await _refusal(second) == ""
    with network.hub.write(OWNER) as tx:
        shut_out(tx, 2, reason="stolen")
    assert await _refusal(second) == "shut_out"
    assert await _refusal(network.offices[1]) == ""
