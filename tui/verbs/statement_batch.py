"""statement make --all-with-balance: a batch, with progress, and stopped by Ctrl-C without losing any."""

import signal
from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from core.delivery.making import Made
    from core.delivery.statements import Candidates
    from tui.door import Door

INTERRUPTED = 130


def make_batch(door: "Door") -> int:
    """Preview by age, then a statement for each account; what is there and still true stays as it is."""
    import os

    from core.delivery.statements import batch_keys, candidates, make_statements
    from core.errors import UsageError
    from tui.verbs.made import check_out
    from tui.verbs.statement_words import CHOICES, period_asked

    options, store = door.options, door.store()
    with store.read() as read:
        period, today = period_asked(door, read), door.today(read)
        found = candidates(read, period, criterion=options.only or "balance")
    names = {row.guarantor_id: row.guarantor for row in found.rows}
    keys = batch_keys(names, period, kind=CHOICES[options.kind], comment=options.comment)
    if options.dry_run:
        return _answer(door, period, found, [_proposed(row) for row in found.rows])
    if options.out is not None and not os.path.isdir(options.out):  # noqa: PTH112
        raise UsageError("--out must name a folder that is there, for a file each.")
    check_out(door, folder=True)
    if keys and not door.agreed(f"Make {_summary(door, found)}?"):
        door.say("Nothing was made.")
        return _answer(door, period, found, [])
    rows: list[dict[str, Any]] = []
    with _stopping() as stopped:
        for made in make_statements(store, door.actor(), keys, today=today):
            rows.append(_outcome(door, made, names))
            door.progress(len(rows), len(keys))
            # The answers of a chunk come at once, so this waits for what is being made.
            if stopped() and len(rows) % _chunk() == 0 and len(rows) < len(keys):
                break
    if len(rows) < len(keys):
        door.refuse("interrupted", f"Stopped: {len(rows)} of {len(keys)} are done. Run it again to go on.")
        _answer(door, period, found, rows)
        return INTERRUPTED
    _answer(door, period, found, rows)
    return 7 if door.errors else 0


def _chunk() -> int:
    from core.delivery.making import CHUNK

    return CHUNK


@contextmanager
def _stopping() -> "Iterator[Callable[[], bool]]":
    """Ctrl-C once lets the chunk at work end; twice ends at once, as anywhere else."""
    asked = False

    def ask(*_: object) -> None:
        nonlocal asked
        asked = True
        signal.signal(signal.SIGINT, before)

    before = signal.getsignal(signal.SIGINT)
    try:
        signal.signal(signal.SIGINT, ask)
    except ValueError:  # not the main thread: there is no terminal either
        yield lambda: False
        return
    try:
        yield lambda: asked
    finally:
        signal.signal(signal.SIGINT, before)


def _outcome(door: "Door", made: "Made", names: "dict[str, str]") -> "dict[str, Any]":
    """What became of one, and its file where one was asked for; a file that fails is no reason to stop."""
    from core.documents.keep import document_bytes
    from core.errors import DomainError
    from core.ledger.statements import statement_row
    from tui.verbs.statement_words import write_pdf

    guarantor_id = made.key.guarantor_id
    row: dict[str, Any] = {
        "guarantor": names[guarantor_id], "guarantor_id": guarantor_id, "document_id": made.document_id,
        "version": made.version, "outcome": "refused", "opening_cents": None, "closing_cents": None,
        "reason": "",
    }  # fmt: skip
    try:
        if made.refusal is not None:
            raise made.refusal
        assert made.document_id is not None
        with door.store().read() as read:
            kept = statement_row(read, made.document_id)
            content = document_bytes(read, made.document_id) if door.options.out is not None else b""
        row |= {
            "outcome": "made" if made.new else "unchanged",
            "opening_cents": kept.opening_cents,
            "closing_cents": kept.closing_cents,
        }
        if door.options.out is not None:
            row["out"] = write_pdf(door, kept, door.options.out, content)
    except DomainError as refusal:
        row["reason"] = str(refusal)
        door.refuse(refusal.code, f"{names[guarantor_id]}: {refusal}", guarantor_id)
    return row


def _proposed(row: "Any") -> "dict[str, Any]":
    return {
        "guarantor": row.guarantor, "guarantor_id": row.guarantor_id, "document_id": None, "version": None,
        "outcome": "proposed", "opening_cents": None, "closing_cents": row.total_cents, "reason": "",
    }  # fmt: skip


def _summary(door: "Door", found: "Candidates") -> str:
    from tui.present import plural

    ages = ", ".join(
        f"{name} {door.money(cents)}" for name, cents in zip(found.buckets, found.totals.cents, strict=True)
    )
    return (
        f"{plural(len(found.rows), 'statement')}, {door.money(found.totals.total_cents)}"
        f" ({ages}, credit {door.money(-found.totals.credit_cents)})"
    )


def _answer(door: "Door", period: "Any", found: "Candidates", rows: "list[dict[str, Any]]") -> int:
    from core.ids import short

    counts = {
        word: sum(row["outcome"] == word for row in rows)
        for word in ("proposed", "made", "unchanged", "refused")
    }
    text = door.table(
        ("Whose", "Outcome", "Statement", "Opening", "Closing", ""),
        [
            (row["guarantor"], row["outcome"], short(row["document_id"]) if row["document_id"] else "",
             "" if row["opening_cents"] is None else door.money(row["opening_cents"]),
             "" if row["closing_cents"] is None else door.money(row["closing_cents"]), row["reason"])
            for row in rows
        ],
        right=(3, 4),
    )  # fmt: skip
    if not door.options.plain:
        text.append(_summary(door, found))
        text.append(", ".join(f"{count} {word}" for word, count in counts.items() if count) or "none")
    door.answer(
        {
            "from_on": None if period.from_on is None else period.from_on.isoformat(),
            "to_on": period.to_on.isoformat(),
            "kind": door.options.kind,
            "dry_run": bool(door.options.dry_run),
            "statements": rows,
            **{word: count for word, count in counts.items() if word != "proposed"},
            "total_cents": found.totals.total_cents,
            "aging": {
                "buckets": list(found.buckets),
                "cents": list(found.totals.cents),
                "credit_cents": found.totals.credit_cents,
            },
        },
        text,
    )
    return 0
