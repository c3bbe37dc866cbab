"""The strip for a statement: of which kind, over which days, and what somebody wants to say with it (RD2)."""

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

from textual.app import ComposeResult

from core.dates import Period, between
from core.errors import TooLong, UsageError
from core.ledger.statement_view import COMMENT
from tui.strips.fields import DateField, Field, TextField
from tui.strips.strip import Strip, lead_words

KINDS = {"activity": "activity", "open": "open_items"}


class Asked(NamedTuple):
    """A statement as it was typed."""

    kind: str
    period: Period
    comment: str


class NotAKind(UsageError):
    code = "not_a_kind"

    def __init__(self) -> None:
        super().__init__(
            "Type a for all activity, or o for only the open invoices on the last day.", subject="kind"
        )


class KindField(Field[str]):
    """`activity` or `open`; their first letters do."""

    def read(self) -> str:
        typed = self.typed.strip().casefold()
        for word, kind in KINDS.items():
            if typed and word.startswith(typed):
                return kind
        raise NotAKind


class AskStatement(Strip[Asked]):
    """`Statement for Ann Archer  kind [activity]  from [2026-09-01]  to [2026-09-30]  comment [ ]`."""

    FOOTER = (
        ("enter", "Enter", "Make"),
        ("tab", "Tab", "Next"),
        ("a", "a", "Activity"),
        ("o", "o", "Open items"),
        ("escape", "Esc", "Close"),
    )

    def __init__(self, lead: str, *, today: Callable[[], date], period: Period, keep_as: str) -> None:
        super().__init__(keep_as=keep_as)
        self.lead = lead
        self.kind = KindField("kind", name="kind", value="activity", width=10)
        self.first = DateField("from", name="from", today=today, value=period.from_on)
        self.last = DateField("to", name="to", today=today, value=period.to_on)
        self.comment = TextField("comment", name="comment", width=50, optional=True)

    def line(self) -> ComposeResult:
        fields: list[Field[Any]] = [self.kind, self.first, self.last]
        yield lead_words(self.lead, fields, self.app.size.width)
        yield from fields

    def beneath(self) -> ComposeResult:
        yield self.comment

    def read(self) -> Asked:
        comment = self.comment.read()
        if len(comment) > COMMENT:
            raise CommentTooLong
        return Asked(self.kind.read(), between(self.first.read(), self.last.read()), comment)


class CommentTooLong(TooLong):
    def __init__(self) -> None:
        super().__init__("comment", COMMENT)
        self.subject = "comment"
