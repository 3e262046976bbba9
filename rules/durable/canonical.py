"""A value as canonical ASCII: the only form in which durable-rules is given anything.

It compares text byte by byte in the JSON it was handed, so two values are equal for it exactly when their text
is. Each text starts with the value's kind, because FEEL compares nothing across kinds.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from urllib.parse import quote

NULL = "null"


class NotCanonical(ValueError):
    """A value has no canonical form. Names its kind, never the value."""


def canonical(value: object) -> str:
    """Null, true and false, a number, a text or a date in letters, digits and `_.-~%`. Raises `NotCanonical`.

    >>> [canonical(value) for value in (None, True, Decimal("-0.50"), date(2024, 8, 1), 'Å "x"')]
    ['null', 'boolean.true', 'number.-5e-1', 'date.2024-08-01', 'text.%C3%85%20%22x%22']
    """
    if value is None:
        return NULL
    if isinstance(value, bool):
        return f"boolean.{str(value).lower()}"
    if isinstance(value, Decimal) and value.is_finite():
        return f"number.{_exact(value)}"
    if isinstance(value, date) and not isinstance(value, datetime):
        return f"date.{value.isoformat()}"
    if isinstance(value, str):
        return f"text.{name(value)}"
    raise NotCanonical(
        f"a {type(value).__name__}, where durable-rules is given true and false, numbers, texts and dates"
    )


def kind_of(text: str) -> str:
    """The kind a canonical value is compared as.

    >>> kind_of("text.married"), kind_of("null")
    ('text', 'null')
    """
    return text.partition(".")[0]


def name(word: str) -> str:
    """The name of a concept or a kind of life event, in ASCII without quotes or backslashes.

    >>> name("person.birth_date")
    'person.birth_date'
    """
    return quote(word, safe="")


def _exact(number: Decimal) -> str:
    """Equal numbers have one text: 1, 1.0 and 1.00 are `1e0`."""
    sign, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)
    significant = "".join(map(str, digits)).lstrip("0")
    if not significant:
        return "0e0"
    trimmed = significant.rstrip("0")
    return f"{'-' if sign else ''}{trimmed}e{exponent + len(significant) - len(trimmed)}"
