"""The billing run: who would be billed for a period, who is held back and why (RB5).

Who owes is asked charge by charge: where a client's charges are shared, each guarantor gets an invoice of
its own (RB8), with its own address to mend.

`propose` writes nothing. `bill_clients` bills what was previewed, in one transaction a chunk; it asks
again what is unbilled under the write lock, so that two runs at the same instant, or a run after a
crash, bill every charge exactly once.
"""

from collections import defaultdict, namedtuple
from collections.abc import Iterable, Iterator, Sequence
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
    by_payer,
    holds,
    party_of,
)
from core.ledger.estimates import NOT_CARE, Watch
from core.ledger.unbilled import UnbilledCharge, as_billed, these, unbilled_charges, unbilled_of_clients
from core.practice.policies import terms
from core.practice.queries import licensed_providers
from core.store import Read, Tx
from core.tables import BillingRun

Proposal = namedtuple(
    "Proposal",
    "client_id client sort_name charge_ids total_cents first_on last_on due_on holds warnings guarantor_id"
    " payer",
)
"""What a run would bill one guarantor for one client; `holds` are the reasons it cannot.

`payer` is the guarantor's name where it owes only shares of some charges, else empty."""

Preview = namedtuple("Preview", "period ready held total_cents due_on")
"""`ready` and `held` are proposals by the clients' sort name; the total is of those ready."""


def proposal_id(proposal: Proposal) -> str:
    """Names a proposal in a list: the client's id, and the guarantor's where there are siblings."""
    one = proposal
    return f"{one.client_id}:{one.guarantor_id}" if one.payer else str(one.client_id)


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
        _proposal(party, owed, licensed, providers, due)
        for client_id, of_client in charges.items()
        for party, owed in _parts(read, parties[client_id], of_client)
    ]
    proposals.sort(key=lambda p: (p.sort_name.casefold(), p.client_id))
    proposals = _beside_estimates(read, proposals, charges)
    ready = tuple(p for p in proposals if not p.holds)
    held = tuple(p for p in proposals if p.holds)
    return Preview(period, ready, held, sum(p.total_cents for p in ready), due)


def _beside_estimates(
    read: Read, proposals: list[Proposal], charges: dict[str, list[UnbilledCharge]]
) -> list[Proposal]:
    """The proposals with what Good Faith Estimates have to say against them, siblings added up."""
    watch = Watch(read)
    found = []
    for proposal in proposals:
        if watch.watches(proposal.client_id) and not proposal.holds:
            owed = [
                charge
                for charge in charges[proposal.client_id]
                if charge.charge_id in proposal.charge_ids
                and charge.guarantor_id in (None, proposal.guarantor_id)
            ]
            holds, warnings = watch.bill(proposal.client_id, _care(owed))
            proposal = proposal._replace(holds=tuple(holds), warnings=(*proposal.warnings, *warnings))
        found.append(proposal)
    return found


def _care(charges: Iterable[UnbilledCharge]) -> list[tuple[str | None, str | None, int]]:
    """What an estimate could have expected: provider, day and cents of each service."""
    return [
        (charge.provider_id, charge.service_on, charge.amount_cents)
        for charge in charges
        if charge.kind not in NOT_CARE
    ]


def _parts(
    read: Read, own: Party, charges: Sequence[UnbilledCharge]
) -> Iterator[tuple[Party, Sequence[UnbilledCharge]]]:
    """What is unbilled of a client, with each who owes a part of it."""
    if all(charge.guarantor_id is None for charge in charges):
        yield own, charges
        return
    for guarantor_id, owed in by_payer(charges, own.guarantor_id).items():
        party = own if guarantor_id == own.guarantor_id else party_of(read, own.client_id, guarantor_id)
        assert party is not None, "references hold"
        yield party, owed


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
        party.guarantor_id,
        party.guarantor if any(charge.share_id for charge in charges) else "",
    )


def by_client(proposals: Iterable[Proposal]) -> list[Proposal]:
    """One row a client: sibling proposals put together, each hold with the name of who it is about."""
    siblings: dict[str, list[Proposal]] = {}
    for proposal in proposals:
        siblings.setdefault(proposal.client_id, []).append(proposal)
    return [parts[0] if len(parts) == 1 else _together(parts) for parts in siblings.values()]


def _together(parts: Sequence[Proposal]) -> Proposal:
    return parts[0]._replace(
        charge_ids=frozenset().union(*(part.charge_ids for part in parts)),
        total_cents=sum(part.total_cents for part in parts),
        first_on=min(part.first_on for part in parts),
        last_on=max(part.last_on for part in parts),
        holds=tuple(f"{part.payer}: {hold}" if part.payer else hold for part in parts for hold in part.holds),
        warnings=tuple(dict.fromkeys(warning for part in parts for warning in part.warnings)),
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
    """Bill a chunk of what was previewed, as drafts (no number) or outright as invoices, in order.

    Only charges that were previewed, that nothing carries now and that the same guarantor still owes are
    billed. A proposal whose charges are gone, or that cannot be billed any more, is passed over.
    """
    tx.require(Right.BILL)
    licensed = licensed_providers(tx, today.year)
    providers = dict(tx.rows(PROVIDER_NAMES))
    terms_days = terms(tx, today).days
    bills: list[Bill] = []
    drafts: list[Issued] = []
    chosen = {(proposal.client_id, proposal.guarantor_id): proposal for proposal in proposals}
    client_ids = list(dict.fromkeys(client_id for client_id, _ in chosen))
    unbilled = unbilled_of_clients(tx, period, today, client_ids)
    parties = _parties(tx, client_ids)
    watch = Watch(tx)
    for (client_id, guarantor_id), proposal in chosen.items():
        party = own = parties.get(client_id)
        if own is None:
            continue
        charges = [
            charge
            for charge in unbilled.get(client_id, ())
            if charge.charge_id in proposal.charge_ids
            and (charge.guarantor_id or own.guarantor_id) == guarantor_id
        ]
        if guarantor_id != own.guarantor_id:
            party = party_of(tx, client_id, guarantor_id)
        if not charges or party is None or holds(party, _coded(charges), licensed, providers):
            continue
        if watch.watches(client_id) and watch.bill(client_id, _care(charges))[0]:
            continue
        if issue:
            lines = tuple(_frozen(charge) for charge in charges)
            office_id = office_of(party, charges)
            bills.append(Bill(tx.new_id(), party, office_id, terms_days, None, "", run_id, None, lines))
        else:
            draft_id = draft_of(tx, party, charges, today=today, terms_days=terms_days, run_id=run_id)
            total = sum(charge.amount_cents for charge in charges)
            due = due_on(today, terms_days)
            drafts.append(
                Issued(draft_id, None, party.client_id, party.client, party.guarantor_id, total, due)
            )
    return issue_bills(tx, bills, today=today) if issue else drafts


def _parties(tx: Tx, client_ids: Sequence[str]) -> dict[str, Party]:
    return {
        party.client_id: party
        for some in these(client_ids)
        for party in tx.all(PARTIES_OF_THESE, Party, **some)
    }


def _frozen(owed: UnbilledCharge) -> BillLine:
    charge = as_billed(owed) if owed.share_id else owed
    return BillLine(
        "charge", charge.charge_id, charge.share_id or None, charge.service_on, charge.provider_id,
        charge.code_system, charge.code, charge.modifiers, charge.description, charge.units_milli,
        charge.rate_cents, charge.amount_cents,
    )  # fmt: skip
