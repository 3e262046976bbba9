"""From syntax tree to nested closures, once per expression: names become slots, operators become functions.

Each kind of node has one small function here or in `compile_lists`, `compile_calls`; it is given the node
and the scope, compiles what is below it, and returns a step that takes a Frame and gives a value.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping

from rules.feel import tree
from rules.feel.errors import FeelError
from rules.feel.frame import Frame, Step
from rules.feel.kinds import conformed, is_instance
from rules.feel.logic import all_of, any_of, chosen, negated
from rules.feel.operators import (
    ARITHMETIC,
    COMPARISONS,
    equal,
    greater_or_equal,
    in_range,
    less_or_equal,
    negative,
    unequal,
)
from rules.feel.reading import read
from rules.feel.scope import TESTED, Found, Scope
from rules.feel.values import Range, Unknown, Value, unknown_of


@functools.singledispatch
def compile_node(node: tree.Node, scope: Scope) -> Step:
    """The step that gives the node's value. Raises FeelError for a name nobody knows."""
    raise TypeError(f"no way to compile {type(node).__name__}")


@compile_node.register
def _constant(node: tree.Constant, scope: Scope) -> Step:
    value = node.value
    return lambda frame: value


@compile_node.register
def _faulty(node: tree.Faulty, scope: Scope) -> Step:
    scope.refuse(FeelError(node.message, node.place.line, node.place.column))
    return lambda frame: None


@compile_node.register
def _name(node: tree.Name, scope: Scope) -> Step:
    return _named(node, scope, whole=True)


@compile_node.register
def _path(node: tree.Path, scope: Scope) -> Step:
    return _read_at(node, scope, whole=True)


def compile_way(node: tree.Node, scope: Scope) -> Step:
    """The step for a value on the way to something in it: a path's base, a list that is sifted or walked."""
    if isinstance(node, tree.Name):
        return _named(node, scope, whole=False)
    if isinstance(node, tree.Path):
        return _read_at(node, scope, whole=False)
    return compile_node(node, scope)


def _read_at(node: tree.Path, scope: Scope, whole: bool) -> Step:
    base, attribute = compile_way(node.base, scope), node.attribute
    return lambda frame: read(base(frame), attribute, frame.run.recorder, whole)


def _named(node: tree.Name, scope: Scope, whole: bool) -> Step:
    found = scope.find(node)
    outer = _outer(found, node.name, whole)
    if not found.items:
        return outer
    items, name = found.items, node.name

    def of_item_or_outer(frame: Frame) -> Value:
        for slot in items:
            item = frame.slots[slot]
            if isinstance(item, Mapping) and name in item:
                return read(item, name, frame.run.recorder, whole)
        return outer(frame)

    return of_item_or_outer


def _outer(found: Found, name: str, whole: bool) -> Step:
    """What a name means when no item of a filter has it as an attribute."""
    if found.slot is not None:
        slot = found.slot
        return lambda frame: frame.slots[slot]
    if found.root is not None:
        root = found.root
        return lambda frame: frame.run.root(root, whole)
    if found.function is not None:
        function = found.function
        return lambda frame: function
    if not found.items:
        return lambda frame: None  # nobody knows the name, and that is forgiven
    innermost = found.items[0]
    return lambda frame: read(frame.slots[innermost], name, frame.run.recorder, whole)


@compile_node.register
def _negation(node: tree.Negation, scope: Scope) -> Step:
    operand = compile_node(node.operand, scope)
    return lambda frame: negative(operand(frame))


@compile_node.register
def _arithmetic(node: tree.Arithmetic, scope: Scope) -> Step:
    reckon = ARITHMETIC[node.operator]
    left, right = compile_node(node.left, scope), compile_node(node.right, scope)
    return lambda frame: reckon(left(frame), right(frame))


@compile_node.register
def _comparison(node: tree.Comparison, scope: Scope) -> Step:
    compare = COMPARISONS[node.operator]
    left, right = compile_node(node.left, scope), compile_node(node.right, scope)
    return lambda frame: compare(left(frame), right(frame))


@compile_node.register
def _all_of(node: tree.AllOf, scope: Scope) -> Step:
    operands = [compile_node(operand, scope) for operand in node.operands]
    return lambda frame: all_of(operand(frame) for operand in operands)


@compile_node.register
def _any_of(node: tree.AnyOf, scope: Scope) -> Step:
    operands = [compile_node(operand, scope) for operand in node.operands]
    return lambda frame: any_of(operand(frame) for operand in operands)


