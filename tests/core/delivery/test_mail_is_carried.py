"""What is due is carried once, answered by a fact, tried again where that helps, and never lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from core.dates import Period
from core.delivery.auto_share import NotScheduled, hold_share, scheduled, share_due
from core.delivery.carrying import Carrier, Round, pause
from core.delivery.commands import AlreadyLeft, recall_shares
from core.delivery.mail import (
    NoMailServer,
    NothingFailed,
    bounce_mail,
    forget_useless,
    queue_mail,
    send_again,
    send_test_mail,
)
from core.delivery.mail_queue import PER_ADDRESS, ready
from core.delivery.mailer import Letter, MailNotTaken, MailServerAway, MaybeTaken, Taken
from core.delivery.queries import outbox
from core.delivery.sending import finish, send
from core.delivery.sharing import share_documents
from core.delivery.statements import make_statement
from core.invoicing.commands import create_draft, issue_drafts
from core.invoicing.voiding import void_invoice
from core.ledger.mail_server import mail_server
from core.ledger.mail_state import mailed
from core.ledger.statement_view import statement_key
from core.practice.mail import set_auto_share, set_mail_server, stop_mail
from core.practice.portal import set_portal_address
from core.practice.settings import choose
from core.tables import MailTemplate
from tests.builders import NOW, OWNER, TODAY, Book

Reply = Callable[[Letter], Taken]


class Wire:
    """A mail server's replies, and what it took, without the network between; SMTP has tests of its own."""

    def __init__(self, reply: Reply | None = None) -> None:
        self.taken: list[Letter] = []
        self.reply = reply

    def carry(self, letter: Letter, leaving: Callable[[], bool]) -> Taken | None:
        if not leaving():
            return None
        answer = self.reply(letter) if self.reply else Taken(250, "OK")
        self.taken.append(letter)
        return answer


def no(reply: int, said: str, *, for_good: bool) -> Reply:
    def refuse(_: Letter) -> Taken:
        raise MailNotTaken(reply, said, for_good=for_good)

    return refuse


@pytest.fixture
def office(book: Book) -> Book:
    """A practice with a mail server since an hour."""
    book.store.clock = lambda: NOW - timedelta(hours=1)
    with book.write() as tx:
        set_mail_server(tx, host="smtp.example.com", sender="bills@elm.example")
    book.store.clock = lambda: NOW
    return book


def sent(book: Book, *, email: str = "a@example.org", given: str = "Ann") -> str:
    client_id = book.client(given, "Archer", email=email)
    book.session(client_id)
    with book.write() as tx:
        invoice_id = create_draft(tx, client_id=client_id, today=TODAY)
    send(book.store, OWNER, [invoice_id], today=TODAY)
    return invoice_id


def after(book: Book, **time: float) -> None:
    now = book.store.clock() + timedelta(**time)
    book.store.clock = lambda: now


def carry(book: Book, wire: Wire) -> Round:
    def write(work: Callable[..., object]) -> object:
        with book.write() as tx:
            return work(tx)

    with book.store.read() as read:
        server = mail_server(read)
    assert server is not None
    return Carrier(book.store, write, lambda: 0.5).round(server, wire)


def state(book: Book, invoice_id: str) -> tuple[str, str]:
    with book.store.read() as read:
        return tuple(mailed(read, invoice_id))


def texts(wire: Wire) -> list[str]:
    bodies = [one.message.get_body(("plain",)) for one in wire.taken]
    return [body.get_content() for body in bodies if body is not None]


def test_a_mail_leaves_after_half_a_minute_and_once(office: Book) -> None:
    invoice_id, wire = sent(office), Wire()
    assert carry(office, wire) == Round()
    after(office, seconds=31)
    assert carry(office, wire) == Round(left=1)
    assert carry(office, wire) == Round()
    assert state(office, invoice_id) == ("delivered", "")
    assert [one.mail_to for one in wire.taken] == ["a@example.org"]
    with office.store.read() as read:
        assert outbox(read, office.store.clock()) == []
    with pytest.raises(AlreadyLeft), office.write() as tx:
        recall_shares(tx, [invoice_id])


def test_a_mail_names_number_amount_and_day_and_nothing_clinical(office: Book) -> None:
    with office.write() as tx:
        set_portal_address(tx, "https://pay.example.com")
    sent(office)
    after(office, seconds=31)
    wire = Wire()
    carry(office, wire)
    (text,) = texts(wire)
    whole = wire.taken[0].message.as_string()
    assert "N-00001" in text
    assert "$150.00" in text
    assert "2026-11-30" in text
    assert "https://pay.example.com/i/" in text
    for word in ("Psychotherapy", "90834", "F41.1", "Pat Provider", "LCSW", "application/pdf"):
        assert word not in whole


