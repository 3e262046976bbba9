"""From when and until when a decision on the kindergarten fee holds, and when an answer is due.

The kindergarten year is 1 August to 31 July. Law: FOR-2005-12-16-1478 § 3d first paragraph (effect),
forvaltningsloven § 11a third paragraph (an answer within one month).
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Literal

FirstOfMonth = Literal["same_month", "next_month"]
"""What the municipality lets an application on the first day of a month count for; the law is silent."""

AUGUST = 8


class PeriodError(ValueError):
    """There is no such period; the message names the dates and the way out."""


@dataclass(frozen=True, order=True)
class Period:
    """Days from `valid_from` (inclusive) to `valid_to` (exclusive)."""

    valid_from: date
    valid_to: date

    def __post_init__(self) -> None:
        if self.valid_from >= self.valid_to:
            raise PeriodError(f"{self.valid_from} is not before {self.valid_to}: choose an earlier first day")

    def contains(self, on: date) -> bool:
        return self.valid_from <= on < self.valid_to

    def overlaps(self, other: Period) -> bool:
        return self.valid_from < other.valid_to and other.valid_from < self.valid_to


def kindergarten_year(on: date) -> Period:
    """The kindergarten year that day belongs to.

    >>> kindergarten_year(date(2026, 7, 31)).valid_from
    datetime.date(2025, 8, 1)
    """
    first = on.year if on.month >= AUGUST else on.year - 1
    return Period(date(first, AUGUST, 1), date(first + 1, AUGUST, 1))


def year_to_renew(today: date) -> Period:
    """The kindergarten year that decisions are renewed for on a day.

    From mid-June, when last year's tax is mostly settled, the coming one. After its 1 August it is still that
    one: for grants that came late themselves, and for days on which nothing ran.

    >>> year_to_renew(date(2027, 6, 15)).valid_from, year_to_renew(date(2028, 6, 14)).valid_from
    (datetime.date(2027, 8, 1), datetime.date(2027, 8, 1))
    """
    begun = kindergarten_year(today)
    settled = (6, 15) <= (today.month, today.day) < (AUGUST, 1)
    return kindergarten_year(begun.valid_to) if settled else begun


def next_month(on: date) -> date:
    """The first day of the month after that day's."""
    return date(on.year + on.month // 12, on.month % 12 + 1, 1)


def on_edge(applied_on: date) -> bool:
    """Was it applied on a day the law does not speak of: 1 August, or the first of another month?"""
    return applied_on.day == 1


def first_of_month_setting(value: object) -> FirstOfMonth | None:
    """The municipality's setting, or None where it has not settled the question."""
    if value == "same_month":
        return "same_month"
    return "next_month" if value == "next_month" else None


def first_whole_month(applied_on: date, edge: FirstOfMonth) -> date:
    """The first day of the first whole month after the application."""
    if on_edge(applied_on) and edge == "same_month":
        return applied_on
    return next_month(applied_on)


def decision_period(applied_on: date, edge: FirstOfMonth, place_from: date | None = None) -> Period:
    """The days a decision on an application holds for (§ 3d).

    In a kindergarten year that has not begun when one applies, it holds from its 1 August. In the running
    year it holds from the first whole month after the application. Which of the two years an application
    is for follows from the place: the running year if the place has begun or begins in it and a whole
    month is left of it. A decision does not begin before the place does (`place_from`).

    >>> decision_period(date(2026, 7, 15), "same_month").valid_from
    datetime.date(2026, 8, 1)
    """
    running = kindergarten_year(applied_on)
    begins = max(first_whole_month(applied_on, edge), place_from or applied_on)
    if begins < running.valid_to:
        return Period(begins, running.valid_to)
    coming = kindergarten_year(begins)
    return Period(max(coming.valid_from, place_from or coming.valid_from), coming.valid_to)


def answer_due(received_on: date) -> date:
    """The day an answer, or a preliminary one, is due: one month after it was received (§ 11a).

    A month with fewer days ends the period on its last day.

    >>> answer_due(date(2027, 1, 31))
    datetime.date(2027, 2, 28)
    """
    following = next_month(received_on)
    last = monthrange(following.year, following.month)[1]
    return following.replace(day=min(received_on.day, last))
