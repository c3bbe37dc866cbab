"""audit: list and verify."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from tui.door import Door


def arguments(name: str, parser: "ArgumentParser", common: "ArgumentParser") -> None:
    from tui.arguments import whole_number

    what = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    listing = what.add_parser("list", help="the newest entries", parents=[common])
    listing.add_argument("--most", type=whole_number(1, 1_000_000), default=1000, metavar="N")
    listing.set_defaults(run=audit_list)
    what.add_parser("verify", help="replay the chain over every fact", parents=[common]).set_defaults(
        run=audit_verify
    )


def audit_list(door: "Door") -> int:
    import json

    from core.audit import entries

    with door.store().read() as read:
        rows = entries(read, most=door.options.most)
    text = []
    if not door.options.json:
        text = door.table(
            ("At", "Who", "Did", "To", "Detail"),
            [(e.at, e.actor, e.verb, f"{e.subject_kind} {e.subject_id[-8:]}", e.detail[:60]) for e in rows],
        )
    door.answer(
        {
            "entries": [
                {
                    "at": e.at,
                    "actor": e.actor,
                    "site": e.site,
                    "no": e.no,
                    "verb": e.verb,
                    "subject": f"{e.subject_kind}:{e.subject_id}",
                    "detail": json.loads(e.detail),
                    "reason": e.reason,
                }
                for e in rows
            ]
        },
        text,
    )
    return 0


def audit_verify(door: "Door") -> int:
    """4 where a fact was altered, dropped or reordered."""
    from core.audit import verify

    with door.store().read() as read:
        verdict = verify(read)
    bad = None
    if verdict.first_bad is not None:
        site, no, table, row_id, wrong = verdict.first_bad
        bad = {"site": site, "no": no, "table": table, "id": row_id, "wrong": wrong}
        door.refuse("chain_broken", f"Fact {no} of site {site} ({table}) {wrong}.", subject=row_id)
    found = "all in order" if verdict.ok else "BROKEN"
    text = [f"{verdict.facts} facts, {verdict.entries} log entries: {found}"]
    door.answer(
        {"entries": verdict.entries, "facts": verdict.facts, "ok": verdict.ok, "first_bad": bad},
        text,
    )
    return 0 if verdict.ok else 4