def test_the_pdf_goes_along_only_where_the_practice_chose_so_and_never_with_diagnoses(office: Book) -> None:
    with office.write() as tx:
        choose(tx, "mail_pdf", "yes")
    sent(office)
    after(office, seconds=31)
    wire = Wire()
    carry(office, wire)
    (pdf,) = wire.taken[0].message.iter_attachments()
    assert pdf.get_filename() == "N-00001.pdf"
    assert pdf.get_content().startswith(b"%PDF")


def test_what_was_recalled_or_voided_does_not_leave(office: Book) -> None:
    recalled, void = sent(office), sent(office, given="Bo")
    with office.write() as tx:
        recall_shares(tx, [recalled])
        void_invoice(tx, void, reason="Wrong client", today=TODAY)
    after(office, seconds=31)
    assert carry(office, Wire()) == Round()


def test_a_mail_recalled_while_the_envelope_is_read_out_does_not_leave(office: Book) -> None:
    invoice_id = sent(office)
    after(office, seconds=31)

    class Late(Wire):
        def carry(self, letter: Letter, leaving: Callable[[], bool]) -> Taken | None:
            with office.write() as tx:
                recall_shares(tx, [invoice_id])
            return super().carry(letter, leaving)

    wire = Late()
    assert carry(office, wire) == Round()
    assert wire.taken == []


def test_what_was_shared_before_there_was_a_mail_server_is_not_mailed(book: Book) -> None:
    invoice_id = sent(book)
    after(book, days=400)
    with book.write() as tx:
        set_mail_server(tx, host="smtp.example.com", sender="bills@elm.example")
    after(book, minutes=5)
    assert carry(book, Wire()) == Round()
    assert state(book, invoice_id) == ("none", "")


def test_a_refusal_for_now_is_tried_again_later_each_time(office: Book) -> None:
    invoice_id, busy = sent(office), Wire(no(451, "Come later", for_good=False))
    after(office, seconds=31)
    assert carry(office, busy) == Round(later=1)
    assert state(office, invoice_id) == ("queued", "Come later")
    assert carry(office, busy) == Round()
    after(office, seconds=61)
    assert carry(office, busy) == Round(later=1)
    after(office, seconds=61)
    assert carry(office, busy) == Round()
    after(office, seconds=61)
    assert carry(office, Wire()) == Round(left=1)
    assert state(office, invoice_id) == ("delivered", "")
    assert [pause(tries, 0.5) for tries in (1, 2, 30)] == [
        timedelta(minutes=1), timedelta(minutes=2), timedelta(hours=4)
    ]  # fmt: skip
    assert (pause(1, 0.0), pause(1, 1.0)) == (timedelta(seconds=30), timedelta(seconds=90))


def test_a_mail_is_given_up_after_five_days(office: Book) -> None:
    invoice_id, busy = sent(office), Wire(no(451, "Full", for_good=False))
    after(office, minutes=1)
    carry(office, busy)
    after(office, days=5, minutes=1)
    assert carry(office, busy) == Round(failed=1)
    assert state(office, invoice_id) == ("failed", "Given up after five days: Full")


def test_a_refusal_for_good_has_failed_and_can_be_sent_again_to_another_address(office: Book) -> None:
    from core.clients.commands import change_guarantor

    invoice_id, wire = sent(office), Wire(no(550, "No such person", for_good=True))
    after(office, seconds=31)
    assert carry(office, wire) == Round(failed=1)
    assert state(office, invoice_id) == ("failed", "No such person")
    with office.store.read() as read:
        assert [(row.state, row.why) for row in outbox(read, office.store.clock())] == [
            ("failed", "No such person")
        ]
    guarantor_id = office.value("SELECT id FROM guarantor")
    with office.write() as tx:
        change_guarantor(tx, guarantor_id, email="new@example.org")
        assert send_again(tx, [invoice_id]) == [invoice_id]
    after(office, seconds=31)
    good = Wire()
    assert carry(office, good) == Round(left=1)
    assert [one.mail_to for one in good.taken] == ["new@example.org"]
    with pytest.raises(NothingFailed), office.write() as tx:
        send_again(tx, [invoice_id])


@pytest.mark.parametrize("address", ["a@b", "ann", "a@e.org\r\nBcc: x@e.org", "a@e.org, b@e.org"])
def test_an_address_that_is_none_fails_with_words_and_keeps_nobody_waiting(
    office: Book, address: str
) -> None:
    wrong, right = sent(office, email=address), sent(office, given="Bo", email="bo@example.org")
    after(office, seconds=31)
    wire = Wire()
    assert carry(office, wire) == Round(left=1, failed=1)
    assert "is no e-mail address" in state(office, wrong)[1]
    assert state(office, right) == ("delivered", "")


