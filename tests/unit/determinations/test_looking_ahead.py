"""What a rule says of days that are known to come, and the day it is looked at again."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime
from typing import Any

from assistant.determinations.catalogue_by_day import CatalogueByDay
from assistant.determinations.determinations import look_ahead
from assistant.twin import Fact, Municipality, Neighbourhood
from rules import Catalogue

CORE_TIME = "kindergarten.core_time"
TODAY = date(2027, 5, 1)
_numbers = itertools.count()


def fact(
    subject: str, concept: str, value: Any = None, to: str | None = None, *, since: date | None = None
) -> Fact:
    return Fact(
        id=f"f{next(_numbers)}",
        subject_id=subject,
        concept=concept,
        scope="",
        value=value,
        object_id=to,
        valid_from=since,
        valid_to=None,
        recorded_at=datetime(2026, 1, 1, tzinfo=UTC),
        superseded_at=None,
        source="population_register",
        basis="test",
        detail={},
    )


FAMILY = (
    fact("nora", "person.birth_date", "2025-11-20"),
    fact("nora", "person.address_key", "home"),
    fact("nora", "person.parents", to="kari"),
    fact("kari", "person.address_key", "home"),
    fact("kari", "person.marital_status", "unmarried"),
    fact("kari", "person.assessed_income", 200_000),
)


def looked(
    *facts: Fact, since: date = TODAY, family: tuple[Fact, ...] = FAMILY
) -> tuple[str, date, date | None]:
    by_day = CatalogueByDay(Catalogue.load(), ())
    place = Municipality("0301", "Oslo", {})
    near = Neighbourhood((*family, *facts))
    result, again = look_ahead(near, by_day, CORE_TIME, "nora", place, since)
    return result.determination.answer, result.determination.on, again


def test_a_place_that_begins_in_autumn_is_a_right_from_that_day() -> None:
    begins = date(2027, 10, 1)
    place = fact("nora", "person.kindergarten_place", to="place", since=begins)
    assert looked(place) == ("yes", begins, date(2027, 8, 1))


def test_a_right_that_begins_before_the_next_known_change_begins_on_its_own_day() -> None:
    """She is old enough on 1 August; that she changes kindergarten in December puts nothing off."""
    now = fact("nora", "person.kindergarten_place", to="place")
    later = fact("nora", "person.kindergarten_place", to="other", since=date(2027, 12, 1))
    assert looked(now, later) == ("yes", date(2027, 8, 1), date(2027, 8, 1))


def test_without_a_known_change_the_clock_is_waited_for() -> None:
    place = fact("nora", "person.kindergarten_place", to="place")
    assert looked(place) == ("no", TODAY, date(2027, 8, 1))


def test_what_begins_far_ahead_is_looked_at_on_its_day() -> None:
    begins = date(2028, 8, 1)
    place = fact("nora", "person.kindergarten_place", to="place", since=begins)
    assert looked(place, since=date(2027, 8, 1)) == ("no", date(2027, 8, 1), begins)


def test_what_ends_far_ahead_is_looked_at_on_its_day() -> None:
    place = fact("nora", "person.kindergarten_place", to="place")._replace(valid_to=date(2028, 12, 1))
    assert looked(place, since=date(2027, 9, 1))[::2] == ("yes", date(2028, 12, 1))


def test_a_fact_about_a_parent_that_ends_is_looked_at_too() -> None:
    place = fact("nora", "person.kindergarten_place", to="place")
    income = fact("kari", "person.assessed_income", 190_000, since=date(2027, 1, 1))
    ends = income._replace(valid_to=date(2028, 1, 1))
    family = tuple(one for one in FAMILY if one.concept != "person.assessed_income")
    assert looked(place, ends, since=date(2027, 9, 1), family=family)[::2] == ("yes", date(2028, 1, 1))
