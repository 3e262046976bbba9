"""FEEL's types as they stand in `instance of` and in parameters (DMN 1.5, 10.3.2 and grammar rules 51–58)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rules.feel.errors import FeelError

SIMPLE_TYPES = (
    "years and months duration",
    "days and time duration",
    "date and time",
    "number",
    "string",
    "boolean",
    "date",
    "time",
    "function",
    "context",
    "range",
    "list",
    "Any",
    "Null",
)
_ALIASES = {"day-time duration": "days and time duration", "year-month duration": "years and months duration"}
_SIMPLE = re.compile(
    "(?:" + "|".join(name.replace(" ", r"\s+") for name in (*SIMPLE_TYPES, *_ALIASES)) + r")(?![\w])"
)
_SPACE = re.compile(r"\s*")
_FIELD = re.compile(r"[^\W\d][\w \-+*/'.]*?\s*:")


@dataclass(frozen=True, slots=True)
class Type:
    """A type: its name, and what it is a list, range, function or context of.

    For a function `of` holds its parameters' types and then its result's; for a context, `fields` names them.
    """

    name: str
    of: tuple[Type, ...] = ()
    fields: tuple[str, ...] = ()
    allows: Callable[[Any], Any] | None = field(default=None, compare=False)
    """Which values of the kind are allowed, where not all are: true, false, or unknown of each."""


def read_type(text: str, position: int, known: Mapping[str, Type] | None = None) -> tuple[Type, int]:
    """The type that starts at `position`, and where it ends. Raises FeelError when none does.

    `known` are the types with names of their own.
    """
    position = _after_space(text, position)
    own = _longest_own(text, position, known or {})
    if own is not None:
        return own
    found = _SIMPLE.match(text, position)
    if found is None:
        word = re.match(r"[\w]+", text[position:])
        what = f"`{word.group()}`" if word else "this"
        raise FeelError(f"{what} is no type; the types are {', '.join(sorted(SIMPLE_TYPES))}")
    name = re.sub(r"\s+", " ", found.group())
    name = _ALIASES.get(name, name)
    position = found.end()
    opening = _after_space(text, position)
    if text[opening : opening + 1] != "<" or name not in ("list", "range", "function", "context"):
        return Type(name), position
    parts, fields, position = _read_parts(text, opening + 1, known, with_fields=name == "context")
    if name == "function":
        arrow = _after_space(text, position)
        if text[arrow : arrow + 2] != "->":
            raise FeelError("a function type ends in its result: function<number> -> string")
        result, position = read_type(text, arrow + 2, known)
        parts.append(result)
    elif name in ("list", "range") and len(parts) != 1:
        raise FeelError(f"{name}<…> takes one type, not {len(parts)}")
    return Type(name, tuple(parts), tuple(fields)), position


def _longest_own(text: str, position: int, known: Mapping[str, Type]) -> tuple[Type, int] | None:
    """The longest of the known names that stands at the position, with its type and where it ends."""
    for name in sorted(known, key=len, reverse=True):
        end = position + len(name)
        if text.startswith(name, position) and not re.match(r"\w", text[end : end + 1]):
            return known[name], end
    return None


def _read_parts(
    text: str, position: int, known: Mapping[str, Type] | None, *, with_fields: bool
) -> tuple[list[Type], list[str], int]:
    """The types between < and >, and their names in a context type."""
    parts: list[Type] = []
    fields: list[str] = []
    position = _after_space(text, position)
    while text[position : position + 1] != ">":
        if parts:
            if text[position : position + 1] != ",":
                raise FeelError("expected , or > in a type")
            position = _after_space(text, position + 1)
        if with_fields:
            named = _FIELD.match(text, position)
            if named is None:
                raise FeelError("a context type names its entries: context<name: string>")
            fields.append(named.group()[:-1].strip())
            position = named.end()
        part, position = read_type(text, position, known)
        parts.append(part)
        position = _after_space(text, position)
    return parts, fields, position + 1


def _after_space(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    return found.end() if found else position
