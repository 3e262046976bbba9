"""Functions that relate points and ranges on a line (DMN 1.5, 10.3.4.9; Allen's interval algebra as HL7 CQL has it).

Each is written once over ranges; a point is the range from itself to itself.
"""

from __future__ import annotations

from collections.abc import Callable

from rules.feel.builtins.declare import builtin
from rules.feel.logic import all_of, any_of, negated
from rules.feel.operators import equal, less
from rules.feel.values import Range, Value

Relation = Callable[[Range, Range], Value]


def _relation(name: str, *forms: str) -> Callable[[Relation], Relation]:
    """Register a relation between two spans under its forms, each like `point1, range2`."""

    def register(holds: Relation) -> Relation:
        def related(one: Value, other: Value) -> Value:
            return holds(_span(one), _span(other))

        builtin(*(f"{name}({_typed(form)})" for form in forms))(related)
        return holds

    return register


def _typed(form: str) -> str:
    return ", ".join(
        f"{part}: {'range' if part.startswith('range') else 'number|string|date|time|days|months'}"
        for part in form.split(", ")
    )


def _span(value: Value) -> Range:
    return value if isinstance(value, Range) else Range(value, value)


_POINTS_AND_RANGES = ("point1, point2", "point, range", "range, point", "range1, range2")


def _ends_before(one: Range, other: Range) -> Value:
    """Does one end before the other starts? Where they touch, one of the two must leave the point out."""
    if one.end is None or other.start is None:
        return False
    touching_apart = not (one.end_included and other.start_included)
    return any_of((less(one.end, other.start), all_of((equal(one.end, other.start), touching_apart))))


@_relation("before", *_POINTS_AND_RANGES)
def before(one: Range, other: Range) -> Value:
    return _ends_before(one, other)


@_relation("after", *_POINTS_AND_RANGES)
def after(one: Range, other: Range) -> Value:
    return _ends_before(other, one)


@_relation("meets", "range1, range2")
def meets(one: Range, other: Range) -> Value:
    return all_of((one.end_included, other.start_included, equal(one.end, other.start)))


@_relation("met by", "range1, range2")
def met_by(one: Range, other: Range) -> Value:
    return meets(other, one)


def _starts_no_later(one: Range, other: Range) -> Value:
    """Does one start where the other does, or earlier?"""
    if one.start is None or other.start is None:
        return one.start is None
    same = all_of((equal(one.start, other.start), one.start_included or not other.start_included))
    return any_of((less(one.start, other.start), same))


def _ends_no_earlier(one: Range, other: Range) -> Value:
    if one.end is None or other.end is None:
        return one.end is None
    same = all_of((equal(one.end, other.end), one.end_included or not other.end_included))
    return any_of((less(other.end, one.end), same))


@_relation("overlaps", "range1, range2")
def overlaps(one: Range, other: Range) -> Value:
    return all_of((negated(_ends_before(one, other)), negated(_ends_before(other, one))))


@_relation("overlaps before", "range1, range2")
def overlaps_before(one: Range, other: Range) -> Value:
    earlier = all_of((_starts_no_later(one, other), negated(_starts_no_later(other, one))))
    return all_of((earlier, overlaps(one, other), _ends_no_earlier(other, one)))


@_relation("overlaps after", "range1, range2")
def overlaps_after(one: Range, other: Range) -> Value:
    return overlaps_before(other, one)


@_relation("includes", "range, point", "range1, range2")
def includes(one: Range, other: Range) -> Value:
    return all_of((_starts_no_later(one, other), _ends_no_earlier(one, other)))


@_relation("during", "point, range", "range1, range2")
def during(one: Range, other: Range) -> Value:
    return includes(other, one)


@_relation("finishes", "point, range", "range1, range2")
def finishes(one: Range, other: Range) -> Value:
    same_end = all_of((equal(one.end, other.end), one.end_included == other.end_included))
    return all_of((same_end, _starts_no_later(other, one)))


@_relation("finished by", "range, point", "range1, range2")
def finished_by(one: Range, other: Range) -> Value:
    return finishes(other, one)


@_relation("starts", "point, range", "range1, range2")
def starts(one: Range, other: Range) -> Value:
    same_start = all_of((equal(one.start, other.start), one.start_included == other.start_included))
    return all_of((same_start, _ends_no_earlier(other, one)))


@_relation("started by", "range, point", "range1, range2")
def started_by(one: Range, other: Range) -> Value:
    return starts(other, one)


@_relation("coincides", "point1, point2", "range1, range2")
def coincides(one: Range, other: Range) -> Value:
    return all_of(
        (
            equal(one.start, other.start),
            equal(one.end, other.end),
            one.start_included == other.start_included,
            one.end_included == other.end_included,
        )
    )
