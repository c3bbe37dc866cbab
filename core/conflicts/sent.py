"""Drafts that were edited or deleted in one office after another had sent them (`decisions.md` 4)."""

import hashlib
import json
from collections import Counter, namedtuple
from collections.abc import Iterator

from core.conflicts.conflict import Conflict, Side, Speaking, dollars, several
from core.ledger.carried import DROPPED
from core.ledger.effective import ISSUE_COUNTS
from core.money import percent_of

Sent = namedtuple("Sent", "invoice_id issue_id number site at client total_cents notes due_on")

EDITED_ELSEWHERE = f"""
SELECT i.invoice_id, i.id, i.number, i.site, i.at, i.client_name, i.total_cents, i.notes, i.due_on
FROM invoice_issue AS i JOIN draft AS d ON d.id = i.invoice_id
WHERE {ISSUE_COUNTS} AND (
    (d._h & 4095) <> i.site
    OR EXISTS (SELECT 1 FROM draft_line AS l WHERE l.draft_id = d.id AND (l._h & 4095) <> i.site)
    OR EXISTS (SELECT 1 FROM draft_adjustment AS a WHERE a.draft_id = d.id AND (a._h & 4095) <> i.site)
    OR EXISTS (SELECT 1 FROM sync_tomb AS t WHERE t.tbl IN ('draft_line', 'draft_adjustment')
               AND json_extract(t.image, '$.draft_id') = d.id AND (t._h & 4095) <> i.site))
"""  # noqa: S608  composed of constants
"""Issued drafts that another site wrote something of, mostly before they were sent."""
DELETED = f"""
SELECT i.invoice_id, i.id, i.number, i.site, i.at, i.client_name, i.total_cents, i.notes, i.due_on, t._h
FROM sync_tomb AS t JOIN invoice_issue AS i ON i.invoice_id = t.id
WHERE t.tbl = 'draft' AND {ISSUE_COUNTS} AND NOT EXISTS (SELECT 1 FROM draft AS d WHERE d.id = t.id)
"""  # noqa: S608
DRAFT = "SELECT notes, due_on, _h FROM draft WHERE id = :id"
DRAFT_LINES = f"""
SELECT l.charge_id, l.description, l.units_milli, l.rate_cents, l.amount_cents, l._h, {DROPPED}
FROM draft_line AS l WHERE l.draft_id = :id
"""  # noqa: S608
ADJUSTMENTS = "SELECT kind, label, flat_cents, percent_bps, _h FROM draft_adjustment WHERE draft_id = :id"
TOMBS = """
SELECT _h FROM sync_tomb WHERE tbl IN ('draft_line', 'draft_adjustment')
AND json_extract(image, '$.draft_id') = :id
"""
FROZEN = """
SELECT kind, charge_id, description, units_milli, rate_cents, amount_cents FROM invoice_line
WHERE issue_id = :issue_id
"""

Line = tuple[str | None, str, int, int, int]


def edited_while_sent(say: Speaking) -> Iterator[Conflict]:
    """What was written of a draft where nobody knew yet that it was an invoice already."""
    for row in say.read.all(EDITED_ELSEWHERE, Sent):
        edited = _as_edited(say, row)
        if edited is not None:
            yield edited
    for *head, stamp in say.read.rows(DELETED):
        sent = Sent(*head)
        stands = say.side(sent.site, sent.at, f"{sent.number} {dollars(sent.total_cents)}", sent.invoice_id)
        other = say.stamped(stamp, "deleted")
        yield _conflict(
            say, sent, stands, other, f"deleted-while-sent:{sent.invoice_id}",
            f"the draft was deleted ({say.who(other)}), but was sent as {sent.number} ({say.who(stands)})."
            " The invoice stands until somebody voids it.",
            ("void", "seen"),
        )  # fmt: skip


def _conflict(
    say: Speaking, sent: Sent, stands: Side, other: Side, name: str, words: str, answers: tuple[str, ...]
) -> Conflict:
    return Conflict(
        name=name,
        kind="edited_while_sent",
        text=f"{sent.client}: {words}",
        subject_kind="invoice",
        subject_id=sent.invoice_id,
        subject=sent.client,
        stands=stands,
        other=other,
        answers=answers,
        ours=say.ours(stands, other),
    )


def _as_edited(say: Speaking, sent: Sent) -> Conflict | None:
    """Where the draft says something else than the invoice: what, and who wrote it when."""
    read = say.read
    frozen: Counter[Line] = Counter()
    whole: Counter[int] = Counter()
    for kind, *line in read.rows(FROZEN, issue_id=sent.issue_id):
        if kind in ("charge", "manual"):
            frozen[(line[0], line[1], line[2], line[3], line[4])] += 1
        else:
            whole[line[4]] += 1
    (notes, due_on, head_stamp), *_ = read.rows(DRAFT, id=sent.invoice_id)
    stamps = [head_stamp, *(stamp for (stamp,) in read.rows(TOMBS, id=sent.invoice_id))]
    lines: Counter[Line] = Counter()
    for *line, stamp, dropped in read.rows(DRAFT_LINES, id=sent.invoice_id):
        known: Line = (line[0], line[1], line[2], line[3], line[4])
        stamps.append(stamp)
        if not dropped or known in frozen:
            lines[known] += 1
    base = sum(line[4] * times for line, times in lines.items())
    now: Counter[int] = Counter()
    for kind, _, flat, bps, stamp in read.rows(ADJUSTMENTS, id=sent.invoice_id):
        stamps.append(stamp)
        cents = flat if flat is not None else percent_of(base, bps)
        now[-cents if kind == "discount" else cents] += 1
    total = base + sum(cents * times for cents, times in now.items())
    what = [
        word
        for word, differs in (
            ("lines", lines != frozen),
            ("discounts or surcharges", now != whole and lines == frozen),
            ("note", notes != sent.notes),
            ("due date", due_on is not None and due_on != sent.due_on),
        )
        if differs
    ]
    theirs = [stamp for stamp in stamps if stamp & 4095 != sent.site]
    if not what or not theirs:
        return None
    content = json.dumps([sorted(map(str, lines.items())), sorted(now.items()), notes, due_on])
    digest = hashlib.sha256(content.encode()).hexdigest()[:12]
    stands = say.side(sent.site, sent.at, f"{sent.number} {dollars(sent.total_cents)}", sent.invoice_id)
    other = say.stamped(
        max(theirs), f"{several(sum(lines.values()), 'line')}, {dollars(total)} ({', '.join(what)})"
    )
    return _conflict(
        say, sent, stands, other, f"edited-while-sent:{sent.invoice_id}:{digest}",
        f"the draft was edited ({say.who(other)}: {', '.join(what)}) while it was sent as {sent.number}"
        f" ({say.who(stands)}): {dollars(sent.total_cents)} as sent, {dollars(total)} as edited."
        " The invoice stands as sent; a new draft can take its place.",
        ("new-draft", "seen"),
    )  # fmt: skip
