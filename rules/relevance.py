"""Which missing facts can really change what a rule says: where they have few possible values, each is tried.

Three-valued logic alone calls `x or not x` unknown. Facts of type boolean, or with a list of allowed values,
are few enough to try; amounts, dates and text are left to the logic.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from rules.judgement import Judgement
from rules.model import Concept, FactFault, InformationModel

MOST_COMPLETIONS = 256

_Place = tuple[str | int, ...]  # the keys and list positions that lead to a missing fact


def relevant(
    judgement: Judgement,
    tree: Mapping[str, Any],
    about: str,
    model: InformationModel,
    judge_with: Callable[[Mapping[str, Any]], Judgement],
) -> Judgement:
    """The judgement, settled where every completion says the same; missing only what makes a difference."""
    places = [
        (path, place, values)
        for path in judgement.missing
        for place, values in _open_places(path, tree, model)
    ]
    size = 1
    for _, _, values in places:
        size *= len(values)
    if not places or size > MOST_COMPLETIONS:
        return judgement
    completions = list(itertools.product(*(values for _, _, values in places)))
    said = {
        values: judge_with(
            _completed(tree, [(place, value) for (_, place, _), value in zip(places, values, strict=True)])
        )
        for values in completions
    }
    idle = {
        path
        for path in {path for path, _, _ in places}
        if _makes_no_difference(said, [index for index, place in enumerate(places) if place[0] == path])
    }
    if not idle:
        return judgement
    # With the idle facts set to any of their values the rule says what it says for all of them.
    chosen = [(place, values[0]) for path, place, values in places if path in idle]
    settled = judge_with(_completed(tree, chosen))
    by_id = {condition.id: condition for condition in judgement.conditions}
    conditions = tuple(
        replace(condition, holds=_shared(condition.id, said.values()))
        if by_id[condition.id].holds is None
        else condition
        for condition in settled.conditions
    )
    return replace(settled, conditions=conditions, used=judgement.used, trace=judgement.trace)


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
) -> Iterator[tuple[_Place, tuple[Any, ...]]]:
    """Where the path is not told in the tree, with its possible values; nothing if they are not few."""
    try:
        concepts = model.along(path)
    except FactFault:
        return
    values = _possible(concepts[-1]) if concepts else ()
    if not values:
        return
    first, *steps = path.split(".")
    yield from ((place, values) for place in _gaps(tree.get(first), steps, (first,)))


def _gaps(value: Any, steps: list[str], place: _Place) -> Iterator[_Place]:
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


def _possible(concept: Concept) -> tuple[Any, ...]:
    if concept.type.many:
        return ()
    absent = (None,) if concept.can_be_absent else ()
    if concept.type.base == "boolean":
        return (True, False, *absent)
    return (*(choice.value for choice in concept.choices), *absent) if concept.choices else ()


def _completed(tree: Mapping[str, Any], told: list[tuple[_Place, Any]]) -> dict[str, Any]:
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
