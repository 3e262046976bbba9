"""Three answers: what holds, what does not, and what nobody has told us; and what is missing then."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from small_rules import conditions, small_rule

from rules import Catalogue, FactFault, determine
from rules.model import EMPTY_MODEL

DAY = date(2024, 9, 1)


def answer(body: str, /, **facts: Any) -> tuple[str, tuple[str, ...]]:
    found = determine(small_rule(body), DAY, {"applicant": facts})
    return found.answer, found.missing


@pytest.mark.parametrize(
    ("expressions", "facts", "expected"),
    [
        (("applicant.age >= 18",), {"age": 18}, ("yes", ())),
        (("applicant.age >= 18",), {"age": 17}, ("no", ())),
        (("applicant.age >= 18",), {}, ("undetermined", ("applicant.age",))),
        (("applicant.age >= 18",), {"age": None}, ("no", ())),
        (("applicant.age >= 18", "applicant.income < 9"), {"age": 17}, ("no", ())),
        (("applicant.income < 9", "applicant.age >= 18"), {"age": 17}, ("no", ())),
        (("applicant.age >= 18", "applicant.income < 9"), {"age": 18}, ("undetermined", ("applicant.income",))),
        (("applicant.age >= 18 or applicant.resident",), {"resident": True}, ("yes", ())),
        (("applicant.home.rent > 1",), {"home": None}, ("no", ())),
        (("applicant.home.rent > 1",), {}, ("undetermined", ("applicant.home", "applicant.home.rent"))),
        (("sum(applicant.children.income) > 1",), {"children": [{"income": 5}, {}]},
         ("undetermined", ("applicant.children.income",))),
        (("if applicant.resident then applicant.age > 1 else applicant.age > 1",), {"age": 2}, ("yes", ())),
    ],
)  # fmt: skip
def test_unknown_is_neither_true_nor_false(
    expressions: tuple[str, ...], facts: dict[str, Any], expected: tuple[str, tuple[str, ...]]
) -> None:
    got, missing = answer(conditions(*expressions), **facts)
    assert got == expected[0]
    assert set(missing) <= set(expected[1])
    assert missing[-1:] == expected[1][-1:]


def test_each_condition_says_what_it_is() -> None:
    rule = small_rule(conditions("applicant.age > 1", "applicant.age > 9", "applicant.income > 1"))
    found = determine(rule, DAY, {"applicant": {"age": 5}})
    assert [condition.holds for condition in found.conditions] == [True, False, None]
    assert found.answer == "no"


def test_the_most_deciding_fact_comes_first() -> None:
    body = conditions("applicant.income > 1 and applicant.student", "applicant.age > 1")
    assert answer(body)[1][0] == "applicant.age"


def test_a_value_may_be_open_though_the_answer_is_yes() -> None:
    body = conditions("applicant.age > 1") + "outcome: {pay: applicant.income * 2, whole: 7}\n"
    found = determine(small_rule(body), DAY, {"applicant": {"age": 5}})
    assert (found.answer, found.values, found.missing) == ("yes", {"whole": 7}, ("applicant.income",))


def test_a_no_has_no_values_and_asks_nothing() -> None:
    body = conditions("applicant.age > 9") + "outcome: {pay: applicant.income * 2}\n"
    found = determine(small_rule(body), DAY, {"applicant": {"age": 5}})
    assert (found.answer, found.values, found.missing) == ("no", {}, ())


def test_unknown_discretion_neither_asks_nor_hinders() -> None:
    item = "discretion:\n  - {id: d, when: applicant.student, text: {nb: a, nn: b, en: c}}\n"
    rule = small_rule(conditions("applicant.age > 1") + item)
    open_, raised = (
        determine(rule, DAY, {"applicant": facts}) for facts in ({"age": 5}, {"age": 5, "student": True})
    )
    assert (open_.answer, open_.missing, open_.discretion) == ("yes", (), ())
    assert [item.id for item in raised.discretion] == ["d"]


PARAMETER = """\
settings: {zone: {default: plain, choices: [plain, north]}}
parameters:
  limit:
    by: [zone, municipality]
    unit: NOK
    values:
      - {from: 2024-01-01, value: 10}
      - {from: 2025-01-01, value: 20}
      - {from: 2024-06-01, to: 2024-12-31, zone: north, value: 5}
      - {from: 2024-06-01, to: 2024-12-31, municipality: "0301", value: 7}
