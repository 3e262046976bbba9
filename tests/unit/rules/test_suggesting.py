"""Tests suggested on either side of a rule's boundaries: just at them, true as they stand, and none twice."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from rules.catalogue_loader import Catalogue
from rules.checks import failed_tests
from rules.model import EMPTY_MODEL
from rules.rule import Rule
from rules.rule_file import load_rule
from rules.suggested_text import as_yaml
from rules.suggesting import sides_tested, suggested_tests
from rules.yaml_source import read_yaml

CATALOGUE = Catalogue(EMPTY_MODEL, {}, {})

HEAD = """\
rule: example.suggest
about: applicant
concepts:
  applicant.income: money
  applicant.born: {type: date, can_be_absent: false}
  applicant.student: boolean
  applicant.zone: {type: text, choices: {a: {nb: A, nn: A, en: A}, b: {nb: B, nn: B, en: B}}}
  applicant.jobs: list of job
  job.pay: money
settings: {scheme: {default: old, choices: [old, new]}}
parameters:
  limit:
    values: [{from: 2020-01-01, value: 100, source: x}, {from: 2024-01-01, value: 200, source: x}]
"""


def rule(body: str) -> Rule:
    return load_rule(HEAD + body, "suggest.yaml")


def test_a_limit_is_tested_a_krone_below_and_at_it() -> None:
    found = rule(
        "conditions: [{id: low, that: applicant.income < limit}]\n"
        "tests: [{on: 2024-05-01, given: {applicant: {income: 50}}, expect: {answer: yes}}]\n"
    )
    below, at = suggested_tests(found, CATALOGUE)
    assert [(one.side, one.given["applicant"]["income"], one.found.answer) for one in (below, at)] == [
        (True, Decimal(199), "yes"),
        (False, Decimal(200), "no"),
    ]
    assert below.name == "just where applicant.income < limit holds"


def test_what_is_tested_at_its_limit_is_not_suggested_again() -> None:
    found = rule(
        "conditions: [{id: low, that: applicant.income < limit}]\n"
        "tests:\n"
        "  - {on: 2024-05-01, given: {applicant: {income: 199}}, expect: {answer: yes}}\n"
        "  - {on: 2024-05-01, given: {applicant: {income: 300}}, expect: {answer: no}}\n"
    )
    (at,) = suggested_tests(found, CATALOGUE)
    assert at.given["applicant"]["income"] == 200
    assert [one.lacks for one in sides_tested(found, CATALOGUE)] == [(False,)]


@pytest.mark.parametrize(
    ("condition", "given", "wanted"),
    [
        (
            'today >= applicant.born + duration("P18Y")',
            "born: 2000-05-01",
            [("born", date(2006, 5, 1)), ("born", date(2006, 5, 2))],
        ),
        ("applicant.student", "student: true", []),  # no comparison is written
        ("applicant.student = true", "student: true", [("student", False)]),
        ('applicant.zone = "b"', "zone: a", [("zone", "b")]),
        ("applicant.income != null", "income: 5", [("income", None)]),
        (
            "applicant.income in [10..20]",
            "income: 15",
            [("income", 10), ("income", 9), ("income", 20), ("income", 21)],
        ),
        ("applicant.income between 10 and 20", "income: 10", [("income", 9), ("income", 20), ("income", 21)]),
        ("some job in applicant.jobs satisfies job.pay > 3", "jobs: []", []),
    ],
)
def test_each_kind_of_boundary_is_met_from_both_sides(
    condition: str, given: str, wanted: list[tuple[str, object]]
) -> None:
    found = rule(
        f"conditions:\n  - {{id: a, that: '{condition}'}}\n"
        f"tests: [{{on: 2024-05-01, given: {{applicant: {{{given}}}}}, expect: {{answer: yes}}}}]\n"
    )
    suggested = [one.given["applicant"] for one in suggested_tests(found, CATALOGUE)]
    assert suggested == [{key: value} for key, value in wanted]


def test_a_choice_of_the_municipality_is_turned_too() -> None:
    found = rule(
        "conditions: [{id: low, that: 'scheme = \"new\"'}]\n"
        "tests: [{on: 2024-05-01, given: {applicant: {}}, expect: {answer: no}}]\n"
    )
    (only,) = suggested_tests(found, CATALOGUE)
    assert dict(only.settings) == {"scheme": "new"}


def test_the_suggestions_can_be_put_into_the_file_as_they_stand() -> None:
    body = (
        "conditions: [{id: low, that: applicant.income < limit}, {id: zone, that: \"applicant.zone = 'a'\"}]\n"
    ).replace("'a'", '\\"a\\"')
    body += "outcome: {share: applicant.income / 8, kind: scheme}\n"
    body += (
        "tests:\n  - {on: 2024-05-01, given: {applicant: {income: 50.5, zone: a}}, expect: {answer: yes}}\n"
    )
    before = rule(body)
    written = as_yaml(before, suggested_tests(before, CATALOGUE))
    after = rule(body + written.partition("tests:\n")[2])
    assert len(after.tests) == 4
    assert failed_tests(after, CATALOGUE) == []
    assert as_yaml(after, suggested_tests(after, CATALOGUE)) == ""


def test_every_suggestion_for_the_catalogue_holds_as_written() -> None:
    catalogue = Catalogue.load()
    for one in catalogue.rules.values():
        written = as_yaml(one, suggested_tests(one, catalogue))
        if written:
            entries = "".join(f"{line}\n" for line in written.splitlines() if not line.startswith("#"))
            assert read_yaml(entries, "suggested.yaml").value
            extended = one.text.rstrip() + "\n" + entries.removeprefix("tests:\n")
            assert failed_tests(load_rule(extended, one.filename, catalogue.model), catalogue) == []
