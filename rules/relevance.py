"""Which missing facts can really change what a rule says: where they have few possible values, each is tried.

Three-valued logic alone calls `x or not x` unknown. Facts of type boolean, or with a list of allowed values,
are few enough to try; so are amounts and dates that are only compared, a value a region (`rules.regions`).
Other amounts, dates and text are left to the logic.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from rules.judgement import Judgement
from rules.model import Concept, FactFault, InformationModel

MOST_COMPLETIONS = 256

Place = tuple[str | int, ...]
"""The keys and list positions that lead to a fact."""


def relevant(
    judgement: Judgement,
    tree: Mapping[str, Any],
    about: str,
    model: InformationModel,
    judge_with: Callable[[Mapping[str, Any]], Judgement],
    values_of: Callable[[str], tuple[Any, ...]],
) -> Judgement:
    """The judgement, settled where every completion says the same; missing only what makes a difference.

    Its next look is the earliest of the completions tried: until then none of them turns out otherwise.
    """
    few = [
        (path, place, values)
        for path in judgement.missing
        for place, values in _open_places(path, tree, model)
    ]
    compared = [
        (path, place, values)
        for path in judgement.missing
        if (values := values_of(path))
        for place in _gaps(tree.get(about), path.split(".")[1:], (about,))
    ]
    places = [*few, *compared]
    if _size(places) > MOST_COMPLETIONS:
        places = few
    if not places or _size(places) > MOST_COMPLETIONS:
        return judgement
    completions = list(itertools.product(*(values for _, _, values in places)))
    said = {
        values: judge_with(
            with_facts(tree, [(place, value) for (_, place, _), value in zip(places, values, strict=True)])
        )
        for values in completions
    }
    looks = [found.next_look for found in (judgement, *said.values()) if found.next_look]
    judgement = replace(judgement, next_look=min(looks, default=None))
    idle = {
        path
        for path in {path for path, _, _ in places}
        if _makes_no_difference(said, [index for index, place in enumerate(places) if place[0] == path])
    }
    if not idle:
        return judgement
    # With the idle facts set to any of their values the rule says what it says for all of them.
    chosen = [(place, values[0]) for path, place, values in places if path in idle]
    settled = judge_with(with_facts(tree, chosen))
    by_id = {condition.id: condition for condition in judgement.conditions}
    conditions = tuple(
        replace(condition, holds=_shared(condition.id, said.values()))
        if by_id[condition.id].holds is None
        else condition
        for condition in settled.conditions
    )
    return replace(
        settled,
        conditions=conditions,
        used=judgement.used,
        trace=judgement.trace,
        next_look=judgement.next_look,
    )


def _size(places: list[tuple[str, Place, tuple[Any, ...]]]) -> int:
    return math.prod(len(values) for _, _, values in places)


def _shared(condition_id: str, judgements: Any) -> bool | None:
    """What a condition says in every completion, or None where they differ."""
    found = {c.holds for judgement in judgements for c in judgement.conditions if c.id == condition_id}
    return found.pop() if len(found) == 1 else None


def _makes_no_difference(said: Mapping[tuple[Any, ...], Judgement], indexes: list[int]) -> bool:
    """Do completions that differ only at the indexes say the same?"""
    groups: dict[tuple[Any, ...], Any] = {}
    for values, judgement in said.items():
        rest = tuple(value for index, value in enumerate(values) if index not in indexes)
        heard = (judgement.answer, dict(judgement.values), judgement.missing)
        if groups.setdefault(rest, heard) != heard:
            return False
    return True


def _open_places(
    path: str, tree: Mapping[str, Any], model: InformationModel
) -> Iterator[tuple[Place, tuple[Any, ...]]]:
    """Where the path is not told in the tree, with its possible values; nothing if they are not few."""
    try:
        concepts = model.along(path)
    except FactFault:
        return
    values = possible_values(concepts[-1]) if concepts else ()
    if not values:
        return
    first, *steps = path.split(".")
    yield from ((place, values) for place in _gaps(tree.get(first), steps, (first,)))


def _gaps(value: Any, steps: list[str], place: Place) -> Iterator[Place]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _gaps(item, steps, (*place, index))
    elif isinstance(value, Mapping):
        step, *rest = steps
        if step not in value:
            if not rest:  # what is missing further out has more values than can be tried
                yield (*place, step)
        elif rest:
            yield from _gaps(value[step], rest, (*place, step))


def possible_values(concept: Concept) -> tuple[Any, ...]:
    """Every value a fact can have, where they are few; else nothing."""
    if concept.type.many:
        return ()
    absent = (None,) if concept.can_be_absent else ()
    if concept.type.base == "boolean":
        return (True, False, *absent)
    return (*(choice.value for choice in concept.choices), *absent) if concept.choices else ()


def with_facts(tree: Mapping[str, Any], told: list[tuple[Place, Any]]) -> dict[str, Any]:
    """A copy of the tree with facts told at places."""
    made: dict[str, Any] = _copied(tree)
    for place, value in told:
        spot: Any = made
        for step in place[:-1]:
            spot = spot[step]
        spot[place[-1]] = value
    return made


def _copied(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _copied(item) for key, item in value.items()}
    return [_copied(item) for item in value] if isinstance(value, list) else value
