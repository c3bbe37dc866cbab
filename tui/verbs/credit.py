"""credit: goodwill given, and who has money with the practice."""

from tui.verbs.payment_page import answer, carry_out, guarantor_of, session_of, who

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from core.store import Tx
    from tui.door import Door


def arguments(name: str, parser: "ArgumentParser", common: "ArgumentParser") -> None:
    what = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    summary = "goodwill that was not received as money"
    give = what.add_parser("give", help=summary, description=summary, parents=[common])
    give.set_defaults(run=credit_give)
    who(give)
    give.add_argument("--amount", required=True, metavar="A")
    give.add_argument("--reason", required=True, metavar="T", help="why; kept in the audit log")
    give.add_argument("--for-session", metavar="ID", help="keep it for this appointment until it is billed")
    summary = "who has money with the practice, and since when"
    listing = what.add_parser("list", help=summary, description=summary, parents=[common])
    listing.set_defaults(run=credit_list)


def credit_give(door: "Door") -> int:
    """Goodwill, such as a scholarship or an apology; it is applied like money."""
    from core.money import parse_cents
    from core.payments.commands import give_credit

    options = door.options
    cents = parse_cents(options.amount)

    def act(tx: "Tx") -> str:
        session_id, client_id = session_of(door, tx)
        return give_credit(
            tx,
            guarantor_id=guarantor_of(door, tx, client_id=client_id),
            amount_cents=cents,
            reason=options.reason,
            today=door.today(tx),
            session_id=session_id,
        )

    credit_id = carry_out(door, act)
    with door.store().read() as read:
        return answer(door, read, credit_id)


def credit_list(door: "Door") -> int:
    """Credit balances, oldest first: states ask that they are given back in time."""
    from core.payments.queries import credit_balances

    with door.store().read() as read:
        rows = credit_balances(read, door.today(read))
    total = sum(row.left_cents for row in rows)
    text = ["Nobody has unapplied money with the practice."]
    if rows and not door.options.json:
        text = door.table(
            ("Who", "Since", "Days", "Credit"),
            [(r.guarantor, r.since_on, r.days, door.money(r.left_cents)) for r in rows],
            right=(2, 3),
        )
        if not door.options.plain:
            from tui.present import plural

            text.append(f"{plural(len(rows), 'account')}, {door.money(total)}")
    door.answer(
        {
            "credits": [
                {
                    "guarantor_id": r.guarantor_id,
                    "guarantor": r.guarantor,
                    "credit_cents": r.left_cents,
                    "since_on": r.since_on,
                    "days": r.days,
                }
                for r in rows
            ],
            "total_cents": total,
        },
        text,
    )
    return 0
