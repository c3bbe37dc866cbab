"""What each word of `syncd` does."""

import asyncio
import getpass
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import uvicorn

from core.actors import Role
from core.dates import system_now
from core.errors import Busy, UsageError
from core.practice.commands import require_series
from core.replication import enrol
from core.replication.office import has_link
from core.replication.recognise import hub_self
from core.replication.seals import public_key
from core.replication.standing import IN_WORDS, is_hub, office_standing, offices_at_hub
from core.security.unlock import BOOK, acting
from core.store import Store
from syncd import joining, moving
from syncd.door import Door
from syncd.founding import found_hub, link_first, settle_address
from syncd.guard import listen, server_of
from syncd.hub import Hub, app_of
from syncd.line import LOOPBACK, require_address
from syncd.office import Office
from syncd.portal import started
from syncd.tls import certificate_in, fingerprint, hub_context, hub_context_of_files


class CannotListen(Busy):
    code = "cannot_listen"

    def __init__(self, bind: str, error: OSError) -> None:
        super().__init__(f"The hub cannot listen on {bind}: {os.strerror(error.errno or 0)}.")


class AlreadyRuns(Busy):
    code = "already_runs"

    def __init__(self) -> None:
        super().__init__("`syncd office` runs for this book already.")


class NeedsPin(UsageError):
    code = "needs_pin"

    def __init__(self) -> None:
        super().__init__("Name the hub's fingerprint with --pin, as `syncd invite` printed it.")


# The hub


def hub(door: Door) -> int:
    """Run the hub until it is told to end."""
    host, port = _bind_of(door.options.bind)
    if door.options.no_tls and host not in LOOPBACK:
        raise UsageError("Without TLS the hub listens on this computer alone: --bind 127.0.0.1:8765.")
    if bool(door.options.tls_cert) != bool(door.options.tls_key):
        raise UsageError("--tls-cert and --tls-key belong together.")
    started.check_options(door.options, _bind_of)
    if door.database:
        return _run_hub(door, _database_store(door), host, port)
    if moving.has_secret(door.home):
        raise moving.InDatabase(door.home)
    if door.options.restored:
        raise UsageError("--restored is for a hub in a database. A file is restored with `daysheet restore`.")
    os.makedirs(door.home, mode=0o700, exist_ok=True)  # noqa: PTH103
    with moving.hub_lock(door.home):
        return _run_hub(door, _hub_store(door), host, port)


def _run_hub(door: Door, store: Store, host: str, port: int) -> int:
    try:
        listening = listen(host, port)
    except OSError as error:
        store.close()
        raise CannotListen(door.options.bind, error) from None
    try:
        _serve(door, store, listening, host)
    finally:
        listening.close()
        store.close()
    return 0


def _bind_of(bind: str, option: str = "--bind") -> tuple[str, int]:
    host, _, port = bind.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise UsageError(f"{option} takes HOST:PORT, such as 127.0.0.1:8765.")
    return host.strip("[]"), int(port)


def _hub_store(door: Door) -> Store:
    """The hub's book, made where there is none. Raises: NoHubYet, NotTheHub."""
    if not os.path.exists(os.path.join(door.home, BOOK)):  # noqa: PTH110, PTH118
        if not door.options.source:
            raise moving.NoHubYet(door.home)
        office, actor = door.managed(os.path.abspath(door.options.source))  # noqa: PTH100
        try:
            found_hub(office, actor, door.home, clock=system_now)
        finally:
            office.close()
    store = door.open(door.home).store
    with store.read() as read:
        enrol.require_hub(read)
    return store


def _database_store(door: Door) -> Store:
    """The hub's book in its database, brought there where it has just been made from an office's.

    Raises: NotMovedYet, NoHubSecret, NoHubThere.
    """
    if door.options.source and not moving.has_secret(door.home):
        os.makedirs(door.home, mode=0o700, exist_ok=True)  # noqa: PTH103
        with moving.hub_lock(door.home, alone=True):
            moving.move_hub(_hub_store(door), door.database, door.counting())
    if moving.has_book(door.home):
        raise moving.NotMovedYet(door.home)
    opened = door.open()
    if door.options.restored:
        moving.go_on_after_restore(opened, door.home)
    for sentence in moving.database_advice(opened.store, door.options.database or ""):
        door.say(sentence)
    return opened.store


