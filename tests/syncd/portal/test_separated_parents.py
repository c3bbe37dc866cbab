"""T1: a superbill says where somebody lives; a separated parent is told nobody's address but the client's."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from pypdf import PdfReader

from core.clients.commands import add_guarantor, change_client
from core.clients.shares import NewShare, set_shares
from core.delivery.making import make_document
from core.delivery.sharing import share_documents
from core.delivery.superbills import SUPERBILL, SuperbillKey
from tests.builders import ADDRESS, OWNER, TODAY
from tests.core.delivery.superbilled import FIRST, LAST, complete
from tests.syncd.portal.served import Browser, Practice, practice

HIDDEN: dict[str, Any] = {**ADDRESS, "street": "7 Refuge Lane", "phone": "555 0177"}


def _prepare(made: Practice) -> None:
    ids = made.ids
    with made.write() as tx:
        ids["mother"] = add_guarantor(tx, name="Moira Mother", **HIDDEN)
        ids["father"] = add_guarantor(tx, name="Finn Father", **ADDRESS)
    ids["anna"] = complete(made.book, given="Anna", family="Archer", guarantor_id=ids["mother"], street="")
    made.invoice(ids["anna"])
    with made.write() as tx:
        halves = [NewShare(ids[parent], "percent", 5_000) for parent in ("mother", "father")]
        set_shares(tx, ids["anna"], halves, effective_from=TODAY)
    key = SuperbillKey(ids["anna"], made.book.provider_id, FIRST, LAST, TODAY)
    ids["shared"] = str(make_document(made.store, OWNER, SUPERBILL, key).document_id)
    with made.write() as tx:
        share_documents(tx, [ids["shared"]])
    for parent in ("mother", "father"):
        made.people[parent] = made.grant(ids["anna"], f"{parent}@example.org", guarantor_id=ids[parent])


@pytest.fixture
def portal(tmp_path: Path, hub_database: str) -> Iterator[Practice]:
    with practice(tmp_path, _prepare, hub_database) as made:
        yield made


def make(portal: Practice, browser: Browser) -> httpx.Response:
    fields = {
        "client": portal.ids["anna"],
        "days": "range",
        "from": FIRST.isoformat(),
        "to": LAST.isoformat(),
    }
    return browser.send_form(
        "/billing/superbills", "/billing/superbills/new", provider=portal.book.provider_id, **fields
    )


def text_of(browser: Browser, made: httpx.Response) -> str:
    assert made.status_code == 303, made.text
    page = browser.get(made.headers["location"])
    content = browser.get(page.headers["refresh"].removeprefix("0; url=")).content
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


def test_t1_a_superbill_never_tells_one_parent_where_the_other_lives(portal: Practice) -> None:
    mother, father = (portal.signed_in(portal.people[parent]) for parent in ("mother", "father"))
    assert "7 Refuge Lane" in text_of(mother, make(portal, mother))
    refused = make(portal, father)
    assert refused.status_code == 422
    assert "another person&#39;s" in refused.text
    assert "Refuge" not in refused.text
    with portal.write() as tx:
        change_client(
            tx, portal.ids["anna"], street="9 Own Street", city="Lynn", state="MA", postal_code="01901"
        )
    assert make(portal, father).status_code == 422
    with portal.write() as tx:
        change_client(tx, portal.ids["anna"], phone="555 0199")
    told = text_of(father, make(portal, father))
    assert "9 Own Street" in told
    assert "Refuge" not in told
    assert "0177" not in told


def test_t1_nor_does_one_that_the_practice_shared(portal: Practice) -> None:
    path = f"/billing/superbills/{portal.ids['shared']}"
    mother, father = (portal.signed_in(portal.people[parent]) for parent in ("mother", "father"))
    assert [mother.get(each).status_code for each in (path, f"{path}.pdf")] == [200, 200]
    assert [father.get(each).status_code for each in (path, f"{path}.pdf")] == [404, 404]
    assert path not in father.get("/billing").text
