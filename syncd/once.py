"""What the hub remembers of requests for a while: that each is answered once, and who guesses codes.

A request that brings something is remembered in the book, with what it brought. One that only asks is
remembered here: its answer changes nothing, and a write for each would keep offices waiting that bring
something. A hub that was started anew takes no request from before, so nothing is lost with the memory.
"""

from collections import deque
from ipaddress import ip_address, ip_network

from core.replication.recognise import Replayed
from syncd.auth import SKEW_SECONDS, Said, Stale
from syncd.refusals import Overloaded, TooOften

MOST_NONCES = 500_000
"""Five minutes of more requests than a hub can answer."""

MOST_GUESSES = 10
"""Wrong codes from one network in a minute; a right one has 80 bits."""

GUESS_SECONDS = 60
MOST_NETWORKS = 1_000


class Once:
    """Requests of offices that were answered; used on the event loop."""

    def __init__(self, started_seconds: int) -> None:
        self._started = started_seconds
        self._seen: dict[str, int] = {}

    def spend(self, said: Said) -> None:
        """Answer a request this once. Raises: Replayed, Stale, Overloaded."""
        if said.created < self._started:
            raise Stale
        if len(self._seen) >= MOST_NONCES:
            raise Overloaded
        name = f"{said.keyid}:{said.nonce}"
        if name in self._seen:
            raise Replayed
        self._seen[name] = said.created

    def forget(self, now_seconds: int) -> None:
        """Requests whose time would not be taken any more."""
        self._seen = {n: at for n, at in self._seen.items() if at >= now_seconds - SKEW_SECONDS}


class Guesses:
    """Wrong codes by the network that they came from; used on the event loop."""

    def __init__(self) -> None:
        self._at: dict[str, deque[float]] = {}

    def require_few(self, host: str, now: float) -> None:
        """Raises: TooOften."""
        times = self._at.get(_network(host), deque())
        while times and times[0] <= now - GUESS_SECONDS:
            times.popleft()
        if len(times) >= MOST_GUESSES:
            raise TooOften

    def wrong(self, host: str, now: float) -> None:
        """Remember a wrong code; of the networks, the last ones."""
        name = _network(host)
        times = self._at.pop(name, deque(maxlen=MOST_GUESSES))
        times.append(now)
        self._at[name] = times
        while len(self._at) > MOST_NETWORKS:
            del self._at[next(iter(self._at))]


def _network(host: str) -> str:
    """An address, or of IPv6 the network that one customer has."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return str(address) if address.version == 4 else str(ip_network(f"{address}/64", strict=False))
