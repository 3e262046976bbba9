"""What the rule pages show of a rule: its parts in words, in one language, as plain values for a template."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from difflib import unified_diff
from typing import Any

from assistant.determinations.rule_check import RuleCheck
from assistant.store.columns import to_json
from rules import Fault, Rule
from rules.parameter import Parameter

CONTEXT_LINES = 3


def in_language(texts: Mapping[str, str], language: str, otherwise: str = "") -> str:
    """A rule's text in a language, in bokmål where it lacks that, and `otherwise` where it has none."""
    return texts.get(language) or texts.get("nb") or next(iter(texts.values()), "") or otherwise


def shown(value: Any) -> str:
    """A value of a rule file as its author writes it.

    >>> shown(Decimal("0.060")), shown(None), shown(["a", 1]), shown(True)
    ('0.06', 'null', 'a, 1', 'true')
    """
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return ", ".join(shown(item) for item in value) or "[]"
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {shown(item)}" for name, item in value.items()) or "{}"
    return str(value)


@dataclass(frozen=True)
class ShownValue:
    value: str
    valid_from: date
    valid_to: date | None
    scope: str
    source: str
    doubt: str


@dataclass(frozen=True)
class ShownParameter:
    name: str
    title: str
    unit: str
    values: tuple[ShownValue, ...]


def parameters_of(rule: Rule, language: str) -> tuple[ShownParameter, ...]:
    """The dated values of law, the newest first."""
    return tuple(_parameter(parameter, language) for parameter in rule.parameters)


def _parameter(parameter: Parameter, language: str) -> ShownParameter:
    newest_first = sorted(parameter.values, key=lambda value: value.period.first, reverse=True)
    return ShownParameter(
        parameter.name,
        in_language(parameter.title, language, parameter.name),
        parameter.unit,
        tuple(
            ShownValue(
                shown(value.value),
                value.period.first,
                value.period.last,
                shown(value.scope) if value.scope else "",
                value.source,
                value.doubt,
            )
            for value in newest_first
        ),
    )


@dataclass(frozen=True)
class ShownTest:
    name: str
    on: date
    line: int
    passed: bool
    expected: tuple[tuple[str, str], ...]  # name, value
    got: tuple[tuple[str, str], ...]
    faults: tuple[str, ...]
    because: str


def tests_of(check: RuleCheck) -> tuple[ShownTest, ...]:
    """Every test of a rule, those that failed first."""
    tests = (
        ShownTest(
            test.name,
            test.on,
            test.line,
            test.passed,
            tuple((name, shown(value)) for name, value in test.expected.items()),
            tuple((name, shown(test.got[name])) for name in test.expected if name in test.got),
            test.faults,
            test.because,
        )
        for test in check.tests
    )
    return tuple(sorted(tests, key=lambda test: test.passed))


@dataclass(frozen=True)
class SourceLine:
    """A line of the text in the editor, with what is wrong on it."""

    number: int
    text: str
    faults: tuple[str, ...]


def lines_of(text: str, faults: Iterable[Fault]) -> tuple[SourceLine, ...]:
    """The lines of a text, each with its faults. A fault of the whole, or beyond the end, is on none."""
    by_line: dict[int, list[str]] = {}
    for fault in faults:
        by_line.setdefault(fault.line, []).append(fault.message)
    return tuple(
        SourceLine(number, line, tuple(by_line.get(number, ())))
        for number, line in enumerate(text.split("\n"), 1)
    )


def faults_as_json(check: RuleCheck) -> list[dict[str, Any]]:
    return [{"line": fault.line, "message": fault.message, "severity": "error"} for fault in check.faults]


def tests_as_json(check: RuleCheck) -> list[dict[str, Any]]:
    return [
        {
            "name": test.name,
            "on": test.on,
            "line": test.line,
            "passed": test.passed,
            "expected": dict(test.expected),
            "got": dict(test.got),
            "faults": list(test.faults),
        }
        for test in tests_of(check)
    ]


@dataclass(frozen=True)
class DiffLine:
    kind: str  # added, removed, same, place
    text: str


def difference(before: str, after: str) -> tuple[DiffLine, ...]:
    """What has changed from one text to the next, with a few lines around each change."""
    kinds = {"+": "added", "-": "removed", "@": "place"}
    lines = unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=CONTEXT_LINES)
    return tuple(DiffLine(kinds.get(line[:1], "same"), line) for line in list(lines)[2:])


def completions(rule: Rule, language: str) -> str:
    """Words the editor offers, as JSON: attributes of the information model and names of this rule."""
    words: dict[str, str] = {
        concept.attribute: in_language(concept.title, language) for concept in rule.model.concepts.values()
    }
    own = [
        *((parameter.name, parameter.title) for parameter in rule.parameters),
        *((setting.name, setting.title) for setting in rule.settings),
        *((definition.name, definition.title) for definition in (*rule.where, *rule.outcome)),
    ]
    words |= {name: in_language(title, language) for name, title in own}
    return to_json([{"label": label, "detail": detail} for label, detail in sorted(words.items())])
