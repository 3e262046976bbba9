"""What the editor tells of a rule text: its faults with their lines, and what each of its tests came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from rules import Catalogue, Fault, Rule, RuleFault, determine, load_rule
from rules.checks import AS_WRITTEN, failed_tests
from rules.feel import FeelError, limits
from rules.model import FactFault
from rules.rule import RuleTest

MAX_RULE_BYTES = 1_000_000  # a text of one megabyte and more is refused before it is read
MOST_STEPS = 1_000_000  # of all tests of a check together: a second or two


@dataclass(frozen=True)
class TestResult:
    """One test of a rule: what its author expects, what the rule says, and why they expect it."""

    __test__ = False  # the name is that of the thing: this is no test of ours

    name: str
    on: date
    line: int
    expected: Mapping[str, Any]
    got: Mapping[str, Any]  # the same names as `expected`; without one the rule gave no such value
    faults: tuple[str, ...]  # none: passed
    because: str

    @property
    def passed(self) -> bool:
        return not self.faults


@dataclass(frozen=True)
class RuleCheck:
    """A text as a rule: the rule where it can be read, every fault in order of line, every test."""

    rule: Rule | None
    faults: tuple[Fault, ...]
    tests: tuple[TestResult, ...]

    @property
    def sound(self) -> bool:
        """May it be saved: no fault, and every test passed."""
        return self.rule is not None and not self.faults


def check_rule(text: str, rule_id: str, catalogue: Catalogue) -> RuleCheck:
    """Read a text as the rule of that id within a catalogue, and run its tests and those of rules that use it.

    Faults of another rule, which uses this one and would now fail its own tests, name that rule.
    """
    filename = f"{rule_id}.yaml"
    if len(text.encode()) >= MAX_RULE_BYTES:
        size = f"the text has {len(text.encode()):,} bytes; a rule has less than {MAX_RULE_BYTES:,}"
        return RuleCheck(None, (Fault(filename, 0, f"{size}: split it into rules that use each other"),), ())
    try:
        rule = load_rule(text, filename, catalogue.model)
    except RuleFault as fault:
        return RuleCheck(None, tuple(sorted(set(fault.faults))), ())
    faults = [fault for check in AS_WRITTEN for fault in check(rule, catalogue)]
    if rule.id != rule_id:
        message = f"rule: this is '{rule.id}', but what is edited is '{rule_id}': an id does not change"
        return RuleCheck(rule, (Fault(filename, _line_of(text, "rule:"), message),), ())
    try:
        changed = catalogue.with_rule(rule)
    except RuleFault as fault:
        return RuleCheck(rule, tuple(sorted({*faults, *fault.faults})), ())
    with limits.at_most(MOST_STEPS):
        return _tested(rule, faults, changed, catalogue)


def _tested(rule: Rule, faults: list[Fault], changed: Catalogue, catalogue: Catalogue) -> RuleCheck:
    filename = f"{rule.id}.yaml"
    tests = tuple(_result(rule, test, changed) for test in rule.tests)
    faults += [Fault(filename, test.line, message) for test in tests for message in test.faults]
    for other in _users_of(rule.id, changed):
        broken = {fault.message for fault in failed_tests(other, changed)}
        known = {fault.message for fault in failed_tests(other, catalogue)}
        faults += [
            Fault(filename, 0, f"rule '{other.id}', which uses this one, would fail: {message}")
            for message in sorted(broken - known)
        ]
    return RuleCheck(rule, tuple(sorted(set(faults))), tests)


def _result(rule: Rule, test: RuleTest, catalogue: Catalogue) -> TestResult:
    faults = failed_tests(replace(rule, tests=(test,)), catalogue)
    try:
        determined = determine(rule, test.on, test.given, test.settings, catalogue).as_json()
    except (FactFault, FeelError, RuleFault):
        got: dict[str, Any] = {}
    else:
        found = {**determined, **determined["values"]}
        found["discretion"] = [question["id"] for question in determined["discretion"]]
        found["conditions"] = {condition["id"]: condition["holds"] for condition in determined["conditions"]}
        got = {name: found[name] for name in test.expect if name in found}
    return TestResult(
        name=test.name,
        on=test.on,
        line=test.line,
        expected=test.expect,
        got=got,
        faults=tuple(fault.message for fault in faults),
        because=test.because,
    )


def _users_of(rule_id: str, catalogue: Catalogue) -> list[Rule]:
    """The rules that use this one, directly or through others."""
    found: dict[str, Rule] = {}
    waiting = [rule_id]
    while waiting:
        used = waiting.pop()
        for rule in catalogue.rules.values():
            if used in rule.uses.values() and rule.id not in found and rule.id != rule_id:
                found[rule.id] = rule
                waiting.append(rule.id)
    return [found[name] for name in sorted(found)]


def _line_of(text: str, start: str) -> int:
    return next((n for n, line in enumerate(text.splitlines(), 1) if line.startswith(start)), 1)
