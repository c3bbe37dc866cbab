"""A hub that takes cards and is killed: forked from a process that has loaded everything.

Run as `python -m tests.syncd.card_victims FOLDER [careless]`: each line on stdin is a port, and is answered
with the process id. A *careless* hub acts on each delivery as it comes, without an inbox and without a key.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from core.dates import local_day
from core.payments import checkout
from core.payments.commands import record_payment
from core.practice.timezone import timezone
from core.store import Tx
from syncd import cards
from syncd.outside import stripe as _loaded  # noqa: F401  so that a start costs milliseconds
from syncd.trouble import Pauses
from tests.syncd.victims import ONE_REQUEST, run_hub


def be_careless() -> None:
    """What a hub without an inbox would do: the payment of an event is posted when the event comes."""

    def post(tx: Tx, intent: Any, kind: str) -> None:
        asked = checkout._asked(tx, intent)
        if kind == "payment_intent.succeeded" and asked is not None:
            day = local_day(tx.now, timezone(tx))
            record_payment(
                tx, guarantor_id=asked.guarantor_id, amount_cents=intent.amount_cents, method="card_external",
                received_on=day, today=day, reference=intent.ref,
            )  # fmt: skip

    async def take(self: cards.Cards, body: bytes, signature: str) -> bool:
        processor = self.require()
        event = processor.read_event(body, signature)
        if event.kind.startswith("payment_intent."):
            intent = await self._out(processor.intent, event.about)
            await self._hub.write(self._write, post, intent, event.kind)
        return True

    cards.Cards.take = take  # type: ignore[method-assign]


def main() -> None:
    folder = Path(sys.argv[1])
    if "careless" in sys.argv[2:]:
        be_careless()
    # A connection for each request, so that each meets the network anew.
    httpx.Client = partial(httpx.Client, limits=ONE_REQUEST)  # type: ignore[misc,assignment]
    Pauses.FIRST, Pauses.LAST = 0.02, 0.3
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        child = os.fork()
        if child:
            sys.stdout.write(f"{child}\n")
            sys.stdout.flush()
            continue
        sys.stdin.close()
        try:
            run_hub(folder, int(line))
        except BaseException:  # noqa: BLE001  a forked process says why it ends
            traceback.print_exc()
        finally:
            os._exit(0)


if __name__ == "__main__":
    main()
