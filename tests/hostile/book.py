"""A book in which every field that carries people's words holds a payload, and every payload its rows.

It is made by the commands of the product; what they insert is exchanged on its way into the tables, as if
another office had sent it past every check.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from core.actors import Role
from core.clients.commands import add_guarantor, change_client, change_guarantor, note_client
from core.clients.coverage import add_coverage, add_payer
from core.dates import Period, parse_instant
from core.delivery.commands import recall_shares
from core.delivery.credit_notes import make_credit_note
from core.delivery.estimates import make_estimate
from core.delivery.mail import answer_mail, queue_mail
from core.delivery.mail_queue import Due
from core.delivery.making import make_document
from core.delivery.receipts import make_receipt
from core.delivery.sending import finish
from core.delivery.sharing import share_documents
from core.delivery.statements import make_statement
from core.delivery.superbills import SUPERBILL, SuperbillKey
from core.invoicing.commands import create_draft, issue_drafts
from core.invoicing.estimates import override_estimate
from core.invoicing.holding import hold_invoice
from core.invoicing.late_fees import charge_late_fees
from core.invoicing.lines import add_manual_line, adjust_draft
from core.invoicing.voiding import void_invoice
from core.ledger.estimate_view import EstimateItem, EstimateRequest
from core.ledger.statement_view import statement_key
from core.payments.adjustments import credit_note, write_off
from core.payments.card import CardSeen, DisputeSeen
from core.payments.card_file import ask_charge, keep_card, remove_card, say_charge
from core.payments.closing import close_through
from core.payments.commands import give_credit, record_payment, reverse_credit, reverse_payment, unapply
from core.payments.outbox import note_customer
from core.payments.refunds import answer_refund, refund
from core.payments.taken import settle_dispute
from core.portal.commands import Allowed, grant_access
from core.practice.commands import add_office, add_service, change_practice, change_provider, set_late_fee
from core.practice.mail_templates import KINDS
from core.practice.policies import LateFeeRule
from core.practice.users import add_user, change_role
from core.sessions.commands import ServiceLine, finalise, record_session, void_charge, write_in_charge
from core.sessions.correcting import correct_session
from core.store import Store, Tx
from core.sync.policy import Travels
from core.tables import (
    TABLES,
    CardConsent,
    ClashAnswer,
    EditClash,
    ImportRun,
    MailTemplate,
    ProcessorDifference,
    Row,
    table_name,
)
from tests.builders import ADDRESS, OWNER, TODAY
from tests.homes import SEPTEMBER, THERAPY, TIMEZONE, Home, client_with_sessions, provider_of
from tests.hostile.fields import SHAPED, word_columns
from tests.hostile.payloads import PAYLOADS

CODED = frozenset({"code", "code_system", "modifiers", "pointers"})
"""Left alone on lines that a superbill is made of: it is refused with codes that are none."""

NUMBERS = frozenset({"npi", "referrer_npi", "tax_id", "place_of_service"})
"""Documents are refused with these as well; they are edited in place, after the documents are made."""

WRITE_IN = ServiceLine("LOCAL", "X1", "", "Letter to the school", 1000, 2_500)
NINETY_DAYS = Period(date(2026, 8, 3), date(2026, 10, 31))
UNSENT = """
SELECT guarantor_id FROM draft WHERE id NOT IN (SELECT invoice_id FROM invoice_issue) ORDER BY id LIMIT 2
"""
CHARGES = "SELECT charge_id FROM unbilled WHERE client_id = :id ORDER BY service_on"
Inserted = tuple[list[str], list[tuple[Any, ...]]]


def found_hostile(folder: Path) -> Home:
    """Make the book; some of what documents refuse is put into it after they are made."""
    home = Home.found(folder)
    with home.open() as store:
        with store.write(OWNER) as tx:
            change_practice(tx, tax_id="12-3456789", npi="1234567893")
            rule = LateFeeRule("percent", 0, 1000, 1, "outstanding", 0, 0)
            set_late_fee(tx, rule=rule, effective_from=date(2026, 1, 1), today=date(2026, 1, 1))
        for number, payload in enumerate(PAYLOADS):
            with exchanged(payload):
                _live_a_month(store, number)
        _fill_registers(store)
        _let_two_fail(store)
    return home


def _let_two_fail(store: Store) -> None:
    """Who has no address gets no invoice; and whoever runs the program may do everything."""
    with store.write(OWNER) as tx:
        for (guarantor_id,) in tx.rows(UNSENT):
            change_guarantor(tx, guarantor_id, street="", street_2="", city="", state="", postal_code="")
        for (user_id,) in tx.rows("SELECT id FROM \"user\" WHERE role = 'service'"):
            change_role(tx, user_id, Role.OWNER)


@contextmanager
def exchanged(payload: str) -> Iterator[None]:
    """Whatever words are inserted meanwhile, the payload is stored in their place."""
    insert = Tx.add_many
    words = word_columns()

    def add_many(
        self: Tx,
        table: type[Row],
        columns: Sequence[str],
        rows: Iterable[Sequence[Any]],
        *,
        stamped: bool = True,
    ) -> int:
        name = table_name(table)
        names, changed = _with_payload(name, words.get(name, []), columns, rows, payload)
        return insert(self, table, names, changed, stamped=stamped)

    Tx.add_many = add_many  # type: ignore[method-assign]
    try:
        yield
    finally:
        Tx.add_many = insert  # type: ignore[method-assign]


def _with_payload(
    table: str, words: Sequence[str], columns: Sequence[str], rows: Iterable[Sequence[Any]], payload: str
) -> Inserted:
    names = [*columns, *(word for word in words if word not in columns)]
    changed = []
    for row in rows:
        known = dict(zip(columns, row, strict=True))
        coded = known.get("code") == THERAPY.code
        for word in words:
            if not (coded and word in CODED) and word not in NUMBERS and f"{table}.{word}" not in SHAPED:
                known[word] = payload
        changed.append(tuple(known.get(name, "") for name in names))
    return names, changed


def _live_a_month(store: Store, number: int) -> None:
    """All that can happen to a client."""
    with store.write(OWNER) as tx:
        client_id, guarantor_id, provider_id = _client(tx)
        _practice(tx, number)
        invoices = _invoices(tx, client_id)
        documents = _money(tx, guarantor_id, client_id, invoices)
    finish(store, OWNER, [one for name, one in invoices.items() if name != "issued"], today=TODAY)
    with store.write(OWNER) as tx:
        recall_shares(tx, [invoices["void"]])
        void_invoice(tx, invoices["void"], reason="Wrong client", today=TODAY)
    made = [
        make_receipt(store, OWNER, documents["payment"], today=TODAY),
        make_credit_note(store, OWNER, documents["note"], today=TODAY),
        make_statement(
            store, OWNER, statement_key(guarantor_id, NINETY_DAYS, comment="Thank you"), today=TODAY
        ),
        make_document(
            store, OWNER, SUPERBILL,
            SuperbillKey(client_id, provider_id, NINETY_DAYS.from_on, NINETY_DAYS.to_on, TODAY),
        ),
        make_estimate(store, OWNER, _care(client_id, provider_id), today=TODAY),
    ]  # fmt: skip
    assert not [one.refusal for one in made if one.refusal], made
    with store.write(OWNER) as tx:
        tx.add(
            EditClash(
                once=f"clash:client:{client_id}:name:1", tbl="client", row_id=client_id, col="name",
                kept='"Ann"', lost='"Anne"', kept_stamp=2, lost_stamp=1,
            )
        )  # fmt: skip
        tx.add(ClashAnswer(conflict=f"clash:{client_id}", answer="seen", note="It was her sister"))
        share_documents(tx, [str(one.document_id) for one in made])
        _portal_and_cards(tx, client_id, guarantor_id, invoices, number)
        override_estimate(tx, str(made[-1].document_id), allowed_cents=1_000_000, reason="A second series")


CONSENT = "SELECT consent_id FROM saved_card WHERE id = :id"


def _portal_and_cards(
    tx: Tx, client_id: str, guarantor_id: str, invoices: dict[str, str], number: int
) -> None:
    """Somebody may come in; a card is on file and fails; a payment is disputed and differs."""
    grant_access(
        tx, client_id=client_id, guarantor_id=guarantor_id, email=f"pia{number}@example.org",
        name="Pia Parent", allowed=Allowed(), invite=False,
    )  # fmt: skip
    agreed = CardConsent(
        guarantor_id=guarantor_id, version="1", words="w", agreed_at=tx.now_text, person="Pia"
    )
    seen = CardSeen(f"pm_{number}", "visa", "4242", 12, 2034)
    keep_card(tx, guarantor_id, tx.add(agreed), seen)
    card_id = tx.value("SELECT id FROM saved_card WHERE once = :once", once=f"stripe:pm_{number}")
    charge_id = ask_charge(tx, card_id, invoices["issued"], today=TODAY, amount_cents=1_000)
    say_charge(tx, charge_id, "declined", code="expired_card", processor_ref="pi_1", today=TODAY)
    keep_card(
        tx, guarantor_id, tx.value(CONSENT, id=card_id), CardSeen(f"old_{number}", "visa", "1881", 1, 2020)
    )
    old = tx.value("SELECT id FROM saved_card WHERE once = :once", once=f"stripe:old_{number}")
    remove_card(tx, old, reason="It is expired")
    note_customer(tx, guarantor_id, f"cus_{number}")
    paid = f"pi_{guarantor_id}"
    settle_dispute(tx, DisputeSeen(f"dp_{number}", paid, "needs_response", 500, 0, "fraudulent", tx.now))
    tx.add(
        ProcessorDifference(
            once=f"difference:{number}", kind="amount", processor_ref=paid, theirs_cents=1, ours_cents=2,
            happened_on=TODAY.isoformat(),
        )
    )  # fmt: skip


def _care(client_id: str, provider_id: str) -> EstimateRequest:
    items = (EstimateItem("90834", "Psychotherapy, 45 min", 2, 15_000),)
    return EstimateRequest(
        client_id, provider_id, date(2026, 9, 1), date(2026, 12, 31), items, ("F41.1",), "Testing"
    )


def _practice(tx: Tx, number: int) -> None:
    add_office(tx, code="South", name="Second office")
    add_service(tx, code_system="LOCAL", code="X1", description="Letter", rate_cents=2_500)
    add_user(tx, name="Bo Biller", role=Role.BILLER)
    add_guarantor(tx, name="Grandmother", **ADDRESS)
    kind = list(KINDS)[number % len(KINDS)]
    tx.add(MailTemplate(kind=kind, subject="From {practice}", body="It arrives."))
    mail = queue_mail(tx, "reminder", "ann@example.org", {"number": "N-1"})
    due = Due(mail, "reminder", "ann@example.org", "", 0, tx.now_text, "", 0, "", 0, tx.now_text)
    answer_mail(tx, due, "failed", code=550, said="No such person")
    tx.add(
        ImportRun(profile="generic", source_sha256="0" * 64, clients=1, sessions=4, charges=4, total_cents=1)
    )
    close_through(tx, date(2026, 8, 1) + timedelta(days=number), today=TODAY, note="All is in")


def _client(tx: Tx) -> tuple[str, str, str]:
    """A client with care by a provider whose codes are sound, one whose are not, and appointments today."""
    provider_id = provider_of(tx)
    change_provider(tx, provider_id, licence="12345", licence_state="MA")
    client_id = client_with_sessions(tx, provider_id, "Jane", "Roe", SEPTEMBER)
    for (session_id,) in tx.rows("SELECT id FROM session WHERE client_id = :id", id=client_id):
        correct_session(tx, session_id, diagnoses="F41.1", place_of_service="11")
    change_client(tx, client_id, birth_on="1990-04-05", referrer="Dr. No", phone="555 0101")
    payer_id = add_payer(tx, name="Northfield Mutual", phone="555 0102")
    add_coverage(tx, client_id=client_id, payer_id=payer_id, member_number="M1", subscriber="Jane Roe")
    note_client(tx, client_id, "Prefers paper bills.", today=TODAY)
    start = parse_instant("2026-09-29T10:00", TIMEZONE)
    for day, status in ((date(2026, 9, 29), "kept"), (TODAY, "scheduled")):
        at = start + (day - date(2026, 9, 29))
        session_id = record_session(
            tx, client_id=client_id, provider_id=provider_id, service_on=day,
            starts_at=at, ends_at=at + timedelta(minutes=45),
            status=status, lines=[WRITE_IN], diagnoses='[["ICD10","F41.1"]]',
        )  # fmt: skip
        if status == "kept":
            finalise(tx, [session_id])
    written_in = write_in_charge(
        tx, client_id=client_id, service_on=TODAY, description="Form", amount_cents=1_000
    )
    void_charge(tx, written_in, reason="Twice")
    guarantor_id = tx.value("SELECT guarantor_id FROM client WHERE id = :id", id=client_id)
    return client_id, str(guarantor_id), provider_id


def _invoices(tx: Tx, client_id: str) -> dict[str, str]:
    """One that is sent, one to be voided, one only issued, and a draft; some care is left unbilled."""
    tx.fresh()
    charges = [charge_id for (charge_id,) in tx.rows(CHARGES, id=client_id)]
    found = {}
    for name, charge_id in zip(("sent", "void", "issued", "draft"), charges, strict=False):
        found[name] = create_draft(
            tx, client_id=client_id, today=TODAY, charge_ids=[charge_id], notes="Thank you",
            terms_days=0 if name != "issued" else 30,
        )  # fmt: skip
        add_manual_line(tx, found[name], description="Report", rate_cents=5_000)
        adjust_draft(tx, found[name], kind="discount", label="Courtesy", flat_cents=1_000)
    issue_drafts(tx, [found["sent"], found["void"], found["issued"]], today=date(2026, 9, 30))
    found.pop("draft")
    return found


def _money(tx: Tx, guarantor_id: str, client_id: str, invoices: dict[str, str]) -> dict[str, str]:
    """Paid, given back, forgiven, held; answers what documents are made of."""
    paid: dict[str, Any] = {
        "guarantor_id": guarantor_id,
        "method": "check",
        "received_on": TODAY,
        "today": TODAY,
    }
    payment_id = record_payment(
        tx, amount_cents=4_000, reference="1186", note="By post", invoice_id=invoices["sent"], **paid
    ).payment_id
    unapply(tx, payment_id, invoices["sent"], today=TODAY, reason="For the other child")
    twice = record_payment(tx, amount_cents=1_500, reference="1187", allocations=[], **paid).payment_id
    reverse_payment(tx, twice, reason="It bounced", today=TODAY)
    credit_id = give_credit(tx, guarantor_id=guarantor_id, amount_cents=700, reason="Sorry", today=TODAY)
    reverse_credit(tx, credit_id, reason="Wrong family", today=TODAY)
    give_credit(tx, guarantor_id=guarantor_id, amount_cents=500, reason="Late", today=TODAY)
    card = record_payment(
        tx, amount_cents=2_000, allocations=[], processor_id=f"pi_{guarantor_id}",
        **{**paid, "method": "card_on_file"},
    ).payment_id  # fmt: skip
    asked = refund(tx, card, amount_cents=1_000, reason="Moved", today=TODAY, channel="processor")
    answer_refund(tx, asked.parts[0].refund_id, outcome="failed", processor_ref="re_1", today=TODAY)
    refund(tx, payment_id, amount_cents=500, reason="Moved", today=TODAY, method="check", reference="12")
    write_off(tx, invoices["sent"], reason="Courtesy", today=TODAY, amount_cents=1_000)
    noted = credit_note(tx, invoices["sent"], amount_cents=1_000, reason="Shorter visit", today=TODAY)
    charge_late_fees(tx, TODAY, invoice_ids=[invoices["sent"]])
    hold_invoice(tx, invoices["issued"], kind="disputed", reason="Was not there", today=TODAY)
    return {"payment": payment_id, "note": noted.adjustment_id}


def _fill_registers(store: Store) -> None:
    """What is edited in place, and what documents would have refused: a payload in each field of each row."""
    words = word_columns()
    with store.write(OWNER) as tx:
        for table in TABLES:
            name = table_name(table)
            if table.travels is not Travels.REGISTER or name not in words:
                continue
            for at, (row_id,) in enumerate(tx.rows(f"SELECT id FROM {name} ORDER BY id")):
                values = {
                    word: SHAPED.get(f"{name}.{word}", str)(PAYLOADS[(at + place) % len(PAYLOADS)])
                    for place, word in enumerate(words[name])
                }
                tx.change(table, row_id, **values)
