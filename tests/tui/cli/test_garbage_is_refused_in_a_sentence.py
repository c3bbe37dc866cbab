"""No words on the command line bring out a traceback or the sentence for a bug (exit 1)."""

from __future__ import annotations

import json
import subprocess
import sys

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.architecture.source import ROOT
from tests.homes import Home
from tests.sizes import sized
from tests.tui.cli.conftest import Daysheet
from tui.arguments import VERBS

NOT_TRIED = {"demo", "init", "import"}
WORDS = st.one_of(
    st.sampled_from(sorted(VERBS.keys() - NOT_TRIED)),
    st.sampled_from(
        ["list", "show", "new", "edit", "send", "pdf", "delete", "add", "set", "role", "remove", "verify",
         "licence", "machine", "passphrase", "bash", "terms", "owner", "biller", "1", "N-00001", "archer",
         "refund", "reverse", "apply",
         "unapply", "give", "void", "rebill", "write-off", "credit-note", "ledger", "note", "ar", "day-sheet",
         "close", "late-entries", "2026-09", "2026-10-31", "-1",
         "1e9", "99999999999999999999", "--", "-", "12.5%", "0"]
    ),
    st.sampled_from(
        ["--json", "--plain", "--yes", "--client", "--from", "--to", "--month", "--all", "--send",
         "--dry-run", "--status", "--due", "--notes", "--empty", "--add-line", "--amount", "--line",
         "--rate", "--units", "--remove-line", "--discount", "--surcharge", "--label", "--most", "--given",
         "--family", "--year", "--method", "--on", "--reason", "--allocate", "--unallocated", "--as-of",
         "--through", "--keep-credit", "--rebill", "--recent", "--invoice", "--guarantor",
         "--description", "--unit-minutes", "--system", "--role", "--version", "--js", "--street", "--email",
         "--name", "--code", "--timezone", "--terms"]
    ),
    st.text(st.characters(blacklist_characters="\x00"), max_size=12),
)  # fmt: skip


@given(words=st.lists(WORDS, max_size=8))
@settings(
    max_examples=sized(250, 5_000),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_words_at_all_are_done_or_refused(daysheet: Daysheet, words: list[str]) -> None:
    said = daysheet(*words)
    assert said.code in (0, 2, 3, 4, 5, 6, 7), (words, said)
    assert "Traceback" not in said.out + said.err
    if "--json" in words and said.code and "--" not in words:
        assert json.loads(said.out)["ok"] is False


WHOLE = st.sampled_from(
    [
        ["invoice", "new", "--client"], ["invoice", "show"], ["invoice", "send"], ["client", "show"],
        ["invoice", "list", "--client"], ["invoice", "list", "--status"], ["run", "--dry-run", "--month"],
        ["run", "--dry-run", "--from"], ["unbilled", "list", "--to"], ["audit", "list", "--most"],
        ["client", "add", "--family", "x", "--given"], ["client", "edit", "archer", "--street"],
        ["invoice", "new", "--client", "archer", "--empty", "--notes"],
        ["invoice", "new", "--client", "archer", "--empty", "--due"], ["practice", "set", "--name"],
        ["provider", "add"], ["office", "add"], ["user", "add"], ["policy", "set", "terms"],
        ["policy", "set", "no_show_fee"], ["provider", "licence", "pat", "--year"],
        ["service", "add", "--description", "d", "--rate", "1"], ["key", "machine"], ["user", "remove"],
        ["payment", "add", "--client", "archer", "--method", "cash", "--amount"], ["payment", "show"],
        ["payment", "add", "--client", "archer", "--amount", "5", "--method"], ["explain"],
        ["payment", "add", "--client", "archer", "--amount", "5", "--method", "cash", "--allocate"],
        ["payment", "add", "--guarantor"], ["payment", "list", "--from"], ["client", "ledger"],
        ["report", "ar", "--as-of"], ["report", "ar", "--layout"], ["report", "day-sheet", "--on"],
        ["report", "day-sheet", "--office"], ["report", "close", "--through"], ["client", "note", "archer"],
        ["charge", "add", "--client", "archer", "--amount", "5", "--text"], ["charge", "void", "--reason"],
        ["invoice", "void", "1", "--reason"], ["invoice", "reverse", "--reason", "r"],
        ["provider", "edit", "pat", "--name"], ["practice", "set", "--timezone"],
        ["service", "add", "x", "--description", "d", "--rate"],
    ]
)  # fmt: skip
VALUES = st.one_of(
    st.text(max_size=20).filter(lambda text: "\x00" not in text),
    st.sampled_from(["\udcff\udc80", "-5", "0", "99999999999999999999999", "9999-12-31", "9999-12",
                     "0001-01-01", "../../x", "/dev/full", "/", "%", "NaN", "inf", "١٢", "1" * 5000,
                     "\x1b[2J"]),
)  # fmt: skip


@given(verb=WHOLE, value=VALUES, form=st.sampled_from([[], ["--json"], ["--plain"]]))
@settings(
    max_examples=sized(250, 5_000),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_value_of_a_good_verb_is_done_or_refused(
    daysheet: Daysheet, verb: list[str], value: str, form: list[str]
) -> None:
    said = daysheet(*verb, value, *form)
    assert said.code in (0, 2, 3, 4, 6), (verb, value, said)
    assert "Traceback" not in said.out + said.err
    if form == ["--json"] and value not in ("--", "-h", "--help"):
        assert json.loads(said.out)["ok"] is (said.code == 0)


def test_bytes_that_are_no_text_are_refused_by_the_real_program(home: Home) -> None:
    for words in ([b"client", b"show", b"\xff\xfe"], [b"\xff"], [b"client", b"list", b"\xff", b"--json"]):
        done = subprocess.run(
            [sys.executable.encode(), b"-m", b"tui.cli", *words],
            capture_output=True, env={**home.environ, "PYTHONPATH": sys.path[0] or "."}, cwd=ROOT,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert done.returncode in (2, 3), (words, done)
        assert b"Traceback" not in done.stderr
        done.stdout.decode()
