"""The carrier against a real mail server: TLS verified, passwords never in clear, addresses of any script."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.delivery.letters import Envelope, letter
from core.delivery.mailer import Letter, MailNotTaken, MailServerAway, MaybeTaken
from core.practice.mail import InClear
from core.practice.mail_templates import KINDS, SAMPLE, Template
from syncd.outside.smtp import SmtpMailer
from tests.syncd.mail_server import PASSWORD, MailHost


@pytest.fixture(params=["starttls", "tls"])
def host(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MailHost]:
    made = MailHost(tmp_path, request.param)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.trust))
    yield made
    made.stop()


def mail(to: str = "ann@example.org", name: str = "Ann Archer") -> Letter:
    comes = KINDS["invoice"]
    at = datetime(2026, 10, 31, tzinfo=UTC)
    envelope = Envelope("share:1", to, name, "bills@elm.example", "Elm Street", "desk@elm.example", at)
    return letter(envelope, "book", Template("invoice", comes.subject, comes.body, False), SAMPLE, None)


def yes() -> bool:
    return True


def test_a_mail_arrives_over_tls_in_both_forms(host: MailHost) -> None:
    with SmtpMailer(host.settings(), PASSWORD) as mailer:
        taken = mailer.carry(mail(), yes)
    assert taken == (250, "OK: queued as 17")
    (arrived,) = host.post.mails
    assert (arrived["From"], arrived["Reply-To"]) == (
        "Elm Street <bills@elm.example>", "Elm Street <desk@elm.example>"
    )  # fmt: skip
    assert arrived["Subject"] == "A message from Elm Street Therapy"
    for kind in ("plain", "html"):
        body = arrived.get_body((kind,))
        assert body is not None
        assert "N-00042" in body.get_content()


def test_a_certificate_that_nobody_vouches_for_gets_no_password(
    host: MailHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(MailServerAway, match="certificate"), SmtpMailer(host.settings(), PASSWORD):
        pass


def test_a_certificate_for_another_name_gets_no_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = MailHost(tmp_path, "starttls", names=["mail.other.example"])
    monkeypatch.setenv("SSL_CERT_FILE", str(host.trust))
    try:
        with pytest.raises(MailServerAway, match="certificate"), SmtpMailer(host.settings(), PASSWORD):
            pass
    finally:
        host.stop()


def test_a_wrong_password_is_said_and_nothing_leaves(host: MailHost) -> None:
    with pytest.raises(MailServerAway, match="user name and password"), SmtpMailer(host.settings(), "no"):
        pass


def test_a_server_that_offers_no_tls_hears_nothing(tmp_path: Path) -> None:
    host = MailHost(tmp_path, "none")
    try:
        asked = host.settings(security="starttls", user="elm")
        with pytest.raises(MailServerAway, match="no TLS"), SmtpMailer(asked, PASSWORD):
            pass
        with SmtpMailer(host.settings(), "") as mailer:
            assert mailer.carry(mail(), yes) is not None
        with pytest.raises(InClear):
            SmtpMailer(host.settings(host="mail.example.com"), PASSWORD)
    finally:
        host.stop()


def test_a_server_that_is_not_there_is_away() -> None:
    from core.ledger.mail_server import MailServer

    gone = MailServer("127.0.0.1", 9, "tls", "", "bills@elm.example", "")
    with pytest.raises(MailServerAway, match="cannot be reached"), SmtpMailer(gone, ""):
        pass


def test_a_mail_recalled_at_the_last_moment_does_not_leave(host: MailHost) -> None:
    with SmtpMailer(host.settings(), PASSWORD) as mailer:
        assert mailer.carry(mail(), lambda: False) is None
        assert mailer.carry(mail("bo@example.org"), yes) is not None
    assert [envelope.rcpt_tos for envelope, _ in host.post.arrived] == [["bo@example.org"]]


@pytest.mark.parametrize(
    ("reply", "for_good"), [("550 No such person", True), ("451 Come later", False), ("452 Full", False)]
)
def test_a_refusal_says_whether_it_is_for_good(host: MailHost, reply: str, for_good: bool) -> None:
    host.post.moods["ann@example.org"] = reply
    with SmtpMailer(host.settings(), PASSWORD) as mailer:
        with pytest.raises(MailNotTaken) as refused:
            mailer.carry(mail(), yes)
        assert (refused.value.reply, refused.value.for_good) == (int(reply[:3]), for_good)
        assert mailer.carry(mail("bo@example.org"), yes) is not None


def test_a_mail_itself_can_be_refused(host: MailHost) -> None:
    host.post.data = lambda _: "554 Looks like spam"
    with (
        SmtpMailer(host.settings(), PASSWORD) as mailer,
        pytest.raises(MailNotTaken, match="spam") as refused,
    ):
        mailer.carry(mail(), yes)
    assert refused.value.for_good


def test_an_address_in_another_script_goes_where_the_server_takes_it(
    host: MailHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SmtpMailer(host.settings(), PASSWORD) as mailer:
        assert mailer.carry(mail("josé@bücher.example", "José Łukasz"), yes) is not None
    ((envelope, _),) = host.post.arrived
    assert envelope.rcpt_tos == ["josé@xn--bcher-kva.example"]
    assert envelope.smtp_utf8
    older = MailHost(tmp_path, host.security, utf8=False)
    monkeypatch.setenv("SSL_CERT_FILE", str(older.trust))
    try:
        with SmtpMailer(older.settings(), PASSWORD) as mailer:
            with pytest.raises(MailNotTaken, match="beyond ASCII"):
                mailer.carry(mail("josé@example.org"), yes)
            assert mailer.carry(mail("bo@bücher.example", "李小龍"), yes) is not None
        assert older.post.mails[0]["To"].addresses[0].display_name == "李小龍"
    finally:
        older.stop()


def test_a_line_that_breaks_while_the_mail_goes_leaves_it_in_doubt(host: MailHost) -> None:
    def cut() -> bool:
        assert mailer._smtp is not None
        assert mailer._smtp.sock is not None
        mailer._smtp.sock.shutdown(socket.SHUT_RDWR)
        return True

    with SmtpMailer(host.settings(), PASSWORD) as mailer, pytest.raises(MaybeTaken):
        mailer.carry(mail(), cut)
