"""What is paid, adjusted and charged on top of each invoice, as SQL over an issue aliased `i`."""

EFFECTIVE = """
NOT EXISTS (SELECT 1 FROM invoice_issue AS o WHERE o.once = i.once AND o.id <> i.id
            AND (o._q = 0, o._q, o.site, o.no) < (i._q = 0, i._q, i.site, i.no))
"""
"""Of two offices that issued one draft, the one the hub numbered first (`decisions.md` 4)."""

PAID = """
coalesce((SELECT sum(a.amount_cents - coalesce((SELECT sum(r.amount_cents) FROM allocation_release AS r
                                                WHERE r.allocation_id = a.id), 0))
          FROM allocation AS a WHERE a.invoice_id = i.invoice_id), 0)
"""

ADJUSTED = "coalesce((SELECT sum(j.amount_cents) FROM adjustment AS j WHERE j.invoice_id = i.invoice_id), 0)"

FEES = "coalesce((SELECT sum(f.amount_cents) FROM late_fee AS f WHERE f.invoice_id = i.invoice_id), 0)"

VOID = "EXISTS (SELECT 1 FROM invoice_void AS v WHERE v.invoice_id = i.invoice_id)"

SHARED = "EXISTS (SELECT 1 FROM invoice_share AS s WHERE s.invoice_id = i.invoice_id)"

HEAD = f"""
SELECT i.invoice_id, i.number, i.client_name, i.client_id, i.issued_on, i.due_on,
       i.total_cents + {FEES}, {PAID}, {ADJUSTED}, {VOID}, {SHARED}
FROM invoice_issue AS i
WHERE {EFFECTIVE}
"""  # noqa: S608  composed of the constants above
