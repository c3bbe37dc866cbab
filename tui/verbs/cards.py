"""card: cards on file, charging one, disputes, and what differs from the processor."""

from tui.verbs.payment_page import carry_out, guarantor_of, who

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any

    from core.payments.card_file import Card
    from core.store import Read, Tx
    from tui.door import Door


def arguments(name: str, parser: "ArgumentParser", common: "ArgumentParser") -> None:
    from tui.arguments import deeds_of

    verb = deeds_of(parser, common)

    who(verb("list", "the cards on file of who owes", card_list))
    charge = verb("charge", "ask the hub to charge a card on file for an invoice", card_charge)
    charge.add_argument("invoice", metavar="N", help="the invoice")
    charge.add_argument("--card", metavar="LAST4", help="which card (the newest)")
    charge.add_argument("--amount", metavar="A", help="less than all that is open")
    default = verb("default", "which card on file is charged first", card_default)
    who(default)
    default.add_argument("--card", required=True, metavar="LAST4")
    remove = verb("remove", "use a card on file no more", card_remove)
    who(remove)
    remove.add_argument("--card", required=True, metavar="LAST4")
    remove.add_argument("--reason", required=True, metavar="T", help="why; kept in the audit log")
    asked = verb("asked", "what was asked for on an invoice, and what became of it", card_asked)
    asked.add_argument("invoice", metavar="N", help="the invoice")
    verb("failed", "cards that could not be charged for what is still open", card_failed)
    view = verb("view", "the address of a payment's page on the processor's own site", card_view)
    view.add_argument("payment", metavar="ID", help="a payment's id, or the processor's own (pi_...)")
    verb("disputes", "card payments that a client's bank disputes", card_disputes)
    verb("differences", "what the processor's list and the book differ in", card_differences)


def _card(read: "Read", guarantor_id: str, last4: str | None) -> "Card":
    """The default card, or one that ends so; where two end alike, a card's id tells which. Raises: NoCard."""
    from core.payments.card import NoCard
    from core.payments.card_file import cards_of

    for card in cards_of(read, guarantor_id):
        if last4 in (None, card.last4, card.card_id):
            return card
    raise NoCard


def card_list(door: "Door") -> int:
    """Cards on file, with whose consent each is kept."""
    from core.payments.card_file import cards_of

    with door.store().read() as read:
        rows = cards_of(read, guarantor_of(door, read))
    return _answer(
        door, "cards", [row._asdict() for row in rows], "No card is on file.",
        ("Card", "Until", "Consent", "On"),
        [
            (
                f"{r.brand} {r.last4}" + ", default" * r.is_default,
                f"{r.exp_year}-{r.exp_month:02}",
                r.person,
                r.agreed_at[:10],
            )
            for r in rows
        ],
    )  # fmt: skip


def card_charge(door: "Door") -> int:
    """The hub charges it and answers; `card asked` tells."""
    from core.money import parse_cents
    from core.payments.card_file import ask_charge
    from core.payments.queries import invoice_state
    from tui.verbs.invoice_page import issued_invoice

    options = door.options
    cents = None if options.amount is None else parse_cents(options.amount)

    def act(tx: "Tx") -> "tuple[str, str, str]":
        today = door.today(tx)
        invoice_id = issued_invoice(tx, options.invoice, "pay", today)
        state = invoice_state(tx, invoice_id)
        card = _card(tx, state.guarantor_id, options.card)
        asked = ask_charge(tx, card.card_id, invoice_id, today=today, amount_cents=cents)
        return asked, state.number, card.last4

    charge_id, number, last4 = carry_out(door, act)
    said = (
        f"Asked to charge the card ending in {last4} for {number}; `card asked {number}` tells of the answer."
    )
    door.answer({"charge_id": charge_id, "number": number, "last4": last4}, [said])
    return 0


def card_default(door: "Door") -> int:
    """Charged first, by whoever charges and does not name another; said again it changes nothing."""
    from core.payments.card_file import choose_card

    def act(tx: "Tx") -> "Card":
        card = _card(tx, guarantor_of(door, tx), door.options.card)
        if not card.is_default:
            choose_card(tx, card.card_id)
        return card

    card = carry_out(door, act)
    told = {"card_id": card.card_id, "last4": card.last4}
    door.answer(told, [f"The card ending in {card.last4} is charged first."])
    return 0


