"""Equality, order and arithmetic of FEEL values (DMN 1.5, tables 49–61). Pure: values in, value out.

Wrong kinds give null, as the standard has it. With an unknown operand the result is unknown, unless a null
beside it settles the matter: `null + u` is null whatever u will be.
"""

from __future__ import annotations

import operator as python
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from rules.feel import limits
from rules.feel.errors import FeelError
from rules.feel.facts import Facts
from rules.feel.logic import all_of
from rules.feel.numbers import CONTEXT, finite
from rules.feel.temporal import MIDNIGHT, days_of, plus_months, seconds_of
from rules.feel.values import Months, Range, Unknown, Value, unknown_of

_ORDERED = (Decimal, str, date, time, timedelta, Months)


def kind(value: Value) -> type | None:
    """The kind a value is compared as; a date is not a date and time, and true is no number."""
    kind_ = type(value)
    if kind_ in _KINDS:
        return kind_
    return next((known for known in _KINDS if isinstance(value, known)), None)


_KINDS: tuple[type, ...] = (bool, Decimal, str, datetime, date, time, timedelta, Months, list, Range, Mapping)


def equal(left: Value, right: Value) -> Value:
    """`=`: of the same kind and worth. Null for different kinds; lists and contexts item by item."""
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return unknown_of((left, right))
    if left is None or right is None:
        return left is right
    kind_ = kind(left)
    if kind_ is not kind(right):
        return None
    if kind_ is list:
        return len(left) == len(right) and _pairs_equal(zip(left, right, strict=True))
    if kind_ is Mapping:
        return _entries_equal(left, right)
    if kind_ is None:
        return left is right
    return bool(left == right)


_ABSENT = object()


def _entries_equal(left: Mapping[str, Value], right: Mapping[str, Value]) -> Value:
    """The same entries with the same worth. What a fact lacks is unknown, so such a pair may still be alike."""
    if isinstance(left, Facts) and isinstance(right, Facts) and (left.entity or right.entity):
        return left.entity == right.entity
    names = {**dict.fromkeys(left), **dict.fromkeys(right)}
    return _pairs_equal((_entry(left, name), _entry(right, name)) for name in names)


def _entry(context: Mapping[str, Value], name: str) -> Value:
    if name in context:
        return context[name]
    return Unknown((f"{context.path}.{name}",)) if isinstance(context, Facts) else _ABSENT


def _pairs_equal(pairs: Iterable[tuple[Value, Value]]) -> Value:
    """All pairs alike; parts of different kinds are just not alike."""
    return all_of(False if alike is None else alike for alike in (equal(*pair) for pair in pairs))


def unequal(left: Value, right: Value) -> Value:
    alike = equal(left, right)
    return (not alike) if isinstance(alike, bool) else alike


def _ordering(compare: Callable[[Value, Value], bool]) -> Callable[[Value, Value], Value]:
    def ordered(left: Value, right: Value) -> Value:
        if left is None or right is None:
            return None
        if isinstance(left, Unknown) or isinstance(right, Unknown):
            return unknown_of((left, right))
        kind_ = kind(left)
        if kind_ is not kind(right) or kind_ is bool or not isinstance(left, _ORDERED):
            return None
        try:
            return compare(left, right)
        except TypeError:  # with and without a time zone have no order
            return None

    return ordered


less = _ordering(python.lt)
less_or_equal = _ordering(python.le)
greater = _ordering(python.gt)
greater_or_equal = _ordering(python.ge)

COMPARISONS: dict[str, Callable[[Value, Value], Value]] = {
    "=": equal,
    "!=": unequal,
    "<": less,
    "<=": less_or_equal,
    ">": greater,
    ">=": greater_or_equal,
}


def in_range(value: Value, bounds: Range) -> Value:
    """Does the value lie between the bounds? An open end bounds nothing."""
    tests: list[Value] = []
    if bounds.start is not None:
        tests.append((greater_or_equal if bounds.start_included else greater)(value, bounds.start))
    if bounds.end is not None:
        tests.append((less_or_equal if bounds.end_included else less)(value, bounds.end))
    return all_of(tests) if tests else None


def _arithmetic(known: Callable[[Value, Value], Value]) -> Callable[[Value, Value], Value]:
    """Nulls first, then unknowns, then what the operator does with known operands."""

    def reckoned(left: Value, right: Value) -> Value:
        if left is None or right is None:
            return None
        if isinstance(left, Unknown) or isinstance(right, Unknown):
            return unknown_of((left, right))
        try:
            return known(left, right)
        except (OverflowError, TypeError):  # out of the calendar; with and without a time zone
            return None

    return reckoned


