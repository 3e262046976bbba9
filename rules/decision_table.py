"""A decision table as a part of an expression: its tree, and what that compiles to (DMN 1.5, chapter 8).

Being a node like any other, a table has the facts it may read, unknowns and reads as every expression has them, and
can stand wherever an expression can: in the `where` of a rule, in a decision of a DMN model.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rules.feel import tree
from rules.feel.compile import compile_node, passes_test
from rules.feel.frame import Frame, Step
from rules.feel.logic import all_of
from rules.feel.scope import Scope
from rules.feel.values import Context, Unknown, Value
from rules.hit_policy import Hit, HitPolicy, outcome


@dataclass(frozen=True, slots=True)
class Output(tree.Node):
    """A column of outputs: its name, its values from the most to the least preferred, what it is by default."""

    name: str
    values: tuple[tree.Node, ...] = ()
    default: tree.Node | None = None


@dataclass(frozen=True, slots=True)
class Row(tree.Node):
    """The conditions that must all hold, and an expression for each output."""

    conditions: tuple[tree.Node, ...]
    outputs: tuple[tree.Node, ...]


@dataclass(frozen=True, slots=True)
class Table(tree.Node):
    """A decision table. `allowed` are conditions on the inputs without which the table says null.

    One output gives its value, several a context of them by name.
    """

    policy: HitPolicy
    outputs: tuple[Output, ...]
    rows: tuple[Row, ...]
    allowed: tuple[tree.Node, ...] = ()


_Ranking = Callable[[Frame, Value], Value]


@compile_node.register
def _table(node: Table, scope: Scope) -> Step:
    allowed = [compile_node(condition, scope) for condition in node.allowed]
    rows = [
        (
            [compile_node(condition, scope) for condition in row.conditions],
            _outputs(node.outputs, row.outputs, scope),
        )
        for row in node.rows
    ]
    defaults = [output.default or tree.Constant(output.place, None) for output in node.outputs]
    default = _outputs(node.outputs, tuple(defaults), scope)
    without_default = all(output.default is None for output in node.outputs)
    ranking = _ranking(node.outputs, scope)
    policy = node.policy

    def decided(frame: Frame) -> Value:
        frame.run.spend(len(rows))
        permitted = all_of(condition(frame) for condition in allowed)
        if permitted is False:
            return None
        hits: list[Hit] = []
        for conditions, output in rows:
            holds = all_of(condition(frame) for condition in conditions)
            if holds is not True and not isinstance(holds, Unknown):
                continue
            value = output(frame)
            hits.append(Hit(holds, value, ranking(frame, value)))
            if holds is True and policy is HitPolicy.FIRST:
                break
        found = outcome(policy, hits, None if without_default else default(frame))
        if isinstance(permitted, Unknown) and found is not None:
            return Unknown(permitted.missing)
        return found

    return decided


def _outputs(columns: tuple[Output, ...], values: tuple[tree.Node, ...], scope: Scope) -> Step:
    """The one value, or the context of several."""
    steps = [compile_node(value, scope) for value in values]
    if len(columns) == 1:
        return steps[0]
    names = [column.name for column in columns]
    return lambda frame: Context(zip(names, (step(frame) for step in steps), strict=True))


def _ranking(columns: tuple[Output, ...], scope: Scope) -> _Ranking:
    """How far back an output stands among the values its columns list; the columns from the left."""
    listed = [
        (column.name, [compile_node(value, scope) for value in column.values])
        for column in columns
        if column.values
    ]

    def rank(frame: Frame, output: Value) -> Value:
        places: list[int] = []
        for name, values in listed:
            value = output[name] if len(columns) > 1 else output
            if isinstance(value, Unknown):
                return value
            passed = (place for place, test in enumerate(values) if passes_test(value, test(frame)) is True)
            places.append(next(passed, len(values)))
        return tuple(places)

    return rank
