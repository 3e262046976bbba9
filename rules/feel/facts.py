"""Facts as an expression reads them: every mapping knows where it stands, so that reads and gaps have a path."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from rules.feel.errors import FeelError
from rules.feel.values import Context, Function, Months, Range, Unknown, Value


@dataclass(frozen=True, slots=True)
class Read:
    """One fact that was read. `path` has list positions (from 0); `entity` is the "id" of what it was read from."""

    path: str
    value: Value
    entity: str = ""


@dataclass
class Recorder:
    """Collects the facts an evaluation reads, in the order first read.

    A fact that is an entity, or a list of them, is told by `{"id": …}` alone: who it was, not all that is
    known.
    """

    reads: dict[str, Read] = field(default_factory=dict)
    names: bool = True  # also what root names stand for, not only what is read of entities

    def read(self, path: str, value: Value, entity: str) -> None:
        if path not in self.reads:
            self.reads[path] = Read(path, told(value), entity)


class Facts(Mapping[str, Value]):
    """A mapping of facts at a place. What it lacks is unknown; None in it is null."""

    __slots__ = ("data", "entity", "path", "place", "seen")

    def __init__(self, data: Mapping[str, Any], path: str, place: str) -> None:
        self.data = data
        self.path = path  # child.household.adults
        self.place = place  # child.household.adults[0]
        self.entity = str(data["id"]) if "id" in data else ""
        self.seen: dict[str, Value] = {}

    def read(self, name: str, recorder: Recorder | None, whole: bool = False) -> Value:
        """The fact `name`; Unknown when nobody has told it.

        Recorded where it is a plain value or null; an entity, or a list of them, only when it is asked for `whole`,
        not on the way to something in it.
        """
        try:
            value = self.seen[name]
        except KeyError:
            path = f"{self.path}.{name}"
            if name in self.data:
                value = adopt(self.data[name], path, f"{self.place}.{name}")
            else:
                value = Unknown((path,), path)
            self.seen[name] = value
        if recorder is not None and (whole or is_plain(value)) and not isinstance(value, Unknown):
            recorder.read(f"{self.place}.{name}", value, self.entity)
        return value

    def __getitem__(self, name: str) -> Value:
        if name not in self.data:
            raise KeyError(name)
        return self.read(name, None)

    def __iter__(self) -> Iterator[str]:
        return iter(self.data)

    def __len__(self) -> int:
        return len(self.data)

    def __repr__(self) -> str:
        return f"Facts({self.place})"


def is_plain(value: Value) -> bool:
    """Is this a fact to be recorded as it is: no entity, no list of entities, not unknown?"""
    if type(value) in _SCALARS:
        return True
    if isinstance(value, list):
        return not any(isinstance(item, Facts) for item in value)
    return not isinstance(value, (Unknown, Mapping))


_SCALARS = frozenset((type(None), str, bool, Decimal, date))
_AS_THEY_ARE = frozenset((type(None), str, bool, date, time, timedelta, Months, Range, Unknown))
"""Kinds found by a look-up, because asking an abstract class is slow; the others are asked for below."""


def adopt(value: Any, path: str, place: str) -> Value:
    """A value from outside as FEEL has it. Raises FeelError for a kind of object FEEL has no value for."""
    if type(value) in _AS_THEY_ARE:
        return value
    if type(value) is dict:
        return Facts(value, path, place)
    if value is None or isinstance(value, (str, bool, date, time, timedelta, Months, Range, Unknown)):
        return value
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, float):
        return Decimal(repr(value)) if math.isfinite(value) else None
    if isinstance(value, (Facts, Function)):
        return value
    if isinstance(value, Context):
        return Context(
            {name: adopt(item, f"{path}.{name}", f"{place}.{name}") for name, item in value.items()}
        )
    if isinstance(value, Mapping):
        return Facts(value, path, place)
    if isinstance(value, (list, tuple)):
        return [adopt(item, path, f"{place}[{index}]") for index, item in enumerate(value)]
    raise FeelError(f"{place} is a Python {type(value).__name__}, which is no FEEL value")


def told(value: Value) -> Value:
    """A value as the recorder keeps it: entities by their id alone."""
    if type(value) in _SCALARS:
        return value
    if isinstance(value, Facts):
        return {"id": value.entity} if value.entity else {}
    if isinstance(value, list):
        return [told(item) for item in value]
    return value


def released(value: Value) -> Value:
    """A result as it is handed out: plain mappings and lists again."""
    if isinstance(value, Facts):
        return value.data
    if isinstance(value, list):
        return [released(item) for item in value]
    if isinstance(value, Context):
        return {name: released(item) for name, item in value.items()}
    return value
