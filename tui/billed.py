"""What billing has made of an appointment, in a few words: the agenda's last column."""

from core.sessions.agenda import AgendaRow
from tui.present import STATUS_TONES, Shown

_WORDS = {"unbilled": "unbilled", "draft": "draft", "claim": "claim"}


def billed_words(row: AgendaRow) -> str:
    """`N-00012 sent`, `no show, not finalised`: its invoice, or what has to come before there is one."""
    if row.state == "invoiced":
        return f"{row.number} {row.standing}".replace("_", " ")
    status: str = row.status.replace("_", " ")
    if row.state == "not_final":
        return f"{status}, not finalised"
    if row.state == "no_fee":
        return "nothing to bill" if row.status == "kept" else f"{status}, no fee"
    return _WORDS.get(row.state, status)


def billed(words: str) -> Shown:
    """The same as a cell; the last word of an invoice's standing gives the colour."""
    if words in ("cancelled", "nothing to bill") or words.endswith("no fee"):
        return words, "muted"
    return words, STATUS_TONES.get(words.rpartition(" ")[2], "")
