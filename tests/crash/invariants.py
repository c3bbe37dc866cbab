"""What must be true of a book whatever was killed and whoever raced, asked with SQL of its own.

Nothing here calls the code that is under proof, except the chain's own verification.
"""

from __future__ import annotations

import hashlib
from typing import Any

from core.audit import verify
from core.store import Read, Store

CARRIERS = """
SELECT c.id,
       (SELECT count(*) FROM invoice_line AS l JOIN invoice_issue AS i ON i.id = l.issue_id
        WHERE l.charge_id = c.id
          AND NOT EXISTS (SELECT 1 FROM invoice_void AS v WHERE v.invoice_id = i.invoice_id)),
       (SELECT count(*) FROM draft_line AS l JOIN draft AS d ON d.id = l.draft_id
        WHERE l.charge_id = c.id
          AND NOT EXISTS (SELECT 1 FROM invoice_issue AS i WHERE i.invoice_id = d.id))
FROM charge AS c
WHERE NOT EXISTS (SELECT 1 FROM charge_void AS v WHERE v.charge_id = c.id)
"""

NUMBERS = "SELECT series, series_no, number FROM invoice_issue ORDER BY series, series_no"

TOTALS = """
SELECT i.number, i.total_cents, coalesce(sum(l.amount_cents), 0), count(l.id)
FROM invoice_issue AS i LEFT JOIN invoice_line AS l ON l.issue_id = i.id GROUP BY i.id
"""

PAPERS = """
SELECT i.number,
       (SELECT group_concat(d.version) FROM document AS d
        WHERE d.subject_id = i.invoice_id AND d.kind = 'invoice'),
       (SELECT count(*) FROM invoice_share AS s WHERE s.invoice_id = i.invoice_id),
       (SELECT count(*) FROM audit_entry AS a WHERE a.verb = 'invoice.issued' AND a.subject_id = i.invoice_id)
FROM invoice_issue AS i
"""

BLOBS = "SELECT d.sha256, d.size_bytes, b.content FROM document AS d LEFT JOIN blob AS b USING (sha256)"

ORPHANS = {
    "a frozen line has no invoice": "SELECT count(*) FROM invoice_line WHERE issue_id NOT IN"
    " (SELECT id FROM invoice_issue)",
    "a draft line has no draft": "SELECT count(*) FROM draft_line WHERE draft_id NOT IN"
    " (SELECT id FROM draft)",
    "a share has no invoice": "SELECT count(*) FROM invoice_share WHERE invoice_id NOT IN"
    " (SELECT invoice_id FROM invoice_issue)",
    "a document has no invoice": "SELECT count(*) FROM document WHERE kind = 'invoice' AND subject_id NOT IN"
    " (SELECT invoice_id FROM invoice_issue)",
    "two facts say they are the only one": "SELECT count(*) FROM (SELECT once FROM invoice_issue"
    " UNION ALL SELECT once FROM invoice_share UNION ALL SELECT once FROM document"
    " UNION ALL SELECT once FROM charge WHERE once IS NOT NULL) GROUP BY once HAVING count(*) > 1",
    "a fact waits for its number": "SELECT count(*) FROM sync_unchained",
}


def broken(store: Store) -> list[str]:
    """Everything that is wrong with the book at any moment, also in the middle of a run."""
    with store.read() as read:
        return [*_sound(read), *_billed_twice(read), *_numbers(read), *_invoices(read), *_papers(read)]


def unfinished(store: Store, *, sent: bool) -> list[str]:
    """What a run that came to its end has left undone: every charge billed, every invoice sent."""
    wrong = broken(store)
    with store.read() as read:
        for charge, invoices, drafts in read.rows(CARRIERS):
            if invoices + drafts != 1:
                wrong.append(f"charge {charge[-8:]} is on {invoices} invoices and {drafts} drafts")
        for number, versions, shares, _ in read.rows(PAPERS) if sent else ():
            if (versions, shares) != ("1", 1):
                wrong.append(f"{number} has documents {versions} and {shares} shares")
    return wrong


def state(store: Store) -> tuple[int, int, int, int]:
    """How far a run came: drafts, invoices, documents, shares."""
    with store.read() as read:
        drafts, invoices, documents, shares = (
            int(read.value(f"SELECT count(*) FROM {table}"))
            for table in ("draft", "invoice_issue", "document", "invoice_share")
        )
    return drafts, invoices, documents, shares


def _sound(read: Read) -> list[str]:
    wrong: list[str] = []
    if (found := read.value("PRAGMA integrity_check")) != "ok":
        wrong.append(f"integrity check: {found}")
    if found := read.rows("PRAGMA cipher_integrity_check"):
        wrong.append(f"cipher integrity check: {found}")
    if found := read.rows("PRAGMA foreign_key_check"):
        wrong.append(f"foreign keys: {found}")
    verdict = verify(read)
    if not verdict.ok:
        wrong.append(f"audit chain: {verdict.first_bad}")
    wrong.extend(what for what, sql in ORPHANS.items() if read.value(sql))
    return wrong


def _billed_twice(read: Read) -> list[str]:
    return [
        f"charge {charge[-8:]} is on {invoices} invoices and {drafts} drafts"
        for charge, invoices, drafts in read.rows(CARRIERS)
        if invoices + drafts > 1
    ]


def _numbers(read: Read) -> list[str]:
    wrong: list[str] = []
    last: dict[str, int] = {}
    for series, no, number in read.rows(NUMBERS):
        due = last.get(series, 0) + 1
        if no != due or number != f"{series}-{no:05}":
            wrong.append(f"number {number} where {series}-{due:05} is due")
        last[series] = no
    return wrong


def _invoices(read: Read) -> list[str]:
    return [
        f"{number} says {total} and its {count} lines say {lines}"
        for number, total, lines, count in read.rows(TOTALS)
        if total != lines or count == 0
    ]


def _papers(read: Read) -> list[str]:
    wrong = []
    for number, versions, shares, logged in read.rows(PAPERS):
        if versions not in (None, "1") or shares > 1 or logged != 1 or (shares and not versions):
            wrong.append(f"{number} has documents {versions}, {shares} shares, {logged} log entries")
    found: list[tuple[str, int, Any]] = read.rows(BLOBS)
    for sha256, size, content in found:
        if content is None or len(content) != size or hashlib.sha256(content).hexdigest() != sha256:
            wrong.append(f"document {sha256[:12]} is not what was kept")
    return wrong
