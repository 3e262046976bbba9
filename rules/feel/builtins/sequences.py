"""Functions that look into a list or make one of others (DMN 1.5, 10.3.4.4). Positions count from 1, or back from -1.

They take unknown items as they are: a list of which one item is unknown still has a first item and a length.
"""

from __future__ import annotations

import functools
from decimal import Decimal

from rules.feel import limits
from rules.feel.builtins.declare import builtin
from rules.feel.errors import FeelError
from rules.feel.logic import any_of
from rules.feel.numbers import whole
from rules.feel.operators import equal, less
from rules.feel.values import Function, Unknown, Value, unknown_of


def _alike(one: Value, other: Value) -> Value:
    """Equal as list functions have it: null is null, other kinds are just different."""
    same = equal(one, other)
    return False if same is None else same


def _bounded(items: list[Value]) -> list[Value]:
    if len(items) > limits.ITEMS:
        raise FeelError(f"a list would have more than {limits.ITEMS} items")
    return items


@builtin("list contains(list: list, element: any)", lenient=True)
def list_contains(items: Value, element: Value) -> Value:
    if isinstance(items, Unknown):
        return unknown_of((items, element))
    return any_of(_alike(item, element) for item in items)


@builtin("append(list: list, item: any…)", lenient=True, passes_on=True)
def append(items: Value, *added: Value) -> Value:
    return items if isinstance(items, Unknown) else _bounded([*items, *added])


@builtin("concatenate(list: list…)", lenient=True, passes_on=True)
def concatenate(*lists: Value) -> Value:
    missing = unknown_of(lists)
    return _bounded([item for items in lists for item in items]) if missing is None else missing


@builtin("reverse(list: list)", lenient=True, passes_on=True)
def reverse(items: Value) -> Value:
    return items if isinstance(items, Unknown) else items[::-1]


@builtin("sublist(list: list, start position: number, length?: number|null)", lenient=True, passes_on=True)
def sublist(items: Value, start: Value, length: Value = None) -> Value:
    missing = unknown_of((items, start, length))
    if missing is not None:
        return missing
    first, count = whole(start), None if length is None else whole(length)
    if not first or abs(first) > len(items) or (length is not None and (count is None or count < 0)):
        return None
    begin = first - 1 if first > 0 else len(items) + first
    if count is not None and begin + count > len(items):
        return None
    return items[begin:] if count is None else items[begin : begin + count]


@builtin("insert before(list: list, position: number, newItem: any)", lenient=True, passes_on=True)
def insert_before(items: Value, position: Value, added: Value) -> Value:
    missing = unknown_of((items, position))
    if missing is not None:
        return missing
    index = _index(items, position)
    return None if index is None else [*items[:index], added, *items[index:]]


@builtin("remove(list: list, position: number)", lenient=True, passes_on=True)
def remove(items: Value, position: Value) -> Value:
    missing = unknown_of((items, position))
    if missing is not None:
        return missing
    index = _index(items, position)
    return None if index is None else [*items[:index], *items[index + 1 :]]


@builtin(
    "list replace(list: list, position: number, newItem: any)",
    "list replace(list: list, match: function, newItem: any)",
    lenient=True,
    passes_on=True,
)
def list_replace(items: Value, which: Value, new: Value) -> Value:
    """The list with one item replaced, or all those for which match(item, newItem) is true."""
    missing = unknown_of((items, which))
    if missing is not None:
        return missing
    if not isinstance(which, Function):
        index = _index(items, which)
        return None if index is None else [*items[:index], new, *items[index + 1 :]]
    if len(which.parameters) != 2:
        return None
    matched = [which.call(item, new) for item in items]
    missing = unknown_of(matched)
    if missing is not None:
        return missing
    if not all(isinstance(one, bool) for one in matched):
        return None
    return [new if replaced else item for item, replaced in zip(items, matched, strict=True)]


def _index(items: list[Value], position: Decimal) -> int | None:
    number = whole(position)
    if not number or abs(number) > len(items):
        return None
    return number - 1 if number > 0 else len(items) + number


@builtin("index of(list: list, match: any)", lenient=True)
def index_of(items: Value, match: Value) -> Value:
    if isinstance(items, Unknown):
        return unknown_of((items, match))
    alike = [_alike(item, match) for item in items]
    missing = unknown_of(alike)
    return [Decimal(place) for place, same in enumerate(alike, 1) if same] if missing is None else missing


@builtin("distinct values(list: list)", passes_on=True)
def distinct_values(items: list[Value]) -> Value:
    kept: list[Value] = []
    for item in items:
        if not any(_alike(item, other) is True for other in kept):
            kept.append(item)
    return kept


@builtin("union(list: list…)", passes_on=True)
def union(*lists: list[Value]) -> Value:
    return distinct_values([item for items in lists for item in items])


@builtin("duplicate values(list: list)", passes_on=True)
def duplicate_values(items: list[Value]) -> Value:
    return distinct_values(
        [item for item in items if sum(_alike(item, other) is True for other in items) > 1]
    )


@builtin("flatten(list: list)", lenient=True, passes_on=True)
def flatten(items: Value) -> Value:
    if isinstance(items, Unknown):
        return items
    flat: list[Value] = []
    waiting = list(reversed(items))
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting.extend(reversed(item))
        else:
            flat.append(item)
    return _bounded(flat)


@builtin("sort(list: list, precedes?: function)", lenient=True, passes_on=True)
def sort(items: Value, precedes: Value = None) -> Value:
    """The list in the order in which precedes(a, b) is true; without one, from small to large."""
    missing = unknown_of((items, precedes))
    if missing is not None:
        return missing
    if precedes is not None and len(precedes.parameters) != 2:
        return None
    before = precedes.call if precedes is not None else less
    try:
        return sorted(items, key=functools.cmp_to_key(lambda one, other: _order(before, one, other)))
    except _Unsortable as found:
        return found.value


class _Unsortable(Exception):
    """Two items have no known order: the sorted list is `value`, unknown or null."""

    def __init__(self, value: Value) -> None:
        super().__init__()
        self.value = value


def _order(before: Function | object, one: Value, other: Value) -> int:
    for first, second, order in ((one, other, -1), (other, one, 1)):
        holds = before(first, second)  # type: ignore[operator]  # a FEEL function's call or `less`
        if isinstance(holds, Unknown):
            raise _Unsortable(holds)
        if holds is None:
            raise _Unsortable(None)
        if holds is True:
            return order
    return 0
