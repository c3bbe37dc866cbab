"""A sample practice with a year behind it, for `daysheet demo`, trials and tests.

It is made by the same code that imports and bills, from a seeded generator and the given day, so that
two people who look at it see the same. Bills and payments of its past are made by the rooms above.
"""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from core.actors import Right
from core.books.intake import Bulk, ClientIntake, NewClient, SessionIntake
from core.books.sample.agenda import Agenda, Visit
from core.books.sample.dice import Dice
from core.books.sample.people import SOURCE, people
from core.books.sample.practice import set_up
from core.ids import named
from core.store import Tx
from core.tables import BillingNote, Coverage, Payer

_SEED = 20_240_229
_PAYERS = ("Northfield Mutual", "Tidewater Health Plan")
_NOTES = (
    (3, "Prefers paper bills; call before a reminder goes out."),
    (10, "Pays on the 15th, after payday."),
    (120, "Grandmother brings the payment in cash."),
)


class Sample(NamedTuple):
    practice_id: str
    clients: int
    sessions: int
    charges: int
    total_cents: int


def make_sample(tx: Tx, today: date) -> Sample:
    """Fill an empty book with an invented practice and the twelve months before today.

    Sessions of yesterday are kept but not yet handed to billing, those of today and after are scheduled.
    """
    tx.require(Right.MANAGE)
    begins_on = _year_before(today)
    dice = Dice(_SEED)
    practice_id, team = set_up(tx, today, begins_on)
    everybody = list(people(dice, team, today))
    clients = ClientIntake(tx)
    for person in everybody:
        clients.add(person.client)
    clients.flush()
    _insure(tx, [person.client for person in everybody], begins_on)
    _note(tx, [person.client for person in everybody], today)
    sessions = SessionIntake(tx)
    count = 0
    yesterday = (today - timedelta(days=1)).isoformat()
    for session, lines in sorted(Agenda(dice, begins_on, today).year(everybody), key=_when):
        count += 1
        sessions.add(session, bill=session.service_on < yesterday)
        for line in lines:
            sessions.add_line(line)
    done = sessions.finalise()
    return Sample(practice_id, len(everybody), count, done.charges, done.total_cents)


def _when(visit: Visit) -> tuple[datetime, str]:
    return visit.session.starts_at, visit.session.external_id


def _year_before(today: date) -> date:
    """The first of the month, twelve months back."""
    return today.replace(year=today.year - 1, day=1)


def _insure(tx: Tx, clients: list[NewClient], begins_on: date) -> None:
    """Clients whose insurer pays first have a policy."""
    payers = Bulk(tx, Payer, ("id", "name", "street", "city", "state", "postal_code", "phone"))
    for number, name in enumerate(_PAYERS, 1):
        payers.add(
            (_payer_id(number), name, f"{number}00 Plaza Drive", "Elmsworth", "NY", "11998", "(555) 010-0900")
        )
    payers.flush()
    columns = ("id", "client_id", "payer_id", "member_number", "subscriber", "relation", "starts_on")
    policies = Bulk(tx, Coverage, columns)
    for number, client in enumerate(clients):
        if client.bill_to != "client":
            owner = client.guarantor.name
            relation = (
                "Self" if client.guarantor.name == f"{client.given} {client.family}".strip() else "Child"
            )
            policies.add(
                (named(f"coverage:{SOURCE}:{client.external_id}"), client.client_id,
                 _payer_id(1 + number % len(_PAYERS)), f"NM{100_000 + number * 37}", owner, relation,
                 begins_on.isoformat())
            )  # fmt: skip
    policies.flush()


def _payer_id(number: int) -> str:
    return named(f"payer:{SOURCE}:{number}")


def _note(tx: Tx, clients: list[NewClient], today: date) -> None:
    notes = Bulk(tx, BillingNote, ("id", "client_id", "text", "noted_on"))
    for place, text in _NOTES:
        client = clients[place]
        noted_on = (today - timedelta(days=30 + place)).isoformat()
        notes.add((named(f"note:{SOURCE}:{client.external_id}"), client.client_id, text, noted_on))
    notes.flush()
