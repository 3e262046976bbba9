"""Statistics of a list of numbers (DMN 1.5, 10.3.4.4): mean, median, stddev, mode."""

from __future__ import annotations

from decimal import Decimal

from rules.feel.builtins.declare import builtin
from rules.feel.builtins.lists import numbers_of
from rules.feel.numbers import CONTEXT, finite
from rules.feel.values import Unknown, Value


def _sum(numbers: list[Decimal]) -> Decimal:
    total = Decimal(0)
    for number in numbers:
        total = CONTEXT.add(total, number)
    return total


@builtin("mean(list: any…)", lenient=True)
def mean(*arguments: Value) -> Value:
    numbers = numbers_of(arguments)
    if isinstance(numbers, Unknown):
        return numbers
    if not numbers:
        return None
    return finite(CONTEXT.divide(_sum(numbers), Decimal(len(numbers))))


@builtin("median(list: any…)", lenient=True)
def median(*arguments: Value) -> Value:
    numbers = numbers_of(arguments)
    if isinstance(numbers, Unknown):
        return numbers
    if not numbers:
        return None
    ordered = sorted(numbers)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return finite(CONTEXT.divide(CONTEXT.add(ordered[middle - 1], ordered[middle]), Decimal(2)))


@builtin("stddev(list: any…)", lenient=True)
def stddev(*arguments: Value) -> Value:
    """The standard deviation of a sample: null for fewer than two numbers."""
    numbers = numbers_of(arguments)
    if isinstance(numbers, Unknown):
        return numbers
    if not numbers or len(numbers) < 2:
        return None
    average = CONTEXT.divide(_sum(numbers), Decimal(len(numbers)))
    squares = [CONTEXT.power(CONTEXT.subtract(number, average), Decimal(2)) for number in numbers]
    return finite(CONTEXT.sqrt(CONTEXT.divide(_sum(squares), Decimal(len(numbers) - 1))))


@builtin("mode(list: any…)", lenient=True)
def mode(*arguments: Value) -> Value:
    """The most frequent numbers, from small to large."""
    numbers = numbers_of(arguments)
    if isinstance(numbers, Unknown) or numbers is None:
        return numbers
    counts: dict[Decimal, int] = {}
    for number in numbers:
        counts[number] = counts.get(number, 0) + 1
    most = max(counts.values(), default=0)
    return sorted(number for number, times in counts.items() if times == most)