def test_a_mail_in_doubt_is_sent_again_under_its_name_and_the_log_says_so(office: Book) -> None:
    """Killed between the mail and the server's answer, it errs towards twice, and says so."""
    invoice_id = sent(office)
    after(office, seconds=31)
    lost: list[str] = []

    def vanish(letter: Letter) -> Taken:
        lost.append(letter.message["Message-ID"])
        raise MaybeTaken("cut")

    assert carry(office, Wire(vanish)) == Round(later=1)
    assert carry(office, Wire()) == Round()
    after(office, minutes=6)
    wire = Wire()
    assert carry(office, wire) == Round(left=1)
    assert [one.message["Message-ID"] for one in wire.taken] == lost
    assert office.value("SELECT count(*) FROM audit_entry WHERE verb = 'mail.sent_again'") == 1
    assert state(office, invoice_id) == ("delivered", "")


def test_a_mail_is_not_handed_over_for_ever_to_a_server_that_never_answers(office: Book) -> None:
    invoice_id = sent(office)
    after(office, seconds=31)

    def vanish(_: Letter) -> Taken:
        raise MaybeTaken("cut")

    rounds = []
    for _ in range(5):
        rounds.append(carry(office, Wire(vanish)))
        after(office, minutes=6)
    assert rounds == [Round(later=1)] * 3 + [Round(failed=1), Round()]
    assert "three times" in state(office, invoice_id)[1]


def test_while_the_server_is_away_every_office_is_told_once_and_nothing_is_lost(office: Book) -> None:
    invoice_id = sent(office)
    after(office, seconds=31)

    def write(work: Callable[..., object]) -> object:
        with office.write() as tx:
            return work(tx)

    with office.store.read() as read:
        server = mail_server(read)
    assert server is not None
    carrier = Carrier(office.store, write, lambda: 0.5)
    for _ in range(3):
        carrier.away(server, MailServerAway("The mail server cannot be reached."))
    assert state(office, invoice_id) == ("queued", "The mail server cannot be reached.")
    assert office.value("SELECT count(*) FROM mail_answer") == 1
    assert carry(office, Wire()) == Round(left=1)


def test_one_address_gets_its_share_of_an_hour_and_the_rest_waits(office: Book) -> None:
    with office.write() as tx:
        for number in range(PER_ADDRESS + 5):
            queue_mail(tx, "reminder", "a@example.org", {"number": f"N-{number}"})
        queue_mail(tx, "reminder", "bo@example.org", {"number": "N-1"})
        queue_mail(tx, "sign_in", "a@example.org", {"link": "https://e.org/s", "code": "K7QM"}, minutes=60)
    after(office, seconds=31)
    assert carry(office, Wire()) == Round(left=PER_ADDRESS + 2)
    assert carry(office, Wire()) == Round()
    after(office, minutes=61)
    assert carry(office, Wire()) == Round(left=5)


def test_an_invitation_to_a_portal_that_is_not_there_says_what_to_do(office: Book) -> None:
    with office.write() as tx:
        mail = queue_mail(tx, "invitation", "a@example.org", {})
    after(office, seconds=31)
    assert carry(office, Wire()) == Round(failed=1)
    said = office.value("SELECT said FROM mail_answer WHERE mail = :mail", mail=mail)
    assert "--portal-url" in said


def test_an_invitation_is_asked_for_once_and_a_wrong_word_is_a_bug(office: Book) -> None:
    values = {"name": "Ann"}
    with office.write() as tx:
        names = {queue_mail(tx, "invitation", "a@example.org", values, once="grant:1") for _ in range(2)}
    assert len(names) == 1
    with pytest.raises(AssertionError), office.write() as tx:
        queue_mail(tx, "invitation", "a@example.org", {"diagnosis": "F41.1"})
    after(office, seconds=31)
    with office.write() as tx:
        set_portal_address(tx, "https://pay.example.com")
    wire = Wire()
    assert carry(office, wire) == Round(left=1)
    assert "https://pay.example.com/login" in texts(wire)[0]
    assert wire.taken[0].message["Subject"] == "Elm Street Therapy invites you to its client portal"


def test_a_sign_in_mail_leaves_at_once_stays_here_and_its_secret_goes_with_it(office: Book) -> None:
    link = {"link": "https://pay.example.com/login/s3cret", "code": "K7QM-2RXA", "minutes": "10"}
    with office.write() as tx:
        queue_mail(tx, "sign_in", "a@example.org", link)
    wire = Wire()
    assert carry(office, wire) == Round(left=1)
    assert "s3cret" in texts(wire)[0]
    assert office.value("SELECT count(*) FROM mail_passing") == 0
    tables = ("mail_request", "mail_answer", "audit_entry")
    assert not [
        row for name in tables for row in office.rows(f"SELECT * FROM {name}") if "s3cret" in str(row)
    ]


