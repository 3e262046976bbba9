"""FEEL's built-in functions (DMN 1.5, 10.3.4), one small module a table of the standard."""

from __future__ import annotations

from rules.feel.builtins import lists, numbers
from rules.feel.builtins.declare import REGISTER, Builtin

BUILTINS: dict[str, Builtin] = REGISTER

__all__ = ["BUILTINS", "Builtin", "lists", "numbers"]
