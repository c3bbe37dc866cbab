"""What Settings changes, from the command line: offices, services, this computer's choices and keys."""

from __future__ import annotations

from pathlib import Path

from tests.builders import OWNER
from tests.homes import Home
from tests.tui.cli.conftest import Daysheet


def test_an_office_and_a_service_are_corrected(daysheet: Daysheet, home: Home) -> None:
    home_is_owned(home)
    assert (
        daysheet("office", "edit", "north", "--city", "Lynn", "--json").data["offices"][0]["city"] == "Lynn"
    )
    assert daysheet("office", "edit", "nowhere", "--city", "Lynn").code == 3
    assert daysheet("office", "edit", "north").code == 2
    daysheet("service", "add", "X9", "--system", "LOCAL", "--description", "Letter", "--rate", "50")
    changed = daysheet("service", "edit", "X9", "--rate", "60", "--json").data["services"]
    assert [row["rate_cents"] for row in changed if row["code"] == "X9"] == [6_000]
    retired = daysheet("service", "edit", "X9", "--retire", "--json").data["services"]
    assert "X9" not in {row["code"] for row in retired}
    assert daysheet("service", "edit", "X9", "--rate", "1").code == 3


def home_is_owned(home: Home) -> None:
    from core.actors import Role
    from core.practice.users import change_role

    with home.open() as store, store.write(OWNER) as tx:
        for (user_id,) in tx.rows("SELECT id FROM \"user\" WHERE role = 'service'"):
            change_role(tx, user_id, Role.OWNER)


def test_a_theme_is_kept_and_a_wrong_one_refused(daysheet: Daysheet, home: Home) -> None:
    chosen = daysheet("config", "set", "theme", "light", "--json").data["settings"]
    assert chosen["theme"] == "light"
    path = daysheet("config", "path", "--json").data["path"]
    assert Path(path).read_text() == 'theme = "light"\n'
    assert daysheet("config", "set", "theme", "mauve").code == 2
    assert daysheet("config", "set", "colour", "light").code == 2


def test_keys_check_names_what_lost_its_key(daysheet: Daysheet, home: Home) -> None:
    assert daysheet("keys", "check", "--json").data["keys"] == {}
    path = Path(daysheet("keys", "check", "--json").data["path"])
    path.write_text('"frame.help" = "u"\n')
    clash = daysheet("keys", "check")
    assert clash.code == 4
    assert "keys.toml takes the key of: Undo." in clash.err
    path.write_text("x = [")
    assert daysheet("keys", "check").code == 4
