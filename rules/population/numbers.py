"""Numbers in columns: floating point, with a note of where it may have moved a value across a limit.

A rough number next to what it is compared with, or next to where it would be rounded otherwise, makes a row
doubtful: the exact function judges it instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import ibis

from rules.population.frame import Frame
from rules.population.terms import (
    Flag,
    NotColumns,
    Term,
    all_known,
    both,
    chosen,
    either,
    literal,
    opposite,
    settled_by_null,
    surely,
)

NEAR = 1e-9  # of the larger number, and of 1: far above what a dozen operations move a value
_MOST_EXACT = float(2**53)


def number(term: Term) -> Term:
    if term.base not in ("number", "null"):
        raise NotColumns(f"a {term.base} as a number")
    return replace(term, value=literal(None, "float64"), base="number") if term.base == "null" else term


def near(one: Term, other: Term) -> Flag:
    """Are two numbers so close that floating point cannot tell which is larger?"""
    rough = either(one.rough, other.rough)
    if rough is False:
        return False
    size = ibis.greatest(one.value.abs(), other.value.abs(), 1.0)
    return both(rough, surely((one.value - other.value).abs() <= NEAR * size))


def reckoned(operator: str, left: Term, right: Term, frame: Frame) -> Term:
    """+, -, * and /. What is divided by 0 is null."""
    known = settled_by_null(number(left), number(right))
    if left.base == "null" or right.base == "null":
        return Term(literal(None, "float64"), "number", known)
    one, other = left.value, right.value
    whole = left.whole and right.whole and operator != "/"
    if operator == "/":
        value = one / other.nullif(0.0)
        frame.doubts.append(near_zero(right))
    elif operator == "*":
        value = one * other
    else:
        value = one + other if operator == "+" else one - other
    frame.doubts.append(both(known, surely(value.abs() >= _MOST_EXACT)))
    exact = operator != "/" and both(_is_exactly_whole(left), _is_exactly_whole(right))
    return Term(value, "number", known, rough=opposite(exact), whole=whole)


def _is_exactly_whole(term: Term) -> Flag:
    """In which rows is a number sure to have no decimals? Those are reckoned with exactly."""
    if term.whole:
        return opposite(term.rough)
    if term.constant:
        return False
    small = ibis.ifelse(
        term.value.abs() >= _MOST_EXACT, 0.5, term.value
    )  # engines round to whole numbers of 64 bits
    return both(opposite(term.rough), surely(small == small.round(0)))


def near_zero(term: Term) -> Flag:
    if term.rough is False:
        return False
    return both(term.rough, surely(term.value.abs() <= NEAR))


def extreme(name: str, terms: Sequence[Term], frame: Frame) -> Term:
    """min and max. A null among the numbers is for the exact function."""
    if not terms:
        raise NotColumns(f"{name} of nothing")
    found = number(terms[0])
    for term in terms[1:]:
        found = _extreme(name, found, number(term))
    for term in terms:
        if not term.constant:
            frame.doubts.append(both(term.known, term.value.isnull()))
        elif term.constant[0] is None:
            raise NotColumns(f"{name} of null")
    return replace(found, known=all_known(terms))


def _extreme(name: str, one: Term, other: Term) -> Term:
    first = one.value <= other.value if name == "min" else one.value >= other.value
    # greatest and least take no notice of null on some engines, so the choice is written out
    value = ibis.cases(
        (one.value.isnull() | other.value.isnull(), literal(None, "float64")),
        (first, one.value),
        else_=other.value,
    )
    rough: Flag = False
    if one.rough is not False or other.rough is not False:
        rough = chosen(near(one, other), True, chosen(surely(first), one.rough, other.rough))
    return Term(value, "number", both(one.known, other.known), rough, one.whole and other.whole)


def negative(term: Term) -> Term:
    return replace(number(term), value=-term.value, constant=())


_ROUNDINGS = ("floor", "ceiling", "round up", "round down", "round half up", "round half down")


def rounded(name: str, term: Term, scale: Term | None, frame: Frame) -> Term:
    """floor, ceiling, and the roundings of FEEL (DMN 1.5, 10.3.4.2)."""
    places = int(scale.constant[0]) if scale is not None and scale.constant else 0
    if name not in _ROUNDINGS or (scale is not None and not scale.constant) or not 0 <= places <= 6:
        raise NotColumns(f"{name} to a number of decimals that is not known beforehand")
    term = number(term)
    if term.whole:
        return term
    factor = 10.0**places
    scaled = term.value * factor if places else term.value
    # beyond what an engine's whole numbers hold, only the exact function rounds
    frame.doubts.append(both(term.known, surely(scaled.abs() >= _MOST_EXACT)))
    scaled = ibis.ifelse(scaled.abs() >= _MOST_EXACT, 0.0, scaled)
    size = scaled.abs()
    # how far the scaled number is from the nearest place where it would be rounded otherwise
    shifted = size + 0.5 if "half" in name else size
    distance = (shifted - (shifted + 0.5).floor()).abs()
    rough: Flag = term.rough if not places else True
    if rough is not False:
        frame.doubts.append(both(term.known, rough, surely(distance <= NEAR * ibis.greatest(size, 1.0))))
    value = _rounded(name, scaled, size)
    return Term(
        value / factor if places else value, "number", term.known, rough=bool(places), whole=not places
    )


def _rounded(name: str, value: Any, size: Any) -> Any:
    if name == "floor":
        return value.floor().cast("float64")
    if name == "ceiling":
        return value.ceil().cast("float64")
    away = {
        "round up": size.ceil(),
        "round down": size.floor(),
        "round half up": (size + 0.5).floor(),
        "round half down": (size - 0.5).ceil(),
    }[name]
    return ibis.ifelse(value < 0, -away.cast("float64"), away.cast("float64"))
