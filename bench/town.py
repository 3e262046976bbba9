"""A made-up town whose registers answer from memory: what the assistant does is timed, not what others do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from assistant.demo.inhabitants import PAY, Family, Income, Municipality
from assistant.demo.making import NAME, NUMBER, Making
from assistant.demo.settling import person_documents, place_description
from assistant.events import KINDERGARTEN_PLACE, POPULATION, TAX_ASSESSMENT, IncomingEvent
from assistant.registers import (
    Contact,
    NoAssessment,
    PersonDocument,
    Place,
    TaxBasis,
)
from assistant.registers.bases import CONTACT, KINDERGARTEN, TAX
from assistant.registers.bases import POPULATION as POPULATION_BASIS
from assistant.registers.contact import Address
from assistant.registers.income import Post
from assistant.registers.kindergarten import read_place
from assistant.twin import Provenance

LOW, HIGH = 180_000, 700_000  # NOK a year: the fee is reduced, and it is not


@dataclass
class Town:
    """Families of two parents and a child of three with a place; the parents' incomes are told afterwards.

    Stands where `Registers` does. `events()` are those of everybody who moves in, `incomes()` the assessments.
    """

    families: int
    today: date
    documents: dict[str, PersonDocument] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    bases: dict[str, TaxBasis] = field(default_factory=dict)
    contacts: dict[str, Contact] = field(default_factory=dict)
    assessed: list[str] = field(default_factory=list)
    population_provenance: Provenance = POPULATION_BASIS
    tax_provenance: Provenance = TAX
    contact_provenance: Provenance = CONTACT
    kindergarten_provenance: Provenance = KINDERGARTEN
    dialogporten: Any = None

    def __post_init__(self) -> None:
        making = Making(self.today, 1)
        made = [self._family(making, number) for number in range(self.families)]
        self.municipality = Municipality(NUMBER, NAME, self.today, tuple(made))
        entered = self.today
        for key, document in person_documents(self.municipality, entered).items():
            identifier = self.municipality.person(key).identifier
            self.documents[identifier] = PersonDocument(identifier, document)
        for place in self.municipality.places:
            child = self.municipality.person(place.child)
            self.places[place.number] = read_place(place_description(place, child, NUMBER))

    def _family(self, making: Making, number: int) -> Family:
        home, pay = making.home(), LOW if number % 2 else HIGH
        parents = tuple(
            making.adult(f"{role}{number}", role, f"Vardevik{number}", 34, home, Income({PAY: pay}))
            for role in ("Mor", "Far")
        )
        for parent in parents:
            at = Address(f"{parent.key.lower()}@vardevik.example", self.today)
            self.contacts[parent.identifier] = Contact(
                parent.identifier, "AKTIV", False, True, at, None, "nb"
            )
        child = making.child(f"child{number}", "Barn", f"Vardevik{number}", 3, home)
        return Family(parents, (child,), places=(making.place(child),))

    # ---- the registers

    @property
    def population(self) -> Town:
        return self

    @property
    def contact(self) -> _Contacts:
        return _Contacts(self.contacts)

    @property
    def kindergarten(self) -> Town:
        return self

    async def person(self, identifier: str) -> PersonDocument:
        return self.documents[identifier]

    async def place(self, number: str) -> Place:
        return self.places[number]

    async def income(self, identifier: str, year: int) -> TaxBasis:
        basis = self.bases.get(identifier)
        if basis is None or basis.income_year != year:
            raise NoAssessment("tax_administration", f"tax basis for {year}")
        return basis

    # ---- what happens

    def events(self) -> Sequence[IncomingEvent]:
        people = [
            IncomingEvent(f"p{index}", "bench/population", POPULATION, _moved_in(index, one))
            for index, one in enumerate(self.documents)
        ]
        places = [
            IncomingEvent(
                f"k{index}",
                "bench/kindergarten",
                KINDERGARTEN_PLACE,
                {"sequence": index, "place_number": number, "type": "accepted"},
            )
            for index, number in enumerate(self.places)
        ]
        return [*people, *places]

    def incomes(self, times: int) -> Sequence[IncomingEvent]:
        """The two assessments of each family, of one parent in all families and then of the other.

        `times`: 1 the first; 2 they are changed, so that the fee of each family is another.
        """
        year = self.today.year - 1
        found: list[IncomingEvent] = []
        for parent in (0, 1):
            for family in self.municipality.families:
                person = family.parents[parent]
                assert person.income is not None
                posts = tuple(
                    Post(name, Decimal(amount) - 20_000 * (times - 1))
                    for name, amount in person.income.posts.items()
                )
                settled_on = date(self.today.year, 3, 18)
                self.bases[person.identifier] = TaxBasis(
                    person.identifier, year, "oppgjoer", False, posts, settled_on
                )
                line = {
                    "sekvensnummer": len(found),
                    "identifikator": person.identifier,
                    "gjelderPeriode": str(year),
                    "hendelsetype": "NY",
                }
                name = f"t{times}-{len(found)}"
                found.append(IncomingEvent(name, "bench/tax", TAX_ASSESSMENT, line))
        return found


@dataclass(frozen=True)
class _Contacts:
    known: dict[str, Contact]

    async def persons(self, identifiers: Sequence[str]) -> tuple[Contact, ...]:
        return tuple(self.known[one] for one in identifiers if one in self.known)


def _moved_in(index: int, identifier: str) -> dict[str, Any]:
    return {
        "sekvensnummer": index,
        "hendelse": {
            "folkeregisteridentifikator": identifier,
            "hendelsetype": "personErBosatt",
            "hendelsesdokument": f"d{index}",
            "ajourholdstidspunkt": datetime(2026, 11, 1, tzinfo=UTC).isoformat(),
        },
    }
