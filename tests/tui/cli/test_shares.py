"""RB8 from the command line: another payer, shares from a day on, sibling drafts and invoices."""

from __future__ import annotations

from tests.tui.cli.conftest import Daysheet

HOME = ("--street", "2 Oak Street", "--city", "Lynn", "--state", "MA", "--postal-code", "01901")


def add(daysheet: Daysheet, name: str) -> None:
    assert daysheet("guarantor", "add", "--name", name, *HOME).code == 0


def test_rb8_shares_are_set_listed_and_ended(daysheet: Daysheet) -> None:
    add(daysheet, "Mae Miller")
    assert daysheet("client", "shares", "archer").out == "Ann Archer owes every charge of Archer, Ann.\n"
    shares = ("Mae Miller=33.33%", "ann archer=20.00", "bell=rest")
    data = daysheet("client", "shares", "archer", "set", "--from", "2026-09-01", *shares, "--json").data
    assert {"client_id", "client", "guarantor", "shares"} == set(data)
    assert [
        (s["guarantor"], s["kind"], s["percent_bps"], s["fixed_cents"], s["from_on"], s["to_on"])
        for s in data["shares"]
    ] == [
        ("Mae Miller", "percent", 3333, None, "2026-09-01", None),
        ("Ann Archer", "fixed", None, 2000, "2026-09-01", None),
        ("Bea Bell", "remainder", None, None, "2026-09-01", None),
    ]
    shown = daysheet("client", "shares", "archer", "--plain").out.splitlines()
    assert shown[0].split("\t") == ["2026-09-01", "", "Mae Miller", "33.33 %"]
    assert daysheet("client", "shares", "archer", "end", "--from", "2026-10-01").code == 0
    ended = daysheet("client", "shares", "archer", "list", "--json").data["shares"]
    assert {share["to_on"] for share in ended} == {"2026-09-30"}
    again = daysheet("client", "shares", "archer", "end", "--from", "2026-10-01", "--json")
    assert (again.code, again.error["code"]) == (4, "not_shared")


def test_rb8_a_new_invoice_comes_with_its_siblings_and_a_run_names_who_owes(daysheet: Daysheet) -> None:
    add(daysheet, "Mae Miller")
    daysheet("client", "shares", "archer", "set", "Mae Miller=50%", "archer=rest", "--from", "2026-09-01")
    dry = daysheet("run", "--all", "--dry-run", "--json").data
    mine = [(one["client"], one["payer"], one["total_cents"]) for one in dry["invoices"]]
    assert mine[:2] == [("Ann Archer", "Mae Miller", 30_000), ("Ann Archer", "Ann Archer", 30_000)]
    assert daysheet("run", "--all", "--dry-run").out.count("Ann Archer (Mae Miller)") == 1
    made = daysheet("invoice", "new", "--client", "archer", "--json").data
    assert (made["guarantor"], made["total_cents"]) == ("Mae Miller", 30_000)
    (sibling,) = made["siblings"]
    assert (sibling["guarantor"], sibling["total_cents"]) == ("Ann Archer", 30_000)
    line = made["lines"][0]
    assert line["description"].endswith("(your share of 150.00)")
    assert (line["units"], line["rate_cents"], line["amount_cents"]) == (1, 7_500, 7_500)
    shown = daysheet("invoice", "show", made["short_id"]).out
    assert "Owed by Mae Miller" in shown
    changed = daysheet("invoice", "edit", made["short_id"], "--line", "1", "--rate", "1", "--json")
    assert (changed.code, changed.error["code"]) == (4, "share_is_fixed")
    for one in (made, sibling):
        assert daysheet("invoice", "send", one["short_id"]).code == 0
    refused = daysheet("client", "shares", "archer", "end", "--from", "2026-09-01", "--json")
    assert (refused.code, refused.error["code"]) == (4, "already_billed_so")


def test_rb8_shares_that_make_no_sense_are_refused_in_a_sentence(daysheet: Daysheet) -> None:
    add(daysheet, "Mae Miller")
    for shares, code, told in (
        (("Mae Miller=50%",), 2, "at least two guarantors"),
        (("Mae Miller=60%", "bell=60%"), 2, "120.00 %"),
        (("Mae Miller=50%", "bell"), 2, '"bell" is not a share'),
        (("Mae Miller=1_000", "bell=rest"), 2, '"1_000" is not an amount'),
        (("Mae Miller=NaN%", "bell=rest"), 2, '"NaN%" is not a percentage'),
        (("nobody=50%", "bell=rest"), 3, 'no guarantor "nobody"'),
        (("=50%", "bell=rest"), 2, "is not a share"),
    ):
        said = daysheet("client", "shares", "archer", "set", *shares)
        assert (said.code, told in said.err) == (code, True), (shares, said)
    assert daysheet("client", "shares", "archer", "--json").data["shares"] == []


def test_rb8_a_guarantor_is_added_corrected_and_listed(daysheet: Daysheet) -> None:
    add(daysheet, "Mae Miller")
    edited = daysheet("guarantor", "edit", "miller", "--name", "Mae Moss", "--city", "Salem", "--json").data
    assert (edited["guarantor"], edited["address"]["city"]) == ("Mae Moss", "Salem")
    rows = daysheet("guarantor", "list", "--json").data["guarantors"]
    assert [(row["guarantor"], row["clients"]) for row in rows] == [
        ("Ann Archer", 1), ("Bea Bell", 1), ("Cal Cole", 1), ("Mae Moss", 0),
    ]  # fmt: skip
    add(daysheet, "Mae Moss")
    many = daysheet("guarantor", "edit", "moss", "--city", "Lynn", "--json")
    assert (many.code, many.error["code"]) == (3, "many_guarantors")
    assert daysheet("guarantor", "edit", "bell").code == 2