def card_remove(door: "Door") -> int:
    """The processor forgets it as well."""
    from core.payments.card_file import remove_card

    def act(tx: "Tx") -> str:
        card = _card(tx, guarantor_of(door, tx), door.options.card)
        remove_card(tx, card.card_id, reason=door.options.reason)
        return str(card.card_id)

    card_id = carry_out(door, act)
    door.answer({"card_id": card_id}, [f"The card ending in {door.options.card} is used no more."])
    return 0


def card_asked(door: "Door") -> int:
    """Each charge with its answer, in words."""
    from core.payments.card import in_words
    from core.payments.card_file import charges_of
    from tui.verbs.invoice_page import issued_invoice

    with door.store().read() as read:
        rows = charges_of(read, issued_invoice(read, door.options.invoice, "pay", door.today(read)))
    words = ["" if r.outcome in (None, "paid") else in_words(r.code) for r in rows]
    return _answer(
        door, "charges", [{**r._asdict(), "words": said} for r, said in zip(rows, words, strict=True)],
        "No charge was asked for.", ("Amount", "Outcome", "Why"),
        [
            (door.money(r.amount_cents), r.outcome or "waits", said)
            for r, said in zip(rows, words, strict=True)
        ],
    )  # fmt: skip


def card_failed(door: "Door") -> int:
    """The newest answer of each, with the bank's reason in words."""
    from core.payments.card_list import charge_words, failed_charges

    with door.store().read() as read:
        rows = failed_charges(read)
    return _answer(
        door, "failed", [{**r._asdict(), "words": charge_words(r)} for r in rows], "No card has failed.",
        ("Invoice", "Client", "Card", "Amount", "Tried", "Why"),
        [
            (r.number, r.client, f"{r.brand} {r.last4}", door.money(r.amount_cents), r.answered_on,
             charge_words(r))
            for r in rows
        ],
    )  # fmt: skip


def card_view(door: "Door") -> int:
    """Nothing of the client is in the address."""
    from core.payments.dashboard import intent_of, processor_page
    from core.payments.queries import find_payment

    typed = door.options.payment
    with door.store().read() as read:
        ref = typed if typed.startswith("pi_") else intent_of(read, find_payment(read, typed))
        address = processor_page(read, ref)
    door.answer({"address": address}, [address])
    return 0


def card_disputes(door: "Door") -> int:
    """The newest first, as they stand."""
    from core.payments.card_list import disputes

    with door.store().read() as read:
        rows = disputes(read)
    return _answer(
        door, "disputes", [r._asdict() for r in rows], "No payment is disputed.",
        ("On", "State", "Amount", "Answer by", "Reason"),
        [(r.happened_on, r.state, door.money(r.amount_cents), r.answer_by_on or "", r.reason) for r in rows],
    )  # fmt: skip


def card_differences(door: "Door") -> int:
    """As the hub's last look at the processor's list found them."""
    from core.payments.card_list import difference_words, last_look, open_differences

    with door.store().read() as read:
        rows, looked_at = open_differences(read), last_look(read)
    nothing = (
        "The book and the processor's list agree." if looked_at else "Nobody has looked yet: the hub does."
    )
    return _answer(
        door, "differences", [r._asdict() for r in rows], nothing,
        ("On", "What", "Processor", "Book", "Id"),
        [
            (r.happened_on, difference_words(r.kind), door.money(r.theirs_cents), door.money(r.ours_cents),
             r.processor_ref)
            for r in rows
        ],
    )  # fmt: skip


def _answer(
    door: "Door",
    name: str,
    data: "list[dict[str, Any]]",
    nothing: str,
    head: tuple[str, ...],
    rows: "list[tuple[Any, ...]]",
) -> int:
    """Rows as data, and as a table for a person."""
    door.answer({name: data}, door.table(head, rows) if rows and not door.options.json else [nothing])
    return 0
