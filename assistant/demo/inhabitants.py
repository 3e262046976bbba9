"""The made-up people of the demonstration: who they are, before any register has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from assistant.registers.simulators.documents import Home

PAY = "samletLoennsinntektMedTrygdeavgiftspliktOgMedTrekkplikt"
INTEREST = "samledeOpptjenteRenterIInnenlandskeBanker"
DIVIDEND = "utbytteFraAksje"
DIVIDEND_ADJUSTMENT = "oppjustertTilleggTilUtbytteFraAksje"
SINGLE_PARENT_BENEFIT = "overgangsstoenadTilEnsligForelder"
DISABILITY_BENEFIT = "samletUfoeretrygdFraFolketrygdenEksklusiveEktefelletillegg"
RETIREMENT_PENSION = "alderspensjonFraFolketrygden"
OWN_BUSINESS = "samletPersoninntektFraEnkeltpersonforetakInnenJordbrukReindriftSkiferproduksjonOgAnnenNaering"

Stage = Literal["oppgjoer", "utkast", "none", "unknown_to_tax"]


@dataclass(frozen=True)
class Income:
    """What the tax administration has of somebody for the latest year: posts in NOK, or why there are none."""

    posts: Mapping[str, int] = field(default_factory=dict)
    stage: Stage = "oppgjoer"
    shielded: bool = False

    @classmethod
    def pay(cls, amount: int, interest: int = 0) -> Income:
        return cls({PAY: amount} | ({INTEREST: interest} if interest else {}))


@dataclass(frozen=True)
class Reach:
    """How the contact register has somebody. `confirmed_days_ago` above about 550 is too old (§ 32)."""

    language: str = "nb"
    registered: bool = True
    reserved: bool = False
    confirmed_days_ago: int = 60


@dataclass(frozen=True)
class Person:
    """Somebody made up. `key` is short and stable; the identity number is synthetic and can be nobody's."""

    key: str
    identifier: str = field(repr=False)
    first: str
    last: str
    born: date
    home: Home
    income: Income | None = None  # None: a child
    reach: Reach = Reach()
    protection: str = ""  # the register's word: fortrolig, strengtFortrolig
    died: date | None = None

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"


@dataclass(frozen=True)
class Place:
    """A kindergarten place, in the terms of the kindergarten system."""

    number: str
    child: str  # key
    kindergarten: str
    starts_on: date
    weekly_hours: int = 45
    whole_stay: bool | None = None
    ends_on: date | None = None


@dataclass(frozen=True)
class Family:
    """Parents and their common children. `married_on` None: cohabitants or apart. The home says which."""

    parents: tuple[Person, ...]
    children: tuple[Person, ...] = ()
    married_on: date | None = None
    separated_on: date | None = None
    shares_residence_since: date | None = None  # all children: delt bosted
    sole_responsibility: bool = False  # of the first parent
    places: tuple[Place, ...] = ()

    @property
    def persons(self) -> tuple[Person, ...]:
        return (*self.parents, *self.children)


def at_home(person: Person, home: Home) -> Person:
    return replace(person, home=home)


@dataclass(frozen=True)
class Municipality:
    """The made-up municipality: nobody and nothing in it exists."""

    number: str
    name: str
    settled_on: date  # the day its people were put into the registers
    families: tuple[Family, ...]

    def __repr__(self) -> str:
        return f"<Municipality {self.number} {self.name}: {len(self.families)} families>"

    @property
    def persons(self) -> tuple[Person, ...]:
        found: dict[str, Person] = {}
        for family in self.families:
            for person in family.persons:
                found.setdefault(person.key, person)
        return tuple(found.values())

    @property
    def places(self) -> tuple[Place, ...]:
        return tuple(place for family in self.families for place in family.places)

    def person(self, key: str) -> Person:
        """Somebody by key; KeyError for a key nobody has."""
        for person in self.persons:
            if person.key == key:
                return person
        raise KeyError(key)

    def family_of(self, key: str) -> Family:
        """The family in which the person with that key is a parent or a child."""
        for family in self.families:
            if any(person.key == key for person in family.persons):
                return family
        raise KeyError(key)
