"""The numbered screens, in their order: names, keys, and where each one is made.

All but the first are loaded when somebody goes there, so that the first paint waits for none of them.
"""

from collections.abc import Callable
from importlib import import_module

from tui.app import Place
from tui.screens.today import Today

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from tui.screens.frame import FrameScreen


def _later(module: str, screen: str) -> "Callable[[], FrameScreen[Any]]":
    """What makes a screen whose module is loaded with the first visit."""

    def make() -> "FrameScreen[Any]":
        made: FrameScreen[Any] = getattr(import_module(f"tui.screens.{module}"), screen)()
        return made

    return make


PLACES = (
    Place("today", "Today", "1", "t", Today),
    Place("unbilled", "Unbilled", "2", "u", _later("unbilled", "Unbilled")),
    Place("invoices", "Invoices", "3", "i", _later("invoices", "Invoices")),
    Place("clients", "Clients", "4", "c", _later("clients", "Clients")),
    Place("agenda", "Agenda", "5", "a", _later("agenda", "Agenda")),
    Place("payments", "Payments", "6", "p", _later("payments", "Payments")),
    Place("documents", "Docs", "7", "s", _later("document_list", "Documents")),
    Place("aging", "AR", "8", "r", _later("aging", "AgingReport")),
    Place("sync", "Sync", "9", "y", _later("conflicts", "Conflicts")),
    Place("settings", "Settings", "0", ",", _later("settings", "Settings")),
    Place("daysheet", "Day sheet", "", "d", _later("day_sheet", "DaySheetScreen")),
    Place("log", "Audit log", "", "l", _later("audit_log", "AuditLog")),
)

NEEDED_LATER = (
    "tui.strips.asking",
    "tui.strips.choices",
    "tui.screens.unbilled",
    "tui.screens.invoices",
    "tui.screens.clients",
    "tui.screens.payments",
    "tui.screens.paying",
    "core.payments.commands",
    "core.delivery.run",
)
"""What the first visits and the first command will need; loaded in a thread after the first paint."""
