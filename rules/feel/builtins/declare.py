"""How a built-in function is declared: its signatures as the standard writes them, and what it does with values.

    @builtin("substring(string: string, start position: number, length?: number)")
    def substring(text: str, start: Decimal, length: Decimal | None = None) -> Value: ...

The signature does the rest (DMN 1.5, 10.3.2.9.4 and 10.3.4): a list of one item stands for the item where none is
expected, an item for a list of one where a list is; a wrong kind or a null gives null; unknown arguments give
unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from rules.feel.values import Function, Months, Range, Unknown, Value, each_unknown

_SIGNATURE = re.compile(r"(?P<name>[^(]+)\((?P<parameters>.*)\)")
_PARAMETER = re.compile(r"(?P<name>[^:?]+)(?P<optional>\?)?: (?P<kinds>[\w|]+)(?P<more>…)?")

_KINDS: dict[str, tuple[type, ...]] = {
    "number": (Decimal,),
    "string": (str,),
    "boolean": (bool,),
    "date": (date,),  # also a date and time
    "moment": (datetime,),
    "time": (time,),
    "days": (timedelta,),
    "months": (Months,),
    "list": (list,),
    "context": (Mapping,),
    "range": (Range,),
    "function": (Function,),
    "null": (type(None),),
    "any": (object,),
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: the kinds of value it takes, whether it may be left out, whether it takes all that follow."""

    name: str
    kinds: tuple[type, ...]
    takes: tuple[type, ...]  # the kinds, and what nobody has told
    wants_list: bool
    optional: bool
    takes_rest: bool


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Builtin(Function):
    """A built-in function. `lenient` ones see unknown arguments themselves; others give unknown for any.

    `passes_on` says that what it gives may be (a part of) what it was given, facts and all.
    """

    name: str
    signatures: tuple[tuple[Parameter, ...], ...]
    lenient: bool
    passes_on: bool


REGISTER: dict[str, Builtin] = {}


def builtin(
    *signatures: str, lenient: bool = False, passes_on: bool = False
) -> Callable[[Callable[..., Value]], Callable[..., Value]]:
    """Register what it decorates under the name in its signatures."""

    def register(does: Callable[..., Value]) -> Callable[..., Value]:
        read = [_signature(signature) for signature in signatures]
        name = read[0][0]
        variants = tuple(parameters for _, parameters in read)

        def call(*arguments: Value) -> Value:
            return _called(does, variants, lenient, arguments)

        names = tuple(parameter.name for parameter in variants[0])
        REGISTER[name] = Builtin(
            names, call, name=name, signatures=variants, lenient=lenient, passes_on=passes_on
        )
        return does

    return register


def _signature(written: str) -> tuple[str, tuple[Parameter, ...]]:
    found = _SIGNATURE.fullmatch(written)
    assert found, written
    parameters = []
    for part in filter(None, found["parameters"].split(", ")):
        described = _PARAMETER.fullmatch(part)
        assert described, part
        kinds = described["kinds"].split("|")
        parameters.append(
            Parameter(
                described["name"],
                takes := tuple(kind for name in kinds for kind in _KINDS[name]),
                (*takes, Unknown),
                kinds[0] == "list",
                bool(described["optional"]),
                bool(described["more"]),
            )
        )
    return found["name"], tuple(parameters)


def accepts(signature: tuple[Parameter, ...], count: int) -> bool:
    """May the signature be called with so many arguments?"""
    needed = sum(not parameter.optional for parameter in signature)
    unbounded = bool(signature) and signature[-1].takes_rest
    return needed <= count and (unbounded or count <= len(signature))


def _called(
    does: Callable[..., Value],
    signatures: tuple[tuple[Parameter, ...], ...],
    lenient: bool,
    arguments: tuple[Value, ...],
) -> Value:
    """The first signature that takes the arguments decides; null when none does."""
    for signature in signatures:
        if not accepts(signature, len(arguments)):
            continue
        fitted = _fitted(signature, arguments)
        if fitted is None:
            continue
        if not lenient:
            missing = [path for argument in fitted for gap in each_unknown(argument) for path in gap.missing]
            if missing:
                return Unknown(missing)
        return does(*fitted)
    return None


def _fitted(signature: tuple[Parameter, ...], arguments: tuple[Value, ...]) -> list[Value] | None:
    """The arguments as the parameters want them, or None when one does not fit."""
    fitted: list[Any] = []
    for index, argument in enumerate(arguments):
        parameter = signature[min(index, len(signature) - 1)]
        value = _conformed(argument, parameter)
        if isinstance(value, _Misfit):
            return None
        fitted.append(value)
    return fitted


class _Misfit:
    """No value of a kind the parameter takes."""


def _conformed(value: Value, parameter: Parameter) -> Value:
    if isinstance(value, parameter.takes):
        # True is an int to Python but no number to FEEL; Decimal and date need no such care.
        return value
    if parameter.wants_list and value is not None:
        return [value]
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], parameter.takes):
        return value[0]
    return _Misfit()
