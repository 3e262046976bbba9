"""How large an expression and its evaluation may grow: texts come from people, so each limit is known and said."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

TEXT_LENGTH = 20_000
"""Characters in one expression."""

NESTING = 50
"""Brackets and constructs inside each other."""

TREE_DEPTH = 150
"""Depth of the syntax tree, where a chain `1 + 2 + 3 …` counts one a term. Keeps Python's stack safe."""

NODES = 5_000
"""Nodes in one syntax tree."""

STEPS = 200_000
"""Items looped over and functions called in one evaluation."""

CALL_DEPTH = 60
"""Calls of an expression's own functions inside each other."""

ITEMS = 100_000
"""Items in a list that an evaluation makes, and numbers in a range that is looped over."""

STRING_LENGTH = 100_000
"""Characters in a text that an evaluation makes."""

NUMBER_DIGITS = 400
"""Characters in a number as written; more than 34 significant digits are rounded."""

EXPONENT_DIGITS = 4
"""Digits in the exponent of a number as written: 1e6144 is the largest power of ten there is."""


class Budget:
    """Steps that many evaluations share."""

    __slots__ = ("left", "steps")

    def __init__(self, steps: int) -> None:
        self.steps = self.left = steps


shared: ContextVar[Budget | None] = ContextVar("shared", default=None)


@contextmanager
def at_most(steps: int) -> Iterator[None]:
    """Within the block all evaluations together take at most so many steps; each keeps its own limit too."""
    before = shared.set(Budget(steps))
    try:
        yield
    finally:
        shared.reset(before)
