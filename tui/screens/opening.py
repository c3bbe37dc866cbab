"""Open the page of whose account it is, from a payment or a report."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tui.biller import Biller


def open_account(app: "Biller", guarantor_id: str) -> None:
    """The page of the client the guarantor answers for; the first by name where there are several."""
    from core.clients.queries import clients_of

    def work() -> str | None:
        with app.store.read() as read:
            return next((row.client_id for row in clients_of(read, guarantor_id)), None)

    def show(client_id: str | None) -> None:
        if client_id is None:
            app.say("This guarantor answers for no client any more.", "warn")
        else:
            app.show_client(client_id)

    app.hold_keys("account")
    app.in_background(work, show, ended=lambda: app.release_keys("account"))
