"""RA5: a practice maps another system's columns and words with a profile of its own."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from core.actors import Actor
from core.books.clients import import_clients
from core.books.csv_file import FileRefused
from core.books.profiles import GENERIC, NoProfile, ProfileRefused, load_profile, profile_named
from core.books.sessions import import_sessions
from core.store import Store

Write = Callable[[str, str], Path]

PROFILE = """
source = "oldsystem"
dates = "mdy"
delimiter = ";"

[clients.columns]
external_id = "Client #"
given_name = "First"
family_name = "Last"
birth_date = "DOB"

[sessions.columns]
external_id = "Appt"
client_external_id = "Client #"
start = "When"
status = "Outcome"
code = "CPT"
rate = "Fee"

[sessions.defaults]
units = "2"

[sessions.words.status]
"Showed Up" = "kept"
"""
CLIENTS = "Client #;First;Last;DOB;Remarks\n17;Ada;Adams;2/3/2001;x\n"
SESSIONS = "Appt;Client #;When;Outcome;CPT;Fee\n1;17;10/1/2026 02:30 PM;showed up;90834;$1,150.00\n"


def test_ra5_a_profile_maps_columns_words_dates_and_defaults(book: Store, owner: Actor, write: Write) -> None:
    profile = load_profile(write("oldsystem.toml", PROFILE))
    with book.write(owner) as tx:
        import_clients(tx, io.BytesIO(CLIENTS.encode()), profile=profile)
        outcome = import_sessions(tx, io.BytesIO(SESSIONS.encode()), profile=profile)
    assert outcome.total_cents == 230_000
    with book.read() as read:
        assert read.value("SELECT birth_on FROM client") == "2001-02-03"
        assert read.value("SELECT starts_at FROM session") == "2026-10-01T18:30:00.000Z"


def test_ra5_a_column_that_the_profile_names_must_be_there(book: Store, owner: Actor, write: Write) -> None:
    profile = load_profile(write("oldsystem.toml", PROFILE))
    with pytest.raises(FileRefused, match='the column "DOB" is missing'), book.write(owner) as tx:
        import_clients(tx, io.BytesIO(CLIENTS.replace("DOB", "Born").encode()), profile=profile)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ("source = 5", "source must be a text in quotes"),
        ('dates = "ymd"', "dates must be iso, mdy or dmy"),
        ('delimiter = "x"', "the delimiter must be"),
        ("oops", "it is not TOML"),
        ('colour = "red"', 'does not know "colour"'),
        ('clients = "all"', r"\[clients\] must be a table"),
        ('[clients.columns]\nname = "Name"', r'\[clients\] does not know "name"'),
        ('[clients.columns]\nexternal_id = "Id"', "says nothing of given_name, family_name"),
        ("[clients.columns]\nexternal_id = 5", "must be a short text in quotes"),
    ],
)
def test_ra5_a_wrong_profile_says_what_is_wrong(write: Write, wrong: str, sentence: str) -> None:
    with pytest.raises(ProfileRefused, match=sentence):
        load_profile(write("mine.toml", wrong))


def test_ra5_a_profile_is_found_by_name_in_its_folder_only(tmp_path: Path, write: Write) -> None:
    folder = write("oldsystem.toml", PROFILE).parent
    assert profile_named("generic", folder) is GENERIC
    assert profile_named("oldsystem", folder).source == "oldsystem"
    for name in ("other", "../in/oldsystem", "OLD", ""):
        with pytest.raises(NoProfile):
            profile_named(name, folder)


def test_ra5_a_profile_without_sessions_refuses_sessions(book: Store, owner: Actor, write: Write) -> None:
    profile = load_profile(write("mine.toml", PROFILE.split("[sessions.columns]")[0]))
    wanted = pytest.raises(ProfileRefused, match=r"it has no part \[sessions.columns\]")
    with wanted, book.write(owner) as tx:
        import_sessions(tx, io.BytesIO(SESSIONS.encode()), profile=profile)
