"""A made-up municipality of about two hundred people, the same for the same seed and day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from assistant.demo.characters import characters
from assistant.demo.inhabitants import RETIREMENT_PENSION, Family, Income, Municipality, Person, Reach
from assistant.demo.making import NAME, NUMBER, Making
from assistant.demo.names import CHILDREN, MEN, SURNAMES, WOMEN
from assistant.demo.neighbours import NEIGHBOURS, family_of, neighbouring
from assistant.registers.simulators.documents import Home

SEED = 9999
FAMILIES, SINGLE_PARENTS, COUPLES, ALONE = 24, 6, 13, 19
HAS_PLACE = 0.9
LANGUAGES = ("nb",) * 8 + ("nn", "en")


def made_up_municipality(today: date, seed: int = SEED) -> Municipality:
    """The municipality as it is on that day. Birthdays, places and incomes lie around the day."""
    return made_up_region(today, seed)[0]


def made_up_region(today: date, seed: int = SEED) -> tuple[Municipality, ...]:
    """Vardevik, and the municipalities beside it that handle the same errand in other ways."""
    making = Making(today, seed)
    named = characters(making)
    unnamed = [
        *(_family(making, number) for number in range(FAMILIES)),
        *(_single_parent(making, number) for number in range(SINGLE_PARENTS)),
        *(_couple(making, number) for number in range(COUPLES)),
        *(_alone(making, number) for number in range(ALONE)),
    ]
    third = next(family_of(making, who) for who in NEIGHBOURS if who.number == NUMBER)
    home = Municipality(NUMBER, NAME, today, (*named, *making.lodgers, *unnamed, third))
    return (home, *neighbouring(making))


def _family(making: Making, number: int) -> Family:
    """Two parents with one to three children, married or cohabitants; most of the small ones have places."""
    key, surname, home = f"family{number}", making.chance.choice(SURNAMES), making.home()
    mother = _adult(making, f"{key}-mother", WOMEN, surname, making.chance.randrange(26, 42), home)
    father = _adult(making, f"{key}-father", MEN, surname, making.chance.randrange(27, 46), home)
    married = making.chance.random() < 0.6
    family = Family(
        (mother, father),
        _children(making, key, surname, mother, making.chance.choice((1, 2, 2, 2, 3))),
        married_on=making.years_ago(making.chance.randrange(3, 12)) if married else None,
    )
    return _with_places(making, family)


def _single_parent(making: Making, number: int) -> Family:
    key, surname = f"single{number}", making.chance.choice(SURNAMES)
    parent = _adult(making, f"{key}-parent", WOMEN, surname, making.chance.randrange(24, 45))
    children = _children(making, key, surname, parent, making.chance.choice((1, 1, 2)))
    return _with_places(making, Family((parent,), children, sole_responsibility=True))


def _couple(making: Making, number: int) -> Family:
    key, surname, home = f"couple{number}", making.chance.choice(SURNAMES), making.home()
    age = making.chance.randrange(25, 78)
    woman = _adult(making, f"{key}-a", WOMEN, surname, age, home)
    man = _adult(making, f"{key}-b", MEN, surname, age + 2, home)
    return Family((woman, man), married_on=making.years_ago(max(1, min(30, age - 23))))


def _alone(making: Making, number: int) -> Family:
    names = making.chance.choice((WOMEN, MEN))
    age = making.chance.randrange(20, 90)
    return Family((_adult(making, f"alone{number}", names, making.chance.choice(SURNAMES), age),))


def _adult(
    making: Making, key: str, names: Sequence[str], surname: str, age: int, home: Home | None = None
) -> Person:
    chance = making.chance
    if age >= 67:
        income = Income({RETIREMENT_PENSION: chance.randrange(215, 420) * 1000})
    else:
        interest = chance.choice((0, 0, 0, 400, 3_200))
        income = Income.pay(
            chance.choice((chance.randrange(90, 400), chance.randrange(380, 820))) * 1000, interest
        )
    reach = Reach(
        language=chance.choice(LANGUAGES),
        registered=chance.random() < 0.95,
        reserved=chance.random() < 0.03,
        confirmed_days_ago=chance.choice((10, 90, 200, 400, 600)),
    )
    return making.adult(key, chance.choice(names), surname, age, home or making.home(), income, reach)


def _children(making: Making, key: str, surname: str, parent: Person, count: int) -> tuple[Person, ...]:
    """Of different ages, so that no two unnamed siblings are born the same day."""
    ages = sorted(making.chance.sample(range(9), count), reverse=True)
    return tuple(
        making.child(f"{key}-child{number}", making.chance.choice(CHILDREN), surname, age, parent.home)
        for number, age in enumerate(ages)
    )


def _with_places(making: Making, family: Family) -> Family:
    small = [child for child in family.children if 1 <= making.kindergarten_year - child.born.year <= 5]
    places = [
        making.place(child, weekly_hours=making.chance.choice((45, 45, 45, 30)))
        for child in small
        if making.chance.random() < HAS_PLACE
    ]
    return replace(family, places=tuple(places))
