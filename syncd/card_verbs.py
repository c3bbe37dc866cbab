"""What people do with the practice's card processor, at the hub (RF1, RF2)."""

from contextlib import closing
from urllib.parse import urlsplit

from core.errors import UsageError
from core.money import show_cents
from core.payments import card_list, inbox, reconcile
from core.payments.card import NoProcessor, Processor
from core.payments.checkout import processor_of
from core.practice.cards import set_card_processor
from core.replication.enrol import require_hub
from core.security.files import read_at_most
from core.security.processor_secret import (
    ProcessorSecret,
    forget_processor_secret,
    keep_processor_secret,
    load_processor_secret,
)
from core.store import Store
from syncd.cards import processor_from
from syncd.door import Door
from syncd.line import LOOPBACK
from syncd.settling import pull

NAME = "stripe"
PARTLY = 7


class BadKeys(UsageError):
    code = "bad_keys"

    def __init__(self, why: str) -> None:
        super().__init__(
            f"{why} The file has two lines: the secret key (sk_... or rk_...), then the webhook's signing"
            " secret (whsec_...). Stripe's dashboard shows both under Developers."
        )


def set_keys(door: Door) -> int:
    """Take the keys of the practice's account, and cards from now on. They are never on the command line."""
    address = door.options.address or ""
    if address and urlsplit(address).hostname not in LOOPBACK:
        raise UsageError("--address is for a rehearsal on this computer alone: http://127.0.0.1:PORT.")
    api_key, webhook_secret = _keys(door)
    store, actor = door.managed()
    with closing(store):
        with store.read() as read:
            require_hub(read)
        before = load_processor_secret(door.home, store.data_key)
        old = before.webhook_secret if before and before.webhook_secret != webhook_secret else ""
        secret = ProcessorSecret(api_key, webhook_secret, old, address)
        keep_processor_secret(door.home, store.data_key, secret)
        with store.write(actor) as tx:
            set_card_processor(tx, NAME, live=secret.live)
    mode = "live" if secret.live else "test"
    door.answer(
        {"processor": NAME, "mode": mode},
        [f"Cards are taken through Stripe, in {mode} mode. `syncd processor test` tries the key."],
    )
    return 0


def _keys(door: Door) -> tuple[str, str]:
    """Raises: BadKeys, NeedsKey."""
    if door.options.keys:
        lines = read_at_most(door.options.keys, 4096).decode("ascii", "replace").split()
    else:
        lines = [door.ask("Secret key (sk_...): "), door.ask("Webhook signing secret (whsec_...): ")]
    if len(lines) != 2:
        raise BadKeys("Two keys are needed.")
    api_key, webhook_secret = (each.strip() for each in lines)
    if not api_key.startswith(("sk_test_", "sk_live_", "rk_test_", "rk_live_")):
        raise BadKeys("The first is no secret key of Stripe.")
    if not webhook_secret.startswith("whsec_"):
        raise BadKeys("The second is no signing secret of a webhook.")
    return api_key, webhook_secret


def show(door: Door) -> int:
    """What the processor is, what came from it, and what differs; no key is shown."""
    with closing(door.open().store) as store, store.read() as read:
        secret = load_processor_secret(door.home, store.data_key)
        name, events, open_now = processor_of(read), inbox.counts(read), card_list.open_differences(read)
    told = {state: events.get(state, 0) for state in ("waiting", "done", "aside")}
    mode = "" if secret is None else "live" if secret.live else "test"
    door.answer(
        {
            "processor": name,
            "mode": mode,
            "keys": secret is not None,
            "events": told,
            "differences": [_shown(one) for one in open_now],
        },
        [
            f"Card processor: {name or 'none'}{f', {mode} mode' if mode else ''}"
            + (", but its keys are not in this home" if name and not mode else ""),
            f"Events: {told['done']} recorded, {told['waiting']} waiting, {told['aside']} put aside",
            *(_line(one) for one in open_now),
        ],
    )
    return 0


def test(door: Door) -> int:
    """Ask the processor one thing with the keys. 6 where it does not answer or does not know them."""
    with closing(door.open().store) as store, closing(_processor(door, store)) as processor:
        next(iter(processor.intents_since(store.clock())), None)
        mode = "live" if processor.live else "test"
    door.answer({"processor": NAME, "mode": mode}, [f"Stripe answers and knows the key, in {mode} mode."])
    return 0


def reconcile_now(door: Door) -> int:
    """Record what webhooks missed in the last 35 days, and list what differs; 7 where something does."""
    with closing(door.managed()[0]) as store, closing(_processor(door, store)) as processor:
        found = pull(store, processor)
    door.answer(
        {"differences": [_shown(one) for one in found]},
        [_line(one) for one in found] or ["The book and Stripe's list agree."],
    )
    return PARTLY if found else 0


def remove(door: Door) -> int:
    """Take no cards any more and forget the keys. What was paid stays."""
    store, actor = door.managed()
    with closing(store):
        with store.write(actor) as tx:
            set_card_processor(tx, "")
        forget_processor_secret(door.home)
    door.answer({"processor": ""}, ["This practice takes no cards any more; its keys are forgotten here."])
    return 0


def _processor(door: Door, store: Store) -> Processor:
    found = processor_from(door.home, store)
    if found is None:
        raise NoProcessor
    return found


def _shown(one: reconcile.Differs | card_list.Difference) -> dict[str, object]:
    return {
        "kind": one.kind,
        "processor_ref": one.processor_ref,
        "theirs_cents": one.theirs_cents,
        "ours_cents": one.ours_cents,
        "happened_on": one.happened_on,
        "payment_id": one.payment_id,
    }


def _line(one: reconcile.Differs | card_list.Difference) -> str:
    theirs, ours = show_cents(one.theirs_cents), show_cents(one.ours_cents)
    return (
        f"{one.happened_on}  {one.processor_ref}: {card_list.difference_words(one.kind)}"
        f" (processor {theirs}, book {ours})"
    )
