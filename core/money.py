"""Integer cents: parse, show, split, percent. The only module that rounds.

A line is rounded once, half up, and a document's total is the sum of its rounded lines.
Percentages are basis points (1250 is 12.5 %), quantities are thousandths of a unit.
"""

from core.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_AMOUNT = r"(-?)([0-9]{1,9})(?:\.([0-9]{1,2}))?"
_UNITS = r"([0-9]{1,6})(?:\.([0-9]{1,3}))?"
_PERCENT = r"([0-9]{1,3})(?:\.([0-9]{1,2}))?"

MAX_CENTS = 99_999_999_999
ONE_UNIT = 1000


class NotAnAmount(UsageError):
    code = "not_an_amount"

    def __init__(self, typed: str) -> None:
        super().__init__(f"{_quoted(typed)} is not an amount. Write it like 120 or 120.50.")


class NotUnits(UsageError):
    code = "not_units"

    def __init__(self, typed: str) -> None:
        super().__init__(f"{_quoted(typed)} is not a number of units. Write it like 1 or 1.5.")


class NotAPercentage(UsageError):
    code = "not_a_percentage"

    def __init__(self, typed: str) -> None:
        super().__init__(f"{_quoted(typed)} is not a percentage. Write it like 10 or 12.5.")


class AmountTooLarge(UsageError):
    code = "amount_too_large"

    def __init__(self) -> None:
        super().__init__(f"That comes to more than {show_cents(MAX_CENTS)}. Check units and rate.")


def _quoted(typed: str) -> str:
    from core.text import plain

    shown = plain(typed)
    return f'"{shown[:40]}..."' if len(shown) > 40 else f'"{shown}"'


def parse_cents(typed: str) -> int:
    """Read an amount of money as typed; ASCII digits, at most two decimals, thousands commas allowed.

    Raises: NotAnAmount, for anything else, such as 1_000, 1e9, NaN or digits of other scripts.
    """
    import re

    text = typed.strip().removeprefix("$")
    if "," in text:
        if not re.fullmatch(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]{1,2})?", text, re.ASCII):
            raise NotAnAmount(typed)
        text = text.replace(",", "")
    match = re.fullmatch(_AMOUNT, text)
    if match is None:
        raise NotAnAmount(typed)
    cents = int(match[2]) * 100 + int((match[3] or "0").ljust(2, "0"))
    return -cents if match[1] else cents


def parse_units(typed: str) -> int:
    """Read a quantity as typed, in thousandths of a unit: 1.5 is 1500.

    Raises: NotUnits, for signs, exponents and more than three decimals.
    """
    import re

    match = re.fullmatch(_UNITS, typed.strip())
    if match is None:
        raise NotUnits(typed)
    return int(match[1]) * ONE_UNIT + int((match[2] or "0").ljust(3, "0"))


def parse_percent(typed: str) -> int:
    """Read a percentage as typed, in basis points: 12.5 is 1250.

    Raises: NotAPercentage.
    """
    import re

    match = re.fullmatch(_PERCENT, typed.strip().removesuffix("%").strip())
    if match is None:
        raise NotAPercentage(typed)
    return int(match[1]) * 100 + int((match[2] or "0").ljust(2, "0"))


def show_cents(cents: int) -> str:
    """1234567 as 12,345.67; the currency is the practice's and is stated once beside."""
    sign = "-" if cents < 0 else ""
    whole, part = divmod(abs(cents), 100)
    return f"{sign}{whole:,}.{part:02}"


def show_units(units_milli: int) -> str:
    """1000 as 1, 1500 as 1.5."""
    whole, part = divmod(units_milli, ONE_UNIT)
    return f"{whole}.{part:03}".rstrip("0") if part else str(whole)


def _half_up(numerator: int, denominator: int) -> int:
    """Round half away from zero; denominator is positive."""
    quotient = (2 * abs(numerator) + denominator) // (2 * denominator)
    return -quotient if numerator < 0 else quotient


def line_amount(units_milli: int, rate_cents: int) -> int:
    """What a line costs, in cents: units times rate, rounded half up once.

    Raises: AmountTooLarge. Source: `domain.md` section 2, rule 2.
    """
    cents = _half_up(units_milli * rate_cents, ONE_UNIT)
    if abs(cents) > MAX_CENTS:
        raise AmountTooLarge
    return cents


def percent_of(base_cents: int, bps: int) -> int:
    """A percentage of an amount, in cents, rounded half up once."""
    return _half_up(base_cents * bps, 10_000)


def split(amount_cents: int, weights: "Sequence[int]") -> list[int]:
    """Split an amount by weights so that the parts add up to it exactly.

    Each part is floored, the cents left over go to the largest remainders, earlier first on ties.
    """
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise ValueError("weights are not negative and at least one is positive")
    sign = -1 if amount_cents < 0 else 1
    amount = abs(amount_cents)
    parts = [amount * weight // total for weight in weights]
    remainders = [amount * weight % total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-remainders[i], i))
    for i in by_remainder[: amount - sum(parts)]:
        parts[i] += 1
    return [sign * part for part in parts]
