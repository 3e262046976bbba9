"""Decision tables that do not say what their author means: rows that overlap, that nothing reaches, and gaps."""

from __future__ import annotations

import pytest

from rules.catalogue_loader import Catalogue
from rules.checks import tables_as_meant
from rules.model import EMPTY_MODEL
from rules.rule_file import load_rule

HEAD = """\
rule: example.table
about: applicant
concepts:
  applicant.age: {type: number, can_be_absent: false}
  applicant.income: money
  applicant.born: date
  applicant.student: boolean
  applicant.zone: {type: text, choices: {a: {nb: A, nn: A, en: A}, b: {nb: B, nn: B, en: B}}}
  applicant.jobs: list of job
  job.pay: money
parameters:
  limit:
    values: [{from: 2020-01-01, value: 100, source: x}, {from: 2024-01-01, value: 200, source: x}]
where:
  fee:
"""


def faults(policy: str, inputs: str, *rows: str, more: str = "") -> list[str]:
    lines = "".join(f"      - [{row}]\n" for row in rows)
    table = f"    table: {policy}\n    inputs: [{inputs}]\n{more}    rows:\n{lines}"
    read = load_rule(f"{HEAD}{table}outcome: {{fee: fee}}\n", "table.yaml")
    found = tables_as_meant(read, Catalogue(EMPTY_MODEL, {}, {}))
    return [fault.message.removeprefix("table 'fee'").lstrip(", :") for fault in found]


@pytest.mark.parametrize(
    ("policy", "inputs", "rows"),
    [
        ("unique", "applicant.age", ("'< 18', 1", "'[18..67)', 2", "'>= 67', 3")),
        ("unique", "applicant.zone", ("'\"a\"', 1", "'\"b\"', 2")),  # the concept has no third
        ("unique", "applicant.student", ("'true', 1", "'false', 2")),
        (
            "unique",
            "applicant.zone, applicant.age",
            ("'\"a\"', '-', 1", "'not(\"a\")', '< 5', 2", "'\"b\"', '>= 5', 3"),
        ),
        ("first", "applicant.age", ("'< 18', 1", "'-', 2")),
        ("any", "applicant.age", ("'< 18', 1", "'< 20', 1", "'>= 20', 3")),
        ("collect", "applicant.age", ("'< 18', 1", "'< 12', 1")),  # none, or several, is as meant
        ("unique", "applicant.income", ("'< limit', 1", "'>= limit', 2")),
        ("unique", "sum(applicant.jobs.pay)", ("'< 5', 1", "'> 3', 2")),  # beyond what is looked into
        ("unique", "applicant.age", ("'< 18', 1", "'> 18', 2", "'18', 3")),
        ("unique", "applicant.born", ("'< @\"2000-01-01\"', 1", "'>= @\"2000-01-01\"', 2")),
    ],
)  # fmt: skip
def test_a_table_that_says_one_thing_of_everybody_is_left_alone(
    policy: str, inputs: str, rows: tuple[str, ...]
) -> None:
    assert faults(policy, inputs, *rows) == []


@pytest.mark.parametrize(
    ("inputs", "rows", "example"),
    [
        ("applicant.age", ("'< 18', 1", "'> 18', 2"), "applicant.age = 18"),
        ("applicant.income", ("'<= 1000', 1", "'>= 1001', 2"), "applicant.income = 1000.5"),
        ("applicant.student", ("'true', 1",), "applicant.student = false"),
        ("applicant.zone, applicant.age", ("'\"a\"', '-', 1", "'\"b\"', '>= 1', 2"), 'applicant.zone = "b"'),
        ("applicant.born", ("'< @\"2000-01-01\"', 1", "'> @\"2000-01-01\"', 2"), '= @"2000-01-01"'),
        ("applicant.income", ("'< limit', 1", "'> limit', 2"), "applicant.income = 200 on 2024-01-01"),
    ],
)
def test_a_gap_is_shown_by_somebody_who_falls_in_it(inputs: str, rows: tuple[str, ...], example: str) -> None:
    (found,) = faults("unique", inputs, *rows)
    assert found.startswith("no row holds for ")
    assert example in found


def test_a_gap_is_none_where_the_table_says_what_it_is_otherwise() -> None:
    assert faults("unique", "applicant.age", "'< 18', 1", more="    otherwise: 0\n") == []


def test_rows_that_overlap_are_shown_by_somebody_both_hold_for() -> None:
    (found,) = faults("unique", "applicant.age", "'<= 18', 1", "'>= 18', 2")
    assert found == (
        "row 2: holds where the one in line 19 does, as for applicant.age = 18; the table then gives null"
    )


def test_rows_that_overlap_may_do_so_where_they_agree_and_only_there() -> None:
    (found,) = faults("any", "applicant.age", "'<= 18', 1", "'< 5', 1", "'>= 18', 2")
    assert found.startswith("row 3: holds where the one in line 19 does, as for applicant.age = 18;")


@pytest.mark.parametrize(
    ("policy", "rows", "why"),
    [
        ("first", ("'< 18', 1", "'< 12', 2", "'-', 3"), "row 2: can never be reached: the rows above it take all"),
        ("first", ("'-', 1", "'< 12', 2"), "row 2: can never be reached: the rows above it take all"),
        ("unique", ("'-', 1", "'[5..3]', 2"), "row 2: can never be reached: no input can be so"),
    ],
)  # fmt: skip
def test_a_row_that_nobody_reaches_is_a_fault(policy: str, rows: tuple[str, ...], why: str) -> None:
    (found,) = faults(policy, "applicant.age", *rows)
    assert found.startswith(why)
