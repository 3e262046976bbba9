"""FEEL's built-in functions (DMN 1.5, 10.3.4), one small module a table of the standard."""

from __future__ import annotations

from rules.feel.builtins import (
    contexts,
    conversion,
    lists,
    numbers,
    patterns,
    range_texts,
    ranges,
    sequences,
    statistics,
    strings,
    temporal,
)
from rules.feel.builtins.declare import REGISTER, Builtin

_MODULES = (
    contexts,
    conversion,
    lists,
    numbers,
    patterns,
    range_texts,
    ranges,
    sequences,
    statistics,
    strings,
    temporal,
)
"""Importing a module registers its functions."""

BUILTINS: dict[str, Builtin] = REGISTER

__all__ = ["BUILTINS", "Builtin"]
