"""The sample's past: earlier months billed as they ended, most of it paid since.

It is made by the commands a biller would use, on the days a biller would have used them: most pay in a
month or so, some in part or too much, a little is forgiven, given back or given up.
"""

from collections.abc import Callable
from datetime import date, timedelta

from core.actors import Actor
from core.books.sample.dice import Dice
from core.dates import Period, month_period, previous_month, shift_months
from core.delivery.run import Billed, RunReport, carry_out
from core.invoicing.billing_run import propose
from core.payments.adjustments import adjust, write_off
from core.payments.commands import record_payment
from core.payments.refunds import refund
from core.store import Store, Tx

_SEED = 20_250_131
_METHODS = ("check", "check", "ach", "card_external", "cash")
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
    """Most pay within a month or so, some in part or too much, a few not at all."""
    for one in billed:
        paid_on = issued_on + timedelta(days=6 + dice.below(40))
        luck = dice.below(100)
        method = _METHODS[dice.below(len(_METHODS))]
        reference = str(1000 + dice.below(9000)) if method == "check" else ""
        if luck >= 93 or paid_on > today:
            _give_up(tx, one, luck, issued_on, today)
            continue
        cents = (
            one.total_cents if luck < 86 else one.total_cents // 2 if luck < 91 else one.total_cents + 2_500
        )
        made = record_payment(
            tx,
            guarantor_id=tx.value(OWES, invoice_id=one.invoice_id),
            amount_cents=cents,
            method=method,
            received_on=paid_on,
            today=paid_on,
            reference=reference,
            invoice_id=one.invoice_id,
        )
        later = paid_on + timedelta(days=9)
        if luck in (85, 91) and later <= today:
            reason = "the session did not take place" if luck == 85 else "paid too much"
            part = 2_500 if luck == 91 else cents // 2
            refund(
                tx, made.payment_id, amount_cents=part, reason=reason, today=later, balance="close",
                method=method,
            )  # fmt: skip


def _give_up(tx: Tx, one: Billed, luck: int, issued_on: date, today: date) -> None:
    """A debt of half a year that nobody pays is given up; a first bill to a family in need is halved."""
    after = issued_on + timedelta(days=150)
    if luck == 99 and after <= today:
        write_off(tx, one.invoice_id, reason="no answer to four letters", today=after)
    elif luck == 98:
        adjust(
            tx, one.invoice_id, kind="courtesy", amount_cents=one.total_cents // 2,
            reason="sliding scale agreed", today=min(issued_on + timedelta(days=12), today),
        )  # fmt: skip
