"""policy: the practice's rules, each version from a day on."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from core.practice.policies import LateFeeRule
    from tui.door import Door

LATE_FEE_OPTIONS = ("grace", "every", "base", "cap")
POLICIES = ("terms", "no_show_fee", "late_cancel_fee", "late_fee")


def arguments(name: str, parser: "ArgumentParser", common: "ArgumentParser") -> None:
    from tui.arguments import deeds_of, whole_number

    verb = deeds_of(parser, common)
    verb("list", "every version of every rule", policy_list)
    put = verb("set", "a new version of a rule, in force from a day on", policy_set)
    put.add_argument("kind", choices=POLICIES, type=lambda typed: typed.replace("-", "_"))
    put.add_argument("value", help="days for terms, an amount for the fees; a late fee also P%% or none")
    put.add_argument("--from", dest="from_on", metavar="DAY", help="first day in force (today)")
    late = put.add_argument_group("late fee", "applies to invoices issued from the first day on")
    late.add_argument(
        "--grace", type=whole_number(1, 365), metavar="N", help="falls due N days after the due date"
    )
    late.add_argument(
        "--every", type=whole_number(1, 365), metavar="M", help="and again every M days (else once)"
    )
    late.add_argument("--base", choices=("outstanding", "original"), help="what P%% is of (outstanding)")
    late.add_argument("--cap", metavar="A", help="the most that all fees of one invoice come to")


def policy_list(door: "Door") -> int:
    import json

    from core.practice.queries import policies

    with door.store().read() as read:
        rows = policies(read)
    door.answer(
        {"policies": [{**row._asdict(), "rule": json.loads(row.rule)} for row in rows]},
        door.table(("Rule", "From", "Says"), [(row.kind, row.effective_from, row.rule) for row in rows]),
    )
    return 0


def _late_fee(door: "Door") -> "LateFeeRule | None":
    """The rule as typed; None for none."""
    from core.errors import UsageError
    from core.money import parse_cents, parse_percent
    from core.practice.policies import LateFeeRule

    options = door.options
    typed = options.value.strip()
    if typed == "none":
        if any(getattr(options, name) is not None for name in LATE_FEE_OPTIONS):
            raise UsageError("No late fee has no --grace, --every, --base or --cap.")
        return None
    if options.grace is None:
        raise UsageError("Say with --grace how many days after the due date a late fee falls due.")
    percent = typed.endswith("%")
    if not percent and options.base is not None:
        raise UsageError("--base is what a percentage is of; a flat fee has none.")
    cap_cents = 0
    if options.cap is not None:
        cap_cents = parse_cents(options.cap)
        if cap_cents <= 0:
            raise UsageError("--cap is an amount above zero.")
    return LateFeeRule(
        kind="percent" if percent else "flat",
        amount_cents=0 if percent else parse_cents(typed),
        percent_bps=parse_percent(typed) if percent else 0,
        grace_days=options.grace,
        base=options.base or "outstanding",
        every_days=options.every or 0,
        cap_cents=cap_cents,
    )


def policy_set(door: "Door") -> int:
    from core.dates import parse_entered_day
    from core.errors import UsageError
    from core.money import parse_cents
    from core.practice.commands import set_late_fee, set_missed_fee, set_terms

    options = door.options
    if options.kind != "late_fee" and any(getattr(options, name) is not None for name in LATE_FEE_OPTIONS):
        raise UsageError("--grace, --every, --base and --cap belong to a late fee.")
    with door.store().write(door.actor()) as tx:
        start = parse_entered_day(options.from_on) if options.from_on is not None else door.today(tx)
        if options.kind == "terms":
            if not (options.value.isascii() and options.value.isdigit() and len(options.value) <= 3):
                raise UsageError("Terms are a number of days from 0 to 365, such as 30.")
            set_terms(tx, days=int(options.value), effective_from=start)
        elif options.kind == "late_fee":
            set_late_fee(tx, rule=_late_fee(door), effective_from=start, today=door.today(tx))
        else:
            cents = parse_cents(options.value)
            set_missed_fee(tx, options.kind, amount_cents=cents, effective_from=start)
    return policy_list(door)
