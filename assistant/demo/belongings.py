"""What some of the made-up people own, work at and answer for, as registers without a feed of ours tell of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from assistant.demo.inhabitants import Municipality, Person
from assistant.demo.making import NUMBER
from assistant.events.types import REGISTER_FACTS
from assistant.registers.simulators.vehicle import VehicleSimulator

SOURCE = "https://vardevik.example/registers"
BASIS = "Oppdiktet grunnlag i demonstrasjonen: kommunens avtale med registeret"
"""No act is named: which law lets a municipality hold these is for each municipality to settle."""

SCHOOL = ("VS-1", "Vardevik skole")
STARTS_SCHOOL_AT = 6  # in the calendar year


@dataclass(frozen=True)
class Car:
    owner: str  # key
    plate: str
    made: int  # years ago


CARS = (
    Car("sofie", "VV 10001", 6),
    Car("ingrid", "VV 10002", 11),
    Car("amira", "VV 10003", 3),
    Car("maja", "VV 10004", 8),
)

JOBS = (
    ("sofie", "999100101", "Vardevik kommune", "Vernepleier", 80),
    ("daniel", "999100102", "Fjærebukta sjømat", "Produksjonsleder", 100),
    ("ingrid", "999100103", "Torget bokhandel", "Butikkmedarbeider", 40),
    ("amira", "999100101", "Vardevik kommune", "Lærer", 60),
    ("jonas", "999100104", "Steinrøysa bygg", "Tømrer", 70),
    ("maja", "999100102", "Fjærebukta sjømat", "Regnskapsfører", 100),
)
"""Who, the employer's made-up number and name, the occupation, and the percentage of full time."""

ORGANISATIONS = (
    ("999100201", "Leirvåg keramikk", "sole_proprietorship", ("tuva",)),
    ("999100202", "Vardevik turlag", "association", ("amira", "sofie", "per")),
)

HOMES_OWNED = (("sofie", "daniel"), ("amira", "jonas"), ("maja",))


def put_vehicles(register: VehicleSimulator, today: date) -> None:
    """What the vehicle register's look-up answers of each car; none is to be inspected soon."""
    for car in CARS:
        first = _first_registered(car, today)
        last = date(today.year - 1, 12, 1) if car.made > 4 else None
        due = date(today.year + 1, 12, 1) if last else date(first.year + 4, first.month, first.day)
        register.put(car.plate, first, inspection_due_on=due, last_inspected_on=last)


def belongings(municipality: Municipality) -> tuple[dict[str, Any], ...]:
    """CloudEvents, the same every time, so that sending them again does nothing."""
    today = municipality.settled_on
    people = {person.key: person for person in municipality.persons}
    return tuple(
        _event(*one)
        for one in (
            *(_car(car, people, today) for car in CARS),
            *(_job(number, job, people, today) for number, job in enumerate(JOBS, start=1)),
            *(_organisation(one, people) for one in ORGANISATIONS),
            *(_home(number, owners, people, today) for number, owners in enumerate(HOMES_OWNED, start=1)),
            *(_pupil(child) for child in _pupils(municipality)),
        )
    )


def people_in(events: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """The identity numbers of everybody the events speak of."""
    found: set[str] = set()

    def look(node: Any) -> None:
        if isinstance(node, Mapping):
            if "national_id" in node:
                found.add(node["national_id"])
            for inner in node.values():
                look(inner)
        elif isinstance(node, list):
            for inner in node:
                look(inner)

    for event in events:
        look(event["data"])
    return frozenset(found)


Told = tuple[
    str, str, Mapping[str, Any], Mapping[str, Any]
]  # register, what the event is called, subject, facts


def _event(register: str, name: str, subject: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "source": SOURCE,
        "id": f"{register}:{name}",
        "type": REGISTER_FACTS,
        "data": {"register": register, "basis": BASIS, "subject": subject, "facts": facts},
    }


def _car(car: Car, people: Mapping[str, Person], today: date) -> Told:
    first = _first_registered(car, today)
    owned = {"value": _person(people[car.owner]), "from": (first + timedelta(days=20)).isoformat()}
    facts = {
        "owner": {"spans": [owned]},
        "group": "car",
        "total_weight": 1990,
        "made_in_year": first.year,
        "commercial_transport": False,
        "preserved": False,
    }
    return "vehicle_register", car.plate, {"kind": "vehicle", "number": car.plate}, facts


def _first_registered(car: Car, today: date) -> date:
    return date(today.year - car.made, 5, 20)


def _job(number: int, job: tuple[str, str, str, str, int], people: Mapping[str, Person], today: date) -> Told:
    key, employer, name, occupation, percent = job
    facts = {
        "employee": _person(people[key]),
        "employer": {"number": employer, "facts": {"name": name}},
        "occupation": occupation,
        "position_percent": percent,
        "started_on": date(today.year - 2 - number, 8, 1).isoformat(),
    }
    return "employment_register", key, {"kind": "employment", "number": f"VA-{number}"}, facts


def _organisation(one: tuple[str, str, str, tuple[str, ...]], people: Mapping[str, Person]) -> Told:
    number, name, form, owners = one
    facts = {
        "organisation_number": number,
        "name": name,
        "form": form,
        "owners": [_person(people[key]) for key in owners],
    }
    return "business_register", number, {"kind": "organisation", "number": number}, facts


def _home(number: int, owners: tuple[str, ...], people: Mapping[str, Person], today: date) -> Told:
    home, cadastral = people[owners[0]].home, f"9999-{100 + number}/{number}"
    since = date(today.year - 4, 3, 1).isoformat()
    facts = {
        "cadastral_number": cadastral,
        "address": f"{home.street} {home.house}, {home.postal_code} {home.town}",
        "kind": "dwelling",
        "owners": {"spans": [{"value": _person(people[key]), "from": since} for key in owners]},
    }
    return "property_register", cadastral, {"kind": "property", "number": cadastral}, facts


def _pupils(municipality: Municipality) -> tuple[Person, ...]:
    today = municipality.settled_on
    year = today.year if today >= date(today.year, 8, 1) else today.year - 1
    found = (person for person in municipality.persons if person.income is None)
    return tuple(child for child in found if year - child.born.year >= STARTS_SCHOOL_AT)


def _pupil(child: Person) -> Told:
    number, name = SCHOOL
    facts = {"school": {"number": number, "facts": {"name": name, "municipality": NUMBER}}}
    return "school_system", child.key, {"kind": "person", **_person(child)}, facts


def _person(person: Person) -> dict[str, str]:
    return {"national_id": person.identifier}
