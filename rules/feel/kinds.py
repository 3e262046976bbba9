"""`instance of`: which type a value has (DMN 1.5, 10.3.2.9)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from rules.feel.logic import all_of
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
    """Is the value of the type? Null is of type Null alone; of an unknown value it is unknown."""
    if isinstance(value, Unknown):
        return value
    if type_.name == "Null":
        return value is None
    if value is None:
        return False
    if type_.name == "Any":
        return True
    if type_.name == "date":
        return isinstance(value, date) and not isinstance(value, datetime)
    if not isinstance(value, _SIMPLE[type_.name]):
        return False
    return _parts_fit(value, type_) if type_.of else True


def _parts_fit(value: Value, type_: Type) -> Value:
    if isinstance(value, list):
        return all_of(is_instance(item, type_.of[0]) for item in value)
    if isinstance(value, Range):
        ends = [end for end in (value.start, value.end) if end is not None]
        return all_of(is_instance(end, type_.of[0]) for end in ends)
    if isinstance(value, Function):
        return len(value.parameters) == len(type_.of) - 1
    return all_of(
        is_instance(value[name], part) if name in value else False
        for name, part in zip(type_.fields, type_.of, strict=True)
    )
