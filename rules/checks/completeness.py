"""What a rule must have before anyone may be told of it: texts, law, who decides, tests with reasons."""

from __future__ import annotations

from rules.catalogue_loader import Catalogue
from rules.faults import Fault
from rules.rule import Rule


def incomplete(rule: Rule, _catalogue: Catalogue) -> list[Fault]:
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
