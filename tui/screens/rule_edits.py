"""How a rule of the practice is set on Settings: a new version, from a day on."""

import json
from datetime import date
from typing import TYPE_CHECKING, Any

from core.errors import UsageError
from core.money import parse_cents, parse_percent, show_cents
from core.practice.commands import set_late_fee, set_missed_fee, set_terms
from core.practice.policies import LateFeeRule
from core.store import Tx
from tui.screens.setting_rows import RULES, Item
from tui.strips.fields import DateField, Field, MoneyField, TextField
from tui.strips.form import AskForm

if TYPE_CHECKING:
    from tui.screens.settings import Settings


def edit_rule(screen: "Settings", item: Item) -> None:
    """A new version, from a day on; the versions before it stay."""
    kind, today = item.about.kind, screen.biller.today()
    rule = json.loads(item.about.rule or "{}")
    begins = DateField("from", name="from_on", today=screen.biller.today, value=today)
    if kind == "terms":
        fields: list[Field[Any]] = [
            TextField("days", name="value", value=str(rule.get("days", 30)), width=5), begins,
        ]  # fmt: skip
    elif kind == "late_fee":
        fields = _late_fee_fields(rule, begins)
    else:
        fields = [MoneyField("amount", name="value", cents=rule.get("amount_cents", 0)), begins]

    def typed(values: dict[str, Any]) -> None:
        screen.change(
            lambda tx: _set_rule(tx, kind, values, today),
            lambda _: screen.biller.say(f"{RULES[kind]} set.", "good"),
        )

    screen.open_strip(AskForm(RULES[kind], fields, keep_as=f"rule {kind}"), typed)


def _late_fee_fields(rule: dict[str, Any], begins: Field[Any]) -> list[Field[Any]]:
    shown = ""
    if rule:
        flat = rule["kind"] == "flat"
        shown = show_cents(rule["amount_cents"]) if flat else f"{rule['percent_bps'] / 100:g}%"
    cap = show_cents(rule["cap_cents"]) if rule.get("cap_cents") else ""
    return [
        TextField("amount, P% or none", name="value", value=shown or "none", width=8),
        TextField("days after due", name="grace_days", value=str(rule.get("grace_days", 10)), width=4),
        TextField("every days (0 once)", name="every_days", value=str(rule.get("every_days", 0)), width=4),
        TextField("of", name="base", value=rule.get("base", "outstanding"), width=12),
        TextField("at most", name="cap", value=cap, width=9, optional=True),
        begins,
    ]


def _set_rule(tx: Tx, kind: str, values: dict[str, Any], today: date) -> None:
    begins = values["from_on"]
    if kind == "terms":
        set_terms(tx, days=_whole(values["value"], "Terms are"), effective_from=begins)
    elif kind == "late_fee":
        set_late_fee(tx, rule=_late_fee(values), effective_from=begins, today=today)
    else:
        set_missed_fee(tx, kind, amount_cents=values["value"], effective_from=begins)


def _late_fee(values: dict[str, Any]) -> LateFeeRule | None:
    typed = values["value"].strip()
    if typed.lower() == "none":
        return None
    percent = typed.endswith("%")
    return LateFeeRule(
        kind="percent" if percent else "flat",
        amount_cents=0 if percent else parse_cents(typed),
        percent_bps=parse_percent(typed) if percent else 0,
        grace_days=_whole(values["grace_days"], "Days after due are"),
        base=values["base"] if percent else "outstanding",
        every_days=_whole(values["every_days"], "Days between fees are"),
        cap_cents=parse_cents(values["cap"]) if values["cap"] else 0,
    )


def _whole(typed: str, what: str) -> int:
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 3):
        raise UsageError(f"{what} a number of days, such as 30.")
    return int(typed)
