"""Counting days as an office does: spans of law, days off, and by which working day something must be done.

Days off are Saturdays, Sundays and Norway's public holidays.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from functools import cache

_SPAN = re.compile(r"P(?P<count>\d{1,3})(?P<unit>[DWM])")
SATURDAY = 5
A_DAY = timedelta(days=1)


@cache
def _holidays(year: int) -> frozenset[date]:
    import holidays

    return frozenset(holidays.country_holidays("NO", years=year))


def is_day_off(on: date) -> bool:
    """Is it a Saturday, a Sunday or a public holiday?

    >>> is_day_off(date(2026, 4, 6)), is_day_off(date(2026, 4, 7))  # Easter Monday, and the day after
    (True, False)
    """
    return on.weekday() >= SATURDAY or on in _holidays(on.year)


def working_day_from(on: date) -> date:
    """That day, or the first working day after it."""
    while is_day_off(on):
        on += A_DAY
    return on


def working_day_until(on: date) -> date:
    """That day, or the last working day before it: by when an office must act to be in time.

    >>> working_day_until(date(2026, 4, 6))  # Easter Monday; the Thursday and the Friday are holidays too
    datetime.date(2026, 4, 1)
    """
    while is_day_off(on):
        on -= A_DAY
    return on


def working_days_left(today: date, due_on: date) -> int:
    """How many working days there are from today on, up to and including the last day; 0 when it is past."""
    days = (due_on - today).days + 1
    return sum(not is_day_off(today + offset * A_DAY) for offset in range(max(0, min(days, 366))))


def span_after(on: date, span: str) -> date:
    """The day an ISO 8601 span of days, weeks or months after a day; a short month ends on its last day.

    >>> span_after(date(2027, 1, 31), "P1M"), span_after(date(2026, 11, 23), "P3W")
    (datetime.date(2027, 2, 28), datetime.date(2026, 12, 14))
    """
    found = _SPAN.fullmatch(span)
    if found is None:
        raise ValueError(f"{span!r} is no span of days, weeks or months such as P3W")
    count, unit = int(found["count"]), found["unit"]
    if unit == "M":
        months = on.year * 12 + on.month - 1 + count
        year, month = divmod(months, 12)
        return date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))
    return on + timedelta(weeks=count) if unit == "W" else on + timedelta(days=count)
