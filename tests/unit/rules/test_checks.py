"""What the checks find in a rule file, and what they leave alone."""

from __future__ import annotations

import pytest

from rules import Catalogue, Rule, load_rule
from rules.checks import gaps_in_time, mixed_units, never_and_always, unused_names
from rules.model import EMPTY_MODEL
from rules.units import BARE, read_unit

CATALOGUE = Catalogue(EMPTY_MODEL, {}, {})
HEAD = """\
rule: example.units
about: applicant
concepts:
  applicant.income: {type: money, unit: NOK/year}
  applicant.wage: {type: money, unit: NOK/month}
  applicant.hours: {type: number, unit: hours/week}
  applicant.age: number
  applicant.jobs: list of job
  job.pay: {type: money, unit: NOK/month}
"""
PARAMETERS = """\
parameters:
  limit: {unit: NOK/year, values: [{from: 2020-01-01, value: 100, source: x}]}
  price: {unit: NOK/month, values: [{from: 2020-01-01, value: 100, source: x}]}
  months: {unit: months/year, values: [{from: 2020-01-01, value: 11, source: x}]}
  share: {unit: share, values: [{from: 2020-01-01, value: 0.06, source: x}]}
"""


def rule(body: str) -> Rule:
    return load_rule(HEAD + body, "units.yaml")


def unit_faults(expression: str, unit: str = "") -> list[str]:
    outcome = f"outcome:\n  found: {{value: '{expression}', unit: '{unit}'}}\n"
    return [fault.message for fault in mixed_units(rule(PARAMETERS + outcome), CATALOGUE)]


@pytest.mark.parametrize(
    ("expression", "unit"),
    [
        ("applicant.income < limit", ""),
        ("price * months > share * applicant.income", ""),
        ("0.06 * applicant.income / months", "NOK/month"),
        ("applicant.income / 12", "NOK/year"),
        ("min(price, applicant.wage)", "NOK/month"),
        ("sum(applicant.jobs.pay)", "NOK/month"),
        ("max(applicant.income, 0)", "NOK/year"),
        ("if applicant.age > 3 then price else 0", "NOK/month"),
        ("round half up(price, 0)", "NOK/month"),
        ("applicant.wage / price", "share"),
        ("count(applicant.jobs)", "count"),
        ("some job in applicant.jobs satisfies job.pay > price", ""),
        ("applicant.income between 10 and limit", ""),
        ("applicant.income in [0..limit]", ""),
        ("applicant.income in (< limit)", ""),
        ("applicant.age > applicant.income", ""),
    ],
)
def test_what_goes_together_is_left_alone(expression: str, unit: str) -> None:
    assert unit_faults(expression, unit) == []


@pytest.mark.parametrize(
    ("expression", "first", "second"),
    [
        ("applicant.income < price", "NOK/year", "NOK/month"),
        ("applicant.wage + applicant.income", "NOK/month", "NOK/year"),
        ("price * months > applicant.wage", "NOK/year", "NOK/month"),
        ("min(price, limit)", "NOK/month", "NOK/year"),
        ("if applicant.age > 3 then price else limit", "NOK/month", "NOK/year"),
        ("applicant.hours between price and 40", "hour/week", "NOK/month"),
        ("applicant.hours in [1..price]", "hour/week", "NOK/month"),
        ("some job in applicant.jobs satisfies job.pay > limit", "NOK/month", "NOK/year"),
        ("sum(for job in applicant.jobs return job.pay) > limit", "NOK/month", "NOK/year"),
        ("count(applicant.jobs[pay > limit])", "NOK/month", "NOK/year"),
        ("share * price > share", "NOK/month", "a bare number"),
        ("not(applicant.income < price)", "NOK/year", "NOK/month"),
    ],
)
def test_unlike_units_beside_each_other_are_a_fault(expression: str, first: str, second: str) -> None:
    (fault,) = unit_faults(expression)
    assert fault.startswith("'found' has ")
    assert f"has {first} " in fault
    assert f" {second}: bring both to one unit first" in fault


