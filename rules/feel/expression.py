"""A compiled expression: parse once, evaluate as often as there are people."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rules.feel import compile_calls, compile_lists, compile_loops, tree
from rules.feel.builtins import BUILTINS
from rules.feel.compile import compile_node
from rules.feel.errors import FeelError
from rules.feel.facts import Recorder, released
from rules.feel.frame import Frame, Run, Step
from rules.feel.names import KnownNames, normal_name, word_at
from rules.feel.parse import parse, parse_tests
from rules.feel.paths import paths_read
from rules.feel.reading import ATTRIBUTES
from rules.feel.scope import Scope, Slots
from rules.feel.types import SIMPLE_TYPES, Type
from rules.feel.values import Function, Value

_NODE_COMPILERS = (compile_calls, compile_lists, compile_loops)  # importing them registers their nodes


class Expression:
    """One FEEL expression. Immutable, and safe to use from several threads."""

    def __init__(
        self,
        text: str,
        node: tree.Node,
        step: Step,
        slots: int,
        paths: tuple[str, ...],
        forgiven: tuple[FeelError, ...] = (),
    ) -> None:
        self.text = text
        self.tree = node
        self.paths = paths
        """The facts it may read, as dotted paths from root names, without list positions."""
        self.forgiven = forgiven
        """What means nothing in it and is null, where it was compiled `lenient`."""
        self._step = step
        self._slots = slots

    @functools.cached_property
    def names(self) -> tuple[str, ...]:
        """The root names it uses, in order."""
        return tuple(dict.fromkeys(path.split(".")[0] for path in self.paths))

    def evaluate(
        self,
        scope: Mapping[str, Any],
        recorder: Recorder | None = None,
        *,
        keep_places: bool = False,
        roots: dict[str, Value] | None = None,
    ) -> Value:
        """The value, given the facts by root name; see `rules.feel.values` for the kinds it may have.

        A root name, or a key on a path, that the facts lack is unknown; None is null. With `keep_places`
        entities in the result stay `Facts`, so that an expression given them in turn still knows their
        paths. `roots` keeps the values of root names for further expressions of the same scope. Raises FeelError
        when a limit is met or the facts hold something FEEL has no value for.
        """
        frame = Frame(Run(scope, recorder, roots), [None] * self._slots)
        try:
            value = self._step(frame)
            return value if keep_places else released(value)
        except RecursionError:
            raise FeelError("the evaluation goes too deep") from None

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"


def compile_expression(
    text: str,
    names: Collection[str] = (),
    functions: Mapping[str, Function] | None = None,
    *,
    lenient: bool = False,
) -> Expression:
    """Compile one expression that may use the given root names, and functions besides FEEL's own.

    A name may be a dotted path (`child.assessed income`): its first part is the root, the others are known
    behind a dot, which only matters for names with spaces. Raises FeelError with line and column for any
    fault of the text. With `lenient`, what is well formed but means nothing is null where it stands, as the
    standard has it: a name nobody knows, a wrong number of arguments, an `@"…"` that is no date.

    >>> compile_expression("0.06 * income / 11", ["income"]).evaluate({"income": 300000})
    Decimal('1636.363636363636363636363636363636')
    """
    vocabulary = Vocabulary.of(names, functions)
    try:
        return compile_tree(text, vocabulary.parse(text), vocabulary, lenient=lenient)
    except RecursionError:
        raise FeelError("the expression is nested too deep") from None


@dataclass(frozen=True)
class Vocabulary:
    """The names an expression may use: roots, functions, what may stand behind a dot, types of its own."""

    roots: frozenset[str]
    functions: Mapping[str, Function]
    attributes: frozenset[str]
    types: Mapping[str, Type]
    known: KnownNames

    @classmethod
    def of(cls, names: Collection[str] = (), functions: Mapping[str, Function] | None = None) -> Vocabulary:
        """From names as `compile_expression` takes them."""
        split = [normal_name(name).split(".") for name in names]
        attributes = frozenset(part for parts in split for part in parts[1:])
        return cls.with_roots((parts[0] for parts in split), attributes, functions)

    @classmethod
    def with_roots(
        cls,
        roots: Iterable[str],
        attributes: frozenset[str],
        functions: Mapping[str, Function] | None = None,
        types: Mapping[str, Type] | None = None,
    ) -> Vocabulary:
        """From root names and those behind a dot, told apart: a name may hold a dot of its own."""
        found, every = frozenset(roots), {**BUILTINS, **(functions or {})}
        known = KnownNames((*found, *every, *SIMPLE_TYPES))
        return cls(found, every, attributes | ATTRIBUTES, types or {}, known)

    def knowing(self, *names: str) -> Vocabulary:
        """The vocabulary where these names are bound besides."""
        several = [name for name in names if word_at(name, 0) != name]
        if not several:
            return self  # a single word is found without being known
        known = KnownNames((*self.known, *several))
        return Vocabulary(self.roots, self.functions, self.attributes, self.types, known)

    def parse(self, text: str) -> tree.Node:
        """The tree of an expression. Raises FeelError."""
        return parse(text, self.known, self.attributes, self.types)

    def parse_tests(self, value: tree.Node, text: str) -> tree.Node:
        """The condition that unary tests put to a value. Raises FeelError."""
        return parse_tests(value, text, self.known, self.attributes, self.types)


def compile_tree(text: str, node: tree.Node, vocabulary: Vocabulary, *, lenient: bool = False) -> Expression:
    """Compile a tree, as `Vocabulary.parse` gives it or put together of such. `text` is how it is shown."""
    slots = Slots()
    forgiven: list[FeelError] = []
    scope = Scope(vocabulary.roots, vocabulary.functions, slots, forgiven=forgiven if lenient else None)
    step = compile_node(node, scope)
    paths = paths_read(node, vocabulary.roots, vocabulary.functions)
    return Expression(text, node, step, slots.used, paths, tuple(forgiven))
