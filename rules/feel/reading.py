"""Paths: what `value.name` is for each kind of value (DMN 1.5, 10.3.2.5 and table 65)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from rules.feel.facts import Facts, Recorder
from rules.feel.values import Months, Range, Unknown, Value


def read(value: Value, name: str, recorder: Recorder | None, whole: bool = True) -> Value:
    """`value.name`. Over a list: of each item. Of a fact that lacks it: unknown. Else null.

    `whole` says that what is read is used as it is, not on the way to something in it.
    """
    if isinstance(value, Facts):
        return value.read(name, recorder, whole)
    if isinstance(value, list):
        return [read(item, name, recorder, whole) for item in value]
    if isinstance(value, Unknown):
        return value.attribute(name)
    if isinstance(value, Mapping):
        return value.get(name)
    for kind, parts in _PARTS:
        if isinstance(value, kind):
            part = parts.get(name)
            return None if part is None else part(value)
    return None


def number(value: int) -> Decimal:
    return Decimal(value)


def whole_days(length: timedelta) -> int:
    """Days of a duration, cut towards zero: -P1DT1H has -1."""
    return -(abs(length).days) if length < timedelta(0) else length.days


def _rest(length: timedelta, unit: int, of: int) -> Decimal:
    seconds = abs(length).seconds // unit % of
    return Decimal(-seconds if length < timedelta(0) else seconds)


def _offset(value: datetime | time) -> timedelta | None:
    return value.utcoffset()


def _zone(value: datetime | time) -> str | None:
    key = getattr(value.tzinfo, "key", None)
    return key if isinstance(key, str) else None


_DATE: dict[str, Callable[[Any], Value]] = {
    "year": lambda day: number(day.year),
    "month": lambda day: number(day.month),
    "day": lambda day: number(day.day),
    "weekday": lambda day: number(day.isoweekday()),
}
_TIME: dict[str, Callable[[Any], Value]] = {
    "hour": lambda clock: number(clock.hour),
    "minute": lambda clock: number(clock.minute),
    "second": lambda clock: number(clock.second),
    "time offset": _offset,
    "timezone": _zone,
}
_MONTHS: dict[str, Callable[[Any], Value]] = {
    "years": lambda length: number(length.years),
    "months": lambda length: number(length.months),
}
_DAYS: dict[str, Callable[[Any], Value]] = {
    "days": lambda length: number(whole_days(length)),
    "hours": lambda length: _rest(length, 3600, 24),
    "minutes": lambda length: _rest(length, 60, 60),
    "seconds": lambda length: _rest(length, 1, 60),
}
_RANGE: dict[str, Callable[[Any], Value]] = {
    "start": lambda bounds: bounds.start,
    "end": lambda bounds: bounds.end,
    "start included": lambda bounds: bounds.start_included,
    "end included": lambda bounds: bounds.end_included,
}
_PARTS: tuple[tuple[type, dict[str, Callable[[Any], Value]]], ...] = (
    (datetime, {**_DATE, **_TIME}),
    (date, _DATE),
    (time, _TIME),
    (timedelta, _DAYS),
    (Months, _MONTHS),
    (Range, _RANGE),
)

ATTRIBUTES = frozenset(name for _, parts in _PARTS for name in parts)
"""Names that may stand behind a dot whatever the facts are called."""
