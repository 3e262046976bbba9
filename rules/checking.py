"""Checking rule files: each must be complete, and its own tests must come out as their author says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from rules.catalogue_loader import CONCEPTS, DEFAULT_ROOT, LIFE_EVENTS, Catalogue
from rules.concept_file import read_concept_file
from rules.determination import Determination
from rules.evaluation import determine
from rules.faults import Fault, RuleFault
from rules.feel import FeelError
from rules.life_event_file import read_life_event_file
from rules.model import FactFault
from rules.rule import Rule, RuleTest
from rules.rule_file import load_rule


@dataclass(frozen=True)
class Report:
    """What was checked, and every fault."""

    rules: int
    tests: int
    concepts: int
    life_events: int
    faults: tuple[Fault, ...]

    def __str__(self) -> str:
        counts = (
            f"{_counted(self.rules, 'rule')}, {_counted(self.tests, 'test')}, "
            f"{_counted(self.concepts, 'concept')}, {_counted(self.life_events, 'life event')}"
        )
        return f"{counts}: {_counted(len(self.faults), 'fault') if self.faults else 'no faults'}"


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def check(paths: Iterable[Path] = (), catalogue_root: Path = DEFAULT_ROOT) -> Report:
    """Check files and folders (default: the whole catalogue): shape, links, completeness, and every test.

    A rule file outside the catalogue may use the catalogue's rules and concepts. Faults are in order of file
    and line. A path that does not exist is a fault.
    """
    catalogue = Catalogue.load_what_holds(catalogue_root)
    chosen = [Path(path) for path in paths]
    if not chosen:
        rules = list(catalogue.rules.values())
        return _report(
            catalogue, rules, catalogue.faults, len(catalogue.model.concepts), len(catalogue.life_events)
        )
    faults: list[Fault] = []
    found: list[Rule] = []
    concepts = life_events = 0
    for path in _files(chosen, faults):
        try:
            text = path.read_text(encoding="utf-8")
            if path.parent.name == CONCEPTS:
                concepts += len(read_concept_file(text, str(path)).concepts)
            elif path.parent.name == LIFE_EVENTS:
                read_life_event_file(text, str(path), catalogue.model)
                life_events += 1
            else:
                found.append(load_rule(text, str(path), catalogue.model))
        except RuleFault as fault:
            faults.extend(fault.faults)
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
            faults.append(Fault(str(path), 0, f"cannot be read: {reason}"))
    together = {**catalogue.rules, **{rule.id: rule for rule in found}}
    catalogue = Catalogue(catalogue.model, together, catalogue.life_events)
    faults.extend(fault for rule in found for fault in catalogue.link_faults(rule))
    return _report(catalogue, found, faults, concepts, life_events)


def _files(paths: Iterable[Path], faults: list[Fault]) -> list[Path]:
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            files.extend(sorted(path.rglob("*.yaml")))
        elif path.exists():
            files.append(path)
        else:
            faults.append(Fault(str(path), 0, "there is no such file or folder"))
    return files


def _report(
    catalogue: Catalogue, rules: list[Rule], faults: Iterable[Fault], concepts: int, life_events: int
) -> Report:
    found = list(faults)
    for rule in rules:
        found.extend(incomplete(rule))
        found.extend(failed_tests(rule, catalogue))
    tests = sum(len(rule.tests) for rule in rules)
    return Report(len(rules), tests, concepts, life_events, tuple(sorted(set(found))))


def incomplete(rule: Rule) -> list[Fault]:
    """What a rule lacks before anyone may be told of it: texts, law, who decides, and tests with reasons."""
    faults = []

    def lacks(line: int, message: str) -> None:
        faults.append(Fault(rule.filename, line, message))

    for name, texts in (("title", rule.title), ("summary", rule.summary)):
        if set(texts.values()) <= {rule.id, ""}:
            lacks(1, f"rule: '{name}' is missing")
    if not rule.authority:
        lacks(1, "rule: 'authority' is missing: who decides?")
    if not rule.law:
        lacks(1, "rule: 'law' is missing: which act and section?")
    for condition in rule.conditions:
        if set(condition.text.values()) == {condition.id}:
            lacks(condition.line, f"condition '{condition.id}': 'text' is missing")
    for parameter in rule.parameters:
        for value in parameter.values:
            if not value.source:
                lacks(
                    value.line,
                    f"parameter {parameter.name}: the value from {value.period.first} has no 'source'",
                )
    for test in rule.tests:
        if not test.because:
            lacks(test.line, f"test '{test.name}': 'because' is missing: why is this the answer?")
    if not rule.tests:
        lacks(1, "rule: 'tests' is missing: show at least one yes and one no")
    return faults


def failed_tests(rule: Rule, catalogue: Catalogue) -> list[Fault]:
    """A fault for each thing in each test that came out otherwise than expected."""
    faults = []
    for test in rule.tests:
        try:
            found = determine(rule, test.on, test.given, test.settings, catalogue)
        except (FactFault, FeelError, RuleFault) as error:
            faults.append(Fault(rule.filename, test.line, f"test '{test.name}': {error}"))
            continue
        for message in _differences(test, found):
            because = f" (because: {test.because})" if test.because else ""
            faults.append(Fault(rule.filename, test.line, f"test '{test.name}': {message}{because}"))
    return faults


def _differences(test: RuleTest, found: Determination) -> list[str]:
    differences = []
    for name, wanted in test.expect.items():
        got = _found(name, found)
        if name == "conditions" and isinstance(wanted, Mapping):
            got = {key: got.get(key) for key in wanted}
        if not _same(wanted, got):
            differences.append(f"{name} is {_shown(got)}, expected {_shown(wanted)}")
    return differences


_NOT_THERE = object()


def _found(name: str, found: Determination) -> Any:
    if name == "answer":
        return found.answer
    if name == "missing":
        return list(found.missing)
    if name == "changes_on":
        return found.changes_on
    if name == "discretion":
        return [item.id for item in found.discretion]
    if name == "conditions":
        return {condition.id: condition.holds for condition in found.conditions}
    return found.values.get(name, _NOT_THERE)


def _same(wanted: Any, got: Any) -> bool:
    if isinstance(wanted, bool) or isinstance(got, bool):
        return wanted is got
    if isinstance(wanted, Mapping) and isinstance(got, Mapping):
        return wanted.keys() == got.keys() and all(_same(wanted[key], got[key]) for key in wanted)
    if isinstance(wanted, list) and isinstance(got, list):
        return len(wanted) == len(got) and all(map(_same, wanted, got))
    return bool(wanted == got)


def _shown(value: Any) -> str:
    if value is _NOT_THERE:
        return "not given"
    if value is None:
        return "null"
    if isinstance(value, Decimal | int | date) or value == []:
        return str(value)
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_shown(item)}" for key, item in value.items())
    return f"'{value}'"
