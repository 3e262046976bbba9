"""Tact as files: what one may hold, the message for each thing that is wrong, and which of two rules decides."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from rules import Catalogue, Matter, Party, RuleFault, Situation, TactRule, judge
from rules.checking import check
from rules.tact import NAMES, Verdict, failures
from rules.tact_file import read_tact_file

ON = date(2026, 9, 1)
CATALOGUE = Catalogue.load()

FILE = """\
tact: quiet
order: 5
title: {nb: a, nn: b, en: c}
why: {nb: a, nn: b, en: c}
silent: person.age < 15
tests:
  - {name: young, on: 2026-09-01, given: {person: {age: 14}}, expect: silent, because: Young.}
  - {name: old, on: 2026-09-01, given: {person: {age: 15}}, expect: tell, because: Old enough.}
"""
SILENT = "silent: person.age < 15"


def tact(way: str, order: int = 5, name: str = "quiet") -> TactRule:
    """The rule with another way of holding."""
    text = FILE.replace("tact: quiet", f"tact: {name}").replace("order: 5", f"order: {order}")
    (rule,) = read_tact_file(text.replace(SILENT, way), "t.yaml")
    return rule


def told(*rules: TactRule, on: date = ON, **person: object) -> str:
    """'tell', 'silent by quiet', or the day waited for."""
    verdict = judge(rules, Situation(on, Party(**person), Party(), Matter("school.transport")))  # type: ignore[arg-type]
    return "tell" if verdict is None else f"{verdict} by {verdict.rule}"


# ---- the file


def test_a_file_is_a_rule_with_its_texts_and_tests() -> None:
    (rule,) = read_tact_file(FILE, "t.yaml")
    assert (rule.id, rule.order, rule.way, rule.until) == ("quiet", 5, "silent", None)
    assert [(test.name, test.expect, test.situation.person.age, test.line) for test in rule.tests] == [
        ("young", "silent", 14, 7),
        ("old", "tell", 15, 8),
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("tact: quiet", "tact:", "1: tact: 'tact' is missing"),
        ("order: 5", "order: first", "2: tact: 'order' is 'first'; write a whole number"),
        ("order: 5", "order: 4.5", "2: tact: 'order' is '4.5'; write a whole number"),
        ("order: 5\n", "", "1: tact: 'order' is missing"),
        ("why: {nb: a, nn: b, en: c}", "why: {nb: a, nn: b}", "4: tact: 'why' has no en"),
        ("title: {nb: a, nn: b, en: c}\n", "", "1: tact: 'title' is missing"),
        (SILENT + "\n", "",
         "1: tact: give one of 'silent' and 'by_hand' (a condition), or 'wait_until' with 'when'"),
        (SILENT, "silent: true\nby_hand: true",
         "1: tact: give one of 'silent' and 'by_hand' (a condition), or 'wait_until' with 'when'"),
        (SILENT, "wait_until: today",
         "1: tact: give one of 'silent' and 'by_hand' (a condition), or 'wait_until' with 'when'"),
        (SILENT, "silent: true\nwhen: true",
         "1: tact: give one of 'silent' and 'by_hand' (a condition), or 'wait_until' with 'when'"),
        (SILENT, "silent: [person.age < 15]", "5: tact: a list where an expression is needed"),
        (SILENT, "silent: persn.age < 15",
         "5: tact: `persn` is not known here. Did you mean `person`? "
         f"The names here are {', '.join(sorted(NAMES))}."),
        (SILENT, "silent: person.aged < 15", "5: tact: person.aged: person has no 'aged'; did you mean age?"),
        (SILENT, 'silent: matter.them = "school"',
         "5: tact: matter.them: matter has no 'them'; did you mean theme?"),
        (SILENT, "silent: person.age <", "5: tact: the expression ends too early; a value is missing"),
        (SILENT, SILENT + "\nlaw: [{act: A}]", "6: law: 'section' is missing"),
        (SILENT, SILENT + "\nloud: true",
         "6: tact: 'loud' is not a key here; "
         "known here: by_hand, law, order, silent, tact, tests, title, wait_until, when, why"),
        (FILE[FILE.index("tests:"):], "", "1: tact quiet: has no tests"),
        ("name: young, ", "", "7: test: 'name' is missing"),
        (", because: Young.", "", "7: test: 'because' is missing"),
        ("expect: silent, ", "", "7: test: 'expect' is missing"),
        ("name: young, on: 2026-09-01", "name: young", "7: test: 'on' is missing"),
        ("{person: {age: 14}}", "{persn: {age: 14}}",
         "7: test.given: 'persn' is not a key here; did you mean person?"),
        ("{age: 14}", "{aged: 14}", "7: test: 'aged' is not known of party; did you mean age?"),
        ("{age: 14}", "{age: young}", "7: test: 'age' is 'young'; a whole number is needed"),
        ("{age: 14}", "{age: true}", "7: test: 'age' is 'True'; a whole number is needed"),
        ("{age: 14}", "{alive: maybe}", "7: test: 'alive' is 'maybe'; true or false is needed"),
        ("{age: 14}", "{lost_child_on: soon}",
         "7: test: 'lost_child_on' is 'soon'; a date (year-month-day) is needed"),
        ("{person: {age: 14}}", "{matter: {rule: null}}", "7: test: 'rule' is nothing; text is needed"),
        ("{person: {age: 14}}", "{own: 1}", "7: test.given: 'own' is '1'; true or false is needed"),
    ],
)  # fmt: skip
def test_a_fault_in_a_file_of_tact(old: str, new: str, message: str) -> None:
    assert old in FILE
    with pytest.raises(RuleFault) as caught:
        read_tact_file(FILE.replace(old, new, 1), "t.yaml")
    assert message in [str(fault).removeprefix("t.yaml:") for fault in caught.value.faults]


def test_all_faults_of_a_file_are_found_at_once() -> None:
    text = FILE.replace("order: 5", "order: x").replace("age < 15", "aged < 15").replace("age: 14", "age: x")
    with pytest.raises(RuleFault) as caught:
        read_tact_file(text, "t.yaml")
    assert [fault.line for fault in caught.value.faults] == [2, 5, 7]


def test_what_nobody_has_told_is_said_as_null() -> None:
    (rule,) = read_tact_file(FILE.replace("{age: 14}", "{age: null, alive: null}"), "t.yaml")
    assert rule.tests[0].situation.person == Party()


# ---- what decides


def test_the_order_decides_and_not_the_place_in_the_list() -> None:
    first, second = tact("silent: true", 1, "first"), tact("by_hand: true", 2, "second")
    assert told(first, second) == told(second, first) == "silent by first"
    assert told(replace(first, order=3), second) == "by_hand by second"


def test_a_rule_that_does_not_hold_leaves_it_to_the_next() -> None:
    assert (
        told(tact("silent: person.age < 15", 1), tact("by_hand: true", 2, "next"), age=15)
        == "by_hand by next"
    )


@pytest.mark.parametrize("condition", ["person.age < 15", "person.alive", "null", '"yes"', "1"])
def test_what_is_not_known_to_hold_does_not_hold(condition: str) -> None:
    assert told(tact(f"silent: '{condition}'")) == "tell"


WAITS = 'wait_until: person.lost_spouse_on + duration("P14D")\nwhen: person.lost_spouse_on != null'


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2026, 9, 1), "2026-09-15 by quiet"),
        (date(2026, 9, 14), "2026-09-15 by quiet"),
        (date(2026, 9, 15), "tell"),  # the day has come
        (date(2027, 9, 1), "tell"),
    ],
)
def test_what_waits_for_a_day_that_has_come_is_told(on: date, expected: str) -> None:
    assert told(tact(WAITS), on=on, lost_spouse_on=ON) == expected
    assert told(tact(WAITS), on=on) == "tell"


def test_a_day_that_has_come_leaves_the_word_to_the_rules_after() -> None:
    waits, silent = tact("wait_until: today\nwhen: true", 1), tact("silent: true", 2, "after")
    assert told(waits, silent) == "silent by after"


def test_who_would_wait_for_what_is_no_day_is_told() -> None:
    assert told(tact("wait_until: '\"some day\"'\nwhen: true")) == "tell"


def test_without_rules_everything_is_told() -> None:
    assert told() == "tell"
    assert str(Verdict("quiet", "wait_until", ON)) == "2026-09-01"


def test_the_theme_of_a_matter_is_what_its_rule_begins_with() -> None:
    rule = tact('silent: matter.theme = "school"')
    assert told(rule) == "silent by quiet"
    assert Matter("kindergarten.reduced_fee").theme == "kindergarten"


# ---- a rule's own tests


def test_a_rules_own_tests_are_held_among_all_the_rules() -> None:
    quiet, before = tact(SILENT), tact("by_hand: person.age < 18", 1, "before")
    assert list(failures(quiet, [quiet])) == []
    assert list(failures(quiet, [quiet, before])) == [
        (7, "test 'young': is by_hand by 'before', expected silent"),
        (8, "test 'old': is by_hand by 'before', expected tell"),
    ]


def test_a_rule_takes_the_place_of_the_one_it_is_edited_from() -> None:
    edited = tact("silent: person.age < 10")
    assert list(failures(edited, [tact(SILENT)])) == [(7, "test 'young': is tell, expected silent")]


def test_an_expression_that_meets_a_limit_fails_the_test_that_meets_it() -> None:
    endless = tact("silent: count(for n in 1..200000 return n) > 1")
    assert list(failures(endless, [endless])) == [
        (7, "test 'young': tact quiet: a range that is looped over has at most 100000 items"),
        (8, "test 'old': tact quiet: a range that is looped over has at most 100000 items"),
    ]


# ---- among the files of a catalogue


def written(folder: Path, **files: str) -> dict[str, Path]:
    made = {name: folder / "tact" / f"{name}.yaml" for name in files}
    (folder / "tact").mkdir()
    for name, text in files.items():
        made[name].write_text(text)
    return made


def test_the_catalogue_we_ship_has_no_two_rules_in_one_order() -> None:
    orders = [rule.order for rule in CATALOGUE.tact]
    assert len(orders) == len(set(orders)) > 10


@pytest.mark.parametrize("rule", CATALOGUE.tact, ids=lambda rule: rule.id)
def test_each_rule_is_tried_where_it_holds_and_where_it_does_not(rule: TactRule) -> None:
    decides = [
        (verdict.rule if (verdict := judge(CATALOGUE.tact, test.situation)) else None) == rule.id
        for test in rule.tests
    ]
    assert set(decides) == {True, False}


def test_two_rules_with_one_order_are_a_fault_at_the_second(tmp_path: Path) -> None:
    files = written(tmp_path, a=FILE, b=FILE.replace("tact: quiet", "tact: calm"))
    assert [str(fault) for fault in check(catalogue_root=tmp_path).faults] == [
        f"{files['b']}:2: tact calm: has order 5, which 'quiet' has too"
    ]


def test_two_files_with_one_rule_are_a_fault(tmp_path: Path) -> None:
    files = written(tmp_path, a=FILE, b=FILE.replace("order: 5", "order: 6"))
    assert [str(fault) for fault in check(catalogue_root=tmp_path).faults] == [
        f"{files['b']}:1: tact quiet: is also in {files['a']}"
    ]


def test_a_failing_test_is_a_fault_at_its_line(tmp_path: Path) -> None:
    files = written(tmp_path, a=FILE.replace("age: 14", "age: 16"))
    fault = f"{files['a']}:7: test 'young': is tell, expected silent"
    assert [str(one) for one in check(catalogue_root=tmp_path).faults] == [fault]
    assert [str(one) for one in check([files["a"]], tmp_path).faults] == [fault]
    with pytest.raises(RuleFault) as caught:
        Catalogue.load(tmp_path)
    assert str(caught.value) == fault


def test_a_file_that_cannot_be_read_is_named_and_the_others_hold(tmp_path: Path) -> None:
    files = written(
        tmp_path, a=FILE, b=FILE.replace("tact: quiet", "tact: calm").replace("order: 5", "order: x")
    )
    catalogue = Catalogue.load_what_holds(tmp_path)
    assert [str(fault) for fault in catalogue.faults] == [
        f"{files['b']}:2: tact: 'order' is 'x'; write a whole number"
    ]
    assert [rule.id for rule in catalogue.tact] == ["quiet"]