@compile_node.register
def _if(node: tree.If, scope: Scope) -> Step:
    condition = compile_node(node.condition, scope)
    then, otherwise = compile_node(node.then, scope), compile_node(node.otherwise, scope)

    def choose(frame: Frame) -> Value:
        holds = condition(frame)
        if holds is True:
            return then(frame)
        if isinstance(holds, Unknown):
            return chosen(holds, (then(frame), otherwise(frame)))
        return otherwise(frame)

    return choose


@compile_node.register
def _between(node: tree.Between, scope: Scope) -> Step:
    value = compile_node(node.value, scope)
    low, high = compile_node(node.low, scope), compile_node(node.high, scope)

    def lies_between(frame: Frame) -> Value:
        found = value(frame)
        return all_of((greater_or_equal(found, low(frame)), less_or_equal(found, high(frame))))

    return lies_between


@compile_node.register
def _in(node: tree.In, scope: Scope) -> Step:
    value, inner = compile_node(node.value, scope), scope.bind(TESTED)
    tests = [
        (compile_node(test, inner), _asks_for_tested(test), isinstance(test, _CONDITIONS))
        for test in node.tests
    ]
    slot = inner.last_slot

    def passes(frame: Frame) -> Value:
        found = frame.slots[slot] = value(frame)
        return any_of(
            test(frame)
            if asks or (is_condition and found is not None and not isinstance(found, (bool, Unknown)))
            else passes_test(found, test(frame))
            for test, asks, is_condition in tests
        )

    return passes


_CONDITIONS = (tree.Comparison, tree.AllOf, tree.AnyOf, tree.Between, tree.In, tree.Quantified)
"""What gives true or false: a test that holds by itself, unless it is a truth that is tested."""


def _asks_for_tested(test: tree.Node) -> bool:
    """Is the test a condition on `?`, the value that is tested, rather than a value or range of its own?"""
    return any(isinstance(node, tree.Name) and node.name == TESTED for node in tree.every_node(test))


class Equality:
    """What the tests `= value` and `!= value` compile to where there is no order to make a range of."""

    __slots__ = ("negated", "value")

    def __init__(self, value: Value, negated: bool) -> None:
        self.value = value
        self.negated = negated


@compile_node.register
def _equality_test(node: tree.EqualityTest, scope: Scope) -> Step:
    value, negated = compile_node(node.value, scope), node.operator == "!="

    def test(frame: Frame) -> Value:
        found = value(frame)
        if not negated and less_or_equal(found, found) is True:
            return Range(found, found)
        return Equality(found, negated)

    return test


@compile_node.register
def _range_of(node: tree.RangeOf, scope: Scope) -> Step:
    start = compile_node(node.start, scope) if node.start is not None else None
    end = compile_node(node.end, scope) if node.end is not None else None
    start_included, end_included = node.start_included, node.end_included

    def bounds(frame: Frame) -> Value:
        low = start(frame) if start is not None else None
        high = end(frame) if end is not None else None
        if (start is not None and low is None) or (end is not None and high is None):
            return None
        missing = unknown_of((low, high))
        if missing is None and low is not None and high is not None and less_or_equal(low, high) is None:
            return None
        return Range(low, high, start_included, end_included) if missing is None else missing

    return bounds


def passes_test(value: Value, test: Value) -> Value:
    """Does the value pass one test of `in`: within a range, among a list, or equal?"""
    if isinstance(test, Unknown):
        return unknown_of((value, test))
    if isinstance(test, Range) and not isinstance(value, Range):
        return in_range(value, test)
    if isinstance(test, Equality):
        return (unequal if test.negated else equal)(value, test.value)
    if isinstance(test, list):
        if isinstance(value, list) and equal(value, test) is True:
            return True
        passed = (passes_test(value, one) for one in test)
        return any_of(False if one is None else one for one in passed)
    return equal(value, test)


@compile_node.register
def _negated(node: tree.Negated, scope: Scope) -> Step:
    operand = compile_node(node.operand, scope)
    return lambda frame: negated(operand(frame))


@compile_node.register
def _conformed(node: tree.Conformed, scope: Scope) -> Step:
    value, type_ = compile_node(node.value, scope), node.type
    return lambda frame: conformed(value(frame), type_)


@compile_node.register
def _instance_of(node: tree.InstanceOf, scope: Scope) -> Step:
    value, type_ = compile_node(node.value, scope), node.type
    return lambda frame: is_instance(value(frame), type_)
