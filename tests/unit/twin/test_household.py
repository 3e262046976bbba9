"""Who belongs to a child's household, which number it has among its siblings, and who is nearest to somebody.

§ 3d and § 3a are those of FOR-2005-12-16-1478.
"""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime
from typing import Any

import pytest

from assistant.twin import UNKNOWN, Fact, Neighbourhood
from assistant.twin.household import (
    affected_persons,
    gave_birth_on,
    guardians_at_home,
    household_adults,
    next_of_kin,
    sibling_number,
)

ON = date(2026, 9, 1)
_numbers = itertools.count()


def fact(
    subject: str,
    concept: str,
    value: Any = None,
    to: str | None = None,
    *,
    since: date | None = None,
    until: date | None = None,
    source: str = "population_register",
) -> Fact:
    return Fact(
        id=f"f{next(_numbers)}",
        subject_id=subject,
        concept=concept,
        scope="",
        value=value,
        object_id=to,
        valid_from=since,
        valid_to=until,
        recorded_at=datetime(2026, 1, 1, tzinfo=UTC),
        superseded_at=None,
        source=source,
        basis="test",
        detail={},
    )


def person(name: str, home: str | None, **more: Any) -> list[Fact]:
    rows = [fact(name, "person.address_key", home)]
    more = {"marital_status": "unmarried"} | more
    rows += [fact(name, f"person.{attribute}", value) for attribute, value in more.items()]
    return rows


def parents(child: str, *names: str) -> list[Fact]:
    return [fact(child, "person.parents", to=name) for name in names]


def near(*groups: list[Fact]) -> Neighbourhood:
    return Neighbourhood(itertools.chain(*groups))


def married(one: str, other: str, status: str = "married") -> list[Fact]:
    since = date(2020, 1, 1)
    return [
        fact(one, "person.marital_status", status, since=since),
        fact(one, "person.spouse", to=other, since=since),
        fact(other, "person.marital_status", status, since=since),
        fact(other, "person.spouse", to=one, since=since),
    ]


def placed(
    child: str, municipality: str = "9999", price: int = 1200, since: date | None = None
) -> list[Fact]:
    return [
        fact(child, "person.kindergarten_place", to=f"place-{child}", since=since),
        fact(f"place-{child}", "kindergarten_place.municipality", municipality),
        fact(f"place-{child}", "kindergarten_place.price", price),
    ]


def test_a_single_parent_is_alone_in_the_household() -> None:
    told = near(
        person("child", "A"),
        parents("child", "mother", "father"),
        person("mother", "A"),
        person("father", "B"),
    )
    assert household_adults(told, "child", ON) == ("mother",)


def test_cohabitants_with_a_common_child_are_one_household() -> None:
    told = near(
        person("child", "A"),
        parents("child", "mother", "father"),
        person("mother", "A"),
        person("father", "A"),
    )
    assert household_adults(told, "child", ON) == ("father", "mother")


def test_a_step_parent_counts_by_marriage() -> None:
    told = near(
        person("child", "A"),
        parents("child", "mother", "father"),
        person("mother", "A"),
        person("father", "B"),
        person("step", "A"),
        married("mother", "step"),
    )
    assert household_adults(told, "child", ON) == ("mother", "step")


def test_a_separated_spouse_does_not_count() -> None:
    told = near(
        person("child", "A"),
        parents("child", "mother"),
        person("mother", "A"),
        person("spouse", "B"),
        married("mother", "spouse", "separated"),
    )
    assert household_adults(told, "child", ON) == ("mother",)


def test_a_step_parent_counts_by_a_common_child_at_the_same_address() -> None:
    told = near(
        person("child", "A"),
        parents("child", "mother", "father"),
        person("mother", "A"),
        person("father", "B"),
        person("step", "A"),
        person("half", "A"),
        parents("half", "mother", "step"),
    )
    assert household_adults(told, "child", ON) == ("mother", "step")


def test_the_eldest_adult_comes_first_whatever_the_register_says_first() -> None:
    born = [
        fact("mother", "person.birth_date", "1995-01-02"),
        fact("father", "person.birth_date", "1995-01-03"),
    ]
    home = [
        person("child", "A"),
        person("mother", "A"),
        person("father", "A"),
        married("mother", "father"),
        born,
    ]
    for told in (parents("child", "mother", "father"), parents("child", "father", "mother")):
        assert household_adults(near(*home, told), "child", ON) == ("mother", "father")


def test_a_lodger_without_a_common_child_counts_only_when_told() -> None:
    rows = [person("child", "A"), parents("child", "mother"), person("mother", "A"), person("friend", "A")]
    assert household_adults(near(*rows), "child", ON) == ("mother",)
    told = [fact("mother", "person.cohabitant", to="friend", source="person")]
    assert household_adults(near(*rows, told), "child", ON) == ("friend", "mother")


