"""How many pages a session may ask for in a minute. In this process alone: it keeps one browser that runs
wild from keeping others waiting; what guards a way in is counted in the book (`core.portal.limits`)."""

from time import monotonic

MOST = 120
SECONDS = 60
MOST_KNOWN = 20_000


class Rates:
    def __init__(self) -> None:
        self._known: dict[str, tuple[float, int]] = {}

    def spend(self, who: str) -> int:
        """Count one more page; answers 0 where it is allowed, else after how many seconds to come again."""
        now = monotonic()
        since, spent = self._known.get(who, (now, 0))
        if now - since >= SECONDS:
            since, spent = now, 0
        self._known[who] = since, spent + 1
        if len(self._known) > MOST_KNOWN:
            self._known = {name: one for name, one in self._known.items() if now - one[0] < SECONDS}
        return max(1, int(since + SECONDS - now)) if spent >= MOST else 0
