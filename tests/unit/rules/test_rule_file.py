"""What a rule file may hold, and the message for each thing that is wrong in it."""

import pytest
from small_rules import CONCEPTS, conditions, small_rule

from rules import Catalogue, RuleFault, load_rule
from rules.rule_file import load_rule as load

HEAD = f"rule: example.small\nabout: applicant\n{CONCEPTS}"
FIRST = HEAD.count("\n") + 1  # the line the body of a small rule starts on


def test_a_rule_can_stand_alone_with_its_own_concepts() -> None:
    rule = small_rule(conditions("applicant.income < 100"))
    assert rule.paths == ("applicant.income",)
    assert rule.model.concept_at("applicant.home.rent").type.base == "money"


def test_the_same_text_is_the_same_version_and_another_text_another() -> None:
    one, same, other = (small_rule(conditions(f"applicant.age > {n}")) for n in (1, 1, 2))
    assert one.version == same.version != other.version


def test_paths_go_through_where() -> None:
    rule = small_rule("where:\n  homes: applicant.children.home\n" + conditions("sum(homes.rent) > 1"))
    assert rule.paths == ("applicant.children.home", "applicant.children.home.rent")


def test_parts_of_a_date_are_no_facts_of_their_own() -> None:
    assert small_rule(conditions("applicant.born.year > 2000")).paths == ("applicant.born",)


