"""import: clients and sessions from CSV files, or a folder of Synthea files."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Callable

    from core.books.outcome import Outcome
    from core.books.profiles import Profile
    from core.store import Tx
    from tui.door import Door


def arguments(name: str, parser: "ArgumentParser", common: "ArgumentParser") -> None:
    from tui.arguments import deeds_of

    deed = deeds_of(parser, common)

    def verb(name: str, summary: str, source: str, run: "Callable[[Door], int]") -> "ArgumentParser":
        made = deed(name, summary, run)
        made.add_argument("source", metavar=source)
        made.add_argument("--dry-run", action="store_true", help="list what would come in and what not")
        made.add_argument("--skip-refused", action="store_true", help="import the good rows only")
        return made

    synthea = verb("synthea", "a folder of Synthea CSV files", "DIR", import_synthea)
    synthea.add_argument("--with-payments", action="store_true", help="also bring in payments")
    synthea.add_argument("--bill-to", choices=("client", "insurance", "hybrid"), default="client")
    for kind in ("clients", "sessions"):
        made = verb(kind, f"{kind} from a CSV file", "FILE", import_file)
        made.add_argument("--profile", default="generic", metavar="P", help="mapping profile (generic)")
        made.add_argument("--add-providers", action="store_true", help="add providers the book does not know")
        if kind == "sessions":
            made.add_argument("--keep-open", action="store_true", help="do not hand them to billing yet")


def import_synthea(door: "Door") -> int:
    from pathlib import Path

    from core.books.synthea import import_synthea

    options = door.options

    def act(tx: "Tx", skip: bool) -> "Outcome":
        return import_synthea(
            tx,
            Path(options.source),
            bill_to=options.bill_to,
            with_payments=options.with_payments,
            skip_refused=skip,
        )

    return _carry_out(door, act)


def import_file(door: "Door") -> int:
    from pathlib import Path

    from core.books.clients import import_clients
    from core.books.profiles import profile_named
    from core.books.sessions import import_sessions

    options = door.options
    profile: Profile = profile_named(options.profile, Path(door.home.config) / "profiles")

    def act(tx: "Tx", skip: bool) -> "Outcome":
        source = Path(options.source)
        if options.what == "clients":
            return import_clients(
                tx, source, profile=profile, skip_refused=skip, add_providers=options.add_providers
            )
        return import_sessions(
            tx,
            source,
            profile=profile,
            finalise=not options.keep_open,
            skip_refused=skip,
            add_providers=options.add_providers,
        )

    return _carry_out(door, act)


def _carry_out(door: "Door", act: "Callable[[Tx, bool], Outcome]") -> int:
    """Rehearse or import; where rows are refused, each is listed with its line and reason."""
    from core.books.outcome import RowsRefused, rehearse
    from tui.present import plural

    options, store, actor = door.options, door.store(), door.actor()
    code = 0
    try:
        if options.dry_run:
            outcome = rehearse(store, actor, lambda tx: act(tx, True))
        else:
            with store.write(actor) as tx:
                outcome = act(tx, options.skip_refused)
            code = 7 if outcome.refused else 0
    except RowsRefused as refusal:
        outcome, code = refusal.outcome, 4
        door.refuse(refusal.code, str(refusal))
    if code == 7:
        door.refuse("rows_skipped", f"{plural(len(outcome.refused), 'row was', 'rows were')} left out.")
    _answer(door, outcome, would=options.dry_run)
    return code


def _answer(door: "Door", outcome: "Outcome", *, would: bool) -> None:
    from tui.present import plural

    deed = "would bring" if would else "brought"
    counts = ((outcome.clients, "client"), (outcome.sessions, "session"), (outcome.charges, "charge"))
    brought = ", ".join(plural(number, what) for number, what in counts)
    total = door.money(outcome.total_cents)
    rest = f"unchanged {outcome.unchanged}; changed {len(outcome.changed)}; refused {len(outcome.refused)}"
    text = [f"{deed} {brought}, {total}; {rest}"]
    if outcome.refused:
        text += door.table(("Line", "Why"), [(one.row, one.reason) for one in outcome.refused], right=(0,))
    if outcome.changed:
        text += door.table(
            ("Line", "In the book otherwise, and left as it is"),
            [(one.row, one.what) for one in outcome.changed],
            right=(0,),
        )
    if outcome.ignored and not door.options.json:
        door.say(f"Nothing is read from the column {', '.join(outcome.ignored)}.")
    door.answer(
        {
            "clients": outcome.clients,
            "sessions": outcome.sessions,
            "charges": outcome.charges,
            "total_cents": outcome.total_cents,
            "unchanged": outcome.unchanged,
            "updated": outcome.updated,
            "claims": outcome.claims,
            "payments": outcome.payments,
            "payments_cents": outcome.payments_cents,
            "changed": [{"row": one.row, "what": one.what} for one in outcome.changed],
            "ignored_columns": list(outcome.ignored),
            "refused": [{"row": one.row, "reason": one.reason} for one in outcome.refused],
            "dry_run": would,
        },
        text,
    )
