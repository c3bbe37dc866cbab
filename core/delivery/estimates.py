"""Good Faith Estimates: made for what the practice expects, frozen, updated by another version (RD4)."""

import re
from collections import namedtuple
from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial

from core.actors import Actor
from core.delivery.making import Made, Paper, make_document
from core.documents.estimate import render_estimate
from core.errors import UsageError
from core.ledger.estimate_view import EstimateItem, EstimateRequest, EstimateView, estimate_view
from core.ledger.frozen import newest_content
from core.money import parse_cents
from core.practice.queries import ServiceView, service_in
from core.store import Store, Tx
from core.tables import Estimate

Expected = namedtuple("Expected", "code visits rate_cents", defaults=(1, None))
"""A service and how often it is expected; `rate_cents` is None where the practice's fee counts."""

TYPED = re.compile(r"(?P<code>\S+?)(?:\s+x\s*(?P<visits>[0-9]{1,4}))?(?:\s+@\s*(?P<rate>\S+))?", re.ASCII)


class NotExpected(UsageError):
    code = "not_expected"

    def __init__(self) -> None:
        super().__init__("Say services and visits, such as 90791, 90837 x 40 @ 185.", subject="services")


class NeedsRate(UsageError):
    code = "needs_rate"

    def __init__(self, service: ServiceView) -> None:
        super().__init__(
            f"{service.code} is charged by units of {service.unit_minutes} minutes."
            " Say behind it with --rate (or @) what one visit is expected to cost.",
            subject="services",
        )


def parse_expected(typed: str) -> list[Expected]:
    """Services as a person types them in one line: `90791, 90837 x 40 @ 185`.

    Raises: NotExpected, NotAnAmount.
    """
    found = []
    for part in filter(None, (one.strip() for one in typed.split(","))):
        match = TYPED.fullmatch(part)
        if match is None or match["visits"] == "0":
            raise NotExpected
        rate = match["rate"]
        found.append(
            Expected(match["code"], int(match["visits"] or 1), None if rate is None else parse_cents(rate))
        )
    if not found:
        raise NotExpected
    return found


def expected_items(known: Sequence[ServiceView], wanted: Iterable[Expected]) -> tuple[EstimateItem, ...]:
    """Each service with its description and what one visit costs. Raises: NoService, NeedsRate."""
    items = []
    for one in wanted:
        service = service_in(known, one.code)
        if one.rate_cents is None and service.unit_minutes is not None:
            raise NeedsRate(service)
        rate = service.rate_cents if one.rate_cents is None else one.rate_cents
        items.append(EstimateItem(service.code, service.description, one.visits, rate))
    return tuple(items)


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
