"""What each word of `syncd` does in an office."""

import asyncio
import getpass
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from core.dates import system_now
from core.errors import Busy, UsageError
from core.replication import enrol
from core.replication.standing import IN_WORDS, office_standing
from core.security.unlock import acting
from core.store import Store
from syncd import joining
from syncd.door import Door
from syncd.line import require_address
from syncd.loaded import settle
from syncd.office import Office


class AlreadyRuns(Busy):
    code = "already_runs"

    def __init__(self) -> None:
        super().__init__("`syncd office` runs for this book already.")


class NeedsPin(UsageError):
    code = "needs_pin"

    def __init__(self) -> None:
        super().__init__("Name the hub's fingerprint with --pin, as `syncd invite` printed it.")


def join(door: Door) -> int:
    """A new book for this office, with everything the others have."""
    options = door.options
    url = require_address(options.url)
    person = options.person or _computer_user()
    with joining.alone(door.home):
        if joining.is_begun(door.home):
            door.say("This office has asked to join before and was cut off; it goes on.")
            begun = joining.go_on(door.home, door.passphrase(new=False), system_now)
        else:
            hello = asyncio.run(joining.greet(url, system_now))
            _check_pin(door, hello.pin)
            passphrase = door.passphrase(new=True)
            joining.require_passphrase(passphrase)
            begun = joining.begin(
                door.home, hello, options.code, passphrase=passphrase, person=person, clock=system_now
            )
        welcome = asyncio.run(joining.ask_in(begun, door.home, options.code, system_now))
        if welcome is not None:
            door.say("Recovery code, shown only now; write it down and keep it away from this computer:")
            door.say(f"  {begun.recovery_code}")
            joining.come_in(begun, door.home, welcome)
        settle()
        done = asyncio.run(joining.fetch(begun, door.home, door.progress))
    door.answer(
        {
            "home": door.home,
            "site": done.site,
            "series": done.series,
            "rows": done.rows,
            "recovery_code": done.recovery_code,
        },
        [
            f"This office has everything ({done.rows:,} rows). Its invoices are numbered {done.series}-….",
            "`syncd office` keeps it in step; `daysheet` opens the screens.",
        ],
    )
    return 0


def _check_pin(door: Door, seen: str) -> None:
    """Raises: WrongPin, NeedsPin."""
    said = door.options.pin
    if said is None:
        if not door.agreed(f"The hub's fingerprint is {seen}. Does `syncd invite` show the same?"):
            raise NeedsPin
    elif said.lower() != seen:
        raise joining.WrongPin(seen)


def _computer_user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "office"


def office(door: Door) -> int:
    """Keep this office in step until told to end; with --once, until both have everything; with --check,
    until both have the same."""
    opened = door.open()
    store = opened.store
    try:
        with store.read() as read:
            office_standing(read)
        if door.options.url:
            url = require_address(door.options.url)
            with store.write(acting(opened, door.home)) as tx:
                enrol.move_link(tx, url)
        with _alone(door.home):
            if door.options.check:
                return _check(door, store)
            return _once(door, store) if door.options.once else asyncio.run(_keep(door, store))
    finally:
        store.close()


def _once(door: Door, store: Store) -> int:
    rows = asyncio.run(Office(store).in_step(door.progress))
    door.answer({"rows": rows}, [f"In step with the hub; {rows:,} rows came."])
    return 0


WHY_LEFT = {
    "only_here": "the hub does not have it, and another office wrote it; that office's check brings it",
    "newer_here": "it is newer here, and another office wrote it; that office's check brings it",
    "unproven": "neither the row here nor the hub's fits its site's chain; `daysheet audit verify` says more",
}


def _check(door: Door, store: Store) -> int:
    """7 where something still differs."""
    found = asyncio.run(Office(store).checked(door.progress))
    left = [{"table": table, "id": row_id, "why": why} for table, row_id, why in found.left]
    data = {"rows": found.rows, "made_equal": found.here, "given_back": found.at_hub, "left": left}
    door.answer(
        data,
        [
            f"{found.rows:,} rows compared with the hub's.",
            f"Made equal here: {found.here:,}; given back to the hub: {found.at_hub:,}.",
            *(f"  {t} {i}: {WHY_LEFT.get(why, why)}" for t, i, why in found.left),
        ],
    )
    return 7 if found.left else 0


async def _keep(door: Door, store: Store) -> int:
    def tell(code: str) -> None:
        door.say(IN_WORDS.get(code, code) if code else "In step with the hub.")

    keeper, ended = Office(store, tell), 0

    def end(number: int) -> None:
        nonlocal ended
        ended = 128 + number
        keeper.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError):  # Windows ends the process by itself
            asyncio.get_running_loop().add_signal_handler(number, end, number)
    settle()
    await keeper.run()
    return ended


@contextmanager
def _alone(folder: str) -> Iterator[None]:
    """Raises: AlreadyRuns. A crash lets go."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    path = os.path.join(folder, "syncd.lock")  # noqa: PTH118
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRuns from None
        yield
    finally:
        os.close(descriptor)
