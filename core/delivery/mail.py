"""Ask for a mail, and say what became of one."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta

from core import audit
from core.actors import Right
from core.dates import show_instant
from core.delivery.commands import recall_shares, share_invoices
from core.delivery.mail_queue import PASSING, Due, may_leave
from core.delivery.mailer import MailServerAway
from core.delivery.sharing import share_documents
from core.errors import DomainError
from core.ids import named
from core.ledger.effective import by_hub, share_stands
from core.ledger.mail_server import MailServer, mail_server
from core.ledger.mail_state import newest_answer
from core.practice.addresses import address_of
from core.practice.mail_templates import COMMON, KINDS, kind_of
from core.replication.enrol import require_hub
from core.security.sealed import seal, unseal
from core.store import Read, Tx
from core.tables import MailAnswer, MailPassing, MailPassword, MailRequest, MailTry
from core.text import plain

PASSES = ("sign_in", "signed_in")
"""What is between a person and this hub, such as a link that opens something: it stays here, and its words go
with it."""

MAIL_PASSWORD = "mail-password"  # noqa: S105  what it is sealed as
MOST_SAID = 300


class NoMailServer(DomainError):
    code = "no_mail_server"

    def __init__(self) -> None:
        super().__init__("The practice has no mail server yet. Settings, or `daysheet mail set`, names one.")


class NothingFailed(DomainError):
    code = "nothing_failed"

    def __init__(self) -> None:
        super().__init__("No mail about this has failed, so there is none to send again.")


class PasswordOfAnother(MailServerAway):
    code = "mail_password_of_another"

    def __init__(self, server: MailServer) -> None:
        super().__init__(
            f"The hub has the password of another mail account than {plain(server.user)} at"
            f" {plain(server.host)}. `syncd mail-password` takes this one's."
        )


def queue_mail(
    tx: Tx,
    kind: str,
    to: str,
    values: Mapping[str, str],
    *,
    about: str = "",
    once: str = "",
    minutes: int = 10,
) -> str:
    """Ask for a mail that follows from no share, such as an invitation or a sign-in link; answers its name.

    `values` are those of the kind's template; the practice's name and telephone are put in when it leaves.
    With `once` it is asked for once, however often this is called. What passes between a person and the hub
    is for the hub to ask for: it is kept at this computer alone, leaves at once, and after `minutes` is of no
    use and is dropped.
    Raises: NoTemplate; NotAnAddress; NotAllowed. A value that the kind does not know is a bug.
    """
    tx.require(Right.BILL)
    kind = kind_of(kind)
    assert set(values) <= set(KINDS[kind].variables + COMMON), sorted(values)
    mail_to = address_of(to).whole
    details = json.dumps(dict(values), ensure_ascii=False, sort_keys=True)
    if kind in PASSES:
        until = show_instant(tx.now + timedelta(minutes=minutes))
        mail = PASSING + (named(once) if once else tx.new_id())
        if not tx.value("SELECT 1 FROM mail_passing WHERE id = :id", id=mail):
            tx.add(
                MailPassing(
                    id=mail,
                    kind=kind,
                    mail_to=mail_to,
                    details=details,
                    queued_at=tx.now_text,
                    until_at=until,
                )
            )
        return mail
    row_id = tx.new_id()
    name = f"mail-request:{once or row_id}"
    if tx.value("SELECT 1 FROM mail_request WHERE once = :once", once=name):
        return name
    tx.add(MailRequest(id=row_id, once=name, kind=kind, mail_to=mail_to, about=about, details=details))
    audit.record(tx, "mail.queued", "mail", name, kind=kind, about=about)
    return name


def send_test_mail(tx: Tx, to: str) -> str:
    """Ask the hub for a test mail; answers its name. Raises: NoMailServer, NotAnAddress."""
    tx.require(Right.MANAGE)
    if mail_server(tx) is None:
        raise NoMailServer
    return queue_mail(tx, "test", to, {})


FAILED = f"""
SELECT 'invoice' FROM invoice_share AS s WHERE s.invoice_id = :id AND {share_stands("s")}
  AND {newest_answer("outcome", "s.once")} IN ('failed', 'bounced')
UNION ALL
SELECT d.kind FROM document_share AS d WHERE d.subject_id = :id AND {share_stands("d")}
  AND {newest_answer("outcome", "d.once")} IN ('failed', 'bounced')
