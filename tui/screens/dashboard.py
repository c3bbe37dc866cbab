"""View a card payment on the processor's own pages: in the browser, or the address where there is none."""

from core.errors import DomainError
from core.payments.dashboard import intent_of, processor_page
from tui.keys import verb
from tui.viewer import open_with_desktop

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from tui.screens.book_screen import BookScreen

VIEW = verb("O", "view_at_processor", "In Stripe", id="payment.view", counted=False,
            help="Its page on Stripe's own site, in the browser, or its address")  # fmt: skip


def view_at_processor(screen: "BookScreen[Any]", *, payment_id: str = "", intent_ref: str = "") -> None:
    """Nothing of the client is in the address."""
    app = screen.biller

    def work() -> str:
        with app.store.read() as read:
            return processor_page(read, intent_ref or intent_of(read, payment_id))

    def known(address: str) -> None:
        app.copy_to_clipboard(address)
        opened = open_with_desktop(address)
        app.say(f"{'Opens in the browser' if opened else 'Copied'}: {address}", "good")

    def failed(refusal: DomainError) -> None:
        app.refuse(refusal)

    app.in_background(work, known, failed=failed)
