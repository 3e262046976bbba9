"""Amounts of unlike units beside each other: kroner a month against kroner a year is an error.

Each expression's unit follows from those of its parts. A number written in the expression takes the unit of
what it stands beside (`income > 100000`) and has none in a product (`0.06 * income`). Where a unit is not
said, nothing is claimed.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from rules.catalogue_loader import Catalogue
from rules.faults import Fault
from rules.feel import tree
from rules.model import FactFault
from rules.rule import Rule
from rules.units import BARE, Unit, read_unit


@dataclass(frozen=True)
class Written:
    """The unit of a number that stands in the expression: what it is beside decides."""


WRITTEN = Written()
Found = Unit | Written | None  # None: not said

_ALIKE = {"sum", "min", "max", "mean", "median"}  # the result is of the same unit as each of the values
_KEPT = {"abs", "floor", "ceiling", "decimal", "round half up", "round half down", "round up", "round down"}
_SIGNS = {"+": "added to", "-": "set against"}


def mixed_units(rule: Rule, catalogue: Catalogue) -> Iterator[Fault]:
    """Sums, comparisons and choices of unlike units, and results of another unit than the rule says."""
    reader = _Reader(rule, catalogue)
    for definition in (*rule.where, *rule.outcome):
        what = f"'{definition.name}'"
        found = reader.read(definition.expression.tree, definition.line, what)
        said = read_unit(definition.unit)
        if said is not None and isinstance(found, Unit) and found != said:
            reader.fault(f"is said to be {said}, but comes out as {found}")
        reader.names[definition.name] = said if said is not None else found
    for condition in rule.conditions:
        reader.read(condition.that.tree, condition.line, f"condition '{condition.id}'")
    for item in rule.discretion:
        reader.read(item.when.tree, item.line, f"discretion '{item.id}'")
    yield from reader.faults


@dataclass
class _Reader:
    """Reads one rule's expressions: the units of names, the paths of loop variables, and the faults so far."""

    rule: Rule
    catalogue: Catalogue
    names: dict[str, Found] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    line: int = 0
    what: str = ""

    def __post_init__(self) -> None:
        self.names.update({item.name: read_unit(item.unit) for item in self.rule.parameters})

    def read(self, node: tree.Node, line: int, what: str) -> Found:
        self.line, self.what = line, what
        return unit_of(node, self, {})

    def fault(self, message: str) -> None:
        self.faults.append(Fault(self.rule.filename, self.line, f"{self.what} {message}"))

    def common(self, units: list[Found], how: str) -> Found:
        """The one unit of all that has a unit; a fault where there are two."""
        said = list(dict.fromkeys(unit for unit in units if isinstance(unit, Unit)))
        if len(said) > 1:
            self.fault(
                f"has {said[0]} {how} {said[1]}: bring both to one unit first, "
                "by a parameter with a unit of its own such as months/year"
            )
            return None
        if said:
            return said[0]
        return WRITTEN if units and all(unit is WRITTEN for unit in units) else None

    def at_path(self, path: str) -> Found:
        """The unit of a fact, or of an outcome of a rule that is used."""
        first, _, rest = path.partition(".")
        if first in self.rule.uses:
            used = self.catalogue.rules.get(self.rule.uses[first])
            units = {value.name: value.unit for value in used.outcome} if used else {}
            return read_unit(units.get(rest, ""))
        try:
            return read_unit(self.rule.model.concept_at(path).unit)
        except FactFault:
            return None


Paths = Mapping[str, str]  # loop variable → the path of what it goes through
_ITEM = "item"  # what a filter looks at; names of its attributes stand alone there (DMN 1.5, 10.3.2.5)


@functools.singledispatch
def unit_of(node: tree.Node, reader: _Reader, paths: Paths) -> Found:
    """The unit of a node's value; what stands below it is read too, for its faults."""
    for child in tree.children(node):
        unit_of(child, reader, paths)
    return None


@unit_of.register
def _constant(node: tree.Constant, reader: _Reader, paths: Paths) -> Found:
    return WRITTEN if isinstance(node.value, Decimal) else None


@unit_of.register
def _name(node: tree.Name, reader: _Reader, paths: Paths) -> Found:
    if node.name in reader.names:
        return reader.names[node.name]
    path = _dotted(node, paths)
    return reader.at_path(path) if path is not None else None


