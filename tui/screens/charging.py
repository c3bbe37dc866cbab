"""Charge a card on file from an office: asked for by a fact, done by the hub, answered on whatever screen
is in front (RF1)."""

from collections.abc import Mapping, Sequence

from core.errors import DomainError
from core.payments.allocation import Part
from core.payments.card_file import Card, ask_charge
from core.payments.card_list import Charged, charge_words, charges_told
from core.store import Tx
from tui.present import dollars, plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from tui.biller import Biller
    from tui.screens.book_screen import BookScreen


def ask_to_charge(
    screen: "BookScreen[Any]",
    card: Card,
    parts: Sequence[Part],
    numbers: Mapping[str, str],
    *,
    kept: tuple[str, dict[str, str]],
) -> None:
    """A question, because no key takes a charge back: a refund does. `kept` is what was typed, which comes
    back with the strip where nothing came of it."""
    app = screen.biller
    cents = sum(part.amount_cents for part in parts)
    on = numbers[parts[0].invoice_id] if len(parts) == 1 else plural(len(parts), "invoice")
    what = f"{card.brand} {card.last4}, {dollars(cents)}, for {on}"

    def put_back() -> None:
        app.kept_texts[kept[0]] = kept[1]

    def refused(refusal: DomainError) -> None:
        put_back()
        app.refuse(refusal)

    def charge(tx: Tx) -> list[str]:
        today = app.today()
        return [
            ask_charge(tx, card.card_id, part.invoice_id, today=today, amount_cents=part.amount_cents)
            for part in parts
        ]

    def asked(charge_ids: list[str]) -> None:
        app.charges_asked.update(charge_ids)
        app.say(f"Asked to charge {what}; the hub does it, its answer stands here.", "good")

    def yes() -> None:
        app.change(charge, asked, refused)

    screen.ask(f"Charge {what}? No key takes it back.", "charges", yes, on_cancel=put_back)


def charge_line(row: Charged) -> str:
    """`visa 4242, $150.00, on N-00001: paid`."""
    card = f"{row.brand} {row.last4}, {dollars(row.amount_cents)}"
    return f"{card}, on {row.number}: {charge_words(row)}"


def look_for_answers(app: "Biller") -> None:
    """Say what became of the charges that were asked for here; those without an answer are asked of again
    with the next change of the book."""
    if not app.charges_asked:
        return
    wanted = sorted(app.charges_asked)

    def work() -> list[Charged]:
        with app.store.read() as read:
            return charges_told(read, wanted)

    def told(rows: list[Charged]) -> None:
        answered = [row for row in rows if row.outcome and row.charge_id in app.charges_asked]
        app.charges_asked -= {row.charge_id for row in answered}
        if answered:
            worst = next((row for row in answered if row.outcome != "paid"), answered[0])
            more = f"  and {plural(len(answered) - 1, 'more answer')}" if len(answered) > 1 else ""
            app.say(charge_line(worst) + more, "good" if worst.outcome == "paid" else "warn")

    app.in_background(work, told)
