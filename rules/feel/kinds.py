"""Which type a value has: `instance of` (DMN 1.5, 10.3.2.9), and making a value fit a type (10.3.2.9.4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from rules.feel.facts import Facts
from rules.feel.logic import all_of
from rules.feel.temporal import MIDNIGHT
from rules.feel.types import Type
from rules.feel.values import Function, Months, Range, Unknown, Value

_SIMPLE: dict[str, type] = {
    "number": Decimal,
    "string": str,
    "boolean": bool,
    "time": time,
    "date and time": datetime,
    "days and time duration": timedelta,
    "years and months duration": Months,
    "function": Function,
    "context": Mapping,
    "range": Range,
    "list": list,
}


def is_instance(value: Value, type_: Type) -> Value:
    """Is the value of the type? Null is of type Null alone; of an unknown value it is unknown.

    Which values of its kind a type allows is not asked: 256 is a number even where 0 to 255 are allowed.
    """
    return _is(value, type_, conforming=False)


def conformed(value: Value, type_: Type) -> Value:
    """The value as one of the type: itself, or by a list of one item for the item and the other way, or a date's
    midnight in UTC for a date and time; else null. Null and unknown stay what they are.
    """
    if value is None or isinstance(value, Unknown):
        return value
    candidates = [value]
    if isinstance(value, list) and len(value) == 1:
        candidates.append(value[0])
    if type_.name == "list" and not isinstance(value, list):
        candidates.append([value])
    if type_.name == "date and time" and isinstance(value, date) and not isinstance(value, datetime):
        candidates.append(datetime.combine(value, MIDNIGHT, tzinfo=UTC))
    for candidate in candidates:
        fits = _is(candidate, type_, conforming=True)
        if isinstance(fits, Unknown):
            return fits
        if fits is True:
            return candidate
    return None


def _is(value: Value, type_: Type, *, conforming: bool) -> Value:
    if isinstance(value, Unknown):
        return value
    if value is None:
        return conforming or type_.name == "Null"
    if not _is_kind(value, type_.name):
        return False
    tests: list[Value] = []
    if type_.of:
        tests.append(_parts_fit(value, type_, conforming))
    if type_.allows is not None and conforming:
        tests.append(type_.allows(value))
    return all_of(tests) if tests else True


def _is_kind(value: Value, name: str) -> bool:
    if name == "Any":
        return True
    if name == "Null":
        return False
    if name == "date":
        return isinstance(value, date) and not isinstance(value, datetime)
    return isinstance(value, _SIMPLE[name])


def _parts_fit(value: Value, type_: Type, conforming: bool) -> Value:
    if isinstance(value, list):
        return all_of(_is(item, type_.of[0], conforming=conforming) for item in value)
    if isinstance(value, Range):
        ends = [end for end in (value.start, value.end) if end is not None]
        return all_of(_is(end, type_.of[0], conforming=conforming) for end in ends)
    if isinstance(value, Function):
        return len(value.parameters) == len(type_.of) - 1
    return all_of(
        _is(_entry(value, name), part, conforming=conforming)
        if name in value or isinstance(value, Facts)
        else False
        for name, part in zip(type_.fields, type_.of, strict=True)
    )


def _entry(context: Mapping[str, Value], name: str) -> Value:
    """An entry that is there; what a fact lacks is unknown."""
    return context.read(name, None) if isinstance(context, Facts) else context[name]
