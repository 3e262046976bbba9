"""Undetermined only if something missing can really change the answer, and missing only what can."""

import itertools
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_rules import conditions, small_rule

from rules import Determination, determine, load_rule

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


@pytest.mark.parametrize(
    ("income_known_by", "age_known_by", "missing"),
    [
        ("person", "population_register", ("applicant.age", "applicant.income")),
        ("tax_administration", "person", ("applicant.income", "applicant.age")),
        ("person", "person", ("applicant.income", "applicant.age")),
        ("[tax_administration, person]", "population_register", ("applicant.income", "applicant.age")),
    ],
)
def test_of_two_that_decide_as_much_a_register_comes_before_a_question(
    income_known_by: str, age_known_by: str, missing: tuple[str, ...]
) -> None:
    text = (
        "rule: x.y\nabout: applicant\nconcepts:\n"
        f"  applicant.income: {{type: money, known_by: {income_known_by}}}\n"
        f"  applicant.age: {{type: number, known_by: {age_known_by}}}\n"
        + conditions("applicant.income < 10 and applicant.age > 3")
    )
    assert determine(load_rule(text, "x.yaml"), DAY, {"applicant": {}}).missing == missing


def test_what_decides_more_comes_first_though_it_must_be_asked() -> None:
    text = (
        "rule: x.y\nabout: applicant\nconcepts:\n"
        "  applicant.income: {type: money, known_by: tax_administration}\n"
        "  applicant.age: {type: number, known_by: person}\n"
        + conditions("applicant.income < 10 or applicant.age > 3", "applicant.age > 1")
    )
    found = determine(load_rule(text, "x.yaml"), DAY, {"applicant": {}})
    assert found.missing == ("applicant.age", "applicant.income")


# null makes a comparison null, so what can be absent always stays open: the conditions ask for that too
ABSENT = "conditions:\n  - id: a\n    that: '({0}) or ({0}) = null'\n"

LIMITS = st.integers(-2, 3)
COMPARED = (
    st.builds(
        "applicant.{} {} {}".format,
        st.sampled_from(["income", "age"]),
        st.sampled_from(["<", "<=", ">", ">=", "=", "!="]),
        LIMITS | st.just("limit"),
    )
    | st.builds("applicant.income between {} and {}".format, LIMITS, LIMITS)
    | st.just("(if applicant.student then 1 else 2) > applicant.age")
)
AMOUNTS = st.recursive(
    COMPARED,
    lambda inner: (
        st.builds("({} {} {})".format, inner, st.sampled_from(["and", "or"]), inner)
        | st.builds("not({})".format, inner)
        | st.builds("(if {} then {} else {})".format, inner, inner, inner)
    ),
    max_leaves=5,
)
HALVES = [Decimal(n) / 2 for n in range(-8, 12)]


@settings(max_examples=100, deadline=None)
@given(test=AMOUNTS, age=st.none() | st.integers(-3, 4))
def test_amounts_that_are_only_compared_are_missing_exactly_when_they_decide(
    test: str, age: int | None
) -> None:
    body = (
        "parameters: {limit: {values: [{from: 2020-01-01, value: 1}]}}\n"
        f"conditions:\n  - id: a\n    that: |-\n      {test}\n"
    )
    rule = small_rule(body)
    known = {"student": True} if age is None else {"student": True, "age": age}
    found = determine(rule, DAY, {"applicant": known})
    ages = [None, *HALVES] if age is None else [age]

    def answer(income: Any, years: Any) -> str:
        return determine(rule, DAY, {"applicant": {"student": True, "income": income, "age": years}}).answer

    said = {(income, years): answer(income, years) for income in (None, *HALVES) for years in ages}
    assert (found.answer == "undetermined") == (len(set(said.values())) > 1)
    deciding = set()
    if any(len({said[income, years] for income in (None, *HALVES)}) > 1 for years in ages):
        deciding.add("applicant.income")
    if any(len({said[income, years] for years in ages}) > 1 for income in (None, *HALVES)):
        deciding.add("applicant.age")
    assert set(found.missing) == deciding


@pytest.mark.parametrize(
    ("expression", "facts", "missing"),
    [
        ("applicant.income < 5 or applicant.income > 3", {}, ()),
        ("applicant.income < 5 and applicant.income * 1 > 7", {}, ("applicant.income",)),
        ("today < applicant.ends or today >= applicant.ends", {}, ()),
        ("applicant.home.rent < 5 or applicant.home.rent >= 5", {"home": {}}, ()),
        ("applicant.home.rent < 5 or home.rent + 1 >= 6", {"home": {}}, ("applicant.home.rent",)),
    ],
)
def test_comparisons_that_leave_nothing_open_ask_nothing(
    expression: str, facts: dict[str, Any], missing: tuple[str, ...]
) -> None:
    rule = small_rule("where: {home: applicant.home}\n" + ABSENT.format(expression))
    assert determine(rule, DAY, {"applicant": facts}).missing == missing
