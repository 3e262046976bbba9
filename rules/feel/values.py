"""The values of FEEL (DMN 1.5, 10.3.2) as Python has them, and our one addition: Unknown.

| FEEL | Python |
|---|---|
| number | `decimal.Decimal` (34 digits) |
| string, boolean, null | `str`, `bool`, `None` |
| date, time, date and time | `datetime.date`, `.time`, `.datetime` |
| days and time duration | `datetime.timedelta` |
| years and months duration | `Months` |
| list, context, range, function | `list`, a mapping, `Range`, `Function` |
| nobody has told us yet | `Unknown` |
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

Value = Any
"""Any of the values in the table above. Typed loosely on purpose: an operator asks for the kind at run time."""


class Unknown:
    """A value nobody has told us: `missing` holds the paths of the facts that would settle it, in order.

    `fact` is set while the value is a fact itself (not something reckoned from one), so that a path into it
    names the deeper fact: unknown `child.household` read at `.adults` misses `child.household.adults`.
    """

    __slots__ = ("fact", "missing")

    def __init__(self, missing: Iterable[str], fact: str | None = None) -> None:
        self.missing = tuple(dict.fromkeys(missing))
        self.fact = fact

    def attribute(self, name: str) -> Unknown:
        """The unknown value of `name` in this unknown thing."""
        if self.fact is None:
            return self
        deeper = f"{self.fact}.{name}"
        return Unknown([*(path for path in self.missing if path != self.fact), deeper], deeper)

    def __bool__(self) -> NoReturn:
        raise TypeError("an unknown value is neither true nor false")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unknown) and self.missing == other.missing

    def __hash__(self) -> int:
        return hash(self.missing)

    def __repr__(self) -> str:
        return f"Unknown({', '.join(self.missing)})"


def unknown_of(values: Iterable[Value]) -> Unknown | None:
    """What is missing for all the values together, or None when each of them is known."""
    missing = [path for value in values if isinstance(value, Unknown) for path in value.missing]
    if missing:
        return Unknown(missing)
    return None


class Context(dict[str, Value]):
    """A context that an expression made: what it lacks is null. (A fact that lacks a key is unknown.)"""


@dataclass(frozen=True, order=True, slots=True)
class Months:
    """A years and months duration, as a number of months; negative for the past."""

    total: int

    @property
    def years(self) -> int:
        return (abs(self.total) // 12) * (-1 if self.total < 0 else 1)

    @property
    def months(self) -> int:
        return (abs(self.total) % 12) * (-1 if self.total < 0 else 1)


@dataclass(frozen=True, slots=True)
class Range:
    """From `start` to `end`; None as an end means that side is open-ended. `[1..5)` includes 1 but not 5."""

    start: Value
    end: Value
    start_included: bool = True
    end_included: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function as a value: its parameters' names, and what it does with as many arguments."""

    parameters: tuple[str, ...]
    call: Callable[..., Value]
    captured: list[Value] | None = field(default=None, repr=False)  # the values bound where it was defined


def each_unknown(value: Value) -> Iterator[Unknown]:
    """Every unknown in a value: itself, or inside its lists and contexts."""
    if isinstance(value, Unknown):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from each_unknown(item)
    elif isinstance(value, Context):
        for item in value.values():
            yield from each_unknown(item)
