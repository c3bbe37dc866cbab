"""The one way in which the portal asks for mail, and the word that it was sent.

A mail with a way in is written into the hub's own book and nowhere else. It is deleted as soon as it was
sent: the link in it is kept nowhere as it is, only as SHA-256.
"""

from datetime import timedelta

from core.dates import show_instant
from core.store import Tx
from core.tables import PortalMail

KEPT = timedelta(days=2)
"""How long a notice without a way in is worth sending."""


def queue_mail(
    tx: Tx, kind: str, *, person_id: str, mail_to: str, link: str = "", code: str = "",
    expires_at: str | None = None,
) -> str:  # fmt: skip
    """Leave a mail for the mailer; answers its id. `kind` is sign_in or signed_in."""
    until = expires_at or show_instant(tx.now + KEPT)
    return tx.add(
        PortalMail(
            kind=kind, person_id=person_id, mail_to=mail_to, link=link, code=code, made_at=tx.now_text,
            expires_at=until,
        )
    )  # fmt: skip


def mail_was_sent(tx: Tx, mail_id: str) -> None:
    """It has left: nothing of it stays here."""
    tx.execute("DELETE FROM portal_mail WHERE id = :id", {"id": mail_id})
