"""What each step of the story does to the registers: the documents as they become, and the events that tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from assistant.config import local_date
from assistant.demo.inhabitants import PAY, Municipality, Person, Place
from assistant.demo.settling import latest_income_year, parenthood, place_description
from assistant.registers.national_id import synthetic_ids
from assistant.registers.simulators import Simulators, documents
from assistant.registers.simulators.documents import Document, Home

Change = Callable[[Document], Document]


@dataclass(frozen=True)
class Stage:
    """The registers, and the people in them."""

    simulators: Simulators
    municipality: Municipality

    def person(self, key: str) -> Person:
        return self.municipality.person(key)

    def change(
        self, key: str, how: Change, event_type: str, entity: str, at: datetime, change: str = "registrereNy"
    ) -> None:
        """Change somebody's document in the population register, and let the feed tell."""
        identifier = self.person(key).identifier
        register = self.simulators.population
        document = how(register.person(identifier))
        register.emit(identifier, document, event_type, at, entity=entity, change=change, save=False)

    def accept_place(self, place: Place, at: datetime) -> None:
        """A place that was accepted today."""
        described = place_description(place, self.person(place.child), self.municipality.number)
        accepted = {"accepted_on": local_date(at).isoformat()}
        self.simulators.kindergarten.emit(described | accepted, "accepted", at, save=False)


def nora_gets_place(stage: Stage, at: datetime) -> None:
    place = Place("VB-2001", "nora", "Fjærebukta barnehage", local_date(at))
    stage.accept_place(place, at)


def omar_gets_place(stage: Stage, at: datetime) -> None:
    place = Place("VB-2002", "omar", "Lyngbakken naturbarnehage", local_date(at), whole_stay=True)
    stage.accept_place(place, at)


def okoro_income_corrected(stage: Stage, at: datetime) -> None:
    year = latest_income_year(stage.municipality.settled_on)
    stage.simulators.tax.emit(stage.person("daniel").identifier, year, {PAY: 312_000}, at)


def ingrid_income_corrected(stage: Stage, at: datetime) -> None:
    """More than was counted: not a rise this year, but another income for the year that was counted."""
    year = latest_income_year(stage.municipality.settled_on)
    stage.simulators.tax.emit(stage.person("ingrid").identifier, year, {PAY: 209_000}, at)


def draft_becomes_assessment(stage: Stage, at: datetime) -> None:
    year = latest_income_year(stage.municipality.settled_on)
    stage.simulators.tax.emit(stage.person("kaia").identifier, year, {PAY: 401_000}, at)


def baby_born(stage: Stage, at: datetime) -> None:
    """The child's own document, and both parents': each is told of by an event of its own."""
    today = local_date(at)
    born = today - timedelta(days=2)
    sofie, daniel = stage.person("sofie"), stage.person("daniel")
    taken = stage.simulators.population.kept.values["persons"]
    identifier = next(number for number in synthetic_ids(born) if number not in taken)
    baby = Person("baby", identifier, "", "", born, sofie.home)
    made = {
        "baby": documents.living_at(documents.person(identifier, born, today), sofie.home, born, today),
        "sofie": stage.simulators.population.person(sofie.identifier),
        "daniel": stage.simulators.population.person(daniel.identifier),
    }
    for parent, role in ((sofie, "mor"), (daniel, "far")):
        made |= parenthood(baby, parent, role, made, today)
        for key in ("baby", parent.key):
            made[key] = documents.responsible(made[key], "felles", identifier, parent.identifier, born, today)
    register = stage.simulators.population
    register.emit(identifier, made["baby"], "endringIFoedsel", at, entity="foedsel", save=False)
    for parent in (sofie, daniel):
        register.emit(
            parent.identifier,
            made[parent.key],
            "endringIFamilierelasjon",
            at,
            entity="familierelasjon",
            save=False,
        )


def ingrid_moves(stage: Stage, at: datetime) -> None:
    home = _new_home(stage.person("ingrid").home)
    for key in ("ingrid", "nora"):
        _move(stage, key, home, at)


def ella_registered_with_father(stage: Stage, at: datetime) -> None:
    today = local_date(at)
    mothers = stage.person("maja").home
    _move(stage, "ella", stage.person("eirik").home, at)
    stage.change(
        "ella",
        lambda document: documents.sharing_residence(document, mothers, today, today),
        "endringIDeltBosted",
        "deltBosted",
        at,
    )


def address_protected(stage: Stage, at: datetime) -> None:
    today = local_date(at)
    for key in ("tuva", "luna"):
        stage.change(
            key,
            lambda document: documents.protected(document, "fortrolig", today),
            "endringIAdressebeskyttelse",
            "adressebeskyttelse",
            at,
        )


def halvor_dies(stage: Stage, at: datetime) -> None:
    today = local_date(at)
    stage.change(
        "halvor",
        lambda document: documents.dead(document, today - timedelta(days=1), today),
        "personErDoed",
        "doedsfall",
        at,
    )


def death_annulled(stage: Stage, at: datetime) -> None:
    today = local_date(at)
    stage.change(
        "halvor",
        lambda document: documents.alive_after_all(document, today),
        "endringIDoedsfall",
        "doedsfall",
        at,
        "annullere",
    )


def _move(stage: Stage, key: str, home: Home, at: datetime) -> None:
    today = local_date(at)
    stage.change(
        key,
        lambda document: documents.living_at(document, home, today, today),
        "endringIBostedsadresse",
        "bostedsadresse",
        at,
    )


def _new_home(home: Home) -> Home:
    """A dwelling nobody lives in: the made-up streets have no house with that number."""
    return replace(home, house="114")
