"""Who carries the facts of an errand: the person, the municipality, or the tax administration.

    documented   the person sends documents, a case worker judges them and decides
    fetched      the municipality fetches what it needs from the registers when somebody applies (§ 3e)
    flagged      an event from the tax administration starts it; the municipality sees the flag, not the income

A municipality chooses one for each errand, and may move on to the next while cases are open. A case keeps the
generation it is handled by, so that what was once done can be explained.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args

Generation = Literal["documented", "fetched", "flagged"]
GENERATIONS: tuple[Generation, ...] = get_args(Generation)

BEFOREHAND: Generation = "flagged"
"""Where registers are asked, and heard, before anybody has applied: an event is what starts it."""

SETTING = "generations"
"""The municipality's setting: errand id → generation."""


class NoSuchGeneration(ValueError):
    """The setting names something else; the message names the errand, the value and the three there are."""


def generation_of(settings: Mapping[str, Any], errand: str, default: Generation = "fetched") -> Generation:
    """How a municipality handles an errand. Raises `NoSuchGeneration`.

    >>> generation_of({"generations": {"apply_reduced_fee": "flagged"}}, "apply_reduced_fee")
    'flagged'
    """
    chosen = (settings.get(SETTING) or {}).get(errand, default)
    if chosen not in GENERATIONS:
        raise NoSuchGeneration(f"{SETTING}.{errand} is {chosen!r}; choose one of {', '.join(GENERATIONS)}")
    found: Generation = chosen
    return found
