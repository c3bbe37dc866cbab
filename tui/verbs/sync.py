"""sync: how this office stands to its hub, what offices did that contradicts, and deciding it (RI3)."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any

    from core.conflicts.conflict import Conflict, Side
    from core.store import Read
    from tui.door import Door

KEEPS = ("ours", "theirs", "edit", "void", "credit-note", "new-draft", "not-duplicate", "seen")


def arguments(name: str, parser: "ArgumentParser", common: "ArgumentParser") -> None:
    what = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    summary = "the hub, when it was reached last, what waits to be sent, what is wrong"
    status = what.add_parser("status", help=summary, description=summary, parents=[common])
    status.set_defaults(run=sync_status)
    summary = "what offices did that contradicts and nobody has decided yet, newest first"
    listing = what.add_parser("conflicts", help=summary, description=summary, parents=[common])
    listing.add_argument("--all", action="store_true", help="also what is only told, such as notes")
    listing.set_defaults(run=sync_conflicts)
    summary = "decide a conflict, once for all offices"
    resolve = what.add_parser("resolve", help=summary, description=summary, parents=[common])
    resolve.add_argument("conflict", metavar="ID", help="as `sync conflicts` lists it")
    resolve.add_argument("--keep", required=True, choices=KEEPS, help="a side, or another answer that fits")
    resolve.add_argument("--value", metavar="TEXT", help="with edit: what shall stand instead of both")
    resolve.add_argument(
        "--money", choices=("credit", "refund"), help="of money on an invoice that is voided"
    )
    resolve.add_argument("--note", metavar="TEXT", help="why, for the log")
    resolve.set_defaults(run=sync_resolve)


def sync_status(door: "Door") -> int:
    from core.conflicts.queries import count_conflicts

    with door.store().read() as read:
        data = _standing(read)
        data["conflicts"] = count_conflicts(read)
    text = ["This is the hub." if data["role"] == "hub" else "This book has no hub; it is in one place."]
    if data["role"] == "office":
        text = [
            f"Hub: {data['url']}",
            f"Last in touch: {data['last_ok_at'] or 'never'}",
            f"Waits to be sent: {data['unsent']:,} rows",
            data["words"] or "All is well.",
        ]
    door.answer(data, [*text, f"Conflicts: {data['conflicts']:,}"])
    return 0


def _standing(read: "Read") -> "dict[str, Any]":
    """`behind` says that the hub was not reached or did not take what was sent, so others' work may wait."""
    from core.replication.office import NoHub
    from core.replication.standing import is_hub, office_standing

    try:
        found = office_standing(read)
    except NoHub:
        role = "hub" if is_hub(read) else "alone"
        return {"role": role, "url": "", "behind": False, "unsent": 0, "last_ok_at": None, "words": ""}
    return {
        "role": "office",
        "url": found.url,
        "behind": bool(found.trouble) or found.last_ok_at is None,
        "unsent": found.unsent,
        "last_ok_at": found.last_ok_at,
        "trouble": found.trouble,
        "words": found.words,
    }


def _side(side: "Side") -> "dict[str, Any]":
    return {"office": side.office, "site": side.site, "at": side.at, "value": side.value}


def _shown(one: "Conflict") -> "dict[str, Any]":
    return {
        "id": one.conflict_id,
        "kind": one.kind,
        "text": one.text,
        "subject": one.subject,
        "subject_kind": one.subject_kind,
        "subject_id": one.subject_id,
        "name": one.name,
        "ours": _side(one.left),
        "theirs": _side(one.right),
        "stands": _side(one.stands),
        "answers": list(one.answers),
        "loud": one.loud,
        "at": one.at,
    }


def sync_conflicts(door: "Door") -> int:
    from core.conflicts.queries import open_conflicts
    from core.ids import short

    with door.store().read() as read:
        found = open_conflicts(read, quiet=door.options.all)
    text = ["No conflicts."]
    if found and not door.options.json:
        text = door.table(
            ("Id", "What", "Ours", "Theirs", "Answers", "Text"),
            [
                (
                    short(one.conflict_id),
                    one.kind.replace("_", " "),
                    one.left.value,
                    one.right.value,
                    " ".join(one.answers),
                    one.text,
                )
                for one in found
            ],
        )
    door.answer({"conflicts": [_shown(one) for one in found]}, text)
    return 0


def sync_resolve(door: "Door") -> int:
    from core.conflicts.commands import resolve

    options = door.options
    with door.store().write(door.actor()) as tx:
        done = resolve(
            tx,
            options.conflict,
            options.keep,
            today=door.today(tx),
            value=options.value or "",
            money=options.money,
            note=options.note or "",
        )
    door.answer(
        {"kind": done.kind, "name": done.name, "answer": done.answer, "done": done.text},
        [f"Decided ({done.answer}): {done.text}."],
    )
    return 0
