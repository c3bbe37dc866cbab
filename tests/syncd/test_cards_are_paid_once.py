"""RF1, RF2: every card payment is in the book once, to the cent, whatever is killed, lost, doubled or late.

A real hub is killed again and again behind a bad network to a stand-in for Stripe; half of the payments are
made on its page, half with a card on file that an office asked for. Its events are delivered several times in
any order. The same without the inbox and the key shows doubles.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import httpx

from core.dates import system_now
from core.ledger.account import account_of, facts_of
from core.payments.card import CardSeen
from core.payments.card_file import ask_charge, cards_of, charges_of, keep_card
from core.payments.checkout import Consent, begin_payment, parts_for
from core.payments.outbox import page_of
from core.payments.queries import invoice_state
from core.store import Read, Store
from core.tables import CardConsent, ProcessorCustomer
from tests.architecture.source import ROOT
from tests.builders import OWNER, TODAY
from tests.sizes import sized
from tests.stripe_double import GOOD, Double, deliver
from tests.syncd.chaos_proxy import FAULTS, ChaosProxy
from tests.syncd.network import Served
from tests.syncd.rehearsal import connect, owe, stand_in
from tests.syncd.test_nothing_is_lost_when_killed import free_port
from tests.syncd.victims import DATABASE, opened

PAYMENTS = sized(16, 500)
KILLS = sized(3, 10)
DELIVERIES = sized(60, 2_000)
CARELESS = sized(4, 12)
SEED = 20261122


class Owed(NamedTuple):
    """An invoice that somebody will pay by card; `card_id` is empty where on the processor's page."""

    guarantor_id: str
    invoice_id: str
    cents: int
    card_id: str = ""


class Hub:
    """The process that is killed."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        environ = {**os.environ, "PYTHONPATH": str(ROOT)}
        self._zygote = subprocess.Popen(
            [sys.executable, "-m", "tests.syncd.card_victims", str(folder), *words],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ, cwd=ROOT,
        )  # fmt: skip
        self.start()

    def start(self) -> None:
        assert self._zygote.stdin
        assert self._zygote.stdout
        self._zygote.stdin.write(f"{self.port}\n")
        self._zygote.stdin.flush()
        self._pid = int(self._zygote.stdout.readline())

    def kill(self) -> None:
        os.kill(self._pid, signal.SIGKILL)
        with suppress(ProcessLookupError):
            while True:  # until its socket is free
                os.kill(self._pid, 0)
                os.sched_yield()

    def listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True

    def close(self) -> None:
        self.kill()
        self._zygote.kill()
        self._zygote.communicate()


@contextmanager
def practice(folder: Path, payments: int, database: str) -> Iterator[list[Owed]]:
    """A hub's book, in a file or a database, in which so many invoices are open."""
    network = Served(folder, database)
    if database:
        (folder / DATABASE).write_text(database)
    office, random = network.offices[1], Random(SEED)
    owed = []
    for n in range(payments):
        cents = random.randrange(50, 40_000)
        owed.append(Owed(*owe(office, f"Client {n}", cents), cents))
    while (taken := network.exchange(office)).more or taken.unsent:
        pass
    network.close()
    yield owed


async def with_cards(store: Store, double: Double, owed: list[Owed]) -> list[Owed]:
    """Every second of them has a card on file, known to the processor as well."""
    made = []
    for n, one in enumerate(owed):
        if n % 2:
            made.append(one)
            continue
        customer, ref = await double.card_on_file(GOOD)
        with store.write(OWNER) as tx:
            consent = CardConsent(
                guarantor_id=one.guarantor_id, version="1", words="w", agreed_at=tx.now_text, person="Ada"
            )
            known = ProcessorCustomer(guarantor_id=one.guarantor_id, processor_ref=customer)
            known.once = f"customer:{one.guarantor_id}"
            tx.add(known)
            keep_card(tx, one.guarantor_id, tx.add(consent), CardSeen(ref, "visa", "4242", 12, 2034))
            made.append(one._replace(card_id=cards_of(tx, one.guarantor_id)[0].card_id))
    return made


async def pay(store: Store, one: Owed) -> None:
    """A person pays an invoice on the processor's page, or a biller charges the card on file. No page of ours
    is there to come back to: only the event tells of it."""
    with store.write(OWNER) as tx:
        if one.card_id:
            ask_charge(tx, one.card_id, one.invoice_id, today=TODAY)
            return
        parts = parts_for(tx, one.guarantor_id, invoice_id=one.invoice_id)
        consent = Consent("1", "You may charge this card.", "Ada")
        checkout_id = begin_payment(
            tx, guarantor_id=one.guarantor_id, parts=parts, form=one.invoice_id, consent=consent
        )
    while True:
        with store.read() as read:
            page = page_of(read, checkout_id)
        if page is not None and page.state == "done":
            break
        await asyncio.sleep(0.02)
    async with httpx.AsyncClient(timeout=30, verify=False) as client:
        assert (await client.post(page.url, data={"number": GOOD})).status_code == 303


