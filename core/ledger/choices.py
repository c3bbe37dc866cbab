"""What a practice may choose of its documents and its portal, and what holds where it has said nothing."""

import json
from collections import namedtuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.store import Read

Choice = namedtuple("Choice", "words help")
"""The words to choose from, the one that holds by itself first."""

CHOICES = {
    "superbill_payee": Choice(
        ("client", "practice", "provider", "none"), "whom a superbill asks the insurer to pay"
    ),
    "superbill_npi": Choice(
        ("rendering", "supervisor"), "whose NPI stands on the superbill of a supervised provider"
    ),
    "superbill_descriptions": Choice(("yes", "no"), "whether a superbill says in words what a code is"),
    "hide_ssn": Choice(("no", "yes"), "whether documents show only the last digits of an SSN as tax id"),
    "mail_pdf": Choice(
        ("no", "yes"), "whether the mail about an invoice, statement or receipt brings the PDF"
    ),
    "portal_pay": Choice(("yes", "no"), "whether clients can pay by card in the portal"),
    "portal_superbills": Choice(("yes", "no"), "whether clients can make superbills in the portal"),
    "portal_cards": Choice(("yes", "no"), "whether clients can keep a card on file in the portal"),
}

SETTINGS = "SELECT name, value FROM setting"


def choices(read: "Read") -> dict[str, str]:
    """Every choice by its name."""
    said = {name: json.loads(value) for name, value in read.rows(SETTINGS) if name in CHOICES}
    return {
        name: said[name] if said.get(name) in choice.words else choice.words[0]
        for name, choice in CHOICES.items()
    }
