"""today: what waits to be done, and what happened last, as the first screen shows it."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any

    from core.ledger.happened import Happening
    from core.ledger.to_do import ToDo
    from tui.door import Door

LAST = 10
"""Happenings shown: the newest of as many as fit below the counts."""


def arguments(name: str, parser: "ArgumentParser", common: "ArgumentParser") -> None:
    parser.set_defaults(run=today)


def today(door: "Door") -> int:
    """Counts and sums of what waits, each with the list that answers it; appointments have `agenda`."""
    from core.ledger.happened import happened
    from core.ledger.to_do import ToDo, to_do
    from core.payments.card_list import cards_to_do

    with door.store().read() as read:
        day = door.today(read)
        waiting = [ToDo(*one) for one in cards_to_do(read)] + to_do(read, day)
        last = [_happening(one) for one in happened(read, most=LAST)]
    data = {"on": day.isoformat(), "to_do": [_item(one) for one in waiting], "last": last}
    door.answer(data, [*_to_do_lines(door, waiting), *_last_lines(door, last)])
    return 0


def _item(one: "ToDo") -> "dict[str, Any]":
    return {"name": one.name, "text": one.text, "count": one.count, "amount_cents": one.amount_cents}


def _happening(one: "Happening") -> "dict[str, Any]":
    from tui.deeds import deed, deed_of_many

    what = deed(one.entry) if one.count == 1 else deed_of_many(one.entry.verb)
    return {
        "at": one.entry.at, "who": one.entry.actor, "what": what, "count": one.count, "subject": one.subject,
    }  # fmt: skip


def _to_do_lines(door: "Door", waiting: "list[ToDo]") -> "list[str]":
    if not waiting:
        return ["Nothing to do."]
    rows = [(one.text, one.count, door.money(one.amount_cents)) for one in waiting]
    return list(door.table(("To do", "Count", "Amount"), rows, right=(1, 2)))


def _last_lines(door: "Door", last: "list[dict[str, Any]]") -> "list[str]":
    if not last or door.options.plain:
        return []
    from tui.present import plural

    rows = [
        (one["at"], one["who"], one["what"],
         one["subject"] if one["count"] == 1 else plural(one["count"], one["subject"].replace("_", " ")))
        for one in last
    ]  # fmt: skip
    return ["", *door.table(("Last", "Who", "What", "To"), rows)]
