"""The link by which an invoice is paid without signing in: the portal's address and the invoice's code (RE6).

The code is minted at issue; the link is dead once the invoice is paid or void (`decisions.md` 29).
"""

from core.ledger.setting import setting
from core.store import Read

PORTAL_ADDRESS = "portal_address"


def portal_address(read: Read) -> str:
    """Where clients find the portal; empty where the practice has none."""
    return str(setting(read, PORTAL_ADDRESS) or "")


def pay_link(portal: str, pay_code: str) -> str:
    """The address of an open invoice's pay page; empty without a portal."""
    return f"{portal}/i/{pay_code}" if portal and pay_code else ""
