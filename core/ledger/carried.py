"""Which draft or invoice has a charge where offices that worked apart put it on two (`decisions.md` 2).

An issued invoice goes before a draft. Of invoices the one counts whose issue has the lowest hub number, of
drafts the one whose line was written first. The other draft's line drops out; an invoice that loses stays
what its client was sent, until somebody voids it or credits what it asks for twice.
"""

from collections import namedtuple

from core.ledger.unbilled import LIVE_DRAFT_LINE, LIVE_LINE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.store import Read


def _of(alias: str, sql: str) -> str:
    return sql.replace("l.", f"{alias}.")


SAME_PART = "(o.share_id IS NULL OR l.share_id IS NULL OR o.share_id = l.share_id)"
"""Of one charge, the lines `o` and `l` ask the same guarantor, or one asks for all of it."""


def _written(alias: str) -> str:
    """When a draft's line was given its charge, as a stamp."""
    return (
        f"coalesce(json_extract({alias}._cv, '$.charge_id'), json_extract({alias}._cv, '$.\"\"'), {alias}._h)"
    )


DROPPED = f"""
(l.charge_id IS NOT NULL AND (
    EXISTS (SELECT 1 FROM invoice_line AS o
            WHERE o.charge_id = l.charge_id AND o.invoice_id <> l.draft_id AND {SAME_PART}
              AND {_of("o", LIVE_LINE)})
    OR EXISTS (SELECT 1 FROM draft_line AS o
               WHERE o.charge_id = l.charge_id AND o.id <> l.id AND {SAME_PART}
                 AND {_of("o", LIVE_DRAFT_LINE)}
                 AND ({_written("o")}, o.id) < ({_written("l")}, l.id))))
"""  # noqa: S608  composed of the constants above
"""SQL that holds for a draft's line `l` whose charge another draft or invoice has."""

DROPPED_OF = f"""
SELECT l.id, (SELECT min(i.number) FROM invoice_line AS o JOIN invoice_issue AS i ON i.id = o.issue_id
              WHERE o.charge_id = l.charge_id AND o.invoice_id <> l.draft_id AND {SAME_PART}
                AND {_of("o", LIVE_LINE)})
FROM draft_line AS l WHERE l.draft_id = :draft_id AND {LIVE_DRAFT_LINE} AND {DROPPED}
"""  # noqa: S608


def dropped_lines(read: "Read", draft_id: str) -> dict[str, str | None]:
    """The lines of a draft that dropped out, each with the number that has its charge now."""
    return dict(read.rows(DROPPED_OF, draft_id=draft_id))


BilledTwice = namedtuple(
    "BilledTwice",
    "invoice_id number site at issued_on client guarantor_id other_id other_number other_site other_at"
    " charges cents",
)
"""An invoice that asks for charges which an earlier one (`other`) asks for: how many, and how many cents
of this one."""

TWICE = f"""
SELECT i.invoice_id, i.number, i.site, i.at, i.issued_on, i.client_name, i.guarantor_id,
       w.invoice_id, w.number, w.site, w.at, count(DISTINCT l.charge_id), sum(l.amount_cents)
FROM (SELECT charge_id FROM invoice_line WHERE charge_id NOTNULL GROUP BY charge_id HAVING count(*) > 1) AS c
JOIN invoice_line AS l ON l.charge_id = c.charge_id JOIN invoice_issue AS i ON i.id = l.issue_id
JOIN invoice_line AS o ON o.charge_id = c.charge_id AND o.invoice_id <> l.invoice_id
JOIN invoice_issue AS w ON w.id = o.issue_id
WHERE {SAME_PART} AND {LIVE_LINE} AND {_of("o", LIVE_LINE)}
  AND (w._q = 0, w._q, w.site, w.no) < (i._q = 0, i._q, i.site, i.no)
GROUP BY i.id, w.id ORDER BY i.id, w._q = 0, w._q, w.site, w.no
"""  # noqa: S608  composed of the constants above
"""Charges with one line are never looked at twice; of the few others, what is live."""


def billed_twice(read: "Read") -> list[BilledTwice]:
    """Every live invoice that lost a charge to an earlier one; of several, a row each."""
    return read.all(TWICE, BilledTwice)
