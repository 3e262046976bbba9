"""What a case turns on besides the rules' answers, read from the twin's view of the child."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from assistant.casework.automation import Situation

PATHS = (
    "child.address_protection",
    "child.shared_residence",
    "child.guardians.address_protection",
    "child.guardians.cohabitant",
    "child.household.adults.address_protection",
    "child.household.adults.cohabitant",
    "child.household.adults.income_shielded",
    "child.kindergarten_place.starts_on",
    "child.kindergarten_place.place_number",
)
"""The fact paths that must be in the view handed to the functions below."""

_UNKNOWN = object()


def _at(node: Any, steps: tuple[str, ...]) -> Iterator[Any]:
    if isinstance(node, (list, tuple)):
        for item in node:
            yield from _at(item, steps)
    elif not steps:
        yield node
    elif isinstance(node, Mapping):
        if steps[0] in node:
            yield from _at(node[steps[0]], steps[1:])
        else:
            yield _UNKNOWN
    elif node is not None:
        yield _UNKNOWN


def _values(view: Mapping[str, Any], *paths: str) -> list[Any]:
    return [value for path in paths for value in _at(view, tuple(path.split(".")))]


def _any(values: Iterable[Any], harmless: tuple[Any, ...]) -> bool | None:
    """True if one is known and not harmless; None if none is, and one is unknown."""
    known = list(values)
    if any(value is not _UNKNOWN and value not in harmless for value in known):
        return True
    return None if any(value is _UNKNOWN for value in known) else False


def situation_from(view: Mapping[str, Any], applicant: str) -> Situation:
    """Read the situation from a view such as {"child": {"household": {"adults": [{…}]}}}.

    A key that is absent is unknown; None is known to be absent. Guardians count beside the household: an
    address must not leak to a parent who lives elsewhere.
    """
    protection = _values(
        view,
        "child.address_protection",
        "child.guardians.address_protection",
        "child.household.adults.address_protection",
    )
    cohabitants = _values(view, "child.guardians.cohabitant", "child.household.adults.cohabitant")
    shared = _values(view, "child.shared_residence")
    return Situation(
        protected_address=_any(protection, harmless=("none", None)),
        shared_residence=_any(shared, harmless=(None,)) if shared else False,
        declared_cohabitant=_any(cohabitants, harmless=(None,)),
        applicant_elsewhere=None if not adults_of(view) else applicant not in adults_of(view),
        shielded_income=_any(_values(view, "child.household.adults.income_shielded"), harmless=(False, None)),
    )


def place_number(view: Mapping[str, Any]) -> str | None:
    """The biller's own name for the child's place, or None where there is no known place."""
    for value in _values(view, "child.kindergarten_place.place_number"):
        if isinstance(value, str) and value:
            return value
    return None


def place_begins(view: Mapping[str, Any]) -> date | None:
    """The day the child's place begins, or None where it is not known."""
    for value in _values(view, "child.kindergarten_place.starts_on"):
        if isinstance(value, date):
            return value
        if isinstance(value, str):
            return date.fromisoformat(value)
    return None


def adults_of(view: Mapping[str, Any]) -> tuple[str, ...]:
    """The ids of the adults of the child's household, as far as they are known."""
    adults = _values(view, "child.household.adults")
    return tuple(adult["id"] for adult in adults if isinstance(adult, Mapping) and "id" in adult)
