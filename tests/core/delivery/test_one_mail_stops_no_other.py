"""T11, T29: what another version, another clock or another office wrote about a mail stops nobody else's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core.delivery.carrying import GIVE_UP, NOT_MADE, Round
from core.delivery.mail_queue import _due
from core.tables import MailRequest
from tests.builders import NOW, Book
from tests.core.delivery.test_mail_is_carried import Wire, after, carry, office, sent, state

__all__ = ["office"]

TO = "b@example.org"


@pytest.mark.parametrize(
    "odd",
    [
        {"kind": "newsletter"},
        {"kind": "test", "details": "{"},
        {"kind": "test", "details": "[]"},
        {"kind": "payment", "details": '{"reference": "\\ud800"}'},
        {"kind": "receipt", "about": "nowhere"},
    ],
    ids=["kind", "json", "list", "surrogate", "about"],
)
def test_a_mail_that_cannot_be_made_is_put_off_and_the_others_leave(
    office: Book, odd: dict[str, Any]
) -> None:
    with office.write() as tx:
        tx.add(MailRequest(once="mail-request:odd", mail_to=TO, **odd))
    sent(office)
    after(office, seconds=31)
    wire = Wire()
    done = carry(office, wire)
    assert (done.left, done.later + done.failed) in ((1, 1), (2, 0))
    assert "a@example.org" in [one.mail_to for one in wire.taken]
    after(office, days=GIVE_UP.days, hours=1)
    carry(office, wire)
    assert carry(office, wire) == Round()


def test_the_office_is_told_that_a_mail_cannot_be_made(office: Book) -> None:
    with office.write() as tx:
        tx.add(MailRequest(once="mail-request:odd", mail_to=TO, kind="newsletter"))
    after(office, seconds=31)
    assert carry(office, Wire()) == Round(later=1)
    assert office.rows("SELECT outcome, said FROM mail_answer") == [("delayed", NOT_MADE)]


def test_t29_a_mail_of_an_office_whose_clock_is_a_year_ahead_leaves_today(office: Book) -> None:
    real = office.store.clock
    office.store.clock = lambda: NOW + timedelta(days=365)
    invoice_id = sent(office)
    office.store.clock = real
    assert carry(office, Wire()) == Round(left=1)
    assert state(office, invoice_id) == ("delivered", "")


@pytest.mark.parametrize("at", ["soon", "9999-12-31T23:59:59.999Z", ""])
def test_t11_an_instant_that_is_none_stops_no_mail(at: str) -> None:
    made = _due(NOW, "mail", "reminder", TO, "", 0, at, "{}", 0, "", 0, "")
    assert made.ready_at == ""
