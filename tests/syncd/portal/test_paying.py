"""RE4, RE6, RF1: paying in the portal, from the button to the receipt, against the stand-in for Stripe."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from core.clients.commands import add_guarantor
from core.delivery.mail_queue import may_leave, ready
from core.delivery.mail_values import letter_of
from core.ledger.account import account_of, facts_of
from core.ledger.mail_server import mail_server
from core.payments.card_file import ask_charge, cards_of
from core.payments.commands import record_payment
from core.payments.inbox import waiting_events
from core.payments.refunds import refund
from core.practice.mail import set_mail_server
from core.practice.portal import set_portal_address
from core.practice.settings import choose
from core.security.processor_secret import forget_processor_secret
from core.store import Read
from syncd.cards import processor_from
from syncd.settling import pull
from tests.builders import ADDRESS, TODAY
from tests.stripe_double import CONFIRM, DECLINED, DECLINED_LATER, GOOD, Double, deliver
from tests.syncd.network import Running, until
from tests.syncd.portal.served import Browser, Practice, practice
from tests.syncd.rehearsal import stand_in

SENT = re.compile(r'name="sent" value="([\w-]{43})"')
CENTS = 15_000


def _family(made: Practice) -> None:
    """Zanna and Benno on Mother's account, Dora on her own; Mother looks after all three."""
    ids = made.ids
    with made.write() as tx:
        ids["mother"] = add_guarantor(tx, name="Moira Mother", email="moira@example.org", **ADDRESS)
        set_mail_server(tx, host="127.0.0.1", port=1, security="none", sender="desk@example.com")
    for name, given in (("anna", "Zanna"), ("ben", "Benno")):
        ids[name] = made.book.client(given=given, family="Quillfeather", guarantor_id=ids["mother"])
    ids["dora"] = made.book.client(given="Dora", family="Umbermoor")
    for name in ("anna", "ben", "dora"):
        ids[f"invoice of {name}"] = made.invoice(ids[name])
        made.people["mother"] = made.grant(ids[name], "moira@example.org")
    made.people["dora"] = made.grant(ids["dora"], "dora@example.org")


@pytest.fixture(scope="module")
def stripe() -> Iterator[tuple[Double, Running]]:
    with stand_in() as made:
        yield made


class Till:
    """A practice that takes cards, and somebody who pays."""

    def __init__(self, made: Practice, double: Double, address: str) -> None:
        self.made, self.double, self.address = made, double, address
        made.take_cards(address)

    def number(self, name: str) -> str:
        return self.made.number(self.made.ids[f"invoice of {name}"])

    def ask(self, question: Callable[..., Any], *args: Any) -> Any:
        with self.made.store.read() as read:
            return question(read, *args)

    def rows(self, sql: str) -> list[Any]:
        with self.made.store.read() as read:
            return read.rows(sql)

    def posted(self) -> list[int]:
        return sorted(cents for (cents,) in self.rows("SELECT amount_cents FROM payment"))

    def owed(self, guarantor_id: str) -> int:
        def of(read: Read) -> int:
            return account_of(facts_of(read, guarantor_id)).balance_cents

        return int(self.ask(of))

    def pay(self, browser: Browser, path: str, at: str, **fields: str) -> httpx.Response:
        """Fill in a payment's form on the page `at`."""
        shown = browser.get(at).text
        sent = SENT.search(shown)
        assert sent, at
        return browser.send_form(path, at, sent=fields.pop("sent", sent[1]), **fields)

    def type_in(self, url: str, number: str = GOOD) -> httpx.Response:
        return httpx.post(url, data={"number": number}, timeout=30)

    def back(self, browser: Browser, answer: httpx.Response) -> httpx.Response:
        """The person follows the processor's page back."""
        assert answer.status_code == 303
        return browser.get(answer.headers["location"])


@pytest.fixture
def till(stripe: tuple[Double, Running], hub_database: str, tmp_path: Path) -> Iterator[Till]:
    double, running = stripe
    for kept in (double.sessions, double.intents, double.events):
        kept.clear()
    with practice(tmp_path, _family, hub_database) as made:
        yield Till(made, double, running.url)


