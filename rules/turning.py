"""Why a rule says something else from one day on: law, a new value of law, or a day that something was compared with.

Each thing that is new that day is held back in turn, as if it had stayed what it was the day before. What
makes a difference when held back is a reason; where no single one does, all of them are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal

from rules.asked import Asked
from rules.determination import LawReference, Texts, UsedFact
from rules.fact_paths import fact_path
from rules.feel import Expression, tree
from rules.judgement import Judgement
from rules.model import FactFault
from rules.parameter import DatedValue, Parameter, Period
from rules.rule import Rule
from rules.watched_day import TODAY

Kind = Literal["in_force", "repealed", "parameter", "day"]


@dataclass(frozen=True)
class DateFact:
    """A day known of somebody that the day is compared with, or that such a day is reckoned from."""

    path: str  # without list positions: 'child.birth_date'
    title: Texts
    value: date


@dataclass(frozen=True)
class NewValue:
    """A parameter that has another value from now on; None: it has none."""

    name: str
    title: Texts
    unit: str
    before: Any
    after: Any
    source: str


@dataclass(frozen=True)
class Turn:
    """One reason for a change, in the rule it stands in: the one asked, or one it uses."""

    kind: Kind
    on: date
    rule: str
    title: Texts  # of that rule
    law: tuple[LawReference, ...]
    holds: tuple[tuple[str, Texts], ...] = ()  # conditions of that rule which hold from now on: id and text
    fails: tuple[tuple[str, Texts], ...] = ()  # … and which do not any longer
    new_value: NewValue | None = None
    dates: tuple[DateFact, ...] = ()
    part: Literal["", "year", "month"] = (
        ""  # a new year or month, where the rule asks for that part of the day
    )
    announced: date | None = None

    def as_json(self) -> dict[str, Any]:
        value = self.new_value
        return {
            "kind": self.kind,
            "rule": self.rule,
            "law": [reference.as_json() for reference in self.law],
            "holds": [name for name, _ in self.holds],
            "fails": [name for name, _ in self.fails],
            "parameter": None
            if value is None
            else {
                "name": value.name,
                "unit": value.unit,
                "before": value.before,
                "after": value.after,
                "source": value.source,
            },
            "dates": [{"path": fact.path, "value": fact.value} for fact in self.dates],
            "part": self.part or None,
            "announced": self.announced,
        }


def turns(asked: Asked, day: date) -> tuple[Turn, ...]:
    """Why the rule says something else on a day than on the day before; nothing where it does not."""
    now, before = outcome(asked.at(day)), outcome(asked.at(day - timedelta(days=1)))
    if now == before:
        return ()
    candidates = list(_candidates(asked, day))
    deciding = [turn for turn, held, on in candidates if outcome(held.at(on)) != now]
    return tuple(deciding or (turn for turn, _, _ in candidates))


def outcome(judgement: Judgement) -> tuple[Any, ...]:
    """What stays the same through a stretch: the answer, its values, and what is missing for them."""
    return judgement.answer, dict(judgement.values), judgement.missing


def _candidates(asked: Asked, day: date) -> Iterator[tuple[Turn, Asked, date]]:
    """What is new that day: the turn, the question with it held back, and the day to ask that of."""
    eve = day - timedelta(days=1)
    frozen = asked
    for rule in asked.every_rule():
        law = Turn("in_force", day, rule.id, rule.title, rule.law, *_turned(asked.of_rule(rule), day))
        was, is_ = _in_force(rule, eve), _in_force(rule, day)
        if was != is_:
            kind: Kind = "in_force" if is_ else "repealed"
            announced = rule.announced if is_ else None
            held = asked.with_rule(_held_in_force(rule, was))
            yield replace(law, kind=kind, announced=announced), held, day
        for parameter in rule.parameters:
            old, new = asked.value_at(rule, parameter, eve), asked.value_at(rule, parameter, day)
            if _value(old) != _value(new):
                told = NewValue(
                    parameter.name,
                    parameter.title,
                    parameter.unit,
                    _value(old),
                    _value(new),
                    new.source if new else "",
                )
                held = asked.with_rule(_with_value(rule, parameter, old))
                announced = new.announced if new else None
                yield replace(law, kind="parameter", new_value=told, announced=announced), held, day
        frozen = frozen.with_rule(_frozen(asked, rule, day))
    for rule in asked.every_rule():
        turn = _day_turn(asked, rule, day)
        if turn is not None:
            yield turn, frozen, eve


def _in_force(rule: Rule, day: date) -> bool:
    return not rule.in_force or any(day in period for period in rule.in_force)


def _held_in_force(rule: Rule, in_force: bool) -> Rule:
    return replace(rule, in_force=() if in_force else (Period(date.max),))


def _value(dated: DatedValue | None) -> Any:
    return dated.value if dated else None


def _with_value(rule: Rule, parameter: Parameter, dated: DatedValue | None) -> Rule:
    """The rule with one value of a parameter for all time; None: it never has any."""
    values = () if dated is None else (replace(dated, period=Period(date.min), scope={}),)
    held = replace(parameter, values=values)
    return replace(rule, parameters=tuple(held if p is parameter else p for p in rule.parameters))


def _frozen(asked: Asked, rule: Rule, day: date) -> Rule:
    """The rule as law is that day, for all time: only the passing of days is left to change it."""
    made = rule
    for parameter in rule.parameters:
        made = _with_value(made, parameter, asked.value_at(rule, parameter, day))
    return _held_in_force(made, _in_force(rule, day))


_Named = tuple[tuple[str, Texts], ...]


def _turned(asked: Asked, day: date) -> tuple[_Named, _Named]:
    """The conditions that hold from a day on, and those that do not any longer."""
    before = {c.id: c.holds for c in asked.at(day - timedelta(days=1)).conditions}
    now = asked.at(day).conditions
    holds = tuple((c.id, c.text) for c in now if c.holds and before.get(c.id) is not True)
    fails = tuple((c.id, c.text) for c in now if c.holds is False and before.get(c.id) is not False)
    return holds, fails


# ---- the passing of days


def _day_turn(asked: Asked, rule: Rule, day: date) -> Turn | None:
    """What the rule compares the day with, where it does."""
    holds, fails = _turned(asked.of_rule(rule), day)
    turned = {name for name, _ in (*holds, *fails)}
    conditions = [condition.that for condition in rule.conditions if condition.id in turned]
    reading = [e for e in conditions if _reads_today(e, rule)] or [
        e for e in rule.expressions if _reads_today(e, rule)
    ]
    if not reading:
        return None
    nodes = [node for expression in _with_named(reading, rule) for node in tree.every_node(expression.tree)]
    parts = {node.attribute for node in nodes if isinstance(node, tree.Path) and _is_today(node.base)}
    new_year = day.month == day.day == 1 and "year" in parts
    part: Literal["", "year", "month"] = "year" if new_year else ""
    if not part and day.day == 1 and "month" in parts:
        part = "month"
    laws = tuple(dict.fromkeys(law for c in rule.conditions if c.that in reading for law in c.law))
    return Turn(
        "day",
        day,
        rule.id,
        rule.title,
        laws or rule.law,
        holds,
        fails,
        dates=tuple(_dates(asked.of_rule(rule), reading, day)),
        part=part,
    )


def _is_today(node: tree.Node) -> bool:
    return isinstance(node, tree.Name) and node.name == TODAY


def _with_named(expressions: list[Expression], rule: Rule) -> Iterator[Expression]:
    """Expressions, and those that their names stand for in `where` and the outcome, each once."""
    named = {definition.name: definition.expression for definition in (*rule.outcome, *rule.where)}
    waiting, seen = list(expressions), set(map(id, expressions))
    while waiting:
        expression = waiting.pop(0)
        yield expression
        for name in expression.names:
            if name in named and id(named[name]) not in seen:
                seen.add(id(named[name]))
                waiting.append(named[name])


def _reads_today(expression: Expression, rule: Rule) -> bool:
    return any(TODAY in inner.names for inner in _with_named([expression], rule))


def _dates(asked: Asked, reading: list[Expression], day: date) -> Iterator[DateFact]:
    """The known days that the expressions read, each path and value once."""
    paths = set()
    for expression in _with_named(reading, asked.rule):
        for path in expression.paths:
            if path.startswith(f"{asked.rule.about}."):
                paths.add(_fact(path, asked.rule))
    used = [fact for fact in asked.at(day).used if isinstance(fact, UsedFact)]
    found = {
        (without_positions(fact.path), fact.value): fact
        for fact in used
        if isinstance(fact.value, date) and without_positions(fact.path) in paths
    }
    for path, value in found:
        yield DateFact(path, asked.rule.model.concept_at(path).title, value)


def _fact(path: str, rule: Rule) -> str:
    try:
        return fact_path(path, rule.model)
    except FactFault:
        return path


def without_positions(path: str) -> str:
    """child.household.adults[0].name → child.household.adults.name"""
    return "".join(part.partition("]")[2] if number else part for number, part in enumerate(path.split("[")))
