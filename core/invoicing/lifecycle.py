"""Which action is allowed in which state: one table for the screens and the commands."""

from core.errors import DomainError

_WORDS = {
    "edit": "edited",
    "delete": "deleted",
    "issue": "issued",
    "send": "sent",
    "print": "printed",
}

_ALLOWED: dict[str, frozenset[str]] = {
    "draft": frozenset({"edit", "delete", "issue", "send"}),
    "issued": frozenset({"send", "print"}),
    "sent": frozenset({"send", "print"}),
    "partly_paid": frozenset({"send", "print"}),
    "overdue": frozenset({"send", "print"}),
    "paid": frozenset({"send", "print"}),
    "written_off": frozenset({"send", "print"}),
    "void": frozenset({"print"}),
}


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
