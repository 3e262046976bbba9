"""The made-up municipality: the same every time, nobody real, and somebody for each thing that can go wrong."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from assistant.demo.inhabitants import Municipality
from assistant.demo.making import NAME, NUMBER
from assistant.demo.population import made_up_municipality
from assistant.demo.settling import latest_income_year, person_documents, place_description
from assistant.demo.story import steps
from assistant.registers import PersonDocument, is_national_id, is_synthetic, statements_from_person_document
from assistant.registers.income import Post, add_up
from assistant.registers.kindergarten import read_place

TODAY = date(2026, 11, 23)
DAYS = [TODAY, date(2026, 1, 5), date(2026, 8, 1), date(2027, 2, 28), date(2028, 2, 29)]


@pytest.fixture(scope="module")
def municipality() -> Municipality:
    return made_up_municipality(TODAY)


def test_the_same_day_gives_the_same_people(municipality: Municipality) -> None:
    assert made_up_municipality(TODAY) == municipality
    assert made_up_municipality(TODAY, seed=1) != municipality


def test_about_two_hundred_people_in_about_seventy_homes(municipality: Municipality) -> None:
    assert 180 <= len(municipality.persons) <= 220
    assert 65 <= len({person.home for person in municipality.persons}) <= 85
    assert len(municipality.places) >= 35
    assert (municipality.number, municipality.name) == (NUMBER, NAME) == ("9999", "Vardevik")


def test_nobody_is_real(municipality: Municipality) -> None:
    numbers = [person.identifier for person in municipality.persons]

    assert len(set(numbers)) == len(numbers)
    assert all(is_synthetic(number) and not is_national_id(number) for number in numbers)
    assert not any(number in repr(municipality) for number in numbers)


@pytest.mark.parametrize("today", DAYS)
def test_on_any_day_every_document_and_place_can_be_read(today: date) -> None:
    made = made_up_municipality(today)
    for key, document in person_documents(made, today).items():
        person = made.person(key)
        said = {
            one.concept: one
            for one in statements_from_person_document(PersonDocument(person.identifier, document))
        }
        assert said["person.birth_date"].spans[0].value == person.born.isoformat()
        assert person.born < today
        assert len(said["person.guardians"].spans) == (
            0 if person.income is not None else len(_guardians(made, key))
        )
    for place in made.places:
        child = made.person(place.child)
        read = read_place(place_description(place, child, made.number))
        assert read.starts_on <= today
        assert 0 <= read.starts_on.year - child.born.year <= 6
        assert read.terms[0].starts_on == read.starts_on


def _guardians(made: Municipality, key: str) -> tuple[object, ...]:
    family = made.family_of(key)
    return family.parents[:1] if family.sole_responsibility else family.parents


def test_there_is_somebody_for_each_thing_that_can_go_wrong(municipality: Municipality) -> None:
    people = {person.key: person for person in municipality.persons}
    languages = Counter(person.reach.language for person in municipality.persons if person.reach.registered)
    stages = Counter(person.income.stage for person in municipality.persons if person.income)

    assert people["hanna"].protection == "strengtFortrolig"
    assert people["hanna"].income is not None
    assert people["hanna"].income.shielded
    assert people["ragnhild"].reach.reserved
    assert people["torstein"].reach.confirmed_days_ago > 550
    assert people["sigurd"].died is not None
    assert people["ask"].born == people["embla"].born
    assert people["geir"].home == people["frida"].home
    assert municipality.family_of("ella").shares_residence_since is not None
    assert min(languages[one] for one in ("nb", "nn", "en")) >= 3
    assert {"utkast", "none", "unknown_to_tax", "oppgjoer"} == set(stages)


@pytest.mark.parametrize(
    ("household", "below"),
    [
        (("ingrid",), 220_000),  # six per cent of a place at 1200 a month for eleven months
        (("amira", "jonas"), 692_465),  # core time from 1 August 2026
        (("eirik",), 692_465),
        (("linnea", "per"), 900_000),
    ],
)
def test_incomes_lie_where_the_story_needs_them(
    municipality: Municipality, household: tuple[str, ...], below: int
) -> None:
    assert 0 < _income(municipality, household) < below


def test_the_limit_lies_between_the_two_sums_of_those_with_dividends(municipality: Municipality) -> None:
    silje = municipality.person("silje").income
    assert silje is not None
    with_adjustment = add_up([Post(*post) for post in _decimals(silje.posts)]).amount_adjusted
    anders = _income(municipality, ("anders",))

    assert _income(municipality, ("silje", "anders")) < 692_465 < with_adjustment + anders


def test_the_okoro_family_is_a_little_above_the_limit(municipality: Municipality) -> None:
    assert 692_465 < _income(municipality, ("sofie", "daniel")) < 730_000
    assert _income(municipality, ("sofie",)) + 312_000 < 692_465


def _income(municipality: Municipality, keys: tuple[str, ...]) -> int:
    total = 0
    for key in keys:
        income = municipality.person(key).income
        assert income is not None
        added = add_up([Post(*post) for post in _decimals(income.posts)]).amount
        assert added is not None
        total += int(added)
    return total


def _decimals(posts: object) -> list[tuple[str, object, tuple[str, ...]]]:
    from decimal import Decimal

    return [(name, Decimal(amount), ("inntekt",)) for name, amount in dict(posts).items()]  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("today", "year"), [(date(2026, 3, 31), 2024), (date(2026, 4, 1), 2025), (date(2026, 12, 31), 2025)]
)
def test_the_latest_income_year_everybody_has(today: date, year: int) -> None:
    assert latest_income_year(today) == year


def test_every_step_is_told_in_three_languages_about_people_who_exist(municipality: Municipality) -> None:
    told = steps()

    assert len({step.id for step in told}) == len(told)
    for step in told:
        assert set(step.title) == set(step.what) == {"nb", "nn", "en"}
        assert all(municipality.person(key) for key in step.who)
        assert not step.after or step.after in {other.id for other in told}
    assert told[0].automatic
