"""`syncd mail-password`: the one thing of the practice's mail that only its hub may know."""

from core.delivery.mail import set_mail_password
from core.errors import UsageError
from core.security.files import read_at_most
from syncd.door import Door

MOST = 1_000


class NotOnePassword(UsageError):
    code = "not_one_password"

    def __init__(self) -> None:
        super().__init__("A password is one line of text in UTF-8 that is not empty.")


def mail_password(door: Door) -> int:
    """Keep it sealed in the hub's book, or forget it. Never taken from the command line."""
    typed = "" if door.options.forget else _typed(door)
    store, actor = door.managed()
    try:
        with store.write(actor) as tx:
            set_mail_password(tx, typed, key=store.data_key)
    finally:
        store.close()
    says = "The hub keeps the password." if typed else "The hub keeps no password for mail."
    door.answer({"kept": bool(typed)}, [says])
    return 0


def _typed(door: Door) -> str:
    """Raises: NotOnePassword, NeedsKey, NoSuchFile."""
    path = door.options.from_file
    try:
        typed = (
            read_at_most(path, MOST).decode("utf-8") if path else door.ask("Password of the mail account: ")
        )
    except UnicodeDecodeError:
        raise NotOnePassword from None
    typed = typed.removesuffix("\n").removesuffix("\r")
    if not typed or "\n" in typed or "\r" in typed or "\0" in typed:
        raise NotOnePassword
    return typed
