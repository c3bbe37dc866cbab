"""An office joins: it knows the hub by a fingerprint, gives the code once, and gets the whole book.

The book is made under another name. What the hub is asked with is kept in it before the hub hears of it, and
that it has joined before the first row comes: cut off anywhere, it goes on with the same command, without
another code.
"""

import asyncio
import hashlib
import os
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from core.errors import DomainError
from core.ids import fresh
from core.ledger.summaries import keep
from core.replication.asking import NO_SITE_YET, Asking, ask_with, asking, let_in
from core.replication.enrol import Welcome
from core.replication.messages import Unreadable, pack, require_version, unpack
from core.replication.seals import new_key, public_key
from core.replication.standing import own_site, series_of
from core.security.files import (
    CannotWrite,
    alone_in,
    clear_database,
    keep_aside,
    remove_if_empty,
    sync_folder,
)
from core.security.found import require_no_book
from core.security.keys import (
    MIN_PASSPHRASE,
    RECOVERY,
    Keys,
    ShortPassphrase,
    new_data_key,
    new_recovery_code,
)
from core.security.unlock import BOOK, KEYS
from core.store import Store
from core.trouble import DiskFull
from syncd.auth import NEW
from syncd.line import Line, Trouble
from syncd.office import Office

JOINING = ".joining"
PIN_DIGITS = 32
TRIES = 5


class WrongPin(DomainError):
    code = "wrong_hub"

    def __init__(self, seen: str) -> None:
        super().__init__(
            f"What answers has the fingerprint {seen}, which is not the hub's. The code was not given away."
            " Compare the address and --pin with what `syncd invite` printed."
        )


class Hello(NamedTuple):
    """Who a hub says it is; `own` is its certificate where it is its own."""

    url: str
    hub_key: bytes
    own: str
    seen: str
    """The certificate that was shown; empty without TLS."""

    @property
    def pin(self) -> str:
        return pin_of(self.hub_key)


def pin_of(hub_key: bytes) -> str:
    """The fingerprint of a hub's key, by which a person compares it."""
    return hashlib.sha256(b"daysheet-hub|" + hub_key).hexdigest()[:PIN_DIGITS]


async def greet(url: str, clock: Callable[[], datetime]) -> Hello:
    """Ask a hub who it is. Nothing secret is said before that is known. Raises: Trouble."""
    seen = await asyncio.to_thread(_certificate_at, url) if url.startswith("https:") else ""
    told = await _hello(url, seen, clock)
    if told.own and told.own != seen:
        # Somebody in between has opened the connection, and shows a certificate of theirs.
        raise Trouble("certificate_unknown")
    if seen and not told.own:
        told = await _hello(url, "", clock)  # then public authorities must vouch for what is shown
    return told


async def _hello(url: str, pinned: str, clock: Callable[[], datetime]) -> Hello:
    line = Line(url, private_key=new_key(), keyid=NEW, hub_key=b"", pinned=pinned, clock=clock)
    try:
        answer = await line.ask_first("/sync/v1/hello", _key_in)
    finally:
        await line.close()
    return Hello(url, _key_in(answer), _own_in(answer), pinned)


def _key_in(answer: bytes) -> bytes:
    """Raises: Unreadable, OtherVersion."""
    told = unpack(answer)
    require_version(told, by_hub=True)
    if len(told) < 5 or not isinstance(told[2], bytes):
        raise Unreadable("not a hub")
    return told[2]


def _own_in(answer: bytes) -> str:
    own = unpack(answer)[3]
    if not isinstance(own, str):
        raise Unreadable("not a hub")
    return own


def _certificate_at(url: str) -> str:
    """The certificate that is shown at an address, whoever vouches for it. Raises: Trouble."""
    parts = urlsplit(url)
    try:
        return ssl.get_server_certificate((parts.hostname or "", parts.port or 443), timeout=10)
    except ssl.SSLError:
        raise Trouble("tls") from None
    except (OSError, ValueError):
        raise Trouble("away") from None


async def enrol(asked: Asking, clock: Callable[[], datetime]) -> Welcome:
    """Give the code, and again where the answer was lost. Raises: Trouble."""
    line = Line(
        asked.url, private_key=asked.private_key, keyid=NEW, hub_key=asked.hub_key, pinned=asked.hub_cert,
        clock=clock,
    )  # fmt: skip
    said = pack([asked.code, public_key(asked.private_key), asked.person])
    try:
        for left in range(TRIES - 1, -1, -1):
            try:
                told = unpack(await line.ask("POST", "/sync/v1/enrol", said))
                break
            except Trouble as trouble:
                if left == 0 or trouble.code not in ("no_answer", "busy"):
                    raise
                await asyncio.sleep(1)
    finally:
        await line.close()
    try:
        return Welcome(*told)
    except TypeError:
        raise Unreadable("not a welcome") from None


class Joined(NamedTuple):
    """`recovery_code` is empty where an earlier try has shown it."""

    site: int
    series: str
    rows: int
    recovery_code: str


class Begun(NamedTuple):
    """An office that has not got its book whole. `asking` is what it asks the hub with until it is let in;
    the recovery code is shown then."""

    store: Store
    passphrase: str
    recovery_code: str
    asking: Asking | None


