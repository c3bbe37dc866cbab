"""Money that two offices counted on: paid while void, spent twice, refunded twice, perhaps recorded twice.

`ledger.account` says what each fact came to; here is told what came to less than was meant.
"""

from collections.abc import Iterator

from core.conflicts.conflict import Conflict, Side, Speaking, dollars
from core.ledger.account import Account, Applied, Facts, Refund, account_of, facts_of
from core.ledger.effective import PAYMENT_COUNTS, REFUND_COUNTS
from core.ledger.entries import METHODS

CROSSED = """
SELECT x.guarantor_id, g.name FROM crossed_account AS x JOIN guarantor AS g ON g.id = x.guarantor_id
ORDER BY x.guarantor_id
"""
WHERE_AND_WHEN = {
    "allocation": "SELECT site, at FROM allocation WHERE id = :id",
    "refund": "SELECT site, at FROM refund_request WHERE id = :id",
    "void": "SELECT site, at FROM invoice_void WHERE invoice_id = :id ORDER BY _q = 0, _q, site, no LIMIT 1",
    "reversal": """
        SELECT site, at FROM payment_reversal WHERE payment_id = :id
        UNION ALL SELECT site, at FROM credit_reversal WHERE credit_id = :id LIMIT 1
    """,
}


def crossed_money(say: Speaking) -> Iterator[Conflict]:
    """What of an account's money could not be applied as it was recorded (`decisions.md` 3)."""
    for guarantor_id, name in say.read.rows(CROSSED):
        yield from _Crossed(say, guarantor_id, name).found()


class _Crossed:
    """One account whose facts contradict."""

    def __init__(self, say: Speaking, guarantor_id: str, name: str) -> None:
        self._say, self._name = say, name
        self._facts: Facts = facts_of(say.read, guarantor_id)
        self._account: Account = account_of(self._facts)

    def found(self) -> Iterator[Conflict]:
        off: dict[str, int] = {}
        for release in self._facts.releases:
            off[release.allocation_id] = off.get(release.allocation_id, 0) + release.amount_cents
        for one in self._facts.allocations:
            meant = max(one.amount_cents - off.get(one.allocation_id, 0), 0)
            came_to = self._account.effect[one.allocation_id]
            if came_to < meant:
                yield self._of_allocation(one, meant, came_to)
        for refund in self._facts.refunds:
            came_to = self._account.effect[refund.refund_id]
            if not refund.failed_on and came_to < refund.amount_cents:
                yield self._of_refund(refund, came_to)

    def _side(self, kind: str, row_id: str, value: str, record_id: str) -> Side:
        site, at = self._say.read.rows(WHERE_AND_WHEN[kind], id=row_id)[0]
        return self._say.side(site, at, value, record_id)

    def _source(self, source_id: str) -> str:
        """The payment as people call it: check 1187 of 2026-11-02."""
        known = self._account.sources.get(source_id)
        if known is None:
            return "a payment"
        source = known.source
        called = f"{METHODS.get(source.method, 'goodwill')} {source.reference}".strip()
        return f"{called} of {source.on}"

    def _of_allocation(self, one: Applied, meant: int, came_to: int) -> Conflict:
        say = self._say
        invoice, source = self._account.invoices.get(one.invoice_id), self._account.sources.get(one.source_id)
        number = invoice.issue.number if invoice else "an invoice"
        money, short = self._source(one.source_id), dollars(meant - came_to)
        put = self._side("allocation", one.allocation_id, f"{dollars(meant)} put on {number}", one.source_id)
        if invoice is not None and invoice.void is not None:
            kind = "paid_while_void"
            stands = self._side("void", one.invoice_id, f"{number} void", one.invoice_id)
            words = (
                f"{short} of {money} was put on {number} ({say.who(put)}), which is void"
                f" ({say.who(stands)}): {invoice.void.reason}. It is credit."
            )
        elif source is None or source.left_cents <= 0:
            kind = "credit_spent_twice"
            stands = self._spent_by(one) or put
            words = (
                f"{short} of {money} was put on {number} ({say.who(put)}), but it was spent already:"
                f" {stands.value} ({say.who(stands)}). {number} is open for it again."
            )
        else:
            kind = "paid_twice"
            stands = self._first_on(one) or put
            words = (
                f"{dollars(meant)} of {money} was put on {number} ({say.who(put)}), which was paid already:"
                f" {stands.value} ({say.who(stands)}). {short} of it is credit."
            )
        return Conflict(
            name=f"{kind.replace('_', '-')}:{one.allocation_id}",
            kind=kind,
            text=f"{self._name}: {words}",
            subject_kind="invoice",
            subject_id=one.invoice_id,
            subject=self._name,
            stands=stands,
            other=put,
            answers=("seen",),
            ours=say.ours(stands, put),
        )

    def _spent_by(self, one: Applied) -> Side | None:
        """What used the money up before: a reversal, a refund, or another invoice it was put on."""
        source = self._account.sources.get(one.source_id)
        if source is None:
            return None
        if source.reversed_cents:
            return self._side("reversal", one.source_id, "reversed", one.source_id)
        for refund in reversed(self._facts.refunds):
            cents = self._account.effect[refund.refund_id]
            if refund.source_id == one.source_id and cents and not refund.failed_on:
                return self._side("refund", refund.refund_id, f"{dollars(cents)} refunded", one.source_id)
        return self._applied(
            [a for a in self._facts.allocations if a.source_id == one.source_id and a.order < one.order]
        )

    def _first_on(self, one: Applied) -> Side | None:
        """The money that was on the invoice before."""
        return self._applied(
            [a for a in self._facts.allocations if a.invoice_id == one.invoice_id and a.order < one.order]
        )

    def _applied(self, before: list[Applied]) -> Side | None:
        for a in reversed(before):
            cents = self._account.effect[a.allocation_id]
            if cents:
                invoice = self._account.invoices[a.invoice_id]
                words = f"{dollars(cents)} of {self._source(a.source_id)} put on {invoice.issue.number}"
                return self._side("allocation", a.allocation_id, words, a.source_id)
        return None

    def _of_refund(self, refund: Refund, came_to: int) -> Conflict:
        say = self._say
        second = self._side(
            "refund", refund.refund_id, f"{dollars(refund.amount_cents)} refunded", refund.source_id
        )
        stands = second
        for one in self._facts.refunds:
            if one.source_id == refund.source_id and one.order < refund.order and not one.failed_on:
                cents = dollars(self._account.effect[one.refund_id])
                stands = self._side("refund", one.refund_id, f"{cents} refunded", one.source_id)
        left = dollars(refund.amount_cents - came_to)
        money = self._source(refund.source_id)
        return _refund_conflict(
            say, self._name, refund.refund_id, refund.source_id, money, stands, second,
            f" There was {left} less to give back; if it left the bank, ask for it back.",
        )  # fmt: skip


