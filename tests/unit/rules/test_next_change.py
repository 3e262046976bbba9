"""When a determination changes by itself: never later than the truth, and exact for plain comparisons."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_rules import conditions, small_rule

from rules import Catalogue, determine
from rules.model import EMPTY_MODEL
from rules.watched_day import WatchedDay

DAY = date(2024, 9, 1)


@pytest.mark.parametrize(
    ("expression", "facts", "changes_on"),
    [
        ("today >= date(applicant.born.year + 2, 8, 1)", {"born": "2023-03-03"}, date(2025, 8, 1)),
        ("today < applicant.ends", {"ends": "2024-12-24"}, date(2024, 12, 24)),
        ("today <= applicant.ends", {"ends": "2024-12-24"}, date(2024, 12, 25)),
        ("today > applicant.ends", {"ends": "2024-12-24"}, date(2024, 12, 25)),
        ("today = applicant.ends", {"ends": "2024-12-24"}, date(2024, 12, 24)),
        ("applicant.ends > today", {"ends": "2024-12-24"}, date(2024, 12, 24)),
        ("today < applicant.ends", {"ends": "2024-01-01"}, None),
        ("today.year - applicant.born.year >= 18", {"born": "2008-06-06"}, date(2026, 1, 1)),
        ("today between applicant.born and applicant.ends",
         {"born": "2024-10-01", "ends": "2024-10-05"}, date(2024, 10, 1)),
        ("today < applicant.ends", {}, None),
        ("applicant.age > 1", {"age": 5}, None),
        ("today < applicant.ends and applicant.age > 9", {"ends": "2024-12-24", "age": 5}, None),
    ],
)  # fmt: skip
def test_when_it_changes(expression: str, facts: dict[str, object], changes_on: date | None) -> None:
    rule = small_rule(conditions(expression))
    assert determine(rule, DAY, {"applicant": facts}).changes_on == changes_on


def test_a_change_behind_a_change_of_nothing_is_found() -> None:
    body = (
        "parameters:\n  limit:\n    values:\n"
        "      - {from: 2024-01-01, value: 10}\n      - {from: 2025-01-01, value: 11}\n"
        "      - {from: 2026-01-01, value: 3}\n" + conditions("applicant.income < limit")
    )
    assert determine(small_rule(body), DAY, {"applicant": {"income": 5}}).changes_on == date(2026, 1, 1)


def test_arithmetic_on_the_day_is_looked_at_often_rather_than_late() -> None:
    rule = small_rule(conditions('today + duration("P10D") >= applicant.ends'))
    changes_on = determine(rule, DAY, {"applicant": {"ends": "2024-09-20"}}).changes_on
    assert changes_on == date(2024, 9, 10)
    far = determine(rule, DAY, {"applicant": {"ends": "2026-09-20"}}).changes_on
    assert far is not None
    assert DAY < far < date(2026, 9, 10)


DAYS = st.dates(date(2024, 8, 20), date(2024, 10, 10))
SIDES = st.sampled_from(["applicant.born", "applicant.ends", 'date("2024-09-20")'])
TESTS = st.builds(
    "today {} {}".format, st.sampled_from(["<", "<=", ">", ">=", "=", "!="]), SIDES
) | st.builds("today.month = {}".format, st.integers(8, 10))
LOGIC = st.recursive(
    TESTS,
    lambda inner: st.builds("({} {} {})".format, inner, st.sampled_from(["and", "or"]), inner),
    max_leaves=4,
)


@settings(max_examples=60, deadline=None)
@given(expression=LOGIC, born=DAYS, ends=DAYS)
def test_no_day_before_it_says_anything_else(expression: str, born: date, ends: date) -> None:
    rule = small_rule("conditions:\n  - id: a\n    that: |-\n      " + expression + "\n")
    facts = {"applicant": {"born": born, "ends": ends}}
    found = determine(rule, DAY, facts)
    last = date(2024, 10, 20)
    before = found.changes_on or last
    day = DAY
    while day < min(before, last):
        assert determine(rule, day, facts).answer == found.answer
        day += timedelta(days=1)
    if found.changes_on and found.changes_on < last:  # further ahead it may be too early, never too late
        assert determine(rule, found.changes_on, facts).answer != found.answer


BOTH = """\
uses: {first: example.first, second: example.second}
conditions:
  - {id: a, that: 'first.answer = "yes" or second.answer = "yes"'}
outcome:
  said: 'first.answer + second.answer + (if today >= applicant.born then "!" else "?")'
"""


@settings(max_examples=60, deadline=None)
@given(first=LOGIC, second=LOGIC, born=DAYS, ends=DAYS)
def test_a_change_of_what_it_uses_is_a_change_of_its_own(
    first: str, second: str, born: date, ends: date
) -> None:
    """A used rule is not looked at anew on a day on which it says the same, and nobody can tell."""
    used = {"example.first": first, "example.second": second}
    rules = [
        small_rule(f"conditions:\n  - id: a\n    that: |-\n      {text}\n", name)
        for name, text in used.items()
    ]
    rule = small_rule(BOTH, "example.both")
    catalogue = Catalogue(EMPTY_MODEL, {one.id: one for one in (*rules, rule)}, {})
    facts = {"applicant": {"born": born, "ends": ends}}

    def said(day: date) -> tuple[str, Mapping[str, Any]]:
        found = determine(rule, day, facts, {}, catalogue)
        return found.answer, found.values

    changes_on = determine(rule, DAY, facts, {}, catalogue).changes_on
    last = date(2024, 10, 20)
    turns = [day for day in (DAY + timedelta(days=n) for n in range(1, 50)) if said(day) != said(DAY)]
    if changes_on is None or changes_on >= last:
        assert not turns
    else:
        assert changes_on == turns[0]


def test_a_watched_day_is_the_day_it_stands_for() -> None:
    day = WatchedDay.watching(DAY)
    assert day == DAY
    assert (day.year, day.month, day.day, day.isoformat()) == (2024, 9, 1, "2024-09-01")
    assert day - date(2024, 8, 31) == timedelta(days=1)
    assert date(2024, 9, 2) - day == timedelta(days=1)
    assert day + timedelta(days=1) == date(2024, 9, 2)
    assert hash(day) == hash(DAY)
