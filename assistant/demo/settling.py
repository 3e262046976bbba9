"""Putting a made-up municipality into the simulated registers, as each register would have it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from assistant.config import OSLO
from assistant.demo.belongings import put_vehicles
from assistant.demo.inhabitants import Family, Municipality, Person, Place
from assistant.registers.simulators import Simulators, documents
from assistant.registers.simulators.documents import Document

EARLIER_YEARS = 1  # how many income years before the latest one can be asked for as well
SETTLED_FROM = (4, 1)  # from this day of the year everybody's assessment of the year before is made

# NOK a month for a full-time place without food; domain facts, kindergarten, prices by date.
FULL_PRICES = ((date(2023, 1, 1), 3000), (date(2024, 8, 1), 2000), (date(2025, 8, 1), 1200))
FULL_WEEK_HOURS = 41
PART_TIME_SHARE_PERCENT = 80
FOOD = 350


def settle(simulators: Simulators, municipality: Municipality, first_index: int = 0) -> None:
    """Everybody moves in: events for people and places, and what the tax and contact registers answer.

    `first_index`: where their telephone numbers begin, so that two municipalities share none.
    """
    entered = municipality.settled_on - timedelta(days=1)
    at = at_hour(entered, 6)
    made = person_documents(municipality, entered)
    for index, person in enumerate(municipality.persons, start=first_index):
        simulators.population.emit(
            person.identifier, made[person.key], "personErBosatt", at, entity="status", save=False
        )
        settle_income(simulators, person, municipality.settled_on)
        settle_reach(simulators, person, index, municipality.settled_on)
    for place in municipality.places:
        described = place_description(place, municipality.person(place.child), municipality.number)
        simulators.kindergarten.emit(described, "accepted", at, save=False)
    put_vehicles(simulators.vehicle, municipality.settled_on)
    simulators.save()


def at_hour(day: date, hour: int) -> datetime:
    """That hour of a Norwegian day, in UTC."""
    return datetime.combine(day, time(hour), OSLO).astimezone(UTC)


def latest_income_year(today: date) -> int:
    """The income year of the latest assessment everybody has on that day."""
    settled = (today.month, today.day) >= SETTLED_FROM
    return today.year - 1 if settled else today.year - 2


def person_documents(municipality: Municipality, entered: date) -> dict[str, Document]:
    """The population register's document of everybody, by key."""
    made = {person.key: _on_their_own(person, entered) for person in municipality.persons}
    for family in municipality.families:
        _relate(made, family, entered)
    return made


def _on_their_own(person: Person, entered: date) -> Document:
    since = max(person.born, date(entered.year - 3, 2, 1))
    grading = person.protection or "ugradert"
    document = documents.person(person.identifier, person.born, entered)
    document = documents.with_name(document, person.first, person.last, person.born, entered)
    document = documents.living_at(document, person.home, since, entered, grading=grading)
    if person.income is not None:
        document = documents.with_marital_status(document, "ugift", person.born, entered)
    if person.protection:
        document = documents.protected(document, person.protection, since)
    if person.died is not None:
        document = documents.dead(document, person.died, entered)
    return document


def _relate(made: dict[str, Document], family: Family, entered: date) -> None:
    """Marriage, parenthood, parental responsibility and shared residence, in everybody's document."""
    if family.married_on is not None:
        for one, other in (family.parents, tuple(reversed(family.parents))):
            document = documents.with_marital_status(
                made[one.key], "gift", family.married_on, entered, other.identifier
            )
            if family.separated_on is not None:
                document = documents.with_marital_status(
                    document, "separert", family.separated_on, entered, other.identifier
                )
            made[one.key] = document
    for child in family.children:
        for parent, role in zip(family.parents, parent_roles(family), strict=False):
            for key, document in parenthood(child, parent, role, made, entered).items():
                made[key] = document
        holders = family.parents[:1] if family.sole_responsibility else family.parents
        kind = "mor" if family.sole_responsibility else "felles"
        for holder in holders:
            for key in (child.key, holder.key):
                made[key] = documents.responsible(
                    made[key], kind, child.identifier, holder.identifier, child.born, entered
                )
        if family.shares_residence_since is not None:
            other_home = next(parent.home for parent in family.parents if parent.home != child.home)
            made[child.key] = documents.sharing_residence(
                made[child.key], other_home, family.shares_residence_since, entered
            )


