"""The boundaries a rule draws: its own comparisons, each with the side of it that a determination is on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rules.feel import Expression, FeelError, compile_expression, tree
from rules.feel_text import feel_text
from rules.rule import Rule
from rules.turning_points import Sign, sign
from rules.watched_day import TODAY


@dataclass(frozen=True)
class Boundary:
    """One comparison. What stands inside a loop or a filter is of several things at once and is no boundary here."""

    where: str  # "condition 'above_six_percent'"
    line: int
    text: str  # 'max_price * months > cap'
    holds: Expression
    difference: Expression | None  # the left side less the right one; None where that has no text
    counts: bool = False  # one side is a number of things, which no change of a single fact moves

    def side(self, names: Mapping[str, Any]) -> bool | None:
        """Does it hold? None where that is null or unknown."""
        try:
            value = self.holds.evaluate(names)
        except FeelError:
            return None
        return value if isinstance(value, bool) else None

    def next_to(self, names: Mapping[str, Any]) -> bool:
        """Is one side at most one from the other?"""
        value = None if self.difference is None else self.difference.evaluate(names)
        return isinstance(value, Decimal) and abs(value) <= 1

    def sign(self, names: Mapping[str, Any]) -> Sign:
        """-1, 0 or 1 for the left side below, at or above the right one; None where they have no order."""
        if self.difference is None:
            return None
        try:
            return sign(self.difference.evaluate(names))
        except FeelError:
            return None


def boundaries(rule: Rule) -> tuple[Boundary, ...]:
    """Every comparison of the rule's own expressions, in the order of the file, each once."""
    groups = (rule.parameters, rule.settings, rule.where, rule.outcome)
    known = (TODAY, rule.about, *(item.name for group in groups for item in group), *rule.uses)
    found: dict[str, Boundary] = {}
    for where, line, expression in _expressions(rule):
        for left, operator, right in _comparisons(expression.tree):
            made = _boundary(where, line, left, operator, right, known)
            if made is not None:
                found.setdefault(made.text, made)
    return tuple(found.values())


def _expressions(rule: Rule) -> Iterator[tuple[str, int, Expression]]:
    for condition in rule.conditions:
        yield f"condition '{condition.id}'", condition.line, condition.that
    for kind, group in (("where", rule.where), ("outcome", rule.outcome)):
        for definition in group:
            yield f"{kind} '{definition.name}'", definition.line, definition.expression
    for item in rule.discretion:
        yield f"discretion '{item.id}'", item.line, item.when


def _comparisons(node: tree.Node) -> Iterator[tuple[tree.Node, str, tree.Node]]:
    for one in tree.every_node(node):
        match one:
            case tree.Comparison(operator=operator, left=left, right=right):
                yield left, operator, right
            case tree.Between(value=value, low=low, high=high):
                yield value, ">=", low
                yield value, "<=", high
            case tree.In(value=value, tests=tests):
                for test in tests:
                    yield from _tests(value, test)


def _tests(value: tree.Node, test: tree.Node) -> Iterator[tuple[tree.Node, str, tree.Node]]:
    match test:
        case tree.RangeOf(start=start, end=end):
            if start is not None:
                yield value, ">=" if test.start_included else ">", start
            if end is not None:
                yield value, "<=" if test.end_included else "<", end
        case tree.EqualityTest(operator=operator, value=other):
            yield value, operator, other
        case tree.Constant():
            yield value, "=", test


def _boundary(
    where: str, line: int, left: tree.Node, operator: str, right: tree.Node, known: Sequence[str]
) -> Boundary | None:
    first, second = feel_text(left), feel_text(right)
    if first is None or second is None:
        return None
    try:
        holds = compile_expression(f"{first} {operator} {second}", known)
    except FeelError:  # it has a name that is bound around it
        return None
    nothing = isinstance(right, tree.Constant) and right.value is None
    difference = None if nothing else compile_expression(f"{first} - ({second})", known)
    counts = any(_bare(side).startswith("count(") for side in (first, second))
    return Boundary(where, line, f"{_bare(first)} {operator} {_bare(second)}", holds, difference, counts)


def _bare(text: str) -> str:
    """A text without the parentheses around all of it."""
    if not (text.startswith("(") and text.endswith(")")):
        return text
    depth = 0
    for place, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth == 0 and place < len(text) - 1:
            return text
    return text[1:-1]
