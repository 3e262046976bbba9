"""The facts that are told of a subject, each with the line of values it could be moved along."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from rules.asked import Asked
from rules.model import Concept
from rules.relevance import Place

_FARTHEST = 10**9  # units from the value told


@dataclass(frozen=True)
class Told:
    """A told fact: where it is, and what it is now."""

    place: Place
    path: str
    concept: Concept
    value: Any


def told_facts(asked: Asked, wanted: Callable[[Concept], bool]) -> Iterator[Told]:
    """The facts of wanted concepts that are told, as deep as they are."""
    kind = asked.rule.model.subject_type(asked.rule.about)
    about = asked.rule.about
    if kind is not None:
        yield from _below(asked, wanted, asked.tree.get(about, {}), kind.id, (about,), about)


def _below(
    asked: Asked,
    wanted: Callable[[Concept], bool],
    entity: Mapping[str, Any],
    subject: str,
    place: Place,
    path: str,
) -> Iterator[Told]:
    concepts = asked.rule.model.concepts_of(subject)
    for name, value in entity.items():
        concept = concepts.get(name)
        if concept is None:
            continue
        here, spot = f"{path}.{name}", (*place, name)
        if (
            wanted(concept)
            and not concept.type.many
            and (value is not None or concept.type.base != "subject")
        ):
            yield Told(spot, here, concept, value)
        inner = concept.type.subject
        if isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, Mapping):
                    yield from _below(asked, wanted, item, inner, (*spot, index), f"{here}[{index}]")
        elif isinstance(value, Mapping):
            yield from _below(asked, wanted, value, inner, spot, here)


@dataclass(frozen=True)
class Line:
    """The values of an amount, number or date as whole steps from the one told."""

    value: Callable[[int], Any]
    lowest: int
    highest: int

    @classmethod
    def of(cls, told: Told) -> Line | None:
        value = told.value
        if told.concept.choices:
            return None
        if isinstance(value, Decimal):
            exponent = value.as_tuple().exponent
            unit = Decimal(1).scaleb(min(int(exponent), 0))
            # an amount that is not negative stays so: a price below zero is no way out
            lowest = -int(value / unit) if value >= 0 else -_FARTHEST
            return cls(lambda step: value + step * unit, max(lowest, -_FARTHEST), _FARTHEST)
        if isinstance(value, date):
            day = value.toordinal()
            return cls(
                lambda step: date.fromordinal(day + step),
                date.min.toordinal() - day,
                date.max.toordinal() - day,
            )
        return None
