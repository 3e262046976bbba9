"""The syntax tree of an expression: small frozen nodes, each with its place in the text.

DMN 1.5, 10.3.1.2 has the grammar. Parentheses leave no node; `a and b and c` is one node with three operands.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Literal

from rules.feel.types import Type
from rules.feel.values import Value


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node starts in the text: line and column, both from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Node:
    place: Place


@dataclass(frozen=True, slots=True)
class Constant(Node):
    """A number, text, true, false, null, or an @-literal, as its value."""

    value: Value


@dataclass(frozen=True, slots=True)
class Faulty(Node):
    """What is well formed but means nothing, as `@"2024-13-01"`: an error to an author, null to the standard."""

    message: str


@dataclass(frozen=True, slots=True)
class Name(Node):
    name: str


@dataclass(frozen=True, slots=True)
class Negation(Node):
    operand: Node


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    operator: Literal["+", "-", "*", "/", "**"]
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    operator: Literal["=", "!=", "<", "<=", ">", ">="]
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class AllOf(Node):
    """a and b and …"""

    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class AnyOf(Node):
    """a or b or …"""

    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Between(Node):
    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class In(Node):
    """value in (test, test, …): holds when one of the tests does."""

    value: Node
    tests: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Negated(Node):
    """`not(tests)` of unary tests: holds when none of them does."""

    operand: Node


@dataclass(frozen=True, slots=True)
class InstanceOf(Node):
    value: Node
    type: Type


@dataclass(frozen=True, slots=True)
class Conformed(Node):
    """A value made to be of a type, as the typeRef of a boxed expression asks; null where it cannot be."""

    value: Node
    type: Type


@dataclass(frozen=True, slots=True)
class If(Node):
    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Iteration(Node):
    """`name in source`, or `name in source..until`."""

    name: str
    source: Node
    until: Node | None


@dataclass(frozen=True, slots=True)
class For(Node):
    iterations: tuple[Iteration, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    """some / every … satisfies."""

    quantifier: Literal["some", "every"]
    iterations: tuple[Iteration, ...]
    condition: Node


@dataclass(frozen=True, slots=True)
class Path(Node):
    base: Node
    attribute: str


@dataclass(frozen=True, slots=True)
class Filter(Node):
    base: Node
    condition: Node


@dataclass(frozen=True, slots=True)
class Argument(Node):
    """One argument of a call; `name` where it was given by name."""

    name: str | None
    value: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    function: Node
    arguments: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class Parameter(Node):
    name: str
    type: Type | None


@dataclass(frozen=True, slots=True)
class FunctionDefinition(Node):
    parameters: tuple[Parameter, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class ListOf(Node):
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class RangeOf(Node):
    """[start..end] and its open forms; a missing end stands for no bound: (>= 5)."""

    start: Node | None
    end: Node | None
    start_included: bool
    end_included: bool


@dataclass(frozen=True, slots=True)
class EqualityTest(Node):
    """The unary test `= value` or `!= value`, and the literals (= value) and (!= value)."""

    operator: Literal["=", "!="]
    value: Node


@dataclass(frozen=True, slots=True)
class Entry(Node):
    key: str
    value: Node


@dataclass(frozen=True, slots=True)
class ContextOf(Node):
    entries: tuple[Entry, ...]


def children(node: Node) -> Iterator[Node]:
    """The nodes right below a node, in the order they stand in the text."""
    for described in fields(node):
        value = getattr(node, described.name)
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            yield from (item for item in value if isinstance(item, Node))


def every_node(tree: Node) -> Iterator[Node]:
    """The node itself and all below it. Takes no stack, so that any depth can be asked."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(children(node))