async def post_events(
    double: Double, hub: Hub, random: Random, least: int, ended: asyncio.Event
) -> Counter[int]:
    """Deliver every event at least twice, in any order, until the hub has said of each that it has it, and
    all is `ended` that more would come of."""
    said: Counter[int] = Counter()
    had: Counter[str] = Counter()
    while True:
        open_ones = [e for e in double.events if had[e["id"]] < 2]
        if not open_ones and ended.is_set() and sum(said.values()) >= least:
            return said
        if not double.events:
            await asyncio.sleep(0.02)
            continue
        event = random.choice(open_ones or double.events)
        status = await deliver(hub.url, event)
        said[status] += 1
        had[event["id"]] += status == 200
        await asyncio.sleep(0 if status else 0.01)


async def kill_sometimes(double: Double, hub: Hub, random: Random, kills: int, payments: int) -> None:
    """Each kill after some payments more, wherever the hub is just then."""
    for n in range(1, kills + 1):
        while len(double.intents) < n * payments // (kills + 1):
            await asyncio.sleep(0.005)
        await asyncio.sleep(random.random() * 0.2)
        hub.kill()
        hub.start()


TO_ASK = """
SELECT (SELECT count(*) FROM processor_call WHERE state = 'waiting')
     + (SELECT count(*) FROM card_charge AS c
        WHERE NOT EXISTS (SELECT 1 FROM charge_answer AS a WHERE a.charge_id = c.id))
"""
LEFT = f"{TO_ASK} + (SELECT count(*) FROM processor_event WHERE state = 'waiting')"


async def rest(store: Store, what: str) -> None:
    """Until nothing of it waits any more."""
    async with asyncio.timeout(120):
        while True:
            with store.read() as read:
                if not read.value(what):
                    return
            await asyncio.sleep(0.05)


async def run(
    folder: Path, owed: list[Owed], *, kills: int, deliveries: int, words: tuple[str, ...] = ()
) -> Any:
    """All of it; answers what the stand-in, the proxy and the deliveries counted."""
    random = Random(SEED)
    with stand_in() as (double, running):
        proxy = ChaosProxy(running.port, random)
        proxy.calm = bool(words)
        address = f"http://127.0.0.1:{await proxy.start()}"
        store = opened(folder, "hub")
        store.clock = system_now
        connect(store, folder, address)
        owed = await with_cards(store, double, owed)
        hub = Hub(folder, *words)
        try:
            killing = asyncio.create_task(kill_sometimes(double, hub, random, kills, len(owed)))
            gate = asyncio.Semaphore(8)

            async def one_by_one(one: Owed) -> None:
                async with gate:
                    await pay(store, one)

            ended = asyncio.Event()
            posting = asyncio.create_task(post_events(double, hub, random, deliveries, ended))
            await asyncio.gather(*(one_by_one(one) for one in owed))
            await killing
            proxy.calm = True
            if words:
                while sum(e["type"] == "payment_intent.succeeded" for e in double.events) < len(owed):
                    await asyncio.sleep(0.02)
            else:
                await rest(store, TO_ASK)
            ended.set()
            said = await posting
            if not words:
                await rest(store, LEFT)
        finally:
            hub.close()
            await proxy.stop()
        return store, double, proxy, said, owed


PAID = "SELECT reference, amount_cents FROM payment ORDER BY reference"


def left(read: Read, owed: list[Owed]) -> int:
    """What is on no invoice, on all accounts."""
    return sum(account_of(facts_of(read, one.guarantor_id)).credit_cents for one in owed)


def test_rf2_every_card_payment_is_in_the_book_exactly_once_to_the_cent(
    hub_database: str, tmp_path: Path
) -> None:
    with practice(tmp_path, PAYMENTS, hub_database) as owed:
        made = run(tmp_path, owed, kills=KILLS, deliveries=DELIVERIES)
        store, double, proxy, said, owed = asyncio.run(made)
        with store.read() as read:
            posted = read.rows(PAID)
            open_cents = sum(invoice_state(read, one.invoice_id).balance_cents for one in owed)
            credit = left(read, owed)
            answers = {c.outcome for one in owed if one.card_id for c in charges_of(read, one.invoice_id)}
            kept = read.value("SELECT count(*) FROM processor_event")
        asked, where = Counter(one.cents for one in owed), "PostgreSQL" if hub_database else "file"
        print(
            f"cards, {where}: {len(owed)} payments, {KILLS} kills, {sum(said.values())} deliveries of"
            f" {len(double.events)} events, {double.replays} calls answered again,"
            f" network {dict(proxy.counts)}"
        )
        assert Counter(cents for _, cents in posted) == asked
        assert sorted(ref for ref, _ in posted) == sorted(double.intents)
        assert (open_cents, credit, answers) == (0, 0, {"paid"})
        assert kept == len(double.events)
        assert sum(proxy.counts[fault] for fault in FAULTS) > 0
        store.close()


def test_rf2_without_the_inbox_and_the_key_the_same_run_shows_doubles(
    hub_database: str, tmp_path: Path
) -> None:
    with practice(tmp_path, CARELESS, hub_database) as owed:
        made = run(tmp_path, owed, kills=0, deliveries=0, words=("careless",))
        store, *_ = asyncio.run(made)
        with store.read() as read:
            posted = [ref for ref, _ in read.rows(PAID)]
        assert len(posted) > len(set(posted))
        store.close()
