"""When a deadline is told of: the day it nears, else the next morning, and at once where that would be too late."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Literal

import pytest

from assistant.determinations.deadlines import tells_of_deadline, waits_till_morning
from rules import Catalogue, determine
from rules.determination import Determination

RULE = Catalogue.load().rules["moving_and_housing.moving_in"]
TODAY = date(2026, 9, 1)
Answer = Literal["yes", "no", "undetermined"]


@pytest.fixture(scope="module")
def said() -> Determination:
    return determine(RULE, TODAY, {}, {}, Catalogue.load())


def due_on(said: Determination, last: date | None, answer: Answer = "yes") -> Determination:
    assert RULE.deadline is not None
    return replace(said, answer=answer, values={RULE.deadline.value: last})


@pytest.mark.parametrize(
    ("last", "waits", "found_by_day", "found_in_the_morning"),
    [
        (date(2027, 9, 1), False, "opens", "opens"),  # its time has not come
        (date(2026, 9, 4), True, date(2026, 9, 2), None),
        (date(2026, 9, 3), True, date(2026, 9, 2), None),
        (date(2026, 9, 2), False, None, None),  # no whole day left after a calm one
        (TODAY, False, None, None),
        (date(2026, 8, 31), False, None, None),
        (None, False, None, None),
    ],
)
def test_when_it_is_told(
    said: Determination, last: date | None, waits: bool, found_by_day: object, found_in_the_morning: object
) -> None:
    assert RULE.deadline is not None
    opens = RULE.deadline.told_from(last) if last else None
    one = due_on(said, last)
    assert waits_till_morning(RULE, one, TODAY) is waits
    for in_the_morning, expected in ((False, found_by_day), (True, found_in_the_morning)):
        found = tells_of_deadline(RULE, one, TODAY, in_the_morning)
        assert found == (opens if expected == "opens" else expected)


@pytest.mark.parametrize("answer", ["no", "undetermined"])
def test_what_is_not_known_to_be_ones_duty_has_no_deadline(said: Determination, answer: Answer) -> None:
    one = due_on(said, date(2026, 9, 4), answer)
    assert not waits_till_morning(RULE, one, TODAY)
    assert tells_of_deadline(RULE, one, TODAY, in_the_morning=False) is None
