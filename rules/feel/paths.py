"""Which facts an expression may read, told from its tree alone: what to fetch, and which rules a fact
concerns.

Each value is followed to the paths it may stand at (its *origins*): the `a` of `some a in child.parents
satisfies a.reserved` stands at child.parents, so `a.reserved` reads child.parents.reserved. A path counts
as read where its value is used; one that is only walked through counts when nothing beyond it does.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field

from rules.feel import tree
from rules.feel.builtins.declare import Builtin
from rules.feel.scope import ITEM, TESTED
from rules.feel.values import Function

Origins = tuple[str, ...]
_MAX_INLINE = 8


@dataclass(frozen=True)
class Shape:
    """What is known of a value before it is there: where it may stand, a made context's entries, a function."""

    origins: Origins = ()
    entries: tuple[tuple[str, Shape], ...] = ()
    function: tuple[tree.FunctionDefinition, Names] | None = None


@dataclass(frozen=True)
class Names:
    """The bound names with their shapes, innermost first, and what else a name may be."""

    roots: frozenset[str]
    functions: Mapping[str, Function]
    bound: tuple[tuple[str, Shape], ...] = ()

    def with_(self, name: str, shape: Shape) -> Names:
        return Names(self.roots, self.functions, ((name, shape), *self.bound))


@dataclass
class _Reads:
    used: dict[str, None] = field(default_factory=dict)
    walked: dict[str, None] = field(default_factory=dict)
    depth: int = 0

    def use(self, shape: Shape) -> None:
        for origin in shape.origins:
            self.used[origin] = None
        for _, entry in shape.entries:
            self.use(entry)

    def walk(self, shape: Shape) -> None:
        for origin in shape.origins:
            self.walked[origin] = None


def paths_read(node: tree.Node, roots: frozenset[str], functions: Mapping[str, Function]) -> tuple[str, ...]:
    """The dotted paths, from root names, that evaluating the tree may read; in the order of the text."""
    reads = _Reads()
    reads.use(_shape(node, Names(roots, functions), reads))
    for path in reads.walked:
        if not any(used == path or used.startswith(f"{path}.") for used in reads.used):
            reads.used[path] = None
    return tuple(reads.used)


@functools.singledispatch
def _shape(node: tree.Node, names: Names, reads: _Reads) -> Shape:
    """Any other node uses what is below it, and what it gives stands nowhere."""
    for child in tree.children(node):
        reads.use(_shape(child, names, reads))
    return Shape()


@_shape.register
def _name(node: tree.Name, names: Names, reads: _Reads) -> Shape:
    item: Shape | None = None
    for name, shape in names.bound:
        if name == node.name:
            return shape
        if name == ITEM and item is None:
            item = shape
    if node.name in names.roots:
        return Shape((node.name,))
    if item is not None and node.name not in names.functions:
        return _attribute(item, node.name)
    return Shape()


def _attribute(shape: Shape, name: str) -> Shape:
    entry = dict(shape.entries).get(name, Shape())
    origins = tuple(f"{origin}.{name}" for origin in shape.origins)
    return Shape((*origins, *entry.origins), entry.entries, entry.function)


@_shape.register
def _path(node: tree.Path, names: Names, reads: _Reads) -> Shape:
    return _attribute(_shape(node.base, names, reads), node.attribute)


@_shape.register
def _filter(node: tree.Filter, names: Names, reads: _Reads) -> Shape:
    base = _shape(node.base, names, reads)
    reads.walk(base)
    reads.use(_shape(node.condition, names.with_(ITEM, base), reads))
    return base


@_shape.register
def _if(node: tree.If, names: Names, reads: _Reads) -> Shape:
    reads.use(_shape(node.condition, names, reads))
    return _either(_shape(node.then, names, reads), _shape(node.otherwise, names, reads))


def _either(*shapes: Shape) -> Shape:
    origins = dict.fromkeys(origin for shape in shapes for origin in shape.origins)
    entries: dict[str, Shape] = {}
    for shape in shapes:
        for name, entry in shape.entries:
            entries[name] = _either(entries[name], entry) if name in entries else entry
    function = next((shape.function for shape in shapes if shape.function), None)
    return Shape(tuple(origins), tuple(entries.items()), function)


