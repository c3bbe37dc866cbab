"""What the lines of a statement's table say: the activity of a period, or the invoices that are open."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from core.documents.wording import day
from core.ledger.statement_view import StatementDetail, StatementLine, StatementView
from core.money import show_cents


class StatementRow(NamedTuple):
    """A line of the table, ready to be set; `small` stands below it, with its amounts."""

    on: str
    text: str
    charge: str
    credit: str
    balance: str
    small: Sequence[tuple[str, str]] = ()
    strong: bool = False


def activity_rows(view: StatementView) -> Iterator[StatementRow]:
    """From what was told last to the closing balance."""
    if view.previous is not None:
        told = f"Balance of the statement to {day(view.previous.to_on)}"
        yield StatementRow("", told, "", "", show_cents(view.previous.closing_cents))
        if view.earlier:
            yield StatementRow("", "Changes to an earlier period", "", "", show_cents(view.earlier_cents))
            yield from map(_earlier_row, view.earlier)
    first = day(view.from_on) if view.from_on is not None else ""
    yield StatementRow(first, "Opening balance", "", "", show_cents(view.opening_cents), strong=True)
    if not view.lines:
        yield StatementRow("", "Nothing happened in this period.", "", "", "")
    yield from map(_line_row, view.lines)
    yield StatementRow(
        day(view.to_on), "Closing balance", "", "", show_cents(view.closing_cents), strong=True
    )


def _line_row(line: StatementLine) -> StatementRow:
    details = [(_dated(one), show_cents(one.amount_cents)) for one in line.details]
    charge, credit = _sides(line.amount_cents)
    return StatementRow(
        day(line.on),
        line.text,
        charge,
        credit,
        show_cents(line.balance_cents),
        [*([(line.client, "")] if line.client else []), *details],
    )


def _earlier_row(line: StatementLine) -> StatementRow:
    return _line_row(line)._replace(balance="")


def _dated(one: StatementDetail) -> str:
    return one.text if one.on is None else f"{day(one.on)} · {one.text}"


def _sides(cents: int) -> tuple[str, str]:
    """What is owed to the left, what was paid or taken off to the right."""
    if cents < 0:
        return "", show_cents(-cents)
    return (show_cents(cents), "") if cents else ("", "")


def item_rows(view: StatementView) -> Iterator[StatementRow]:
    """The invoices that make up the balance, then what is taken off it."""
    for item in view.items:
        off = item.taken_off_cents + item.paid_cents
        about = " · ".join(part for part in (item.client, f"due {day(item.due_on)}") if part)
        details = [(_dated(one), show_cents(one.amount_cents)) for one in item.details]
        yield StatementRow(
            day(item.issued_on),
            f"Invoice {item.number}",
            show_cents(item.asked_cents),
            show_cents(off) if off else "",
            show_cents(item.balance_cents),
            [(about, ""), *details],
        )
    if not view.items:
        yield StatementRow("", "No invoice is open.", "", "", "")
    if view.credit_cents:
        yield StatementRow("", "Credit on no invoice yet", "", "", show_cents(-view.credit_cents))
    yield StatementRow(
        day(view.to_on), "Account balance", "", "", show_cents(view.closing_cents), strong=True
    )
