"""Undetermined only if something missing can really change the answer, and missing only what can."""

import itertools
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_rules import conditions, small_rule

from rules import Determination, determine

DAY = date(2024, 9, 1)
FACTS = ("resident", "student", "employed")


@pytest.mark.parametrize(
    ("expression", "facts", "answer", "missing"),
    [
        ("applicant.resident = true or applicant.resident != true", {}, "yes", ()),
        ("applicant.student = true and applicant.student != true", {}, "no", ()),
        ("(if applicant.student then 1 else 2) > 0", {}, "yes", ()),
        ("if applicant.student then applicant.resident else applicant.resident", {}, "undetermined",
         ("applicant.resident",)),
        ("if applicant.student then applicant.age > 1 else applicant.age > 1", {}, "undetermined",
         ("applicant.age",)),
        ("some c in applicant.children satisfies (c.student = true or c.student != true)",
         {"children": [{}, {}]}, "yes", ()),
    ],
)  # fmt: skip
def test_what_makes_no_difference_is_not_asked(
    expression: str, facts: dict[str, Any], answer: str, missing: tuple[str, ...]
) -> None:
    found = determine(small_rule(conditions(expression)), DAY, {"applicant": facts})
    assert (found.answer, found.missing) == (answer, missing)
    assert [c.holds for c in found.conditions] == [{"yes": True, "no": False}.get(answer)]


ATOMS = st.sampled_from([f"applicant.{name} = true" for name in FACTS])
EXPRESSIONS = st.recursive(
    ATOMS,
    lambda inner: (
        st.builds("({} and {})".format, inner, inner)
        | st.builds("({} or {})".format, inner, inner)
        | st.builds("not({})".format, inner)
        | st.builds("(if {} then {} else {})".format, inner, inner, inner)
    ),
    max_leaves=6,
)


def heard(found: Determination) -> tuple[Any, ...]:
    return found.answer, dict(found.values)


@settings(max_examples=80, deadline=None)
@given(
    tests=st.lists(EXPRESSIONS, min_size=1, max_size=2),
    known=st.dictionaries(st.sampled_from(FACTS), st.booleans(), max_size=2),
)
def test_undetermined_exactly_when_completions_differ(tests: list[str], known: dict[str, bool]) -> None:
    rule = small_rule(conditions(*tests) + f"outcome:\n  x: {tests[0]}\n")
    found = determine(rule, DAY, {"applicant": known})
    open_ = [name for name in FACTS if name not in known]
    completions = {
        values: heard(determine(rule, DAY, {"applicant": {**known, **dict(zip(open_, values, strict=True))}}))
        for values in itertools.product((True, False), repeat=len(open_))
    }
    answers = {answer for answer, _ in completions.values()}
    assert (found.answer == "undetermined") == (len(answers) > 1)
    if len(answers) == 1:
        assert found.answer in answers
    deciding = set()
    for index, name in enumerate(open_):
        for values, result in completions.items():
            flipped = tuple(not value if at == index else value for at, value in enumerate(values))
            if completions[flipped] != result:
                deciding.add(f"applicant.{name}")
    assert set(found.missing) == deciding


@settings(max_examples=60, deadline=None)
@given(
    comparison=st.sampled_from(["<", ">", "<=", ">="]),
    limit=st.integers(-5, 5),
    other=st.sampled_from(["applicant.resident = true", "applicant.age > 3"]),
    connective=st.sampled_from(["and", "or"]),
    age=st.none() | st.integers(0, 6),
)
def test_undetermined_amounts_have_completions_that_differ(
    comparison: str, limit: int, other: str, connective: str, age: int | None
) -> None:
    rule = small_rule(conditions(f"applicant.income {comparison} {limit} {connective} {other}"))
    facts: dict[str, Any] = {} if age is None else {"age": age}
    found = determine(rule, DAY, {"applicant": facts})
    answers = {
        determine(
            rule, DAY, {"applicant": {"income": income, "resident": resident, "age": years, **facts}}
        ).answer
        for income in (limit - 1, limit + 1)
        for resident in (True, False)
        for years in (0, 10)
    }
    assert (found.answer == "undetermined") == (len(answers) > 1)