@pytest.mark.parametrize(
    ("body", "line", "message"),
    [
        ("conditons: []\noutcome: {x: 1}\n", 0, "rule: 'conditons' is not a key here; did you mean conditions?"),
        ("", -FIRST + 1, "rule: 'conditions' or 'outcome' is missing"),
        (conditions("applicant.incme > 1"), 1,
         "condition 'a': applicant.incme: applicant has no 'incme'; did you mean income?"),
        (conditions("applicant.home.rnt > 1"), 1,
         "condition 'a': applicant.home.rnt: home has no 'rnt'; did you mean rent?"),
        (conditions("applicant.income.size > 1"), 1,
         "condition 'a': applicant.income.size: 'applicant.income' is money and has no 'size'"),
        ("conditions:\n  - {that: true}\n", 1, "condition 1: 'id' is missing"),
        ("conditions:\n  - {id: a}\n", 1, "condition 'a': 'that' is missing"),
        ("conditions:\n  - {id: a, that: true}\n  - {id: a, that: true}\n", 2,
         f"condition 'a' is given twice (first at line {FIRST + 1})"),
        ("conditions:\n  - {id: a, that: true, text: {nb: Ja, en: Yes}}\n", 1, "condition 'a': 'text' has no nn"),
        ("conditions:\n  - {id: a, that: true, text: {nb: Ja, nn: Ja, en: Yes, dk: Ja}}\n", 1,
         "condition 'a': 'text': 'dk' is no language here; known here: en, nb, nn"),
        ("kind: rihgt\noutcome: {x: 1}\n", 0, "rule: 'kind' is 'rihgt'; did you mean right?"),
        ("told_to: applicant.income\noutcome: {x: 1}\n", 0,
         "told_to: 'applicant.income' is money; a person, or a list of them, is needed"),
        ("in_force: [{from: 2024-08-01, to: 2024-07-01}]\noutcome: {x: 1}\n", 0,
         "in_force: 'to' 2024-07-01 is before 'from' 2024-08-01"),
        ("in_force: [{from: soon}]\noutcome: {x: 1}\n", 0,
         "in_force: 'from' is 'soon'; a date (year-month-day) is needed"),
        ("law: § 3\noutcome: {x: 1}\n", 0, "rule: law '§ 3' has no act; write {act, section, url}"),
        ("appeal: {to: county_governor, within: three weeks}\noutcome: {x: 1}\n", 0,
         "appeal: 'within' is 'three weeks'; write a duration as in P3W (three weeks)"),
        ("where:\n  today: 1\noutcome: {x: 1}\n", 1, "'today' names two things in this rule; rename one"),
        ("where:\n  Big Name: 1\noutcome: {x: 1}\n", 1,
         "rule.where: 'Big Name' is no name; use small letters, digits and _"),
        ("outcome:\n  x: [1]\n", 1, "outcome 'x': a list; an expression is needed"),
        ("parameters:\n  p:\n    values: []\noutcome: {x: 1}\n", 2, "parameter p: 'values' is missing"),
        ("parameters:\n  p:\n    by: zne\n    values: [{from: 2024-01-01, value: 1}]\noutcome: {x: 1}\n", 2,
         "parameter p: 'by' is 'zne'; did you mean zone?"),
        ("parameters:\n  p:\n    values:\n      - {from: 2024-01-01, value: 1}\n"
         "      - {from: 2024-01-01, value: 2}\noutcome: {x: 1}\n", 4,
         f"parameter p: two values on 2024-01-01 (lines {FIRST + 3} and {FIRST + 4}); end one or remove it"),
        ("parameters:\n  p:\n    by: zone\n    values:\n"
         "      - {from: 2024-01-01, to: 2024-12-31, zone: a, value: 1}\n"
         "      - {from: 2024-06-01, zone: a, value: 2}\noutcome: {x: 1}\n", 5,
         f"parameter p: two values on 2024-06-01, zone a (lines {FIRST + 4} and {FIRST + 5}); "
         "end one or remove it"),
        ("settings: {zone: {default: a, choices: [a, b]}}\nparameters:\n  p:\n    by: zone\n    values:\n"
         "      - {from: 2024-01-01, zone: c, value: 1}\noutcome: {x: 1}\n", 5,
         "parameter p, value 1: zone 'c'; known here: a, b"),
        ("outcome: {fee: 1}\ntests:\n  - {on: 2024-01-01, expect: {fe: 1}}\n", 2,
         "test 1: 'expect' has 'fe'; did you mean fee?"),
        ("outcome: {fee: 1}\ntests:\n  - {expect: {fee: 1}}\n", 2, "test 1: 'on' is missing"),
        ("outcome: {fee: 1}\ntests:\n  - {on: 2024-01-01}\n", 2, "test 1: 'expect' is missing"),
        ("discretion:\n  - {when: true}\noutcome: {x: 1}\n", 1, "discretion 1: 'text' is missing"),
    ],
)  # fmt: skip
def test_a_fault_names_the_line_the_thing_and_the_way_out(body: str, line: int, message: str) -> None:
    with pytest.raises(RuleFault) as caught:
        load(HEAD + body, "f.yaml")
    assert str(caught.value) == f"f.yaml:{FIRST + line}: {message}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rule: a\noutcome: {x: 1}\n", "f.yaml:1: rule: 'about' is missing"),
        ("about: child\noutcome: {x: 1}\n", "f.yaml:1: rule: 'rule' is missing"),
        ("rule: A b\nabout: child\noutcome: {x: 1}\n", "f.yaml:1: rule: 'A b' is no id; write theme.name"),
        ("rule: a\nabout: chlid\noutcome: {x: 1}\n", "f.yaml:2: rule: 'about' is 'chlid'; did you mean child?"),
        ("- a\n", "f.yaml:1: rule: a list where a mapping (key: value) is needed"),
        ("rule: a\nabout: child\nconcepts: {income: money}\noutcome: {x: 1}\n",
         "f.yaml:3: concepts: 'income' is no concept id; write <subject type>.<attribute>"),
    ],
)  # fmt: skip
def test_the_first_lines(text: str, message: str) -> None:
    with pytest.raises(RuleFault) as caught:
        load_rule(text, "f.yaml", Catalogue.load().model)
    assert str(caught.value).splitlines()[0] == message


def test_all_faults_are_found_at_once() -> None:
    body = "kind: x\n" + conditions("applicant.nothing", "applicant.income +") + "wrong: 1\n"
    with pytest.raises(RuleFault) as caught:
        small_rule(body)
    assert [fault.line - FIRST for fault in caught.value.faults] == [0, 2, 3, 4]


def test_a_fault_inside_a_long_expression_is_at_its_own_line() -> None:
    with pytest.raises(RuleFault) as caught:
        small_rule("outcome:\n  x: |-\n    1 +\n    nobody\n")
    assert caught.value.faults[0].line >= FIRST + 2
