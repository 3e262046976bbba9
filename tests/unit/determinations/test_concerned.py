"""Whose determinations a changed fact may change: found backwards along what the rules read."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime
from typing import Any

import pytest

from assistant.determinations.concerned import may_concern, readers
from assistant.twin import Changed, Fact, Neighbourhood
from rules import Catalogue

ON = date(2026, 9, 1)
CATALOGUE = Catalogue.load()
_numbers = itertools.count()


def fact(subject: str, concept: str, value: Any = None, to: str | None = None, **days: date) -> Fact:
    return Fact(
        id=f"f{next(_numbers)}",
        subject_id=subject,
        concept=concept,
        scope="",
        value=value,
        object_id=to,
        valid_from=days.get("since"),
        valid_to=days.get("until"),
        recorded_at=datetime(2026, 1, 1, tzinfo=UTC),
        superseded_at=None,
        source="population_register",
        basis="test",
        detail={},
    )


def born(person: str, on: str) -> Fact:
    return fact(person, "person.birth_date", on)


FAMILY = (
    born("lise", "2024-03-01"),
    born("per", "2021-03-01"),
    born("kari", "1990-05-01"),
    born("ola", "1988-05-01"),
    born("grandad", "1950-05-01"),
    *(fact(child, "person.parents", to=parent) for child in ("lise", "per") for parent in ("kari", "ola")),
    *(fact(child, "person.guardians", to="kari") for child in ("lise", "per")),
    *(fact(one, "person.address_key", "home") for one in ("lise", "per", "kari", "ola")),
    fact("lise", "person.kindergarten_place", to="place"),
    fact("kari", "person.spouse", to="ola", since=date(2020, 1, 1)),
    fact("ola", "person.spouse", to="kari", since=date(2020, 1, 1)),
    fact("ola", "person.parents", to="grandad"),
    fact("car", "vehicle.owner", to="kari"),
)
DEAD = fact("grandad", "person.death_date", "2026-08-20")


def concerned(subject: str, concept: str, rule: str, *more: Fact, on: date = ON) -> set[str]:
    """Those for whom the rule is run again when that has changed."""
    found = readers(CATALOGUE, Changed(subject, concept), Neighbourhood((*FAMILY, *more)), on)
    return {one for one, rules in found.items() if rule in rules}


PASSPORT, INSPECTION, FEE = "identity.passport", "vehicles.periodic_inspection", "kindergarten.reduced_fee"
SETTLEMENT, FUNERAL = "death_and_inheritance.private_settlement", "death_and_inheritance.funeral_grant"
ESTATE = "death_and_inheritance.undivided_estate"
ADJUSTMENT, NOTICE = (
    "death_and_inheritance.adjustment_allowance",
    "moving_and_housing.notice_to_the_other_parent",
)
RESPONSIBILITY, LUMP_SUM = "having_a_child.parental_responsibility", "having_a_child.lump_sum_grant"


@pytest.mark.parametrize(
    ("subject", "concept", "rule", "expected"),
    [
        # what a rule reads of its own subject
        ("kari", "person.passport_issued_on", PASSPORT, {"kari"}),
        ("car", "vehicle.last_approved_on", INSPECTION, {"car"}),
        ("car", "vehicle.owner", INSPECTION, set()),  # who owns it changes whom it is told to, not the day
        # what it reads of those its subject has: of one's children, wards, parents, spouse
        ("ola", "person.death_date", ESTATE, {"kari"}),
        ("kari", "person.marital_status", RESPONSIBILITY, {"lise", "per"}),
        ("ola", "person.address_key", RESPONSIBILITY, {"lise", "per"}),
        ("lise", "person.contact_agreement", NOTICE, {"kari", "ola"}),
        ("lise", "person.birth_date", ADJUSTMENT, {"kari", "lise"}),
        # what nothing reads
        ("kari", "person.email", PASSPORT, set()),
        ("kari", "person.passport_issued_on", INSPECTION, set()),
    ],
)
def test_a_change_concerns_those_a_rule_reads_it_for(
    subject: str, concept: str, rule: str, expected: set[str]
) -> None:
    assert concerned(subject, concept, rule) == expected


def test_a_childs_agreement_concerns_its_guardian_whichever_side_tells_of_the_relation() -> None:
    """The child's document names its guardian before the guardian's document names the child."""
    agreement = ("emma", "person.contact_agreement", NOTICE)
    emma = born("emma", "2020-01-01")
    assert concerned(*agreement, emma) == set()
    assert concerned(*agreement, emma, fact("kari", "person.wards", to="emma")) == {"kari"}
    assert concerned(*agreement, emma, fact("emma", "person.guardians", to="kari")) == {"kari"}
    assert concerned(*agreement, emma, fact("ola", "person.children", to="emma")) == {"ola"}


@pytest.mark.parametrize(
    ("concept", "person"),
    [("person.guardians", "kari"), ("person.parents", "ola")],
)
def test_a_child_that_is_told_to_have_somebody_concerns_that_somebody(concept: str, person: str) -> None:
    """The same change seen from the other side: a child's new guardian has a new ward."""
    emma = (born("emma", "2020-01-01"), fact("emma", concept, to=person))
    assert person in concerned("emma", concept, NOTICE, *emma)