def test_re4_from_the_button_to_the_receipt_each_account_is_paid_by_itself(till: Till) -> None:
    made, mother = till.made, till.made.signed_in(till.made.people["mother"])
    page = mother.get("/billing")
    assert till.address in page.headers["content-security-policy"]
    assert [page.text.count(f"Pay ${amount} now") for amount in ("300.00", "150.00")] == [1, 1]
    gone = till.pay(mother, "/billing/pay", "/billing", account=made.ids["mother"], shown="30000")
    assert gone.status_code == 303
    assert gone.headers["location"].startswith(till.address)
    receipt = till.back(mother, till.type_in(gone.headers["location"]))
    assert receipt.status_code == 200
    for words in ("$300.00 is paid", *(till.number(name) for name in ("anna", "ben")), "pi_", "(PDF)"):
        assert words in receipt.text
    assert till.posted() == [30_000]
    assert (till.owed(made.ids["mother"]), till.owed(made.guarantor(made.ids["dora"]))) == (0, CENTS)
    again = mother.get("/billing")
    assert "Pay $150.00 now" in again.text
    (payment_id,) = (one for (one,) in till.rows("SELECT id FROM payment"))
    file = mother.send_form("/billing/receipts", "/billing?client=" + made.ids["anna"], payment=payment_id)
    assert file.status_code == 303
    # The processor's page cannot be paid again, and the same form shows what it came to.
    assert till.type_in(gone.headers["location"]).status_code == 404


def test_re4_a_part_of_an_invoice_is_paid_and_a_wrong_amount_is_kept_and_explained(till: Till) -> None:
    mother, number = till.made.signed_in(till.made.people["mother"]), till.number("anna")
    at, path = f"/billing/invoices/{number}", f"/billing/invoices/{number}/pay"
    for typed, words in (
        ("", "Type how much"), ("abc", "not an amount"), ("150.01", "At most $150.00"), ("-5", "50 cents"),
        ("1e3", "not an amount"), ("0.49", "50 cents"), ("１５", "not an amount"),
    ):  # fmt: skip
        wrong = till.pay(mother, path, at, amount=typed)
        assert (wrong.status_code, words in wrong.text) == (422, True), typed
        assert f'value="{typed}"' in wrong.text
        assert "<title>Error:" in wrong.text
    gone = till.pay(mother, path, at, amount="50")
    declined = till.type_in(gone.headers["location"], DECLINED)
    assert (declined.status_code, till.posted()) == (402, [])
    receipt = till.back(mother, till.type_in(gone.headers["location"]))
    assert "$50.00 is paid" in receipt.text
    assert "Pay $100.00" in mother.get(at).text
    for amount in ("50", "50"):  # twice on purpose, one after the other
        gone = till.pay(mother, path, at, amount=amount)
        till.back(mother, till.type_in(gone.headers["location"]))
    assert till.posted() == [5_000, 5_000, 5_000]


def test_re4_a_form_sent_twice_and_two_tabs_pay_once(till: Till) -> None:
    mother, number = till.made.signed_in(till.made.people["mother"]), till.number("anna")
    at, path = f"/billing/invoices/{number}", f"/billing/invoices/{number}/pay"
    first, second = (SENT.search(mother.get(at).text) for _ in range(2))
    assert first
    assert second
    forms = (first[1], first[1], second[1])
    urls = {till.pay(mother, path, at, sent=sent, shown="15000").headers["location"] for sent in forms}
    assert len(urls) == 1
    assert len(till.double.sessions) == 1
    assert till.type_in(urls.pop()).status_code == 303
    # Nobody came back and no event was delivered: the other tab finds out.
    token = mother.form_token(at)
    late = mother.post(path, data={"form": token, "sent": second[1], "shown": "15000"})
    assert (late.status_code, "Nothing is due" in late.text) == (422, True)
    same = mother.post(path, data={"form": token, "sent": first[1], "shown": "15000"})
    assert same.status_code == 422
    assert till.posted() == [CENTS]


def test_t2_a_form_that_shows_another_amount_than_is_open_is_refused_with_the_right_one(till: Till) -> None:
    mother, number = till.made.signed_in(till.made.people["mother"]), till.number("anna")
    at, path = f"/billing/invoices/{number}", f"/billing/invoices/{number}/pay"
    with till.made.write() as tx:
        record_payment(
            tx, guarantor_id=till.made.ids["mother"], amount_cents=4_000, method="cash", received_on=TODAY,
            today=TODAY, allocations=None, invoice_id=None,
        )  # fmt: skip
    stale = till.pay(mother, path, at, shown="15000")
    assert stale.status_code == 422
    assert "changed" in stale.text
    forged = till.pay(mother, path, at, sent="x", shown="15000")
    assert forged.status_code == 403
    assert till.double.sessions == {}