def _serve(door: Door, store: Store, listening: socket.socket, host: str) -> None:
    options = door.options
    own_tls = not (options.no_tls or options.tls_cert)
    with store.read() as read:
        known = hub_self(read).url
    port = listening.getsockname()[1]
    if not options.no_tls and known.startswith("http:"):  # it was started without TLS before
        known = known.replace("http:", "https:", 1)
    url = require_address(options.url) if options.url else known or _url(host, port, tls=not options.no_tls)
    names = ["localhost", "127.0.0.1", socket.gethostname()]
    settle_address(store, enrol.FOUNDER, url=url, own_tls=own_tls, names=names)
    if options.source:
        _link_source(door, store)
    with store.read() as read:
        own = hub_self(read)
    context = hub_context(own.tls) if own.tls else None
    if options.tls_cert:
        context = hub_context_of_files(options.tls_cert, options.tls_key)
    pin = joining.pin_of(public_key(own.private_key))
    data: dict[str, Any] = {
        "url": own.url,
        "port": port,
        "pin": pin,
        "certificate_sha256": fingerprint(certificate_in(own.tls)) if own.tls else "",
    }
    lines = [
        f"The hub listens on {host}:{port}; offices reach it as {own.url}.",
        f"Its fingerprint: {pin}",
        "Another terminal: `syncd invite OFFICE` prints a code to join with. Ctrl-C ends the hub.",
    ]
    app = app_of(store, door.home)
    server = server_of(app, context, app.state.hub.bell.let_go)
    portal = _portal(door, app.state.hub)
    try:
        if portal:
            data["portal"] = {"url": portal.url, "port": portal.port}
            lines.insert(1, f"Clients reach the portal as {portal.url} (port {portal.port} here).")
        running = [(server, listening)] + ([(portal.server, portal.listening)] if portal else [])
        _run(running, lambda: door.answer(data, lines))
    finally:
        if portal:
            portal.listening.close()


def _portal(door: Door, hub: Hub) -> started.Started | None:
    """Raises: CannotListen."""
    try:
        return started.start_portal(hub, door.options, _bind_of)
    except OSError as error:
        raise CannotListen(door.options.portal_bind, error) from None


def _url(host: str, port: int, *, tls: bool) -> str:
    if host in ("0.0.0.0", "::"):  # noqa: S104
        raise UsageError("Say with --url how offices reach this hub, such as https://hub.example:8765.")
    return require_address(f"{'https' if tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port}")


def _link_source(door: Door, store: Store) -> None:
    """The office that the hub was made from, where it is not linked yet."""
    office, actor = door.managed(os.path.abspath(door.options.source))  # noqa: PTH100
    try:
        with office.read() as read:
            linked = has_link(read)
        if not linked:
            link_first(store, office, actor)
            door.say("The book it was made from is its first office: run `syncd office` there.")
    finally:
        office.close()


def _run(servers: list[tuple[uvicorn.Server, socket.socket]], ready: Callable[[], None]) -> None:
    """Serve until told to end. Each hears the signal after the one that was started after it has ended."""

    async def serve() -> None:
        tasks = []
        for server, listening in servers:
            task = asyncio.ensure_future(server.serve(sockets=[listening]))
            tasks.append(task)
            while not server.started and not task.done():
                await asyncio.sleep(0.01)
        if all(server.started for server, _ in servers):
            ready()
        await asyncio.gather(*tasks)

    asyncio.run(serve())


def invite(door: Door) -> int:
    """A code with which one office may join once."""
    store, actor = door.managed()
    options = door.options
    letters = "".join(c for c in options.office.upper() if "A" <= c <= "Z")
    series = (options.series or letters[:4] or "A").upper()
    require_series(series)
    with store.write(actor) as tx:
        made = enrol.invite(tx, name=options.office, series=series, role=Role(options.role))
        own = hub_self(tx)
    store.close()
    pin = joining.pin_of(public_key(own.private_key))
    certificate = fingerprint(certificate_in(own.tls)) if own.tls else ""
    door.answer(
        {
            "code": made.code,
            "expires_at": made.expires_at,
            "url": own.url,
            "pin": pin,
            "certificate_sha256": certificate,
            "series": series,
        },
        [
            f"{options.office} may join once until {made.expires_at}. In the new office, on its computer:",
            f"  syncd join {own.url} {made.code} --pin {pin}",
            *([f"SHA-256 of the hub's certificate: {certificate}"] if certificate else []),
        ],
    )
    return 0


def revoke(door: Door) -> int:
    """Shut an office out."""
    store, actor = door.managed()
    with store.write(actor) as tx:
        enrol.shut_out(tx, door.options.site, reason=door.options.reason)
    store.close()
    door.answer(
        {"site": door.options.site},
        [f"Office {door.options.site} is shut out. What it sent stays; nothing more is taken from it."],
    )
    return 0


# An office


def join(door: Door) -> int:
    """A new book for this office, with everything the others have."""
    options = door.options
    url = require_address(options.url)
    person = options.person or _computer_user()
    with joining.alone(door.home):
        if joining.is_begun(door.home):
            door.say("This office has asked to join before and was cut off; it goes on.")
            begun = joining.go_on(door.home, door.passphrase(new=False), system_now)
        else:
            hello = asyncio.run(joining.greet(url, system_now))
            _check_pin(door, hello.pin)
            passphrase = door.passphrase(new=True)
            joining.require_passphrase(passphrase)
            begun = joining.begin(
                door.home, hello, options.code, passphrase=passphrase, person=person, clock=system_now
            )
        welcome = asyncio.run(joining.ask_in(begun, door.home, options.code, system_now))
        if welcome is not None:
            door.say("Recovery code, shown only now; write it down and keep it away from this computer:")
            door.say(f"  {begun.recovery_code}")
            joining.come_in(begun, door.home, welcome)
        done = asyncio.run(joining.fetch(begun, door.home, door.progress))
    door.answer(
        {
            "home": door.home,
            "site": done.site,
            "series": done.series,
            "rows": done.rows,
            "recovery_code": done.recovery_code,
        },
        [
            f"This office has everything ({done.rows:,} rows). Its invoices are numbered {done.series}-….",
            "`syncd office` keeps it in step; `daysheet` opens the screens.",
        ],
    )
    return 0


