"""The town of a scenario: some families of the made-up municipality, put into the registers before it starts.

The process under test finds the registers' files in its data directory as after any restart, and knows no
difference. A small town is settled in seconds, so that a story is about its people and not about waiting.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from assistant.demo.inhabitants import Family, Municipality, Person
from assistant.demo.population import made_up_region
from assistant.demo.settling import at_hour, settle
from assistant.demo.story import Story
from assistant.registers.simulators import (
    AltinnSimulator,
    ContactSimulator,
    DialogportenSimulator,
    KindergartenSimulator,
    KsFiksSimulator,
    MaskinportenSimulator,
    PopulationSimulator,
    Simulators,
    TaxSimulator,
    VehicleSimulator,
)

TODAY = date(2026, 11, 2)
"""The day every story begins: a Monday, not the first of a month, in a kindergarten year whose rates are known."""

NOON = at_hour(TODAY, 12)
EVERYBODY, *BESIDE = made_up_region(TODAY)

FamilyChange = Callable[[Family], Family]


@dataclass(frozen=True)
class Scenery:
    """Who lives there (by the key of one of them), what is different about them, and what has happened."""

    families: tuple[str, ...]
    different: Mapping[str, FamilyChange]
    reach: Mapping[str, Mapping[str, object]]
    happened: tuple[str, ...] = ("nora_gets_place",)
    beside: bool = False  # the municipalities beside Vardevik as well

    def settle(self, data: Path) -> None:
        """Write what the registers hold. `data` is the data directory the process is then given."""
        town = Municipality(EVERYBODY.number, EVERYBODY.name, TODAY, tuple(self._families()))
        folder = data / "registers"
        simulators = kept_in(folder)
        settle(simulators, town)
        for nth, place in enumerate(BESIDE if self.beside else (), start=1):
            settle(simulators, place, 1000 - 10 * nth)
        for key, details in self.reach.items():
            simulators.contact.put(number(key), **details)  # type: ignore[arg-type]
        simulators.save()
        everything = {step.id for step in Story.over(simulators, TODAY).steps if step.automatic}
        played = sorted(everything - set(self.happened))  # what this town shall not hear of
        story = {"settled_on": TODAY.isoformat(), "played": played}
        (folder / "story.json").write_text(json.dumps(story))
        told = Story.over(simulators, TODAY)
        for step in self.happened:
            told.play(step, NOON)

    def _families(self) -> Iterable[Family]:
        for key in self.families:
            yield self.different.get(key, lambda family: family)(EVERYBODY.family_of(key))


def scenery(
    *families: str,
    different: Mapping[str, FamilyChange] | None = None,
    reach: Mapping[str, Mapping[str, object]] | None = None,
    happened: Sequence[str] = ("nora_gets_place",),
    beside: bool = False,
) -> Scenery:
    return Scenery(families, different or {}, reach or {}, tuple(happened), beside)


def kept_in(folder: Path) -> Simulators:
    """The simulated registers over the files of a data directory, without serving them."""
    tax = TaxSimulator(path=folder / "tax.json")
    return Simulators(
        population=PopulationSimulator(path=folder / "population.json"),
        tax=tax,
        ks_fiks=KsFiksSimulator(tax=tax),
        altinn=AltinnSimulator(path=folder / "altinn.json"),
        dialogporten=DialogportenSimulator(path=folder / "dialogporten.json"),
        vehicle=VehicleSimulator(path=folder / "vehicle.json"),
        contact=ContactSimulator(path=folder / "contact.json"),
        kindergarten=KindergartenSimulator(path=folder / "kindergarten.json"),
        maskinporten=MaskinportenSimulator(clients={}),
        data=folder,
    )


def person(key: str) -> Person:
    """Somebody in Vardevik or beside it."""
    for place in (EVERYBODY, *BESIDE):
        if any(one.key == key for one in place.persons):
            return place.person(key)
    raise KeyError(key)


def number(key: str) -> str:
    """The synthetic identity number of somebody."""
    return person(key).identifier


def name(key: str) -> str:
    return person(key).name


def with_parent(key: str, **changes: object) -> FamilyChange:
    """The family with one of its parents different."""

    def change(family: Family) -> Family:
        parents = [
            replace(parent, **changes) if parent.key == key else parent  # type: ignore[arg-type]
            for parent in family.parents
        ]
        return replace(family, parents=tuple(parents))

    return change


def protected(*keys: str) -> FamilyChange:
    """The family with strictly confidential addresses for some of its people."""

    def hide(person: Person) -> Person:
        return replace(person, protection="strengtFortrolig") if person.key in keys else person

    def change(family: Family) -> Family:
        return replace(
            family,
            parents=tuple(hide(parent) for parent in family.parents),
            children=tuple(hide(child) for child in family.children),
        )

    return change


def day(text: str) -> date:
    return date.fromisoformat(text)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
