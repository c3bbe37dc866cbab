"""`syncd status`: how an office and its hub stand to each other."""

from core.replication.recognise import hub_self
from core.replication.standing import is_hub, office_standing, offices_at_hub, restored_on
from core.store import Store
from syncd.door import Door

WENT_BACK = (
    "Its book went back to a backup on {}; offices bring what it lost. Who was shut out since that backup is"
    " in again: `syncd revoke SITE` for each. Who joined since is not known here: `syncd invite` them, and"
    " they join anew."
)


def status(door: Door) -> int:
    """How things stand; 6 where an office cannot reach its hub."""
    store = door.open().store
    try:
        with store.read() as read:
            if is_hub(read):
                return _hub_status(door, store)
            found = office_standing(read)
    finally:
        store.close()
    door.answer(
        {
            "role": "office",
            "site": found.site,
            "url": found.url,
            "last_ok_at": found.last_ok_at,
            "tried_at": found.tried_at,
            "trouble": found.trouble,
            "words": found.words,
            "unsent": found.unsent,
            "documents": found.documents,
            "checked_at": found.checked_at,
            "differing": found.differing,
        },
        [
            f"Hub: {found.url}",
            f"Last in touch: {found.last_ok_at or 'never'}",
            f"Waits to be sent: {found.unsent:,} rows, and {found.documents:,} documents to go or come",
            found.words or "All is well.",
        ],
    )
    return 0


def _hub_status(door: Door, store: Store) -> int:
    with store.read() as read:
        offices, own, restored_at = offices_at_hub(read), hub_self(read), restored_on(read)
    data = {"role": "hub", "url": own.url, "offices": [each._asdict() for each in offices]}
    door.answer(
        data | {"restored_at": restored_at},
        [f"This is the hub, {own.url}."]
        + [
            f"{each.site:>5}  {each.name} ({each.series})  last seen {each.last_ok_at or 'never'},"
            f" {each.behind:,} behind"
            + (f", {each.aside:,} rows held aside" if each.aside else "")
            + (f", shut out {each.revoked_at}" if each.revoked_at else "")
            for each in offices
        ]
        + ([WENT_BACK.format(restored_at)] if restored_at else []),
    )
    return 0
