"""Tests that a rule's author has not written yet: for each boundary the rule draws, a case just on either side.

A boundary is tested on a side when moving one fact of a test by its smallest unit (a krone, a day, the last decimal
told) crosses it from there; one between things without an order (text, true or false, null) when a test is on that
side. What is suggested starts from the author's own tests, with one fact moved.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise
from typing import Any

from rules.asked import Asked
from rules.boundaries import Boundary, boundaries
from rules.catalogue_loader import Catalogue
from rules.determination import Determination
from rules.evaluation import determine
from rules.feel import FeelError
from rules.model import FactFault
from rules.relevance import possible_values, with_facts
from rules.rule import Rule, RuleTest
from rules.told_facts import Line, Told, told_facts
from rules.turning_points import turning_points

MOST_DAYS = 36_525  # how far the day asked about is moved: a century


@dataclass(frozen=True)
class SuggestedTest:
    """A case just on one side of a boundary, and what the rule says of it now; is that right? A person judges."""

    boundary: Boundary
    side: bool
    like: RuleTest  # the author's test it was made from
    on: date
    given: Mapping[str, Any]
    settings: Mapping[str, Any]
    found: Determination

    @property
    def name(self) -> str:
        return f"just where {self.boundary.text} {'holds' if self.side else 'does not hold'}"


@dataclass(frozen=True)
class Tested:
    """A boundary, and the sides of it that the rule's tests stand on."""

    boundary: Boundary
    sides: frozenset[bool]

    @property
    def lacks(self) -> tuple[bool, ...]:
        return tuple(side for side in (True, False) if side not in self.sides)


def sides_tested(rule: Rule, catalogue: Catalogue) -> tuple[Tested, ...]:
    """Each boundary of a rule with the sides that are tested."""
    drawn = boundaries(rule)
    sides: dict[str, set[bool]] = {boundary.text: set() for boundary in drawn}
    for base in _bases(rule, catalogue):
        here = base.names()
        ordered = {boundary.text: boundary.sign(here) is not None for boundary in drawn}
        now = {boundary.text: boundary.side(here) for boundary in drawn}
        for boundary in drawn:
            side = now[boundary.text]
            if side is None:
                continue
            if not ordered[boundary.text] or (boundary.counts and boundary.next_to(here)):
                sides[boundary.text].add(side)
        for moved in base.a_step_away():
            there = moved.names()
            for boundary in drawn:
                side = now[boundary.text]
                if side is not None and ordered[boundary.text] and boundary.side(there) is (not side):
                    sides[boundary.text].add(side)
    return tuple(Tested(boundary, frozenset(sides[boundary.text])) for boundary in drawn)


def suggested_tests(rule: Rule, catalogue: Catalogue) -> Iterator[SuggestedTest]:
    """A test for each side of each boundary that has none and that a test of the author's can be moved to."""
    bases = list(_bases(rule, catalogue))
    for found in sides_tested(rule, catalogue):
        for side in found.lacks:
            case = next((case for base in bases if (case := base.moved_to(found.boundary, side))), None)
            if case is not None:
                yield case


def _bases(rule: Rule, catalogue: Catalogue) -> Iterator[_Base]:
    for test in rule.tests:
        try:
            asked = Asked.of(rule, test.given, test.settings, catalogue)
        except FactFault:
            continue  # its own fault is told by the check that runs it
        yield _Base(asked, test, catalogue)


@dataclass(frozen=True)
class _Moved:
    """A test with one fact, its day, or a setting moved."""

    asked: Asked
    on: date
    told: Told | None = None
    value: Any = None
    settings: Mapping[str, Any] = field(default_factory=dict)  # those that are moved

    def names(self) -> Mapping[str, Any]:
        return self.asked.names(self.asked.rule, self.on)


@dataclass(frozen=True)
class _Base:
    """One of the author's tests, to be moved."""

    asked: Asked
    test: RuleTest
    catalogue: Catalogue

    def names(self) -> Mapping[str, Any]:
        return self.asked.names(self.asked.rule, self.test.on)

    @functools.cached_property
    def facts(self) -> tuple[Told, ...]:
        return tuple(told_facts(self.asked, lambda _concept: True))

    @functools.cached_property
    def lines(self) -> tuple[tuple[Told | None, Line], ...]:
        """What can be moved a step at a time: amounts, numbers and dates, and the day asked about."""
        facts = tuple((told, line) for told in self.facts if (line := Line.of(told)))
        day = self.test.on.toordinal()
        days = Line(lambda step: date.fromordinal(day + step), -MOST_DAYS, MOST_DAYS)
        return (*facts, (None, days))

    def at(self, told: Told | None, value: Any) -> _Moved:
        if told is None:
            return _Moved(self.asked, value)
        moved = replace(self.asked, tree=with_facts(self.asked.tree, [(told.place, value)]))
        return _Moved(moved, self.test.on, told, value)

    def a_step_away(self) -> Iterator[_Moved]:
        for told, line in self.lines:
            for step in (-1, 1):
                if line.lowest <= step <= line.highest:
                    yield self.at(told, line.value(step))

    def moved_to(self, boundary: Boundary, side: bool) -> SuggestedTest | None:
        """This test with one fact moved, just to a side of a boundary; None where no single fact takes it there."""
        moves = self._along(boundary, side) if boundary.sign(self.names()) is not None else None
        moves = moves or self._otherwise(boundary, side)
        return None if moves is None else self._case(boundary, side, moves)

    def _along(self, boundary: Boundary, side: bool) -> _Moved | None:
        nearest: tuple[int, _Moved] | None = None
        for told, line in self.lines:

            def said(step: int, told: Told | None = told, line: Line = line) -> Any:
                names = self.at(told, line.value(step)).names()
                return boundary.side(names), boundary.sign(names)

            points = turning_points(said, 0, line.lowest, line.highest)
            for low, high in pairwise(points):
                if high - low != 1:
                    continue
                for step, other in ((low, high), (high, low)):
                    crosses = said(step)[0] is side and said(other)[0] is (not side)
                    if crosses and (nearest is None or abs(step) < nearest[0]):
                        nearest = abs(step), self.at(told, line.value(step))
        return nearest[1] if nearest else None

    def _otherwise(self, boundary: Boundary, side: bool) -> _Moved | None:
        """A fact with another of its few values, or absent; or another of a setting's choices."""
        for told in self.facts:
            absent = (None,) if told.concept.can_be_absent else ()
            for value in (*possible_values(told.concept), *absent):
                moved = self.at(told, value)
                if value != told.value and boundary.side(moved.names()) is side:
                    return moved
        for setting in self.asked.rule.settings:
            for choice in setting.choices:
                settings = {setting.name: choice}
                moved = _Moved(
                    replace(self.asked, settings={**self.asked.settings, **settings}),
                    self.test.on,
                    settings=settings,
                )
                if boundary.side(moved.names()) is side:
                    return moved
        return None

    def _case(self, boundary: Boundary, side: bool, moved: _Moved) -> SuggestedTest | None:
        given = self.test.given
        if moved.told is not None:
            given = with_facts(given, [(moved.told.place, moved.value)])
        settings = {**self.test.settings, **moved.settings}
        try:
            found = determine(self.asked.rule, moved.on, given, settings, self.catalogue)
        except (FactFault, FeelError):
            return None
        return SuggestedTest(boundary, side, self.test, moved.on, given, settings, found)
