"""Shorthands of these tests: evaluate a text, given facts by name."""

from __future__ import annotations

from typing import Any

from rules.feel import FeelError, Recorder, compile_expression
from rules.feel.command import as_json, json_line


def value_of(text: str, recorder: Recorder | None = None, /, **facts: Any) -> Any:
    """The value of an expression, given facts by name."""
    return compile_expression(text, list(facts)).evaluate(facts, recorder)


def written(text: str, /, **facts: Any) -> str:
    """The value as `varde feel` writes it in JSON: short to read in a table."""
    return json_line(as_json(value_of(text, **facts)))


def fault_of(text: str, *names: str) -> str:
    """What the author of a faulty text is told."""
    try:
        compile_expression(text, names).evaluate({})
    except FeelError as fault:
        return str(fault)
    raise AssertionError(f"{text!r} has no fault")
