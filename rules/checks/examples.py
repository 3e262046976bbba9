"""Examples of facts for which formulas hold, as a person would write them: whole numbers first, nothing absent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import z3

from rules.checks.formulas import Formulas, Scalar, Truth
from rules.feel_text import literal

MOST_DAYS = 8
GRAINS = (1, 2, 0)  # whole numbers are the easiest to read, then halves, then any
ANY_DAY = date(2024, 1, 1)  # where no day matters


@dataclass(frozen=True)
class Example:
    """Facts by path, on a day, under the settings the rule file has as defaults."""

    facts: Mapping[str, Any]
    on: date
    shows_day: bool = False

    @property
    def tree(self) -> dict[str, Any]:
        """The facts as a determination takes them: {"child": {…}}."""
        made: dict[str, Any] = {}
        for path, value in self.facts.items():
            *steps, last = path.split(".")
            spot = made
            for step in steps:
                spot = spot.setdefault(step, {})
            spot.setdefault(last, {}) if value is _SUBJECT else spot.__setitem__(last, value)
        return made

    def __str__(self) -> str:
        told = [f"{path} = {literal(value)}" for path, value in self.facts.items() if value is not _SUBJECT]
        when = f" on {self.on}" if self.shows_day or not told else ""
        return (", ".join(told) or "any facts") + when


_SUBJECT = object()


def examples(formulas: Formulas, wanted: Sequence[Any]) -> Iterator[Example]:
    """Examples of what makes all the formulas hold, a few a day and the latest law first."""
    rule = formulas.rule
    for day in (*sorted(rule.edges, reverse=True)[:MOST_DAYS], ANY_DAY)[:MOST_DAYS]:
        if rule.in_force and not any(day in period for period in rule.in_force):
            continue
        for grains in GRAINS:
            solver = formulas.solver()
            solver.add(*wanted, *_as_it_is(formulas, day), *_ordinary(formulas, grains))
            if solver.check() == z3.sat:
                found = _read(formulas, solver.model(), day)
                if found is not None:
                    yield found


def _as_it_is(formulas: Formulas, day: date) -> Iterator[Any]:
    """What law and municipality say that day, where the rule file says it."""
    rule = formulas.rule
    settings = {setting.name: setting.default for setting in rule.settings}
    said: dict[str, Any] = dict(settings)
    for parameter in rule.parameters:
        dated = parameter.at(day, settings)
        if dated is not None:
            said[parameter.name] = dated.value
    for name, meant in formulas.met.items():
        if name == "today" and isinstance(meant, Scalar):
            yield meant.value == day.toordinal()
        elif name in said and isinstance(meant, Scalar):
            value = said[name]
            if meant.kind == "number" and isinstance(value, Decimal):
                yield meant.value == z3.Q(*value.as_integer_ratio())
            elif meant.kind == "text" and isinstance(value, str):
                yield meant.value == formulas.text(value).value


def _ordinary(formulas: Formulas, grains: int) -> Iterator[Any]:
    """Facts are told and none is negative; numbers are so many parts of a whole, or any where that is 0."""
    for _, meant in _facts(formulas):
        if isinstance(meant, Truth):
            yield z3.Or(meant.yes, meant.no)
            continue
        yield z3.Not(meant.null)
        if meant.kind == "number":
            yield meant.value >= 0
            if grains:
                yield z3.IsInt(meant.value * grains)
        elif meant.kind == "date":
            yield z3.And(meant.value >= _FIRST_DAY, meant.value <= _LAST_DAY)


_FIRST_DAY, _LAST_DAY = date(1900, 1, 1).toordinal(), date(2099, 12, 31).toordinal()


def _facts(formulas: Formulas) -> Iterator[tuple[str, Truth | Scalar]]:
    for key, meant in formulas.met.items():
        if isinstance(key, str) and "." in key and isinstance(meant, Truth | Scalar):
            yield key, meant


def _read(formulas: Formulas, found: z3.ModelRef, day: date) -> Example | None:
    """The facts of a solver's model; None where a number has no end to its decimals."""
    facts: dict[str, Any] = {}
    for path, meant in _facts(formulas):
        if isinstance(meant, Truth):
            facts[path] = z3.is_true(found.eval(meant.yes, model_completion=True))
            continue
        value = found.eval(meant.value, model_completion=True)
        match meant.kind:
            case "number":
                number = _decimal(value)
                if number is None:
                    return None
                facts[path] = number
            case "date":
                facts[path] = date.fromordinal(value.as_long())
            case "text":
                facts[path] = formulas.text_at(value.as_long())
            case "subject":
                facts[path] = _SUBJECT
    by_law = any(not isinstance(key, str) or "." not in key for key in formulas.met)
    return Example(facts, day, shows_day=by_law)


def _decimal(value: Any) -> Decimal | None:
    if not z3.is_rational_value(value):
        return None
    fraction = value.as_fraction()
    number = Decimal(fraction.numerator) / Decimal(fraction.denominator)
    return number if number.as_integer_ratio() == (fraction.numerator, fraction.denominator) else None
