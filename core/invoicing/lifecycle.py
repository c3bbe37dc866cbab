"""Which action is allowed in which state: one table for the screens and the commands."""

from core.errors import DomainError

_WORDS = {
    "edit": "edited",
    "delete": "deleted",
    "issue": "issued",
    "send": "sent",
    "print": "printed",
    "pay": "paid",
    "adjust": "adjusted",
    "write_off": "written off",
    "credit_note": "credited",
    "hold": "held",
    "void": "voided",
    "refund": "refunded",
    "rebill": "billed again",
}

_OPEN = frozenset({"send", "print", "pay", "adjust", "write_off", "credit_note", "hold", "void"})
_SETTLED = frozenset({"send", "print", "credit_note", "void"})

_ALLOWED: dict[str, frozenset[str]] = {
    "draft": frozenset({"edit", "delete", "issue", "send"}),
    "issued": _OPEN,
    "sent": _OPEN,
    "partly_paid": _OPEN | {"refund"},
    "overdue": _OPEN | {"refund"},
    "disputed": _OPEN | {"refund"},
    "processing": frozenset({"send", "print"}),
    "paid": _SETTLED | {"refund"},
    "refunded": _SETTLED,
    "written_off": _SETTLED | {"pay"},
    "void": frozenset({"print", "rebill"}),
}
"""A payment of what was written off brings the debt back first; a refund on its way locks the invoice."""


class NotAllowedNow(DomainError):
    code = "not_allowed_now"

    def __init__(self, action: str, status: str) -> None:
        shown = status.replace("_", " ")
        super().__init__(f"An invoice that is {shown} cannot be {_WORDS[action]}.")


def allowed_actions(status: str) -> frozenset[str]:
    """What may be done to an invoice that shows this state."""
    return _ALLOWED[status]


def require_action(action: str, status: str) -> None:
    """Raises: NotAllowedNow."""
    if action not in _ALLOWED[status]:
        raise NotAllowedNow(action, status)
