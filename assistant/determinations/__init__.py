"""Running the rules over the twin, remembering what they said, and telling what has changed."""

from assistant.determinations.determinations import Determinations, Result
from assistant.determinations.records import DeterminationChange, current, due_rules, explained, history

__all__ = ["DeterminationChange", "Determinations", "Result", "current", "due_rules", "explained", "history"]
