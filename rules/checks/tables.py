"""Decision tables whose rows overlap, are never reached, or leave a gap: a solver looks, the table itself confirms.

A row that no input can reach is proved (z3). An overlap or a gap is only told with an example, and only when the
table, asked with that example's facts on that day, says the same.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import z3

from rules.catalogue_loader import Catalogue
from rules.checks.examples import ANY_DAY, Example, examples
from rules.checks.formulas import Formulas, Truth
from rules.decision_table import Row, Table
from rules.evaluation import names_of
from rules.fact_tree import prepared
from rules.faults import Fault
from rules.feel import Expression, FeelError, tree
from rules.feel.expression import Vocabulary, compile_tree
from rules.hit_policy import HitPolicy
from rules.model import FactFault
from rules.rule import Rule

ONE_ROW = (HitPolicy.UNIQUE, HitPolicy.ANY, HitPolicy.FIRST, HitPolicy.PRIORITY)
"""The policies whose tables give one row's value, so that where no row holds there is none."""
EARLIER_WINS = (HitPolicy.FIRST,)


def tables_as_meant(rule: Rule, catalogue: Catalogue) -> Iterator[Fault]:
    """Faults in the decision tables of a rule's `where`."""
    for definition in rule.where:
        table = definition.expression.tree
        if isinstance(table, Table):
            yield from _Asked(rule, catalogue, table, definition.name).faults()


@dataclass
class _Asked:
    """One table of a rule, and what it says of examples."""

    rule: Rule
    catalogue: Catalogue
    table: Table
    name: str

    def __post_init__(self) -> None:
        self.formulas = Formulas(self.rule)
        self.holds = [self._holds(row).yes for row in self.table.rows]
        self.lines = [row.place.line for row in self.table.rows]

    def faults(self) -> Iterator[Fault]:
        unreached = [index for index in range(len(self.holds)) if not self._can_be(self._reached(index))]
        for index in unreached:
            never = not self._can_be([self.holds[index]])
            why = "no input can be so" if never else "the rows above it take all it could"
            yield self._fault(index, f"can never be reached: {why}")
        if self.table.policy in (HitPolicy.UNIQUE, HitPolicy.ANY):
            yield from self._overlaps(unreached)
        if self.table.policy in ONE_ROW and all(output.default is None for output in self.table.outputs):
            yield from self._gap()

    def _reached(self, index: int) -> list[Any]:
        if self.table.policy not in EARLIER_WINS:
            return [self.holds[index]]
        return [self.holds[index], *(z3.Not(earlier) for earlier in self.holds[:index])]

    def _overlaps(self, unreached: Sequence[int]) -> Iterator[Fault]:
        rows = [index for index in range(len(self.holds)) if index not in unreached]
        for first, second in combinations(rows, 2):
            for example in examples(self.formulas, [self.holds[first], self.holds[second]]):
                held = self._rows_that_hold(example) or ()
                if first in held and second in held and self._differ(first, second, example):
                    both = f"holds where the one in line {self.lines[first]} does"
                    yield self._fault(second, f"{both}, as for {example}; the table then gives null")
                    break

    def _gap(self) -> Iterator[Fault]:
        for example in examples(self.formulas, [z3.Not(row) for row in self.holds]):
            if self._rows_that_hold(example) == []:
                out = "add a row, or say what it is with 'otherwise'"
                line = self.table.place.line
                yield Fault(
                    self.rule.filename, line, f"table '{self.name}': no row holds for {example}; {out}"
                )
                return

    def _holds(self, row: Row) -> Truth:
        return self.formulas.truth(tree.AllOf(row.place, row.conditions))

    def _can_be(self, formulas: Sequence[Any]) -> bool:
        solver = self.formulas.solver()
        solver.add(*formulas)
        return bool(solver.check() != z3.unsat)

    def _fault(self, index: int, message: str) -> Fault:
        return Fault(
            self.rule.filename, self.lines[index], f"table '{self.name}', row {index + 1}: {message}"
        )

    # ---- what the table itself says

    def _rows_that_hold(self, example: Example) -> list[int] | None:
        """The rows that hold for an example; None where that is not known of each."""
        said = [self._value(test, example) for test in self._tests]
        if any(not isinstance(value, bool) and value is not None for value in said):
            return None
        return [index for index, value in enumerate(said) if value is True]

    def _differ(self, first: int, second: int, example: Example) -> bool:
        if self.table.policy is HitPolicy.UNIQUE:
            return True
        one, other = (self._value(self._outputs[index], example) for index in (first, second))
        return bool(one != other)

    @functools.cached_property
    def _tests(self) -> list[Expression]:
        return [self._compiled(tree.AllOf(row.place, row.conditions)) for row in self.table.rows]

    @functools.cached_property
    def _outputs(self) -> list[Expression]:
        return [self._compiled(tree.ListOf(row.place, row.outputs)) for row in self.table.rows]

    def _compiled(self, node: tree.Node) -> Expression:
        return compile_tree("row", node, Vocabulary.of(tuple(self._names(Example({}, ANY_DAY)))))

    def _names(self, example: Example) -> Mapping[str, Any]:
        facts = prepared(example.tree, self.rule.about, self.rule.model)
        return names_of(self.rule, example.on, facts, {}, self.catalogue.rules)

    def _value(self, expression: Expression, example: Example) -> Any:
        try:
            return expression.evaluate(self._names(example))
        except (FactFault, FeelError):
            return NotImplemented
