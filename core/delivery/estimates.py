"""Good Faith Estimates: made for what the practice expects, frozen, updated by another version (RD4)."""

from datetime import date
from functools import partial

from core.actors import Actor
from core.delivery.making import Made, Paper, make_document
from core.documents.estimate import render_estimate
from core.ledger.estimate_view import EstimateRequest, EstimateView, estimate_view
from core.ledger.frozen import newest_content
from core.store import Store, Tx
from core.tables import Estimate

NEWEST = newest_content("estimate", "estimate_id")


def estimate_paper(today: date) -> Paper[EstimateRequest, EstimateView]:
    """The estimate for what is expected, as it is made today."""

    return Paper("estimate", NEWEST, partial(estimate_view, today=today), render_estimate, _record)


def _record(tx: Tx, view: EstimateView, content: str) -> None:
    tx.add(
        Estimate(
            once=f"estimate:{view.document_id}:{view.version}",
            estimate_id=view.document_id,
            version=view.version,
            client_id=view.client_id,
            provider_id=view.provider_id,
            from_on=view.from_on.isoformat(),
            to_on=view.to_on.isoformat(),
            expected_cents=view.expected_cents,
            made_on=view.made_on.isoformat(),
            content=content,
        )
    )


def make_estimate(store: Store, actor: Actor, asked: EstimateRequest, *, today: date) -> Made:
    """The estimate of a client's care by one provider over some days; another version where it says something
    else than the last one did.

    Raises: NotAllowed; what `estimate_view` refuses; LogoUnusable; Busy.
    """
    return make_document(store, actor, estimate_paper(today), asked)
