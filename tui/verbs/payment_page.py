"""What the verbs about money have in common: whose it is, carrying out, and a payment as the answer."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Callable
    from typing import Any, TypeVar

    from core.payments.queries import PaymentRow
    from core.store import Read, Tx
    from tui.door import Door

    T = TypeVar("T")


def who(parser: "ArgumentParser") -> None:
    parser.add_argument("--client", metavar="C", help="who owes for this client")
    parser.add_argument("--guarantor", metavar="G", help="who owes, by name or id")


def guarantor_of(door: "Door", read: "Read", *invoices: str, client_id: str | None = None) -> str:
    """Who pays: as said, else who owes the invoice. Raises: UsageError, where nothing says it."""
    from core.clients.queries import client, find_client, find_guarantor
    from core.errors import UsageError
    from core.payments.queries import invoice_state
    from core.payments.refusals import OtherGuarantor

    options = door.options
    if options.guarantor is not None:
        return find_guarantor(read, options.guarantor)
    if options.client is not None:
        client_id = find_client(read, options.client)
    if invoices:
        state = invoice_state(read, invoices[0])
        fits = client_id in (None, state.client_id)
        if not fits and client(read, str(client_id)).guarantor_id != state.guarantor_id:
            raise OtherGuarantor(state.number)
        return str(state.guarantor_id)
    if client_id is None:
        raise UsageError("Say whose money it is with --client, --guarantor or --invoice.")
    return str(client(read, client_id).guarantor_id)


def session_of(door: "Door", read: "Read") -> "tuple[str | None, str | None]":
    """The appointment that money is for, and its client."""
    if door.options.for_session is None:
        return None, None
    from core.clients.queries import find_client
    from core.errors import UsageError
    from core.sessions.queries import find_session

    session_id, client_id = find_session(read, door.options.for_session)
    if door.options.client is not None and find_client(read, door.options.client) != client_id:
        raise UsageError("That appointment is another client's. Name its client, or leave --client out.")
    return session_id, client_id


def name_of(read: "Read", guarantor_id: str) -> str:
    from core.clients.queries import address

    return str(address(read, guarantor_id).name)


class _Rehearsed(Exception):
    """No error: the way out of a transaction without a commit."""


def carry_out(door: "Door", act: "Callable[[Tx], T]", *, dry_run: bool = False) -> "T":
    """Do it in a transaction; with a dry run the same, taken back at the end."""
    try:
        with door.store().write(door.actor()) as tx:
            found = act(tx)
            if dry_run:
                raise _Rehearsed
    except _Rehearsed:
        pass
    return found


def payment_row(row: "PaymentRow") -> "dict[str, Any]":
    """A payment or goodwill credit as `--json` has it."""
    from core.payments.queries import payment_status

    return {
        "payment_id": row.payment_id,
        "kind": row.kind,
        "received_on": row.received_on,
        "guarantor": row.guarantor,
        "guarantor_id": row.guarantor_id,
        "method": row.method,
        "reference": row.reference,
        "note": row.note,
        "amount_cents": row.amount_cents,
        "refunded_cents": row.refunded_cents,
        "applied_cents": row.applied_cents,
        "unallocated_cents": row.unallocated_cents,
        "status": payment_status(row),
        "session_id": row.session_id,
    }


def answer(door: "Door", read: "Read", payment_id: str, **more: "Any") -> int:
    """A payment whole: its sums, the invoices it is on, what was given back."""
    import json

    from core.audit import entries
    from core.payments.history import refunds_of
    from core.payments.queries import payment, put_on

    row = payment(read, payment_id)
    data = payment_row(row)
    data["allocations"] = [
        {
            "number": one.number,
            "invoice_id": one.invoice_id,
            "client": one.client,
            "amount_cents": one.amount_cents,
            "effective_on": one.effective_on,
        }
        for one in put_on(read, payment_id)
    ]
    data["refunds"] = [one._asdict() for one in refunds_of(read, payment_id)]
    data["history"] = [
        {"at": e.at, "actor": e.actor, "verb": e.verb, "detail": json.loads(e.detail), "reason": e.reason}
        for e in reversed(entries(read, subject_id=payment_id))
    ]
    data.update(more)
    money = door.money
    how = row.method.replace("_", " ") if row.kind == "payment" else "goodwill"
    status = data["status"].replace("_", " ")
    text = [
        f"{row.payment_id[-8:]}  {row.received_on}  {row.guarantor}  {how} {row.reference}".rstrip(),
        "  ".join(
            [
                "amount",
                money(row.amount_cents),
                "refunded",
                money(row.refunded_cents),
                "on no invoice",
                money(row.unallocated_cents),
                status,
            ]
        ),
    ]
    text += door.table(
        ("Invoice", "Client", "Since", "Amount"),
        [
            (one["number"], one["client"], one["effective_on"], money(one["amount_cents"]))
            for one in data["allocations"]
        ],
        right=(3,),
    )
    if data["refunds"]:
        text += door.table(
            ("Refund", "On", "From", "Balance", "Amount"),
            [
                (
                    one["refund_id"][-8:],
                    one["refunded_on"],
                    one["number"] or "credit",
                    one["balance"],
                    money(one["amount_cents"]),
                )
                for one in data["refunds"]
            ],
            right=(4,),
        )
    door.answer(data, text)
    return 0
