"""The practice's logo: checked, kept in the book, printed on what is made from then on."""

import hashlib

from core import audit
from core.actors import Right
from core.documents.logo import logo
from core.practice.commands import PRACTICE_ID
from core.store import Tx
from core.tables import Blob, Practice


def set_logo(tx: Tx, png: bytes | None) -> None:
    """Print this logo on every document made from now on; None prints none. Issued ones stay as they are.

    It takes up to a second to look through a large file, so call `core.documents.logo.logo` on it before the
    book is locked; what it answered is remembered. Raises: LogoUnusable.
    """
    tx.require(Right.MANAGE)
    sha256 = None
    if png is not None:
        logo(png)
        sha256 = hashlib.sha256(png).hexdigest()
        if not tx.value("SELECT 1 FROM blob WHERE sha256 = :sha256", sha256=sha256):
            tx.add_many(Blob, ("sha256", "content"), [(sha256, png)])
    practice_id = tx.value(PRACTICE_ID)
    tx.change(Practice, practice_id, logo_sha256=sha256)
    audit.record(tx, "practice.changed", "practice", practice_id, after={"logo_sha256": sha256})
