"""RE1: access to the portal, granted and taken away from the command line."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tui.cli.conftest import Daysheet


def test_re1_access_is_granted_listed_and_taken_away(daysheet: Daysheet) -> None:
    def said(*words: str) -> dict[str, Any]:
        return daysheet("portal", *words, "--json").data

    granted = said("grant", "archer", "--email", "Pia@Example.org", "--name", "Pia Parent", "--no-pay")
    assert (granted["email"], granted["documents"], granted["pay"]) == ("pia@example.org", True, False)
    again = said("grant", "archer", "--email", "pia@example.org", "--no-invitation")
    assert (again["person_id"], again["person"], again["pay"]) == (granted["person_id"], "Pia Parent", True)
    (row,) = said("list", "archer")["access"]
    assert row["grant_id"] == granted["grant_id"]
    assert "Pia Parent" in daysheet("portal", "list").out
    assert said("invite", "archer", "--email", "pia@example.org")["person"] == "Pia Parent"
    assert said("revoke", "archer", "--email", "PIA@example.org")["ended"] == 1
    assert said("list")["access"] == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("grant", "archer", "--email", "nobody"), 2),
        (("grant", "archer", "--email", "a@b.org", "--no-documents", "--no-pay", "--no-superbills"), 2),
        (("grant", "archer", "--email", "a@b.org", "--guarantor", "bell"), 4),
        (("grant", "nobody", "--email", "a@b.org"), 3),
        (("revoke", "archer", "--email", "a@b.org"), 3),
    ],
)
def test_re1_what_makes_no_sense_is_refused(daysheet: Daysheet, words: tuple[str, ...], code: int) -> None:
    assert daysheet("portal", *words).code == code
    assert daysheet("portal", "list", "--json").data["access"] == []
