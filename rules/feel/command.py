"""What `varde feel` does, as pure functions: an expression and JSON in, JSON out.

Numbers stay exact on the way in and out. What JSON has no form for is written as FEEL writes it: dates and durations
in ISO 8601, ranges as "[1..5)". An unknown result is `null` with a `missing` beside it that lists the facts to tell.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from rules.feel.builtins.conversion import said
from rules.feel.builtins.temporal import clock
from rules.feel.errors import FeelError
from rules.feel.expression import compile_expression
from rules.feel.values import Unknown, Value, each_unknown

_JSON_DEPTH = 100
_LINE_LENGTH = 1_000_000
_PLAIN_DIGITS = 60
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')


def evaluate_json(expression: str, context_json: str = "{}", now: datetime | None = None) -> dict[str, Any]:
    """The line `varde feel` prints: {"value": …}, with "missing" where the value is unknown. See `json_line`.

    The context is a JSON object: its keys are the names in scope. With `now`, an aware moment, there are `today()`
    and `now()`. Raises FeelError for a fault in the expression or the context.
    """
    return evaluate_given(expression, read_json(context_json, "the context"), now)


def evaluate_given(
    expression: str, given: Any, now: datetime | None = None, *, lenient: bool = False
) -> dict[str, Any]:
    """As `evaluate_json`, with the context as Python values: dicts, lists, texts, Decimals.

    With `lenient` what means nothing is null, see `compile_expression`.
    """
    if not isinstance(given, Mapping):
        raise FeelError('the context is a JSON object, such as {"income": 300000}')
    names = [name for name in given if name]
    compiled = compile_expression(expression, names, clock(now) if now else None, lenient=lenient)
    value = compiled.evaluate(given)
    answer = {"value": as_json(value)}
    missing = missing_in(value)
    return {**answer, "missing": missing} if missing else answer


def missing_in(value: Value) -> list[str]:
    """The facts that would settle the unknowns in a value, each once."""
    return list(dict.fromkeys(path for gap in each_unknown(value) for path in gap.missing))


def evaluate_batch(lines: Iterable[str], now: datetime | None = None) -> Iterator[str]:
    """One JSON line of answer for each line {"expression": …, "given": {…}}; empty lines are passed over.

    A line that cannot be answered gives {"error": …} and the next one is taken. What is well formed but means
    nothing, as a name that is not given, is null: a batch is how the standard's own tests are run.
    """
    for line in lines:
        if not line.strip():
            continue
        try:
            task = read_json(line, "the line")
            if not isinstance(task, Mapping) or not isinstance(task.get("expression"), str):
                raise FeelError('a line is {"expression": "…", "given": {…}}')
            given = task.get("given")
            answer = evaluate_given(task["expression"], {} if given is None else given, now, lenient=True)
        except FeelError as fault:
            answer = {"error": str(fault)}
        yield json_line(answer)


def as_json(value: Value) -> Any:
    """A value as JSON has it; a number stays a Decimal for `json_line` to write exactly."""
    if value is None or isinstance(value, (bool, str, Decimal)):
        return value
    if isinstance(value, Unknown):
        return None
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, (list, tuple)):
        return [as_json(item) for item in value]
    if isinstance(value, Mapping):
        return {str(name): as_json(item) for name, item in value.items()}
    return said(value, quoted=False)


def json_line(answer: Any) -> str:
    """An answer as one line of JSON, its numbers with every digit they have.

    >>> json_line({"value": Decimal("1.50"), "missing": []})
    '{"value": 1.5, "missing": []}'
    """
    if isinstance(answer, Decimal):
        return _number(answer)
    if isinstance(answer, Mapping):
        return f"{{{', '.join(f'{_text(name)}: {json_line(item)}' for name, item in answer.items())}}}"
    if isinstance(answer, list):
        return f"[{', '.join(map(json_line, answer))}]"
    return json.dumps(answer, ensure_ascii=False) if not isinstance(answer, str) else _text(answer)


def _text(text: str) -> str:
    """A text in quotes; half of a surrogate pair, which UTF-8 cannot carry, is escaped."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(text)
    return json.dumps(text, ensure_ascii=False)


def _number(value: Decimal) -> str:
    """Plain digits, or with an exponent where those would be very many."""
    if not value:
        return "0"
    value = value.normalize() if len(value.as_tuple().digits) <= 28 else value
    exponent = value.adjusted()
    if abs(exponent) > _PLAIN_DIGITS:
        return format(value, "E")
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def read_json(text: str, what: str) -> Any:
    """JSON with its numbers as Decimals. Raises FeelError with the place of a fault."""
    if len(text) > _LINE_LENGTH:
        raise FeelError(f"{what} is longer than {_LINE_LENGTH} characters")
    if _depth(text) > _JSON_DEPTH:
        raise FeelError(f"{what} is nested more than {_JSON_DEPTH} deep")
    try:
        return json.loads(text, parse_float=Decimal, parse_int=_integer, parse_constant=_constant)
    except json.JSONDecodeError as fault:
        raise FeelError(
            f"{what} is no JSON: {fault.msg} at line {fault.lineno}, column {fault.colno}"
        ) from None


def _depth(text: str) -> int:
    """How deep brackets open in the text, those within quotes aside."""
    deepest = depth = 0
    for character in _QUOTED.sub("", text):
        if character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest


def _integer(digits: str) -> Decimal:
    return Decimal(digits)


def _constant(name: str) -> Any:
    raise FeelError(f"{name} is no JSON number")
