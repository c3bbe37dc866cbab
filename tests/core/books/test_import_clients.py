"""RA5: clients come in from a CSV file, once, each with somebody who owes for it."""

import io

import pytest

from core.actors import Actor, Role
from core.books.clients import import_clients
from core.books.outcome import Changed, Outcome, RowsRefused, rehearse
from core.clients.commands import change_guarantor
from core.store import Store
from core.trouble import NotAllowed

HEADER = (
    "external_id,given_name,family_name,birth_date,street,city,email,guarantor_external_id,guarantor_name\n"
)
GOOD = (
    HEADER
    + "c1,José,García,2015-02-28,1 Elm St,Albany,,g1,Ana García\n"
    + "c2,Luz,García,,1 Elm St,Albany,,g1,Ana García\n"
    + "c3,小龍,李,1990-01-01,2 Oak St,Albany,li@example.org,,\n"
)


def file(text: str) -> io.BytesIO:
    return io.BytesIO(text.encode())


def importing(book: Store, owner: Actor, text: str) -> None:
    with book.write(owner) as tx:
        import_clients(tx, file(text))


@pytest.fixture
def imported(book: Store, owner: Actor) -> Store:
    with book.write(owner) as tx:
        assert import_clients(tx, file(GOOD)) == Outcome(clients=3)
    return book


def test_ra5_siblings_share_a_guarantor_and_an_adult_owes_alone(imported: Store) -> None:
    with imported.read() as read:
        assert read.rows(
            "SELECT c.name, c.sort_name, c.birth_on, g.name, g.street, g.email FROM client AS c"
            " JOIN guarantor AS g ON g.id = c.guarantor_id ORDER BY c.external_id"
        ) == [
            ("José García", "García, José", "2015-02-28", "Ana García", "1 Elm St", ""),
            ("Luz García", "García, Luz", None, "Ana García", "1 Elm St", ""),
            ("小龍 李", "李, 小龍", "1990-01-01", "小龍 李", "2 Oak St", "li@example.org"),
        ]
        assert read.value("SELECT count(*) FROM guarantor") == 2


def test_ra5_importing_again_changes_nothing(imported: Store, owner: Actor) -> None:
    with imported.write(owner) as tx:
        assert import_clients(tx, file(GOOD)) == Outcome(unchanged=3)
    with imported.read() as read:
        assert read.value("SELECT count(*) FROM import_run") == 1


def test_ra5_a_row_that_says_something_else_is_named_and_overwrites_nothing(
    imported: Store, owner: Actor
) -> None:
    text = GOOD.replace("Elm", "Fir").replace("1990-01-01", "1991-01-01").replace("小龍,李", "小龍,")
    with imported.write(owner) as tx:
        outcome = import_clients(tx, file(text))
    assert outcome == Outcome(
        unchanged=1, changed=(Changed(2, "street"), Changed(4, "name, sort name, birth date"))
    )
    with imported.read() as read:
        assert read.value("SELECT count(*) FROM guarantor WHERE street LIKE '%Fir%'") == 0
        assert read.value("SELECT count(*) FROM client WHERE birth_on = '1991-01-01'") == 0
        assert read.value("SELECT count(*) FROM import_run") == 1


def test_ra5_what_a_row_leaves_empty_is_no_change(imported: Store, owner: Actor) -> None:
    with imported.write(owner) as tx:
        for (guarantor_id,) in tx.rows("SELECT id FROM guarantor"):
            change_guarantor(tx, guarantor_id, phone="555", country="US")
        assert import_clients(tx, file(GOOD)) == Outcome(unchanged=3)


def test_ra5_a_column_that_means_nothing_is_named(book: Store, owner: Actor) -> None:
    with book.write(owner) as tx:
        outcome = import_clients(
            tx, file("external_id,given_name,family_name,birthdate,shoe size\na,A,B,1990-01-01,9\n")
        )
    assert (outcome.clients, outcome.ignored) == (1, ("birthdate", "shoe size"))


def test_ra5_two_offices_give_a_client_the_same_id(imported: Store, owner: Actor, second_book: Store) -> None:
    with second_book.write(owner) as tx:
        import_clients(tx, file(GOOD))
    ids = "SELECT c.id, c.guarantor_id FROM client AS c ORDER BY c.id"
    with imported.read() as one, second_book.read() as other:
        assert one.rows(ids) == other.rows(ids)


def test_ra5_the_log_holds_counts_and_no_names(imported: Store) -> None:
    with imported.read() as read:
        detail = read.value("SELECT detail FROM audit_entry WHERE verb = 'import.done'")
    assert '"clients":3' in detail
    assert "Garc" not in detail


BAD = (
    HEADER
    + "c1,Ada,Adams,2015-02-30,,,,,\n"
    + ",Bob,Brown,,,,,,\n"
    + "c3,,,,,,,,\n"
    + "c4,Cy,Cole,,,,not mail,,\n"
    + "c5,Di,Dunn,,,,,g1,\n"
    + "c6,Ed,Eads,,,,,\n"
    + f"c7,{'F' * 201},Fox,,,,,,\n"
    + "c8,Gil,Good,,,,,,\n"
    + "c8,Gil,Good,,,,,,\n"
    + "c9,Hal,Hill,٢٠١٥-٠١-٠١,,,,,\n"
)


def test_ra5_a_rehearsal_lists_every_row_it_would_refuse_and_writes_nothing(
    book: Store, owner: Actor
) -> None:
    outcome = rehearse(book, owner, lambda tx: import_clients(tx, file(BAD), skip_refused=True))
    assert outcome.clients == 1
    assert [(row, reason.split(".")[0]) for row, reason in outcome.refused] == [
        (2, 'birth_date: "2015-02-30" is not a date'),
        (3, "external_id: is empty"),
        (4, "family_name: a client needs a name"),
        (5, 'email: "not mail" is not an e-mail address'),
        (6, "guarantor_name: is empty, though the row has a guarantor_external_id"),
        (7, "the row has 8 fields, the header has 9"),
        (8, f'given_name: "{"F" * 40}…" is longer than 200 characters'),
        (10, 'external_id: "c8" is in line 9 already'),
        (11, 'birth_date: "٢٠١٥-٠١-٠١" is not a date'),
    ]
    with book.read() as read:
        assert read.value("SELECT count(*) FROM client") == 0


def test_ra5_one_refused_row_keeps_the_whole_file_out(book: Store, owner: Actor) -> None:
    with pytest.raises(RowsRefused, match=r"9 rows cannot .*, so nothing was\. Line 2: ") as caught:
        importing(book, owner, BAD)
    assert len(caught.value.outcome.refused) == 9
    with book.read() as read:
        assert read.value("SELECT (SELECT count(*) FROM client) + (SELECT count(*) FROM guarantor)") == 0


def test_ra5_the_good_rows_come_in_on_request(book: Store, owner: Actor) -> None:
    with book.write(owner) as tx:
        outcome = import_clients(tx, file(BAD), skip_refused=True)
    assert (outcome.clients, len(outcome.refused)) == (1, 9)


def test_ra5_a_value_is_shown_plain() -> None:
    from core.books.fields import quoted

    assert quoted("\x1b[31m\u202ered") == '"␛[31m�red"'


def test_ra5_a_reader_may_not_import(book: Store) -> None:
    with pytest.raises(NotAllowed), book.write(Actor("r", "Rita", Role.READER)) as tx:
        import_clients(tx, file(GOOD))
