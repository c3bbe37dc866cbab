"""Make a Good Faith Estimate of a client, and decide to bill further than one allows (RD4)."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from core.delivery.estimates import make_estimate
from core.delivery.making import Made
from core.errors import DomainError
from core.ledger.estimate_view import EstimateRequest
from core.ledger.estimates import Watched, find_estimate
from core.practice.queries import ProviderView, ServiceView, providers, services
from core.store import Tx
from tui.present import dollars
from tui.strips.estimate import AskEstimate, Wanted
from tui.strips.fields import Field, MoneyField, TextField
from tui.strips.form import AskForm

if TYPE_CHECKING:
    from tui.screens.book_screen import BookScreen

Known = tuple[list[ProviderView], list[ServiceView]]


def ask_estimate(
    screen: "BookScreen[Any]",
    client_id: str,
    client: str,
    *,
    made: Callable[[str], object] = lambda document_id: None,
) -> None:
    """Ask what care is expected, then make the estimate; `made` hears of it."""
    app = screen.biller

    def work() -> Known:
        with app.store.read() as read:
            return providers(read), services(read)

    def known(found: Known) -> None:
        if screen.is_current:
            strip = AskEstimate(
                client,
                providers=found[0],
                services=found[1],
                today=app.today,
                keep_as=f"estimate {client_id}",
            )
            screen.open_strip(strip, lambda wanted: _make(screen, strip, client_id, wanted, made))

    app.hold_keys("estimate")
    app.in_background(work, known, ended=lambda: app.release_keys("estimate"))


def _make(
    screen: "BookScreen[Any]",
    strip: AskEstimate,
    client_id: str,
    wanted: Wanted,
    made: Callable[[str], object],
) -> None:
    app, today = screen.biller, screen.biller.today()
    typed = strip.texts()
    asked = EstimateRequest(
        client_id,
        wanted.provider_id,
        wanted.from_on,
        wanted.to_on,
        wanted.items,
        wanted.diagnoses,
        wanted.separately,
    )

    def work() -> Made:
        return make_estimate(app.store, app.actor, asked, today=today)

    def done(one: Made) -> None:
        app.say(_words(one, sum(item.amount_cents for item in wanted.items), wanted.late), "good")
        made(str(one.document_id))

    def refused(refusal: DomainError) -> None:
        """What was typed comes back with the strip."""
        app.kept_texts[strip.keep_as] = typed
        app.refuse(refusal)

    app.in_background(work, done, failed=refused, writes=True, busy="making")


def _words(one: Made, cents: int, late: str) -> str:
    what = f"Estimate of {dollars(cents)}"
    if not one.new:
        what += ", as it was made before"
    elif one.version > 1:
        what += f", corrected version {one.version}"
    return f"{what}. {late}".rstrip() if late else f"{what}.  7 shows it"


def ask_further(screen: "BookScreen[Any]", estimate_id: str) -> None:
    """Ask how far above an estimate its client may be billed, and why (RD4, RJ3)."""
    app = screen.biller

    def work() -> Watched:
        with app.store.read() as read:
            return find_estimate(read, estimate_id)

    def known(one: Watched) -> None:
        if screen.is_current:
            lead = f"{one.client}: {dollars(one.expected_cents)} expected, {dollars(one.billed_cents)} billed"
            fields: list[Field[Any]] = [
                MoneyField("bill up to", name="allowed_cents", cents=one.allowed_cents),
                TextField("because", name="reason", width=30),
            ]
            form = AskForm(lead, fields, keep_as=f"further {estimate_id}")
            screen.open_strip(form, lambda values: _allow(screen, estimate_id, values))

    app.hold_keys("further")
    app.in_background(work, known, ended=lambda: app.release_keys("further"))


def _allow(screen: "BookScreen[Any]", estimate_id: str, values: dict[str, Any]) -> None:
    from core.invoicing.estimates import override_estimate

    def command(tx: Tx) -> None:
        override_estimate(tx, estimate_id, **values)

    what = f"May be billed up to {dollars(values['allowed_cents'])}."
    screen.change(command, lambda _: screen.biller.say(what, "good"))