def test_shared_residence_follows_the_registered_address_of_the_child() -> None:
    rows = [
        parents("child", "mother", "father"),
        person("mother", "A"),
        person("father", "B"),
        person("new", "B"),
        married("father", "new"),
        [
            fact("child", "person.shared_residence", to="mother"),
            fact("child", "person.shared_residence", to="father"),
        ],
    ]
    assert household_adults(near(*rows, person("child", "A")), "child", ON) == ("mother",)
    assert household_adults(near(*rows, person("child", "B")), "child", ON) == ("father", "new")


def test_the_dead_are_not_counted() -> None:
    told = near(
        person("child", "A"),
        parents("child", "mother", "father"),
        person("mother", "A"),
        person("father", "A", death_date="2026-05-01"),
    )
    assert household_adults(told, "child", ON) == ("mother",)


@pytest.mark.parametrize(
    "rows",
    [
        [parents("child", "mother"), person("mother", "A")],
        [person("child", "A"), person("mother", "A")],
        [person("child", "A"), parents("child", "mother", "father"), person("mother", "A")],
        [person("child", "A"), parents("child", "mother"), person("mother", "B")],
        [person("child", None), parents("child", "mother"), person("mother", None)],
    ],
    ids=["no address", "no parents", "father's address not told", "lives with neither", "address withheld"],
)
def test_what_the_registers_do_not_say_is_unknown(rows: list[list[Fact]]) -> None:
    assert household_adults(near(*rows), "child", ON) is UNKNOWN


CHILD_AND_MOTHER = [person("child", "A"), parents("child", "mother")]


@pytest.mark.parametrize(
    "rows",
    [
        [person("mother", "A", marital_status="married")],
        [person("mother", "A", marital_status="registered_partner")],
        [[fact("mother", "person.address_key", "A")]],
        [person("mother", "A"), person("half", "A"), parents("half", "mother", "dad")],
    ],
    ids=[
        "spouse not named",
        "partner not named",
        "marital status not stated",
        "other parent's home not told",
    ],
)
def test_a_partner_there_may_be_makes_the_household_unknown_not_smaller(rows: list[list[Fact]]) -> None:
    assert household_adults(near(*CHILD_AND_MOTHER, *rows), "child", ON) is UNKNOWN


@pytest.mark.parametrize(
    "rows",
    [
        [person("mother", "A", marital_status="separated")],
        [person("mother", "A", marital_status="divorced")],
        [[fact("mother", "person.address_key", "A"), fact("mother", "person.spouse")]],
        [
            person("mother", "A"),
            parents("half", "mother", "dad"),
            [fact("dad", "person.residence_status", "emigrated")],
        ],
        [
            person("mother", "A"),
            parents("half", "mother", "dad"),
            [fact("dad", "person.death_date", "2020-01-01")],
        ],
    ],
    ids=["separated", "divorced", "known to have no spouse", "other parent emigrated", "other parent dead"],
)
def test_who_is_known_to_live_with_nobody_is_alone(rows: list[list[Fact]]) -> None:
    assert household_adults(near(*CHILD_AND_MOTHER, *rows), "child", ON) == ("mother",)


def family(*ages: int) -> list[list[Fact]]:
    rows = [person("mother", "A")]
    for number, age in enumerate(ages):
        child = f"child{number}"
        rows += [
            person(child, "A", birth_date=f"{2026 - age}-03-01"),
            parents(child, "mother"),
            placed(child),
        ]
    return rows


def test_the_youngest_is_number_one_unless_the_municipality_says_otherwise() -> None:
    told = near(*family(5, 3, 1))
    assert [sibling_number(told, f"child{n}", ON, "youngest") for n in range(3)] == [3, 2, 1]
    assert [sibling_number(told, f"child{n}", ON, "oldest") for n in range(3)] == [1, 2, 3]


def test_twins_get_a_number_each() -> None:
    told = near(*family(3, 3))
    assert sorted(sibling_number(told, f"child{n}", ON, "youngest") or 0 for n in range(2)) == [1, 2]


def test_the_discount_can_go_to_the_cheapest_place() -> None:
    rows = family(3, 1)
    rows.append([fact("place-child0", "kindergarten_place.price", 800, since=date(2026, 8, 1))])
    told = near(*rows)
    assert sibling_number(told, "child0", ON, "dearest") == 2
    assert sibling_number(told, "child1", ON, "dearest") == 1


def test_only_siblings_who_live_together_and_have_places_in_the_same_municipality_count() -> None:
    rows = family(5, 3)
    elsewhere = [
        person("away", "B", birth_date="2025-01-01"),
        parents("away", "mother"),
        placed("away"),
        person("neighbour", "A", birth_date="2025-01-01"),
        parents("neighbour", "mother"),
        placed("neighbour", municipality="9998"),
        person("home", "A", birth_date="2025-01-01"),
        parents("home", "mother"),
    ]
    assert sibling_number(near(*rows, *elsewhere), "child1", ON, "youngest") == 1
    assert sibling_number(near(*rows, *elsewhere), "home", ON, "youngest") is None


def test_a_place_that_has_not_begun_is_no_place_yet() -> None:
    rows = [person("mother", "A"), person("c", "A", birth_date="2024-01-01"), parents("c", "mother")]
    told = near(*rows, placed("c", since=date(2026, 10, 1)))
    assert sibling_number(told, "c", ON, "youngest") is None
    assert sibling_number(told, "c", date(2026, 10, 1), "youngest") == 1


