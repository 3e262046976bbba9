"""Who is told of something, and who somebody mourns."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime
from typing import Any

from assistant.guidance.people import circle_around, person_as_known
from assistant.twin import Fact, Neighbourhood

ON = date(2026, 9, 1)
_numbers = itertools.count()


def fact(
    subject: str, attribute: str, value: Any = None, to: str | None = None, until: date | None = None
) -> Fact:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    name = f"f{next(_numbers)}"
    concept = attribute if "." in attribute else f"person.{attribute}"
    return Fact(name, subject, concept, "", value, to, None, until, moment, None, "register", "test", {})


def told(*facts: Fact, about: str, to: str, kind: str = "person") -> set[str]:
    return {one.id for one in circle_around(Neighbourhood(facts), about, to, ON, kind=kind).recipients}


def test_a_small_heirs_guardian_stands_beside_the_heir() -> None:
    facts = [
        fact("father", "death_date", "2026-08-20"),
        fact("father", "children", to="small"),
        fact("small", "birth_date", "2016-01-01"),
        fact("small", "guardians", to="mother"),
    ]
    # The child is under 15, so tact is silent to it: the mother hears of the estate.
    assert told(*facts, about="father", to="deceased.children") == {"small", "mother"}


def test_a_grown_heir_hears_alone() -> None:
    facts = [
        fact("father", "death_date", "2026-08-20"),
        fact("father", "children", to="grown"),
        fact("grown", "birth_date", "2000-01-01"),
        fact("grown", "guardians", to="mother"),
    ]
    assert told(*facts, about="father", to="deceased.children") == {"grown"}


def test_a_vehicle_is_told_of_to_its_owner_by_its_number() -> None:
    facts = [fact("car", "vehicle.owner", to="kari"), fact("car", "vehicle.registration_number", "EL12345")]
    circle = circle_around(Neighbourhood(facts), "car", "vehicle.owner", ON, kind="vehicle")
    assert ([one.id for one in circle.recipients], circle.name) == (["kari"], "EL12345")


def test_a_spouse_is_mourned_and_one_divorced_long_ago_is_not() -> None:
    married = [
        fact("anne", "spouse", to="arne", until=date(2026, 8, 20)),
        fact("arne", "death_date", "2026-08-20"),
    ]
    divorced = [
        fact("anne", "spouse", to="arne", until=date(2010, 1, 1)),
        fact("arne", "death_date", "2026-08-20"),
    ]
    assert person_as_known(Neighbourhood(married), "anne", ON).lost_spouse_on == date(2026, 8, 20)
    assert person_as_known(Neighbourhood(divorced), "anne", ON).lost_spouse_on is None


def test_the_latest_of_a_childs_death_and_a_stillbirth_is_mourned() -> None:
    facts = [
        fact("anne", "children", to="ola"),
        fact("ola", "death_date", "2026-01-01"),
        fact("anne", "child_stillborn_on", "2026-06-01"),
    ]
    assert person_as_known(Neighbourhood(facts), "anne", ON).lost_child_on == date(2026, 6, 1)


def test_others_whose_protection_matters_after_a_death_are_the_closest_family() -> None:
    facts = [
        fact("father", "death_date", "2026-08-20"),
        fact("father", "spouse", to="mother"),
        fact("father", "children", to="grown"),
        fact("grown", "birth_date", "2000-01-01"),
    ]
    circle = circle_around(Neighbourhood(facts), "father", "deceased.next_of_kin", ON)
    assert {one.id for one in circle.others} == {"grown", "mother"}
