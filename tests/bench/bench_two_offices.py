"""From a key in one office to the paint on the other's screen: two apps, two daemons, one hub, all real.

A payment is typed on an invoice's row in the north; the figure runs from the byte of Enter to the moment in
which the list of payments in the south has its reference painted. A second figure leaves the screens out:
from a commit in the north's book until the hub has acknowledged it, and until it is in the south's book.
"""

import os
import select
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

from core.payments.commands import record_payment
from core.store import Store
from tests.bench.rounds import main
from tests.builders import OWNER, TODAY
from tests.flows.typed_ahead import bill
from tests.homes import Home
from tests.syncd.processes import Practice
from tests.tui.terminal import Terminal

PAYMENTS, QUICK_PAYMENTS = 60, 2
WARM = 2
PATIENCE_SECONDS = 30.0
LOOK_SECONDS = 0.002


def two_offices(folder: Path, invoices: int) -> Practice:
    """North with so many open invoices, its hub, and South that has joined; their daemons run."""
    practice = Practice(folder)
    home = Home.found(Path(practice.home("north")))
    with home.open() as store:
        bill(store, invoices)
    practice.start_hub("--from", practice.home("north"))
    told = practice.join("South")
    assert told["ok"], told
    for name in ("north", "south"):
        practice.start("office", home=name)
    return practice


def app_of(practice: Practice, name: str, key: str, shows: str) -> Terminal:
    """The screens of an office, on one of its places."""
    env = {
        "DAYSHEET_HOME": practice.home(name),
        "DAYSHEET_KEY_FILE": str(practice.key),
        "DAYSHEET_TODAY": TODAY.isoformat(),
    }
    app = Terminal("-m", "tui.cli", columns=140, lines=40, env=env)
    app.wait_for("1TODAY")
    app.press(key)
    app.wait_for(shows)
    app.stand_until_still()
    return app


def painted(words: dict[Terminal, bytes]) -> dict[Terminal, float]:
    """When a text arrives from each of these screens."""
    began, at = time.perf_counter(), dict[Terminal, float]()
    seen = dict.fromkeys(words, b"")
    of = {app.child.child_fd: app for app in words}
    while len(at) < len(words):
        if time.perf_counter() - began > PATIENCE_SECONDS:
            raise AssertionError(f"{words.values()} never came")
        for descriptor in select.select(list(of), [], [], 0.05)[0]:
            app = of[descriptor]
            seen[app] += os.read(descriptor, 1 << 16)
            if words[app] in seen[app]:
                at.setdefault(app, time.perf_counter())
    for app, data in seen.items():
        app.take(data)
    return at


def from_key_to_paint(practice: Practice, count: int) -> tuple[list[float], list[float]]:
    """Seconds from Enter until the other's screen shows it, and until one's own does, for each payment."""
    ours = app_of(practice, "north", "3", "Client Aaaa")
    theirs = app_of(practice, "south", "6", "PAYMENTS")
    there, here = [], []
    try:
        for at in range(count):
            reference = f"{70_000 + at}"
            ours.press(f"p10k{reference}")
            ours.wait_for(f"[{reference}")
            ours.stand_until_still()
            began = time.perf_counter()
            ours.press("\r")
            shown = painted({theirs: reference.encode(), ours: f"{reference} $".encode()})
            there.append(shown[theirs] - began)
            here.append(shown[ours] - began)
            ours.press("j")
            ours.stand_until_still()
            theirs.press("gg")  # the cursor stays with its row, which each new one moves down
            theirs.stand_until_still()
    finally:
        for app in (ours, theirs):
            app.end()
    return there, here


def until(book: Store, question: str, payment_id: str) -> float:
    """When a question about a payment is answered with yes."""
    began = time.perf_counter()
    while True:
        with book.read() as read:
            if read.value(question, id=payment_id):
                return time.perf_counter()
        assert time.perf_counter() - began < PATIENCE_SECONDS
        time.sleep(LOOK_SECONDS)


def from_commit_to_book(north: Store, south: Store, count: int) -> tuple[list[float], list[float]]:
    """Seconds from a commit until the hub's number for it is there, and until the other book has it."""
    with north.read() as read:
        guarantors = [row[0] for row in read.rows("SELECT id FROM guarantor ORDER BY id")]
    acks, arrivals = [], []

    for at in range(count):
        guarantor = guarantors[at % len(guarantors)]
        with north.write(OWNER) as tx:
            payment_id = record_payment(
                tx, guarantor_id=guarantor, amount_cents=100, method="cash", received_on=TODAY,
                today=TODAY, reference=str(at),
            ).payment_id  # fmt: skip
        began = time.perf_counter()
        acks.append(until(north, "SELECT _q > 0 FROM payment WHERE id = :id", payment_id) - began)
        arrivals.append(until(south, "SELECT 1 FROM payment WHERE id = :id", payment_id) - began)
        time.sleep(0.05)
    return acks, arrivals


def measure(*, quick: bool) -> list[dict[str, object]]:
    count = QUICK_PAYMENTS if quick else PAYMENTS
    with tempfile.TemporaryDirectory() as folder:
        practice = two_offices(Path(folder), count + 1)
        try:
            with practice.opened("north") as north, practice.opened("south") as south:
                acks, arrivals = from_commit_to_book(north, south, count + WARM)
            there, here = from_key_to_paint(practice, count)
        finally:
            practice.close()
    return [
        {
            "bench": "one payment from office to office",
            **_told("key_to_other_screen", there),
            **_told("key_to_own_screen", here),
            **_told("commit_to_ack", acks[WARM:]),
            **_told("commit_to_other_book", arrivals[WARM:]),
            "goal": "commit to the other's screen p50 <= 50 ms, p99 <= 250 ms",
            "payments": count,
        }
    ]


def _told(name: str, seconds: list[float]) -> dict[str, float]:
    p99 = quantiles(seconds, n=100)[98] if len(seconds) > 1 else seconds[0]
    return {f"{name}_p50_ms": _ms(median(seconds)), f"{name}_p99_ms": _ms(min(p99, max(seconds)))}


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)


if __name__ == "__main__":
    main(measure)
