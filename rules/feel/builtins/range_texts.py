"""range(from): a range from its text, "[1..5)" (DMN 1.5, table 72)."""

from __future__ import annotations

import re
from typing import Any

from rules.feel import tree
from rules.feel.builtins.declare import REGISTER, builtin
from rules.feel.errors import FeelError
from rules.feel.names import KnownNames
from rules.feel.operators import less_or_equal, negative
from rules.feel.parse import parse
from rules.feel.values import Range, Value

_MAKERS = ("date", "time", "date and time", "duration")


_WITHOUT_START = re.compile(r"\s*[(\]]\s*\.\.(?P<end>.+?)(?P<bracket>[\])\[])\s*", re.DOTALL)
_WITHOUT_END = re.compile(r"\s*(?P<bracket>[\[(\]])(?P<start>.+?)\.\.\s*[)\[]\s*", re.DOTALL)


@builtin("range(from: string)")
def range_(text: str) -> Value:
    """The range a text spells; null when it spells none, or one whose ends have no order.

    `[1..)` and `(..1]` have one end: the open side leaves it out.
    """
    if found := _WITHOUT_START.fullmatch(text):
        end = _read(found["end"])
        return (
            None if less_or_equal(end, end) is not True else Range(None, end, False, found["bracket"] == "]")
        )
    if found := _WITHOUT_END.fullmatch(text):
        start = _read(found["start"])
        included = found["bracket"] == "["
        return None if less_or_equal(start, start) is not True else Range(start, None, included, False)
    node = _parsed(text)
    if not isinstance(node, tree.RangeOf) or node.start is None or node.end is None:
        return None
    start, end = _constant(node.start), _constant(node.end)
    if less_or_equal(start, end) is not True:
        return None
    return Range(start, end, node.start_included, node.end_included)


def _parsed(text: str) -> tree.Node | None:
    try:
        return parse(text, KnownNames(_MAKERS))
    except FeelError:
        return None


def _read(text: str) -> Any:
    node = _parsed(text)
    return None if node is None else _constant(node)


def _constant(node: tree.Node) -> Any:
    """What a literal stands for, a sign or a maker such as date("…") before it; null for anything else."""
    if isinstance(node, tree.Constant):
        return node.value
    if isinstance(node, tree.Negation):
        return negative(_constant(node.operand))
    if isinstance(node, tree.Call) and isinstance(node.function, tree.Name) and node.function.name in _MAKERS:
        return REGISTER[node.function.name].call(*(_constant(argument.value) for argument in node.arguments))
    return None