def test_an_income_concerns_the_children_of_the_earner_and_of_the_earners_spouse() -> None:
    told = near(
        person("mother", "A"),
        person("step", "A"),
        person("child", "A"),
        parents("child", "mother"),
        married("mother", "step"),
    )
    assert "child" in affected_persons(told, "step", ON)
    assert "child" in affected_persons(told, "mother", ON)


def test_a_place_that_begins_later_concerns_its_child_now() -> None:
    told = near(
        person("mother", "A"), person("c", "A"), parents("c", "mother"), placed("c", since=date(2027, 8, 1))
    )
    assert "c" in affected_persons(told, "place-c", ON)


def guardians(child: str, *names: str) -> list[Fact]:
    return [fact(child, "person.guardians", to=name) for name in names]


BOTH = guardians("child", "mother", "father")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([person("child", "A"), person("mother", "A"), person("father", "A")], ("mother", "father")),
        ([person("child", "A"), person("mother", "A"), person("father", "B")], ("mother",)),
        ([person("child", "A"), person("mother", "B"), person("father", "C")], ()),
        ([person("child", "A"), person("mother", "A")], ("mother",)),
        ([person("mother", "A"), person("father", "A")], ()),
        ([person("child", None), person("mother", None), person("father", None)], ()),
        ([person("child", "A"), person("step", "A")], ()),
    ],
    ids=[
        "both",
        "one",
        "lives with neither",
        "father's home not told",
        "child's home not told",
        "no known address is no common one",
        "one without parental responsibility",
    ],
)
def test_a_child_lives_with_the_guardians_of_its_address(
    rows: list[list[Fact]], expected: tuple[str, ...]
) -> None:
    assert guardians_at_home(near(BOTH, *rows), "child", ON) == expected


def test_a_child_of_shared_residence_lives_with_both() -> None:
    """Barnelova § 36: the register has one of the addresses."""
    homes = [person("child", "A"), person("mother", "A"), person("father", "B")]
    shared = [fact("child", "person.shared_residence", to=one) for one in ("mother", "father", "uncle")]
    assert guardians_at_home(near(BOTH, shared, *homes), "child", ON) == ("mother", "father")
    ended = [fact("child", "person.shared_residence", to="father", until=ON)]
    assert guardians_at_home(near(BOTH, ended, *homes), "child", ON) == ("mother",)


def test_nobody_is_at_home_where_nobody_is_known_to_be_a_guardian() -> None:
    assert guardians_at_home(near(person("child", "A"), person("mother", "A")), "child", ON) == ()


def test_the_next_of_kin_are_spouse_children_and_parents_each_once() -> None:
    told = near(
        married("dead", "spouse"),
        [fact("dead", "person.children", to="son")],
        parents("son", "dead"),
        parents("daughter", "dead", "spouse"),
        parents("dead", "old"),
        person("neighbour", "A"),
    )
    assert next_of_kin(told, "dead", ON) == ("spouse", "son", "daughter", "old")


def test_the_dead_are_no_next_of_kin() -> None:
    gone = [fact(one, "person.death_date", "2026-01-01") for one in ("spouse", "son")]
    alive = [fact("daughter", "person.death_date")]
    told = near(married("dead", "spouse"), parents("son", "dead"), parents("daughter", "dead"), gone, alive)
    assert next_of_kin(told, "dead", ON) == ("daughter",)


def test_who_was_divorced_is_no_next_of_kin_and_who_has_nobody_has_none() -> None:
    divorced = [
        fact("dead", "person.spouse", to="former", until=date(2025, 1, 1)),
        fact("dead", "person.spouse", since=date(2025, 1, 1)),
    ]
    assert next_of_kin(near(divorced), "dead", ON) == ()
    assert next_of_kin(near(), "dead", ON) == ()


def of_mother(*children: str) -> list[Fact]:
    return [fact("mother", "person.mother_of", to=child) for child in children]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([of_mother("a"), [fact("a", "person.birth_date", "2026-08-30")]], "2026-08-30"),
        (
            [
                of_mother("a", "b"),
                [fact("a", "person.birth_date", "2026-08-30"), fact("b", "person.birth_date", "2020-01-01")],
            ],
            "2026-08-30",
        ),
        ([of_mother("a", "b"), [fact("a", "person.birth_date", "2020-01-01")]], UNKNOWN),
        ([of_mother("a")], UNKNOWN),
        ([[fact("mother", "person.mother_of", [])]], None),
        ([parents("a", "mother"), [fact("a", "person.birth_date", "2026-08-30")]], UNKNOWN),
        ([], UNKNOWN),
    ],
    ids=[
        "one child",
        "the latest of two",
        "of one nobody has told us when",
        "of the only one nobody has told us when",
        "known to be mother of none",
        "a parent may be the father",
        "nobody has told us",
    ],
)
def test_when_somebody_last_gave_birth(rows: list[list[Fact]], expected: object) -> None:
    assert gave_birth_on(near(*rows), "mother", ON) == expected
