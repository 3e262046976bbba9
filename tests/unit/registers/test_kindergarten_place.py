"""Given a place as the kindergarten system describes it, these are the facts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from assistant.registers import MalformedAnswer, person_ref, place_ref, statements_from_place
from assistant.registers.kindergarten import read_place
from assistant.twin.facts import Span
from tests.unit.registers.documents import CHILD


def place(**changed: Any) -> dict[str, Any]:
    return {
        "place_number": "B-1001",
        "child": {"national_id": CHILD},
        "kindergarten": {"name": "Steinrøysa barnehage"},
        "municipality": "9999",
        "accepted_on": "2026-05-02",
        "starts_on": "2026-08-15",
        "ends_on": None,
        "application": {"covers_whole_stay": True},
        "terms": [{"from": "2026-08-15", "weekly_hours": 45, "price": 1200, "food": 300}],
    } | changed


def facts(**changed: Any) -> dict[str, tuple[Span, ...]]:
    return {one.concept: one.spans for one in statements_from_place(read_place(place(**changed)))}


def test_a_place_that_was_accepted() -> None:
    known = facts()

    assert known["person.kindergarten_place"] == (
        Span(place_ref("B-1001"), date(2026, 8, 15), None, {"accepted_on": "2026-05-02"}),
    )
    assert known["kindergarten_place.kindergarten"] == (Span("Steinrøysa barnehage"),)
    assert known["kindergarten_place.price"] == (Span(Decimal(1200), date(2026, 8, 15)),)
    assert known["kindergarten_place.ends_on"] == (Span(None),)
    assert known["kindergarten_place.covers_whole_stay_application"] == (Span(True),)


def test_a_new_price_leaves_the_old_one_in_its_days() -> None:
    terms = [
        {"from": "2027-08-01", "weekly_hours": 45, "price": 1250, "food": 310},
        {"from": "2026-08-15", "weekly_hours": 45, "price": 1200, "food": 300},
    ]

    assert facts(terms=terms)["kindergarten_place.price"] == (
        Span(Decimal(1200), date(2026, 8, 15), date(2027, 8, 1)),
        Span(Decimal(1250), date(2027, 8, 1)),
    )


def test_the_last_day_of_a_place_is_a_day_with_it() -> None:
    relation = facts(ends_on="2027-06-30")["person.kindergarten_place"][0]

    assert relation.valid_to == date(2027, 7, 1)


def test_an_annulled_place_was_never_there() -> None:
    relation, *taken_back = statements_from_place(read_place(place(annulled=True)))

    assert relation.subject == person_ref(CHILD)
    assert (relation.spans, relation.scope) == ((), "B-1001")
    assert not any(one.spans or one.empty_is_known for one in taken_back)


def test_an_annulled_place_takes_back_all_that_was_said_of_it() -> None:
    before = statements_from_place(read_place(place()))
    after = statements_from_place(read_place(place(annulled=True)))

    assert [(one.subject, one.concept, one.scope) for one in after] == [
        (one.subject, one.concept, one.scope) for one in before
    ]


def test_deferred_school_start_is_told_where_the_system_knows_it() -> None:
    told = facts(child={"national_id": CHILD, "deferred_school_start": True})

    assert told["person.deferred_school_start"] == (Span(True),)
    assert facts()["person.deferred_school_start"] == ()


def test_nobody_asked_about_the_whole_stay() -> None:
    assert facts(application=None)["kindergarten_place.covers_whole_stay_application"] == ()


@pytest.mark.parametrize(
    ("broken", "field"),
    [
        ({"terms": []}, "terms"),
        ({"terms": [{"from": "2026-08-15", "weekly_hours": 45, "price": -1, "food": 0}]}, "terms[0].price"),
        ({"child": {}}, "child.national_id"),
        ({"starts_on": None}, "starts_on"),
        ({"application": {"covers_whole_stay": "ja"}}, "application.covers_whole_stay"),
    ],
)
def test_a_malformed_place_is_refused_by_field(broken: dict[str, Any], field: str) -> None:
    with pytest.raises(MalformedAnswer) as refused:
        facts(**broken)

    assert refused.value.field == field
    assert CHILD not in str(refused.value)
