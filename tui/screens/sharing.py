"""Share a client's charges between guarantors, or end that (RB8)."""

from collections.abc import Sequence
from datetime import date

from core.clients.queries import ClientRow, guarantors
from core.clients.shares import ShareRow, end_shares, restore_shares, set_shares, typed_share
from core.errors import DomainError
from core.store import Tx
from tui.strips.asking import AskDay
from tui.strips.shares import AskShares, Shared

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from tui.screens.book_screen import BookScreen


def ask_shares(screen: "BookScreen[Any]", client: ClientRow, before: Sequence[ShareRow]) -> None:
    """Who owes what part and from when; the last arrangement is the preset."""
    app = screen.biller

    def work() -> list[tuple[str, str]]:
        with app.store.read() as read:
            return [(row.guarantor_id, row.guarantor) for row in guarantors(read)]

    def known(found: list[tuple[str, str]]) -> None:
        if not screen.is_current:
            return
        open_still = [row for row in before if row.effective_to is None]
        strip = AskShares(
            found,
            value=" ".join(typed_share(row) for row in open_still),
            today=app.today,
            keep_as=f"shares {client.client_id}",
        )
        screen.open_strip(strip, lambda answer: _share(screen, client, before, strip, answer))

    app.hold_keys("guarantors")
    app.in_background(work, known, writes=True, ended=lambda: app.release_keys("guarantors"))


def _share(
    screen: "BookScreen[Any]",
    client: ClientRow,
    before: Sequence[ShareRow],
    strip: AskShares,
    answer: Shared,
) -> None:
    app, texts = screen.biller, strip.texts()

    def share(tx: Tx) -> None:
        set_shares(tx, client.client_id, answer.shares, effective_from=answer.from_on)

    def take_back(tx: Tx) -> None:
        restore_shares(tx, client.client_id, before, effective_from=answer.from_on)

    def refused(refusal: DomainError) -> None:
        """What was typed comes back with the strip."""
        app.kept_texts[strip.keep_as] = texts
        app.refuse(refusal)

    what = f"Charges from {answer.from_on} on are shared between {len(answer.shares)}"
    app.change(share, lambda _: screen.done(what, take_back, share), refused)


def ask_end(screen: "BookScreen[Any]", client: ClientRow, before: Sequence[ShareRow]) -> None:
    """From which day on one guarantor owes all again."""
    strip = AskDay("No shares from", today=screen.biller.today, value=screen.biller.today(), keep_as="")
    screen.open_strip(strip, lambda day: _end(screen, client, before, day))


def _end(screen: "BookScreen[Any]", client: ClientRow, before: Sequence[ShareRow], day: date) -> None:
    def end(tx: Tx) -> None:
        end_shares(tx, client.client_id, effective_from=day)

    def take_back(tx: Tx) -> None:
        restore_shares(tx, client.client_id, before, effective_from=day)

    screen.change(end, lambda _: screen.done(f"No shares from {day} on", take_back, end))
