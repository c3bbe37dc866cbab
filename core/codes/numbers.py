"""NPI, EIN and SSN: read as typed, checked by their check digit and by what was ever given out.

An NPI has ten digits, the first 1 or 2, and a Luhn digit over 80840 and the rest (45 CFR 162.406). An EIN
is XX-XXXXXXX with a prefix that the IRS assigns; an SSN is XXX-XX-XXXX. The rules are python-stdnum's.
"""

import re

from core.errors import UsageError
from core.text import plain

NPI_PREFIX = "80840"
"""Stands before an NPI on a health card; the check digit counts it in."""

_NPI = re.compile(r"[12][0-9]{9}", re.ASCII)
_EIN = re.compile(r"[0-9]{2}-?[0-9]{7}", re.ASCII)
_SSN = re.compile(r"[0-9]{3}-[0-9]{2}-[0-9]{4}", re.ASCII)
_STATE = re.compile(r"[A-Z]{2}", re.ASCII)


class BadNpi(UsageError):
    code = "bad_npi"

    def __init__(self, typed: str) -> None:
        super().__init__(
            f'"{plain(typed)[:20]}" is not an NPI: ten digits, the last a check digit. Look it up at NPPES.',
            subject="npi",
        )


class BadTaxId(UsageError):
    code = "bad_tax_id"

    def __init__(self, typed: str) -> None:
        super().__init__(
            f'"{plain(typed)[:20]}" is not a tax id. Use an EIN like 12-3456789 or SSN like 536-90-4399.',
            subject="tax_id",
        )


class BadState(UsageError):
    code = "bad_state"

    def __init__(self, typed: str) -> None:
        super().__init__(f'"{plain(typed)[:20]}" is not a state. Write its two letters, such as MA.')


def is_npi(text: str) -> bool:
    """Ten digits with the right check digit."""
    from stdnum import luhn

    return _NPI.fullmatch(text) is not None and bool(luhn.is_valid(NPI_PREFIX + text))


def is_ein(text: str) -> bool:
    from stdnum.us import ein

    return _EIN.fullmatch(text) is not None and bool(ein.is_valid(text))


def is_ssn(text: str) -> bool:
    from stdnum.us import ssn

    return _SSN.fullmatch(text) is not None and bool(ssn.is_valid(text))


def read_npi(typed: str) -> str:
    """An NPI as typed, spaces and hyphens taken out; empty takes it away. Raises: BadNpi."""
    text = re.sub(r"[\s-]", "", typed)
    if text and not is_npi(text):
        raise BadNpi(typed)
    return text


def read_tax_id(typed: str) -> str:
    """An EIN or SSN as typed, as it is printed; nine digits alone are an EIN. Raises: BadTaxId."""
    text = re.sub(r"\s", "", typed)
    if not text:
        return ""
    if is_ein(text):
        return text if "-" in text else f"{text[:2]}-{text[2:]}"
    if is_ssn(text):
        return text
    raise BadTaxId(typed)


def is_state(text: str) -> bool:
    return _STATE.fullmatch(text) is not None


def read_state(typed: str) -> str:
    """The two letters of a state; empty takes it away. Raises: BadState."""
    text = typed.strip().upper()
    if text and not is_state(text):
        raise BadState(typed)
    return text


def hidden(tax_id: str) -> str:
    """A tax id as it may be printed where SSNs are hidden; an EIN is public and stays."""
    return f"XXX-XX-{tax_id[-4:]}" if is_ssn(tax_id) else tax_id
