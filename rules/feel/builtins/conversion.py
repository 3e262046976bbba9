"""Conversion functions and not (DMN 1.5, 10.3.4.1–2): from texts and parts to numbers, dates, times, durations."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from rules.feel.builtins.declare import builtin
from rules.feel.logic import negated
from rules.feel.numbers import CONTEXT, finite, whole, written
from rules.feel.temporal import (
    MIDNIGHT,
    made_date,
    offset_zone,
    read_date,
    read_date_time,
    read_duration,
    read_time,
    written_date_time,
    written_days,
    written_months,
    written_time,
)
from rules.feel.values import Function, Months, Range, Value

_NUMBER = re.compile(r"-?(?:\d{1,400}(?:\.\d{0,400})?|\.\d{1,400})(?:[eE][+-]?\d{1,4})?")
_PLAIN_KEY = re.compile(r"[^\W\d]\w*(?: \w+)*")


@builtin("not(negand: any)", lenient=True)
def not_(value: Value) -> Value:
    return negated(value)


@builtin("number(from: string|number, grouping separator?: string|null, decimal separator?: string|null)")
def number(text: str | Decimal, grouping: str | None = None, point: str | None = None) -> Value:
    """A number from text: number("1 000,5", " ", ","). A number stays what it is."""
    if grouping not in (None, " ", ",", ".") or point not in (None, ",", "."):
        return None
    if grouping is not None and grouping == point:
        return None
    if isinstance(text, Decimal):
        return text
    if grouping:
        text = text.replace(grouping, "")
    if point and point != ".":
        if "." in text:
            return None
        text = text.replace(point, ".")
    return finite(CONTEXT.create_decimal(text)) if _NUMBER.fullmatch(text) else None


@builtin("string(from: any)")
def string(value: Value) -> Value:
    return None if value is None else said(value, quoted=False)


def said(value: Value, *, quoted: bool) -> str:
    """A value as FEEL writes it; texts inside lists and contexts stand in quotes."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"') if quoted else value
        return f'"{escaped}"' if quoted else value
    if isinstance(value, Decimal):
        return written(value)
    if isinstance(value, Months):
        return written_months(value)
    if isinstance(value, timedelta):
        return written_days(value)
    if isinstance(value, datetime):
        return written_date_time(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return written_time(value)
    return _said_whole(value)


def _said_whole(value: Value) -> str:
    """A list, range, context or function as text."""
    if isinstance(value, list):
        return f"[{', '.join(said(item, quoted=True) for item in value)}]"
    if isinstance(value, Range):
        return said_range(value)
    if isinstance(value, Mapping):
        entries = (f"{_key(name)}: {said(value[name], quoted=True)}" for name in value)
        return f"{{{', '.join(entries)}}}"
    if isinstance(value, Function):
        return f"function({', '.join(value.parameters)})"
    return "(…)"


def said_range(value: Range) -> str:
    """[1..5), or (>= 5) where one side is open-ended."""
    start, end = said(value.start, quoted=True), said(value.end, quoted=True)
    if value.start is None:
        return f"{'<=' if value.end_included else '<'} {end}"
    if value.end is None:
        return f"{'>=' if value.start_included else '>'} {start}"
    return f"{'[' if value.start_included else '('}{start}..{end}{']' if value.end_included else ')'}"


def _key(name: str) -> str:
    return name if _PLAIN_KEY.fullmatch(name) else said(name, quoted=True)


@builtin("date(from: string|date)", "date(year: number, month: number, day: number)")
def date_(from_: Value, month: Decimal | None = None, day: Decimal | None = None) -> Value:
    if isinstance(from_, str):
        return read_date(from_)
    if isinstance(from_, datetime):
        return from_.date()
    if isinstance(from_, date):
        return from_
    parts = [whole(part) for part in (from_, month, day)]
    return None if None in parts else made_date(*(part for part in parts if part is not None))


@builtin(
    "time(from: string|time|date)",
    "time(hour: number, minute: number, second: number, offset?: days|null)",
)
def time_(
    from_: Value,
    minute: Decimal | None = None,
    second: Decimal | None = None,
    offset: timedelta | None = None,
) -> Value:
    if isinstance(from_, str):
        return read_time(from_)
    if isinstance(from_, datetime):
        return from_.timetz()
    if isinstance(from_, date):
        return time(0, 0, tzinfo=offset_zone(timedelta(0)))
    if isinstance(from_, time):
        return from_
    hours, minutes = whole(from_), whole(minute)
    if hours is None or minutes is None or second is None:
        return None
    try:
        clock = time(hours, minutes, int(second), int(second % 1 * 1_000_000))
    except (ValueError, OverflowError):
        return None
    if offset is None:
        return clock
    zone = offset_zone(offset)
    return None if zone is None else clock.replace(tzinfo=zone)


@builtin("date and time(from: string|date)", "date and time(date: date, time: time)")
def date_and_time(from_: Value, clock: time | None = None) -> Value:
    if isinstance(from_, str):
        return read_date_time(from_)
    if clock is not None:
        day = from_.date() if isinstance(from_, datetime) else from_
        return datetime.combine(day, clock)
    return from_ if isinstance(from_, datetime) else datetime.combine(from_, MIDNIGHT)


@builtin("duration(from: string|days|months)")
def duration(from_: Value) -> Value:
    return read_duration(from_) if isinstance(from_, str) else from_


@builtin("years and months duration(from: date, to: date)")
def years_and_months_duration(start: date, end: date) -> Value:
    """Whole months from one date to another; a month is whole on the same day of the month."""
    months = (end.year - start.year) * 12 + end.month - start.month
    if months > 0 and end.day < start.day:
        months -= 1
    elif months < 0 and end.day > start.day:
        months += 1
    return Months(months)
