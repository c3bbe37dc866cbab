"""Mend the address of who owes, from wherever its lack holds a client back (RB5)."""

from typing import Any

from core.clients.commands import change_guarantor
from core.clients.queries import AddressRow, address
from core.store import Tx
from tui.keys import verb
from tui.strips.fields import Field, TextField
from tui.strips.form import AskForm

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tui.screens.book_screen import BookScreen

ADDRESS = verb("e", "address", "Address", id="guarantor.address", counted=False,
               help="Where bills of who owes go; issued invoices keep what they say")  # fmt: skip

WIDTHS = {"street": 26, "street_2": 16, "city": 18, "state": 4, "postal_code": 10, "email": 30}
LABELS = {"street_2": "second line", "postal_code": "postal code", "email": "e-mail"}


def ask_address(screen: "BookScreen[Any]", guarantor_id: str) -> None:
    """The strip with what is there; what was changed is saved, and `u` puts it back."""
    app = screen.biller

    def work() -> AddressRow:
        with app.store.read() as read:
            return address(read, guarantor_id)

    def known(row: AddressRow) -> None:
        if not screen.is_current:
            return
        before = row._asdict()
        fields: list[Field[Any]] = [
            TextField(LABELS.get(name, name), name=name, value=before[name], width=width, optional=True)
            for name, width in WIDTHS.items()
        ]
        strip = AskForm(f"Address of {row.name}", fields, keep_as=f"address {guarantor_id}")
        screen.open_strip(strip, lambda typed: _save(screen, guarantor_id, before, typed))

    app.hold_keys("address")
    app.in_background(work, known, writes=True, ended=lambda: app.release_keys("address"))


def _save(
    screen: "BookScreen[Any]", guarantor_id: str, before: dict[str, Any], typed: dict[str, Any]
) -> None:
    changed = {name: value for name, value in typed.items() if value != before[name]}
    if not changed:
        screen.biller.say("The address is as it was.")
        return

    def put(tx: Tx, values: dict[str, Any]) -> None:
        change_guarantor(tx, guarantor_id, **values)

    was = {name: before[name] for name in changed}
    screen.change(
        lambda tx: put(tx, changed),
        lambda _: screen.done(
            f"Address of {before['name']} changed",
            lambda tx: put(tx, was),
            lambda tx: put(tx, changed),
        ),
    )
