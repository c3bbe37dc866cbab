"""outbox: what is sent and has not left yet, what failed, what shares itself, and taking it back."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Callable

    from core.store import Read, Tx
    from tui.door import Door


def arguments(name: str, parser: "ArgumentParser", common: "ArgumentParser") -> None:
    what = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    summary = "what waits to leave, newest first"
    listing = what.add_parser("list", help=summary, description=summary, parents=[common])
    listing.set_defaults(run=outbox_list)
    summary = "take it back before anything has left; an invoice stays issued"
    recall = what.add_parser("recall", help=summary, description=summary, parents=[common])
    recall.add_argument(
        "number", nargs="+", metavar="N", help="an invoice number, or the id of a document or mail"
    )
    recall.set_defaults(run=outbox_recall)
    summary = "mail again what failed, and share now what waits to share itself"
    send = what.add_parser("send", help=summary, description=summary, parents=[common])
    send.add_argument(
        "number", nargs="+", metavar="N", help="an invoice number, or the id of a document or mail"
    )
    send.set_defaults(run=outbox_send)
    summary = "keep an invoice from sharing itself, or let it go again"
    hold = what.add_parser("hold", help=summary, description=summary, parents=[common])
    hold.add_argument("number", nargs="+", metavar="N", help="an invoice number")
    hold.add_argument("--end", action="store_true", help="let it share itself again")
    hold.set_defaults(run=outbox_hold)
    summary = "share what is due to share itself, where no hub does it"
    due = what.add_parser("share-due", help=summary, description=summary, parents=[common])
    due.set_defaults(run=outbox_share_due)


def outbox_list(door: "Door") -> int:
    """Mail that is queued or has failed, for half a minute what only becomes visible, and what will share
    itself."""
    from core.delivery.auto_share import scheduled_rows
    from core.delivery.queries import outbox
    from core.delivery.requests import requests_waiting
    from core.ids import short

    store = door.store()
    with store.read() as read:
        rows = [*outbox(read, store.clock()), *requests_waiting(read), *scheduled_rows(read)]
    text = ["The outbox is empty."]
    if rows and not door.options.json:
        text = door.table(
            ("Id", "Document", "Of", "To", "Sent", "By", "Mail"),
            [
                (
                    short(r.subject_id),
                    r.title,
                    r.who,
                    r.mail_to or "portal",
                    r.shared_at,
                    r.actor,
                    f"{r.state}: {r.why}" if r.why else r.state,
                )
                for r in rows
            ],
        )
    door.answer({"outbox": [row._asdict() for row in rows]}, text)
    return 0


def _found(read: "Read", typed: "list[str]") -> "tuple[dict[str, str], dict[str, str]]":
    """What was typed, by the id of its document; and that of mails that stand by themselves, such as a
    reminder. Raises: NotFound."""
    from core.delivery.requests import find_request
    from core.documents.queries import find_document
    from core.errors import NotFound

    documents, mails = {}, {}
    for number in typed:
        try:
            mails[find_request(read, number)] = number
        except NotFound:
            documents[find_document(read, number)] = number
    return documents, mails


def outbox_recall(door: "Door") -> int:
    """Several at once: those that can be recalled are; 4 when none can, 7 when only some could."""
    from core.delivery.commands import AlreadyLeft, recall_shares
    from core.delivery.requests import recall_requests

    def recall(tx: "Tx", documents: "list[str]", mails: "list[str]") -> "list[str]":
        recalled, refusal = [], None
        for what, ids in ((recall_shares, documents), (recall_requests, mails)):
            try:
                recalled += what(tx, ids) if ids else []
            except AlreadyLeft as error:
                refusal = error
        if not recalled and refusal is not None:
            raise refusal
        return recalled

    asked, recalled = _carry(door, recall)
    left = [number for i, number in asked.items() if i not in recalled]
    text = [f"Recalled {number}; it is not sent." for i, number in asked.items() if i in recalled]
    text += [f"{number} is not in the outbox any more." for number in left]
    door.answer(
        {"recalled": [number for i, number in asked.items() if i in recalled], "left": left},
        text,
    )
    return 7 if left else 0


def _carry(
    door: "Door", act: "Callable[[Tx, list[str], list[str]], list[str]]"
) -> "tuple[dict[str, str], set[str]]":
    """Do it to what was typed; answers that by its id, and the ids for which it was done."""
    store, actor = door.store(), door.actor()
    with store.write(actor) as tx:
        documents, mails = _found(tx, door.options.number)
        return documents | mails, set(act(tx, list(documents), list(mails)))


def outbox_send(door: "Door") -> int:
    """What failed goes again to the address that stands now; what was to share itself is shared at once."""
    from core.delivery.auto_share import send_or_share
    from core.delivery.mail import NothingFailed
    from core.delivery.requests import ask_again

    def send(tx: "Tx", documents: "list[str]", mails: "list[str]") -> "list[str]":
        sent, refusal = [], None
        if documents:
            try:
                sent += send_or_share(tx, documents)
            except NothingFailed as error:
                refusal = error
        for mail in mails:
            try:
                ask_again(tx, [mail])
                sent.append(mail)
            except NothingFailed as error:
                refusal = error
        if not sent and refusal is not None:
            raise refusal
        return sent

    asked, sent = _carry(door, send)
    left = [number for i, number in asked.items() if i not in sent]
    text = [f"{number} leaves in half a minute." for i, number in asked.items() if i in sent]
    text += [f"{number} has not failed and does not wait." for number in left]
    door.answer({"sent": [number for i, number in asked.items() if i in sent], "left": left}, text)
    return 7 if left else 0


def outbox_hold(door: "Door") -> int:
    from core.delivery.auto_share import hold_share
    from core.documents.queries import find_document

    store, actor = door.store(), door.actor()
    with store.write(actor) as tx:
        asked = {find_document(tx, number): number for number in door.options.number}
        hold_share(tx, list(asked), held=not door.options.end)
    says = "shares itself again" if door.options.end else "is held; it does not share itself"
    door.answer(
        {"held": not door.options.end, "numbers": list(asked.values())},
        [f"{number} {says}." for number in asked.values()],
    )
    return 0


def outbox_share_due(door: "Door") -> int:
    """Harmless at any time: the hub does the same by itself."""
    from core.delivery.auto_share import share_due

    store, actor = door.store(), door.actor()
    with store.write(actor) as tx:
        shared = share_due(tx)
    count = len(shared)
    door.answer({"shared": count}, [f"{count} shared." if count else "Nothing is due to share itself."])
    return 0