def require_passphrase(passphrase: str) -> None:
    """Raises: ShortPassphrase; before the code is given away."""
    if len(passphrase) < MIN_PASSPHRASE:
        raise ShortPassphrase


@contextmanager
def alone(folder: str) -> Iterator[None]:
    """One joining at a time in a folder, made where there is none. Raises: BookExists, CannotWrite."""
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)  # noqa: PTH103
        with alone_in(folder):
            require_no_book(folder)
            try:
                yield
            finally:
                remove_if_empty(folder)
    except OSError as error:
        raise CannotWrite(error.filename or folder, error) from None


def is_begun(folder: str) -> bool:
    """Whether a joining was cut off here and can go on."""
    return all(os.path.exists(os.path.join(folder, name)) for name in (BOOK + JOINING, KEYS))  # noqa: PTH110, PTH118


def begin(
    folder: str, hello: Hello, code: str, *, passphrase: str, person: str, clock: Callable[[], datetime]
) -> Begun:
    """Make the empty book, everything that it takes to open it, and what the hub will be asked with.

    Raises: DiskFull, CannotWrite; then nothing was asked.
    """
    making, slots = os.path.join(folder, BOOK + JOINING), os.path.join(folder, KEYS)  # noqa: PTH118
    asked = Asking(hello.url, hello.hub_key, hello.own, code, new_key(), person)
    with ExitStack() as undo:
        clear_database(making)
        undo.callback(clear_database, making)
        data_key, recovery_code = new_data_key(), new_recovery_code()
        store = Store.create(making, data_key, clock, keep, site=NO_SITE_YET)
        undo.callback(store.close)
        ask_with(store, asked)
        keys = Keys.fresh(slots, fresh(int(clock().timestamp() * 1000)))
        keys.add_secret("passphrase", NEW, person, passphrase, data_key)
        keys.add_secret("recovery", RECOVERY, "recovery", recovery_code, data_key)
        if os.path.lexists(slots):
            keep_aside(slots)
        keys.save()
        undo.pop_all()
    return Begun(store, passphrase, recovery_code, asked)


def go_on(folder: str, secret: str, clock: Callable[[], datetime]) -> Begun:
    """Open what an earlier try has begun; where that one was not let in, with another recovery code, because
    nobody has seen the first. Raises: WrongPassphrase, DamagedKeys."""
    keys = Keys.load(os.path.join(folder, KEYS))  # noqa: PTH118
    data_key, _ = keys.unlock(secret)
    store = Store.open(os.path.join(folder, BOOK + JOINING), data_key, clock, keep)  # noqa: PTH118
    with store.read() as read:
        asked = asking(read)
    recovery_code = ""
    if asked is not None:
        recovery_code = new_recovery_code()
        keys.add_secret("recovery", RECOVERY, "recovery", recovery_code, data_key)
        keys.drop("recovery", None, keep=1)
        keys.save()
    return Begun(store, secret, recovery_code, asked)


async def ask_in(begun: Begun, folder: str, code: str, clock: Callable[[], datetime]) -> Welcome | None:
    """Ask the hub to be let in, with the code of the first try; where it does not take that one, with the one
    that was typed now. None where this office is in already.

    Raises: Trouble; where no code was taken, nothing is left of the try.
    """
    asked = begun.asking
    if asked is None:
        return None
    try:
        try:
            return await enrol(asked, clock)
        except Trouble as trouble:
            if trouble.code != "bad_code" or asked.code == code:
                raise
        again = asked._replace(code=code)
        ask_with(begun.store, again)
        return await enrol(again, clock)
    except Trouble as trouble:
        begun.store.close()
        if trouble.code == "bad_code":
            clear_database(os.path.join(folder, BOOK + JOINING))  # noqa: PTH118
            os.unlink(os.path.join(folder, KEYS))  # noqa: PTH108, PTH118
        raise


def come_in(begun: Begun, folder: str, welcome: Welcome) -> None:
    """The hub has let this office in: its keys are those of the person who works here, its book is that
    site's. The recovery code has been shown."""
    assert begun.asking is not None
    keys, store = Keys.load(os.path.join(folder, KEYS)), begun.store  # noqa: PTH118
    keys.add_secret("passphrase", welcome.user_id, begun.asking.person, begun.passphrase, store.data_key)
    keys.drop("passphrase", None, keep=1)
    keys.save()
    let_in(store, begun.asking, welcome)


async def fetch(begun: Begun, folder: str, progress: Callable[[int], None]) -> Joined:
    """Get the whole book, and give it its name. Raises: Trouble, DiskFull; then the same again goes on."""
    try:
        rows = await Office(begun.store, unused=True).in_step(progress)
        with begun.store.read() as read:
            site = own_site(read)
            series = series_of(read, site)
    finally:
        begun.store.close()
    making, book = os.path.join(folder, BOOK + JOINING), os.path.join(folder, BOOK)  # noqa: PTH118
    if os.path.lexists(making + "-wal"):  # closing could not fold the log into the file
        raise DiskFull
    os.replace(making, book)  # noqa: PTH105
    sync_folder(folder)
    return Joined(site, series, rows, begun.recovery_code)
