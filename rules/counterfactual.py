"""What would have to be different: the nearest change of one fact, or else of two, that turns an answer.

Only facts that the information model calls changeable are changed, and only those that are told. A fact with few
values is tried in each; an amount, number or date is searched along the rule's own comparisons, to the
smallest unit: a krone, a day, or the last decimal the fact was told with. Each suggestion is one the rule
has been asked about.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from rules.asked import Asked
from rules.determination import Answer
from rules.evaluation import NO_SETTINGS, Rules
from rules.feel import tree
from rules.judgement import Judgement
from rules.model import Concept, FactFault
from rules.relevance import possible_values, with_facts
from rules.rule import Definition, Rule
from rules.told_facts import Line, Told, told_facts
from rules.turning_points import differences, sign_of, turning_points

MOST_PLACES = 12  # so many facts are combined two by two
MOST_FIRST_VALUES = 24  # and so many values of the first of two

Side = Literal["below", "from", "exactly"]


@dataclass(frozen=True)
class Goal:
    """What is wanted: a yes, and where `value` is named, that value of the outcome at most or at least so much."""

    value: str = ""
    comparison: Literal["<=", ">="] = "<="
    amount: Decimal = Decimal(0)

    def reached(self, judgement: Judgement) -> bool:
        if judgement.answer != "yes":
            return False
        if not self.value:
            return True
        found = judgement.values.get(self.value)
        if not isinstance(found, Decimal):
            return False
        return found <= self.amount if self.comparison == "<=" else found >= self.amount


@dataclass(frozen=True)
class Quantity:
    """What a rule reckons from the changed facts, with a name of its own: the income of the household."""

    definition: Definition
    to: Any
    beyond: Any


@dataclass(frozen=True)
class Change:
    """One fact with another value. `to` is the nearest that turns; `beyond` the last that does not, on the way."""

    path: str  # with list positions: child.household.adults[0].assessed_income
    concept: Concept
    before: Any
    to: Any
    side: Side  # 'below' beyond, 'from' `to` and further up, or 'exactly' `to`
    beyond: Any = None

    @property
    def distance(self) -> float:
        """How far it is, as a part of what it was; a change of kind counts as all of it."""
        before, to = _as_number(self.before), _as_number(self.to)
        if before is None or to is None:
            return 1.0
        return float(abs(to - before) / max(abs(before), Decimal(1)))

    def as_json(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "concept": self.concept.id,
            "from": self.before,
            "to": self.to,
            "side": self.side,
            "beyond": self.beyond,
        }


@dataclass(frozen=True)
class Suggestion:
    """A change of one or two facts, and what the rule then says."""

    changes: tuple[Change, ...]
    answer: Answer
    values: Mapping[str, Any]
    quantity: Quantity | None = None  # where it can be told as one amount the rule has a name for

    @property
    def side(self) -> Side:
        return self.changes[-1].side

    def as_json(self) -> dict[str, Any]:
        return {
            "changes": [change.as_json() for change in self.changes],
            "answer": self.answer,
            "values": dict(self.values),
        }


def suggestions(
    rule: Rule,
    on: date,
    facts: Mapping[str, Any],
    settings: Mapping[str, Any] = NO_SETTINGS,
    catalogue: Rules | None = None,
    *,
    goal: Goal | None = None,
) -> tuple[Suggestion, ...]:
    """The nearest change of each single fact that reaches the goal (by default a yes), the nearest first.

    Where no single fact does, the nearest change of two. Nothing where the goal is reached already. Raises
    `FactFault` for facts that cannot be and for a goal with a value the rule does not have.
    """
    wanted = goal or Goal()
    if wanted.value and wanted.value not in rule.values_named:
        raise FactFault(f"{rule.id} has no value '{wanted.value}'; it has {', '.join(rule.values_named)}")
    search = _Search(Asked.of(rule, facts, settings, catalogue), on, wanted)
    if search.reached(search.asked):
        return ()
    places = list(told_facts(search.asked, _changeable))
    singly = [found for place in places if (found := search.nearest(search.asked, place))]
    if singly:
        return tuple(search.told((found,)) for found in sorted(singly, key=lambda change: change.distance))
    pairs = list(search.pairs(places[:MOST_PLACES]))
    if not pairs:
        return ()
    return (search.told(min(pairs, key=lambda pair: sum(change.distance for change in pair))),)


def _changeable(concept: Concept) -> bool:
    return concept.changeable


def _changed(asked: Asked, told: Told, value: Any) -> Asked:
    return replace(asked, tree=with_facts(asked.tree, [(told.place, value)]))


class _Search:
    """Looks for the nearest change that reaches a goal on a day."""

    def __init__(self, asked: Asked, on: date, goal: Goal) -> None:
        self.asked, self.on, self.goal = asked, on, goal

    def reached(self, asked: Asked) -> bool:
        return self.goal.reached(asked.at(self.on))

    def told(self, changes: tuple[Change, ...]) -> Suggestion:
        judged = self._with(changes).at(self.on)
        return Suggestion(changes, judged.answer, judged.values, self._quantity(changes))

    def _with(self, changes: tuple[Change, ...]) -> Asked:
        places = {told.path: told.place for told in told_facts(self.asked, _changeable)}
        told = [(places[change.path], change.to) for change in changes]
        return replace(self.asked, tree=with_facts(self.asked.tree, told))

    # ---- one fact

    def nearest(self, asked: Asked, told: Told) -> Change | None:
        """The nearest value of one fact that reaches the goal, the others as they are."""
        line = Line.of(told)
        if line is None:
            return self._one_of(asked, told)
        points = self._points(asked, told, line)
        reaching = [n for n in points if n and self.reached(_changed(asked, told, line.value(n)))]
        if not reaching:
            return self._one_of(asked, told)
        nearest = min(reaching, key=lambda n: (abs(n), n))
        step = 1 if nearest > 0 else -1
        further = nearest + step
        goes_on = not line.lowest <= further <= line.highest or self.reached(
            _changed(asked, told, line.value(further))
        )
        side: Side = "exactly" if not goes_on else "from" if step > 0 else "below"
        return Change(
            told.path, told.concept, told.value, line.value(nearest), side, line.value(nearest - step)
        )

    def _one_of(self, asked: Asked, told: Told) -> Change | None:
        """The first of a fact's few values that reaches the goal."""
        for value in self._few(told):
            if value != told.value and self.reached(_changed(asked, told, value)):
                return Change(told.path, told.concept, told.value, value, "exactly")
        return None

    def _few(self, told: Told) -> tuple[Any, ...]:
        few = possible_values(told.concept)
        if few:
            return few
        absent = (None,) if told.concept.can_be_absent else ()
        return (*self._texts(), *absent) if told.concept.type.base == "text" else absent

    def _texts(self) -> Iterator[str]:
        """The texts that the rules compare with."""
        for rule in self.asked.every_rule():
            for expression in rule.expressions:
                for node in tree.every_node(expression.tree):
                    if isinstance(node, tree.Constant) and isinstance(node.value, str):
                        yield node.value

    def _points(self, asked: Asked, told: Told, line: Line) -> list[int]:
        """The steps along a fact at which anything the rules compare turns."""
        compared = differences(asked, lambda rule: tuple(asked.names(rule, self.on)), told.concept.attribute)

        def said(step: int) -> Any:
            value = line.value(step)
            moved = _changed(asked, told, value)
            names = {rule.id: moved.names(rule, self.on) for rule in moved.every_rule()}
            signs = tuple(sign_of(one, names[one.rule.id], value) for one in compared)
            return self.reached(moved), signs

        return turning_points(said, 0, line.lowest, line.highest)

    # ---- two facts

    def pairs(self, places: list[Told]) -> Iterator[tuple[Change, Change]]:
        """For each two facts, the nearest value of the second for each value of the first that turns anything."""
        for index, first in enumerate(places):
            for first_value in self._values(first):
                asked = _changed(self.asked, first, first_value)
                for second in places[index + 1 :]:
                    if second.path.startswith(f"{first.path}."):
                        continue
                    found = self.nearest(asked, second)
                    if found is not None:
                        yield Change(first.path, first.concept, first.value, first_value, "exactly"), found

    def _values(self, told: Told) -> list[Any]:
        line = Line.of(told)
        if line is None:
            return [value for value in self._few(told) if value != told.value]
        points = sorted((n for n in self._points(self.asked, told, line) if n), key=abs)
        return [line.value(n) for n in points[:MOST_FIRST_VALUES]]

    # ---- what the fact is part of

    def _quantity(self, changes: tuple[Change, ...]) -> Quantity | None:
        """What the rules reckon from the changed facts, krone for krone, and have a name for."""
        last = changes[-1]
        if last.beyond is None or not all(
            isinstance(value, Decimal) for change in changes for value in (change.before, change.to)
        ):
            return None
        moved = sum(change.to - change.before for change in changes)
        to, beyond = self._with(changes), self._with((*changes[:-1], replace(last, to=last.beyond)))
        for rule in self.asked.every_rule():
            names = [each.names(rule, self.on) for each in (self.asked, to, beyond)]
            for definition in rule.where:
                if definition.called:
                    was, is_, short = (each[definition.name] for each in names)
                    told = all(isinstance(value, Decimal) for value in (was, is_, short))
                    if told and is_ - was == moved:
                        return Quantity(definition, is_, short)
        return None


def _as_number(value: Any) -> Decimal | None:
    if isinstance(value, date):
        return Decimal(value.toordinal())
    return value if isinstance(value, Decimal) else None
