"""RC7: what billers note about a client stays with the client and never stands on a document."""

from __future__ import annotations

import pytest

from core.clients.commands import NoteEmpty, NoteTooLong, note_client, put_note_back, take_note_away
from core.clients.queries import notes
from core.errors import NotFound
from tests.builders import TODAY, Book


def texts(book: Book, client_id: str) -> list[str]:
    with book.store.read() as read:
        return [note.text for note in notes(read, client_id)]


def test_rc7_notes_stand_newest_first_and_can_be_taken_away_and_put_back(book: Book) -> None:
    client_id = book.client()
    with book.write() as tx:
        note_client(tx, client_id, "Pays by check", today=TODAY)
        newest = note_client(tx, client_id, " Call first \n", today=TODAY)
    assert texts(book, client_id) == ["Call first", "Pays by check"]
    with book.write() as tx:
        take_note_away(tx, newest)
    assert texts(book, client_id) == ["Pays by check"]
    with book.write() as tx:
        put_note_back(tx, newest)
    assert texts(book, client_id) == ["Call first", "Pays by check"]


def test_rc7_a_note_has_words_and_an_end_and_a_client(book: Book) -> None:
    client_id = book.client()
    with book.write() as tx:
        with pytest.raises(NoteEmpty):
            note_client(tx, client_id, " \n", today=TODAY)
        with pytest.raises(NoteTooLong):
            note_client(tx, client_id, "x" * 2_001, today=TODAY)
        with pytest.raises(NotFound):
            note_client(tx, "nobody", "x", today=TODAY)
    assert texts(book, client_id) == []
