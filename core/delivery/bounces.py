"""A mail that came back: which of ours it names and what it says, read from a delivery report.

Source: RFC 3464 (message/delivery-status), RFC 3462 (multipart/report). What is read is untrusted; only a
report that names the Message-ID of a mail we sent counts, and nobody can guess one.
"""

import email
import re
from email.message import EmailMessage
from email.policy import default
from typing import NamedTuple

from core.errors import DomainError

MOST_BYTES = 1 << 20
_ID = re.compile(rb"^Message-ID:\s*(<[0-9a-f]{40}@[^>\s]{1,253}>)", re.IGNORECASE | re.MULTILINE)
_STATUS = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}")


class NoBounce(DomainError):
    code = "no_bounce"

    def __init__(self) -> None:
        super().__init__(
            "This is no report of a mail of ours that came back. Save the whole message, with its headers."
        )


class Bounce(NamedTuple):
    message_ids: tuple[str, ...]
    said: str


def read_bounce(raw: bytes) -> Bounce:
    """The mails that a report may be about and why they came back.

    Raises: NoBounce, for anything else, also for a report of a delay or of success.
    """
    message = email.message_from_bytes(raw[:MOST_BYTES], policy=default)
    fields = [part for part in message.walk() if part.get_content_type() == "message/delivery-status"]
    reports = [block for part in fields for block in part.get_payload() if isinstance(block, EmailMessage)]
    failed = [one for one in reports if str(one.get("Action", "")).strip().lower() == "failed"]
    own = str(message.get("Message-ID", "")).strip().encode("utf-8", "replace")
    found = [each for each in dict.fromkeys(_ID.findall(raw[:MOST_BYTES])) if each != own]
    if not failed or not found:
        raise NoBounce
    code = str(failed[0].get("Diagnostic-Code", "")).partition(";")[2].strip()
    status = _STATUS.search(str(failed[0].get("Status", "")))
    said = code or (f"came back ({status[0]})" if status else "came back")
    return Bounce(tuple(each.decode("ascii", "replace") for each in found), " ".join(said.split())[:300])
