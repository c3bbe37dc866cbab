"""Where the practice's portal is: what pay links and their QR codes on invoices lead to."""

import re
from typing import NamedTuple

from core import audit
from core.actors import Right
from core.errors import UsageError
from core.ledger.pay_link import PORTAL_ADDRESS
from core.practice.settings import put_setting
from core.store import Tx
from core.text import plain

LONGEST = 80
"""With a pay code behind it, it still fits the QR code on an invoice."""

MOST_PORT = 65_535
LOCAL = ("localhost", "127.0.0.1")

_ADDRESS = re.compile(
    r"(?P<scheme>https?)://"
    r"(?P<host>(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]*[a-z0-9]|localhost)"
    r"(?P<port>:[1-9][0-9]{0,4})?(?P<path>(?:/[A-Za-z0-9._~-]+)*)"
)


class NotAPortalAddress(UsageError):
    code = "not_a_portal_address"

    def __init__(self, typed: str) -> None:
        super().__init__(
            f'"{plain(typed)[:60]}" is no portal address. It is https:// and a host name, then at most a port'
            f" and a path, {LONGEST} characters in all, such as https://pay.example.com."
        )


class OnThisComputerAlone(NotAPortalAddress):
    def __init__(self, typed: str) -> None:
        UsageError.__init__(
            self,
            f'"{plain(typed)[:60]}" is no portal address for invoices: it is on this computer alone, and no'
            " client could open it. Name one that clients reach, such as https://pay.example.com.",
        )


class PortalAddress(NamedTuple):
    """Where a portal is. On this computer alone (`local`) it can be tried, and nobody is sent there."""

    address: str
    path: str
    local: bool


def read_portal_address(typed: str) -> PortalAddress:
    """The one rule for addresses of portals, in settings and where a hub starts: https and a full host name,
    or this computer. Raises: NotAPortalAddress."""
    scheme, separator, rest = typed.strip().removesuffix("/").partition("://")
    host, slash, path = rest.partition("/")
    address = f"{scheme.lower()}{separator}{host.lower()}{slash}{path}"
    found = _ADDRESS.fullmatch(address)
    if found is None or len(address) > LONGEST or int((found["port"] or ":1")[1:]) > MOST_PORT:
        raise NotAPortalAddress(address)
    local = found["host"] in LOCAL
    if found["scheme"] == "http" and not local:
        raise NotAPortalAddress(address)
    return PortalAddress(address, found["path"], local)


def set_portal_address(tx: Tx, address: str) -> None:
    """Print pay links to this portal on invoices from now on; an empty address prints none.

    Raises: NotAPortalAddress; OnThisComputerAlone.
    """
    tx.require(Right.MANAGE)
    if address.strip():
        address, _, local = read_portal_address(address)
        if local:
            raise OnThisComputerAlone(address)
    else:
        address = ""
    setting_id = put_setting(tx, PORTAL_ADDRESS, address)
    audit.record(tx, "setting.changed", "setting", setting_id, after={PORTAL_ADDRESS: address})
