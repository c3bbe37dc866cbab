"""What the verbs of statements share: which days, what a statement is called, where it is written."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from core.ledger.statements import StatementRow
    from core.store import Read
    from tui.door import Door

CHOICES = {"activity": "activity", "open": "open_items"}
"""What is typed for each kind."""


def period_asked(door: "Door", read: "Read") -> "Any":
    """The days that were asked for: last month where none were; of open items, today.

    Raises: UsageError, NotADate, NotAMonth, PeriodBackwards.
    """
    from core.dates import Period, between, parse_day, parse_month, previous_month
    from core.errors import UsageError

    options, today = door.options, door.today(read)
    if options.month is not None:
        if options.from_on is not None or options.to_on is not None:
            raise UsageError("--month goes without --from and --to.")
        return parse_month(options.month)
    if options.from_on is None and options.to_on is None:
        return previous_month(today) if options.kind == "activity" else Period(None, today)
    first = None if options.from_on is None else parse_day(options.from_on)
    last = today if options.to_on is None else parse_day(options.to_on)
    return between(first, last)


def data_of(row: "StatementRow") -> "dict[str, Any]":
    return dict(row._asdict())


def said(door: "Door", row: "StatementRow") -> str:
    """The statement in a sentence's beginning."""
    from core.ids import short

    another = row.client not in ("", row.guarantor)
    who = f"{row.guarantor} for {row.client}" if another else row.guarantor
    version = f", version {row.version}" if row.version > 1 else ""
    return f"Statement {short(row.document_id)} of {who}{version}: {door.money(row.closing_cents)}"


def file_name(row: "StatementRow") -> str:
    """It carries the days, and no name of a client."""
    from core.ids import short

    days = f"{row.from_on}-to-{row.to_on}" if row.from_on else f"to-{row.to_on}"
    return f"statement-{days}-{short(row.document_id)}.pdf"


def write_pdf(door: "Door", row: "StatementRow", where: str, content: bytes) -> str:
    """Write it where the user said, in a folder under a name of its own; answers the path.

    Raises: NotThere, CannotWrite.
    """
    import os

    from core.security.files import write_where_said

    target = os.path.join(where, file_name(row)) if os.path.isdir(where) else where  # noqa: PTH112, PTH118
    write_where_said(target, content, home=door.home.data, exports=door.home.exports, key_file=door.key_file)
    return target
