"""Values of law and budgets by date, zone and municipality: a rule's own, or shared by many (the basic amount)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from rules.determination import Texts


@dataclass(frozen=True)
class Period:
    """Days in force: the first, and the last (None: until further)."""

    first: date
    last: date | None = None

    def __contains__(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)

    @property
    def edges(self) -> tuple[date, ...]:
        """The days on which something begins or has ended."""
        return (self.first,) if self.last is None else (self.first, self.last + timedelta(days=1))


@dataclass(frozen=True)
class DatedValue:
    """A value of law from a day, for everybody or for a zone or municipality, with where it was read."""

    value: Any
    period: Period
    scope: Mapping[str, str]  # {"zone": "central_5_6"}; empty: everybody
    source: str = ""
    doubt: str = ""  # what makes this value less than certain, in plain words
    announced: date | None = None
    line: int = 0


MOST_REMEMBERED = 10_000


@dataclass(frozen=True)
class Parameter:
    """A value law or a budget sets, by date and where needed by zone or municipality."""

    name: str
    unit: str
    title: Texts
    by: tuple[str, ...]  # the settings a value may depend on, the more specific last
    values: tuple[DatedValue, ...]
    line: int = 0
    text: str = field(default="", repr=False)  # of the file, where it is shared

    def at(self, day: date, settings: Mapping[str, Any]) -> DatedValue | None:
        """The value in force that day, or None; one for a zone or municipality beats the general one."""
        try:
            key = (day, *(settings.get(name) for name in self.by))
            return self._found[key]
        except (KeyError, TypeError):  # not asked for yet; or a setting that is a list
            found = self._at(day, settings)
        if len(self._found) < MOST_REMEMBERED:
            with suppress(TypeError):
                self._found[key] = found
        return found

    @cached_property
    def _found(self) -> dict[tuple[Any, ...], DatedValue | None]:
        return {}

    def _at(self, day: date, settings: Mapping[str, Any]) -> DatedValue | None:
        in_force = [
            dated
            for dated in self.values
            if day in dated.period and all(settings.get(key) == word for key, word in dated.scope.items())
        ]
        return max(in_force, key=lambda dated: (self._rank(dated), dated.period.first), default=None)

    def _rank(self, dated: DatedValue) -> tuple[int, ...]:
        return (len(dated.scope), *(int(key in dated.scope) for key in reversed(self.by)))