def _check_pin(door: Door, seen: str) -> None:
    """Raises: WrongPin, NeedsPin."""
    said = door.options.pin
    if said is None:
        if not door.agreed(f"The hub's fingerprint is {seen}. Does `syncd invite` show the same?"):
            raise NeedsPin
    elif said.lower() != seen:
        raise joining.WrongPin(seen)


def _computer_user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "office"


def office(door: Door) -> int:
    """Keep this office in step until told to end; with --once, until both have everything; with --check,
    until both have the same."""
    opened = door.open()
    store = opened.store
    try:
        with store.read() as read:
            office_standing(read)
        if door.options.url:
            url = require_address(door.options.url)
            with store.write(acting(opened, door.home)) as tx:
                enrol.move_link(tx, url)
        with _alone(door.home):
            if door.options.check:
                return _check(door, store)
            return _once(door, store) if door.options.once else asyncio.run(_keep(door, store))
    finally:
        store.close()


def _once(door: Door, store: Store) -> int:
    rows = asyncio.run(Office(store).in_step(door.progress))
    door.answer({"rows": rows}, [f"In step with the hub; {rows:,} rows came."])
    return 0


WHY_LEFT = {
    "only_here": "the hub does not have it, and another office wrote it; that office's check brings it",
    "newer_here": "it is newer here, and another office wrote it; that office's check brings it",
    "unproven": "neither the row here nor the hub's fits its site's chain; `daysheet audit verify` says more",
}


def _check(door: Door, store: Store) -> int:
    """7 where something still differs."""
    found = asyncio.run(Office(store).checked(door.progress))
    left = [{"table": table, "id": row_id, "why": why} for table, row_id, why in found.left]
    data = {"rows": found.rows, "made_equal": found.here, "given_back": found.at_hub, "left": left}
    door.answer(
        data,
        [
            f"{found.rows:,} rows compared with the hub's.",
            f"Made equal here: {found.here:,}; given back to the hub: {found.at_hub:,}.",
            *(f"  {t} {i}: {WHY_LEFT.get(why, why)}" for t, i, why in found.left),
        ],
    )
    return 7 if found.left else 0


async def _keep(door: Door, store: Store) -> int:
    def tell(code: str) -> None:
        door.say(IN_WORDS.get(code, code) if code else "In step with the hub.")

    keeper, ended = Office(store, tell), 0

    def end(number: int) -> None:
        nonlocal ended
        ended = 128 + number
        keeper.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError):  # Windows ends the process by itself
            asyncio.get_running_loop().add_signal_handler(number, end, number)
    await keeper.run()
    return ended


@contextmanager
def _alone(folder: str) -> Iterator[None]:
    """Raises: AlreadyRuns. A crash lets go."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    path = os.path.join(folder, "syncd.lock")  # noqa: PTH118
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRuns from None
        yield
    finally:
        os.close(descriptor)


# Both


def status(door: Door) -> int:
    """How things stand; 6 where an office cannot reach its hub."""
    store = door.open().store
    try:
        with store.read() as read:
            if is_hub(read):
                return _hub_status(door, store)
            found = office_standing(read)
    finally:
        store.close()
    door.answer(
        {
            "role": "office",
            "site": found.site,
            "url": found.url,
            "last_ok_at": found.last_ok_at,
            "tried_at": found.tried_at,
            "trouble": found.trouble,
            "words": found.words,
            "unsent": found.unsent,
            "documents": found.documents,
            "checked_at": found.checked_at,
            "differing": found.differing,
        },
        [
            f"Hub: {found.url}",
            f"Last in touch: {found.last_ok_at or 'never'}",
            f"Waits to be sent: {found.unsent:,} rows, and {found.documents:,} documents to go or come",
            found.words or "All is well.",
        ],
    )
    return 0


def _hub_status(door: Door, store: Store) -> int:
    with store.read() as read:
        offices, own = offices_at_hub(read), hub_self(read)
    door.answer(
        {"role": "hub", "url": own.url, "offices": [each._asdict() for each in offices]},
        [f"This is the hub, {own.url}."]
        + [
            f"{each.site:>5}  {each.name} ({each.series})  last seen {each.last_ok_at or 'never'},"
            f" {each.behind:,} behind"
            + (f", {each.aside:,} rows held aside" if each.aside else "")
            + (f", shut out {each.revoked_at}" if each.revoked_at else "")
            for each in offices
        ],
    )
    return 0
