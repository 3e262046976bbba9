"""The tests a rule file carries: each must come out as its author says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from rules.catalogue_loader import Catalogue
from rules.determination import Determination
from rules.evaluation import determine
from rules.faults import Fault, RuleFault
from rules.feel import FeelError
from rules.model import FactFault
from rules.rule import Rule, RuleTest


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
