"""What a rule's expressions are before any facts are there: one value for each stretch of days without a new rate.

Parameters change on known days and settings never, so an expression of these alone is worked out when the rule is
compiled, by the very closures that `determine` uses; a day finds its stretch by bisection, once.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from rules.feel import FeelError, tree
from rules.feel.builtins import BUILTINS
from rules.feel.compile import compile_node
from rules.feel.expression import Expression
from rules.feel.facts import told
from rules.feel.scope import Scope, Slots
from rules.feel.values import Months, each_unknown
from rules.plain.terms import FACT_TOP, Kind, NotPlain, Term
from rules.plain.writer import Writer
from rules.rule import Rule

_UNUSABLE = object()
_OWN_NAMES = (tree.For, tree.Quantified, tree.Filter, tree.FunctionDefinition, tree.ContextOf, tree.In)


class Stretches:
    """The stretches of a rule, and the columns its text asks for; `row` unpacks them at a day."""

    def __init__(self, rule: Rule, settings: Mapping[str, Any], writer: Writer) -> None:
        self.writer = writer
        periods = [dated.period for parameter in rule.parameters for dated in parameter.values]
        self.days = sorted({day for period in (*periods, *rule.in_force) for day in period.edges})
        firsts = [self.days[0] - timedelta(days=1), *self.days] if self.days else [date.min]
        self.in_force = [
            not rule.in_force or any(first in period for period in rule.in_force) for first in firsts
        ]
        by_setting = {setting.name: settings.get(setting.name, setting.default) for setting in rule.settings}
        self.names: list[dict[str, Any]] = []
        for first in firsts:
            dated = {p.name: p.at(first, {**settings, **by_setting}) for p in rule.parameters}
            values = {name: found.value for name, found in dated.items() if found is not None}
            self.names.append({**by_setting, **values})
        self.fixed = {*by_setting, *(parameter.name for parameter in rule.parameters)}
        self.usable = list(self.in_force)
        self.columns: dict[str, Sequence[Any]] = {}
        self._of_today: dict[str, tuple[Hashable, Callable[[date], Any]]] = {}
        self._roots = frozenset(self.fixed)
        for definition in rule.where:
            if self.is_fixed(definition.expression.tree, ()):
                for names, value in zip(self.names, self._values(definition.expression.tree), strict=True):
                    if value is not _UNUSABLE:
                        names[definition.name] = value
                self.fixed.add(definition.name)
                self._roots = frozenset(self.fixed)

    def is_fixed(self, node: tree.Node, bound: Collection[str]) -> bool:
        """Does the value depend on the day's row alone? `bound` are names that mean something else here."""
        functions = {id(one.function) for one in tree.every_node(node) if isinstance(one, tree.Call)}
        for one in tree.every_node(node):
            if isinstance(one, _OWN_NAMES):
                return False
            if isinstance(one, tree.Name) and (one.name in bound or one.name not in self.fixed):
                is_function = id(one) in functions and one.name in BUILTINS
                if not is_function or one.name in bound:
                    return False
        return True

    def _values(self, node: tree.Node) -> list[Any]:
        slots = Slots()
        step = compile_node(node, Scope(self._roots, BUILTINS, slots))
        expression = Expression("", node, step, slots.used, ())
        found = []
        for names, usable in zip(self.names, self.usable, strict=True):
            value: Any = _UNUSABLE
            if usable:
                try:
                    value = expression.evaluate(names)
                except FeelError:
                    value = _UNUSABLE
                if any(True for _ in each_unknown(value)):
                    value = _UNUSABLE
            found.append(value)
        return found

    def term(self, node: tree.Node) -> Term:
        """The value of a fixed expression. Raises NotPlain for a kind that has no plain form."""
        values = self._values(node)
        self.usable = [
            usable and value is not _UNUSABLE for usable, value in zip(self.usable, values, strict=True)
        ]
        known = [value for value in values if value is not _UNUSABLE]
        kind = _kind(known)
        plain = [_plain(value) if value is not _UNUSABLE else None for value in values]
        if all(type(value) is type(known[0]) and value == known[0] for value in known):
            return self._folded(known[0], kind)
        code = self._column(plain)
        exact = ""
        if kind.base == "number":
            exact = self._column(values) if kind.whole else code
        return Term(code, kind, atom=True, exact=exact)

    def _folded(self, value: Any, kind: Kind) -> Term:
        plain = _plain(value)
        if plain is None or isinstance(plain, bool | int):
            code = repr(plain) if plain is None or isinstance(plain, bool) or plain >= 0 else f"({plain})"
        else:
            code = self.writer.bind(plain, "fixed")
        exact = self.writer.bind(value, "exact") if kind.base == "number" else ""
        return Term(code, kind, atom=True, exact=exact, folded=(value,))

    def _column(self, values: Sequence[Any]) -> str:
        name = self.writer.fresh("dated")
        self.columns[name] = values
        return name

    def of_today(self, reckon: Callable[[date], Any], what: Hashable) -> str:
        """The name of what is reckoned from the day alone. The same `what` is reckoned once."""
        for name, (known, _) in self._of_today.items():
            if known == what:
                return name
        name = self.writer.fresh("today")
        self._of_today[name] = (what, reckon)
        return name

    def row(self, used: Collection[str]) -> list[str]:
        """The lines that find the row of `today` and unpack the columns that are used."""
        columns = {name: values for name, values in self.columns.items() if name in used}
        reckoned = {name: reckon for name, (_, reckon) in self._of_today.items() if name in used}
        if not columns and not reckoned and all(self.in_force) and all(self.usable):
            return []
        rows: list[tuple[Any, ...] | bool | None] = []
        for index, in_force in enumerate(self.in_force):
            row = tuple(values[index] for values in columns.values())
            rows.append(None if not in_force else row if self.usable[index] else False)
        table = self.writer.bind(Rows(tuple(self.days), rows, tuple(reckoned.values())), "rows")
        return [
            f"row = {table}[today]",
            "if not row:",
            "    if row is None:",
            '        return "no", {}',
            "    raise Beside",
            f"{', '.join(['_', *columns, *reckoned])}, = row",
        ]