def _refund_conflict(
    say: Speaking, name: str, refund_id: str, source_id: str, money: str, stands: Side, second: Side, end: str
) -> Conflict:
    return Conflict(
        name=f"refunded-twice:{refund_id}",
        kind="refunded_twice",
        text=f"{name}: {money} was refunded twice: {stands.value} ({say.who(stands)}) and"
        f" {second.value} ({say.who(second)}).{end}",
        subject_kind="payment",
        subject_id=source_id,
        subject=name,
        stands=stands,
        other=second,
        answers=("seen",),
        ours=say.ours(stands, second),
    )


ALIKE = f"""
SELECT r.id, r.amount_cents, r.site, r.at, o.site, o.at, coalesce(r.payment_id, r.credit_id), g.name,
       coalesce(p.method, ''), coalesce(p.reference, k.reason), coalesce(p.received_on, k.given_on),
       coalesce(p.amount_cents, k.amount_cents),
       (SELECT sum(x.amount_cents) FROM refund_request AS x
        WHERE coalesce(x.payment_id, x.credit_id) = coalesce(r.payment_id, r.credit_id))
FROM refund_request AS r
JOIN refund_request AS o ON o.amount_cents = r.amount_cents AND o.site <> r.site
 AND (o.payment_id = r.payment_id OR o.credit_id = r.credit_id)
 AND abs(julianday(o.refunded_on) - julianday(r.refunded_on)) <= 3
LEFT JOIN payment AS p ON p.id = r.payment_id LEFT JOIN credit AS k ON k.id = r.credit_id
JOIN guarantor AS g ON g.id = coalesce(p.guarantor_id, k.guarantor_id)
WHERE (o._q = 0, o._q, o.site, o.no) < (r._q = 0, r._q, r.site, r.no)
  AND {REFUND_COUNTS}
GROUP BY r.id
"""  # noqa: S608


def refunds_alike(say: Speaking) -> Iterator[Conflict]:
    """Two offices gave back the same amount of one payment within days, and there was enough for both."""
    for row in say.read.rows(ALIKE):
        refund_id, cents, site, at, o_site, o_at, source_id, name, method, reference, on, whole, back = row
        if back > whole:
            continue  # then it could not be, and `crossed_money` tells it
        money = f"{METHODS.get(method, 'goodwill')} {reference}".strip() + f" of {on}"
        words = f"{dollars(cents)} refunded"
        first, second = say.side(o_site, o_at, words, source_id), say.side(site, at, words, source_id)
        yield _refund_conflict(
            say, name, refund_id, source_id, money, first, second,
            " Both count; look whether one of them was meant.",
        )  # fmt: skip


DUPLICATES = f"""
SELECT p.id, p.site, p.at, o.id, o.site, o.at, p.amount_cents, p.method, p.reference, p.received_on, g.name
FROM payment AS p
JOIN payment AS o ON o.guarantor_id = p.guarantor_id AND o.amount_cents = p.amount_cents
 AND o.received_on = p.received_on AND o.method = p.method AND o.reference = p.reference AND o.site <> p.site
JOIN guarantor AS g ON g.id = p.guarantor_id
WHERE (o._q = 0, o._q, o.site, o.no) < (p._q = 0, p._q, p.site, p.no) AND {PAYMENT_COUNTS}
  AND p.once IS NULL AND o.once IS NULL
  AND NOT EXISTS (SELECT 1 FROM payment_reversal AS w WHERE w.payment_id IN (p.id, o.id))
GROUP BY p.id
"""  # noqa: S608  composed of a constant


def duplicate_payments(say: Speaking) -> Iterator[Conflict]:
    """Two offices recorded the same amount of one payer on one day in the same way: perhaps one check."""
    for row in say.read.rows(DUPLICATES):
        payment_id, site, at, other_id, o_site, o_at, cents, method, reference, on, name = row
        called = f"{METHODS[method]} {reference}".strip()
        first = say.side(o_site, o_at, f"{dollars(cents)} {called}", other_id)
        second = say.side(site, at, f"{dollars(cents)} {called}", payment_id)
        yield Conflict(
            name=f"duplicate-payment:{payment_id}",
            kind="duplicate_payment",
            text=f"{name}: {dollars(cents)} {called} of {on} was recorded by two offices ({say.who(first)};"
            f" {say.who(second)}). If it is one payment, keep one of them.",
            subject_kind="payment",
            subject_id=payment_id,
            subject=name,
            stands=first,
            other=second,
            answers=("ours", "theirs", "not-duplicate"),
            ours=say.ours(first, second),
        )