def _add(left: Value, right: Value) -> Value:
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return finite(CONTEXT.add(left, right))
    if isinstance(left, str) and isinstance(right, str):
        if len(left) + len(right) > limits.STRING_LENGTH:
            raise FeelError(f"a text would be longer than {limits.STRING_LENGTH} characters")
        return left + right
    if isinstance(left, (timedelta, Months)):
        if isinstance(right, (date, time)):
            return _moved(right, left)
        return (
            left + right
            if isinstance(left, timedelta) and isinstance(right, timedelta)
            else _months(left, right, 1)
        )
    return _moved(left, right)


def _subtract(left: Value, right: Value) -> Value:
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return finite(CONTEXT.subtract(left, right))
    if isinstance(left, date) and isinstance(right, date):
        if isinstance(left, datetime) or isinstance(right, datetime):
            return _as_moment(left) - _as_moment(right)
        return left - right
    if isinstance(left, time) and isinstance(right, time):
        if (left.tzinfo is None) != (right.tzinfo is None):
            return None
        return _on_a_day(left) - _on_a_day(right)
    if isinstance(left, timedelta) and isinstance(right, timedelta):
        return left - right
    if isinstance(left, Months):
        return _months(left, right, -1)
    if isinstance(right, timedelta):
        return _moved(left, -right)
    return _moved(left, Months(-right.total)) if isinstance(right, Months) else None


def _months(left: Value, right: Value, sign: int) -> Value:
    if isinstance(left, Months) and isinstance(right, Months):
        return Months(left.total + sign * right.total)
    return None


def _moved(moment: Value, length: Value) -> Value:
    """A date, time, or date and time, later by a duration."""
    if isinstance(moment, date) and isinstance(length, Months):
        return plus_months(moment, length.total)
    if not isinstance(length, timedelta):
        return None
    if isinstance(moment, datetime):
        return moment + length
    if isinstance(moment, date):
        return (datetime.combine(moment, MIDNIGHT) + length).date()
    if isinstance(moment, time):
        return (_on_a_day(moment) + length).timetz()
    return None


def _on_a_day(clock: time) -> datetime:
    return datetime.combine(date(2000, 1, 1), clock)


def _as_moment(day: date) -> datetime:
    return day if isinstance(day, datetime) else datetime.combine(day, MIDNIGHT, tzinfo=UTC)


def _multiply(left: Value, right: Value) -> Value:
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return finite(CONTEXT.multiply(left, right))
    if isinstance(left, Decimal):
        left, right = right, left
    return _scaled(left, CONTEXT.multiply, right) if isinstance(right, Decimal) else None


def _divide(left: Value, right: Value) -> Value:
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return finite(CONTEXT.divide(left, right))
    if isinstance(right, Decimal):
        return _scaled(left, CONTEXT.divide, right)
    if isinstance(left, timedelta) and isinstance(right, timedelta):
        return finite(CONTEXT.divide(seconds_of(left), seconds_of(right)))
    if isinstance(left, Months) and isinstance(right, Months):
        return finite(CONTEXT.divide(Decimal(left.total), Decimal(right.total)))
    return None


def _scaled(length: Value, by: Callable[[Decimal, Decimal], Decimal], factor: Decimal) -> Value:
    """A duration times or through a number; months are cut to whole ones."""
    amount = seconds_of(length) if isinstance(length, timedelta) else None
    if isinstance(length, Months):
        amount = Decimal(length.total)
    if amount is None:
        return None
    result = by(amount, factor)
    if not result.is_finite() or abs(result) > Decimal(10) ** 15:
        return None
    return Months(int(result)) if isinstance(length, Months) else days_of(result)


def _power(left: Value, right: Value) -> Value:
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return finite(CONTEXT.power(left, right))
    return None


def negative(value: Value) -> Value:
    """`-value` of a number or duration."""
    if isinstance(value, Decimal):
        return CONTEXT.minus(value)
    if isinstance(value, timedelta):
        return -value
    if isinstance(value, Months):
        return Months(-value.total)
    return value if isinstance(value, Unknown) else None


ARITHMETIC: dict[str, Callable[[Value, Value], Value]] = {
    "+": _arithmetic(_add),
    "-": _arithmetic(_subtract),
    "*": _arithmetic(_multiply),
    "/": _arithmetic(_divide),
    "**": _arithmetic(_power),
}