"""  # noqa: S608  composed of the constants above


def send_again(tx: Tx, subject_ids: Sequence[str]) -> list[str]:
    """Mail anew what failed, to the address that the guarantor has now. Raises: NothingFailed."""
    tx.require(Right.BILL)
    found = [(i, tx.value(FAILED, id=i)) for i in dict.fromkeys(subject_ids)]
    failed = [(i, kind) for i, kind in found if kind]
    if not failed:
        raise NothingFailed
    recall_shares(tx, [i for i, _ in failed])
    share_invoices(tx, [i for i, kind in failed if kind == "invoice"])
    share_documents(tx, [i for i, kind in failed if kind != "invoice"])
    return [i for i, _ in failed]


def set_mail_password(tx: Tx, password: str, *, key: bytes) -> None:
    """The password of the practice's mail account, kept at this hub alone; the empty one forgets it.

    It is sealed under the hub's `key`, so that a database that is read by others does not give it away.
    """
    tx.require(Right.MANAGE)
    require_hub(tx)
    tx.execute("DELETE FROM mail_password")
    if password:
        tx.add(MailPassword(id=1, password=seal(key, MAIL_PASSWORD, password)))
    audit.record(tx, "mail.password", "setting", "mail_server", kept=bool(password))


KEPT = "SELECT password FROM mail_password"


def mail_password(read: Read, *, key: bytes) -> str:
    """Empty where the hub has none, or one that was sealed under another key.

    Any office may name another mail server; the password is told to none but the one that took it first.
    Raises: PasswordOfAnother.
    """
    account, _, kept = str(read.value(KEPT) or "").rpartition(".")
    if not account:
        return unseal(key, MAIL_PASSWORD, kept) or ""
    server = mail_server(read)
    if server is None or not server.user:
        return ""
    if account != _account(server):
        raise PasswordOfAnother(server)
    return unseal(key, f"{MAIL_PASSWORD}:{account}", kept) or ""


def is_bound(read: Read) -> bool:
    """Whether the password is for one account alone."""
    return "." in str(read.value(KEPT) or "")


def bind_mail_password(tx: Tx, server: MailServer, *, key: bytes) -> None:
    """A mail server let the hub in with its password: it is for that account alone from now on."""
    tx.require(Right.BILL)
    kept = str(tx.value(KEPT) or "")
    password = unseal(key, MAIL_PASSWORD, kept)
    if password and server.user:
        account = _account(server)
        bound = f"{account}.{seal(key, f'{MAIL_PASSWORD}:{account}', password)}"
        tx.execute("UPDATE mail_password SET password = :bound", {"bound": bound})


def _account(server: MailServer) -> str:
    return hashlib.sha256(f"{server.host}\n{server.user}".encode()).hexdigest()[:16]


# What the hub says of a mail


def begin_mail(tx: Tx, due: Due) -> bool:
    """Say that a mail is about to leave; false where it is not due any more, or another process has it.

    Written before the mail itself is sent. Who is killed after this has perhaps sent it: it is sent again
    with the same Message-ID, and the log says so. A bill that never came costs a family a late fee; one that
    came twice costs a glance.
    """
    tx.require(Right.BILL)
    server = mail_server(tx)
    if server is None or not may_leave(tx, due.mail, tx.now, server.since):
        return False
    if not tx.value("SELECT 1 FROM mail_try WHERE id = :mail", mail=due.mail):
        tx.add(MailTry(id=due.mail, first_at=tx.now_text))
    tx.execute(
        "UPDATE mail_try SET tries = tries + 1, doubts = doubts + :again, began_at = :now WHERE id = :mail",
        {"now": tx.now_text, "mail": due.mail, "again": int(bool(due.began_at))},
    )
    if due.began_at:
        audit.record(tx, "mail.sent_again", "mail", due.mail, began_at=due.began_at)
    return True


def answer_mail(
    tx: Tx, due: Due, outcome: str, *, code: int = 0, said: str = "", message_id: str = ""
) -> None:
    """A mail was delivered to the mail server, or has failed for good."""
    tx.require(Right.BILL)
    words = " ".join(said.split())[:MOST_SAID]
    if due.mail.startswith(PASSING):
        tx.execute("DELETE FROM mail_passing WHERE id = :mail", {"mail": due.mail})
    else:
        _answer(tx, due.mail, outcome, due.mail_to, code=code, said=words, message_id=message_id)
    audit.record(tx, f"mail.{outcome}", "mail", due.mail, kind=due.kind, about=due.subject_id, code=code)
    tx.execute("DELETE FROM mail_try WHERE id = :mail", {"mail": due.mail})


def delay_mail(tx: Tx, due: Due, *, after: timedelta, code: int, said: str) -> None:
    """A mail could not be handed over now; it is tried again. Every office is told so once."""
    tx.require(Right.BILL)
    words = " ".join(said.split())[:MOST_SAID]
    if not tx.value("SELECT 1 FROM mail_try WHERE id = :mail", mail=due.mail):
        tx.add(MailTry(id=due.mail, first_at=tx.now_text))
    tx.execute(
        "UPDATE mail_try SET tries = tries + CASE WHEN began_at IS NULL THEN 1 ELSE 0 END,"
        " began_at = NULL, next_at = :next, code = :code, said = :said WHERE id = :mail",
        {"next": show_instant(tx.now + after), "code": code, "said": words, "mail": due.mail},
    )
    if not due.mail.startswith(PASSING):
        _answer(tx, due.mail, "delayed", due.mail_to, code=code, said=words, message_id="")


def forget_useless(tx: Tx) -> int:
    """Drop sign-in mails that came too late to be of use; answers how many."""
    tx.require(Right.BILL)
    return tx.execute("DELETE FROM mail_passing WHERE until_at <= :now", {"now": tx.now_text})


DELIVERED = """
SELECT mail, mail_to FROM mail_answer
WHERE message_id = :id AND message_id <> '' AND outcome = 'delivered' ORDER BY id LIMIT 1
"""


def bounce_mail(tx: Tx, message_id: str, *, said: str) -> str:
    """A mail came back after the server had taken it; answers its name, '' where it is none of ours."""
    tx.require(Right.BILL)
    found = tx.rows(DELIVERED, id=message_id)
    if not found:
        return ""
    mail, mail_to = found[0]
    words = " ".join(said.split())[:MOST_SAID]
    if _answer(tx, mail, "bounced", mail_to, code=0, said=words, message_id=message_id):
        audit.record(tx, "mail.bounced", "mail", mail)
    return str(mail)


SAID_BEFORE = f"SELECT 1 FROM mail_answer AS ma WHERE ma.once = :once AND {by_hub('ma')}"  # noqa: S608


def _answer(tx: Tx, mail: str, outcome: str, mail_to: str, *, code: int, said: str, message_id: str) -> bool:
    once = f"mail:{mail}:{outcome}"
    if tx.value(SAID_BEFORE, once=once):
        return False
    tx.add(
        MailAnswer(
            once=once,
            mail=mail,
            outcome=outcome,
            mail_to=mail_to,
            message_id=message_id,
            code=code,
            said=said,
        )
    )
    return True
