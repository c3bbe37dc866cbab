"""A report of a mail that came back names one of ours, or is nothing; what it says is only text."""

from __future__ import annotations

import pytest

from core.delivery.bounces import NoBounce, read_bounce
from core.delivery.letters import message_id

OURS = message_id("book", "share:1", "bills@elm.example")

REPORT = """\
From: MAILER-DAEMON@mx.example
To: bills@elm.example
Message-ID: <report@mx.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

Your mail could not be delivered.
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; ann@example.org
Action: {action}
Status: 5.1.1
{diagnostic}
--B
Content-Type: message/rfc822

From: bills@elm.example
Message-ID: {message_id}

Hello
--B--
"""


def report(action: str = "failed", of: str = OURS, diagnostic: str = "") -> bytes:
    return REPORT.format(action=action, message_id=of, diagnostic=diagnostic).encode()


def test_a_report_names_the_mail_and_says_why() -> None:
    found = read_bounce(report(diagnostic="Diagnostic-Code: smtp; 550 5.1.1 No such\n person here"))
    assert found == ((OURS,), "550 5.1.1 No such person here")
    assert read_bounce(report()).said == "came back (5.1.1)"


@pytest.mark.parametrize(
    "raw",
    [b"", b"\x00" * 1000, b"From: a@b\n\nHello", report("delayed"), report("delivered"), report(of="<x@y>"),
     report().replace(b"message/delivery-status", b"text/plain")],
)  # fmt: skip
def test_anything_else_is_no_bounce(raw: bytes) -> None:
    with pytest.raises(NoBounce):
        read_bounce(raw)


def test_a_mail_has_one_name_however_often_it_goes_and_each_mail_another() -> None:
    assert message_id("book", "share:1", "bills@elm.example") == OURS
    others = {message_id("book", f"share:{n}", "bills@elm.example") for n in range(100)}
    assert len(others) == 100
    assert message_id("other", "share:1", "bills@elm.example") != OURS
