"""What office and hub say to each other in an exchange, and that it has the shape agreed on."""

from typing import Any, NamedTuple

from core.errors import DomainError
from core.replication.seals import receipt_text
from core.sync.page import Page
from core.sync.wire import MOST_BYTES, Unreadable, digest, pack, unpack

__all__ = [
    "MOST_BYTES",
    "VERSION",
    "Answer",
    "OtherVersion",
    "Request",
    "SentBatch",
    "Unreadable",
    "pack",
    "read_answer",
    "read_request",
    "require_version",
    "unpack",
]
"""With the words of the wire, which doors use as well."""

VERSION = 1
"""Of how office and hub speak to each other. What is not understood is refused, and never guessed at."""

MOST_RECEIPT = 200


class OtherVersion(DomainError):
    """`code` says which of the two is to be updated, as the office sees it."""

    def __init__(self, *, hub: int, office: int) -> None:
        self.code = "newer" if hub > office else "older"
        late, early = ("office", "hub") if hub > office else ("hub", "office")
        super().__init__(
            f"The {early} speaks a newer way to exchange (version {max(hub, office)}) than this {late}"
            f" (version {min(hub, office)}). Update the {late}; what is written there waits."
        )


class SentBatch(NamedTuple):
    """Its SHA-256 does not travel: who receives the payload makes it."""

    no: int
    sha256: bytes
    payload: bytes
    seal: bytes
    """The site's signature under its chain's head after the batch; empty where it has no facts."""


class Request(NamedTuple):
    """An office asks for what is above its cursor and brings what it has. `now_ms` is its clock without
    any offset. A book that went back in time asks what the hub knows of its facts from `compare` on; 0 asks
    nothing. `everything` asks for what this office wrote as well. `hub_seq` and `hub_batch` are how far the
    hub was when it last gave a receipt: its last number, and the last batch of this office; 0 where it gave
    none. `receipt` is that one itself; empty where the hub was shown it and has not asked to see it again."""

    version: int
    site: int
    epoch: str
    now_ms: int
    cursor: int
    compare: int
    wait_seconds: int
    everything: bool
    hub_seq: int
    hub_batch: int
    receipt: bytes
    batch: SentBatch | None

    def packed(self) -> bytes:
        batch = None if self.batch is None else [self.batch.no, self.batch.payload, self.batch.seal]
        return pack([*self[:-1], batch])


class Answer(NamedTuple):
    """`ack` is None or a kind of answer to the batch, what belongs to it, and the batch's SHA-256:
    ("taken", [no, runs]), ("expect", no), ("other", no), ("clock", 0), ("missing", no), and ("show", 0) where
    the hub asks for its receipt, also where no batch came. The SHA-256 does not travel: an answer is signed
    for its request, so the office knows which batch it is about. `heads` are [site, no, head] of all chains
    where the office has everything then; `seals` [site, no, head, signature].
    `known` is the office's site, the number of its last batch, of its last fact, and the links of its chain
    that it asked for. `began` is the hub's last number before this life, `seq` its last of all; `receipt` is
    its signature under how far it is."""

    version: int
    epoch: str
    began: int
    now_ms: int
    ack: tuple[str, Any, bytes] | None
    known: tuple[int, int, int, dict[str, bytes]]
    page: Page
    seals: list[list[Any]]
    heads: list[list[Any]]
    seq: int
    receipt: bytes

    @property
    def whole_receipt(self) -> bytes:
        """The signature, and what it is under."""
        said = receipt_text(self.epoch, self.known[0], self.seq, self.known[1], self.now_ms)
        return self.receipt + said

    @property
    def asks_for_receipt(self) -> bool:
        return self.ack is not None and self.ack[0] == "show"

    def packed(self) -> bytes:
        before, after = self[:ACK], self[ACK + 1 :]
        return pack([*before, None if self.ack is None else self.ack[:2], *after])


ACK = Answer._fields.index("ack")


def require_version(told: Any, *, by_hub: bool) -> None:
    """Look at the first word of what the other side said, before anything else. Raises: OtherVersion,
    Unreadable."""
    if not isinstance(told, list) or not told or type(told[0]) is not int:
        raise Unreadable("it does not say its version")
    if told[0] != VERSION:
        raise OtherVersion(hub=told[0] if by_hub else VERSION, office=VERSION if by_hub else told[0])


def read_request(data: bytes) -> Request:
    """Raises: Unreadable, OtherVersion."""
    told = unpack(data)
    require_version(told, by_hub=False)
    try:
        *rest, batch = told
        request = Request._make([*rest, None if batch is None else _read_batch(*batch)])
    except (TypeError, ValueError):
        raise Unreadable("not a request") from None
    numbers = (
        request.site,
        request.now_ms,
        request.cursor,
        request.compare,
        request.wait_seconds,
        request.hub_seq,
        request.hub_batch,
    )
    if not all(type(number) is int and 0 <= number < 1 << 62 for number in numbers):
        raise Unreadable("a number is not one")
    if not isinstance(request.epoch, str):
        raise Unreadable("a word is not one")
    if not isinstance(request.receipt, bytes) or len(request.receipt) > MOST_RECEIPT:
        raise Unreadable("a receipt is not one")
    return request


def _read_batch(no: Any, payload: Any, seal: Any) -> SentBatch:
    """Raises: Unreadable."""
    if type(no) is not int or not 0 < no < 1 << 62:
        raise Unreadable("not a batch")
    if not (isinstance(payload, bytes) and isinstance(seal, bytes)):
        raise Unreadable("not a batch")
    return SentBatch(no, digest(payload), payload, seal)


def read_answer(data: bytes, asked: Request | None = None) -> Answer:
    """An answer to what was `asked`; without that it acknowledges no batch. Raises: Unreadable,
    OtherVersion."""
    told = unpack(data)
    require_version(told, by_hub=True)
    try:
        version, epoch, began, now_ms, ack, known, page, *rest = told
        answer = Answer(version, epoch, began, now_ms, None, tuple(known), Page(*page), *rest)
        if ack is not None:
            kind, of_it = ack
            about = b"" if asked is None or asked.batch is None else asked.batch.sha256
            answer = answer._replace(ack=(kind, of_it, about))
    except (TypeError, ValueError):
        raise Unreadable("not an answer") from None
    if not all(type(number) is int for number in (*answer.known[:3], answer.now_ms, answer.seq)):
        raise Unreadable("a number is not one")
    if not (isinstance(answer.epoch, str) and isinstance(answer.receipt, bytes)):
        raise Unreadable("not a receipt")
    return answer
