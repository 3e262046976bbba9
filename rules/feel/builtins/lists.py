"""What a list adds up to (DMN 1.5, 10.3.4.4): count, sum, mean, extremes, all, any.

Each takes one list, or its items as arguments of their own: sum(1, 2, 3).
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from rules.feel.builtins.declare import builtin
from rules.feel.logic import all_of, any_of
from rules.feel.numbers import CONTEXT, finite
from rules.feel.operators import ARITHMETIC, less
from rules.feel.values import Months, Unknown, Value, unknown_of


def _items(arguments: tuple[Value, ...]) -> list[Value] | Unknown:
    if len(arguments) == 1 and isinstance(arguments[0], (list, Unknown)):
        return arguments[0]
    return list(arguments)


def numbers_of(arguments: tuple[Value, ...]) -> list[Decimal] | Unknown | None:
    """The items when all are numbers; null when one is not, whatever the unknown ones are."""
    items = _items(arguments)
    if isinstance(items, Unknown):
        return items
    if not all(isinstance(item, (Decimal, Unknown)) for item in items):
        return None
    missing = unknown_of(items)
    return items if missing is None else missing


@builtin("count(list: list)", lenient=True)
def count(items: Value) -> Value:
    """How many items, known or not: three children are three, whatever else is not known of them."""
    return items if isinstance(items, Unknown) else Decimal(len(items))


@builtin("sum(list: any…)", lenient=True)
def sum_(*arguments: Value) -> Value:
    """The sum of numbers or durations; null for none at all."""
    items = _items(arguments)
    if isinstance(items, Unknown):
        return items
    if not items:
        return None
    if not all(isinstance(item, (Decimal, timedelta, Months, Unknown)) for item in items):
        return None
    add, total = ARITHMETIC["+"], items[0]
    for item in items[1:]:
        total = add(total, item)
    return total


@builtin("product(list: any…)", lenient=True)
def product(*arguments: Value) -> Value:
    numbers = numbers_of(arguments)
    if isinstance(numbers, Unknown):
        return numbers
    if not numbers:
        return None
    result = Decimal(1)
    for number in numbers:
        result = CONTEXT.multiply(result, number)
    return finite(result)


def _extreme(arguments: tuple[Value, ...], wanted: bool) -> Value:
    items = _items(arguments)
    if isinstance(items, Unknown):
        return items
    missing = unknown_of(items)
    known = [item for item in items if not isinstance(item, Unknown)]
    if not known:
        return missing
    best = known[0]
    for item in known[1:]:
        lesser = less(item, best)
        if lesser is None:
            return None
        if lesser is wanted:
            best = item
    if less(best, best) is None:
        return None
    return best if missing is None else missing


@builtin("min(list: any…)", lenient=True)
def min_(*arguments: Value) -> Value:
    return _extreme(arguments, True)


@builtin("max(list: any…)", lenient=True)
def max_(*arguments: Value) -> Value:
    return _extreme(arguments, False)


@builtin("all(list: any…)", lenient=True)
def all_(*arguments: Value) -> Value:
    items = _items(arguments)
    return items if isinstance(items, Unknown) else all_of(items)


@builtin("any(list: any…)", lenient=True)
def any_(*arguments: Value) -> Value:
    items = _items(arguments)
    return items if isinstance(items, Unknown) else any_of(items)
