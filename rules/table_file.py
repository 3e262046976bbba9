"""A decision table as a rule file writes it: under a name in `where`, one row a line."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection
from datetime import date

from rules.decision_table import Output, Row, Table
from rules.feel import Expression, FeelError, compile_expression, tree
from rules.feel.expression import Vocabulary, compile_tree
from rules.hit_policy import HitPolicy
from rules.reading import Faults, Section, expression_text
from rules.yaml_source import Node

_POLICIES = [policy.value for policy in HitPolicy]


def read_table(node: Node, names: Collection[str], faults: Faults, what: str) -> Expression:
    """The table as an expression that may use the names. Faults are added, each with its line."""
    section = Section(node, faults, what)
    before = len(faults.found)
    table = _Reader(section, Vocabulary.of(names), faults, what).table()
    section.finish()
    if len(faults.found) == before:
        try:
            return compile_tree(f"table {what}", table, Vocabulary.of(names))
        except FeelError as error:
            faults.add(error.line or node.line, f"{what}: {error.message}")
    return compile_expression("null", ())


class _Reader:
    def __init__(self, section: Section, vocabulary: Vocabulary, faults: Faults, what: str) -> None:
        self.section, self.vocabulary, self.faults, self.what = section, vocabulary, faults, what
        self.place = tree.Place(section.line, 1)

    def table(self) -> Table:
        section = self.section
        policy = section.choice("table", _POLICIES, required=True) or HitPolicy.UNIQUE.value
        inputs = [self._expression(item, self.vocabulary.parse) for _, item in section.items("inputs")]
        outputs = self._outputs()
        rows = [self._row(item, inputs, len(outputs)) for _, item in section.items("rows")]
        for key, found in (("inputs", inputs), ("rows", rows)):
            if not found:
                self.faults.add(section.line, f"{self.what}: '{key}' is missing; give a list")
        made = tuple(row for row in rows if row is not None)
        return Table(self.place, HitPolicy(policy if policy in _POLICIES else "unique"), outputs, made)

    def _outputs(self) -> tuple[Output, ...]:
        """The columns: their names, with the preferred order of their values and what they are by default."""
        names = self.section.words("outputs") or ("value",)
        preferred = [
            self._expression(item, self.vocabulary.parse) for _, item in self.section.items("preferred")
        ]
        node = self.section.node_of("otherwise")
        cells = [] if node is None else list(node.value) if isinstance(node.value, tuple) else [node]
        if cells and len(cells) != len(names):
            assert node is not None
            self.faults.add(
                node.line, f"{self.what}: 'otherwise' has {len(cells)} values for {len(names)} outputs"
            )
            cells = []
        defaults: list[tree.Node | None] = [self._expression(cell, self.vocabulary.parse) for cell in cells]
        defaults = defaults or [None] * len(names)
        values = [tuple(preferred), *(() for _ in names[1:])]
        return tuple(
            Output(self.place, name, listed, default)
            for name, listed, default in zip(names, values, defaults, strict=True)
        )

    def _row(self, node: Node, inputs: list[tree.Node], outputs: int) -> Row | None:
        cells = node.value if isinstance(node.value, tuple) else ()
        if len(cells) != len(inputs) + outputs:
            self.faults.add(
                node.line,
                f"{self.what}: a row has {len(inputs)} tests and then {outputs} outputs,"
                f" this has {len(cells)} cells",
            )
            return None
        conditions = [
            self._expression(cell, functools.partial(self.vocabulary.parse_tests, value))
            for value, cell in zip(inputs, cells, strict=False)
        ]
        results = [self._expression(cell, self.vocabulary.parse) for cell in cells[len(inputs) :]]
        return Row(tree.Place(node.line, 1), tuple(conditions), tuple(results))

    def _expression(self, node: Node, parse: Callable[[str], tree.Node]) -> tree.Node:
        """A cell's tree. A date in YAML stands for itself."""
        text = f'@"{node.value.isoformat()}"' if isinstance(node.value, date) else expression_text(node)
        nothing = tree.Constant(tree.Place(node.line, 1), None)
        if text is None:
            self.faults.add(node.line, f"{self.what}: {node.shape}; an expression is needed")
            return nothing
        try:
            found = parse(text)
            compile_tree(text, found, self.vocabulary)
        except FeelError as error:
            self.faults.add(node.line, f"{self.what}: {error.message} (in `{text}`)")
            return nothing
        return found
