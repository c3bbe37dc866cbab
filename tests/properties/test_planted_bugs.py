"""Every invariant has a bug planted for it, and the histories find it. A check that finds nothing proves
nothing.

Each plants one plausible mistake, asks one invariant alone, and wants it broken within so many histories.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from core.books.journal import _Party
from core.errors import DomainError
from core.invoicing import voiding
from core.ledger import aging, day_sheet, entries, invoices, kept
from core.ledger import standing as states
from core.ledger.effective import FEE_COUNTS
from core.ledger.shares import share_out
from core.payments import adjustments, commands, moves, refunds
from core.payments.queries import invoice_state
from core.store import Store, Tx
from tests.builders import OWNER
from tests.properties import invariants
from tests.properties.invariants import Violated, asking_only
from tests.properties.machine import A_DAY_PASSES, drive
from tests.properties.practice import original

HISTORIES = 60
"""Most bugs are found in the first few."""

Patch = pytest.MonkeyPatch


@pytest.fixture(autouse=True, scope="module")
def a_book_without_a_bug() -> None:
    """What every history starts from is made before anything is planted, whichever test comes first."""
    original()


def found_by(
    invariant: str, prepare: Callable[[Store], None] | None = None, *, favour: Sequence[str] = ()
) -> str:
    """What the histories say when this invariant alone is asked. Fails where it finds nothing.

    `favour` draws some deeds more often, so that a rare mistake is found in seconds.
    """
    with asking_only(invariant), pytest.raises(Violated) as caught:
        drive(1, HISTORIES, prepare=prepare, favour=favour, shrink=False)
    assert caught.value.invariant == invariant
    return str(caught.value)


def without(sql: str, part: str, instead: str = "") -> str:
    assert part in sql
    return sql.replace(part, instead)


def dropping(*triggers: str) -> Callable[[Store], None]:
    def prepare(store: Store) -> None:
        with store.write(OWNER) as tx:
            for name in triggers:
                tx.execute(f"DROP TRIGGER {name}")

    return prepare


def test_an_allocation_without_a_cap_is_found(monkeypatch: Patch) -> None:
    def uncapped(tx: Tx, parts: Any, guarantor_id: str) -> dict[str, Any]:
        return {part.invoice_id: invoice_state(tx, part.invoice_id) for part in parts}

    monkeypatch.setattr(commands, "_states", uncapped)
    found_by(invariants.ALLOCATED, favour=["pay_as_said"])


def test_a_void_that_leaves_the_money_on_the_invoice_is_found(monkeypatch: Patch) -> None:
    monkeypatch.setattr(voiding, "take_off", lambda *_, **__: "")
    assert "void" in found_by(invariants.ALLOCATED, favour=["void"])


def test_a_refund_that_does_not_take_the_money_off_is_found(monkeypatch: Patch) -> None:
    monkeypatch.setattr(refunds, "take_off", lambda tx, applied, cents, day, **_: day.isoformat())
    found_by(invariants.CREDIT)


def test_a_late_fee_missing_in_the_total_is_found(monkeypatch: Patch) -> None:
    fees = f"WHERE f.invoice_id = i.invoice_id AND {FEE_COUNTS}), 0) AS asked"
    monkeypatch.setattr(kept, "INVOICES", without(kept.INVOICES, fees, "WHERE false), 0) AS asked"))
    found_by(invariants.TOTAL, favour=["late_fees", A_DAY_PASSES])


def test_a_charge_that_is_billed_and_stays_in_the_queue_is_found() -> None:
    found_by(invariants.ONCE, dropping("invoice_line_carries", "draft_line_carries"))


def test_a_share_that_drops_the_cent_is_found(monkeypatch: Patch) -> None:
    def floored(amount_cents: int, shares: list[Any]) -> list[int]:
        parts = share_out(amount_cents, shares)
        return [amount_cents // len(parts) for _ in parts] if amount_cents % len(parts) else parts

    monkeypatch.setattr(kept, "share_out", floored)
    found_by(invariants.SHARES, favour=["share_charges"])


def test_a_share_billed_twice_is_found(monkeypatch: Patch) -> None:
    """A queue that forgets which shares are on a bill already."""
    monkeypatch.setattr(kept, "SHARES_CARRIED", "SELECT '' WHERE false AND :charge_id")
    found_by(invariants.ONCE, favour=["share_charges", "bill"])


def test_an_entry_with_the_wrong_sign_is_found(monkeypatch: Patch) -> None:
    right = entries._money_entries

    def wrong(*args: Any) -> Iterator[entries.Entry]:
        for entry in right(*args):
            yield entry._replace(amount_cents=-entry.amount_cents) if entry.kind == "refund" else entry

    monkeypatch.setattr(entries, "_money_entries", wrong)
    found_by(invariants.ACCOUNT)


def test_credit_that_is_counted_twice_is_found(monkeypatch: Patch) -> None:
    """What is on an invoice is still shown as left."""
    spent = "t.amount - t.refunded - t.applied END"
    monkeypatch.setattr(kept, "PAYMENTS", without(kept.PAYMENTS, spent, "t.amount - t.refunded END"))
    found_by(invariants.SUMMARIES)


def test_a_summary_that_nothing_marks_as_stale_is_found() -> None:
    found_by(invariants.SUMMARIES, dropping("allocation_release_stale"))


def test_an_unbilled_queue_that_forgets_a_voided_invoice_is_found(monkeypatch: Patch) -> None:
    monkeypatch.setattr(kept, "_settle_charges", lambda tx: None)
    found_by(invariants.SUMMARIES)


def test_a_summary_that_the_reference_contradicts_is_found() -> None:
    found_by(invariants.REFERENCE, dropping("refund_answer_stale"), favour=["processor_answers"])


def test_a_rebuild_that_leaves_goodwill_out_is_found(monkeypatch: Patch) -> None:
    all_but_credit = tuple(sql for sql in kept.EVERYTHING if "FROM credit" not in sql)
    assert len(all_but_credit) == len(kept.EVERYTHING) - 1
    monkeypatch.setattr(kept, "EVERYTHING", all_but_credit)
    found_by(invariants.REBUILD, favour=["give_credit"])


def test_aging_that_forgets_a_later_release_is_found(monkeypatch: Patch) -> None:
    later = "AND l.effective_on <= :as_of"
    monkeypatch.setattr(aging, "OPEN_THEN", without(aging.OPEN_THEN, later))
    found_by(invariants.AGING, favour=["release", A_DAY_PASSES])


def test_aging_that_drops_invoices_paid_since_is_found(monkeypatch: Patch) -> None:
    later = "UNION ALL SELECT invoice_id FROM allocation WHERE effective_on > :as_of"
    monkeypatch.setattr(aging, "TOUCHED_INVOICES", without(aging.TOUCHED_INVOICES, later))
    found_by(invariants.PAST)


def test_a_bucket_that_is_off_by_a_day_is_found(monkeypatch: Patch) -> None:
    off = {**aging.LAYOUTS, "standard": (aging.LAYOUTS["standard"][0], (1, 30, 60, 90))}
    monkeypatch.setattr(aging, "LAYOUTS", off)
    found_by(invariants.AGING)


def test_a_release_dated_before_today_is_found(monkeypatch: Patch) -> None:
    def before(tx: Tx, source_id: str, day: date) -> str:
        return (day - timedelta(days=1)).isoformat()

    monkeypatch.setattr(moves, "not_before_money", before)
    found_by(invariants.PAST)


def test_money_dated_before_the_invoice_had_room_is_found(monkeypatch: Patch) -> None:
    monkeypatch.setattr(moves, "room_from", lambda tx, invoice_id, cents, day: day)
    found_by(invariants.CROSSED, favour=["pay_late_recorded", "release"])


def test_a_posting_missing_in_the_journal_is_found(monkeypatch: Patch) -> None:
    right = _Party._postings

    def one_short(self: _Party, entry: Any, earned: Any) -> Any:
        found = right(self, entry, earned)
        return found[:-1] if entry.kind == "refund" else found

    monkeypatch.setattr(_Party, "_postings", one_short)
    found_by(invariants.JOURNAL)


def test_a_fact_that_was_edited_is_found(monkeypatch: Patch) -> None:
    def edit(tx: Tx, applied: Any, cents: int, day: date, **_: Any) -> str:
        tx.execute(
            "UPDATE allocation SET amount_cents = max(amount_cents - :cents, 1) WHERE id = :id",
            {"cents": cents, "id": applied.allocation_id},
        )
        return day.isoformat()

    monkeypatch.setattr(commands, "take_off", edit)
    found_by(invariants.CHAIN, _no_longer_append_only, favour=["release"])


def _no_longer_append_only(store: Store) -> None:
    with store.write(OWNER) as tx:
        names = tx.rows(
            "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'allocation'"
            " AND sql LIKE '%RAISE%'"
        )
        assert names
        for (name,) in names:
            tx.execute(f"DROP TRIGGER {name}")


def test_a_trigger_that_is_gone_is_found() -> None:
    assert "changes are captured" in found_by(invariants.SOUND, dropping("payment_renumbered"))


def test_a_refusal_that_keeps_what_was_done_before_is_found(monkeypatch: Patch) -> None:
    right = Tx.__exit__

    def keeps(self: Tx, kind: Any, error: BaseException | None, trace: Any) -> None:
        forgotten = isinstance(error, DomainError)
        right(self, None if forgotten else kind, None if forgotten else error, trace)

    monkeypatch.setattr(Tx, "__exit__", keeps)
    found_by(invariants.REFUSAL)


def test_a_right_that_nobody_asks_for_is_found(monkeypatch: Patch) -> None:
    monkeypatch.setattr(Tx, "require", lambda self, right: None)
    assert "_reads_only" in found_by(invariants.REFUSED, favour=["mistake"])


def test_a_refund_above_what_is_left_is_found(monkeypatch: Patch) -> None:
    def unchecked(tx: Tx, state: Any, cents: int, invoice_id: str | None) -> list[Any]:
        return [(None, cents)]

    monkeypatch.setattr(refunds, "_check", lambda *_: None)
    monkeypatch.setattr(refunds, "_take", unchecked)
    found_by(invariants.REFUSED, favour=["mistake"])


def test_an_answer_of_the_processor_that_counts_twice_is_found(monkeypatch: Patch) -> None:
    monkeypatch.setattr(refunds, "ANSWERS", "SELECT outcome FROM refund_answer WHERE false AND :refund_id")
    found_by(invariants.REPEAT, favour=["processor_answers_again"])


def test_overdue_on_the_due_day_itself_is_found(monkeypatch: Patch) -> None:
    def too_early(*, due_on: str, today: str, **more: Any) -> str:
        day_after = (date.fromisoformat(today) + timedelta(days=1)).isoformat()
        return states.standing(due_on=due_on, today=day_after, **more)

    monkeypatch.setattr(invoices, "standing", too_early)
    found_by(invariants.STATE)


def test_a_day_sheet_that_overlooks_who_was_refunded_is_found(monkeypatch: Patch) -> None:
    sql = day_sheet.GUARANTORS_OF_DAY
    monkeypatch.setattr(
        day_sheet, "GUARANTORS_OF_DAY", without(sql, "WHERE r.refunded_on = :day", "WHERE false")
    )
    found_by(invariants.SHEET)


def test_an_adjustment_that_can_be_reversed_twice_is_found(monkeypatch: Patch) -> None:
    sql = without(adjustments.ADJUSTMENT, "SELECT -sum(j.amount_cents)", "SELECT 0 * sum(j.amount_cents)")
    monkeypatch.setattr(adjustments, "ADJUSTMENT", sql)
    found_by(invariants.TAKEN_BACK, favour=["credit_note", "reverse_adjustment"])
