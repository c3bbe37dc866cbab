"""What ledger entries come to up to a day, as SQL: of one guarantor, or of one office."""

from core.ledger.effective import (
    ADJUSTMENT_COUNTS,
    CREDIT_COUNTS,
    FEE_COUNTS,
    ISSUE_COUNTS,
    PAYMENT_COUNTS,
    REFUND_COUNTS,
    VOID_COUNTS,
    reversal_counts,
)


def entries_sum(invoices: str, payments: str, credits: str, refunds: str) -> str:
    """SQL for asked less adjusted less received plus given back, of facts up to `:as_of`.

    Each argument says which facts: of issues `i`, payments `p`, goodwill `k` and refunds `r`. It asks nothing
    of allocations or summaries, so what those say can be held against it.
    """
    return f"""
SELECT coalesce((SELECT sum(i.total_cents
              + coalesce((SELECT sum(f.amount_cents) FROM late_fee AS f
                          WHERE f.invoice_id = i.invoice_id AND f.assessed_on <= :as_of AND {FEE_COUNTS}), 0)
              - coalesce((SELECT sum(j.amount_cents) FROM adjustment AS j
                          WHERE j.invoice_id = i.invoice_id AND j.effective_on <= :as_of
                            AND {ADJUSTMENT_COUNTS}), 0))
            FROM invoice_issue AS i
            WHERE {invoices} AND i.issued_on <= :as_of AND {ISSUE_COUNTS}
              AND NOT EXISTS (SELECT 1 FROM invoice_void AS v
                              WHERE v.invoice_id = i.invoice_id AND v.voided_on <= :as_of
                                AND {VOID_COUNTS})), 0)
     - coalesce((SELECT sum(p.amount_cents) FROM payment AS p
                 WHERE {payments} AND p.received_on <= :as_of AND {PAYMENT_COUNTS}
                   AND NOT EXISTS (SELECT 1 FROM payment_reversal AS w
                                   WHERE w.payment_id = p.id AND w.reversed_on <= :as_of
                                     AND {reversal_counts("payment")})), 0)
     - coalesce((SELECT sum(k.amount_cents) FROM credit AS k
                 WHERE {credits} AND k.given_on <= :as_of AND {CREDIT_COUNTS}
                   AND NOT EXISTS (SELECT 1 FROM credit_reversal AS w
                                   WHERE w.credit_id = k.id AND w.reversed_on <= :as_of
                                     AND {reversal_counts("credit")})), 0)
     + coalesce((SELECT sum(r.amount_cents) FROM refund_request AS r
                 WHERE {refunds} AND r.refunded_on <= :as_of AND {REFUND_COUNTS}
                   AND NOT EXISTS (SELECT 1 FROM refund_answer AS ra
                                   WHERE ra.request_id = r.id AND ra.outcome = 'failed'
                                     AND ra.answered_on <= :as_of)), 0)
"""  # noqa: S608  our own names
