"""Reading values of law, a rule's own and shared ones: by date and place, with their source; overlaps are faults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

from rules.faults import suggestion
from rules.parameter import DatedValue, Parameter, Period
from rules.reading import Faults, Section, plain_texts
from rules.rule import Setting
from rules.yaml_source import Node, read_yaml

SHARED = "shared"
"""What a rule writes for a parameter whose values stand in a file of their own."""


def read_parameters(
    section: Section, settings: Mapping[str, Setting], shared: Mapping[str, Parameter]
) -> tuple[Parameter, ...]:
    """The parameters of a rule: its own, and those it only names, which many rules share.

    What values depend on (`by`) is a setting of the rule, or the municipality.
    """
    found = []
    for name, node in section.named("parameters"):
        if node.value == SHARED:
            if name in shared:
                found.append(_placed(shared[name], node.line))
            else:
                message = f"parameter {name}: is no shared value{suggestion(name, shared)}"
                section.faults.add(node.line, message)
        else:
            found.append(_parameter(name, Section(node, section.faults, f"parameter {name}"), settings))
    return tuple(found)


def read_shared_value(text: str, filename: str) -> Parameter:
    """A value of law that many rules name, from a file of its own. Raises `RuleFault`."""
    faults = Faults(filename)
    section = Section(read_yaml(text, filename), faults, "shared value")
    name = section.text("shared_value", required=True)
    for key in ("title", "unit"):
        section.node_of(key, required=True)
    parameter = replace(_parameter(name, section, {}), text=text)
    faults.refuse()
    return parameter


def _placed(parameter: Parameter, line: int) -> Parameter:
    """A shared value as it stands in a rule: faults of it are told at the line that names it."""
    values = tuple(replace(value, line=line) for value in parameter.values)
    return replace(parameter, values=values, line=line)


def _parameter(name: str, section: Section, settings: Mapping[str, Setting]) -> Parameter:
    faults = section.faults
    by = section.words("by")
    for word in by:
        if word not in settings and word not in ("zone", "municipality"):
            known = ("zone", "municipality", *settings)
            faults.add(section.line_of("by"), f"{section.name}: 'by' is '{word}'{suggestion(word, known)}")
    values = [
        value
        for number, inner in section.items("values")
        if (value := _dated(inner, f"{section.name}, value {number}", by, settings, faults)) is not None
    ]
    if not values:
        faults.add(section.line, f"{section.name}: 'values' is missing")
    parameter = Parameter(
        name,
        section.text("unit"),
        plain_texts(section.texts("title"), name.replace("_", " ")),
        by,
        _closed(values, section.name, faults),
        section.line,
    )
    section.finish()
    return parameter


def _dated(
    node: Node, name: str, by: tuple[str, ...], settings: Mapping[str, Setting], faults: Faults
) -> DatedValue | None:
    section = Section(node, faults, name)
    first, last = section.day("from", required=True), section.day("to")
    value = section.node_of("value", required=True)
    scope = {word: section.text(word) for word in by if section.node_of(word) is not None}
    for word, place in scope.items():
        choices = settings[word].choices if word in settings else ()
        if choices and place not in choices:
            faults.add(section.line_of(word), f"{name}: {word} '{place}'{suggestion(place, choices)}")
    source, doubt = section.text("source"), section.text("doubt")
    announced = section.day("announced")
    section.finish()
    if first is None or value is None:
        return None
    if last is not None and last < first:
        faults.add(node.line, f"{name}: 'to' {last} is before 'from' {first}")
        return None
    return DatedValue(_exact(value.plain()), Period(first, last), scope, source, doubt, announced, node.line)


def _closed(values: list[DatedValue], name: str, faults: Faults) -> tuple[DatedValue, ...]:
    """The values by scope and date; an open one lasts until the next. Two on one day are a fault."""
    by_scope: dict[tuple[tuple[str, str], ...], list[DatedValue]] = {}
    for value in values:
        by_scope.setdefault(tuple(sorted(value.scope.items())), []).append(value)
    for scope, series in by_scope.items():
        series.sort(key=lambda value: value.period.first)
        for earlier, later in pairwise(series):
            ends = earlier.period.last
            same_start = earlier.period.first == later.period.first
            if same_start or (ends is not None and ends >= later.period.first):
                place = "".join(f", {word} {where}" for word, where in scope)
                faults.add(
                    max(earlier.line, later.line),
                    f"{name}: two values on {later.period.first}{place} "
                    f"(lines {earlier.line} and {later.line}); "
                    "end one or remove it",
                )
    return tuple(value for series in by_scope.values() for value in series)


def _exact(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, list):
        return [_exact(item) for item in value]
    return value
