"""range(from): a range from its text, "[1..5)" (DMN 1.5, table 72)."""

from __future__ import annotations

from typing import Any

from rules.feel import tree
from rules.feel.builtins.declare import REGISTER, builtin
from rules.feel.errors import FeelError
from rules.feel.names import KnownNames
from rules.feel.operators import less_or_equal, negative
from rules.feel.parse import parse
from rules.feel.values import Range, Value

_MAKERS = ("date", "time", "date and time", "duration")


@builtin("range(from: string)")
def range_(text: str) -> Value:
    """The range a text spells; null when it spells none, or one whose ends have no order."""
    try:
        node = parse(text, KnownNames(_MAKERS))
    except FeelError:
        return None
    if not isinstance(node, tree.RangeOf) or node.start is None or node.end is None:
        return None
    start, end = _constant(node.start), _constant(node.end)
    if less_or_equal(start, end) is not True:
        return None
    return Range(start, end, node.start_included, node.end_included)


def _constant(node: tree.Node) -> Any:
    """What a literal stands for, a sign or a maker such as date("…") before it; null for anything else."""
    if isinstance(node, tree.Constant):
        return node.value
    if isinstance(node, tree.Negation):
        return negative(_constant(node.operand))
    if isinstance(node, tree.Call) and isinstance(node.function, tree.Name) and node.function.name in _MAKERS:
        return REGISTER[node.function.name].call(*(_constant(argument.value) for argument in node.arguments))
    return None
