"""estimate: Good Faith Estimates, and what was billed beside what they expected."""

import argparse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from typing import Any

    from core.delivery.estimates import Expected
    from core.ledger.estimates import Watched
    from tui.door import Door


class _OfService(argparse.Action):
    """--visits and --rate belong to the --service before them."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: "str | Sequence[Any] | None",
        option_string: str | None = None,
    ) -> None:
        services = list(getattr(namespace, "services", None) or [])
        if self.dest == "service":
            services.append({"service": values})
        elif not services or self.dest in services[-1]:
            raise argparse.ArgumentError(self, "follows a --service, once for each")
        else:
            services[-1] = {**services[-1], self.dest: values}
        namespace.services = services


def arguments(name: str, parser: argparse.ArgumentParser, common: argparse.ArgumentParser) -> None:
    from tui.arguments import deeds_of, whole_number

    verb = deeds_of(parser, common)

    make = verb("make", "what care by one provider is expected to cost; at most twelve months", estimate_make)
    make.set_defaults(services=None)
    make.add_argument("--client", required=True, metavar="C")
    make.add_argument("--provider", required=True, metavar="P")
    make.add_argument("--from", dest="from_on", required=True, metavar="DAY", help="first day of the care")
    make.add_argument("--to", dest="to_on", required=True, metavar="DAY", help="last day")
    for option, metavar, shown, kind in (
        ("--service", "CODE", "a service of the practice; again for each", str),
        ("--visits", "N", "how often the service before it is expected", whole_number(1, 1000)),
        ("--rate", "A", "another rate for it than the practice's", str),
    ):
        make.add_argument(
            option, metavar=metavar, help=shown, type=kind, action=_OfService, default=argparse.SUPPRESS
        )
    make.add_argument("--diagnosis", nargs="+", action="extend", default=[], metavar="CODE", help="ICD-10-CM")
    make.add_argument("--separately", default="", metavar="T", help="what will be scheduled on its own")
    make.add_argument("--scheduled-on", metavar="DAY", help="the day the first visit was scheduled")
    make.add_argument("--asked-on", metavar="DAY", help="the day the client asked what it will cost")
    make.add_argument("--out", metavar="FILE", help="write the PDF")
    listing = verb("list", "estimates, and what was billed in their days", estimate_list)
    listing.add_argument("--client", metavar="C")
    show = verb("show", "an estimate beside what was billed", estimate_show)
    pdf = verb("pdf", "write the newest version, as it is kept", estimate_pdf)
    pdf.add_argument("--out", required=True, metavar="FILE")
    override = verb("override", "bill further above it than the law's margin", estimate_override)
    override.add_argument(
        "--up-to", required=True, metavar="A", help="the most that may be billed in its days"
    )
    override.add_argument("--reason", required=True, metavar="T", help="why; kept in the audit log")
    for one in (show, pdf, override):
        one.add_argument("estimate", metavar="ID", help="the estimate's id or its last 8 characters")


def _expected(door: "Door") -> "list[Expected]":
    """The services as typed, each with its visits. Raises: UsageError."""
    from core.delivery.estimates import Expected
    from core.errors import UsageError
    from core.money import parse_cents

    found = []
    for typed in door.options.services or ():
        if "visits" not in typed:
            raise UsageError("Say behind each --service with --visits how often it is expected.")
        rate = parse_cents(typed["rate"]) if "rate" in typed else None
        found.append(Expected(typed["service"], typed["visits"], rate))
    return found


def estimate_make(door: "Door") -> int:
    """Make an estimate, or find the one that says the same; say where it comes too late."""
    from core.clients.queries import find_client
    from core.dates import parse_entered_day
    from core.delivery.estimates import expected_items, make_estimate
    from core.ledger.estimate_view import EstimateRequest
    from core.ledger.estimates import find_estimate
    from core.practice.queries import find_named, providers, services
    from tui.verbs.made import check_out, of_made, say_made, write_document

    options = door.options
    check_out(door)
    from_on, to_on = parse_entered_day(options.from_on), parse_entered_day(options.to_on)
    with door.store().read() as read:
        today = door.today(read)
        late = _late(door, from_on, today)
        request = EstimateRequest(
            find_client(read, options.client),
            find_named(providers(read), "provider", options.provider),
            from_on,
            to_on,
            expected_items(services(read), _expected(door)),
            tuple(code.strip().upper() for code in options.diagnosis),
            options.separately.strip(),
        )
    made = make_estimate(door.store(), door.actor(), request, today=today)
    written = write_document(door, str(made.document_id))
    with door.store().read() as read:
        one = find_estimate(read, str(made.document_id))
    text = [
        say_made(made, f"Estimate {one.estimate_id[-8:]} of {door.money(one.expected_cents)}", options.out)
    ]
    door.answer({**_row(one), **of_made(made), **written, "late": late}, [*text, *([late] if late else [])])
    return 0


def _late(door: "Door", from_on: "date", today: "date") -> str:
    """What is to be said where the law wanted the estimate earlier."""
    from core.dates import parse_entered_day
    from core.ledger.estimates import late_words

    scheduled, asked = (
        None if typed is None else parse_entered_day(typed)
        for typed in (door.options.scheduled_on, door.options.asked_on)
    )
    return late_words(from_on, today, scheduled_on=scheduled, asked_on=asked)


def _row(one: "Watched") -> "dict[str, Any]":
    """An estimate as `--json` has it."""
    from core.ledger.estimates import over_cents, standing

    return {**one._asdict(), "over_cents": over_cents(one), "standing": standing(one)}


def _table(door: "Door", rows: "Sequence[Watched]") -> "list[str]":
    from core.ledger.estimates import standing

    return door.table(
        ("Id", "Client", "Provider", "From", "To", "Expected", "Billed", "Standing"),
        [
            (r.estimate_id[-8:], r.client, r.provider, r.from_on, r.to_on, door.money(r.expected_cents),
             door.money(r.billed_cents), standing(r))
            for r in rows
        ],
        right=(5, 6),
    )  # fmt: skip


def estimate_list(door: "Door") -> int:
    from core.clients.queries import find_client
    from core.ledger.estimates import estimates

    with door.store().read() as read:
        typed = door.options.client
        rows = estimates(read, client_id=None if typed is None else find_client(read, typed))
    text = _table(door, rows) if rows else ["No estimates. `estimate make` makes one."]
    door.answer({"estimates": [_row(one) for one in rows]}, text)
    return 0


def estimate_show(door: "Door") -> int:
    from core.ledger.estimates import find_estimate

    with door.store().read() as read:
        one = find_estimate(read, door.options.estimate)
    door.answer(_row(one), _table(door, [one]))
    return 0


def estimate_pdf(door: "Door") -> int:
    from core.ledger.estimates import find_estimate
    from tui.verbs.made import write_document

    with door.store().read() as read:
        one = find_estimate(read, door.options.estimate)
    data = {"document_id": one.estimate_id, "version": one.version, **write_document(door, one.estimate_id)}
    door.answer(data, [f"Estimate {one.estimate_id[-8:]} is in {door.options.out}."])
    return 0


def estimate_override(door: "Door") -> int:
    from core.invoicing.estimates import override_estimate
    from core.ledger.estimates import find_estimate
    from core.money import parse_cents

    options = door.options
    cents = parse_cents(options.up_to)
    with door.store().write(door.actor()) as tx:
        one = find_estimate(tx, options.estimate)
        override_estimate(tx, one.estimate_id, allowed_cents=cents, reason=options.reason)
    return estimate_show(door)
