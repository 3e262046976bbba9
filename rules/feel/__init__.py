"""FEEL, the expression language of rules (DMN 1.5, chapter 10), with unknown as a value beside null."""

from __future__ import annotations

from rules.feel.errors import FeelError
from rules.feel.expression import Expression, compile_expression
from rules.feel.facts import Read, Recorder
from rules.feel.values import Function, Months, Range, Unknown

__all__ = [
    "Expression",
    "FeelError",
    "Function",
    "Months",
    "Range",
    "Read",
    "Recorder",
    "Unknown",
    "compile_expression",
]
