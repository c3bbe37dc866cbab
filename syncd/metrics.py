"""What a monitoring system may know of the hub: counts and durations, nothing of any client."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest


class Metrics:
    """One registry a hub, so that several in one process do not mix."""

    def __init__(self) -> None:
        own = self.registry = CollectorRegistry()
        self.requests = Counter(
            "syncd_requests", "Requests by route and status", ("route", "status"), registry=own
        )
        self.seconds = Histogram(
            "syncd_request_seconds",
            "Time to answer, without the wait of a long poll",
            ("route",),
            registry=own,
        )
        self.rows = Counter("syncd_rows", "Rows by direction", ("direction",), registry=own)
        self.waiting = Gauge("syncd_waiting_offices", "Long polls that wait for something new", registry=own)
        self.head = Gauge("syncd_last_number", "The last number that the hub gave", registry=own)

    def text(self) -> bytes:
        return generate_latest(self.registry)
