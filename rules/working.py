"""How a rule worked out a value, as a line people can check: '6 % of 300 000 kr / 11 = 1 636 kr'.

The text follows the rule's own expressions with the values of this determination put in. Of `min`, `max` and
`if` only what was chosen is shown, rounding shows in the result, and what has no title is written out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import Any

from rules.determination import Determination, Texts, UsedFact, UsedParameter
from rules.fact_paths import fact_path
from rules.feel import FeelError, compile_expression, tree
from rules.feel_text import feel_text
from rules.model import FactFault
from rules.rule import Condition, Definition, Rule
from rules.wording import money_in, text_in

_ROUNDING = ("round half up", "round half down", "round up", "round down", "floor", "ceiling", "decimal")
_RANK = {"+": 1, "-": 1, "*": 2, "/": 2, "**": 3}
_OF: Texts = {"nb": "av", "nn": "av", "en": "of"}
_COMPARED: Mapping[str, Texts] = {
    "<": {"nb": "mindre enn", "nn": "mindre enn", "en": "less than"},
    "<=": {"nb": "høyst", "nn": "høgst", "en": "at most"},
    ">": {"nb": "mer enn", "nn": "meir enn", "en": "more than"},
    ">=": {"nb": "minst", "nn": "minst", "en": "at least"},
    "=": {"nb": "lik", "nn": "lik", "en": "equal to"},
}
_IS: Texts = {"nb": "er", "nn": "er", "en": "is"}
_IS_NOT: Texts = {"nb": "er ikke", "nn": "er ikkje", "en": "is not"}
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


class _Untellable(Exception):
    """The expression has something that no plain line can be made of."""


@dataclass(frozen=True)
class Worked:
    """One value: what it is called, how it was worked out (empty: taken as it is), and what it is."""

    name: str
    title: str
    steps: str
    value: str

    def __str__(self) -> str:
        return f"{self.title}: {self.steps} = {self.value}" if self.steps else f"{self.title}: {self.value}"


@dataclass(frozen=True)
class _Said:
    text: str
    unit: str = ""
    rank: int = 9  # how tightly it binds: 1 sum, 2 product, 9 a single value


class Working:
    """Writes out how the values of one determination were worked out, in one language."""

    def __init__(
        self, determination: Determination, rule: Rule, language: str, rules: Mapping[str, Rule] | None = None
    ) -> None:
        self.determination, self.rule, self.language = determination, rule, language
        self.rules = rules or {}
        self.named = {definition.name: definition for definition in (*rule.outcome, *rule.where)}
        self.parameters = {used.name: used for used in determination.used if isinstance(used, UsedParameter)}

    def lines(self) -> tuple[Worked, ...]:
        """The titled values of `where` and the outcome that are numbers, in the order of the file."""
        where = [d for d in self.rule.where if d.title and d.name in self.determination.trace]
        outcome = [d for d in self.rule.outcome if d.name in self.determination.values]
        return tuple(worked for d in (*where, *outcome) if (worked := self._line(d)) is not None)

    def comparison(self, condition: Condition) -> str:
        """The two sides of a condition that compares amounts, with how they compare; else nothing."""
        node = condition.that.tree
        held = {result.id: result.holds for result in self.determination.conditions}.get(condition.id)
        if held is None or not isinstance(node, tree.Comparison) or node.operator not in _COMPARED:
            return ""
        try:
            left, right = self._whole(node.left), self._whole(node.right)
        except _Untellable:
            return ""
        verb = (_IS if held else _IS_NOT)[self.language]
        return f"{left} {verb} {_COMPARED[node.operator][self.language]} {right}"

    def _line(self, definition: Definition) -> Worked | None:
        value = self._value(tree.Name(definition.expression.tree.place, definition.name))
        if not isinstance(value, Decimal):
            return None
        title = text_in(definition.title, self.language) or definition.name.replace("_", " ")
        try:
            said = self._said(definition.expression.tree)
        except _Untellable:
            said = _Said("")
        shown = self._amount(value, definition.unit or said.unit)
        return Worked(definition.name, title, "" if said.text == shown else said.text, shown)

    def _whole(self, node: tree.Node) -> str:
        """A side of a comparison: how it is worked out and what it comes to."""
        value = self._value(node)
        if not isinstance(value, Decimal):
            raise _Untellable
        said = self._said(node)
        shown = self._amount(value, said.unit)
        return shown if shown == said.text else f"{said.text} = {shown}"

    # ---- values

    @cached_property
    def known(self) -> dict[str, Any]:
        """What the expressions may use, as this determination had it."""
        names: dict[str, Any] = {used.name: used.value for used in self.parameters.values()}
        facts = [used for used in self.determination.used if isinstance(used, UsedFact)]
        names |= _as_tree(facts)
        for name, value in (*self.determination.trace.items(), *self.determination.values.items()):
            uses = name in self.rule.uses
            names[name] = {"answer": value["answer"], **value["values"]} if uses else value
        return names

    def _value(self, node: tree.Node) -> Any:
        text = feel_text(node)
        if text is None:
            raise _Untellable
        known = [*self.known, *self.named, *self.rule.uses, self.rule.about]
        try:
            expression = compile_expression(text, known)
            missing = [name for name in expression.names if name not in self.known]
            for name in missing:
                if name not in self.named:
                    raise _Untellable
                self.known[name] = self._value(self.named[name].expression.tree)
            return expression.evaluate(self.known)
        except FeelError:
            raise _Untellable from None

    def _amount(self, value: Any, unit: str) -> str:
        if not isinstance(value, Decimal):
            raise _Untellable
        return money_in(value, unit, self.language)

    # ---- text

    def _said(self, node: tree.Node) -> _Said:
        match node:
            case tree.Constant(value=Decimal() as value):
                return _Said(self._amount(value, ""))
            case tree.Name(name=name):
                return self._name(node, name)
            case tree.Path():
                return self._path(node)
            case tree.If(condition=condition, then=then, otherwise=otherwise):
                return self._said(then if self._value(condition) is True else otherwise)
            case tree.Arithmetic(operator=operator, left=left, right=right):
                return self._arithmetic(operator, self._said(left), self._said(right))
            case tree.Call(function=tree.Name(name=name), arguments=arguments):
                return self._call(node, name, [argument.value for argument in arguments])
        raise _Untellable

    def _name(self, node: tree.Node, name: str) -> _Said:
        definition = self.named.get(name)
        if definition is not None and (definition in self.rule.outcome or not definition.title):
            return self._said(definition.expression.tree)
        unit = definition.unit if definition is not None else ""
        if name in self.parameters:
            unit = self.parameters[name].unit
        # a count of months is a bare number in a reckoning: '/ 11', not '/ 11 months'
        unit = unit if unit.startswith("NOK") or unit == "share" else ""
        return _Said(self._amount(self._value(node), unit), unit)

    def _path(self, node: tree.Path) -> _Said:
        text = feel_text(node) or ""
        unit = self._unit_at(text)
        value = self._value(node)
        if isinstance(value, list):
            terms = [self._amount(item, unit) for item in value]
            return _Said(" + ".join(terms), unit, 1 if len(terms) > 1 else 9)
        return _Said(self._amount(value, unit), unit)

    def _unit_at(self, path: str) -> str:
        name, _, rest = path.partition(".")
        used = self.rules.get(self.rule.uses.get(name, ""))
        if used is not None:
            unit = next((value.unit for value in used.outcome if value.name == rest), "")
            return unit if unit.startswith("NOK") or unit == "share" else ""
        try:
            concept = self.rule.model.concept_at(fact_path(path, self.rule.model))
        except FactFault:
            return ""
        if concept.type.base == "money":
            return concept.unit or "NOK"
        return concept.unit if concept.unit == "share" else ""

    def _arithmetic(self, operator: str, left: _Said, right: _Said) -> _Said:
        unit = next((one.unit for one in (left, right) if one.unit.startswith("NOK")), "")
        if operator == "/" and right.unit.startswith("NOK"):
            unit = ""
        rank = _RANK[operator]
        first, second = _bound(left, rank), _bound(right, rank + (operator in "-/"))
        if operator == "*" and "share" in (left.unit, right.unit):
            if left.unit != "share":
                first, second = second, first
            return _Said(f"{first} {_OF[self.language]} {second}", unit, rank)
        return _Said(f"{first} {'×' if operator == '*' else operator} {second}", unit, rank)

    def _call(self, node: tree.Node, name: str, arguments: list[tree.Node]) -> _Said:
        if name in _ROUNDING:
            return self._said(arguments[0])
        if name == "sum" and len(arguments) == 1:
            return self._said(arguments[0])
        if name in ("min", "max") and len(arguments) > 1:
            chosen = self._value(node)
            return self._said(next(each for each in arguments if self._value(each) == chosen))
        raise _Untellable


def _bound(said: _Said, rank: int) -> str:
    return f"({said.text})" if said.rank < rank else said.text


def _as_tree(facts: list[UsedFact]) -> dict[str, Any]:
    """Facts by path ('child.household.adults[0].name') as the tree they came from, as far as it was read."""
    root: dict[str, Any] = {}
    for fact in sorted(facts, key=lambda fact: len(fact.path)):
        steps = [name or int(index) for name, index in _STEP.findall(fact.path)]
        spot: Any = root
        for step, following in pairwise(steps):
            spot = _entered(spot, step, [] if isinstance(following, int) else {})
        if isinstance(spot, dict):
            spot.setdefault(steps[-1], fact.value)
    return root


def _entered(spot: Any, step: Any, empty: Any) -> Any:
    if isinstance(step, int):
        while len(spot) <= step:
            spot.append({})
        return spot[step]
    if not isinstance(spot.get(step), type(empty)):
        spot[step] = empty
    return spot[step]
