"""What office and hub say to each other in an exchange, and that it has the shape agreed on."""

from typing import Any, NamedTuple

from core.errors import DomainError
from core.sync.page import Page
from core.sync.wire import MOST_BYTES, Unreadable, pack, unpack

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
    no: int
    sha256: bytes
    payload: bytes
    seal: bytes
    """The site's signature under its chain's head after the batch; empty where it has no facts."""


class Request(NamedTuple):
    """An office asks for what is above its cursor and brings what it has. `now_ms` is its clock without
    any offset. A book that went back in time asks what the hub knows of its facts from `compare` on; 0 asks
    nothing. `everything` asks for what this office wrote as well. `receipt` is the last one that the hub gave
    it; empty where there is none."""

    version: int
    site: int
    epoch: str
    now_ms: int
    cursor: int
    compare: int
    wait_seconds: int
    everything: bool
    receipt: bytes
    batch: SentBatch | None

    def packed(self) -> bytes:
        return pack(list(self))


class Answer(NamedTuple):
    """`ack` is None or a kind of answer to the batch, what belongs to it, and the batch's SHA-256:
    ("taken", [no, sha256, runs]), ("expect", no), ("other", no), ("clock", 0), ("missing", no). `heads` are
    [site, no, head] of all chains where the office has everything then; `seals` [site, no, head, signature].
    `known` is the office's site, the number of its last batch, of its last fact, and the links of its chain
    that it asked for. `began` is the hub's last number before this life; `receipt` says, signed by the hub,
    how far it is."""

    version: int
    epoch: str
    began: int
    now_ms: int
    ack: tuple[str, Any, bytes] | None
    known: tuple[int, int, int, dict[str, bytes]]
    page: Page
    seals: list[list[Any]]
    heads: list[list[Any]]
    receipt: bytes

    def packed(self) -> bytes:
        return pack(list(self))


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
        request = Request(*told)
        if request.batch is not None:
            request = request._replace(batch=SentBatch(*request.batch))
    except (TypeError, ValueError):
        raise Unreadable("not a request") from None
    numbers = (
        request.site,
        request.now_ms,
        request.cursor,
        request.compare,
        request.wait_seconds,
    )
    if not all(type(number) is int and 0 <= number < 1 << 62 for number in numbers):
        raise Unreadable("a number is not one")
    if not isinstance(request.epoch, str):
        raise Unreadable("a word is not one")
    if not isinstance(request.receipt, bytes) or len(request.receipt) > MOST_RECEIPT:
        raise Unreadable("a receipt is not one")
    if request.batch is not None:
        no, *parts = request.batch
        if type(no) is not int or not 0 < no < 1 << 62 or not all(isinstance(part, bytes) for part in parts):
            raise Unreadable("not a batch")
    return request


def read_answer(data: bytes) -> Answer:
    """Raises: Unreadable, OtherVersion."""
    told = unpack(data)
    require_version(told, by_hub=True)
    try:
        version, epoch, began, now_ms, ack, known, page, *rest = told
        said = None if ack is None else tuple(ack)
        return Answer(version, epoch, began, now_ms, said, tuple(known), Page(*page), *rest)
    except (TypeError, ValueError):
        raise Unreadable("not an answer") from None
