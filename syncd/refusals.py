"""What the hub says no with: one table from a refusal to a status, and one form of body."""

import json

from core.errors import Busy, DomainError, NotFound, OutsideFailure, UsageError
from core.replication.enrol import BadCode, UnknownSite
from core.replication.messages import Unreadable
from core.replication.recognise import Replayed
from syncd.auth import BadSignature, Stale

RETRY_SECONDS = 2
"""After how long a hub that is busy is asked again."""


class Overloaded(Busy):
    code = "busy"

    def __init__(self) -> None:
        super().__init__("The hub has as much to do as it takes on. Ask again in a moment.")


class TooLong(DomainError):
    code = "too_long"

    def __init__(self, most: int) -> None:
        super().__init__(f"The request is longer than the hub takes ({most:,} bytes).")


class TooSlow(DomainError):
    code = "too_slow"

    def __init__(self) -> None:
        super().__init__("The request did not arrive in time.")


class TooOften(DomainError):
    code = "too_often"

    def __init__(self) -> None:
        super().__init__(
            "Too many wrong codes came from your network. Wait a minute, then run the command again."
        )


STATUS: tuple[tuple[type[DomainError], int], ...] = (
    (TooLong, 413),
    (TooSlow, 408),
    (TooOften, 429),
    (UnknownSite, 401),
    (BadSignature, 401),
    (Stale, 401),
    (Replayed, 401),
    (BadCode, 403),
    (Unreadable, 400),
    (UsageError, 400),
    (NotFound, 404),
    (Busy, 503),
    (OutsideFailure, 503),
    (DomainError, 409),
)
"""The first that fits."""


def status_of(error: DomainError) -> int:
    return next(status for kind, status in STATUS if isinstance(error, kind))


def refusal_body(code: str, message: str, now_ms: int) -> bytes:
    """Words and a code, and the hub's time so that an office with a wrong clock can sign again."""
    return json.dumps({"code": code, "message": message, "now_ms": now_ms}).encode()
