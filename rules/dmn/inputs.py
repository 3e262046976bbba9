"""Inputs of a model from JSON: what a type says is a date, a time or a duration becomes one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rules.dmn.definitions import Decision, InputData
from rules.dmn.model import Model
from rules.feel import Months, Unknown
from rules.feel.facts import adopt
from rules.feel.kinds import conformed
from rules.feel.temporal import read_date, read_date_time, read_duration, read_time
from rules.feel.types import Type
from rules.feel.values import Context, Value

_FROM_TEXT: dict[str, Callable[[str], Value]] = {
    "date": read_date,
    "time": read_time,
    "date and time": read_date_time,
    "days and time duration": lambda text: _of_kind(read_duration(text), months=False),
    "years and months duration": lambda text: _of_kind(read_duration(text), months=True),
}


def _of_kind(length: Value, *, months: bool) -> Value:
    return length if isinstance(length, Months) is months else None


def typed_inputs(
    model: Model, given: Mapping[str, Any], *, unknown: bool = False
) -> tuple[dict[str, Value], list[str]]:
    """The values of the inputs by name, and of each that is not what its type says, why it is null.

    An input or component that is not given is null, as the standard has it, or with `unknown` unknown.
    """
    values: dict[str, Value] = {}
    reasons: list[str] = []
    for where in _models(model):
        for part in where.definitions.parts:
            if not isinstance(part, (InputData, Decision)):
                continue
            name = next((name for name in part.names if name in given), part.name)
            if name in values:
                continue
            if name not in given:
                if unknown and isinstance(part, InputData):
                    values[name] = Unknown([name], name)
                continue
            type_ = where.type_of(part)
            fitted = conformed(_typed(given[name], type_, name, unknown), type_)
            if fitted is None and given[name] is not None:
                reasons.append(f"{name}: what is given is no {part.type_name}")
            values[name] = fitted
    rest = {name: _typed(given[name], Type("Any"), name, unknown) for name in given if name not in values}
    return {**rest, **values}, reasons


def _models(model: Model) -> list[Model]:
    return [model, *(inner for imported in model.imports.values() for inner in _models(imported))]


def _typed(value: Any, type_: Type, path: str, unknown: bool) -> Value:
    """A JSON value as FEEL has it; a text that spells no date where one is wanted stays a text."""
    if isinstance(value, str):
        read = _FROM_TEXT.get(type_.name)
        made = read(value) if read is not None else None
        return value if made is None else made
    if isinstance(value, list):
        inner = type_.of[0] if type_.name == "list" and type_.of else type_
        return [_typed(item, inner, path, unknown) for item in value]
    if isinstance(value, Mapping):
        structure = type_.of[0] if type_.name == "list" and type_.of else type_
        parts = dict(zip(structure.fields, structure.of, strict=True)) if structure.fields else {}
        made = Context({name: _absent(f"{path}.{name}", unknown) for name in parts if name not in value})
        for name, item in value.items():
            made[name] = _typed(item, parts.get(name, Type("Any")), f"{path}.{name}", unknown)
        return made
    return adopt(value, path, path)


def _absent(path: str, unknown: bool) -> Value:
    return Unknown([path], path) if unknown else None
