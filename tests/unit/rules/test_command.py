"""`varde rules check` and `varde determine`, as functions."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from rules.checking import check
from rules.command import (
    CommandFault,
    determine_json,
    explain_text,
    rules_check,
    timeline_json,
    what_if_json,
)
from rules.faults import RuleFault
from rules.model import FactFault

FACTS = (
    '{"child": {"kindergarten_place": {"price": 2000}, "household": {"adults": [{"assessed_income": %s}]}}}'
)
RULE = """\
rule: example.discount
about: customer
concepts: {customer.age: number, customer.spent: money}
conditions:
  - {id: old_enough, that: customer.age >= 67}
outcome: {discount: customer.spent * 0.1}
"""
GOOD = """\
kind: benefit
title: {nb: Rabatt, nn: Rabatt, en: Discount}
summary: {nb: a, nn: b, en: c}
authority: municipality
law: [{act: LOV-1, section: § 1, url: "https://example.org"}]
tests:
  - {name: old, on: 2024-01-01, given: {customer: {age: 67, spent: 30}}, expect: {answer: yes, discount: %s},
     because: Sixty-seven is enough.}
  - {name: young, on: 2024-01-01, given: {customer: {age: 66}}, expect: {answer: no}, because: Not yet.}
"""
COMPLETE = RULE.replace("67}", "67, text: {nb: a, nn: b, en: c}}") + GOOD


def test_the_catalogue_is_sound() -> None:
    report = rules_check([])
    assert report.faults == ()
    assert (report.rules >= 80, report.concepts > 150, report.life_events >= 40, report.tact >= 10) == (
        True,
    ) * 4
    assert str(report).endswith("no faults")


def test_determine_prints_the_contract() -> None:
    found = json.loads(determine_json("kindergarten.reduced_fee", "2024-09-01", FACTS % 300000))
    assert (found["answer"], found["values"]["monthly_fee"], found["missing"]) == ("yes", 1636, [])
    assert {"id", "holds", "text", "law"} <= set(found["conditions"][0])
    assert found["law"][0]["act"] == "FOR-2005-12-16-1478"
    assert found["changes_on"] == "2025-08-01"
    assert found["rule_version"]
    assert {entry["kind"] for entry in found["used"]} == {"fact", "parameter"}


def test_decimals_are_json_numbers_with_every_digit() -> None:
    text = determine_json("kindergarten.reduced_fee", "2024-09-01", FACTS % 300000)
    assert '"exact_monthly_fee": 1636.363636363636363636363636363636' in text


def test_amounts_in_the_facts_keep_every_digit() -> None:
    text = determine_json("kindergarten.reduced_fee", "2024-09-01", FACTS % "300000.12345678901234567")
    assert '"value": 300000.12345678901234567,' in text


def test_settings_are_the_municipalitys() -> None:
    found = determine_json(
        "kindergarten.reduced_fee", "2024-09-01", FACTS % 300000, '{"zone": "central_5_6"}'
    )
    assert json.loads(found)["answer"] == "no"


def test_a_rule_file_outside_the_catalogue_is_determined(tmp_path: Path) -> None:
    path = tmp_path / "discount.yaml"
    path.write_text(RULE)
    found = json.loads(determine_json(str(path), "2024-09-01", '{"customer": {"age": 70, "spent": 12.5}}'))
    assert (found["answer"], found["values"]) == ("yes", {"discount": 1.25})


@pytest.mark.parametrize(
    ("rule", "on", "facts", "settings", "message"),
    [
        ("kindergarten.reduced_fe", "2024-09-01", "{}", "{}",
         "kindergarten.reduced_fe:0: no rule 'kindergarten.reduced_fe' in the catalogue; "
         "did you mean kindergarten.reduced_fee?"),
        ("nowhere.yaml", "2024-09-01", "{}", "{}", "nowhere.yaml:0: cannot be read: No such file or directory"),
        ("kindergarten.reduced_fee", "1.9.2024", "{}", "{}",
         "--on: '1.9.2024' is not a date; write year-month-day as in 2024-09-01"),
        ("kindergarten.reduced_fee", "2024-02-30", "{}", "{}",
         "--on: '2024-02-30' is not a date; write year-month-day as in 2024-09-01"),
        ("kindergarten.reduced_fee", "2024-09-01", "{", "{}",
         "facts:1: not valid JSON: Expecting property name enclosed in double quotes"),
        ("kindergarten.reduced_fee", "2024-09-01", '{"a": 1, "a": 2}', "{}",
         "facts: not valid JSON: 'a' is given twice"),
        ("kindergarten.reduced_fee", "2024-09-01", '{"child": NaN}', "{}",
         "facts: not valid JSON: NaN is no JSON number"),
        ("kindergarten.reduced_fee", "2024-09-01", "{}", "[]",
         "--settings: a JSON object is needed, as in '{\"zone\": \"normal\"}', not '[]'"),
        ("kindergarten.reduced_fee", "2024-09-01", '{"child": {"brith_date": 1}}', "{}",
         "facts: person.brith_date: person has no 'brith_date'; did you mean birth_date?"),
        ("kindergarten.reduced_fee", "2024-09-01", FACTS % '"lots"', "{}",
         "facts: child.household.adults[0].assessed_income: the value is not an amount in kroner"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said_with_the_way_out(
    rule: str, on: str, facts: str, settings: str, message: str
) -> None:
    with pytest.raises((CommandFault, RuleFault, FactFault)) as caught:
        determine_json(rule, on, facts, settings)
    assert str(caught.value) == message


FEE = ("kindergarten.reduced_fee", "2024-09-01")


def test_a_timeline_is_written_with_its_reasons() -> None:
    line = json.loads(timeline_json(*FEE, FACTS % 300000, first="2025-01-01", until="2026-01-01"))
    assert [(s["from"], s["to"], s["answer"]) for s in line["stretches"]] == [
        ("2025-01-01", "2025-08-01", "yes"),
        ("2025-08-01", "2026-01-01", "no"),
    ]
    assert line["stretches"][1]["why"][0]["parameter"]["after"] == 1200
    assert set(line["stretches"][1]["text"]) == {"nb", "nn", "en"}
    assert line["known_on"] == "2024-09-01"


def test_an_explanation_as_data_has_the_decision_record() -> None:
    told = json.loads(explain_text(*FEE, FACTS % 300000, language="nb", as_json=True))
    assert told["record"]["outcome"]["values"]["monthly_fee"] == 1636
    assert told["sentences"][0] == "Redusert foreldrebetaling i barnehage: ja."
    assert told["conditions"][0]["mark"] == "✓"


def test_a_goal_for_a_value_is_reached() -> None:
    told = json.loads(what_if_json(*FEE, FACTS % 300000, goal="monthly_fee <= 1000"))
    assert next(one["values"]["monthly_fee"] for one in told["suggestions"]) == 1000


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: what_if_json(*FEE, FACTS % 1, goal="fee < 1"),
         "--what-if: 'fee < 1' is no goal; write a value and a bound, as in 'monthly_fee<=1000'"),
        (lambda: what_if_json(*FEE, FACTS % 1, goal="fee<=1"),
         "facts: kindergarten.reduced_fee has no value 'fee'; it has exact_monthly_fee, monthly_fee"),
        (lambda: explain_text(*FEE, FACTS % 1, language="fr"),
         "--explain: 'fr' is no language we write: use nb, nn, en"),
        (lambda: timeline_json(*FEE, FACTS % 1, first="2024", until="2025-01-01"),
         "--timeline: '2024' is not a date; write year-month-day as in 2024-09-01"),
        (lambda: timeline_json(*FEE, FACTS % 1, first="2024-01-01", until="2024-01-01"),
         "--timeline: the period from 2024-01-01 to 2024-01-01 has no days: give a later day to end before"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_said_with_the_way_out(ask: Callable[[], str], message: str) -> None:
    with pytest.raises((CommandFault, FactFault)) as caught:
        ask()
    assert str(caught.value) == message


def test_a_complete_file_has_no_faults(tmp_path: Path) -> None:
    path = tmp_path / "discount.yaml"
    path.write_text(COMPLETE % 3)
    report = check([path])
    assert report.faults == ()
    assert str(report) == "1 rule, 2 tests, 0 concepts, 0 life events, 0 rules of tact: no faults"


def test_a_failing_test_is_a_fault_at_its_line(tmp_path: Path) -> None:
    path = tmp_path / "discount.yaml"
    path.write_text(COMPLETE % 4)
    assert [str(fault) for fault in check([path]).faults] == [
        f"{path}:13: test 'old': discount is 3.0, expected 4 (because: Sixty-seven is enough.)"
    ]


def test_an_incomplete_file_is_told_what_it_lacks(tmp_path: Path) -> None:
    path = tmp_path / "discount.yaml"
    path.write_text(RULE)
    assert [fault.message for fault in check([path]).faults] == [
        "rule: 'authority' is missing: who decides?",
        "rule: 'law' is missing: which act and section?",
        "rule: 'summary' is missing",
        "rule: 'tests' is missing: show at least one yes and one no",
        "rule: 'title' is missing",
        "condition 'old_enough': 'text' is missing",
    ]


def test_a_path_that_does_not_exist_is_a_fault(tmp_path: Path) -> None:
    assert [str(fault) for fault in check([tmp_path / "x"]).faults] == [
        f"{tmp_path / 'x'}:0: there is no such file or folder"
    ]


def test_a_folder_is_checked_and_one_bad_file_does_not_hide_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("rule: [\n")
    (tmp_path / "b.yaml").write_text(COMPLETE % 3)
    report = check([tmp_path])
    assert (report.rules, [fault.filename for fault in report.faults]) == (1, [str(tmp_path / "a.yaml")])


def test_rules_that_use_each_other_are_refused(tmp_path: Path) -> None:
    for name, other in (("a", "b"), ("b", "a")):
        text = f"rule: x.{name}\nabout: child\nuses: {{other: x.{other}}}\noutcome: {{v: other.v}}\n"
        (tmp_path / f"{name}.yaml").write_text(text)
    messages = [str(fault) for fault in check([tmp_path]).faults if "itself" in fault.message]
    assert messages == [
        f"{tmp_path / 'a.yaml'}:3: uses: rule 'x.a' uses itself through others",
        f"{tmp_path / 'b.yaml'}:3: uses: rule 'x.b' uses itself through others",
    ]


def test_a_rule_that_uses_nothing_there_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("rule: x.a\nabout: child\nuses: {fee: kindergarten.reduced_fe}\noutcome: {v: fee.v}\n")
    assert str(check([path]).faults[-1]) == (
        f"{path}:3: uses: 'fee' is rule 'kindergarten.reduced_fe', which is not here; "
        "did you mean kindergarten.reduced_fee?"
    )
