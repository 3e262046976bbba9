"""One rule while its columns are being written: what its names stand for, on one day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from rules.feel import FeelError, tree
from rules.feel.builtins import BUILTINS
from rules.feel.compile import compile_node
from rules.feel.expression import Expression
from rules.feel.scope import Scope, Slots
from rules.feel.values import Months, Unknown
from rules.population.frame import Frame
from rules.population.terms import Flag, NotColumns, Term, either, exact_float, literal
from rules.rule import Definition, Rule
from rules.watched_day import TODAY

_OWN_NAMES = (tree.For, tree.Quantified, tree.Filter, tree.FunctionDefinition, tree.ContextOf, tree.In)
_MOST_EXACT = 2**53  # the whole numbers a column of floating point holds exactly


@dataclass(frozen=True)
class Used:
    """What another rule says: its answer (unknown where undetermined), and its values."""

    answer: Term
    values: Mapping[str, Term]


@dataclass
class Body:
    """`fixed` are the names with one value for everybody: the day, settings, law, and `where` made of these."""

    rule: Rule
    on: date
    frame: Frame
    fixed: dict[str, Any]
    used: Mapping[str, Used]
    write: Callable[[tree.Node, Body], Term]
    bound: Mapping[str, Term] = field(default_factory=dict)
    item: Term | None = None
    """Within a filter: the item, whose attributes are names."""
    _named: dict[str, tuple[Term, Flag]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for definition in self.rule.where:
            if self.is_fixed(definition.expression.tree):
                self.fixed[definition.name] = self.fixed_value(definition.expression.tree)

    def named(self, name: str) -> Term:
        """What a name stands for. Raises NotColumns."""
        if name in self.bound:
            return self.bound[name]
        if self.item is not None:
            concept = f"{self.item.where.subject}.{name}"
            if concept in self.frame.model.concepts:
                return self.frame.fact(self.item, name)
        if name in self.fixed:
            return constant(self.fixed[name])
        if self.bound or self.item is not None:
            raise NotColumns(f"`{name}` within a list, which stands outside it")
        if name == self.rule.about:
            return self.frame.subject
        if name in self.used:
            return Term(None, "used rule", where=self.used[name])
        if name not in self._named:
            with self.frame.doubts_aside() as doubts:
                term = self.frame.keep(self.value(self._definition(name).expression.tree))
            self._named[name] = term, self.frame.kept(either(*doubts))
        term, doubt = self._named[name]
        self.frame.doubts.append(doubt)
        return term

    def _definition(self, name: str) -> Definition:
        for definition in (*self.rule.where, *self.rule.outcome):
            if definition.name == name:
                return definition
        raise NotColumns(f"`{name}` as a value")

    def value(self, node: tree.Node) -> Term:
        """The value of a node for every row."""
        if self.is_fixed(node):
            return constant(self.fixed_value(node))
        return self.write(node, self)

    def is_fixed(self, node: tree.Node) -> bool:
        """Does everybody get the same value?"""
        for one in tree.every_node(node):
            if isinstance(one, _OWN_NAMES):
                return False
            if isinstance(one, tree.Name):
                attribute = self.item is not None and f"{self.item.where.subject}.{one.name}"
                if one.name in self.bound or attribute in self.frame.model.concepts:
                    return False
                if one.name not in self.fixed and one.name not in BUILTINS:
                    return False
        return True

    def fixed_value(self, node: tree.Node) -> Any:
        slots = Slots()
        step = compile_node(node, Scope(frozenset(self.fixed), BUILTINS, slots))
        try:
            return Expression("", node, step, slots.used, ()).evaluate(self.fixed)
        except FeelError as error:
            raise NotColumns(error.message) from error


def constant(value: Any) -> Term:
    """A plain value as a term. Raises NotColumns for a kind that has no column."""
    if isinstance(value, Unknown):
        return Term(literal(None), "null", known=False)
    if value is None:
        return Term(literal(None), "null", constant=(None,))
    if isinstance(value, bool):
        return Term(literal(value), "boolean", constant=(value,))
    if isinstance(value, Decimal):
        whole = value == value.to_integral_value() and abs(value) < _MOST_EXACT
        return Term(exact_float(value), "number", whole=whole, constant=(value,))
    if isinstance(value, str):
        return Term(literal(value), "text", constant=(value,))
    if isinstance(value, date):
        return Term(literal(value), "date", constant=(value,))
    if isinstance(value, Months):
        return Term(None, "months", constant=(value,))
    if isinstance(value, timedelta) and not value % timedelta(days=1):
        return Term(None, "days", constant=(value,))
    raise NotColumns(f"a fixed value that is a {type(value).__name__}")


def fixed_names(rule: Rule, on: date, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The day, the settings, the values of law that day (unknown where there is none), …"""
    by_setting = {setting.name: settings.get(setting.name, setting.default) for setting in rule.settings}
    names: dict[str, Any] = {TODAY: on, **by_setting}
    for parameter in rule.parameters:
        dated = parameter.at(on, {**settings, **by_setting})
        names[parameter.name] = Unknown((f"parameter {parameter.name}",)) if dated is None else dated.value
    return names