def _iterated(iterations: tuple[tree.Iteration, ...], names: Names, reads: _Reads) -> Names:
    for iteration in iterations:
        source = _shape(iteration.source, names, reads)
        if iteration.until is not None:
            reads.use(source)
            reads.use(_shape(iteration.until, names, reads))
            source = Shape()
        reads.walk(source)
        names = names.with_(iteration.name, source)
    return names


@_shape.register
def _for(node: tree.For, names: Names, reads: _Reads) -> Shape:
    inner = _iterated(node.iterations, names.with_("partial", Shape()), reads)
    return _shape(node.body, inner, reads)


@_shape.register
def _quantified(node: tree.Quantified, names: Names, reads: _Reads) -> Shape:
    reads.use(_shape(node.condition, _iterated(node.iterations, names, reads), reads))
    return Shape()


@_shape.register
def _in(node: tree.In, names: Names, reads: _Reads) -> Shape:
    value = _shape(node.value, names, reads)
    reads.use(value)
    for test in node.tests:
        reads.use(_shape(test, names.with_(TESTED, value), reads))
    return Shape()


@_shape.register
def _list_of(node: tree.ListOf, names: Names, reads: _Reads) -> Shape:
    return _either(*(_shape(item, names, reads) for item in node.items))


@_shape.register
def _context_of(node: tree.ContextOf, names: Names, reads: _Reads) -> Shape:
    entries = []
    for entry in node.entries:
        shape = _shape(entry.value, names, reads)
        entries.append((entry.key, shape))
        names = names.with_(entry.key, shape)
        reads.walk(shape)
    return Shape(entries=tuple(entries))


@_shape.register
def _function_definition(node: tree.FunctionDefinition, names: Names, reads: _Reads) -> Shape:
    inner = names
    for parameter in node.parameters:
        inner = inner.with_(parameter.name, Shape())
    reads.use(_shape(node.body, inner, reads))
    return Shape(function=(node, names))


@_shape.register
def _call(node: tree.Call, names: Names, reads: _Reads) -> Shape:
    called = _shape(node.function, names, reads)
    arguments = [_shape(argument.value, names, reads) for argument in node.arguments]
    if called.function is not None and reads.depth < _MAX_INLINE:
        return _inlined(node, called.function, arguments, reads)
    for argument in arguments:
        reads.use(argument)
        if argument.function is not None:
            _use_with_items(argument.function, arguments, reads)
    function = names.functions.get(node.function.name) if isinstance(node.function, tree.Name) else None
    if isinstance(function, Builtin) and function.passes_on:
        return _either(*arguments)
    return Shape()


def _inlined(
    node: tree.Call, function: tuple[tree.FunctionDefinition, Names], arguments: list[Shape], reads: _Reads
) -> Shape:
    """A call of the expression's own function reads what its body reads of the arguments."""
    definition, inner = function
    by_name = {one.name: shape for one, shape in zip(node.arguments, arguments, strict=True) if one.name}
    for position, parameter in enumerate(definition.parameters):
        given = arguments[position] if not by_name and position < len(arguments) else Shape()
        shape = by_name.get(parameter.name, given)
        reads.walk(shape)
        inner = inner.with_(parameter.name, shape)
    reads.depth += 1
    result = _shape(definition.body, inner, reads)
    reads.depth -= 1
    return result


def _use_with_items(
    function: tuple[tree.FunctionDefinition, Names], arguments: list[Shape], reads: _Reads
) -> None:
    """A function given to a built-in (sort's `precedes`) is called with items of the other arguments."""
    definition, inner = function
    items = _either(*(argument for argument in arguments if argument.function is None))
    for parameter in definition.parameters:
        inner = inner.with_(parameter.name, items)
    if reads.depth < _MAX_INLINE:
        reads.depth += 1
        reads.use(_shape(definition.body, inner, reads))
        reads.depth -= 1
