"""RC1, RC2: whose payment it is, what appointment it is for, and a processor's payment told twice."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from core.clients.shares import NewShare, set_shares
from core.dates import TooFar
from core.errors import NotFound
from core.invoicing.commands import bill_session, create_drafts, issue_drafts
from core.invoicing.drafts import NothingUnbilled, OwedByOthers
from core.invoicing.voiding import rebill, void_invoice
from core.payments.adjustments import write_off
from core.payments.allocation import Part
from core.payments.commands import apply_credit, give_credit
from core.payments.queries import held_money
from core.payments.refusals import NothingToApply, OwesNothingForIt, RecordedOtherwise
from core.sessions.commands import finalise, void_charge
from tests.builders import TODAY, Book
from tests.core.payments.billed import billed, guarantor_of, left_of, paid, seen


def test_rc1_a_processors_payment_told_again_otherwise_is_refused(book: Book) -> None:
    ann, bea = book.client(), book.client("Bea", "Bell")
    first = paid(book, ann, 5_000, processor_id="pi_1", method="card_on_file")
    assert paid(book, ann, 5_000, processor_id="pi_1", method="card_on_file") == first
    for client_id, cents in ((ann, 5_001), (bea, 5_000)):
        with pytest.raises(RecordedOtherwise, match="pi_1 is recorded already"):
            paid(book, client_id, cents, processor_id="pi_1", method="card_on_file")
    assert book.value("SELECT count(*) FROM payment") == 1


def test_rc1_an_appointment_or_office_that_is_not_there_is_told_in_a_sentence(book: Book) -> None:
    ann = book.client()
    with pytest.raises(NotFound, match="no such appointment"):
        paid(book, ann, 5_000, session_id="x")
    with pytest.raises(NotFound, match="no such office"):
        paid(book, ann, 5_000, office_id="x")
    with pytest.raises(NotFound, match="no such appointment"), book.write() as tx:
        give_credit(
            tx, guarantor_id=guarantor_of(book, ann), amount_cents=1, reason="r", today=TODAY, session_id="x"
        )


def test_rc2_money_for_an_appointment_that_is_billed_pays_its_bill_first(book: Book) -> None:
    ann = book.client()
    older = billed(book, ann, 4_000, due_on=TODAY)
    session_id = book.session(ann, rate_cents=6_000, final=False)
    with book.write() as tx:
        (issued,) = issue_drafts(tx, bill_session(tx, session_id, today=TODAY), today=TODAY)
    recorded = paid(book, ann, 7_000, session_id=session_id)
    assert [(one.invoice_id, one.amount_cents) for one in recorded.allocations] == [
        (issued.invoice_id, 6_000), (older, 1_000),
    ]  # fmt: skip


def test_rc2_money_for_another_familys_appointment_is_refused(book: Book) -> None:
    ann, bea = book.client(), book.client("Bea", "Bell")
    hers = book.session(bea, final=False)
    with pytest.raises(OwesNothingForIt):
        paid(book, ann, 5_000, session_id=hers)
    with book.write() as tx:
        half = [NewShare(guarantor_of(book, one), "percent", 5_000) for one in (ann, bea)]
        set_shares(tx, bea, half, effective_from=date(2026, 1, 1))
    assert paid(book, ann, 5_000, session_id=hers).credit_cents == 5_000


def free(book: Book, client_id: str) -> int:
    """What a guarantor has that is not kept for an appointment."""
    with book.store.read() as read:
        return sum(one.left_cents for one in held_money(read, guarantor_of(book, client_id)))


def test_rc2_money_kept_for_an_appointment_is_credit_once_it_costs_nothing(book: Book) -> None:
    ann = book.client()
    missed = book.session(ann, status="no_show", final=False)
    ahead = paid(book, ann, 5_000, session_id=missed).payment_id
    invoice_id = billed(book, ann, 3_000)
    assert (free(book, ann), left_of(book, ahead).left_cents) == (0, 5_000)
    with pytest.raises(NothingToApply), book.write() as tx:
        apply_credit(tx, guarantor_id=guarantor_of(book, ann), today=TODAY)
    with book.write() as tx:
        finalise(tx, [missed])
    assert free(book, ann) == 5_000
    with book.write() as tx:
        apply_credit(tx, guarantor_id=guarantor_of(book, ann), today=TODAY)
    assert seen(book, invoice_id).balance_cents == 0


def test_rc2_money_kept_for_an_appointment_is_credit_once_its_charge_is_taken_back(book: Book) -> None:
    ann = book.client()
    session_id = book.session(ann, rate_cents=6_000)
    paid(book, ann, 5_000, session_id=session_id)
    assert free(book, ann) == 0
    with book.write() as tx:
        void_charge(tx, tx.value("SELECT id FROM charge"), reason="typed twice")
    assert free(book, ann) == 5_000


@pytest.mark.parametrize("on_it", [0, 2_500])
def test_rc4_a_payment_asks_again_only_for_what_it_puts_on_a_debt_given_up(book: Book, on_it: int) -> None:
    ann = book.client()
    invoice_id = billed(book, ann, 6_000)
    with book.write() as tx:
        write_off(tx, invoice_id, reason="moved away", today=TODAY)
    parts = [Part(invoice_id, on_it)] if on_it else []
    recorded = paid(book, ann, 6_000, invoice_id=invoice_id, allocations=parts)
    assert recorded.credit_cents == 6_000 - on_it
    assert (seen(book, invoice_id).balance_cents, seen(book, invoice_id).paid_cents) == (0, on_it)
    assert book.rows("SELECT amount_cents FROM adjustment ORDER BY no") == (
        [(6_000,), (-on_it,)] if on_it else [(6_000,)]
    )


def test_rb6_billing_again_what_others_owe_by_now_says_so(book: Book) -> None:
    ann, bea, cal = book.client(), book.client("Bea", "Bell"), book.client("Cal", "Cole")
    with book.write() as tx:
        set_shares(
            tx, ann, [NewShare(guarantor_of(book, one), "percent", 5_000) for one in (ann, bea)],
            effective_from=date(2026, 1, 1),
        )  # fmt: skip
    book.session(ann, TODAY - timedelta(days=1), rate_cents=6_000)
    with book.write() as tx:
        issued = issue_drafts(tx, create_drafts(tx, client_id=ann, today=TODAY), today=TODAY)
        for one in issued:
            void_invoice(tx, one.invoice_id, reason="wrong payer", today=TODAY)
    with book.write() as tx:
        set_shares(
            tx, ann, [NewShare(guarantor_of(book, one), "percent", 5_000) for one in (bea, cal)],
            effective_from=date(2026, 1, 1),
        )  # fmt: skip
    with pytest.raises(OwedByOthers, match="owed by others now"), book.write() as tx:
        rebill(tx, issued[0].invoice_id, today=TODAY)
    with book.write() as tx:
        create_drafts(tx, client_id=ann, today=TODAY)
    with pytest.raises(NothingUnbilled, match="all on a draft or invoice"), book.write() as tx:
        rebill(tx, issued[0].invoice_id, today=TODAY)


def test_rc1_a_day_before_1900_is_refused(book: Book) -> None:
    with pytest.raises(TooFar, match="too far from today"):
        paid(book, book.client(), 5_000, received_on=date(1, 1, 1))
