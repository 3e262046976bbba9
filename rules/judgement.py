"""What one look at a rule finds, before it is handed out as a determination."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from rules.determination import Answer, ConditionResult, Discretion, UsedFact, UsedParameter
from rules.feel import Unknown


@dataclass(frozen=True)
class Judgement:
    """As a Determination, with what else is needed to look ahead and to let other rules use it."""

    answer: Answer
    values: Mapping[str, Any]
    missing: tuple[str, ...]
    conditions: tuple[ConditionResult, ...]
    used: tuple[UsedFact | UsedParameter, ...] = ()
    discretion: tuple[Discretion, ...] = ()
    reasons: tuple[str, ...] = ()
    open_answer: tuple[str, ...] = ()  # what is unknown in the conditions: fact paths and parameters
    open_values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # … and in each unknown value
    next_look: date | None = None  # nothing can turn out otherwise by itself before this day
    trace: Mapping[str, Any] = field(default_factory=dict)

    @property
    def said(self) -> tuple[Any, ...]:
        """What the judgement says to those concerned; two that say the same are no change."""
        return (
            self.answer,
            dict(self.values),
            self.missing,
            {condition.id: condition.holds for condition in self.conditions},
            tuple(item.id for item in self.discretion),
            self.reasons,
        )


class Looks:
    """The last look at each rule that another uses: it is not looked at anew on a day on which it says the same."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[date, Judgement]] = {}

    def at(self, rule: str, on: date) -> Judgement | None:
        """What it says that day, not how it came to it; None where it has to be looked at anew."""
        day, judgement = self._last.get(rule, (date.max, None))
        if judgement is None or on < day or judgement.reasons:  # a reason names the day it was given on
            return None
        return judgement if judgement.next_look is None or on < judgement.next_look else None

    def keep(self, rule: str, on: date, judgement: Judgement) -> None:
        self._last[rule] = on, judgement


@dataclass(frozen=True)
class Named:
    """A value with its name; `gaps` are what is unknown in it."""

    name: str
    value: Any

    @property
    def gaps(self) -> tuple[str, ...]:
        if type(self.value) in _SCALARS:
            return ()
        return tuple(dict.fromkeys(gap for unknown in unknowns(self.value) for gap in unknown.missing))

    @property
    def unknown(self) -> bool:
        return bool(self.gaps)


def unknowns(value: Any) -> list[Unknown]:
    """Every unknown in a value: itself, or inside its lists and mappings."""
    if type(value) in _SCALARS:
        return []
    if isinstance(value, Unknown):
        return [value]
    if isinstance(value, Mapping):
        return [found for item in value.values() for found in unknowns(item)]
    if isinstance(value, list | tuple):
        return [found for item in value for found in unknowns(item)]
    return []


_SCALARS = frozenset((type(None), str, bool, Decimal, date))


def settled(value: Any) -> bool:
    return not unknowns(value)
