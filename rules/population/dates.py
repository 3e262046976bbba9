"""Days in columns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import ibis

from rules.feel import tree
from rules.feel.temporal import plus_months
from rules.population.body import Body
from rules.population.terms import NotColumns, Term, all_known, both, literal, settled_by_null

_LONGEST_MONTHS = {1: 31, 2: 28, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31, 8: 31, 9: 30, 10: 31, 11: 30, 12: 31}
_MOST_MONTHS = 12 * 200


def moved(operator: str, left: Term, right: Term) -> Term | None:
    """A day and a number of months: the same day of another month, or the last where it has none (table 56)."""
    if left.base in ("months", "days", "null") and right.base == "date" and operator == "+":
        left, right = right, left
    if left.base != "date" or right.base not in ("months", "days", "null") or operator not in "+-":
        return None
    if right.base == "null":
        return Term(literal(None, "date"), "date", settled_by_null(left, right))
    if right.base == "days":
        return _moved_by_days(operator, left, right.constant[0].days)
    months = int(right.constant[0].total)
    if abs(months) > _MOST_MONTHS:
        raise NotColumns("a day centuries away")
    months = months if operator == "+" else -months
    value = _shifted(left, ibis.interval(months=abs(months)), months >= 0)
    return Term(value, "date", left.known, moved=(left, months))


def _moved_by_days(operator: str, left: Term, days: int) -> Term:
    if abs(days) > _MOST_MONTHS * 31:
        raise NotColumns("a day centuries away")
    days = days if operator == "+" else -days
    return Term(_shifted(left, ibis.interval(days=abs(days)), days >= 0), "date", left.known)


def _shifted(day: Term, length: Any, forwards: bool) -> Any:
    return (day.value + length if forwards else day.value - length).cast("date")


_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def compared(operator: str, left: Term, right: Term) -> Any | None:
    """A moved day before or after a day that is the same in every row: then so is the day itself, of another.

    Moving by months keeps the order of days, so `birth_date + 6 years > today` asks no row to be reckoned. None for
    what is compared otherwise.
    """
    if left.constant and right.moved:
        return compared(_TURNED[operator], right, left)
    if not left.moved or not right.constant or not isinstance(right.constant[0], date):
        return None
    day, months = left.moved
    last = last_moved(months, right.constant[0], until=operator in ("<=", ">"))
    if last is None:
        return None
    return day.value <= literal(last) if operator in ("<", "<=") else day.value > literal(last)


def last_moved(months: int, limit: date, *, until: bool) -> date | None:
    """The last day that, so many months on, is before the limit, or on it where `until`; None where time ends."""
    about = plus_months(limit, -months)
    if about is None or not 1000 < about.year < 9000:
        return None
    for ordinal in range(about.toordinal() + 4, about.toordinal() - 5, -1):
        there = plus_months(date.fromordinal(ordinal), months)
        if there is not None and (there <= limit if until else there < limit):
            return date.fromordinal(ordinal)
    return None


def day_of(terms: Sequence[Term], body: Body) -> Term:
    """date(year, month, day), where the day is there in every such month of every year."""
    if len(terms) == 3 and any(term.base == "null" or term.known is False for term in terms):
        return Term(literal(None, "date"), "date", all_known(terms))
    if len(terms) == 3 and terms[2].constant and terms[0].whole and terms[1].whole and not terms[1].constant:
        return _day_of_month(terms, body)
    if len(terms) != 3 or terms[0].base != "number":
        raise NotColumns("date() of something else than a year, a month and a day")
    month, day = (term.constant[0] if term.constant else None for term in terms[1:])
    if month is None or day is None or not 1 <= day <= _LONGEST_MONTHS.get(int(month), 0):
        raise NotColumns("date() with a month or day that is not known beforehand")
    year, known = terms[0].value, all_known(terms)
    there = year.notnull()
    if not terms[0].whole:  # a year with decimals, or beyond the calendar, is for the exact function
        there = (year.between(1, 9999) & (year == year.floor())).fill_null(False)
        body.frame.doubts.append(both(known, year.notnull() & ~there))
    made = ibis.date(ibis.ifelse(there, year, 1.0).cast("int32"), literal(int(month)), literal(int(day)))
    return Term(ibis.ifelse(there, made, literal(None, "date")), "date", known)


def _day_of_month(terms: Sequence[Term], body: Body) -> Term:
    """The same day of a month that differs: one that all months have; no such month is for the exact function."""
    year, month, day = terms[0].value, terms[1].value, int(terms[2].constant[0])
    if not 1 <= day <= min(_LONGEST_MONTHS.values()):
        raise NotColumns("date() with a day that some months do not have")
    known = all_known(terms)
    there = year.notnull() & month.between(1, 12)
    body.frame.doubts.append(both(known, ~there.fill_null(False)))
    made = ibis.date(year.cast("int32"), month.cast("int32"), literal(day))
    return Term(ibis.ifelse(there.fill_null(False), made, literal(None, "date")), "date", known)


def full_years(node: tree.Path, body: Body) -> Term | None:
    """`years and months duration(from, to).years`; what ends before it begins is for the exact function."""
    call = node.base
    if (
        not isinstance(call, tree.Call)
        or not isinstance(call.function, tree.Name)
        or node.attribute != "years"
    ):
        return None
    if call.function.name != "years and months duration" or len(call.arguments) != 2:
        return None
    first, last = (body.value(argument.value) for argument in call.arguments)
    if first.base != "date" or last.base != "date":
        return None
    one, other = first.value, last.value
    begun = (other.month() * 100 + other.day()) < (one.month() * 100 + one.day())
    years = other.year() - one.year() - ibis.ifelse(begun, 1, 0)
    known = all_known((first, last))
    leap_day = (one.month() == 2) & (one.day() == 29) & (other.month() == 2) & (other.day() == 28)
    body.frame.doubts.append(both(known, ((other < one) | leap_day).fill_null(False)))
    return Term(years.cast("float64"), "number", known, whole=True)
