"""The portal as `syncd hub` starts it: at an address of its own, beside what offices are answered."""

import ipaddress
import os
import socket
import sys
from argparse import Namespace
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import NamedTuple

import uvicorn

from core.dates import parse_today
from core.errors import UsageError
from core.ledger.pay_link import portal_address
from core.practice.portal import PortalAddress, read_portal_address, set_portal_address
from core.replication.enrol import FOUNDER
from core.store import Store
from core.text import plain
from syncd.guard import listen, server_of
from syncd.hub import Hub
from syncd.line import LOOPBACK
from syncd.portal.app import portal_app
from syncd.portal.portal import Portal
from syncd.tls import hub_context_of_files


class Started(NamedTuple):
    """A portal that is about to listen."""

    server: uvicorn.Server
    listening: socket.socket
    url: str
    port: int


def check_options(options: Namespace, bind_of: Callable[[str, str], tuple[str, int]]) -> None:
    """Refuse what does not go together before a book is opened. Raises: UsageError, NotAPortalAddress."""
    others = ("portal_tls_cert", "portal_tls_key", "portal_proxy")
    if not options.portal_url:
        if any(getattr(options, name) for name in others):
            raise UsageError("Say with --portal-url where clients find the portal.")
        return
    _address_of(options.portal_url)
    host, _ = bind_of(options.portal_bind, "--portal-bind")
    if bool(options.portal_tls_cert) != bool(options.portal_tls_key):
        raise UsageError("--portal-tls-cert and --portal-tls-key belong together.")
    if not options.portal_tls_cert and host not in LOOPBACK:
        raise UsageError(
            "Without a certificate the portal listens on this computer alone, behind a proxy that does TLS:"
            " --portal-bind 127.0.0.1:8770. Or name --portal-tls-cert and --portal-tls-key."
        )
    if options.portal_proxy:
        with suppress(ValueError):
            ipaddress.ip_address(options.portal_proxy)
            return
        raise UsageError("--portal-proxy takes the proxy's address, such as 127.0.0.1.")


def _address_of(typed: str) -> PortalAddress:
    """Raises: NotAPortalAddress; UsageError, where it has a path: a hub's portal begins at the top."""
    found = read_portal_address(typed)
    if found.path:
        raise UsageError(f"The portal is at the top of its host: --portal-url without {found.path}.")
    return found


def start_portal(
    hub: Hub, options: Namespace, bind_of: Callable[[str, str], tuple[str, int]]
) -> Started | None:
    """The portal that was asked for, with its socket; None where none was. Raises: OSError."""
    if not options.portal_url:
        return None
    url, _, local = _address_of(options.portal_url)
    host, port = bind_of(options.portal_bind, "--portal-bind")
    hub.portal_url = url
    if not local:
        _print_on_invoices(hub.store, url)
    listening = listen(host, port)
    portal = Portal(
        hub, url, payments=hub.cards, proxy=options.portal_proxy or "", today=_fixed_today(), log=_say
    )
    context = None
    if options.portal_tls_cert:
        context = hub_context_of_files(options.portal_tls_cert, options.portal_tls_key)
    return Started(server_of(portal_app(portal), context), listening, url, listening.getsockname()[1])


def _print_on_invoices(store: Store, url: str) -> None:
    """From now on invoices carry pay links to this portal, in every office."""
    with store.read() as read:
        known = portal_address(read)
    if known != url:
        with store.write(FOUNDER) as tx:
            set_portal_address(tx, url)


def _fixed_today() -> Callable[[], date] | None:
    """The practice's day where `DAYSHEET_TODAY` says it, for rehearsals (`cli.md`). Raises: NotADate."""
    typed = os.environ.get("DAYSHEET_TODAY")
    if not typed:
        return None
    fixed = parse_today(typed)
    return lambda: fixed


def _say(line: str) -> None:
    with suppress(OSError):
        sys.stderr.write(plain(line) + "\n")