def parent_roles(family: Family) -> tuple[str, ...]:
    """The register's word for each parent; the first is the mother."""
    return ("mor", "far")[: len(family.parents)]


def parenthood(
    child: Person, parent: Person, role: str, made: Mapping[str, Document], entered: date
) -> dict[str, Document]:
    """The child's and the parent's document, each naming the other."""
    return {
        child.key: documents.related(made[child.key], parent.identifier, role, "barn", child.born, entered),
        parent.key: documents.related(made[parent.key], child.identifier, "barn", role, child.born, entered),
    }


def settle_income(simulators: Simulators, person: Person, today: date) -> None:
    """What the tax administration answers about somebody, for the latest year and the one before."""
    income = person.income
    if income is None or income.stage == "unknown_to_tax":
        return
    simulators.tax.know(person.identifier)
    if income.stage == "none":
        return
    latest = latest_income_year(today)
    settled_on = min(date(latest + 1, 3, 18), today)
    simulators.tax.put(
        person.identifier,
        latest,
        income.posts,
        stage=income.stage,
        shielded=income.shielded,
        settled_on=settled_on if income.stage == "oppgjoer" else None,
        at=at_hour(settled_on, 8),
    )
    if income.stage == "oppgjoer":
        for year in range(latest - EARLIER_YEARS, latest):
            posts = {name: amount * 96 // 100 for name, amount in income.posts.items()}
            simulators.tax.put(
                person.identifier, year, posts, shielded=income.shielded, settled_on=date(year + 1, 3, 18)
            )


def settle_reach(simulators: Simulators, person: Person, index: int, today: date) -> None:
    """What the contact register answers about somebody. The addresses lead nowhere outside this machine."""
    reach = person.reach
    if not reach.registered or person.died is not None:
        return
    simulators.contact.put(
        person.identifier,
        email=f"{person.key}@vardevik.example",
        mobile=f"+4740000{index:03}",
        language=reach.language,
        reserved=reach.reserved,
        confirmed_at=at_hour(today - timedelta(days=reach.confirmed_days_ago), 12),
        notifiable=reach.confirmed_days_ago < 540,
    )


def place_description(place: Place, child: Person, municipality: str) -> dict[str, Any]:
    """The kindergarten system's description of a place (docs/registers.md)."""
    later = [since for since, _ in FULL_PRICES if since > place.starts_on]
    return {
        "place_number": place.number,
        "child": {"national_id": child.identifier, "deferred_school_start": False},
        "kindergarten": {"name": place.kindergarten},
        "municipality": municipality,
        "accepted_on": (place.starts_on - timedelta(days=90)).isoformat(),
        "starts_on": place.starts_on.isoformat(),
        "ends_on": place.ends_on.isoformat() if place.ends_on else None,
        "application": None if place.whole_stay is None else {"covers_whole_stay": place.whole_stay},
        "terms": [_terms(since, place.weekly_hours) for since in (place.starts_on, *later)],
    }


def _terms(since: date, weekly_hours: int) -> dict[str, Any]:
    full = [price for day, price in FULL_PRICES if day <= since]
    price = full[-1] if full else FULL_PRICES[0][1]
    if weekly_hours < FULL_WEEK_HOURS:
        price = price * PART_TIME_SHARE_PERCENT // 100
    return {"from": since.isoformat(), "weekly_hours": weekly_hours, "price": price, "food": FOOD}
