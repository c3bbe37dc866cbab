"""RE7: the practice and the client's professional say something; what is switched off is not there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import TooLong
from core.practice.commands import change_practice, change_provider
from core.practice.settings import choose
from syncd.portal.table import PAGES
from tests.core.delivery.superbilled import complete
from tests.syncd.portal.served import Browser, Practice, practice


def _prepare(made: Practice) -> None:
    client_id = made.ids["client"] = complete(made.book)
    made.invoice(client_id)
    made.people["ann"] = made.grant(client_id, "ann@example.org")
    made.people["payer"] = made.grant(client_id, "payer@example.org", documents=False, superbills=False)


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Practice]:
    with practice(tmp_path, _prepare) as made:
        yield made


def billing(portal: Practice, person: str) -> str:
    return portal.signed_in(portal.people[person]).get("/billing").text


def test_re7_the_practice_speaks_to_all_and_the_professional_to_those_who_see_documents(
    portal: Practice,
) -> None:
    assert 'class="card message"' not in billing(portal, "ann")
    with portal.write() as tx:
        change_practice(tx, portal_message="Closed on Friday.\n<b>Call</b> before.")
        change_provider(tx, portal.book.provider_id, portal_message="I am away until Monday.")
    page = billing(portal, "ann")
    assert "Closed on Friday.<br>&lt;b&gt;Call&lt;/b&gt; before." in page
    assert 'aria-label="Message from Pat Provider"' in page
    assert "I am away until Monday." in page
    page = billing(portal, "payer")
    assert "Closed on Friday." in page
    assert "Pat Provider" not in page


def test_re7_a_message_that_hides_the_bills_is_refused(portal: Practice) -> None:
    with portal.write() as tx, pytest.raises(TooLong):
        change_practice(tx, portal_message="x" * 601)


def test_re7_superbills_switched_off_are_not_offered_and_not_found(portal: Practice) -> None:
    ann: Browser = portal.signed_in(portal.people["ann"])
    new = f"/billing/superbills/new?client={portal.ids['client']}"
    assert "Make a superbill" in ann.get("/billing").text
    token = ann.form_token(new)
    with portal.write() as tx:
        choose(tx, "portal_superbills", "no")
    assert "Make a superbill" not in ann.get("/billing").text
    form = {"form": token, "client": portal.ids["client"], "days": "last month"}
    tried = [
        ann.get(new),
        ann.post("/billing/superbills/new", data=form),
        ann.post("/billing/superbills", data=form),
    ]
    assert [answer.status_code for answer in tried] == [404, 404, 404]
    assert portal.browser().get(new).status_code == 404, "nobody is sent to sign in for it"
    with portal.write() as tx:
        choose(tx, "portal_superbills", "yes")
    assert ann.get(new).status_code == 200


def test_re7_every_page_that_pays_keeps_cards_or_makes_superbills_obeys_its_switch() -> None:
    """A new row of the table is held against this: paying is a POST, cards and their making are all of it."""
    for row in PAGES:
        if "/cards" in row.path:
            assert row.needs == "cards", row
        elif row.method == "POST" and row.path.endswith("/pay") and row.path != "/pay":
            assert row.needs == "pay", row
        elif row.path == "/billing/superbills/new" or (row.method, row.path) == (
            "POST",
            "/billing/superbills",
        ):
            assert row.needs == "superbills", row
