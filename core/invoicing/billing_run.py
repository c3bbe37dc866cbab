"""The billing run: who would be billed for a period, who is held back and why (RB5).

`propose` writes nothing. `bill_clients` bills what was previewed, in one transaction a chunk; it asks
again what is unbilled under the write lock, so that two runs at the same instant, or a run after a
crash, bill every charge exactly once.
"""

from collections import defaultdict, namedtuple
from collections.abc import Iterable, Sequence
from datetime import date

from core.actors import Right
from core.dates import Period, due_on
from core.invoicing.commands import PROVIDER_NAMES, draft_of, office_of
from core.invoicing.issue import Bill, BillLine, Issued, issue_bills
from core.invoicing.preflight import (
    NO_DIAGNOSIS,
    NO_EMAIL,
    PARTIES,
    PARTIES_OF_THESE,
    Party,
    holds,
)
from core.ledger.unbilled import UnbilledCharge, these, unbilled_charges, unbilled_of_clients
from core.practice.policies import terms
from core.practice.queries import licensed_providers
from core.store import Read, Tx
from core.tables import BillingRun

Proposal = namedtuple(
    "Proposal", "client_id client sort_name charge_ids total_cents first_on last_on due_on holds warnings"
)
"""What a run would bill one client; `holds` are the reasons it cannot."""

Preview = namedtuple("Preview", "period ready held total_cents due_on")
"""`ready` and `held` are proposals by the clients' sort name; the total is of those ready."""


def propose(read: Read, period: Period, today: date) -> Preview:
    """All that is unbilled in a period, by client, with what must be mended first."""
    charges: dict[str, list[UnbilledCharge]] = defaultdict(list)
    for charge in unbilled_charges(read, period, today):
        charges[charge.client_id].append(charge)
    parties = {party.client_id: party for party in read.all(PARTIES, Party)}
    licensed = licensed_providers(read, today.year)
    providers = dict(read.rows(PROVIDER_NAMES))
    due = due_on(today, terms(read, today).days)
    proposals = [
        _proposal(parties[client_id], owed, licensed, providers, due) for client_id, owed in charges.items()
    ]
    proposals.sort(key=lambda p: (p.sort_name.casefold(), p.client_id))
    ready = tuple(p for p in proposals if not p.holds)
    held = tuple(p for p in proposals if p.holds)
    return Preview(period, ready, held, sum(p.total_cents for p in ready), due)


def _proposal(
    party: Party,
    charges: Sequence[UnbilledCharge],
    licensed: set[str],
    providers: dict[str, str],
    due: date,
) -> Proposal:
    warnings = []
    if not party.email or not party.email_ok:
        warnings.append(NO_EMAIL)
    if any(charge.diagnosed == 0 for charge in charges):
        warnings.append(NO_DIAGNOSIS)
    return Proposal(
        party.client_id,
        party.client,
        party.sort_name,
        frozenset(charge.charge_id for charge in charges),
        sum(charge.amount_cents for charge in charges),
        charges[0].service_on,
        charges[-1].service_on,
        due,
        tuple(holds(party, _coded(charges), licensed, providers)),
        tuple(warnings),
    )


def _coded(charges: Iterable[UnbilledCharge]) -> list[tuple[str, str | None]]:
    return [(charge.code_system, charge.provider_id) for charge in charges]


def open_run(tx: Tx, period: Period, *, sends: bool) -> str:
    """Say in the book that a run begins; what it makes names it."""
    tx.require(Right.BILL)
    first, last = (None if day is None else day.isoformat() for day in period)
    return tx.add(BillingRun(from_on=first, to_on=last, sends=sends))


def bill_clients(
    tx: Tx,
    proposals: Sequence[Proposal],
    period: Period,
    *,
    today: date,
    run_id: str,
    issue: bool,
) -> list[Issued]:
    """Bill a chunk of previewed clients, as drafts (no number) or outright as invoices, in order.

    Only charges that were previewed and that nothing carries now are billed. A client whose charges
    are gone, or who cannot be billed any more, is passed over.
    """
    tx.require(Right.BILL)
    licensed = licensed_providers(tx, today.year)
    providers = dict(tx.rows(PROVIDER_NAMES))
    terms_days = terms(tx, today).days
    bills: list[Bill] = []
    drafts: list[Issued] = []
    chosen = {proposal.client_id: proposal for proposal in proposals}
    unbilled = unbilled_of_clients(tx, period, today, list(chosen))
    parties = _parties(tx, list(chosen))
    for proposal in chosen.values():
        charges = [
            charge
            for charge in unbilled.get(proposal.client_id, ())
            if charge.charge_id in proposal.charge_ids
        ]
        party = parties.get(proposal.client_id)
        if not charges or party is None or holds(party, _coded(charges), licensed, providers):
            continue
        if issue:
            lines = tuple(_frozen(charge) for charge in charges)
            office_id = office_of(party, charges)
            bills.append(Bill(tx.new_id(), party, office_id, terms_days, None, "", run_id, None, lines))
        else:
            draft_id = draft_of(tx, party, charges, today=today, terms_days=terms_days, run_id=run_id)
            total = sum(charge.amount_cents for charge in charges)
            due = due_on(today, terms_days)
            drafts.append(Issued(draft_id, None, party.client_id, party.client, total, due))
    return issue_bills(tx, bills, today=today) if issue else drafts


def _parties(tx: Tx, client_ids: Sequence[str]) -> dict[str, Party]:
    return {
        party.client_id: party
        for some in these(client_ids)
        for party in tx.all(PARTIES_OF_THESE, Party, **some)
    }


def _frozen(charge: UnbilledCharge) -> BillLine:
    return BillLine(
        "charge", charge.charge_id, None, charge.service_on, charge.provider_id, charge.code_system,
        charge.code, charge.modifiers, charge.description, charge.units_milli, charge.rate_cents,
        charge.amount_cents,
    )  # fmt: skip
