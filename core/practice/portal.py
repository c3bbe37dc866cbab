"""Where the practice's portal is: what pay links and their QR codes on invoices lead to."""

import re

from core import audit
from core.actors import Right
from core.errors import UsageError
from core.ledger.pay_link import PORTAL_ADDRESS
from core.practice.settings import put_setting
from core.store import Tx
from core.text import plain

LONGEST = 80
"""With a pay code behind it, it still fits the QR code on an invoice."""

_ADDRESS = re.compile(
    r"https://(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]*[a-z0-9](?::[1-9][0-9]{0,4})?(?:/[A-Za-z0-9._~-]+)*"
)


class NotAPortalAddress(UsageError):
    code = "not_a_portal_address"

    def __init__(self, typed: str) -> None:
        super().__init__(
            f'"{plain(typed)[:60]}" is no portal address. It is https:// and a host name, then at most a port'
            f" and a path, {LONGEST} characters in all, such as https://pay.example.com."
        )


def set_portal_address(tx: Tx, address: str) -> None:
    """Print pay links to this portal on invoices from now on; an empty address prints none.

    Raises: NotAPortalAddress, for what is not a plain https address.
    """
    tx.require(Right.MANAGE)
    address = address.strip().removesuffix("/")
    scheme, separator, rest = address.partition("://")
    host, slash, path = rest.partition("/")
    address = f"{scheme.lower()}{separator}{host.lower()}{slash}{path}"
    if address and (len(address) > LONGEST or _ADDRESS.fullmatch(address) is None):
        raise NotAPortalAddress(address)
    setting_id = put_setting(tx, PORTAL_ADDRESS, address)
    audit.record(tx, "setting.changed", "setting", setting_id, after={PORTAL_ADDRESS: address})
