"""What is typed for a client or guarantor that fits more than one, of the same name even."""

from __future__ import annotations

import pytest

from core.clients.queries import ManyClients, ManyGuarantors, find_client, find_guarantor
from core.ids import short
from tests.builders import Book
from tests.core.payments.billed import guarantor_of


def test_two_of_the_same_name_are_told_apart_by_the_ends_of_their_ids(book: Book) -> None:
    ann, other = book.client("Ann", "Archer"), book.client("Ann", "Archer")
    with book.store.read() as read:
        with pytest.raises(ManyClients, match="or what is in brackets") as refused:
            find_client(read, "ann archer")
        for one in (ann, other):
            assert f"({short(one)})" in str(refused.value)
            assert find_client(read, short(one)) == one
        with pytest.raises(ManyGuarantors, match="or what is in brackets") as refused_too:
            find_guarantor(read, "ann archer")
    for one in (guarantor_of(book, ann), guarantor_of(book, other)):
        assert f"({short(one)})" in str(refused_too.value)
        with book.store.read() as read:
            assert find_guarantor(read, short(one)) == one


def test_of_different_names_more_is_to_be_typed(book: Book) -> None:
    book.client("Ann", "Archer")
    book.client("Mae", "Archer")
    with book.store.read() as read, pytest.raises(ManyClients, match=r"Mae\. Type more of the name\.$"):
        find_client(read, "archer")