def test_a_result_of_another_unit_than_the_rule_says_is_a_fault_at_its_line() -> None:
    (fault,) = mixed_units(
        rule(PARAMETERS + "outcome:\n  fee: {value: price * months, unit: NOK/month}\n"), CATALOGUE
    )
    assert fault.message == "'fee' is said to be NOK/month, but comes out as NOK/year"
    assert fault.line == 16


def test_what_another_rule_gives_has_the_unit_it_says() -> None:
    other = load_rule(
        "rule: example.other\nabout: applicant\nconcepts: {applicant.age: number}\n"
        "outcome: {fee: {value: '2', unit: NOK/month}}\n",
        "other.yaml",
    )
    using = rule("uses: {other: example.other}\nconditions: [{id: a, that: other.fee < applicant.income}]\n")
    (fault,) = mixed_units(using, Catalogue(EMPTY_MODEL, {other.id: other}, {}))
    assert fault.message.startswith("condition 'a' has NOK/month compared with NOK/year")


@pytest.mark.parametrize(
    ("text", "shown"),
    [("NOK/month", "NOK/month"), ("hours/week", "hour/week"), ("years", "year"), ("share", str(BARE))],
)
def test_a_unit_is_read(text: str, shown: str) -> None:
    assert str(read_unit(text)) == shown


@pytest.mark.parametrize("text", ["", "NOK per month", "1/3", "NOK//month"])
def test_what_is_no_unit_claims_nothing(text: str) -> None:
    assert read_unit(text) is None


def test_what_is_never_used_is_a_fault() -> None:
    body = (
        PARAMETERS
        + "settings: {zone: {default: a}, rounding: {default: b}}\n"
        + "uses: {other: example.other}\n"
        + "where: {yearly: price * months, twice: 2 * yearly, alone: 2 * applicant.age}\n"
        + "conditions: [{id: a, that: twice < limit}]\n"
    )
    assert [
        fault.message.partition(" is never used")[0] for fault in unused_names(rule(body), CATALOGUE)
    ] == [
        "parameter 'share'",
        "setting 'zone'",
        "setting 'rounding'",
        "where 'alone'",
        "uses 'other'",
    ]


def test_a_setting_that_values_depend_on_is_used() -> None:
    body = (
        "settings: {zone: {default: a, choices: [a, b]}}\n"
        "parameters: {price: {by: zone, values: [{from: 2020-01-01, value: 1, source: x}]}}\n"
        "conditions: [{id: a, that: price > 0}]\n"
    )
    assert list(unused_names(rule(body), CATALOGUE)) == []


def dated(values: str, in_force: str = "{from: 2020-01-01}") -> list[str]:
    body = (
        f"in_force: [{in_force}]\nsettings: {{zone: {{default: a, choices: [a, b]}}}}\n"
        f"parameters:\n  price:\n    by: zone\n    values: [{values}]\n"
        "conditions: [{id: a, that: price > 0}]\n"
    )
    return [fault.message.partition(", while")[0] for fault in gaps_in_time(rule(body), CATALOGUE)]


@pytest.mark.parametrize(
    ("values", "in_force", "gaps"),
    [
        ("{from: 2020-01-01, value: 1}, {from: 2021-01-01, value: 2}", "{from: 2020-01-01}", []),
        ("{from: 2021-01-01, value: 1}", "{from: 2020-01-01}", []),
        (
            "{from: 2020-01-01, to: 2020-06-30, value: 1}, {from: 2021-01-01, value: 2}",
            "{from: 2020-01-01}",
            ["parameter price has no value from 2020-07-01 to 2020-12-31"],
        ),
        (
            "{from: 2020-01-01, to: 2020-06-30, value: 1}, {from: 2020-07-01, value: 2}",
            "{from: 2020-01-01}",
            [],
        ),
        (
            "{from: 2020-01-01, to: 2020-06-30, value: 1}",
            "{from: 2020-01-01}",
            ["parameter price has no value from 2020-07-01"],
        ),
        ("{from: 2020-01-01, to: 2020-06-30, value: 1}", "{from: 2020-01-01, to: 2020-06-30}", []),
        (
            "{from: 2020-01-01, value: 1}, {from: 2020-01-01, to: 2020-06-30, zone: b, value: 3}",
            "{from: 2020-01-01}",
            [],
        ),
        (
            "{from: 2020-01-01, value: 1}, {from: 2020-01-01, to: 2020-02-29, zone: b, value: 3}, "
            "{from: 2020-03-02, zone: b, value: 4}",
            "{from: 2020-01-01}",
            ["parameter price for zone b has no value from 2020-03-01 to 2020-03-01"],
        ),
    ],
)
def test_days_without_a_value_are_found(values: str, in_force: str, gaps: list[str]) -> None:
    assert dated(values, in_force) == gaps


