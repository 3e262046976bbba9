"""Functions of dates and times (DMN 1.5, 10.3.4.10): where a day lies in its week, month and year.

`today` and `now` are not here: time is an argument of whoever evaluates, given as a name in scope.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from rules.feel.builtins.declare import builtin
from rules.feel.values import Value

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