class Rows(dict[date, tuple[Any, ...] | bool | None]):
    """What is fixed on a day: its stretch's columns and what is reckoned from the day itself.

    None: not in force; False: a value is lacking. Each day is worked out when it is first asked about.
    """

    MOST = 10_000

    def __init__(
        self,
        days: Sequence[date],
        rows: Sequence[tuple[Any, ...] | bool | None],
        reckoned: Sequence[Callable[[date], Any]],
    ) -> None:
        super().__init__()
        self.days, self.rows, self.reckoned = days, rows, reckoned

    def __missing__(self, today: date) -> tuple[Any, ...] | bool | None:
        row = self.rows[bisect_right(self.days, today)]
        if isinstance(row, tuple):
            row = (True, *row, *(reckon(today) for reckon in self.reckoned))
        if len(self) < self.MOST:
            self[today] = row
        return row


def _plain(value: Any) -> Any:
    """As the text has it: whole numbers as int, years and months as a number of months, days as a number of days."""
    if isinstance(value, Decimal) and abs(value) < 10**FACT_TOP and value == value.to_integral_value():
        return int(value)
    if isinstance(value, timedelta):
        return value.days
    return value.total if isinstance(value, Months) else value


def _kind(values: Sequence[Any]) -> Kind:
    """The kind all values have. Raises NotPlain."""
    told_values = [told(value) for value in values]
    there = [value for value in told_values if value is not None]
    null = len(there) < len(told_values)
    if not told_values:
        raise NotPlain("a value that is there on no day")
    if not there:
        return Kind("null", null=True)
    if all(isinstance(value, Decimal) for value in there):
        whole = any(isinstance(_plain(value), int) for value in there)
        top = max(max(value.adjusted() + 1, 0) if value else 0 for value in there)
        return Kind("number", null=null, whole=whole, top=top)
    for base, type_ in (
        ("boolean", bool),
        ("text", str),
        ("date", date),
        ("months", Months),
        ("days", timedelta),
    ):
        if all(type(value) is type_ for value in there):
            if base == "days" and any(value % timedelta(days=1) for value in there):
                raise NotPlain("a duration of hours")
            return Kind(base, null=null)  # type: ignore[arg-type]  # mypy widens the literals of the table
    raise NotPlain(f"a fixed value that is a {type(there[0]).__name__}")