@unit_of.register
def _path(node: tree.Path, reader: _Reader, paths: Paths) -> Found:
    path = _dotted(node, paths)
    if path is None:
        unit_of(node.base, reader, paths)
    return reader.at_path(path) if path is not None else None


@unit_of.register
def _negation(node: tree.Negation, reader: _Reader, paths: Paths) -> Found:
    return unit_of(node.operand, reader, paths)


@unit_of.register
def _arithmetic(node: tree.Arithmetic, reader: _Reader, paths: Paths) -> Found:
    left, right = unit_of(node.left, reader, paths), unit_of(node.right, reader, paths)
    if node.operator in _SIGNS:
        return reader.common([left, right], _SIGNS[node.operator])
    if left is None or right is None or node.operator == "**":
        return None
    if left is WRITTEN and right is WRITTEN:
        return WRITTEN
    first = left if isinstance(left, Unit) else BARE
    second = right if isinstance(right, Unit) else BARE
    return first.times(second, 1 if node.operator == "*" else -1)


@unit_of.register
def _comparison(node: tree.Comparison, reader: _Reader, paths: Paths) -> Found:
    reader.common([unit_of(node.left, reader, paths), unit_of(node.right, reader, paths)], "compared with")
    return None


@unit_of.register
def _between(node: tree.Between, reader: _Reader, paths: Paths) -> Found:
    reader.common([unit_of(one, reader, paths) for one in (node.value, node.low, node.high)], "compared with")
    return None


@unit_of.register
def _in(node: tree.In, reader: _Reader, paths: Paths) -> Found:
    bounds = [end for test in node.tests for end in _ends(test)]
    reader.common([unit_of(one, reader, paths) for one in (node.value, *bounds)], "compared with")
    return None


@unit_of.register
def _if(node: tree.If, reader: _Reader, paths: Paths) -> Found:
    unit_of(node.condition, reader, paths)
    branches = [unit_of(node.then, reader, paths), unit_of(node.otherwise, reader, paths)]
    found = reader.common(branches, "or else")
    return None if None in branches else found


@unit_of.register
def _call(node: tree.Call, reader: _Reader, paths: Paths) -> Found:
    units = [unit_of(argument.value, reader, paths) for argument in node.arguments]
    name = node.function.name if isinstance(node.function, tree.Name) else ""
    if name in _ALIKE:
        found = reader.common(units, "beside")
        return None if None in units else found
    if name == "count":
        return BARE
    return units[0] if name in _KEPT and units else None


@unit_of.register
def _list_of(node: tree.ListOf, reader: _Reader, paths: Paths) -> Found:
    units = [unit_of(item, reader, paths) for item in node.items]
    said = set(units)
    return said.pop() if len(said) == 1 else None


@unit_of.register
def _filter(node: tree.Filter, reader: _Reader, paths: Paths) -> Found:
    path = _dotted(node.base, paths)
    if path is not None:
        unit_of(node.condition, reader, {**paths, _ITEM: path})
    return unit_of(node.base, reader, paths)


@unit_of.register
def _for(node: tree.For, reader: _Reader, paths: Paths) -> Found:
    return unit_of(node.body, reader, _within(node.iterations, reader, paths))


@unit_of.register
def _quantified(node: tree.Quantified, reader: _Reader, paths: Paths) -> Found:
    unit_of(node.condition, reader, _within(node.iterations, reader, paths))
    return None


def _within(iterations: tuple[tree.Iteration, ...], reader: _Reader, paths: Paths) -> Paths:
    inner = dict(paths)
    for iteration in iterations:
        unit_of(iteration.source, reader, inner)
        path = _dotted(iteration.source, inner)
        if path is not None:
            inner[iteration.name] = path
    return inner


def _ends(test: tree.Node) -> tuple[tree.Node, ...]:
    if isinstance(test, tree.RangeOf):
        return tuple(end for end in (test.start, test.end) if end is not None)
    return (test,)


def _dotted(node: tree.Node, paths: Paths) -> str | None:
    """The path of facts a node names: 'child.household.adults'."""
    if isinstance(node, tree.Name):
        if node.name not in paths and _ITEM in paths:
            return f"{paths[_ITEM]}.{node.name}"
        return paths.get(node.name, node.name)
    if isinstance(node, tree.Filter):
        return _dotted(node.base, paths)
    if isinstance(node, tree.Path):
        base = _dotted(node.base, paths)
        return None if base is None else f"{base}.{node.attribute}"
    return None