def test_re6_a_pay_link_pays_without_signing_in_and_shows_nothing_to_another_browser(till: Till) -> None:
    made = till.made
    invoice_id = made.ids["invoice of anna"]
    (code,) = (c for i, c in till.rows("SELECT invoice_id, pay_code FROM invoice_issue") if i == invoice_id)
    guest, stranger = made.browser(), made.browser()
    gone = till.pay(guest, f"/i/{code}/pay", f"/i/{code}", shown="15000", save="yes")
    (session,) = till.double.sessions.values()
    assert (session["customer"], session["amount_total"]) == (None, CENTS)
    left = session["form"]["cancel_url"]
    nothing = guest.get(left)
    assert ("Nothing was charged." in nothing.text, till.number("anna") in nothing.text) == (True, True)
    other = stranger.get(left)
    assert ("Nothing was charged." in other.text, till.number("anna") in other.text) == (True, False)
    done = till.type_in(gone.headers["location"])
    seen = stranger.get(done.headers["location"])
    assert (seen.status_code, till.number("anna") in seen.text, "150" in seen.text) == (200, False, False)
    assert till.posted() == [CENTS]  # recorded by whoever came
    receipt = till.back(guest, done)
    assert "$150.00 is paid" in receipt.text
    for hidden in ("Quillfeather", "90834", "Psychotherapy", "Moira", "(PDF)", till.number("ben")):
        assert hidden not in receipt.text
    assert guest.get(f"/i/{code}").status_code == 404
    father = made.signed_in(made.people["dora"])
    assert father.get(done.headers["location"]).status_code == 404
    assert till.ask(cards_of, made.ids["mother"]) == []


def test_re4_until_the_processor_says_paid_the_page_waits_and_guesses_nothing(till: Till) -> None:
    mother, number = till.made.signed_in(till.made.people["mother"]), till.number("anna")
    gone = till.pay(mother, f"/billing/invoices/{number}/pay", f"/billing/invoices/{number}", shown="15000")
    url = gone.headers["location"]
    asks = till.type_in(url, CONFIRM)
    assert (asks.status_code, "Your bank asks" in asks.text) == (200, True)
    (ref, session), = till.double.sessions.items()  # fmt: skip
    back = f"/billing/pay/return?session_id={ref}"
    assert "Not paid yet" in mother.get(back).text
    session["status"] = "complete"  # as a bank transfer is, for days
    waits = mother.get(back)
    assert ("being processed" in waits.text, f'href="{back}">Look again' in waits.text) == (True, True)
    for looked in range(1, 11):  # it goes on by itself, says so, and ends
        assert waits.headers["refresh"] == f"30; url={back}&looked={looked}"
        assert "by itself in 30 seconds" in waits.text
        waits = mother.get(waits.headers["refresh"].partition("url=")[2])
    stopped = mother.get(back + "&look=no")
    for still in (waits, stopped, mother.get(back + "&looked=1000")):
        assert "being processed" in still.text
    for still in (waits, stopped):
        assert ("refresh" in still.headers, "by itself" in still.text) == (False, False)
        assert 'look=no">Look again' in still.text
    assert till.posted() == []
    session["status"] = "open"
    done = httpx.post(url.replace("/pay/", "/confirm/"), data={"answer": "pass"}, timeout=30)
    assert "$150.00 is paid" in till.back(mother, done).text


def _completed(till: Till, browser: Browser, at: str, path: str) -> tuple[str, str]:
    """A page that looks paid while the money is on its way; answers the way back and the payment."""
    gone = till.pay(browser, path, at, shown="15000")
    till.type_in(gone.headers["location"], CONFIRM)
    ref, session = list(till.double.sessions.items())[-1]
    session["status"] = "complete"
    back = f"/billing/pay/return?session_id={ref}"
    assert "being processed" in browser.get(back).text
    return back, str(session["payment_intent"])