def test_a_sign_in_mail_that_came_too_late_is_not_sent(office: Book) -> None:
    with office.write() as tx:
        queue_mail(tx, "sign_in", "a@example.org", {"link": "https://e.org/s", "code": "K7QM"})
    after(office, minutes=11)
    assert carry(office, Wire()) == Round()
    with office.write() as tx:
        assert forget_useless(tx) == 1


def test_a_bounce_makes_a_delivered_mail_failed(office: Book) -> None:
    invoice_id, wire = sent(office), Wire()
    after(office, seconds=31)
    carry(office, wire)
    message_id = str(wire.taken[0].message["Message-ID"])
    with office.write() as tx:
        assert bounce_mail(tx, "<somebody@else>", said="no") == ""
        assert bounce_mail(tx, message_id, said="550 mailbox\r\ngone") != ""
        assert bounce_mail(tx, message_id, said="again") != ""
    assert state(office, invoice_id) == ("failed", "550 mailbox gone")
    with office.write() as tx:
        assert send_again(tx, [invoice_id]) == [invoice_id]


def test_a_statement_is_announced_and_never_attached_by_itself(office: Book) -> None:
    sent(office)
    guarantor_id = str(office.value("SELECT id FROM guarantor"))
    key = statement_key(guarantor_id, Period(TODAY.replace(day=1), TODAY))
    made = make_statement(office.store, OWNER, key, today=TODAY)
    with office.write() as tx:
        share_documents(tx, [str(made.document_id)])
    after(office, seconds=31)
    wire = Wire()
    assert carry(office, wire) == Round(left=2)
    assert [text for text in texts(wire) if "A new statement of your account is ready." in text]


def test_a_template_of_another_office_that_is_wrong_stops_no_mail(office: Book) -> None:
    with office.write() as tx:
        tx.add(
            MailTemplate(
                id="x", kind="invoice", subject="{nonsense}\r\nBcc: x@e.org", body="{wrong} {number}"
            )
        )
    sent(office)
    after(office, seconds=31)
    wire = Wire()
    assert carry(office, wire) == Round(left=1)
    assert texts(wire) == ["{wrong} N-00001\n"]
    assert wire.taken[0].message["Bcc"] is None


def test_without_a_mail_server_nothing_is_asked_for_and_nothing_leaves(book: Book) -> None:
    with pytest.raises(NoMailServer), book.write() as tx:
        send_test_mail(tx, "a@example.org")
    invoice_id = sent(book)
    with book.store.read() as read:
        assert mailed(read, invoice_id).state == "queued"
    with book.write() as tx:
        set_mail_server(tx, host="smtp.example.com", sender="bills@elm.example")
        stop_mail(tx)
        assert mail_server(tx) is None


# RB4


def issued(book: Book) -> str:
    client_id = book.client()
    book.session(client_id)
    with book.write() as tx:
        draft = create_draft(tx, client_id=client_id, today=TODAY)
        issue_drafts(tx, [draft], today=TODAY)
    finish(book.store, OWNER, [draft], today=TODAY, share=False)
    return draft


def test_rb4_an_issued_invoice_shares_itself_after_the_delay_and_once(office: Book) -> None:
    before = issued(office)
    after(office, minutes=1)
    with office.write() as tx:
        set_auto_share(tx, 24)
    after(office, minutes=1)
    invoice_id = issued(office)
    with office.store.read() as read:
        (row,) = scheduled(read)
    assert (row.invoice_id, row.share_at) == (invoice_id, "2026-11-01T15:02:00.000Z")
    after(office, hours=23, minutes=59)
    with office.write() as tx:
        assert share_due(tx) == []
    after(office, minutes=2)
    with office.write() as tx:
        assert share_due(tx) == [invoice_id]
        assert share_due(tx) == []
    assert before != invoice_id


def test_rb4_a_scheduled_share_can_be_held_and_let_go(office: Book) -> None:
    with office.write() as tx:
        set_auto_share(tx, 1)
    invoice_id = issued(office)
    with office.write() as tx:
        assert hold_share(tx, [invoice_id], held=True) == [invoice_id]
    after(office, hours=2)
    with office.write() as tx:
        assert share_due(tx) == []
    with office.write() as tx:
        hold_share(tx, [invoice_id], held=False)
        assert share_due(tx) == [invoice_id]
    with pytest.raises(NotScheduled), office.write() as tx:
        hold_share(tx, [invoice_id], held=True)


def test_rb4_what_somebody_recalled_does_not_share_itself_again(office: Book) -> None:
    with office.write() as tx:
        set_auto_share(tx, 0)
    invoice_id = issued(office)
    with office.write() as tx:
        assert share_due(tx) == [invoice_id]
        recall_shares(tx, [invoice_id])
        assert share_due(tx) == []
    with office.store.read() as read:
        assert ready(read, office.store.clock(), "") == []
