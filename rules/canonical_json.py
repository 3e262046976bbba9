"""JSON with exact numbers: as people read it, and as bytes that are the same for what is the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any


def canonical(value: Any) -> bytes:
    """UTF-8 with sorted keys, no blanks, and each number with the digits it has but no needless zeros.

    >>> canonical({"b": Decimal("2.50"), "a": [date(2024, 8, 1), None]})
    b'{"a":["2024-08-01",null],"b":2.5}'
    """
    return _compact(value).encode()


def _compact(value: Any) -> str:
    if isinstance(value, Mapping):
        entries = sorted((str(key), item) for key, item in value.items())
        return "{" + ",".join(f"{_text(key)}:{_compact(item)}" for key, item in entries) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_compact, value)) + "]"
    return scalar(value)


def scalar(value: Any) -> str:
    """A number, text, date, boolean or null as JSON text; anything else as its text."""
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, date | datetime):
        return json.dumps(value.isoformat())
    if value is None or isinstance(value, bool | int | str):
        return _text(value)
    return _text(str(value))


def number_text(value: Decimal) -> str:
    """1636, 0.06: every digit, no zeros after the last decimal, an exponent only for the very large or small."""
    if not value:
        return "0"
    if not -40 < value.adjusted() < 40:
        return str(value)
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
