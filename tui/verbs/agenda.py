"""agenda: the appointments of a day or a period, and what billing has made of each."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from datetime import date

    from core.dates import Period
    from tui.door import Door


def arguments(name: str, parser: "ArgumentParser", common: "ArgumentParser") -> None:
    parser.add_argument("--on", metavar="DAY", help="this day (today)")
    parser.add_argument("--from", dest="from_on", metavar="DAY", help="first day")
    parser.add_argument("--to", dest="to_on", metavar="DAY", help="last day")
    parser.add_argument("--unbilled", action="store_true", help="only what waits to be billed")
    parser.set_defaults(run=agenda_list)


def _period(door: "Door", today: "date") -> "Period":
    from core.dates import Period, between, parse_entered_day
    from core.errors import UsageError

    options = door.options
    if options.from_on is None and options.to_on is None:
        day = today if options.on is None else parse_entered_day(options.on)
        return Period(day, day)
    if options.on is not None:
        raise UsageError("Say --on for one day, or --from and --to for several.")
    first = today if options.from_on is None else parse_entered_day(options.from_on)
    return between(first, max(first, today) if options.to_on is None else parse_entered_day(options.to_on))


def agenda_list(door: "Door") -> int:
    from core.dates import zone
    from core.practice.timezone import timezone
    from core.sessions.agenda import WAITS, agenda

    with door.store().read() as read:
        today = door.today(read)
        period = _period(door, today)
        rows = agenda(read, period, today=today)
        local = zone(timezone(read))
    if door.options.unbilled:
        rows = [row for row in rows if row.state in WAITS]
    waiting = [row for row in rows if row.state in WAITS]
    cents = sum(row.amount_cents or 0 for row in waiting)
    text = []
    if not door.options.json:
        from core.ids import short
        from tui.billed import billed_words
        from tui.present import local_time, plural

        text = door.table(
            ("Id", "Day", "Time", "Client", "Services", "Provider", "Amount", "Billing"),
            [
                (short(r.session_id), r.service_on, local_time(r.starts_at, local), r.client, r.services,
                 r.provider, "" if r.amount_cents is None else door.money(r.amount_cents), billed_words(r))
                for r in rows
            ],
            right=(6,),
        )  # fmt: skip
        if not door.options.plain:
            text.append(f"{plural(len(rows), 'appointment')}, unbilled {len(waiting)}, {door.money(cents)}")
    door.answer(
        {
            "from_on": str(period.from_on),
            "to_on": str(period.to_on),
            "sessions": [row._asdict() for row in rows],
            "unbilled": len(waiting),
            "unbilled_cents": cents,
        },
        text,
    )
    return 0
