"""Compiles for, some and every: walks over lists and ranges, known or not (DMN 1.5, 10.3.2.7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from rules.feel import limits, tree
from rules.feel.compile import compile_node, compile_way
from rules.feel.errors import FeelError
from rules.feel.frame import Frame, Step
from rules.feel.logic import all_of, any_of
from rules.feel.numbers import whole
from rules.feel.scope import Scope
from rules.feel.values import Range, Unknown, Value, unknown_of

PARTIAL = "partial"


@dataclass(frozen=True, slots=True)
class Doubtful:
    """What the body gives for the items of a list nobody has told us: there may be none or many of them."""

    source: Unknown
    value: Value


@dataclass(frozen=True, slots=True)
class NothingToWalk:
    """The source is no list: the whole walk is null."""


@dataclass(frozen=True, slots=True)
class Walk:
    """One `name in source` of a loop: where the name lives, and what it runs over."""

    slot: int
    source: Step
    until: Step | None


def _walks(iterations: tuple[tree.Iteration, ...], scope: Scope) -> tuple[list[Walk], Scope]:
    """The loop's walks, each of which sees the names of those before it, and the scope of the body."""
    walks = []
    for iteration in iterations:
        source = compile_way(iteration.source, scope)
        until = compile_node(iteration.until, scope) if iteration.until is not None else None
        scope = scope.bind(iteration.name)
        walks.append(Walk(scope.last_slot, source, until))
    return walks, scope


def _values(walks: list[Walk], body: Step, frame: Frame) -> Iterator[Value]:
    """What the body gives for each combination, the first walk turning slowest."""
    if not walks:
        yield body(frame)
        return
    walk, deeper = walks[0], walks[1:]
    items = _source(walk, frame)
    if items is None:
        yield NothingToWalk()
    elif isinstance(items, Unknown):
        frame.slots[walk.slot] = items
        for value in _values(deeper, body, frame):
            yield Doubtful(items, value)
    else:
        for item in items:
            frame.run.spend()
            frame.slots[walk.slot] = item
            yield from _values(deeper, body, frame)


def _source(walk: Walk, frame: Frame) -> list[Value] | Unknown | None:
    source = walk.source(frame)
    if walk.until is not None:
        until = walk.until(frame)
        if source is None or until is None:
            return None
        missing = unknown_of((source, until))
        return steps_between(source, until) if missing is None else missing
    if isinstance(source, (list, Unknown)) or source is None:
        return source
    if isinstance(source, Range):
        return _items_in(source)
    return [source]


def _items_in(bounds: Range) -> list[Value] | None:
    """The numbers or days in a range, from its start up."""
    items = steps_between(bounds.start, bounds.end)
    if items is None or (len(items) > 1 and bounds.start > bounds.end):
        return None
    first = 0 if bounds.start_included else 1
    last = len(items) if bounds.end_included else len(items) - 1
    return items[first : max(first, last)]


def steps_between(start: Value, end: Value) -> list[Value] | None:
    """From start to end, both included, by one or by a day, upwards or downwards; None for other kinds of value."""
    first, last = whole(start), whole(end)
    days = isinstance(start, date) and isinstance(end, date)
    if days and not isinstance(start, datetime) and not isinstance(end, datetime):
        first, last = start.toordinal(), end.toordinal()
    if first is None or last is None:
        return None
    if abs(last - first) >= limits.ITEMS:
        raise FeelError(f"a range that is looped over has at most {limits.ITEMS} items")
    direction = 1 if last >= first else -1
    offsets = range(0, last - first + direction, direction)
    if days:
        return [start + timedelta(days=offset) for offset in offsets]
    return [Decimal(first + offset) for offset in offsets]


@compile_node.register
def _for(node: tree.For, scope: Scope) -> Step:
    with_partial = scope.bind(PARTIAL)
    walks, inner = _walks(node.iterations, with_partial)
    slot, body = with_partial.last_slot, compile_node(node.body, inner)
    asks_partial = any(
        isinstance(one, tree.Name) and one.name == PARTIAL for one in tree.every_node(node.body)
    )

    def listed(frame: Frame) -> Value:
        results: list[Value] = []
        missing: list[str] = []
        frame.slots[slot] = []
        for value in _values(walks, body, frame):
            if _is_nothing(value):
                return None
            if isinstance(value, Doubtful):
                missing.extend(_doubts(value))
                continue
            results.append(value)
            if len(results) > limits.ITEMS:
                raise FeelError(f"a list would have more than {limits.ITEMS} items")
            if asks_partial:
                frame.run.spend(len(results))
                frame.slots[slot] = list(results)
        return Unknown(missing) if missing else results

    return listed


def _is_nothing(value: Value) -> bool:
    return isinstance(value, NothingToWalk)


def _doubts(doubtful: Doubtful) -> tuple[str, ...]:
    """What is missing for a value that may be there none or many times."""
    inner = doubtful.value
    if isinstance(inner, Doubtful):
        return (*doubtful.source.missing, *_doubts(inner))
    return (*doubtful.source.missing, *(inner.missing if isinstance(inner, Unknown) else ()))


@compile_node.register
def _quantified(node: tree.Quantified, scope: Scope) -> Step:
    walks, inner = _walks(node.iterations, scope)
    condition = compile_node(node.condition, inner)
    some = node.quantifier == "some"
    settle = any_of if some else all_of

    def holds(frame: Frame) -> Value:
        values: list[Value] = []
        for value in _values(walks, condition, frame):
            if _is_nothing(value):
                return None
            if value is some:
                return some
            values.append(_weighed(value, not some) if isinstance(value, Doubtful) else value)
        return settle(values)

    return holds


def _weighed(doubtful: Doubtful, harmless: bool) -> Value:
    """For `some`, false items settle nothing, however many there are; for `every`, true ones."""
    inner: Value = doubtful.value
    while isinstance(inner, Doubtful):
        inner = inner.value
    if inner is harmless:
        return harmless
    if isinstance(inner, NothingToWalk):
        return Unknown(doubtful.source.missing)
    if isinstance(inner, Unknown):
        covered = [path for path in doubtful.source.missing if not _goes_on(path, inner.missing)]
        return Unknown([*covered, *inner.missing])
    return Unknown(_doubts(doubtful))


def _goes_on(path: str, deeper: tuple[str, ...]) -> bool:
    """Does one of the deeper paths lead through this one, so that asking for it asks for this too?"""
    return any(other.startswith(f"{path}.") for other in deeper)
