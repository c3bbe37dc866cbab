"""The sample's past: earlier months billed as they ended, most of it paid since.

Payments are written as an import of history would write them: each on one invoice, whole or in part.
"""

from collections.abc import Callable
from datetime import date, timedelta

from core.actors import Actor
from core.books.sample.dice import Dice
from core.dates import Period, month_period, previous_month, shift_months
from core.delivery.run import Billed, RunReport, carry_out
from core.invoicing.billing_run import propose
from core.store import Store, Tx
from core.tables import Allocation, Payment

_SEED = 20_250_131
_METHODS = ("check", "check", "ach", "card_external", "cash")
_PAYMENT = ("id", "guarantor_id", "amount_cents", "received_on", "method", "reference", "note")
_ALLOCATION = ("id", "payment_id", "invoice_id", "amount_cents", "effective_on")
OWES = "SELECT guarantor_id FROM invoice_issue WHERE invoice_id = :invoice_id"


def bill_the_year(
    store: Store, actor: Actor, today: date, *, each: Callable[[Period], object] = lambda month: None
) -> RunReport:
    """Bill and send every month of the sample up to last month; answers last month's run."""
    dice = Dice(_SEED)
    last = previous_month(today)
    for back in range(12, 0, -1):
        month = shift_months(last, -back)
        assert month.to_on is not None
        report = _bill(store, actor, month, min(month.to_on + timedelta(days=2), today))
        with store.write(actor) as tx:
            _settle(tx, report.billed, dice, month.to_on, today)
        each(month)
    return _bill(store, actor, month_period(last.from_on or today), today)


def _bill(store: Store, actor: Actor, month: Period, day: date) -> RunReport:
    with store.read() as read:
        preview = propose(read, month, day)
    return carry_out(store, actor, preview, today=day, send=True)


def _settle(tx: Tx, billed: list[Billed], dice: Dice, issued_on: date, today: date) -> None:
    """Most pay within a month or so, some in part, a few not at all."""
    payments, allocations = [], []
    for one in billed:
        paid_on = issued_on + timedelta(days=6 + dice.below(40))
        luck = dice.below(100)
        if luck >= 93 or paid_on > today:
            continue
        cents = one.total_cents if luck < 88 else one.total_cents // 2
        payment_id = tx.new_id()
        method = _METHODS[dice.below(len(_METHODS))]
        reference = str(1000 + dice.below(9000)) if method == "check" else ""
        owes = tx.value(OWES, invoice_id=one.invoice_id)
        payments.append((payment_id, owes, cents, paid_on, method, reference, ""))
        allocations.append((tx.new_id(), payment_id, one.invoice_id, cents, paid_on))
    tx.add_many(Payment, _PAYMENT, payments)
    tx.add_many(Allocation, _ALLOCATION, allocations)
