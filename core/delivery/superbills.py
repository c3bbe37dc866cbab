"""Superbills made, kept and found again (RD3). Not a demand: a client's insurer is asked to pay back."""

from collections import namedtuple
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any, NamedTuple

from core.delivery.making import Paper
from core.documents.superbill import render_superbill
from core.errors import DomainError, NotFound
from core.ledger.frozen import find_kept, frozen, is_newest, newest_content
from core.ledger.superbill_facts import Facts, Skipped, providers_of, superbill_facts
from core.ledger.superbill_lint import Lack, incomplete
from core.ledger.superbill_view import (
    MissingFields,
    NothingEligible,
    SuperbillView,
    TooManyDiagnoses,
    superbill_view,
)
from core.practice.queries import licensed_providers
from core.store import Read, Tx
from core.tables import Superbill

SuperbillKey = namedtuple(
    "SuperbillKey", "client_id provider_id from_on to_on made_on payee leave_out", defaults=(None, False)
)
"""`payee` is whom the insurer shall pay, where it is not the practice's usual choice; `leave_out` makes it
without the sessions that lack something of their own."""

NEWEST = newest_content("superbill", "superbill_id")


def facts_for(read: Read, key: SuperbillKey) -> Facts:
    """What a superbill would be made of. Raises: NotFound."""
    years = range(key.from_on.year, key.to_on.year + 1)
    facts = superbill_facts(
        read,
        key.client_id,
        key.provider_id,
        from_on=key.from_on,
        to_on=key.to_on,
        licensed={year: licensed_providers(read, year) for year in years},
    )
    return _left_out(facts) if key.leave_out else facts


def _left_out(facts: Facts) -> Facts:
    """Without the sessions that lack something; they are listed with what it is."""
    reasons = incomplete(facts)
    gone = {
        session.session_id: Skipped(
            session.session_id, session.service_on, "session", reasons[session.session_id]
        )
        for session, _ in facts.services
        if session.session_id in reasons
    }
    return replace(
        facts,
        services=tuple(one for one in facts.services if one[0].session_id not in reasons),
        skipped=tuple(sorted((*facts.skipped, *gone.values()), key=lambda one: one.service_on)),
    )


def view_of(read: Read, key: SuperbillKey) -> SuperbillView:
    """Raises: NotFound, NothingEligible, MissingFields, TooManyDiagnoses."""
    return _view(read, facts_for(read, key), key)


def _view(read: Read, facts: Facts, key: SuperbillKey) -> SuperbillView:
    return superbill_view(
        read,
        facts,
        from_on=key.from_on,
        to_on=key.to_on,
        made_on=key.made_on,
        payee=key.payee,
    )


class Preview(NamedTuple):
    """What a superbill would say, or why there is none: `lacks` names the fields, `refusal` what else."""

    key: SuperbillKey
    provider: str
    view: SuperbillView | None
    lacks: tuple[Lack, ...]
    skipped: tuple[Skipped, ...]
    services: int
    refusal: DomainError | None


def preview(read: Read, key: SuperbillKey) -> Preview:
    """Ask without writing anything. Raises: NotFound."""
    facts = facts_for(read, key)
    count, name = len(facts.services), facts.provider.name
    try:
        return Preview(key, name, _view(read, facts, key), (), facts.skipped, count, None)
    except MissingFields as missing:
        return Preview(key, name, None, missing.lacks, facts.skipped, count, missing)
    except (NothingEligible, TooManyDiagnoses) as refusal:
        return Preview(key, name, None, (), facts.skipped, count, refusal)


def _record(tx: Tx, view: SuperbillView, content: str) -> None:
    tx.add(
        Superbill(
            once=f"superbill:{view.superbill_id}:{view.version}",
            superbill_id=view.superbill_id,
            version=view.version,
            client_id=view.client_id,
            provider_id=view.provider_id,
            from_on=view.from_on.isoformat(),
            to_on=view.to_on.isoformat(),
            charged_cents=view.charged_cents,
            paid_cents=view.paid_cents,
            made_on=view.made_on.isoformat(),
            content=content,
        )
    )


SUPERBILL: Paper[SuperbillKey, SuperbillView] = Paper("superbill", NEWEST, view_of, render_superbill, _record)


def keys_for(
    read: Read,
    client_id: str,
    provider_id: str | None,
    *,
    from_on: date,
    to_on: date,
    made_on: date,
    **more: object,
) -> list[SuperbillKey]:
    """A superbill for the provider that is named, else one for each who saw the client in the range.

    Raises: NothingEligible.
    """
    found = [provider_id] if provider_id else providers_of(read, client_id, from_on=from_on, to_on=to_on)
    if not found:
        raise NothingEligible(())
    key = partial(SuperbillKey, from_on=from_on, to_on=to_on, made_on=made_on, **more)
    return [key(client_id=client_id, provider_id=one) for one in found]


SuperbillRow = namedtuple(
    "SuperbillRow",
    "superbill_id version client_id client provider_id provider from_on to_on charged_cents paid_cents"
    " made_on",
)
LIST = f"""
SELECT s.superbill_id, s.version, s.client_id, k.sort_name, s.provider_id, p.name, s.from_on, s.to_on,
       s.charged_cents, s.paid_cents, s.made_on
FROM superbill AS s JOIN client AS k ON k.id = s.client_id JOIN provider AS p ON p.id = s.provider_id
WHERE {is_newest("superbill", "superbill_id", "s")}
"""  # noqa: S608  composed of our own names
NEWEST_FIRST = " ORDER BY s.made_on DESC, k.sort_name, s.from_on, s.superbill_id"
OF_CLIENT = " AND s.client_id = :client_id"
ONE = " AND s.superbill_id = :superbill_id"


def superbills(read: Read, client_id: str | None = None) -> list[SuperbillRow]:
    """The newest version of every superbill, or of one client's, last made first."""
    if client_id is None:
        return read.all(LIST + NEWEST_FIRST, SuperbillRow)
    return read.all(LIST + OF_CLIENT + NEWEST_FIRST, SuperbillRow, client_id=client_id)


def frozen_superbill(read: Read, superbill_id: str) -> dict[str, Any]:
    """What the newest version says, as it was frozen when it was made. Raises: NoSuperbill."""
    content = frozen(read, NEWEST, superbill_id)
    if content is None:
        raise NoSuperbill(superbill_id)
    return content


class NoSuperbill(NotFound):
    code = "no_superbill"

    def __init__(self, typed: str) -> None:
        from core.text import plain

        super().__init__(
            f'There is no superbill "{plain(typed)[:40]}". `daysheet superbill list` shows them.',
            subject=typed[:40],
        )


def find_superbill(read: Read, typed: str) -> SuperbillRow:
    """The superbill for its id or the last eight characters of it. Raises: NoSuperbill."""
    superbill_id = find_kept(read, "superbill", typed)
    found = read.first(LIST + ONE, SuperbillRow, superbill_id=superbill_id) if superbill_id else None
    if found is None:
        raise NoSuperbill(typed)
    return found
