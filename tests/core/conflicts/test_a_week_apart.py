"""RI1, RI3: three offices bill, pay and void offline for a week, two of them the same clients."""

from __future__ import annotations

import random
from pathlib import Path

from core.conflicts.commands import resolve
from core.invoicing.voiding import void_invoice
from tests.builders import TODAY
from tests.core.conflicts.three import Offices, balances, differences_of

NORTH, SOUTH, WEST = 1, 2, 3
DAYS = 5
BOTH = 4
"""Clients whom North and South bill, who then have two invoices each."""


def test_ri3_after_a_week_apart_all_show_the_same_and_each_double_billing_is_decided_once(
    tmp_path: Path,
) -> None:
    offices, chance = Offices(tmp_path), random.Random(7)
    shared = [offices.client("Ann", f"Shared {n}", sessions=2) for n in range(BOTH)]
    own = {
        site: [offices.client("Bob", f"Own {site}-{n}") for n in range(DAYS)] for site in (NORTH, SOUTH, WEST)
    }
    for day in range(DAYS):
        offices.later(days=1)
        for site in chance.sample((NORTH, SOUTH, WEST), 3):
            offices.later(minutes=7)
            billed = [own[site][day], *([shared[day]] if day < BOTH and site != WEST else [])]
            for client_id in billed:
                invoice_id = offices.bill(site, client_id)
            offices.pay(
                site, own[site][day], chance.choice((5_000, 15_000, 20_000)), reference=f"{site}-{day}"
            )
            if day == site:
                with offices.write(site) as tx:
                    void_invoice(tx, invoice_id, reason="wrong code", today=TODAY, money="credit")
                offices.bill(site, billed[-1])
    offices.settle()

    north = balances(offices.offices[NORTH])
    assert all(balances(book) == north for book in (*offices.offices.values(), offices.hub))
    assert all(differences_of(book) == [] for book in offices.offices.values())

    seen = {site: {(c.name, c.kind, c.text) for c in offices.conflicts(site)} for site in offices.offices}
    assert seen[NORTH] == seen[SOUTH] == seen[WEST]
    assert [kind for _, kind, _ in seen[WEST]] == ["billed_twice"] * BOTH

    for number, conflict in enumerate(offices.conflicts(WEST)):
        site = (NORTH, SOUTH, WEST)[number % 3]
        with offices.write(site) as tx:
            resolve(tx, conflict.conflict_id, "void", today=TODAY)
    offices.settle()
    assert [offices.conflicts(site) for site in offices.offices] == [[], [], []]
    north = balances(offices.offices[NORTH])
    assert all(balances(book) == north for book in (*offices.offices.values(), offices.hub))
    for client_id in shared:
        assert (
            offices.value(
                WEST, "SELECT sum(balance_cents) FROM invoice_balance WHERE client_id = :id", id=client_id
            )
            == 30_000
        )