# ---- what can never hold, or always does


CLAIMS = """\
rule: example.never
about: applicant
concepts:
  applicant.income: money
  applicant.age: {type: number, can_be_absent: false}
  applicant.student: boolean
  applicant.born: {type: date, can_be_absent: false}
  applicant.home: home
  applicant.jobs: list of job
  applicant.kind: {type: text, choices: {own: {nb: E, nn: E, en: O}, rented: {nb: L, nn: L, en: R}}}
  home.rent: money
  job.pay: money
settings: {zone: {default: a, choices: [a, b]}}
parameters:
  limit: {values: [{from: 2020-01-01, value: 100, source: x}, {from: 2021-01-01, value: 200, source: x}]}
  least:
    by: zone
    values: [{from: 2020-01-01, value: 0, source: x}, {from: 2020-01-01, zone: b, value: 5, source: x}]
where: {twice: 2 * limit}
"""


def claims(*expressions: str) -> list[str]:
    lines = "".join(f"  - {{id: {chr(97 + n)}, that: '{text}'}}\n" for n, text in enumerate(expressions))
    read = load_rule(CLAIMS + "conditions:\n" + lines, "never.yaml")
    return [fault.message.partition(":")[0] for fault in never_and_always(read, CATALOGUE)]


@pytest.mark.parametrize(
    "expression",
    [
        "limit < 100",
        "limit > 100 and limit < 200",
        'zone = "c"',
        'applicant.kind = "borrowed"',
        "applicant.age < 3 and applicant.age > 5",
        "applicant.age between 5 and 3",
        "twice > 400",
        "applicant.student and not(applicant.student)",
        'applicant.born < date("2000-01-01") and applicant.born > @"2001-01-01"',
        "today < today",
        "min(limit, 50) > 50",
        "applicant.home = null and applicant.home != null",
        "false",
    ],
)
def test_what_can_never_hold_is_a_fault(expression: str) -> None:
    assert claims(expression) == ["condition 'a' can never hold"]


@pytest.mark.parametrize(
    "expression", ["limit >= 100", "least >= 0", "applicant.age < 3 or applicant.age >= 3", "true"]
)
def test_what_always_holds_is_a_fault(expression: str) -> None:
    assert claims(expression) == ["condition 'a' always holds"]


@pytest.mark.parametrize(
    "expression",
    [
        "limit > 100",
        "least > 0",
        'zone = "a"',
        'applicant.kind = "own"',
        "applicant.income < 3 or applicant.income >= 3",  # not where there is none
        "applicant.student or not(applicant.student)",
        "applicant.income / limit > 1",
        "applicant.home.rent > 0",
        "applicant.home.rent < 0",
        "some job in applicant.jobs satisfies job.pay > 3",
        "count(applicant.jobs) < 0",  # beyond what is proved
        "today >= applicant.born",
        "string length(applicant.kind) > 100",
        "sum(applicant.jobs.pay) > limit",
    ],
)
def test_what_may_turn_out_either_way_is_left_alone(expression: str) -> None:
    assert claims(expression) == []


def test_conditions_that_exclude_each_other_are_named_and_no_others() -> None:
    assert claims(
        "applicant.student", "applicant.age > 18", "limit > 0 and applicant.income > 0", "applicant.age < 12"
    ) == ["conditions 'b', 'd' can never hold together"]


def test_the_same_written_twice_is_the_same() -> None:
    assert claims("count(applicant.jobs) > 3", "not(count(applicant.jobs)   > 3)") == [
        "conditions 'a', 'b' can never hold together"
    ]
