"""Functions of dates and times (DMN 1.5, 10.3.4.10): where a day lies in its week, month and year.

Time is an argument: `today()` and `now()` are there only for an expression that is compiled with the functions of
`clock(moment)`.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from rules.feel.builtins.declare import builtin
from rules.feel.values import Function, Value

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


@builtin("day of year(date: date)")
def day_of_year(day: date) -> Value:
    return Decimal(day.timetuple().tm_yday)


@builtin("day of week(date: date)")
def day_of_week(day: date) -> Value:
    return _DAYS[day.weekday()]


@builtin("month of year(date: date)")
def month_of_year(day: date) -> Value:
    return _MONTHS[day.month - 1]


@builtin("week of year(date: date)")
def week_of_year(day: date) -> Value:
    """The week's number as ISO 8601 counts them."""
    return Decimal(day.isocalendar().week)


def clock(now: datetime) -> dict[str, Function]:
    """The functions today() and now(), at an aware moment in the zone whose day is meant."""
    return {"now": Function((), lambda: now), "today": Function((), now.date)}
