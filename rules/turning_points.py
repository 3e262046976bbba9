"""Where a rule's comparisons turn, as one fact moves: what is compared, and the search for where it changes sign."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from rules.asked import Asked
from rules.feel import Expression, FeelError, compile_expression, tree
from rules.feel_text import feel_text
from rules.rule import Rule

Sign = int | None
MOST_STEPS = 2_000  # looks at a rule for one fact; a rule that turns more often is not searched further


@dataclass(frozen=True)
class Difference:
    """Two sides that a rule compares, as one minus the other. `moved`: one side is the fact itself."""

    rule: Rule
    expression: Expression
    moved: bool = False


def differences(asked: Asked, names: Callable[[Rule], Sequence[str]], attribute: str) -> list[Difference]:
    """What the rule and those it uses compare: the zeros of these are where it can turn out otherwise.

    Comparisons inside `some`, `for` and filters are those of `attribute` with something outside them.
    """
    found: dict[tuple[str, str], Difference] = {}
    for rule in asked.every_rule():
        known = names(rule)
        for expression in rule.expressions:
            for node in tree.every_node(expression.tree):
                for left, right in _sides(node):
                    made = _difference(rule, left, right, known, attribute)
                    if made is not None:
                        found.setdefault((rule.id, made.expression.text), made)
    return list(found.values())


def _sides(node: tree.Node) -> Iterator[tuple[tree.Node, tree.Node | None]]:
    """The pairs a node compares; None for zero."""
    match node:
        case tree.Comparison(left=left, right=right):
            yield left, right
        case tree.Between(value=value, low=low, high=high):
            yield value, low
            yield value, high
        case tree.In(value=value, tests=tests):
            for test in tests:
                for end in _ends(test):
                    yield value, end
        case tree.Arithmetic(operator="/", right=right):
            yield right, None
        case tree.Call(function=tree.Name(name="min" | "max"), arguments=arguments):
            for left_argument, right_argument in pairwise(arguments):
                yield left_argument.value, right_argument.value
        case tree.Call(function=tree.Name(name="abs"), arguments=(argument,)):
            yield argument.value, None


def _ends(test: tree.Node) -> Iterator[tree.Node]:
    match test:
        case tree.RangeOf(start=start, end=end):
            yield from (side for side in (start, end) if side is not None)
        case tree.EqualityTest(value=value):
            yield value
        case tree.ListOf(items=items):
            yield from items
        case _:
            yield test


def _difference(
    rule: Rule, left: tree.Node, right: tree.Node | None, known: Sequence[str], attribute: str
) -> Difference | None:
    whole = _compiled(left, right, known)
    if whole is not None:
        return Difference(rule, whole)
    for one, other in ((left, right), (right, left)):
        if _ends_in(one, attribute) and other is not None:
            alone = _compiled(other, None, known)
            if alone is not None:
                return Difference(rule, alone, moved=True)
    return None


def _ends_in(node: tree.Node | None, attribute: str) -> bool:
    match node:
        case tree.Path(attribute=last):
            return last == attribute
        case tree.Name(name=name):
            return name == attribute
    return False


def _compiled(left: tree.Node, right: tree.Node | None, known: Sequence[str]) -> Expression | None:
    first, second = feel_text(left), "" if right is None else feel_text(right)
    if first is None or second is None:
        return None
    try:
        return compile_expression(f"{first} - {second}" if second else first, known)
    except FeelError:  # it has a name that is bound around it
        return None


def sign_of(difference: Difference, names: Any, moved: Any) -> Sign:
    """-1, 0 or 1; None where the sides have no difference: unknown, null, text."""
    try:
        value = difference.expression.evaluate(names)
    except FeelError:
        return None
    try:
        return sign(moved - value if difference.moved else value)
    except TypeError:
        return None


def sign(difference: Any) -> Sign:
    """-1, 0 or 1 of a number or a time between days; None of what is neither."""
    if isinstance(difference, timedelta):
        difference = Decimal(difference.days)
    if not isinstance(difference, Decimal):
        return None
    return (difference > 0) - (difference < 0)


def turning_points(said: Callable[[int], Any], start: int, lowest: int, highest: int) -> list[int]:
    """The whole numbers from `lowest` to `highest` at which `said` differs from the number before or after.

    Found by halving between numbers where it differs; `said` is to be constant between the points where it
    turns, and those numbers are to lie between some of the numbers looked at first: the start, the ends, and
    steps of ever greater length from the start. Includes the ends.
    """
    known: dict[int, Any] = {}

    def at(number: int) -> Any:
        if number not in known:
            known[number] = said(number)
        return known[number]

    looked = sorted({lowest, highest, *_ever_further(start, lowest, highest)})
    waiting = list(pairwise(looked))
    while waiting and len(known) < MOST_STEPS:
        low, high = waiting.pop()
        if at(low) != at(high) and high - low > 1:
            middle = (low + high) // 2
            waiting += [(low, middle), (middle, high)]
    tried = sorted(known)
    edges = {number for low, high in pairwise(tried) if known[low] != known[high] for number in (low, high)}
    return sorted(edges | {lowest, highest})


def _ever_further(start: int, lowest: int, highest: int) -> Iterator[int]:
    yield start
    for sign in (-1, 1):
        step = 1
        while lowest <= start + sign * step <= highest:
            yield start + sign * step
            step *= 2
