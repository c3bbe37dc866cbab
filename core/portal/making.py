"""What a person makes in the portal: a superbill for days of their own choice, a receipt (RE5).

Never a new demand (`decisions.md` 22). What they make is theirs to see; others see it once the practice
shares it.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from core import audit
from core.dates import between, month_period, previous_month
from core.delivery.making import Made, make_document
from core.delivery.receipts import make_receipt
from core.delivery.superbills import SUPERBILL, Preview, SuperbillKey, preview
from core.errors import DomainError
from core.ledger.superbill_facts import providers_of
from core.portal.granted import shows_no_other_address
from core.portal.pages import NotYours, billing_page
from core.portal.viewer import Viewer
from core.store import Read, Store
from core.tables import PortalMade

MOST_DAYS = 366


class RangeTooLong(DomainError):
    code = "range_too_long"

    def __init__(self) -> None:
        super().__init__("Choose a year at most; make another for the days before.")


class NoSessions(DomainError):
    code = "no_sessions"

    def __init__(self) -> None:
        super().__init__("There were no sessions on these days. Choose other days.")


class AddressOfAnother(DomainError):
    code = "address_of_another"

    def __init__(self) -> None:
        super().__init__(
            "The practice has no address and telephone number of the client's own, and a superbill would show"
            " another person's. Ask the practice to put them in."
        )


class ProviderChoice(NamedTuple):
    """What a superbill of one provider would hold, or why there is none."""

    provider_id: str
    preview: Preview


PRESETS = ("this month", "last month", "this quarter", "this year", "last year")


def preset(name: str, today: date) -> tuple[date, date]:
    """The days that a choice stands for, up to today."""
    first_of_year = date(today.year, 1, 1)
    month, last = month_period(today), previous_month(today)
    quarter = date(today.year, today.month - (today.month - 1) % 3, 1)
    days = {
        "this month": (month.from_on, today),
        "last month": (last.from_on, last.to_on),
        "this quarter": (quarter, today),
        "this year": (first_of_year, today),
        "last year": (date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
    }
    from_on, to_on = days[name]
    assert from_on is not None
    assert to_on is not None
    return from_on, to_on


def may_make(viewer: Viewer, client_id: str) -> None:
    """Raises: NotYours, where this person may make no superbills of this client."""
    if not any(one.client_id == client_id and one.superbills for one in viewer.grants):
        raise NotYours


OWN_ADDRESS = f"SELECT 1 FROM client AS k WHERE k.id = :client_id AND {shows_no_other_address('k')}"  # noqa: S608


def superbill_choices(
    read: Read, viewer: Viewer, client_id: str, *, from_on: date, to_on: date, today: date
) -> Sequence[ProviderChoice]:
    """A superbill for each provider who saw the client on these days, and what would be on it.

    Raises: NotYours, AddressOfAnother, PeriodBackwards, RangeTooLong, NoSessions.
    """
    may_make(viewer, client_id)
    if not read.value(OWN_ADDRESS, person_id=viewer.person_id, client_id=client_id):
        raise AddressOfAnother
    between(from_on, to_on)
    if (to_on - from_on).days > MOST_DAYS:
        raise RangeTooLong
    providers = providers_of(read, client_id, from_on=from_on, to_on=to_on)
    if not providers:
        raise NoSessions
    return [
        ProviderChoice(one, preview(read, SuperbillKey(client_id, one, from_on, to_on, today)))
        for one in providers
    ]


def make_own_superbill(
    store: Store, viewer: Viewer, client_id: str, provider_id: str, *, from_on: date, to_on: date, today: date
) -> Made:
    """Make it, or find that it is there and says the same; this person may open it from now on.

    Raises: as `superbill_choices`; what the superbill lacks.
    """
    with store.read() as read:
        offered = superbill_choices(read, viewer, client_id, from_on=from_on, to_on=to_on, today=today)
    if provider_id not in {one.provider_id for one in offered}:
        raise NotYours
    key = SuperbillKey(client_id, provider_id, from_on, to_on, today)
    made = make_document(store, viewer.actor, SUPERBILL, key)
    _note_made(store, viewer, "superbill", made)
    return made


def make_own_receipt(store: Store, viewer: Viewer, payment_id: str, *, today: date) -> Made:
    """The itemised receipt for a payment on an account that this person may see whole. Raises: NotYours."""
    with store.read() as read:
        page = billing_page(read, viewer, "", today=today)
    if not any(one.payment_id == payment_id and one.receipt for one in page.payments):
        raise NotYours
    made = make_receipt(store, viewer.actor, payment_id, today=today)
    _note_made(store, viewer, "receipt", made)
    return made


def _note_made(store: Store, viewer: Viewer, kind: str, made: Made) -> None:
    """Let the person open what they made, also where somebody else had made the same before."""
    once = f"portal-made:{viewer.person_id}:{made.document_id}:{made.version}"
    with store.write(viewer.actor) as tx:
        if tx.value("SELECT 1 FROM portal_made WHERE once = :once", once=once):
            return
        tx.add(
            PortalMade(
                once=once, person_id=viewer.person_id, kind=kind, subject_id=str(made.document_id),
                version=made.version,
            )
        )  # fmt: skip


def note_opened(store: Store, viewer: Viewer, kind: str, subject_id: str, *, how: str) -> None:
    """Say in the audit log that a person looked at a document (45 CFR 164.312(b))."""
    with store.write(viewer.actor) as tx:
        audit.record(tx, "portal.opened", kind, subject_id, how=how)
