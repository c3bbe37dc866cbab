"""RJ4: whatever people are called and typed, both programs read the journal, and it says the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.books.journal_text import (
    SYNTAXES,
    Account,
    Balance,
    Posting,
    Transaction,
    balances_on,
    currency_code,
    slug,
)
from core.text import plain
from tests.core.books.checkers import (
    JournalRefused,
    beancount_cents,
    beancount_entries,
    hledger,
    hledger_cents,
    needs_hledger,
)
from tests.hostile.payloads import PAYLOADS

OWED = "Assets:Receivable:Ann-Archer-0000abcd:Invoices"
HOSTILE = (
    *PAYLOADS,
    *('a"b\\', "\\", '"', ";", "a ; b", "|", "(code", "* !", "=1", "date:2016-13-45", "[2016-13-45]"),
    *(
        "type:Q",
        "x\n2026-01-01 open Assets:X",
        "x\r\n    Assets:X  1.00 USD",
        "#tag ^link",
        "  two  spaces",
        "",
    ),
    *(
        "date: foo, type: bar",
        "\\n\\t",
        "\u2028\u0085x",
        "end comment",
        "comment",
        "~ monthly",
        "include /etc/passwd",
    ),
)
anything = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(exclude_categories=["Cs"]), max_size=60))


def journal(path: Path, form: str, payee: str, text: str, value: str) -> Path:
    """A payment with hostile words wherever words may stand."""
    syntax = SYNTAXES[form]
    accounts = (OWED, "Assets:Deposits:Check")
    tags = (("invoice", value), ("reason", text))
    paid = Transaction("2026-10-31", payee, text, tags, (Posting(accounts[1], 1250), Posting(OWED, -1250)))
    pieces = [syntax.head(value, "USD")]
    pieces += [syntax.account(Account(name, "2026-10-31", (("name", value),)), "USD") for name in accounts]
    pieces += [syntax.transaction(paid, "USD")]
    pieces += syntax.balances("2026-11-01", [Balance(OWED, -1250), Balance(accounts[1], 1250)], "USD")
    path.write_text("".join(pieces), encoding="utf-8", newline="")
    return path


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
@given(anything, anything, anything)
@example(HOSTILE[0], 'a"b\\', "\\")
def test_rj4_beancount_reads_any_text_as_text(tmp_path: Path, payee: str, text: str, value: str) -> None:
    path = journal(tmp_path / "book.beancount", "beancount", payee, text, value)
    entries = beancount_entries(path)
    assert [type(entry).__name__ for entry in entries] == [
        "Open",
        "Open",
        "Transaction",
        "Balance",
        "Balance",
    ]
    assert (entries[2].payee or "", entries[2].narration) == (plain(payee), plain(text))
    assert (entries[2].meta["invoice"] or "", entries[0].meta["name"] or "") == (plain(value), plain(value))
    assert not entries[2].tags | entries[2].links


@needs_hledger
@pytest.mark.parametrize("text", HOSTILE)
def test_rj4_hledger_reads_any_text_as_text(tmp_path: Path, text: str) -> None:
    path = journal(tmp_path / "book.journal", "hledger", text, text, text)
    assert hledger_cents(path) == {"Assets:Deposits:Check": 1250, OWED: -1250}
    assert len(hledger(path, "register", "-O", "csv", OWED).splitlines()) == 3


@pytest.mark.parametrize("form", SYNTAXES)
def test_rj4_no_text_makes_a_line_of_its_own(tmp_path: Path, form: str) -> None:
    lines = {
        len(journal(tmp_path / "book", form, text, text, text).read_bytes().splitlines()) for text in HOSTILE
    }
    assert len(lines) == 1


def test_a_name_of_any_script_gives_an_account_that_both_take() -> None:
    assert slug("José García-Núñez", otherwise="X") == "Jose-Garcia-Nunez"
    assert slug("  Łukasz O'Brien, Jr. ", otherwise="X") == "Lukasz-O-Brien-Jr"
    assert slug("李小龍", otherwise="Guarantor") == "Guarantor"
    assert slug("[@click=app.quit]", otherwise="X") == "Click-App-Quit"
    assert slug("3 Sisters", otherwise="X") == "3-Sisters"


@given(st.text())
def test_a_slug_is_always_short_and_plain(name: str) -> None:
    assert re.fullmatch(r"[A-Z0-9][A-Za-z0-9-]{0,31}", slug(name, otherwise="Guarantor"), re.ASCII)


def test_an_odd_currency_is_no_currency() -> None:
    assert [currency_code(code) for code in ("USD", "EUR", "usd", "U$D", "US DOLLARS", "")] == [
        *("USD", "EUR", "XXX", "XXX", "XXX", "XXX")
    ]


def test_balances_are_checked_on_the_day_after_the_last() -> None:
    assert (balances_on("2026-12-31"), balances_on("9999-12-31")) == ("2027-01-01", None)


@pytest.mark.parametrize("form", SYNTAXES)
def test_what_does_not_balance_is_never_written(form: str) -> None:
    wrong = Transaction("2026-10-31", "", "", (), (Posting(OWED, 1),))
    with pytest.raises(AssertionError):
        SYNTAXES[form].transaction(wrong, "USD")


def test_beancount_sees_a_cent_too_much(tmp_path: Path) -> None:
    path = journal(tmp_path / "book.beancount", "beancount", "a", "b", "c")
    assert beancount_cents(path) == {"Assets:Deposits:Check": 1250, OWED: -1250}
    path.write_text(
        path.read_text().replace("balance Assets:Deposits:Check 12.50", "balance Assets:Deposits:Check 12.51")
    )
    with pytest.raises(JournalRefused, match="Balance failed"):
        beancount_entries(path)


@needs_hledger
def test_hledger_sees_a_cent_too_much(tmp_path: Path) -> None:
    path = journal(tmp_path / "book.journal", "hledger", "a", "b", "c")
    path.write_text(path.read_text().replace("= 12.50", "= 12.51"))
    with pytest.raises(JournalRefused, match="balance assertion"):
        hledger_cents(path)
