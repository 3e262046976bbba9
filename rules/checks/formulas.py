"""A rule's expressions as formulas for a solver: what no facts, on no day, in no municipality, can make true.

A truth is two formulas, when it is true and when it is false, because null is neither. What the solver has no
words for (a loop, a text function) may be anything, but the same thing each time it is written. So a claim
that something can never be holds; that it can be is not claimed.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import z3

from rules.feel import tree
from rules.model import FactFault
from rules.rule import Rule

Kind = Literal["number", "date", "text", "subject"]
_KINDS: dict[str, Kind] = {
    "money": "number",
    "number": "number",
    "date": "date",
    "text": "text",
    "subject": "subject",
}


@dataclass(frozen=True)
class Truth:
    """When a condition is true, and when it is false; null is neither."""

    yes: Any
    no: Any


@dataclass(frozen=True)
class Scalar:
    """A number, a date (days since year 1), a text (its place among the texts met) or a subject; or null."""

    kind: Kind
    value: Any
    null: Any


Meaning = Truth | Scalar | None  # None: a value of a kind the solver has no words for

STEPS = 2_000_000
NEVER = z3.BoolVal(val=False)


@dataclass
class Formulas:
    """The formulas of one rule: names as they are met, and what is known of each."""

    rule: Rule
    known: list[Any] = field(default_factory=list)  # what holds of the names whatever the facts are
    met: dict[Any, Meaning] = field(default_factory=dict)  # by fact path, by name, or by what is written
    _texts: dict[str, int] = field(default_factory=dict)

    def truth(self, node: tree.Node) -> Truth:
        """When the expression holds."""
        meant = meaning(node, self)
        return meant if isinstance(meant, Truth) else self.anything(node)

    def anything(self, node: tree.Node) -> Truth:
        """True, false or null, but the same each time the same is written."""
        found = self._once(("anything", shape(node)), self._new_truth)
        assert isinstance(found, Truth)
        return found

    def text(self, text: str) -> Scalar:
        return Scalar("text", z3.IntVal(self._texts.setdefault(text, len(self._texts))), NEVER)

    def text_at(self, place: int) -> str:
        """The text that has a place; another one where none has."""
        return next((text for text, found in self._texts.items() if found == place), "something else")

    def solver(self) -> Any:
        """A solver that knows what holds of the names. It counts its steps, so that every machine finds the same."""
        solver = z3.Solver()
        solver.set("rlimit", STEPS)
        solver.add(self.known)
        return solver

    def fact(self, path: str) -> Meaning:
        """What a path of facts may be; None through a list, and where no concept says."""
        try:
            concepts = self.rule.model.along(path)
        except FactFault:
            return None
        if not concepts or any(concept.type.many for concept in concepts):
            return None
        concept = concepts[-1]
        if concept.type.base == "boolean":
            return self._once(path, self._new_truth)
        kind = _KINDS[concept.type.base]
        choices = [choice.value for choice in concept.choices]
        absent = concept.can_be_absent or len(concepts) > 1
        return self._once(path, lambda: self._new_scalar(kind, choices, can_be_null=absent))

    def parameter(self, name: str) -> Meaning:
        """One of the values law or a municipality gives; None for what is neither number nor text."""
        for parameter in self.rule.parameters:
            if parameter.name == name:
                return self._one_of(name, [dated.value for dated in parameter.values])
        for setting in self.rule.settings:
            if setting.name == name and setting.choices:
                return self._one_of(name, list(setting.choices))
        return None

    def today(self) -> Scalar:
        found = self._once("today", lambda: self._new_scalar("date", [], can_be_null=False))
        assert isinstance(found, Scalar)
        return found

    def _one_of(self, name: str, values: list[Any]) -> Meaning:
        if all(isinstance(value, str) for value in values):
            return self._once(name, lambda: self._new_scalar("text", values, can_be_null=False))
        if not all(isinstance(value, Decimal) for value in values):
            return None

        def number() -> Scalar:
            made = self._new_scalar("number", [], can_be_null=False)
            self.known.append(z3.Or([made.value == _real(value) for value in values]))
            return made

        return self._once(name, number)

    def _once(self, key: Any, make: Any) -> Meaning:
        if key not in self.met:
            self.met[key] = make()
        return self.met[key]

    def _new_truth(self) -> Truth:
        yes, no = z3.FreshBool("yes"), z3.FreshBool("no")
        self.known.append(z3.Not(z3.And(yes, no)))
        return Truth(yes, no)

    def _new_scalar(self, kind: Kind, choices: list[str], *, can_be_null: bool) -> Scalar:
        value = z3.FreshReal("value") if kind == "number" else z3.FreshInt("value")
        null = z3.FreshBool("null") if can_be_null else NEVER
        if choices:
            self.known.append(z3.Or([value == self.text(choice).value for choice in choices]))
        return Scalar(kind, value, null)


def shape(node: Any) -> Any:
    """A node without its place in the text: equal for what is written alike."""
    if isinstance(node, tree.Node):
        inner = (getattr(node, one.name) for one in fields(node) if one.name != "place")
        return (type(node).__name__, *map(shape, inner))
    return tuple(map(shape, node)) if isinstance(node, tuple) else repr(node)


def _real(value: Decimal) -> Any:
    numerator, denominator = value.as_integer_ratio()
    return z3.Q(numerator, denominator)


@functools.singledispatch
def meaning(node: tree.Node, formulas: Formulas) -> Meaning:
    """What a node means; None for what the solver has no words for."""
    return None


@meaning.register
def _constant(node: tree.Constant, formulas: Formulas) -> Meaning:
    value = node.value
    if isinstance(value, bool):
        return Truth(z3.BoolVal(value), z3.BoolVal(not value))
    if isinstance(value, Decimal):
        return Scalar("number", _real(value), NEVER)
    if isinstance(value, str):
        return formulas.text(value)
    if type(value) is date:
        return Scalar("date", z3.IntVal(value.toordinal()), NEVER)
    return None


@meaning.register
def _name(node: tree.Name, formulas: Formulas) -> Meaning:
    for definition in (*formulas.rule.where, *formulas.rule.outcome):
        if definition.name == node.name:
            return meaning(definition.expression.tree, formulas)
    return formulas.today() if node.name == "today" else formulas.parameter(node.name)


@meaning.register
def _path(node: tree.Path, formulas: Formulas) -> Meaning:
    path = _dotted(node)
    return formulas.fact(path) if path.partition(".")[0] == formulas.rule.about else None


def _dotted(node: tree.Node) -> str:
    if isinstance(node, tree.Name):
        return node.name
    return f"{_dotted(node.base)}.{node.attribute}" if isinstance(node, tree.Path) else ""


@meaning.register
def _negation(node: tree.Negation, formulas: Formulas) -> Meaning:
    inner = meaning(node.operand, formulas)
    if isinstance(inner, Scalar) and inner.kind == "number":
        return Scalar("number", -inner.value, inner.null)
    return None


@meaning.register
def _arithmetic(node: tree.Arithmetic, formulas: Formulas) -> Meaning:
    left, right = meaning(node.left, formulas), meaning(node.right, formulas)
    if not (isinstance(left, Scalar) and isinstance(right, Scalar) and left.kind == right.kind == "number"):
        return None
    null = z3.Or(left.null, right.null)
    match node.operator:
        case "+":
            return Scalar("number", left.value + right.value, null)
        case "-":
            return Scalar("number", left.value - right.value, null)
        case "*":
            return Scalar("number", left.value * right.value, null)
        case "/":
            return Scalar("number", left.value / right.value, z3.Or(null, right.value == 0))
    return None


@meaning.register
def _comparison(node: tree.Comparison, formulas: Formulas) -> Meaning:
    for one, other in ((node.left, node.right), (node.right, node.left)):
        if isinstance(other, tree.Constant) and other.value is None and node.operator in ("=", "!="):
            found = meaning(one, formulas)
            if not isinstance(found, Scalar):
                return formulas.anything(node)
            return _turned(Truth(found.null, z3.Not(found.null)), node.operator == "!=")
    return _compared(node.operator, meaning(node.left, formulas), meaning(node.right, formulas))


def _compared(operator: str, left: Meaning, right: Meaning) -> Truth | None:
    if isinstance(left, Truth) and isinstance(right, Truth) and operator in ("=", "!="):
        alike = z3.Or(z3.And(left.yes, right.yes), z3.And(left.no, right.no))
        unlike = z3.Or(z3.And(left.yes, right.no), z3.And(left.no, right.yes))
        neither = z3.Not(z3.Or(alike, unlike))  # null = false is false, null = null true: claim nothing of it
        return _turned(Truth(z3.Or(alike, neither), z3.Or(unlike, neither)), operator == "!=")
    if not (isinstance(left, Scalar) and isinstance(right, Scalar) and left.kind == right.kind):
        return None
    if left.kind in ("text", "subject") and operator not in ("=", "!="):
        return None
    some = z3.Or(left.null, right.null)
    both = z3.And(left.null, right.null)
    if operator in ("=", "!="):
        same = z3.Or(both, z3.And(z3.Not(some), left.value == right.value))
        return _turned(Truth(same, z3.Not(same)), operator == "!=")
    holds = {
        "<": left.value < right.value,
        "<=": left.value <= right.value,
        ">": left.value > right.value,
        ">=": left.value >= right.value,
    }[operator]
    return Truth(z3.And(z3.Not(some), holds), z3.And(z3.Not(some), z3.Not(holds)))


def _turned(truth: Truth, negated: bool) -> Truth:
    return Truth(truth.no, truth.yes) if negated else truth


@meaning.register
def _between(node: tree.Between, formulas: Formulas) -> Meaning:
    value, low, high = (meaning(one, formulas) for one in (node.value, node.low, node.high))
    above, below = _compared(">=", value, low), _compared("<=", value, high)
    if above is None or below is None:
        return None
    return Truth(z3.And(above.yes, below.yes), z3.Or(above.no, below.no))


@meaning.register
def _in(node: tree.In, formulas: Formulas) -> Meaning:
    value = meaning(node.value, formulas)
    found = [_passed(value, test, formulas) for test in node.tests]
    truths = [one for one in found if one is not None]
    if len(truths) < len(found):
        return None
    return Truth(z3.Or([one.yes for one in truths]), z3.And([one.no for one in truths]))


def _passed(value: Meaning, test: tree.Node, formulas: Formulas) -> Truth | None:
    """Whether a value passes a unary test; None where the solver has no words for it."""
    match test:
        case tree.RangeOf(start=start, end=end):
            truths = [
                _compared(f"{sign}=" if included else sign, value, meaning(side, formulas))
                for side, sign, included in (
                    (start, ">", test.start_included),
                    (end, "<", test.end_included),
                )
                if side is not None
            ]
            known = [one for one in truths if one is not None]
            if len(known) < len(truths):
                return None
            return Truth(z3.And([one.yes for one in known]), z3.Or([one.no for one in known]))
        case tree.EqualityTest(operator=operator, value=other):
            return _compared(operator, value, meaning(other, formulas))
        case tree.Constant() | tree.Negation():
            return _compared("=", value, meaning(test, formulas))
    return None


@meaning.register
def _negated(node: tree.Negated, formulas: Formulas) -> Meaning:
    return _turned(formulas.truth(node.operand), negated=True)


@meaning.register
def _all_of(node: tree.AllOf, formulas: Formulas) -> Meaning:
    parts = [formulas.truth(operand) for operand in node.operands]
    return Truth(z3.And([part.yes for part in parts]), z3.Or([part.no for part in parts]))


@meaning.register
def _any_of(node: tree.AnyOf, formulas: Formulas) -> Meaning:
    parts = [formulas.truth(operand) for operand in node.operands]
    return Truth(z3.Or([part.yes for part in parts]), z3.And([part.no for part in parts]))


@meaning.register
def _if(node: tree.If, formulas: Formulas) -> Meaning:
    asked = formulas.truth(node.condition)
    then, otherwise = meaning(node.then, formulas), meaning(node.otherwise, formulas)
    if isinstance(then, Truth) and isinstance(otherwise, Truth):
        return Truth(z3.If(asked.yes, then.yes, otherwise.yes), z3.If(asked.yes, then.no, otherwise.no))
    if isinstance(then, Scalar) and isinstance(otherwise, Scalar) and then.kind == otherwise.kind:
        value = z3.If(asked.yes, then.value, otherwise.value)
        return Scalar(then.kind, value, z3.If(asked.yes, then.null, otherwise.null))
    return None


@meaning.register
def _call(node: tree.Call, formulas: Formulas) -> Meaning:
    name = node.function.name if isinstance(node.function, tree.Name) else ""
    given = [argument.value for argument in node.arguments]
    if name == "not" and len(given) == 1:
        return _turned(formulas.truth(given[0]), negated=True)
    if name == "date" and len(given) == 1 and isinstance(given[0], tree.Constant):
        return _date_of(given[0].value)
    if name in ("min", "max") and len(given) > 1:
        found = [meaning(one, formulas) for one in given]
        numbers = [one for one in found if isinstance(one, Scalar) and one.kind == "number"]
        if len(numbers) == len(found):
            return functools.reduce(functools.partial(_extreme, name), numbers)
    return None


def _date_of(text: object) -> Scalar | None:
    try:
        day = date.fromisoformat(str(text))
    except ValueError:
        return None
    return Scalar("date", z3.IntVal(day.toordinal()), NEVER)


def _extreme(name: str, one: Scalar, other: Scalar) -> Scalar:
    first = one.value <= other.value if name == "min" else one.value >= other.value
    return Scalar("number", z3.If(first, one.value, other.value), z3.Or(one.null, other.null))
