"""RJ3, T25: rights are checked in the commands. Every role against every command that takes a write."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlcipher3.dbapi2 import IntegrityError

from core.actors import RIGHTS, Actor, Right, Role
from core.books.backup import back_up
from core.conflicts.commands import Resolved
from core.dates import ALL_TIME, previous_month
from core.delivery.mail_queue import Due
from core.delivery.mending import Mended
from core.delivery.run import carry_out
from core.delivery.sending import finish, send
from core.delivery.statements import make_statement
from core.errors import DomainError
from core.invoicing.billing_run import propose
from core.invoicing.commands import create_draft, issue_drafts
from core.ledger.mail_server import MailServer
from core.ledger.statement_view import statement_key
from core.ledger.superbill_lint import Lack
from core.payments.card import CardSeen, DisputeSeen, Event, Intent, PageSeen, RefundSeen
from core.payments.outbox import Call
from core.portal.commands import Allowed
from core.security.keys import Keys
from core.sessions.correcting import SessionPage
from core.store import Tx
from core.trouble import NotAllowed
from tests.builders import NOW, TODAY, Book

ROOMS = (
    "core.practice.commands", "core.practice.users", "core.clients.commands", "core.clients.shares",
    "core.sessions.commands",
    "core.invoicing.commands", "core.invoicing.lines", "core.invoicing.late_fees", "core.invoicing.holding",
    "core.invoicing.billing_run", "core.invoicing.issue", "core.delivery.commands", "core.delivery.sharing",
    "core.documents.keep",
    "core.books.commands", "core.payments.commands", "core.payments.adjustments", "core.payments.refunds",
    "core.payments.closing", "core.invoicing.voiding", "core.practice.settings", "core.clients.coverage",
    "core.sessions.correcting", "core.delivery.mending",
    "core.conflicts.commands",
    "core.practice.mail", "core.delivery.mail", "core.delivery.auto_share",
    "core.delivery.money_mail",
    "core.delivery.reminders", "core.delivery.requests",
    "core.documents.practice_logo", "core.practice.portal", "core.invoicing.estimates",
    "core.portal.commands",
    "core.practice.cards", "core.payments.checkout", "core.payments.card_file", "core.payments.outbox",
    "core.payments.taken", "core.payments.inbox", "core.payments.reconcile",
)  # fmt: skip
BILL, MANAGE, WRITE_OFF = Right.BILL, Right.MANAGE, Right.WRITE_OFF
WHEN = {"starts_at": NOW, "ends_at": NOW + timedelta(hours=1), "service_on": TODAY}
TERM = {"effective_from": TODAY}
SERVER = MailServer("h", 587, "starttls", "u", "a@b.example", "")
DUE = Due("share:i", "invoice", "a@example.com", "i", 0, NOW.isoformat(), "", 0, "", 0, NOW.isoformat())

INTENT = Intent("pi", "succeeded", 100, "usd", False, NOW, "", "charge", 0, None, "")
CALL = Call("call", "charge", "", None, 0, 0)

NEEDS: dict[str, tuple[Right, tuple[Any, ...], dict[str, Any]]] = {
    "found_practice": (MANAGE, (), {"name": "P", "timezone": "UTC", "office_code": "O", "series": "Z",
                                    "terms_days": 1, "today": TODAY}),
    "change_practice": (MANAGE, (), {"name": "Other"}),
    "add_office": (MANAGE, (), {"code": "S", "name": "South"}),
    "change_office": (MANAGE, ("office",), {"name": "S"}),
    "change_service": (MANAGE, ("service",), {"rate_cents": 1}),
    "add_provider": (MANAGE, (), {"name": "Nora"}),
    "change_provider": (MANAGE, ("provider",), {"licence": "1"}),
    "choose": (MANAGE, ("hide_ssn", "yes"), {}),
    "put_setting": (MANAGE, ("portal_address", ""), {}),
    "license_provider": (MANAGE, ("provider",), {"first_year": 2026}),
    "add_service": (MANAGE, (), {"code_system": "CPT", "code": "1", "description": "d", "rate_cents": 1}),
    "set_terms": (MANAGE, (), {"days": 1, **TERM}),
    "set_missed_fee": (MANAGE, ("no_show_fee",), {"amount_cents": 1, **TERM}),
    "set_late_fee": (MANAGE, (), {"rule": None, **TERM, "today": TODAY}),
    "add_user": (MANAGE, (), {"name": "U", "role": Role.OWNER}),
    "change_role": (MANAGE, ("user", Role.OWNER), {}),
    "remove_user": (MANAGE, ("user",), {}),
    "add_guarantor": (BILL, (), {"name": "G"}),
    "change_guarantor": (BILL, ("guarantor",), {"city": "Lynn"}),
    "add_client": (BILL, (), {"given": "A", "family": "B"}),
    "change_client": (BILL, ("client",), {"phone": "1"}),
    "add_payer": (BILL, (), {"name": "P"}),
    "change_payer": (BILL, ("payer",), {"phone": "1"}),
    "add_coverage": (BILL, (), {"client_id": "client", "payer_id": "payer"}),
    "change_coverage": (BILL, ("coverage",), {"rank": 1}),
    "correct_session": (BILL, ("session",), {"place_of_service": "11"}),
    "correct_service": (BILL, ("session", "line"), {"modifiers": "95"}),
    "mend": (BILL, (Lack("client", "client", "", "phone", "", "", ""), "1"), {}),
    "put_back": (BILL, (Mended(Lack("client", "client", "", "phone", "", "", ""), None),), {}),
    "put_session_back": (BILL, (SessionPage("session", TODAY.isoformat(), "kept", "", [], []),), {}),
    "note_client": (BILL, ("client", "n"), {"today": TODAY}),
    "take_note_away": (BILL, ("note",), {}),
    "put_note_back": (BILL, ("note",), {}),
    "set_shares": (BILL, ("client", []), TERM),
    "end_shares": (BILL, ("client",), TERM),
    "restore_shares": (BILL, ("client", []), TERM),
    "record_session": (BILL, (), {"client_id": "client", "status": "kept", "lines": [], **WHEN}),
    "mark_session": (BILL, ("session", "kept"), {"today": TODAY}),
    "finalise": (BILL, (["session"],), {}),
    "write_in_charge": (BILL, (), {"client_id": "client", "service_on": TODAY, "description": "d",
                                   "amount_cents": 1}),
    "void_charge": (BILL, ("charge",), {"reason": "r"}),
    "create_draft": (BILL, (), {"client_id": "client", "today": TODAY}),
    "create_drafts": (BILL, (), {"client_id": "client", "today": TODAY}),
    "draft_of": (BILL, (None, []), {"today": TODAY, "terms_days": 1}),
    "edit_draft": (BILL, ("draft",), {"notes": "n"}),
    "add_manual_line": (BILL, ("draft",), {"description": "d", "rate_cents": 1}),
    "add_charge": (BILL, ("draft", "charge"), {"today": TODAY}),
    "add_unbilled": (BILL, ("draft",), {"today": TODAY}),
    "change_line": (BILL, ("line",), {"rate_cents": 1}),
    "remove_line": (BILL, ("line",), {}),
    "adjust_draft": (BILL, ("draft",), {"kind": "discount", "flat_cents": 1}),
    "restore_line": (BILL, ("line",), {}),
    "delete_draft": (BILL, ("draft",), {}),
    "restore_draft": (BILL, ("draft",), {}),
    "delete_drafts": (BILL, (["draft"],), {}),
    "restore_drafts": (BILL, (["draft"],), {}),
    "issue_drafts": (BILL, (["draft"],), {"today": TODAY}),
    "bill_session": (BILL, ("session",), {"today": TODAY}),
    "open_run": (BILL, (ALL_TIME,), {"sends": False}),
    "bill_clients": (BILL, ([], ALL_TIME), {"today": TODAY, "run_id": "r", "issue": False}),
    "issue_bills": (BILL, ([],), {"today": TODAY}),
    "charge_late_fees": (BILL, (TODAY,), {}),
    "waive_proposed": (Right.WRITE_OFF, (), {"today": TODAY}),
    "hold_invoice": (BILL, ("invoice",), {"kind": "held", "reason": "r", "today": TODAY}),
    "end_hold": (BILL, ("invoice",), {"today": TODAY}),
    "share_invoices": (BILL, (["draft"],), {}),
    "recall_shares": (BILL, (["invoice"],), {}),
    "record_export": (Right.READ, (), {"form": "csv"}),
    "record_payment": (BILL, (), {"guarantor_id": "guarantor", "amount_cents": 1, "method": "cash",
                                  "received_on": TODAY, "today": TODAY}),
    "apply_credit": (BILL, (), {"guarantor_id": "guarantor", "today": TODAY}),
    "release": (BILL, ("allocation",), {"today": TODAY}),
    "unapply": (BILL, ("payment", "invoice"), {"today": TODAY}),
    "reverse_payment": (BILL, ("payment",), {"reason": "r", "today": TODAY}),
    "give_credit": (WRITE_OFF, (), {"guarantor_id": "guarantor", "amount_cents": 1, "reason": "r",
                                    "today": TODAY}),
    "reverse_credit": (WRITE_OFF, ("credit",), {"reason": "r", "today": TODAY}),
    "adjust": (WRITE_OFF, ("invoice",), {"kind": "courtesy", "reason": "r", "today": TODAY}),
    "write_off": (WRITE_OFF, ("invoice",), {"reason": "r", "today": TODAY}),
    "credit_note": (WRITE_OFF, ("invoice",), {"amount_cents": 1, "reason": "r", "today": TODAY}),
    "reverse_adjustment": (WRITE_OFF, ("adjustment",), {"reason": "r", "today": TODAY}),
    "waive_fee": (WRITE_OFF, ("fee",), {"reason": "r", "today": TODAY}),
    "refund": (Right.REFUND, ("payment",), {"amount_cents": 1, "reason": "r", "today": TODAY}),
    "refund_all_on": (Right.REFUND, ([],), {"reason": "r", "today": TODAY, "channel": None, "method": "",
                                            "reference": ""}),
    "answer_refund": (BILL, ("refund",), {"outcome": "done", "processor_ref": "p", "today": TODAY}),
    "close_through": (WRITE_OFF, (TODAY - timedelta(days=31),), {"today": TODAY}),
    "void_invoice": (Right.VOID, ("invoice",), {"reason": "r", "today": TODAY}),
    "rebill": (BILL, ("invoice",), {"today": TODAY}),
    "share_documents": (BILL, (["document"],), {}),
    "resolve": (BILL, ("conflict", "seen"), {"today": TODAY}),
    "take_back": (BILL, (Resolved("answer", "name", "edited_in_two_places", "seen", "", None, False),), {}),
    "grant_access": (BILL, (), {"client_id": "client", "guarantor_id": "guarantor", "email": "a@example.org",
                                "name": "A", "allowed": Allowed()}),
    "invite_person": (BILL, ("person",), {}),
    "revoke_access": (BILL, (), {"client_id": "client", "email": "a@example.org"}),
    "set_logo": (MANAGE, (None,), {}),
    "set_portal_address": (MANAGE, ("https://pay.example.com",), {}),
    "override_estimate": (WRITE_OFF, ("estimate",), {"allowed_cents": 1, "reason": "r"}),
    "revoke_grants": (BILL, (["grant"],), {}),
    "remind": (BILL, (["invoice"],), {"today": TODAY}),
    "recall_requests": (BILL, (["request"],), {}),
    "recall_about": (BILL, ("invitation", "person"), {}),
    "ask_again": (BILL, (["request"],), {}),
    "set_card_processor": (MANAGE, ("stripe",), {}),
    "begin_payment": (BILL, (), {"guarantor_id": "guarantor", "parts": [], "form": "f"}),
    "begin_saving": (BILL, (), {"guarantor_id": "guarantor", "form": "f", "consent": None}),
    "settle": (BILL, (INTENT,), {}),
    "settle_page": (BILL, (PageSeen("cs", "checkout", "open", "", None),), {}),
    "keep_card": (BILL, ("guarantor", "consent", CardSeen("pm", "visa", "4242", 1, 2030)), {}),
    "remove_card": (BILL, ("card",), {"reason": "r"}),
    "choose_card": (BILL, ("card",), {}),
    "thank_for_payment": (BILL, ("payment",), {}),
    "tell_of_charge": (BILL, ("charge",), {}),
    "tell_of_refund": (BILL, (RefundSeen("re", "pi", "", 1, "succeeded"),), {}),
    "tell_of_unpaid": (BILL, (PageSeen("cs", "checkout", "complete", "pi", None, "canceled"),), {}),
    "tell_of_saved_card": (BILL, ("pm",), {}),
    "tell_of_removed_card": (BILL, ("removal",), {}),
    "ask_charge": (BILL, ("card", "invoice"), {"today": TODAY}),
    "answer_charge": (BILL, (INTENT,), {"today": TODAY}),
    "say_charge": (BILL, ("charge", "declined"), {"today": TODAY}),
    "take_on": (BILL, (), {"today": TODAY}),
    "note_customer": (BILL, ("guarantor", "cus"), {}),
    "note_refusal": (BILL, (CALL, "why"), {"today": TODAY}),
    "settle_refund": (BILL, (RefundSeen("re", "pi", "", 1, "pending"),), {"today": TODAY}),
    "settle_dispute": (BILL, (DisputeSeen("dp", "pi", "lost", 1, 0, "r", None),), {}),
    "taken_by_processor": (BILL, ("payment",), {"amount_cents": 1, "reference": "re", "reason": "r",
                                                "today": TODAY}),
    "given_back_by_processor": (BILL, ("payment",), {"reference": "re", "today": TODAY}),
    "take_event": (BILL, (Event("evt", "x", "", 0, False, "{}"),), {"live": False}),
    "event_done": (BILL, ("evt",), {}),
    "event_failed": (BILL, ("evt",), {}),
    "event_aside": (BILL, ("evt", "why"), {}),
    "compare": (BILL, ([], []), {"since_on": TODAY}),
    "keep_documents": (BILL, ("invoice", []), {"made_on": TODAY}),
    "set_mail_server": (MANAGE, (), {"host": "smtp.example.com", "sender": "a@example.com"}),
    "stop_mail": (MANAGE, (), {}),
    "set_auto_share": (MANAGE, (24,), {}),
    "set_template": (MANAGE, ("test",), {"subject": "A test"}),
    "bind_mail_password": (BILL, (SERVER,), {"key": b"k" * 32}),
    "set_mail_password": (MANAGE, ("secret",), {"key": b"k" * 32}),
    "send_test_mail": (MANAGE, ("a@example.com",), {}),
    "queue_mail": (BILL, ("reminder", "a@example.com", {}), {}),
    "send_again": (BILL, (["invoice"],), {}),
    "begin_mail": (BILL, (DUE,), {}),
    "answer_mail": (BILL, (DUE, "delivered"), {}),
    "delay_mail": (BILL, (DUE,), {"after": timedelta(), "code": 0, "said": ""}),
    "forget_useless": (BILL, (), {}),
    "bounce_mail": (BILL, ("<id>",), {"said": ""}),
    "share_due": (BILL, (), {}),
    "hold_share": (BILL, (["invoice"],), {"held": True}),
    "send_or_share": (BILL, (["invoice"],), {}),
}  # fmt: skip


NOT_BY_THEMSELVES = {
    "require_draft", "line_of", "apply_prepayments", "say_applied", "release_over", "close_refund",
    "bring_back", "bring_back_closing", "revive_bad_debt",
    "note_sending", "renew", "note_answer", "note_page", "note_refund",
}  # fmt: skip
"""Steps of other commands, which asked for the right."""


def commands() -> dict[str, Callable[..., object]]:
    """Every public function of the rooms whose first argument is the write transaction."""
    found: dict[str, Callable[..., object]] = {}
    for room in ROOMS:
        for name, thing in vars(importlib.import_module(room)).items():
            if (
                inspect.isfunction(thing)
                and thing.__module__ == room
                and name[0] != "_"
                and name not in NOT_BY_THEMSELVES
            ):
                first = next(iter(inspect.signature(thing).parameters.values()), None)
                if first is not None and first.name == "tx":
                    found[name] = thing
    return found


def test_rj3_no_command_is_without_a_row_here() -> None:
    assert set(commands()) == set(NEEDS)


def attempt(book: Book, actor: Actor, command: Callable[..., object], *args: Any, **named: Any) -> bool:
    """Whether it was allowed; whatever else it refuses is its own business, and nothing is kept."""

    class Undone(Exception):
        pass

    def act(tx: Tx) -> None:
        try:
            command(tx, *args, **named)
        except NotAllowed:
            raise
        except (DomainError, AttributeError, IntegrityError):
            pass
        raise Undone

    try:
        with book.write(actor) as tx:
            act(tx)
    except NotAllowed:
        return False
    except Undone:
        return True
    raise AssertionError("never here")


@pytest.mark.parametrize("role", list(Role))
def test_rj3_each_role_may_do_exactly_what_the_table_says(book: Book, role: Role) -> None:
    actor = Actor("somebody", "Somebody", role)
    facts = book.value("SELECT max(no) FROM audit_entry")
    for name, command in commands().items():
        right, args, named = NEEDS[name]
        assert attempt(book, actor, command, *args, **named) == (right in RIGHTS[role]), f"{role} {name}"
    assert book.value("SELECT max(no) FROM audit_entry") == facts


def test_rj3_a_reader_who_runs_the_billing_writes_nothing(book: Book) -> None:
    reader = Actor("rita", "Rita Reader", Role.READER)
    client_id = book.client()
    book.session(client_id)
    with book.store.read() as read:
        preview = propose(read, ALL_TIME, TODAY)
    facts = book.value("SELECT sum(no) FROM sync_chain")
    for sends in (False, True):
        with pytest.raises(NotAllowed):
            carry_out(book.store, reader, preview, today=TODAY, send=sends)
    with book.write() as tx:
        draft_id = create_draft(tx, client_id=client_id, today=TODAY)
        issue_drafts(tx, [draft_id], today=TODAY)
    after = book.value("SELECT sum(no) FROM sync_chain")
    with pytest.raises(NotAllowed):
        send(book.store, reader, [draft_id], today=TODAY)
    with pytest.raises(NotAllowed):
        finish(book.store, reader, [draft_id], today=TODAY, share=False)
    assert book.value("SELECT sum(no) FROM sync_chain") == after > facts


@pytest.mark.parametrize("role", list(Role))
def test_rj3_who_may_bill_makes_statements_and_a_reader_makes_none(book: Book, role: Role) -> None:
    """A document is kept by who may bill; what it says is for everybody who may read."""
    guarantor_id = _guarantor_of_a_client(book)
    key = statement_key(guarantor_id, previous_month(TODAY))
    actor = Actor("somebody", "Somebody", role)
    before = book.value("SELECT sum(no) FROM sync_chain")
    if BILL in RIGHTS[role]:
        assert make_statement(book.store, actor, key, today=TODAY).new
        return
    with pytest.raises(NotAllowed):
        make_statement(book.store, actor, key, today=TODAY)
    assert book.value("SELECT sum(no) FROM sync_chain") == before


def _guarantor_of_a_client(book: Book) -> str:
    client_id = book.client()
    return str(book.value("SELECT guarantor_id FROM client WHERE id = :id", id=client_id))


@pytest.mark.parametrize("role", list(Role))
def test_rj3_whoever_may_read_the_book_may_back_it_up_and_only_the_log_grows(
    book: Book, tmp_path_factory: pytest.TempPathFactory, role: Role
) -> None:
    """They hold a key to all of it anyway; a backup opens with nothing else."""
    Keys.fresh(str(book.folder / "keys.json"), "book").save()
    before = book.rows("SELECT 'fact', sum(no) FROM sync_chain UNION SELECT 'log', count(*) FROM audit_entry")
    actor = Actor("somebody", "Somebody", role)
    target = tmp_path_factory.mktemp("backups") / "file"
    made = back_up(book.store, actor, str(book.folder), str(target), program="test")
    after = book.rows("SELECT 'fact', sum(no) FROM sync_chain UNION SELECT 'log', count(*) FROM audit_entry")
    assert made.logged is None
    assert after == [(name, count + 1) for name, count in before]


def test_rj3_the_refusal_names_role_and_deed(book: Book) -> None:
    lead = Actor("l", "Lee", Role.LEAD_BILLER)
    with pytest.raises(NotAllowed, match=r"Your role \(lead biller\) does not allow this \(manage\)"):
        attempt_to_manage(book, lead)


def attempt_to_manage(book: Book, actor: Actor) -> None:
    with book.write(actor) as tx:
        tx.require(Right.MANAGE)


def test_rj3_rights_only_grow_from_reader_to_owner() -> None:
    reader, biller, lead, owner = (
        RIGHTS[role] for role in (Role.READER, Role.BILLER, Role.LEAD_BILLER, Role.OWNER)
    )
    assert reader < biller < lead < owner == frozenset(Right)
    assert RIGHTS[Role.SERVICE] == biller
