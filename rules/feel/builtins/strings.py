"""String functions (DMN 1.5, 10.3.4.3). Positions count characters from 1, from the end when negative."""

from __future__ import annotations

from decimal import Decimal

from rules.feel import limits
from rules.feel.builtins.declare import builtin
from rules.feel.errors import FeelError
from rules.feel.numbers import whole
from rules.feel.values import Value


@builtin("substring(string: string, start position: number, length?: number|null)")
def substring(text: str, start: Decimal, length: Decimal | None = None) -> Value:
    first = whole(start)
    if not first or abs(first) > len(text):
        return None
    begin = first - 1 if first > 0 else len(text) + first
    if length is None:
        return text[begin:]
    count = int(length)
    return text[begin : begin + count] if count > 0 else None


@builtin("string length(string: string)")
def string_length(text: str) -> Value:
    return Decimal(len(text))


@builtin("upper case(string: string)")
def upper_case(text: str) -> Value:
    return text.upper()


@builtin("lower case(string: string)")
def lower_case(text: str) -> Value:
    return text.lower()


@builtin("substring before(string: string, match: string)")
def substring_before(text: str, match: str) -> Value:
    return text.partition(match)[0] if match and match in text else ""


@builtin("substring after(string: string, match: string)")
def substring_after(text: str, match: str) -> Value:
    if not match:
        return text
    return text.partition(match)[2]


@builtin("contains(string: string, match: string)")
def contains(text: str, match: str) -> Value:
    return match in text


@builtin("starts with(string: string, match: string)")
def starts_with(text: str, match: str) -> Value:
    return text.startswith(match)


@builtin("ends with(string: string, match: string)")
def ends_with(text: str, match: str) -> Value:
    return text.endswith(match)


@builtin("string join(list: list, delimiter?: string|null)")
def string_join(items: list[Value], delimiter: str | None = None) -> Value:
    """The texts of a list in one, nulls left out."""
    if any(item is not None and not isinstance(item, str) for item in items):
        return None
    texts = [item for item in items if item is not None]
    between = delimiter or ""
    if sum(map(len, texts)) + len(between) * len(texts) > limits.STRING_LENGTH:
        raise FeelError(f"a text would be longer than {limits.STRING_LENGTH} characters")
    return between.join(texts)
