"""The sample practice's clients: adults, children with parents, siblings, names of many scripts."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from core.books.intake import NewClient, NewGuarantor, client_id_of, full_name
from core.books.sample.dice import Dice
from core.books.sample.practice import Team
from core.ids import named

SOURCE = "sample"
_ADULTS = 96
_FAMILIES = 34

_GIVEN = (
    "Amara", "Beatrix", "Caleb", "Dmitri", "Esther", "Farid", "Greta", "Hugo", "Imani", "Jasper",
    "Keiko", "Leon", "Marisol", "Nadia", "Oscar", "Paloma", "Quentin", "Rosa", "Stefan", "Tamsin",
    "Uma", "Viktor", "Wren", "Xavier", "Yusuf", "Zofia", "Anselm", "Bronwyn", "Cosmo", "Delia", "Emeka",
    "Fiona", "Gideon", "Harriet", "Ines", "Joaquín", "Kofi", "Lucía", "Mateo", "Nils", "Orla", "Piotr",
    "Renée", "Søren", "Théo", "Ursula",
)  # fmt: skip
_FAMILY = (
    "Abernathy", "Bakker", "Castellano", "Dubois", "Eriksen", "Fontaine", "Grünwald", "Hollis",
    "Ibarra", "Jankowski", "Kimathi", "Larsson", "Moreau", "Nakamura", "O'Rourke", "Petrov", "Quispe",
    "Rosenthal", "Salazar", "Thornbury", "Underhill", "Vasquez", "Whitlock", "Yamada", "Zielinski",
    "Ashworth", "Brannigan", "Chowdhury", "Delacroix", "Engström", "Fairbanks", "Gutiérrez",
    "Haverford", "Iyer", "Jelinek", "Kowalczyk", "Lindgren", "Mbeki", "Novák", "Okonkwo", "Pemberton",
    "Rutherford", "Sørensen", "Tran", "Villanueva",
)  # fmt: skip
_OF_MANY_SCRIPTS = (
    ("José", "Núñez"), ("Łukasz", "Wiśniewski"), ("李小龍", ""), ("נועה", "כהן"), ("अर्जुन", "शर्मा"),
    ("Ελένη", "Παππά"), ("Олена", "Шевченко"), ("Lan", "Nguyễn"),
)  # fmt: skip
_STREETS = (
    "Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fern", "Grove", "Hazel", "Juniper", "Laurel", "Orchard",
)  # fmt: skip
_KINDS = ("Street", "Avenue", "Lane", "Road", "Court")
_TOWNS = (("Port Ellery", "11999"), ("Elmsworth", "11998"), ("Saltmarsh", "11997"), ("West Quay", "11996"))
_TALK_DIAGNOSES = ("F41.1", "F32.1", "F43.23", "F33.0", "F40.10", "F51.01", "Z63.0")
_CHILD_DIAGNOSES = ("F90.2", "F93.0", "F43.24", "F91.3")


class Person(NamedTuple):
    """A client with what care is like for it."""

    client: NewClient
    kind: str
    """adult, child or behaviour (ABA)."""
    diagnoses: tuple[str, ...]


def people(dice: Dice, team: Team, today: date) -> Iterator[Person]:
    """At least 140 clients, always the same for the same day."""
    number = 0
    for place in range(_ADULTS + len(_OF_MANY_SCRIPTS)):
        number += 1
        if place < len(_OF_MANY_SCRIPTS):
            given, family = _OF_MANY_SCRIPTS[place]
        else:
            given, family = dice.pick(_GIVEN), _FAMILY[place % len(_FAMILY)]
        provider = team.trainee if place % 16 == 9 else dice.pick(team.talk)
        owes = _guarantor(dice, number, full_name(given, family))
        owes = _with_gap(place, owes)
        born = today - timedelta(days=365 * (22 + dice.below(50)) + dice.below(365))
        diagnoses = () if place == 20 else (dice.pick(_TALK_DIAGNOSES),)
        yield Person(_client(number, given, family, born, owes, provider, team, place), "adult", diagnoses)
    for place in range(_FAMILIES):
        family = _FAMILY[(place * 7 + 3) % len(_FAMILY)]
        parent = _guarantor(dice, 900 + place, f"{dice.pick(_GIVEN)} {family}")
        behaviour = place % 4 == 0
        provider = dice.pick(team.behaviour if behaviour else team.talk)
        for _ in range(1 + (place % 3 == 0) + (place % 9 == 0)):
            number += 1
            born = today - timedelta(days=365 * (4 + dice.below(12)) + dice.below(365))
            client = _client(number, dice.pick(_GIVEN), family, born, parent, provider, team, number)
            first = "F84.0" if behaviour else dice.pick(_CHILD_DIAGNOSES)
            yield Person(client, "behaviour" if behaviour else "child", (first,))


def _client(
    number: int,
    given: str,
    family: str,
    born: date,
    owes: NewGuarantor,
    provider_id: str,
    team: Team,
    place: int,
) -> NewClient:
    external_id = f"S-{number:04}"
    bill_to = {12: "hybrid", 23: "insurance"}.get(place % 25, "client")
    return NewClient(
        client_id_of(SOURCE, external_id), external_id, given, family, born.isoformat(), owes, bill_to,
        team.home[provider_id], provider_id, active=place % 31 != 30,
    )  # fmt: skip


def _guarantor(dice: Dice, number: int, name: str) -> NewGuarantor:
    town, postal_code = dice.pick(_TOWNS)
    return NewGuarantor(
        named(f"guarantor:{SOURCE}:{number}"),
        name,
        street=f"{1 + dice.below(240)} {dice.pick(_STREETS)} {dice.pick(_KINDS)}",
        street_2=f"Apt {1 + dice.below(30)}" if dice.chance(25) else "",
        city=town,
        state="NY",
        postal_code=postal_code,
        email=f"person{number:03}@example.org",
        phone=f"(555) 01{number % 10}-{1000 + number}",
    )


def _with_gap(place: int, owes: NewGuarantor) -> NewGuarantor:
    """What every practice has: somebody without an address, somebody without e-mail."""
    if place == 14:
        return owes._replace(street="", street_2="", city="", state="", postal_code="")
    return owes._replace(email="") if place == 17 else owes
