"""What guidance must know of a person before anything is said to them, or about them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from assistant.twin import UNKNOWN, Neighbourhood, household, is_minor

LANGUAGES = ("nb", "nn", "en")

CONCEPTS = (
    "person.name",
    "person.birth_date",
    "person.death_date",
    "person.residence_status",
    "person.address_protection",
    "person.reserved",
    "person.may_be_notified",
    "person.contact_verified_on",
    "person.email",
    "person.mobile",
    "person.language",
    "person.marital_status",
    "person.under_guardianship",
    "person.child_stillborn_on",
)
"""What is read of a recipient; the usage log names these."""


RELATIONS = ("person.address_key", "person.guardians", "person.parents", "person.spouse", "person.cohabitant")
"""What else settles who is concerned, and whose protection matters."""


CALLED = {"vehicle": "vehicle.registration_number", "organisation": "organisation.name"}
"""What tells one thing of somebody's from another."""


@dataclass(frozen=True)
class Person:
    """A person as known on a day. None is 'nobody has told us', and is never taken for yes or no."""

    id: str
    first_name: str = field(default="", repr=False)
    alive: bool | None = None
    resident: bool | None = None
    born: date | None = None
    protected: bool | None = None
    home: str | None = field(default=None, repr=False)  # the same for two people who live together
    reserved: bool | None = None
    may_be_notified: bool | None = None
    verified_on: date | None = None
    email: str = field(default="", repr=False)
    mobile: str = field(default="", repr=False)
    language: str = ""  # as the contact register has it; '' where it has none
    marital_status: str | None = None
    represented: bool | None = None  # an adult who has a guardian
    lost_child_on: date | None = None  # the latest death of a child of theirs, or stillbirth
    lost_spouse_on: date | None = None


@dataclass(frozen=True)
class Circle:
    """A subject, whom a rule about it is told to, and everybody whose protection that may touch."""

    subject: Person | None  # None: a vehicle, an organisation
    recipients: tuple[Person, ...]
    others: tuple[Person, ...] = ()  # guardians, parents and adults of the household
    thing: str = ""  # what a subject is called that is no human being: a registration number, a name

    @property
    def name(self) -> str:
        return self.subject.first_name if self.subject else self.thing


def person_as_known(near: Neighbourhood, person_id: str, on: date) -> Person:
    """The person from loaded facts; what the facts do not say stays None."""

    def known(concept: str) -> Any:
        value = near.value(person_id, f"person.{concept}", on)
        return None if value is UNKNOWN else value

    died = near.value(person_id, "person.death_date", on)
    status, protection = known("residence_status"), known("address_protection")
    return Person(
        id=person_id,
        first_name=str(known("name") or "").partition(" ")[0],
        alive=None if died is UNKNOWN else died is None,
        resident=None if status is None else status == "resident",
        born=_day(known("birth_date")),
        protected=None if protection is None else protection != "none",
        home=known("address_key"),
        reserved=known("reserved"),
        may_be_notified=known("may_be_notified"),
        verified_on=_day(known("contact_verified_on")),
        email=str(known("email") or ""),
        mobile=str(known("mobile") or ""),
        language=str(known("language") or ""),
        marital_status=known("marital_status"),
        represented=known("under_guardianship"),
        lost_child_on=_latest(
            _day(known("child_stillborn_on")),
            *(_died_on(near, child, on) for child in household.children_of(near, person_id, on)),
        ),
        lost_spouse_on=_latest(*_deaths_in_marriage(near, person_id, on)),
    )


def circle_around(
    near: Neighbourhood,
    subject_id: str,
    told_to: str,
    on: date,
    also: str | None = None,
    kind: str = "person",
) -> Circle:
    """Whom to tell of a rule about the subject: `told_to` is a path, 'child', 'child.guardians', 'vehicle.owner'.

    Who is under 18 and told of something of their own is told together with those who have parental
    responsibility for them. `also` is a person who is told as a party (an applicant) whatever the path says.
    `kind` is the subject's type.
    """
    _, _, relation = told_to.partition(".")
    if also is not None:
        recipients: tuple[str, ...] = (also,)
    elif relation == "next_of_kin":
        recipients = household.next_of_kin(near, subject_id, on)
    elif relation == "guardians_at_home":
        recipients = household.guardians_at_home(near, subject_id, on)
    elif relation:
        recipients = _related(near, subject_id, f"{kind}.{relation}", on)
    else:
        recipients = (subject_id,)
    if kind != "person":
        recipients = _represented(near, recipients, on)
        called = near.value(subject_id, CALLED.get(kind, ""), on)
        thing = called if isinstance(called, str) else ""
        return Circle(None, tuple(person_as_known(near, one, on) for one in recipients), thing=thing)
    recipients = _represented(near, recipients, on)
    around = {
        other
        for name in ("person.guardians", "person.parents")
        for other in _related(near, subject_id, name, on)
    }
    around |= {partner for one in around for partner in _partners(near, one, on)}
    if not household.is_alive(near, subject_id, on):
        around |= set(household.next_of_kin(near, subject_id, on))
    around -= {subject_id}
    return Circle(
        person_as_known(near, subject_id, on),
        tuple(person_as_known(near, one, on) for one in recipients),
        tuple(person_as_known(near, one, on) for one in sorted(around)),
    )


def children_of(near: Neighbourhood, person_id: str, on: date) -> tuple[str, ...]:
    """Whose guardian or parent the person is."""
    found = (near.pointing_at(person_id, name, on) for name in ("person.guardians", "person.parents"))
    return tuple(dict.fromkeys(child for children in found for child in children))


def _related(near: Neighbourhood, subject_id: str, concept: str, on: date) -> tuple[str, ...]:
    found = near.either_way(subject_id, concept, on)
    return found if isinstance(found, tuple) else ()


def _represented(near: Neighbourhood, people: tuple[str, ...], on: date) -> tuple[str, ...]:
    """With those who have parental responsibility for the minors among them; tact settles who hears what."""
    guardians = (
        guardian
        for one in people
        if is_minor(near, one, on)
        for guardian in _related(near, one, "person.guardians", on)
    )
    return tuple(dict.fromkeys((*people, *guardians)))


def _died_on(near: Neighbourhood, person_id: str, on: date) -> date | None:
    died = near.value(person_id, "person.death_date", on)
    return None if died is UNKNOWN else _day(died)


def _deaths_in_marriage(near: Neighbourhood, person_id: str, on: date) -> Iterator[date]:
    """When a spouse died to whom the person was still married: not one divorced before."""
    for row in near.facts(person_id, "person.spouse"):
        died = _died_on(near, row.object_id, on) if row.object_id else None
        if died is not None and (row.valid_to is None or row.valid_to >= died):
            yield died


def _latest(*days: date | None) -> date | None:
    return max((day for day in days if day is not None), default=None)


def _partners(near: Neighbourhood, person_id: str, on: date) -> tuple[str, ...]:
    found = (near.one(person_id, f"person.{relation}", on) for relation in ("spouse", "cohabitant"))
    return tuple(one for one in found if isinstance(one, str))


def _day(value: Any) -> date | None:
    if isinstance(value, str):
        return date.fromisoformat(value[:10])
    return value if isinstance(value, date) else None
