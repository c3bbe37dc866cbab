"""audit: list, show and verify."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterable, Iterator
    from datetime import tzinfo
    from typing import Any

    from core.ledger.log import LogEntry
    from core.store import Read
    from tui.door import Door


def arguments(name: str, parser: "ArgumentParser", common: "ArgumentParser") -> None:
    from core.ledger.log import KINDS, OTHER
    from tui.arguments import whole_number

    what = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    listing = what.add_parser("list", help="the newest entries", parents=[common])
    listing.add_argument("--most", type=whole_number(1, 1_000_000), default=1000, metavar="N")
    listing.add_argument("--kind", metavar="K", help=f"one kind of act: {', '.join([*KINDS, OTHER])}")
    listing.add_argument("--find", metavar="WORDS", help="in the entry, or in the name it is about")
    listing.add_argument("--from", dest="from_on", metavar="DAY")
    listing.add_argument("--to", dest="to_on", metavar="DAY")
    listing.add_argument("--csv", metavar="FILE", help="also write them there")
    listing.set_defaults(run=audit_list)
    show = what.add_parser("show", help="one entry whole", parents=[common])
    show.add_argument("entry", metavar="NO", help="its number, or SITE/NO where another site made it")
    show.set_defaults(run=audit_show)
    what.add_parser("verify", help="replay the chain over every fact", parents=[common]).set_defaults(
        run=audit_verify
    )


def audit_list(door: "Door") -> int:
    from core.dates import zone
    from core.practice.timezone import timezone

    options = door.options
    with door.store().read() as read:
        local = zone(timezone(read))
        rows = list(_wanted(door, read, local))
        if options.csv is not None:
            _write(door, rows)
    text = []
    if not options.json:
        from core.ids import short

        text = door.table(
            ("No", "When", "Who", "Did", "To", "Detail"),
            [
                (f"{e.site}/{e.no}", _when(e.at, local), e.actor, e.verb,
                 e.subject or f"{e.subject_kind} {short(e.subject_id)}", e.detail[:60])
                for e in rows
            ],
        )  # fmt: skip
    door.answer({"entries": [_shown(entry) for entry in rows]}, text)
    return 0


def _wanted(door: "Door", read: "Read", local: "tzinfo") -> "Iterator[LogEntry]":
    """The newest entries, or the newest that fit what was asked for."""
    from core.ledger.log import LogFilter, LogPages, log_entry

    options = door.options
    asked = (options.kind, options.find, options.from_on, options.to_on)
    if asked == (None, None, None, None):
        yield from LogPages(read).fetch(read, 0, options.most)
        return
    from itertools import islice

    from core.dates import between, parse_day
    from tui.deeds import deed_of_many

    days = between(
        None if options.from_on is None else parse_day(options.from_on),
        None if options.to_on is None else parse_day(options.to_on),
    )
    wanted = LogFilter(
        read,
        local=local,
        kind=options.kind or "",
        text=options.find or "",
        from_on=days.from_on,
        to_on=days.to_on,
        says=deed_of_many,
    )
    for entry_id in islice(wanted.every(read), options.most):
        yield log_entry(read, entry_id)


def _write(door: "Door", rows: "Iterable[LogEntry]") -> None:
    from core.books.log_csv import log_csv
    from core.security.files import write_where_said

    write_where_said(
        door.options.csv,
        log_csv(rows),
        home=door.home.data,
        exports=door.home.exports,
        key_file=door.key_file,
    )


def _when(at: str, local: "tzinfo") -> str:
    """In the practice's time, to the minute."""
    from datetime import datetime

    return f"{datetime.fromisoformat(at).astimezone(local):%Y-%m-%d %H:%M}"


def _shown(entry: "LogEntry") -> "dict[str, Any]":
    import json

    return {
        "at": entry.at,
        "actor": entry.actor,
        "site": entry.site,
        "office": entry.office,
        "no": entry.no,
        "verb": entry.verb,
        "subject": f"{entry.subject_kind}:{entry.subject_id}",
        "subject_name": entry.subject,
        "detail": json.loads(entry.detail),
        "reason": entry.reason,
    }


def audit_show(door: "Door") -> int:
    """One entry with what was before beside what came after."""
    from core.dates import zone
    from core.ledger.log import fields_of, find_entry
    from core.practice.timezone import timezone

    with door.store().read() as read:
        entry = find_entry(read, door.options.entry)
        local = zone(timezone(read))
    fields = fields_of(entry.detail)
    about = f"{entry.subject_kind} {entry.subject}".strip()
    text = [f"{entry.site}/{entry.no}  {_when(entry.at, local)}  {entry.actor}  {entry.verb}  {about}"]
    if entry.reason:
        text.append(f"Why: {entry.reason}")
    text += door.table(("Field", "Before", "After"), [tuple(field) for field in fields])
    told = {field.name: {"before": field.before, "after": field.after} for field in fields}
    door.answer({**_shown(entry), "fields": told}, text)
    return 0


def audit_verify(door: "Door") -> int:
    """4 where a fact was altered, dropped or reordered, or is not the one that its site sealed."""
    from core.audit import facts, verify
    from core.replication.sealed import verify_seals

    with door.store().read() as read:
        total = facts(read)
        verdict = verify(read, tell=lambda gone: door.progress(gone, total))
        seals = verify_seals(read)
    for site, no, table, row_id, wrong in verdict.bad:
        door.refuse("chain_broken", f"Fact {no} of site {site} ({table}) {wrong}.", subject=row_id)
    for seal in seals:
        if seal.wrong:
            door.refuse("seal_broken", f"Seal of site {seal.site} under fact {seal.no}: {seal.wrong}.")
    bad = [
        {"site": site, "no": no, "table": table, "id": row_id, "wrong": wrong}
        for site, no, table, row_id, wrong in verdict.bad
    ]
    ok = verdict.ok and not any(seal.wrong for seal in seals)
    told = f"{verdict.facts} facts, {verdict.entries} log entries, {len(seals)} seals"
    door.answer(
        {
            "entries": verdict.entries,
            "facts": verdict.facts,
            "ok": ok,
            "first_bad": bad[0] if bad else None,
            "bad": bad,
            "seals": [seal._asdict() for seal in seals],
        },
        [f"{told}: {'all in order' if ok else 'BROKEN'}"],
    )
    return 0 if ok else 4
