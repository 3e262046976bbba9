"""What is unknown in a judgement, as the facts to get: the most deciding first."""

from __future__ import annotations

from collections.abc import Iterable

from rules.fact_paths import fact_path
from rules.model import InformationModel

PARAMETER = "parameter "
"""Marks, among what is unknown, a value of law; no fact path has a space."""


def most_deciding_first(gaps: Iterable[tuple[str, ...]], model: InformationModel) -> tuple[str, ...]:
    """The facts in groups of gaps: what settles something alone, what most depends on, what a register knows."""
    groups = [
        tuple(dict.fromkeys(fact_path(gap, model) for gap in group if not gap.startswith(PARAMETER)))
        for group in gaps
    ]
    paths = list(dict.fromkeys(path for group in groups for path in group))
    alone = {group[0] for group in groups if len(group) == 1}
    depending = {path: sum(path in group for group in groups) for path in paths}
    return tuple(
        sorted(paths, key=lambda path: (path not in alone, -depending[path], _to_be_asked(path, model)))
    )


def _to_be_asked(path: str, model: InformationModel) -> bool:
    return any(concept.only_a_person_knows for concept in model.along(path)[-1:])
