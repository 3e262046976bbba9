"""Running the rules over the twin, remembering what they said, and telling what has changed."""

from assistant.determinations.deadlines import waits_till_morning
from assistant.determinations.determinations import (
    Cause,
    Determinations,
    Redetermined,
    Result,
    because_of,
    whose_is_missing,
)
from assistant.determinations.records import (
    DETERMINATION,
    DeterminationChange,
    current,
    current_about,
    due_rules,
    explained,
    history,
)
from assistant.determinations.rule_versions import RuleVersions

__all__ = [
    "DETERMINATION",
    "Cause",
    "DeterminationChange",
    "Determinations",
    "Redetermined",
    "Result",
    "RuleVersions",
    "because_of",
    "current",
    "current_about",
    "due_rules",
    "explained",
    "history",
    "waits_till_morning",
    "whose_is_missing",
]
