"""Facts as they come, read by a plain function. What is not as its concept has it goes to the closures."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from rules.feel.builtins.conversion import date_
from rules.feel.numbers import CONTEXT
from rules.feel.temporal import plus_months
from rules.plain.terms import FACT_TOP

MOST_ITEMS = 1000
"""Longer lists go to the closures, which count their steps."""
BOUND = 10**FACT_TOP
FAR = date(9000, 1, 1)
"""Up to here a day can be moved by `MOST_MONTHS` and still be in the calendar."""
MOST_MONTHS = 999 * 12


class Beside(Exception):
    """Met something the plain function leaves to the closures."""


def number(value: Any) -> int | Decimal:
    """A number that is no int within bounds: a float as its shortest text has it, a Decimal, or its text."""
    kind = type(value)
    if kind is float:
        exact = Decimal(repr(value))
    elif kind is Decimal:
        exact = value
    elif kind is str:
        exact = Decimal(value)
    else:
        raise Beside
    # A comparison with NaN raises or is false; more digits than FEEL has are for the closures to round
    if not exact.is_finite() or not -BOUND < exact < BOUND or CONTEXT.plus(exact) != exact:
        raise Beside
    return exact


def number_or_null(value: Any) -> int | Decimal | None:
    return None if value is None else number(value)


def day(value: Any) -> date:
    if type(value) is date:
        return value
    if type(value) is str and len(value) == len("2024-08-01"):
        return date.fromisoformat(value)
    raise Beside


def day_or_null(value: Any) -> date | None:
    return None if value is None else day(value)


def entity(value: Any) -> Any:
    if isinstance(value, Mapping):
        return value
    raise Beside


def entity_or_null(value: Any) -> Any:
    return None if value is None else entity(value)


def listed(value: Any) -> Any:
    if type(value) in (list, tuple) and len(value) <= MOST_ITEMS:
        return value
    raise Beside


def beside(value: Any) -> Any:
    """For a value that can be nothing else."""
    raise Beside


def null_only(value: Any) -> None:
    if value is not None:
        raise Beside


# ---- dates


def months_on(start: date, months: int) -> date:
    """The day so many months on, as FEEL has it; out of the calendar is for the closures."""
    years, rest = divmod(months, 12)
    if not rest:
        try:
            return date(start.year + years, start.month, start.day)
        except ValueError:
            pass  # 29 February, or out of the calendar
    moved = plus_months(start, months)
    if moved is None:
        raise Beside
    return moved


def days_on(start: date, days: int) -> date:
    """The day so many days on; out of the calendar is for the closures."""
    try:
        return start + timedelta(days=days)
    except OverflowError:
        raise Beside from None


def latest_start(end: date, months: int) -> date:
    """The last day from which so many months on is not after `end`."""
    latest = plus_months(end, -months)
    if latest is None:
        raise Beside
    for _ in range(3):  # the 28th of February is a month on from the 28th to the 31st of January
        following = latest + timedelta(days=1)
        moved = plus_months(following, months)
        if moved is None or moved > end:
            break
        latest = following
    return latest


def months_between(start: date, end: date) -> int:
    """Whole months from one date to another, as `years and months duration` counts them."""
    months = (end.year - start.year) * 12 + end.month - start.month
    if months > 0 and end.day < start.day:
        return months - 1
    return months + 1 if months < 0 and end.day > start.day else months


def years_between(start: date, end: date) -> int:
    months = months_between(start, end)
    return months // 12 if months >= 0 else -(-months // 12)


def made_day(year: Any, month: Any, day_of_month: Any) -> date:
    """date(year, month, day)"""
    parts = (year, month, day_of_month)
    if all(type(part) is int for part in parts):
        return date(*parts)
    made = date_(*(Decimal(part) for part in parts))
    if not isinstance(made, date):
        raise Beside
    return made