@pytest.mark.parametrize("heard", ["by an event", "by the daily look", "by coming back"])
@pytest.mark.parametrize("ending", ["cancel", "fail_after_all"])
def test_re4_a_payment_that_fails_after_its_page_was_complete_is_said_and_can_be_paid_again(
    till: Till, ending: str, heard: str
) -> None:
    """RF2: nobody is told for ever that it is being processed."""
    made, mother, number = till.made, till.made.signed_in(till.made.people["mother"]), till.number("anna")
    at, path = f"/billing/invoices/{number}", f"/billing/invoices/{number}/pay"
    back, intent = _completed(till, mother, at, path)
    till.double.events.clear()
    asyncio.run(getattr(till.double, ending)(intent))
    if heard == "by an event":
        (event,) = till.double.events
        assert asyncio.run(deliver(made.servers[0].url, event)) == 200
        _wait(lambda: not till.ask(waiting_events))
    elif heard == "by the daily look":
        processor = processor_from(str(made.book.folder), made.store)
        assert processor
        pull(made.store, processor)
        processor.close()
    if heard != "by coming back":  # it is in the book, whether or not the processor answers now
        till.made.take_cards("http://127.0.0.1:9")
        assert "did not go through" in mother.get(back).text
        till.made.take_cards(till.address)
    said = mother.get(back).text
    assert ("did not go through" in said, f'href="{at}">Pay again' in said) == (True, True)
    assert _mails(till) == [("card_failed", "moira@example.org")]
    gone = till.pay(mother, path, at, shown="15000")
    assert "$150.00 is paid" in till.back(mother, till.type_in(gone.headers["location"])).text
    assert till.posted() == [CENTS]


def test_re4_a_balance_that_fails_after_all_is_mailed_with_all_its_invoices(till: Till) -> None:
    made, mother = till.made, till.made.signed_in(till.made.people["mother"])
    gone = till.pay(mother, "/billing/pay", "/billing", account=made.ids["mother"], shown="30000")
    till.type_in(gone.headers["location"], CONFIRM)
    (session,) = till.double.sessions.values()
    session["status"] = "complete"
    asyncio.run(till.double.cancel(session["payment_intent"]))
    said = mother.get(f"/billing/pay/return?session_id={session['id']}").text
    numbers = ", ".join(till.number(name) for name in ("anna", "ben"))
    assert (f"Invoices {numbers} are still open" in said, 'href="/billing">Pay again' in said) == (True, True)
    (details,) = (one for (one,) in till.rows("SELECT details FROM mail_request WHERE kind = 'card_failed'"))
    assert json.loads(details) == {"number": numbers, "amount": "$300.00", "link": made.url}


def test_re4_a_processor_that_is_away_is_said_and_nothing_is_lost(till: Till) -> None:
    mother, number = till.made.signed_in(till.made.people["mother"]), till.number("anna")
    at, path = f"/billing/invoices/{number}", f"/billing/invoices/{number}/pay"
    till.made.take_cards("http://127.0.0.1:9")
    away = till.pay(mother, path, at, amount="25")
    assert (away.status_code, "Nothing was charged" in away.text) == (503, True)
    assert 'value="25"' in away.text
    till.made.take_cards(till.address)
    gone = till.pay(mother, path, at, amount="25")
    assert till.back(mother, till.type_in(gone.headers["location"])).status_code == 200
    assert till.posted() == [2_500]
    assert len(till.double.sessions) == 1


def test_re3_without_a_processor_the_pages_say_how_to_pay_and_keys_may_come_and_go(till: Till) -> None:
    mother, number = till.made.signed_in(till.made.people["mother"]), till.number("anna")
    forget_processor_secret(str(till.made.book.folder))
    page = mother.get(f"/billing/invoices/{number}")
    assert ("Mail checks" in page.text, "Pay $" in page.text) == (True, False)
    assert till.address not in page.headers["content-security-policy"]
    token = mother.form_token("/billing?client=" + till.made.ids["anna"])
    for path in ("/billing/pay", f"/billing/invoices/{number}/pay", "/billing/cards"):
        assert mother.post(path, data={"form": token, "sent": "A" * 43}).status_code == 404
    assert mother.get("/billing/cards").status_code == 404
    till.made.take_cards(till.address)
    assert "Pay $150.00" in mother.get(f"/billing/invoices/{number}").text


