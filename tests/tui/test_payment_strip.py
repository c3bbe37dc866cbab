"""RC1: the strip of a payment: letters for the method, the split before Enter, editable part by part."""

from __future__ import annotations

from collections.abc import Sequence

from textual.pilot import Pilot

from core.payments.allocation import Owed, Part
from tests.tui.driving import send, settle
from tests.tui.samples import TODAY, Gallery
from tui.strips.fields import Words
from tui.strips.payment import FIELDS_SHOWN, PaymentStrip, PaymentTyped


def owed(invoice_id: str, number: str, cents: int) -> Owed:
    return Owed(invoice_id, number, "José Álvarez", "2026-10-31", cents)


OWED = (owed("a", "N-00042", 12_000), owed("b", "N-00043", 30_000))


async def opened(
    app: Gallery, pilot: Pilot[None], *typed: str, owing: Sequence[Owed] = OWED, first: str | None = "a"
) -> tuple[PaymentStrip, list[PaymentTyped]]:
    await settle(pilot)
    answers: list[PaymentTyped] = []
    strip = PaymentStrip(
        "Pay N-00042 José Álvarez",
        owing,
        first=first,
        today=lambda: TODAY,
        method="check",
        keep_as="pay a",
    )
    assert app.frame is not None
    app.frame.open_strip(strip, answers.append)
    send(app, typed)
    await settle(pilot)
    return strip, answers


def parts(strip: PaymentStrip) -> list[str]:
    return [share.typed for share in strip.shares]


def message(strip: PaymentStrip) -> str:
    return "".join(text for text, _ in strip.query_one("#refusal", Words)._pieces).strip()


async def test_the_preset_is_the_balance_and_enter_records_it_as_shown() -> None:
    app = Gallery()
    async with app.run_test(size=(80, 24)) as pilot:
        strip, answers = await opened(app, pilot)
        assert (strip.amount.typed, parts(strip)) == ("120.00", ["120.00", "0.00"])
        send(app, ["k", *"1187", "enter"])
        await settle(pilot)
        assert answers == [PaymentTyped(12_000, "check", "1187", TODAY, (Part("a", 12_000),))]


async def test_the_split_follows_the_amount_while_it_is_typed() -> None:
    app = Gallery()
    async with app.run_test(size=(80, 24)) as pilot:
        strip, answers = await opened(app, pilot, *"150")
        assert parts(strip) == ["120.00", "30.00"]
        send(app, [*"00"])
        await settle(pilot)
        assert parts(strip) == ["120.00", "300.00"]
        assert "credit 14,580.00" in lines(app)
        assert answers == []


def lines(app: Gallery) -> str:
    rows = app.screen._compositor.render_strips(app.size)
    return "\n".join("".join(segment.text for segment in row) for row in rows)


async def test_a_part_typed_by_hand_stays_and_the_others_share_the_rest() -> None:
    app = Gallery()
    async with app.run_test(size=(80, 24)) as pilot:
        strip, answers = await opened(app, pilot, *"200", "tab", "tab", "tab", *"50")
        assert parts(strip) == ["50", "150.00"]
        send(app, ["enter"])
        await settle(pilot)
        assert answers[0].shares == (Part("a", 5_000), Part("b", 15_000))


async def test_what_is_left_over_is_credit_only_after_a_second_enter() -> None:
    app = Gallery()
    async with app.run_test(size=(80, 24)) as pilot:
        strip, answers = await opened(app, pilot, *"450", "enter")
        assert (
            message(strip) == "Amount is more than the balance, $420.00. Enter again keeps $30.00 as credit."
        )
        assert app.focused is strip.amount.input
        assert answers == []
        send(app, ["enter"])
        await settle(pilot)
        assert answers[0].credit_cents == 3_000


async def test_another_amount_asks_again_before_it_becomes_credit() -> None:
    app = Gallery()
    async with app.run_test(size=(80, 24)) as pilot:
        strip, answers = await opened(app, pilot, *"450", "enter", "end", "backspace", "9", "enter")
        assert answers == []
        assert "Enter again keeps $39.00 as credit." in message(strip)


async def test_who_owes_nothing_can_pay_ahead() -> None:
    app = Gallery()
    async with app.run_test(size=(80, 24)) as pilot:
        strip, answers = await opened(app, pilot, *"80", "c", "enter", owing=())
        assert message(strip) == "No invoice is open. Enter again keeps $80.00 as credit."
        send(app, ["enter"])
        await settle(pilot)
        assert answers == [PaymentTyped(8_000, "cash", "", TODAY, ())]


async def test_wrong_parts_are_named_in_words_and_nothing_is_lost() -> None:
    app = Gallery()
    async with app.run_test(size=(80, 24)) as pilot:
        strip, answers = await opened(app, pilot, *"130", "tab", "tab", "tab", *"125", "enter")
        assert message(strip).startswith("N-00042 owes $120.00.")
        assert app.focused is strip.shares[0].input
        send(app, ["tab", *"100", "shift+tab", *"90", "enter"])
        await settle(pilot)
        assert message(strip) == "The parts come to $190.00, the payment is $130.00."
        assert "over by 60.00" in lines(app)
        assert (answers, parts(strip)) == ([], ["90", "100"])


async def test_no_amount_and_less_than_nothing_are_refused() -> None:
    app = Gallery()
    async with app.run_test(size=(80, 24)) as pilot:
        strip, answers = await opened(app, pilot, *"0", "enter")
        assert message(strip) == "An amount is more than 0.00."
        send(app, ["home", "-", "5", "enter"])
        await settle(pilot)
        assert message(strip) == "An amount is more than 0.00."
        assert (answers, strip.amount.typed) == ([], "-50")


async def test_letters_choose_the_method_and_go_to_its_reference() -> None:
    app = Gallery()
    async with app.run_test(size=(80, 24)) as pilot:
        strip, _ = await opened(app, pilot)
        chosen = []
        for letter in "kcadxlo":
            send(app, [letter])
            await settle(pilot)
            assert app.focused is strip.reference.input
            chosen.append((strip.method.name, strip.reference.label))
            send(app, ["shift+tab"])
        assert chosen == [
            ("check", "check no."),
            ("cash", "cash receipt"),
            ("ach", "ACH no."),
            ("card_on_file", "card on file"),
            ("card_external", "card slip"),
            ("platform", "platform"),
            ("other", "other"),
        ]


async def test_esc_keeps_what_was_typed_and_not_what_was_only_shown() -> None:
    app = Gallery()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot, "a", *"77", "escape")
        strip, _ = await opened(app, pilot, owing=(owed("a", "N-00042", 9_000),))
        assert (strip.amount.typed, strip.method.name, strip.reference.typed) == ("90.00", "ach", "77")
        send(app, [*"44", "tab", "tab", "tab", *"40", "escape"])
        strip, _ = await opened(app, pilot)
        assert (strip.amount.typed, parts(strip)) == ("44", ["40", "4.00"])


async def test_many_open_invoices_are_paid_though_not_each_has_a_field() -> None:
    many = [owed(f"i{at}", f"N-{at:05}", 1_000) for at in range(FIELDS_SHOWN + 3)]
    app = Gallery()
    async with app.run_test(size=(80, 24)) as pilot:
        strip, answers = await opened(app, pilot, *"265", "enter", owing=many, first=None)
        assert len(strip.shares) == FIELDS_SHOWN
        assert answers[0].credit_cents == 0
        assert answers[0].shares[-1] == Part("i26", 500)
