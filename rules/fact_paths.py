"""Which facts an expression reads: its paths, told in concepts of the information model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rules.model import FactFault, InformationModel

_PARTS = {"date": ("year", "month", "day", "weekday")}
"""What FEEL can take out of a value that is no subject (DMN 1.5, table 65): no facts of their own."""


def fact_path(path: str, model: InformationModel) -> str:
    """The fact a path reads: 'child.birth_date.year' reads child.birth_date. Raises `FactFault`."""
    base, _, part = path.rpartition(".")
    if "." in base:
        try:
            if part in _PARTS.get(model.concept_at(base).type.base, ()):
                return base
        except FactFault:
            pass  # the whole path has the better message
    model.along(path)
    return path


def fact_paths(
    paths: Iterable[str], about: str, model: InformationModel, named: Mapping[str, tuple[str, ...]]
) -> tuple[str, ...]:
    """The facts that paths read, each once. `named` has those of names that stand for facts (`where`).

    With `named` {"adults": ("child.household.adults",)}, 'adults.assessed_income' reads
    child.household.adults.assessed_income; so it does through another name that stands for `adults`. Raises
    `FactFault`.
    """
    found: dict[str, None] = {}
    for path in paths:
        root, _, rest = path.partition(".")
        if root == about and rest:
            found[fact_path(path, model)] = None
        for base in named.get(root, ()):
            try:
                found[fact_path(f"{base}.{rest}", model) if rest else base] = None
            except FactFault:
                continue  # `where` may give something reckoned from this fact instead
    return tuple(found)