outcome: {limit_now: limit}
"""


@pytest.mark.parametrize(
    ("on", "settings", "value"),
    [
        (date(2024, 1, 1), {}, 10),
        (date(2024, 12, 31), {}, 10),
        (date(2025, 1, 1), {}, 20),
        (date(2024, 5, 31), {"zone": "north"}, 10),
        (date(2024, 6, 1), {"zone": "north"}, 5),
        (date(2024, 12, 31), {"zone": "north"}, 5),
        (date(2025, 1, 1), {"zone": "north"}, 20),
        (date(2024, 7, 1), {"zone": "north", "municipality": "0301"}, 7),
        (date(2024, 7, 1), {"municipality": "0301"}, 7),
        (date(2024, 7, 1), {"municipality": "4601"}, 10),
    ],
)
def test_the_value_in_force_for_the_place(on: date, settings: dict[str, str], value: int) -> None:
    assert determine(small_rule(PARAMETER), on, {"applicant": {}}, settings).values == {"limit_now": value}


def test_before_its_first_value_a_parameter_is_unknown_and_says_so() -> None:
    rule = small_rule(PARAMETER + conditions("applicant.income < limit"))
    found = determine(rule, date(2023, 12, 31), {"applicant": {"income": 1}})
    assert (found.answer, found.missing, found.changes_on) == ("undetermined", (), date(2024, 1, 1))
    assert found.reasons == ("limit has no value on 2023-12-31; the next applies from 2024-01-01",)


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"child": {}}, "facts: 'child' is not what this rule is about; put everything under 'applicant'"),
        ({"applicant": {"incom": 1}}, "applicant.incom: applicant has no 'incom'; did you mean income?"),
        ({"applicant": {"income": "much"}}, "applicant.income: 'much' is not an amount in kroner"),
        ({"applicant": {"income": True}}, "applicant.income: True is not an amount in kroner"),
        ({"applicant": {"income": float("nan")}}, "applicant.income: nan is not an amount in kroner"),
        ({"applicant": {"born": "1.2.2024"}}, "applicant.born: '1.2.2024' is not a date (year-month-day)"),
        ({"applicant": {"resident": "yes"}}, "applicant.resident: 'yes' is not true or false"),
        ({"applicant": {"children": {}}}, "applicant.children: a mapping where a list is needed"),
        ({"applicant": {"home": 4}}, "applicant.home: a int where a home (a mapping) is needed"),
        ({"applicant": {"income": [1]}}, "applicant.income: a list where money is needed"),
        ([], "facts are a list; a mapping is needed, as in {'applicant': {…}}"),
    ],
)
def test_a_fact_that_cannot_be_is_refused(facts: Any, message: str) -> None:
    with pytest.raises(FactFault) as caught:
        determine(small_rule(conditions("applicant.age > 1")), DAY, facts)
    assert str(caught.value) == message


def test_a_setting_that_cannot_be_is_refused() -> None:
    with pytest.raises(FactFault, match=r"settings\.zone: 'sorth' is not one of plain, north"):
        determine(small_rule(PARAMETER), DAY, {"applicant": {}}, {"zone": "sorth"})


def test_numbers_are_exact_however_they_come() -> None:
    rule = small_rule("outcome: {third: applicant.income * 3}\n")
    for income in (0.1, "0.1", Decimal("0.1")):
        assert determine(rule, DAY, {"applicant": {"income": income}}).values == {"third": Decimal("0.3")}


def test_a_rule_uses_what_another_says() -> None:
    base = small_rule(
        conditions("applicant.age >= 18") + "outcome: {pay: applicant.income / 2}\n", "example.base"
    )
    body = "uses: {base: example.base}\noutcome: {to_pay: 'if base.answer = \"yes\" then base.pay else 0'}\n"
    user = small_rule(body, "example.user")
    catalogue = Catalogue(EMPTY_MODEL, {rule.id: rule for rule in (base, user)}, {})

    def to_pay(**facts: Any) -> tuple[Any, tuple[str, ...]]:
        found = determine(user, DAY, {"applicant": facts}, {}, catalogue)
        return found.values.get("to_pay"), found.missing

    assert to_pay(age=20, income=8) == (4, ())
    assert to_pay(age=17) == (0, ())
    assert to_pay(age=20) == (None, ("applicant.income",))
    assert set(to_pay()[1]) == {"applicant.age", "applicant.income"}


def test_out_of_force_is_a_no_until_it_comes_into_force() -> None:
    rule = small_rule("in_force: [{from: 2025-01-01, to: 2025-06-30}]\n" + conditions("applicant.age > 1"))
    facts = {"applicant": {"age": 5}}
    assert [determine(rule, day, facts).answer for day in (date(2024, 12, 31), date(2025, 1, 1))] == [
        "no",
        "yes",
    ]
    assert determine(rule, date(2024, 12, 31), facts).changes_on == date(2025, 1, 1)
    assert determine(rule, date(2025, 6, 30), facts).changes_on == date(2025, 7, 1)
    assert determine(rule, date(2025, 7, 1), facts).changes_on is None


def test_the_day_asked_about_is_told_as_a_date_like_any_other() -> None:
    body = 'outcome: {day: today, days: "[today]", named: "{a: today}"}\n'
    values = determine(small_rule(body), DAY, {"applicant": {}}).values
    assert values == {"day": DAY, "days": [DAY], "named": {"a": DAY}}
    assert {type(values["day"]), type(values["days"][0]), type(values["named"]["a"])} == {date}
