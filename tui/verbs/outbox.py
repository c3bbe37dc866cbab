"""outbox: what is sent and has not left yet, and taking it back."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from tui.door import Door


def arguments(name: str, parser: "ArgumentParser", common: "ArgumentParser") -> None:
    what = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    summary = "what waits to leave, newest first"
    listing = what.add_parser("list", help=summary, description=summary, parents=[common])
    listing.set_defaults(run=outbox_list)
    summary = "take it back before anything has left; an invoice stays issued"
    recall = what.add_parser("recall", help=summary, description=summary, parents=[common])
    recall.add_argument("number", nargs="+", metavar="N", help="an invoice number or a document's id")
    recall.set_defaults(run=outbox_recall)


def outbox_list(door: "Door") -> int:
    """Mail that is queued, and for half a minute what only becomes visible."""
    from core.delivery.queries import outbox
    from core.ids import short

    store = door.store()
    with store.read() as read:
        rows = outbox(read, store.clock())
    text = ["The outbox is empty."]
    if rows and not door.options.json:
        text = door.table(
            ("Id", "Document", "Of", "To", "Sent", "By"),
            [
                (short(r.subject_id), r.title, r.who, r.mail_to or "portal", r.shared_at, r.actor)
                for r in rows
            ],
        )
    door.answer({"outbox": [row._asdict() for row in rows]}, text)
    return 0


def outbox_recall(door: "Door") -> int:
    """Several at once: those that can be recalled are; 4 when none can, 7 when only some could."""
    from core.delivery.commands import recall_shares
    from core.documents.queries import find_document

    store, actor = door.store(), door.actor()
    with store.write(actor) as tx:
        asked = {find_document(tx, number): number for number in door.options.number}
        recalled = set(recall_shares(tx, list(asked)))
    left = [number for invoice_id, number in asked.items() if invoice_id not in recalled]
    text = [f"Recalled {number}; it is not sent." for i, number in asked.items() if i in recalled]
    text += [f"{number} is not in the outbox any more." for number in left]
    door.answer(
        {"recalled": [number for i, number in asked.items() if i in recalled], "left": left},
        text,
    )
    return 7 if left else 0