def _mails(till: Till) -> list[tuple[str, str]]:
    money = ("payment", "refund", "card_added", "card_removed", "card_failed", "card_confirm")
    return sorted(one for one in till.rows("SELECT kind, mail_to FROM mail_request") if one[0] in money)


def test_rf1_cards_are_saved_with_consent_chosen_and_removed(till: Till) -> None:
    made, mother = till.made, till.made.signed_in(till.made.people["mother"])
    account = made.ids["mother"]
    refused = till.pay(mother, "/billing/cards", "/billing/cards", account=account)
    assert (refused.status_code, "tick the box" in refused.text) == (422, True)
    for _ in range(2):
        gone = till.pay(mother, "/billing/cards", "/billing/cards", account=account, save="yes")
        done = till.type_in(gone.headers["location"])
        assert till.back(mother, done).headers["location"] == "/billing/cards?done=saved"
    first, second = till.ask(cards_of, account)
    assert (first.person, first.version) == ("Moira <moira@example.org>", "2026-11")
    page = mother.get("/billing/cards").text
    assert ("Visa ending in 4242" in page, "good until 12/2034" in page) == (True, True)
    path = f"/billing/cards/{second.card_id}"
    assert mother.send_form(f"{path}/default", "/billing/cards").status_code == 303
    assert till.ask(cards_of, account)[0].card_id == second.card_id
    assert "Remove Visa ending in 4242?" in mother.get(f"{path}/remove").text
    assert mother.send_form(f"{path}/remove", f"{path}/remove").status_code == 303
    assert [one.card_id for one in till.ask(cards_of, account)] == [first.card_id]
    assert mother.get(f"{path}/remove").status_code == 404
    dora = made.signed_in(made.people["dora"])
    assert dora.get(f"/billing/cards/{first.card_id}/remove").status_code == 404
    stolen = till.pay(dora, "/billing/cards", "/billing/cards", account=account, save="yes")
    assert stolen.status_code == 404
    assert ("card_added", "moira@example.org") in _mails(till)


def test_re4_a_card_is_saved_while_paying_where_the_box_is_ticked_and_mails_follow_once(till: Till) -> None:
    mother, number = till.made.signed_in(till.made.people["mother"]), till.number("anna")
    at, path = f"/billing/invoices/{number}", f"/billing/invoices/{number}/pay"
    gone = till.pay(mother, path, at, shown="15000", save="yes")
    done = till.type_in(gone.headers["location"])
    for _ in range(3):
        assert "is paid" in till.back(mother, done).text
    (card,) = till.ask(cards_of, till.made.ids["mother"])
    assert card.person == "Moira <moira@example.org>"
    assert _mails(till) == [("card_added", "moira@example.org"), ("payment", "moira@example.org")]
    (details,) = (one for (one,) in till.rows("SELECT details FROM mail_request WHERE kind = 'payment'"))
    assert ("$150.00" in details, number in details, "Quillfeather" in details) == (True, True, False)


def _wait(true: Callable[[], bool]) -> None:
    asyncio.run(until(true, 60))


@pytest.mark.parametrize(("number", "kind"), [(DECLINED_LATER, "card_failed"), (CONFIRM, "card_confirm")])
def test_rf1_a_card_that_cannot_be_charged_is_told_with_the_pay_link(
    till: Till, number: str, kind: str
) -> None:
    """It says what is open, and does not leave once that is paid, wherever the hub's book lies."""
    made, account = till.made, till.made.ids["mother"]
    mother = made.signed_in(made.people["mother"])
    gone = till.pay(mother, "/billing/cards", "/billing/cards", account=account, save="yes")
    till.back(mother, till.type_in(gone.headers["location"], number))
    (card,) = till.ask(cards_of, account)
    invoice_id = made.ids["invoice of anna"]
    with made.write() as tx:
        set_portal_address(tx, "https://pay.example.com")
        ask_charge(tx, card.card_id, invoice_id, today=TODAY)
    _wait(lambda: any(one[0] == kind for one in _mails(till)))
    made.clock.pass_time(minutes=1)

    def words(read: Read) -> list[str]:
        server = mail_server(read)
        assert server
        due = [one for one in ready(read, made.clock.now, server.since) if one.kind == kind]
        assert all(may_leave(read, one.mail, made.clock.now, server.since) for one in due)
        bodies = [letter_of(read, one, server).message.get_body(("plain",)) for one in due]
        return [str(body.get_content()) for body in bodies if body]

    (said,) = till.ask(words)
    (code,) = (c for i, c in till.rows("SELECT invoice_id, pay_code FROM invoice_issue") if i == invoice_id)
    assert (f"https://pay.example.com/i/{code}" in said, "$150.00" in said) == (True, True)
    assert "Quillfeather" not in said

    def pay(cents: int) -> None:
        with made.write() as tx:
            record_payment(
                tx, guarantor_id=account, amount_cents=cents, method="cash", received_on=TODAY, today=TODAY,
                invoice_id=invoice_id,
            )  # fmt: skip

    pay(4_000)
    assert "$110.00" in till.ask(words)[0]
    pay(11_000)
    assert till.ask(words) == []


