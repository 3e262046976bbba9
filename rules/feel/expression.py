"""A compiled expression: parse once, evaluate as often as there are people."""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping
from typing import Any

from rules.feel import compile_calls, compile_lists, compile_loops, tree
from rules.feel.builtins import BUILTINS
from rules.feel.compile import compile_node
from rules.feel.errors import FeelError
from rules.feel.facts import Recorder, released
from rules.feel.frame import Frame, Run, Step
from rules.feel.names import KnownNames, normal_name
from rules.feel.parse import parse
from rules.feel.paths import paths_read
from rules.feel.reading import ATTRIBUTES
from rules.feel.scope import Scope, Slots
from rules.feel.types import SIMPLE_TYPES
from rules.feel.values import Function, Value

_NODE_COMPILERS = (compile_calls, compile_lists, compile_loops)  # importing them registers their nodes


class Expression:
    """One FEEL expression. Immutable, and safe to use from several threads."""

    def __init__(self, text: str, node: tree.Node, step: Step, slots: int, paths: tuple[str, ...]) -> None:
        self.text = text
        self.tree = node
        self.paths = paths
        """The facts it may read, as dotted paths from root names, without list positions."""
        self._step = step
        self._slots = slots

    @functools.cached_property
    def names(self) -> tuple[str, ...]:
        """The root names it uses, in order."""
        return tuple(dict.fromkeys(path.split(".")[0] for path in self.paths))

    def evaluate(
        self, scope: Mapping[str, Any], recorder: Recorder | None = None, *, keep_places: bool = False
    ) -> Value:
        """The value, given the facts by root name; see `rules.feel.values` for the kinds it may have.

        A root name, or a key on a path, that the facts lack is unknown; None is null. With `keep_places`
        entities in the result stay `Facts`, so that an expression given them in turn still knows their
        paths. Raises FeelError when a limit is met or the facts hold something FEEL has no value for.
        """
        frame = Frame(Run(scope, recorder), [None] * self._slots)
        try:
            value = self._step(frame)
            return value if keep_places else released(value)
        except RecursionError:
            raise FeelError("the evaluation goes too deep") from None

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"


def compile_expression(
    text: str, names: Collection[str] = (), functions: Mapping[str, Function] | None = None
) -> Expression:
    """Compile one expression that may use the given root names, and functions besides FEEL's own.

    A name may be a dotted path (`child.assessed income`): its first part is the root, the others are known
    behind a dot, which only matters for names with spaces. Raises FeelError with line and column for any
    fault of the text.

    >>> compile_expression("0.06 * income / 11", ["income"]).evaluate({"income": 300000})
    Decimal('1636.363636363636363636363636363636')
    """
    known = {**BUILTINS, **(functions or {})}
    split = [normal_name(name).split(".") for name in names]
    roots = frozenset(parts[0] for parts in split)
    attributes = {part for parts in split for part in parts[1:]} | ATTRIBUTES
    try:
        node = parse(text, KnownNames((*roots, *known, *SIMPLE_TYPES)), attributes)
        slots = Slots()
        step = compile_node(node, Scope(roots, known, slots))
        return Expression(text, node, step, slots.used, paths_read(node, roots, known))
    except RecursionError:
        raise FeelError("the expression is nested too deep") from None
