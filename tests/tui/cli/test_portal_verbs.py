"""RE1: access to the portal, granted and taken away from the command line."""

from __future__ import annotations

from tests.tui.cli.conftest import Daysheet


def test_re1_access_is_granted_listed_and_taken_away(daysheet: Daysheet) -> None:
    client = daysheet("client", "list")["clients"][0]["client_id"]
    granted = daysheet(
        "portal", "grant", client, "--email", "Parent@Example.org", "--name", "Pia Parent", "--no-pay"
    )
    assert (granted["email"], granted["documents"], granted["pay"]) == ("parent@example.org", True, False)
    again = daysheet("portal", "grant", client, "--email", "parent@example.org", "--no-invitation")
    assert (again["person_id"], again["person"], again["pay"]) == (granted["person_id"], "Pia Parent", True)
    (row,) = daysheet("portal", "list", client)["access"]
    assert row["grant_id"] == granted["grant_id"]
    assert daysheet("portal", "invite", client, "--email", "parent@example.org")["person"] == "Pia Parent"
    assert daysheet("portal", "revoke", client, "--email", "PARENT@example.org")["ended"] == 1
    assert daysheet("portal", "list")["access"] == []
