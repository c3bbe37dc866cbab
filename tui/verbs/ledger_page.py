"""A ledger on the command line: of a client, or of a guarantor with all their clients together."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Mapping, Sequence

    from core.dates import Period
    from core.ledger.entries import Ledger
    from core.store import Read
    from tui.door import Door


def range_arguments(ledger: "ArgumentParser") -> None:
    """Which days of a ledger are shown."""
    ledger.add_argument("--from", dest="from_on", metavar="DAY", help="first day")
    ledger.add_argument("--to", dest="to_on", metavar="DAY", help="last day")
    shown = ledger.add_mutually_exclusive_group()
    shown.add_argument("--recent", action="store_const", dest="range", const="recent", help="last 30 days")
    shown.add_argument("--past", action="store_const", dest="range", const="past", help="all up to today")
    shown.add_argument("--all", action="store_const", dest="range", const="all", help="all (default)")


def period_of(door: "Door", read: "Read") -> "Period":
    """The days that were asked for. Raises: UsageError, NotADate, PeriodBackwards."""
    from core.dates import between, parse_day
    from core.errors import UsageError
    from core.ledger.entries import ledger_range

    options = door.options
    if options.from_on is None and options.to_on is None:
        return ledger_range(options.range or "all", door.today(read))
    if options.range is not None:
        raise UsageError("--from and --to go without --recent, --past and --all.")
    return between(
        None if options.from_on is None else parse_day(options.from_on),
        None if options.to_on is None else parse_day(options.to_on),
    )


def answer_ledger(
    door: "Door", ledger: "Ledger", name: str, who: "Mapping[str, object]", below: "Sequence[str]" = ()
) -> int:
    """Print it, or answer with it and `who` it is of; `below` are lines after its balance."""
    period, plain = ledger.period, door.options.plain
    text = [] if plain else [name, f"opening {door.money(ledger.opening_cents)}"]
    text += door.table(
        ("Date", "What", "Amount", "Balance"),
        [
            (line.on, line.text, door.money(line.amount_cents) if line.kind != "charge" else "",
             door.money(line.balance_cents))
            for line in ledger.lines
        ],
        right=(2, 3),
    )  # fmt: skip
    if not plain:
        text.append(
            f"closing {door.money(ledger.closing_cents)}; balance {door.money(ledger.balance_cents)},"
            f" of it unapplied credit {door.money(-ledger.credit_cents)}"
        )
        text += below
    door.answer(
        {
            **who,
            "from_on": None if period.from_on is None else period.from_on.isoformat(),
            "to_on": None if period.to_on is None else period.to_on.isoformat(),
            "opening_cents": ledger.opening_cents,
            "entries": [line._asdict() for line in ledger.lines],
            "closing_cents": ledger.closing_cents,
            "balance_cents": ledger.balance_cents,
            "credit_cents": ledger.credit_cents,
        },
        text,
    )
    return 0