def test_a_relation_is_followed_whatever_day_it_holds() -> None:
    """A place, a guardian or a husband that comes later, or is gone, may still matter on some day."""
    later = fact("emma", "person.guardians", to="kari", since=date(2027, 1, 1))
    gone = fact("emma", "person.guardians", to="ola", until=date(2025, 1, 1))
    assert concerned("emma", "person.contact_agreement", NOTICE, later, gone) == {"kari", "ola"}


def test_who_gave_birth_is_concerned_by_the_day_the_child_is_born() -> None:
    """Known as its mother, and of the relation nothing else: the day of birth comes with the child's document."""
    mother = fact("kari", "person.mother_of", to="emma")
    newborn = born("emma", "2026-08-30")
    assert concerned("emma", "person.birth_date", LUMP_SUM, mother, newborn) == {"kari"}
    assert concerned("kari", "person.mother_of", LUMP_SUM, mother, newborn) == {"kari"}


# ---- a household's rules reach the family


@pytest.mark.parametrize(
    ("subject", "concept"),
    [
        ("kari", "person.assessed_income"),
        ("ola", "person.assessed_income"),
        ("kari", "person.marital_status"),
        ("ola", "person.address_key"),
        ("kari", "person.spouse"),
        ("ola", "person.cohabitant"),
        ("per", "person.parents"),
        ("ola", "person.death_date"),
        ("place", "kindergarten_place.price"),
        ("lise", "person.kindergarten_place"),
    ],
)
def test_a_familys_facts_reach_its_children_in_kindergarten(subject: str, concept: str) -> None:
    found = concerned(subject, concept, FEE)
    assert "lise" in found
    assert found <= {"lise", "per"}  # never the adults, nor the place


def test_a_siblings_place_reaches_the_sibling() -> None:
    place = fact("per", "person.kindergarten_place", to="second")
    assert concerned("second", "kindergarten_place.price", "kindergarten.sibling_discount", place) == {
        "lise",
        "per",
    }


def test_a_vehicle_concerns_no_family() -> None:
    found = readers(CATALOGUE, Changed("car", "vehicle.last_approved_on"), Neighbourhood(FAMILY), ON)
    assert set(found) == {"car"}


def test_only_rules_that_are_followed_up_are_run() -> None:
    """What nobody is told of is determined when it is asked about, and not kept (GDPR article 5 no. 1 c)."""
    for subject, concept in (("kari", "person.birth_date"), ("lise", "person.birth_date")):
        found = readers(CATALOGUE, Changed(subject, concept), Neighbourhood(FAMILY), ON)
        assert found
        assert set().union(*found.values()) <= CATALOGUE.followed_up
    assert "pension.old_age_pension" not in CATALOGUE.followed_up
    assert concerned("kari", "person.birth_date", "pension.old_age_pension") == set()


# ---- whom a rule is about


def test_the_rules_for_the_dead_are_run_for_the_dead_and_no_others() -> None:
    assert concerned("grandad", "person.death_date", FUNERAL, DEAD) == {"grandad"}
    assert concerned("grandad", "person.death_date", FUNERAL) == set()
    assert concerned("ola", "person.birth_date", SETTLEMENT, DEAD) == {"grandad"}
    assert concerned("lise", "person.birth_date", SETTLEMENT, DEAD) == set()


def test_a_residents_rules_are_not_run_for_the_dead() -> None:
    assert concerned("grandad", "person.passport_issued_on", PASSPORT) == {"grandad"}
    assert concerned("grandad", "person.passport_issued_on", PASSPORT, DEAD) == set()


def test_a_death_in_the_family_leaves_the_widows_rules_and_ends_his() -> None:
    dead = fact("ola", "person.death_date", "2026-08-20")
    assert concerned("ola", "person.death_date", ESTATE, dead) == {"kari"}
    assert concerned("kari", "person.death_date", ESTATE, dead) == set()  # he has no rules left


@pytest.mark.parametrize(
    ("rule", "person", "facts", "expected"),
    [
        ("kindergarten.place", "p", [born("p", "2008-09-02")], True),
        ("kindergarten.place", "p", [born("p", "2008-09-01")], False),  # 18 today
        ("kindergarten.place", "p", [], False),  # nobody has told us how old
        (PASSPORT, "p", [born("p", "2020-01-01")], True),
        (PASSPORT, "p", [], True),
        (PASSPORT, "p", [fact("p", "person.death_date")], True),  # known to be alive
        (PASSPORT, "p", [fact("p", "person.death_date", "2026-01-01")], False),
        (FUNERAL, "p", [fact("p", "person.death_date", "2026-01-01")], True),
        (FUNERAL, "p", [fact("p", "person.death_date")], False),
        (FUNERAL, "p", [], False),
        (INSPECTION, "car", [], True),
    ],
)
def test_whom_a_rule_may_be_about(rule: str, person: str, facts: list[Fact], expected: bool) -> None:
    assert may_concern(CATALOGUE.rules[rule], person, Neighbourhood(facts), ON) is expected


def test_a_childs_rules_are_not_run_for_the_grown() -> None:
    assert concerned("kari", "person.birth_date", "kindergarten.place") == set()
    assert concerned("lise", "person.birth_date", "kindergarten.place") == {"lise"}
    grown = date(2042, 3, 1)
    assert concerned("lise", "person.birth_date", "kindergarten.place", on=grown) == set()
