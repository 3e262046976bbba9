"""Which definition an errand is walked by: the one for how the municipality handles it (its generation)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assistant.processes.definition import ProcessDefinition
from assistant.twin import Generation, Municipality, generation_of


class UnknownErrand(LookupError):
    """There is no errand by that name, or none that is handled so; the message names those there are."""


def walking(definitions: Mapping[str, ProcessDefinition], errand: str) -> tuple[ProcessDefinition, ...]:
    """The definitions that walk through an errand, one or more generations each. Raises UnknownErrand."""
    found = tuple(one for one in definitions.values() if one.errand == errand)
    if not found:
        known = ", ".join(dict.fromkeys(one.errand for one in definitions.values()))
        raise UnknownErrand(f"no errand is called {errand!r}; there are {known}")
    return found


def serving(walked_by: Sequence[ProcessDefinition], errand: str, generation: Generation) -> ProcessDefinition:
    """The definition for a generation. Raises UnknownErrand."""
    found = next((one for one in walked_by if generation in one.generations), None)
    if found is None:
        raise UnknownErrand(f"no definition walks {errand!r} as {generation!r}: add one that serves it")
    return found


def handled_as(definition: ProcessDefinition, place: Municipality) -> Generation:
    """How the case of a submitted errand is handled: as the municipality does now, if it was walked for that.

    A municipality may have moved on while the errand was open: what the person has walked through, and sent,
    then says how the case is handled.
    """
    now = generation_of(place.settings, definition.errand)
    return now if now in definition.generations else definition.generations[0]
