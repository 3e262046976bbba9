"""What one evaluation carries along: facts given, values bound so far, who records, steps left."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rules.feel import limits
from rules.feel.errors import FeelError
from rules.feel.facts import Recorder, adopt, is_plain
from rules.feel.values import Unknown, Value


class Run:
    """One evaluation: what all its frames share."""

    __slots__ = ("budget", "depth", "recorder", "roots", "scope", "steps")

    def __init__(
        self,
        scope: Mapping[str, Any],
        recorder: Recorder | None,
        roots: dict[str, Value] | None = None,
    ) -> None:
        self.scope = scope
        self.recorder = recorder
        self.roots: dict[str, Value] = {} if roots is None else roots
        self.steps = limits.STEPS
        self.budget = limits.shared.get()
        self.depth = 0

    def root(self, name: str, whole: bool) -> Value:
        """The value of a name in scope; unknown where nobody gave one. Recorded as `Facts.read` records."""
        try:
            value = self.roots[name]
        except KeyError:
            given = name in self.scope
            value = adopt(self.scope[name], name, name) if given else Unknown((name,), name)
            self.roots[name] = value
        recorder = self.recorder
        if recorder is None or not recorder.names:
            return value
        if (whole or is_plain(value)) and not isinstance(value, Unknown):
            recorder.read(name, value, "")
        return value

    def spend(self, steps: int = 1) -> None:
        """Count steps against the limit. Raises FeelError when there are none left."""
        self.steps -= steps
        if self.steps < 0:
            raise FeelError(f"the evaluation took more than {limits.STEPS} steps")
        if self.budget is not None:
            self.budget.left -= steps
            if self.budget.left < 0:
                raise FeelError(f"all evaluations together took more than {self.budget.steps:,} steps")


class Frame:
    """One call's bound values, by the slot the compiler gave each name."""

    __slots__ = ("run", "slots")

    def __init__(self, run: Run, slots: list[Value]) -> None:
        self.run = run
        self.slots = slots


Step = Callable[[Frame], Value]
"""What a node of the tree compiles to."""
