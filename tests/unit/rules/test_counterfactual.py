"""What would have to be different: every suggestion turns the answer, and no nearer value of the fact does."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import Catalogue, FactFault, Rule, determine, load_rule
from rules.counterfactual import Goal, Suggestion, suggestions
from rules.counterfactual_wording import phrase

CATALOGUE = Catalogue.load()
FEE = CATALOGUE.rule("kindergarten.reduced_fee")
DAY = date(2024, 9, 1)
CONCEPTS = """\
concepts:
  applicant.income: {type: money, changeable: true, can_be_absent: false}
  applicant.wealth: {type: money, changeable: true, can_be_absent: false}
  applicant.age: {type: number, can_be_absent: false}
  applicant.student: {type: boolean, changeable: true, can_be_absent: false}
  applicant.status:
    type: text
    changeable: true
    can_be_absent: false
    choices: {single: {nb: enslig, nn: einsleg, en: single}, married: {nb: gift, nn: gift, en: married}}
  applicant.moved_on: {type: date, changeable: true, can_be_absent: false}
  applicant.children: list of applicant
"""


def rule_of(condition: str, rest: str = "") -> Rule:
    body = f"conditions:\n  - id: a\n    that: |-\n      {condition}\n{rest}"
    return load_rule(f"rule: x.y\nabout: applicant\n{CONCEPTS}{body}", "x.yaml")


def family(*incomes: int, price: int = 2000) -> dict[str, Any]:
    adults = [{"assessed_income": income} for income in incomes]
    return {"child": {"kindergarten_place": {"price": price}, "household": {"adults": adults}}}


def plain(found: Suggestion, language: str) -> str:
    return phrase(found, language).replace("\xa0", " ")


def test_the_income_below_which_the_fee_is_reduced_is_found_and_said() -> None:
    (found,) = suggestions(FEE, DAY, family(400_000), {}, CATALOGUE)
    (change,) = found.changes
    assert (change.path, change.before, change.to, change.beyond) == (
        "child.household.adults[0].assessed_income",
        400_000,
        366_666,
        366_667,
    )
    assert (found.answer, found.values["monthly_fee"]) == ("yes", 2000)
    assert [plain(found, language) for language in ("nb", "nn", "en")] == [
        "med en husholdningsinntekt under 366 667 kr",
        "med ei hushaldsinntekt under 366 667 kr",
        "with a household income below 366 667 kr",
    ]


def test_of_two_adults_each_income_is_tried_and_the_households_is_said() -> None:
    found = suggestions(FEE, DAY, family(200_000, 250_000), {}, CATALOGUE)
    assert [(c.path[16:25], c.to) for s in found for c in s.changes] == [
        ("adults[1]", 166_666),
        ("adults[0]", 116_666),
    ]
    assert {plain(one, "en") for one in found} == {"with a household income below 366 667 kr"}


def test_a_lower_fee_is_found_though_it_takes_two_incomes() -> None:
    facts = family(200_000, 250_000)
    (found,) = suggestions(FEE, DAY, facts, {}, CATALOGUE, goal=Goal("monthly_fee", "<=", Decimal(1000)))
    assert (len(found.changes), found.values["monthly_fee"]) == (2, 1000)
    # 1 000.50 × 11 / 0.06 is 183 425: the first income whose cap rounds up to 1 001
    assert plain(found, "nb") == "med en husholdningsinntekt under 183 425 kr"


def test_what_is_reached_already_needs_nothing() -> None:
    assert suggestions(FEE, DAY, family(300_000), {}, CATALOGUE) == ()


def test_a_fact_that_nobody_can_change_is_not_suggested() -> None:
    assert suggestions(rule_of("applicant.age >= 18"), DAY, {"applicant": {"age": 17}}) == ()


def test_a_fact_that_nobody_has_told_is_not_suggested() -> None:
    rule = rule_of("applicant.age >= 18 and applicant.income < 5")
    assert suggestions(rule, DAY, {"applicant": {"age": 17}}) == ()


def test_a_value_the_rule_does_not_have_cannot_be_wanted() -> None:
    with pytest.raises(FactFault, match=r"x\.y has no value 'fee'; it has paid"):
        suggestions(rule_of("true", "outcome: {paid: 1}\n"), DAY, {"applicant": {}}, goal=Goal("fee"))


@pytest.mark.parametrize(
    ("condition", "facts", "said"),
    [
        ("applicant.income >= 5000", {"income": 100}, "with income of at least 5 000 kr"),
        ("applicant.income = 7", {"income": 100}, "with income of 7 kr"),
        ("applicant.income < 10.5", {"income": "20.25"}, "with income below 10.50 kr"),
        ("applicant.student", {"student": False}, "if this were the answer to “student”: yes"),
        ('applicant.status = "married"', {"status": "single"}, "if this were the answer to “status”: married"),
        ("applicant.moved_on <= today", {"moved_on": "2024-09-20"}, "with moved on before 2 September 2024"),
        ("applicant.moved_on > today", {"moved_on": "2024-05-20"}, "with moved on 2 September 2024 or later"),
        ("some c in applicant.children satisfies c.income > 9", {"children": [{"income": 3}]},
         "with income of at least 10 kr"),
        ("count(applicant.children[income > 9]) = 1", {"children": [{"income": 3}]},
         "with income of at least 10 kr"),
        ("applicant.income > 9 and applicant.wealth < 5", {"income": 3, "wealth": 50},
         "with income of 10 kr and with wealth below 5 kr"),
        ("applicant.income > 9 and applicant.student", {"income": 3, "student": False},
         "with income of 10 kr and if this were the answer to “student”: yes"),
    ],
)  # fmt: skip
def test_what_is_suggested_is_said(condition: str, facts: dict[str, Any], said: str) -> None:
    found = suggestions(rule_of(condition), DAY, {"applicant": facts})
    assert [plain(one, "en") for one in found] == [said]


AMOUNTS = st.integers(0, 40)
LEFT = st.sampled_from(
    [
        "applicant.income",
        "applicant.income + applicant.wealth",
        "2 * applicant.income - applicant.wealth",
        "min(applicant.income, 12)",
        "max(applicant.income - 20, applicant.wealth)",
        "abs(applicant.income - 15)",
        "round half up(applicant.income / 3, 0)",
        "if applicant.student then applicant.income else 3 * applicant.income",
    ]
)
TESTS = st.builds(
    "{} {} {}".format, LEFT, st.sampled_from(["<", "<=", ">", ">=", "=", "!="]), AMOUNTS
) | st.builds("applicant.income in ({}, {}, > {})".format, AMOUNTS, AMOUNTS, AMOUNTS)
LOGIC = st.recursive(
    TESTS,
    lambda inner: st.builds("({} {} {})".format, inner, st.sampled_from(["and", "or"]), inner),
    max_leaves=4,
)
GRID = range(160)


@settings(max_examples=150, deadline=None)
@given(condition=LOGIC, income=AMOUNTS, wealth=AMOUNTS, student=st.booleans())
def test_every_suggestion_turns_the_answer_and_no_nearer_value_does(
    condition: str, income: int, wealth: int, student: bool
) -> None:
    rule = rule_of(condition)
    facts = {"income": income, "wealth": wealth, "student": student}

    def answer(**changed: Any) -> str:
        return determine(rule, DAY, {"applicant": {**facts, **changed}}).answer

    found = suggestions(rule, DAY, {"applicant": facts})
    if answer() == "yes":
        assert found == ()
        return
    for one in found:
        changed = {change.path.partition(".")[2]: change.to for change in one.changes}
        assert answer(**changed) == "yes"
    singly = {one.changes[0].path: one.changes[0].to for one in found if len(one.changes) == 1}
    for name, now in (("income", income), ("wealth", wealth)):
        turning = [value for value in GRID if answer(**{name: value}) == "yes"]
        nearest = min((abs(value - now) for value in turning), default=None)
        told = singly.get(f"applicant.{name}")
        assert (None if told is None else abs(told - now)) == nearest
    assert ("applicant.student" in singly) == (answer(student=not student) == "yes")


@settings(max_examples=60, deadline=None)
@given(limit=st.dates(date(2024, 1, 1), date(2025, 1, 1)), moved=st.dates(date(2023, 1, 1), date(2026, 1, 1)))
def test_the_nearest_day_is_found(limit: date, moved: date) -> None:
    rule = rule_of(f'applicant.moved_on > date("{limit}")')
    found = suggestions(rule, DAY, {"applicant": {"moved_on": moved}})
    assert [one.changes[0].to for one in found] == ([] if moved > limit else [limit + timedelta(days=1)])
