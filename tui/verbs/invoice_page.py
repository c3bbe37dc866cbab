"""An invoice or draft as verbs answer with it: its head, and the whole page."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from typing import Any

    from core.ledger.invoices import InvoiceRow
    from core.store import Read
    from tui.door import Door


def head(row: "InvoiceRow") -> "dict[str, Any]":
    """An invoice as `--json` has it."""
    shown = {
        "id": row.invoice_id,
        "number": row.number,
        "client": row.client,
        "client_id": row.client_id,
        "status": row.status,
        "issued_on": row.issued_on,
        "due_on": row.due_on,
        "total_cents": row.total_cents,
        "paid_cents": row.paid_cents,
        "balance_cents": row.balance_cents,
    }
    if row.number is None:
        from core.ids import short

        shown["short_id"] = short(row.invoice_id)
    return shown


def head_of(read: "Read", invoice_id: str, today: "date") -> "dict[str, Any]":
    from core.ledger.invoices import invoice

    return head(invoice(read, invoice_id, today=today.isoformat()))


def issued_invoice(read: "Read", typed: str, action: str, today: "date") -> str:
    """The id of an issued invoice for what a person types. Raises: NoInvoice; NotAllowedNow for a draft."""
    from core.ledger.invoices import find_invoice

    invoice_id = find_invoice(read, typed)
    if head_of(read, invoice_id, today)["number"] is None:
        from core.invoicing.lifecycle import require_action

        require_action(action, "draft")
    return invoice_id


def _whole(read: "Read", invoice_id: str, today: "date") -> "dict[str, Any]":
    import json

    from core.audit import entries
    from core.conflicts.queries import conflicts_of
    from core.ledger.invoices import duplicate_words, invoice, lines, owed_by
    from core.ledger.mail_state import mailed

    row = invoice(read, invoice_id, today=today.isoformat())
    data = head(row)
    data["guarantor"] = owed_by(read, invoice_id)
    data["mail"], data["mail_said"] = mailed(read, invoice_id)
    data["lines"] = [
        {
            "date_on": line.date_on,
            "code_system": line.code_system,
            "code": line.code,
            "modifiers": line.modifiers,
            "description": line.description,
            "provider": line.provider,
            "kind": line.kind,
            "units": line.units_milli // 1000 if line.units_milli % 1000 == 0 else line.units_milli / 1000,
            "rate_cents": line.rate_cents,
            "amount_cents": line.amount_cents,
        }
        for line in lines(read, invoice_id)
    ]
    data.update(_money(read, invoice_id))
    data["duplicate"] = duplicate_words(read, invoice_id)
    data["conflicts"] = [one.text for one in conflicts_of(read, invoice_id)]
    data["history"] = [
        {"at": e.at, "actor": e.actor, "verb": e.verb, "detail": json.loads(e.detail), "reason": e.reason}
        for e in reversed(entries(read, subject_id=invoice_id))
    ]
    return data


def _money(read: "Read", invoice_id: str) -> "dict[str, Any]":
    """What happened to an invoice since it was issued, and what stands for it."""
    from core.ledger.invoices import hold_of
    from core.payments.history import adjustments_of, fees_of, links_of, on_invoice

    links, hold = links_of(read, invoice_id), hold_of(read, invoice_id)
    return {
        "payments": [one._asdict() for one in on_invoice(read, invoice_id)],
        "adjustments": [one._asdict() for one in adjustments_of(read, invoice_id)],
        "fees": [one._asdict() for one in fees_of(read, invoice_id)],
        "hold": None if hold is None else hold._asdict(),
        "replaces": links.replaces,
        "replaced_by": links.replaced_by,
    }


def siblings_of(read: "Read", draft_ids: "Sequence[str]", today: "date") -> "dict[str, Any]":
    """The drafts that were made beside one, for others who owe a share; nothing where there are none."""
    return {"siblings": [_whole(read, draft_id, today) for draft_id in draft_ids]} if draft_ids else {}


def answer(door: "Door", read: "Read", invoice_id: str, today: "date", **more: "Any") -> int:
    data = _whole(read, invoice_id, today) | more
    name = data["number"] or f"Draft {data['short_id']}"
    status = data["status"].replace("_", " ")
    text = [f"{name}  {data['client']}  {status}  due {data['due_on'] or 'by terms'}"]
    if data["guarantor"] != data["client"]:
        text.append(f"Owed by {data['guarantor']}")
    text += [f"! {words}" for words in data["conflicts"]]
    if data["duplicate"]:
        text.append(data["duplicate"])
    text += door.table(
        ("#", "Date", "Code", "Description", "Units", "Rate", "Amount"),
        [
            (
                place,
                line["date_on"],
                line["code"],
                line["description"],
                line["units"],
                door.money(line["rate_cents"]),
                door.money(line["amount_cents"]),
            )
            for place, line in enumerate(data["lines"], 1)
        ],
        right=(4, 5, 6),
    )
    text += door.table(
        ("Late fee", "On", "Waived", "Amount"),
        [
            (one["late_fee_id"][-8:], one["assessed_on"], door.money(one["waived_cents"]),
             door.money(one["amount_cents"]))
            for one in data["fees"]
        ],
        right=(2, 3),
    ) if data["fees"] else []  # fmt: skip
    text += door.table(
        ("Adjustment", "On", "Kind", "Reason", "Amount"),
        [
            (one["adjustment_id"][-8:], one["on"], one["kind"].replace("_", " "), one["reason"],
             door.money(-one["amount_cents"]))
            for one in data["adjustments"]
        ],
        right=(4,),
    ) if data["adjustments"] else []  # fmt: skip
    text += door.table(
        ("Payment", "Received", "Method", "Reference", "Amount"),
        [
            (one["payment_id"][-8:], one["received_on"], one["method"].replace("_", " ") or "goodwill",
             one["reference"], door.money(one["amount_cents"]))
            for one in data["payments"]
        ],
        right=(4,),
    ) if data["payments"] else []  # fmt: skip
    text.append(
        f"Total {door.money(data['total_cents'])}  paid {door.money(data['paid_cents'])}"
        f"  balance {door.money(data['balance_cents'])}"
    )
    if data["hold"]:
        hold = data["hold"]
        text.append(f"On hold since {hold['since_on']} ({hold['kind']}): {hold['reason']}")
    for one in data.get("siblings", ()):
        text.append(
            f"Sibling draft {one['short_id']} for {one['guarantor']}: {door.money(one['total_cents'])}"
        )
    if data["replaces"]:
        text.append(f"Replaces {data['replaces']}")
    if data["replaced_by"]:
        text.append(f"Billed again as {', '.join(data['replaced_by'])}")
    door.answer(data, text)
    return 0