def test_rf1_a_refund_and_a_removed_card_are_told_once(
    stripe: tuple[Double, Running], tmp_path: Path
) -> None:
    double, running = stripe
    with practice(tmp_path, _family) as made:
        till = Till(made, double, running.url)
        mother, number = made.signed_in(made.people["mother"]), till.number("anna")
        at, path = f"/billing/invoices/{number}", f"/billing/invoices/{number}/pay"
        gone = till.pay(mother, path, at, shown="15000", save="yes")
        till.back(mother, till.type_in(gone.headers["location"]))
        (card,) = till.ask(cards_of, made.ids["mother"])
        (payment_id,) = (one for (one,) in till.rows("SELECT id FROM payment"))
        with made.write() as tx:
            refund(tx, payment_id, amount_cents=4_000, reason="r", today=TODAY, channel="processor")
        mother.send_form(f"/billing/cards/{card.card_id}/remove", f"/billing/cards/{card.card_id}/remove")
        told = ["card_added", "card_removed", "payment", "refund"]
        _wait(lambda: [kind for kind, _ in _mails(till)] == told)
        (details,) = (one for (one,) in till.rows("SELECT details FROM mail_request WHERE kind = 'refund'"))
        assert "$40.00" in details


def test_what_was_chosen_on_a_form_that_fails_is_chosen_still(till: Till) -> None:
    """WCAG 3.3.7: nothing has to be entered twice."""
    made, mother = till.made, till.made.signed_in(till.made.people["mother"])
    at, path = f"/billing/invoices/{till.number('anna')}", f"/billing/invoices/{till.number('anna')}/pay"
    part = till.pay(mother, path, at, amount="999", save="yes").text
    ticked = 'name="save" value="yes" checked'
    assert (f'id="save-part" {ticked}' in part, f'id="save-all" {ticked}' in part) == (True, False)
    whole = till.pay(mother, path, at, shown="1", save="yes").text
    assert f'id="save-all" {ticked}' in whole
    due = till.pay(mother, "/billing/pay", "/billing", account=made.ids["mother"], shown="1", save="yes").text
    assert due.count(ticked) == 1
    cards = till.pay(mother, "/billing/cards", "/billing/cards", save="yes").text
    assert ("Choose on whose account" in cards, ticked in cards) == (True, True)


def test_re7_paying_and_cards_switched_off_are_not_offered_and_not_found(
    stripe: tuple[Double, Running], tmp_path: Path
) -> None:
    double, running = stripe
    with practice(tmp_path, _family) as made:
        till, mother = Till(made, double, running.url), made.signed_in(made.people["mother"])
        at = f"/billing/invoices/{till.number('anna')}"
        token = mother.form_token(at)
        with made.write() as tx:
            choose(tx, "portal_cards", "no")
        page = mother.get(at).text
        assert ("Pay $150.00" in page, "Save this card" in page, "/billing/cards" in page) == (
            True,
            False,
            False,
        )
        assert mother.get("/billing/cards").status_code == 404
        with made.write() as tx:
            choose(tx, "portal_pay", "no")
        assert "Pay $" not in mother.get(at).text + mother.get("/billing").text
        form = {"form": token, "sent": "A" * 43}
        for path in ("/billing/pay", f"{at}/pay", "/billing/cards"):
            assert mother.post(path, data=form).status_code == 404
        assert mother.get("/billing?from=x&client=" + made.ids["anna"]).status_code == 422
