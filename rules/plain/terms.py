"""What the generator knows of a value before it is there: its kind, and the Python text that gives it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

Base = Literal["number", "text", "boolean", "date", "months", "days", "entity", "list", "used rule", "null"]

FACT_TOP = 15
"""A number among the facts lies within ±10^15, else the closures take it."""
EXACT_TOP = 34
"""Whole numbers within ±10^34 are exact as FEEL numbers."""
SAFE_TOP = 6000
"""A result within ±10^6000 is never out of FEEL's range (6144)."""


class NotPlain(Exception):
    """The generator has no way to write this; the text says what."""


@dataclass(frozen=True, slots=True)
class Kind:
    """The kind of a value, known before it is there.

    `null`: it may also be null. For numbers `whole` says that it may be a Python int, exact either way, and
    `top` that it lies within ±10^top. `subject` is an entity's subject type.
    """

    base: Base
    null: bool = False
    whole: bool = False
    top: int = 0
    subject: str = ""

    @property
    def known(self) -> Kind:
        """The same where it is not null."""
        return replace(self, null=False)


NUMBER = Kind("number", top=SAFE_TOP)
NULL = Kind("null", null=True)
BOOLEAN = Kind("boolean")


@dataclass(frozen=True, slots=True)
class Term:
    """A value as Python text. `atom`: a name or literal, free to repeat.

    `exact` is the name of the same number as a Decimal, where it is known before the facts are. `folded` holds
    the value where it is the same on every day. A list has `walk` instead of text that gives it at once.
    """

    code: str
    kind: Kind
    atom: bool = False
    exact: str = ""
    folded: tuple[Any, ...] = ()
    walk: Walk | None = None


@dataclass(frozen=True, slots=True)
class Walk:
    """A list that is only walked: `source` names a Python list, `item` writes what gives one item of it.

    `item` is given the name of the item in the source. It gives None where the item is left out; the text it
    wrote then has gone on to the next.
    """

    source: str
    item: Callable[[str], Term]
    sifted: bool = False


def joined(one: Kind, other: Kind) -> Kind:
    """The kind of a value that is of one kind or the other. Raises NotPlain where they have nothing in common."""
    if one.base == "null" or other.base == "null":
        return replace(other if one.base == "null" else one, null=True)
    if one.base != other.base or one.subject != other.subject or one.base in ("list", "used rule"):
        raise NotPlain(f"a value that is {one.base} or {other.base}")
    return replace(
        one, null=one.null or other.null, whole=one.whole or other.whole, top=max(one.top, other.top)
    )
