"""What each word of `syncd` does at the hub."""

import asyncio
import os
import socket
from collections.abc import Callable
from typing import Any

import uvicorn

from core.actors import Role
from core.dates import system_now
from core.errors import Busy, UsageError
from core.practice.commands import require_series
from core.replication import enrol
from core.replication.again import try_again
from core.replication.office import has_link
from core.replication.recognise import hub_self
from core.replication.seals import public_key
from core.security.unlock import BOOK
from core.store import Store
from syncd import joining, moving
from syncd.door import Door
from syncd.founding import found_hub, link_first, settle_address
from syncd.guard import listen, server_of
from syncd.hub import Hub, app_of
from syncd.line import LOOPBACK, require_address
from syncd.loaded import settle
from syncd.portal import started
from syncd.tls import certificate_in, fingerprint, hub_context, hub_context_of_files


class CannotListen(Busy):
    code = "cannot_listen"

    def __init__(self, bind: str, error: OSError) -> None:
        super().__init__(f"The hub cannot listen on {bind}: {os.strerror(error.errno or 0)}.")


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
        if found := try_again(store):
            door.say(f"{found:,} rows that the version before could not take found their place.")
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
        settle()
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
