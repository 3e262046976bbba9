"""What has happened in a life, recognised from changed facts; told twice it is the same."""

from datetime import date
from typing import Any

import pytest

from rules import Catalogue, FactChange, RecognisedLifeEvent, RuleFault, recognise
from rules.life_event_file import read_life_event_file

CATALOGUE = Catalogue.load()
ON = date(2024, 9, 1)


def recognised(*changes: FactChange) -> tuple[RecognisedLifeEvent, ...]:
    return recognise(CATALOGUE.life_events.values(), changes, ON)


def born(day: Any, before: Any = None, **more: Any) -> FactChange:
    return FactChange("c1", "person.birth_date", before, day, **more)


def assessed(amount: Any, year: int, **more: Any) -> FactChange:
    detail = {"income_year": year, "stage": "OPPGJOER"}
    return FactChange("p1", "person.assessed_income", None, amount, date(year + 1, 1, 1), detail, **more)


def moved(concept: str, before: Any, after: Any) -> FactChange:
    return FactChange("p1", f"person.{concept}", before, after, date(2024, 8, 20))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (born(date(2024, 8, 20)), [("child_born", "c1", date(2024, 8, 20))]),
        (born("2024-08-20"), [("child_born", "c1", date(2024, 8, 20))]),
        (born(date(2024, 3, 2)), [("child_born", "c1", date(2024, 3, 2))]),
        (born(date(2024, 3, 1)), []),
        (born(date(2024, 8, 21), before=date(2024, 8, 20)), []),
        (FactChange("c1", "person.kindergarten_place", None, "place1", date(2024, 8, 1)),
         [("kindergarten_place_accepted", "c1", date(2024, 8, 1))]),
        (FactChange("c1", "person.kindergarten_place", None, {"id": "place1"}, date(2024, 8, 1)),
         [("kindergarten_place_accepted", "c1", date(2024, 8, 1))]),
        (FactChange("c1", "person.kindergarten_place", "place1", "place1", date(2024, 8, 1)), []),
        (FactChange("c1", "person.kindergarten_place", "place1", None, date(2024, 8, 1)), []),
        (assessed(300000, 2023), [("income_assessed", "p1", date(2024, 1, 1))]),
        (moved("address_key", "a", "b"), [("moved", "p1", date(2024, 8, 20))]),
        (moved("municipality", "0301", "4601"), [("moved", "p1", date(2024, 8, 20))]),
        (moved("address_key", None, "b"), []),
        (FactChange("p1", "person.name", "A", "B"), []),
    ],
)  # fmt: skip
def test_what_a_change_means(change: FactChange, expected: list[tuple[str, str, date]]) -> None:
    assert [(event.kind, event.subject, event.occurred_on) for event in recognised(change)] == expected


def test_the_same_told_twice_is_one_event() -> None:
    first, again = recognised(assessed(300000, 2023)), recognised(assessed(310000, 2023))
    assert first[0].key == again[0].key == "income_assessed:p1:2023"
    assert recognised(assessed(300000, 2023), assessed(310000, 2023)) == first


def test_another_year_is_another_event() -> None:
    assert len(recognised(assessed(300000, 2023), assessed(310000, 2022))) == 2


def test_a_new_address_in_a_new_municipality_is_one_move() -> None:
    events = recognised(moved("address_key", "a", "b"), moved("municipality", "0301", "4601"))
    assert [event.key for event in events] == ["moved:p1:2024-08-20"]


def test_what_is_taken_back_did_not_happen() -> None:
    told = recognised(born(date(2024, 8, 20)))[0]
    taken_back = recognised(born(None, before=date(2024, 8, 20), withdrawn=True))[0]
    assert (taken_back.key, taken_back.annulled) == (told.key, True)


def test_what_is_taken_back_and_told_anew_happened() -> None:
    withdrawn = born(None, before=date(2024, 8, 20), withdrawn=True)
    for changes in ((withdrawn, born(date(2024, 8, 21))), (born(date(2024, 8, 21)), withdrawn)):
        events = recognised(*changes)
        assert [(event.occurred_on, event.annulled) for event in events] == [(date(2024, 8, 21), False)]


FIRST_CHILD = """\
life_event: got_a_child
title: {nb: Fikk barn, nn: Fekk barn, en: Had a child}
summary: {nb: a, nn: b, en: c}
about: person
signals:
  - {life_event: child_born}
occurred_on: valid_from
key: '"child"'
"""


def test_life_events_lead_to_others() -> None:
    further = read_life_event_file(FIRST_CHILD, "f.yaml", CATALOGUE.model)
    events = recognise([further, *CATALOGUE.life_events.values()], [born(date(2024, 8, 20))], ON)
    assert [event.kind for event in events] == ["child_born", "got_a_child"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("life_event: child_born}", "concept: person.birthdate}",
         "f.yaml:6: signal 1: 'concept' is 'person.birthdate'; did you mean person.birth_date?"),
        ("life_event: child_born}", "when: true}",
         "f.yaml:6: signal 1: give either 'concept' or 'life_event'"),
        ("key:", "within: 6 months\nkey:", "f.yaml:8: life event: 'within' is '6 months'; write months as in P6M"),
        ("about: person", "about: persn", "f.yaml:4: life event: 'about' is 'persn'; did you mean person?"),
        ("occurred_on: valid_from", "occurred_on: [5]", "f.yaml:7: 'occurred_on' is a list; an expression is needed"),
    ],
)  # fmt: skip
def test_a_fault_in_a_life_event_file(old: str, new: str, message: str) -> None:
    with pytest.raises(RuleFault) as caught:
        read_life_event_file(FIRST_CHILD.replace(old, new), "f.yaml", CATALOGUE.model)
    assert str(caught.value) == message
