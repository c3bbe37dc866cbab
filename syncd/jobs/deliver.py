"""The hub's postman: carries what is due to the practice's mail server, and shares what shares itself.

It works in a thread, so that no slow mail server keeps an office waiting, and writes through the hub's one
writer. Ended at any point it goes on where the facts say it was.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from random import random
from time import sleep
from typing import TYPE_CHECKING, Any

from core.dates import show_instant
from core.delivery.auto_share import is_due, scheduled, share_due
from core.delivery.carrying import Carrier
from core.delivery.mail import bind_mail_password, forget_useless, is_bound, mail_password
from core.delivery.mail_queue import changed_since, ready, waiting
from core.delivery.mailer import MailServerAway
from core.ledger.mail_server import MailServer, mail_server
from core.replication.hub import THE_HUB
from core.store import Tx
from syncd.outside.smtp import SmtpMailer
from syncd.refusals import Overloaded

if TYPE_CHECKING:
    from syncd.hub import Hub

LOOK_SECONDS = 0.5
"""How often it is asked whether there is anything new: two reads of a microsecond's work each."""
TURN = timedelta(minutes=1)
BUSY_TRIES = 60
AWAY_FIRST, AWAY_LAST = 5.0, 600.0
END_SECONDS = 40


class Postman:
    """One of a hub. `keep_carrying` runs until it is cancelled; `stop` lets a mail at work end."""

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self._seen: tuple[object, ...] = ()
        self._wake_at = ""
        self._away_seconds = 0.0
        self._stopping = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._at_work: asyncio.Future[None] | None = None

    async def keep_carrying(self) -> None:
        """Round after round, for ever."""
        self._loop = asyncio.get_running_loop()
        while not self._stopping:
            await asyncio.sleep(self._away_seconds or LOOK_SECONDS)
            self._at_work = asyncio.ensure_future(asyncio.to_thread(self._look))
            try:
                await asyncio.shield(self._at_work)
                self._hub.troubles.over("mail")
                self._away_seconds = 0.0
            except Exception as error:  # noqa: BLE001  told, and tried again
                self._hub.troubles.note("mail", error)
                longer = min(self._away_seconds * 2 or AWAY_FIRST, AWAY_LAST)
                self._away_seconds = longer * (0.5 + random())  # noqa: S311  so that hubs do not come at once

    async def stop(self) -> None:
        """Nothing more leaves; the mail that is being handed over is waited for."""
        self._stopping = True
        if self._at_work is not None and not self._at_work.done():
            with suppress(Exception):
                await asyncio.wait_for(asyncio.shield(self._at_work), END_SECONDS)

    def _look(self) -> None:
        store = self._hub.store
        with store.read() as read:
            seen, now = changed_since(read), show_instant(store.clock())
            if seen == self._seen and now < self._wake_at:
                return
            server = mail_server(read)
            shares = is_due(read, store.clock())
        if shares:
            self._write(share_due)
        self._write_if_useless()
        if server is not None:
            self._carry(server)
        with store.read() as read:
            self._seen = changed_since(read)
            self._wake_at = self._next(read, server)

    def _carry(self, server: MailServer) -> None:
        """Open a connection where there is something to carry. Raises: MailServerAway, InClear."""
        store = self._hub.store
        with store.read() as read:
            if not ready(read, store.clock(), server.since):
                return
        carrier = Carrier(store, self._write, random, lambda: not self._stopping, self._hub.portal_url)
        try:
            with store.read() as read:
                password, bound = mail_password(read, key=store.data_key), is_bound(read)
            with SmtpMailer(server, password) as mailer:
                if password and not bound:
                    self._write(lambda tx: bind_mail_password(tx, server, key=store.data_key))
                carrier.round(server, mailer)
                self._tell(carrier.broken)
        except MailServerAway as error:
            carrier.away(server, error)
            raise

    def _tell(self, broken: Exception | None) -> None:
        if broken is None:
            self._hub.troubles.over("letter")
        else:
            self._hub.troubles.note("letter", broken)

    def _next(self, read: Any, server: MailServer | None) -> str:
        """When something becomes due by the clock alone."""
        clock = self._hub.store.clock()
        now = show_instant(clock)
        at = [one.share_at for one in scheduled(read) if not one.held]
        if server is not None:
            if ready(read, clock, server.since):
                return now
            turn = show_instant(clock + TURN)  # what only waits for its share of the hour
            at += [one.ready_at if one.ready_at > now else turn for one in waiting(read, clock, server.since)]
        return min(at, default="9999")

    def _write_if_useless(self) -> None:
        with self._hub.store.read() as read:
            found = read.value("SELECT 1 FROM mail_passing LIMIT 1")
        if found:
            self._write(forget_useless)

    def _write(self, work: Callable[[Tx], Any]) -> Any:
        """A unit of work by the hub's own writer; what became of a mail is worth waiting for."""
        assert self._loop is not None
        for left in range(BUSY_TRIES - 1, -1, -1):
            try:
                asked = asyncio.run_coroutine_threadsafe(self._hub.write(self._unit, work), self._loop)
                return asked.result()
            except Overloaded:
                if not left:
                    raise
                sleep(LOOK_SECONDS)
        raise AssertionError

    def _unit(self, work: Callable[[Tx], Any]) -> Any:
        with self._hub.store.write(THE_HUB) as tx:
            return work(tx)
