"""Texts in quotes, and their escapes (DMN 1.5, grammar rules 33 and 64)."""

from __future__ import annotations

import re
from collections.abc import Callable

from rules.feel.errors import FeelError

_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{6}|.)", re.DOTALL)
_SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_SIMPLE = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\", "/": "/"}


def read_string(text: str, position: int, fault: Callable[[str, int], FeelError]) -> tuple[str, int]:
    """The text whose opening quote stands at `position`, and where it ends."""
    found = _STRING.match(text, position)
    if not found:
        raise fault("the text has no closing quote", position)

    def escaped(escape: re.Match[str]) -> str:
        code = escape.group(1)
        if code in _SIMPLE:
            return _SIMPLE[code]
        number = int(code[1:], 16) if len(code) > 1 else -1
        if 0 <= number <= 0x10FFFF:
            return chr(number)
        return (
            escape.group()
        )  # a sign of a pattern, as in "\\d": the standard lets a backslash stand for itself

    value = _ESCAPE.sub(escaped, found.group(1))
    value = _SURROGATES.sub(
        lambda pair: pair.group().encode("utf-16", "surrogatepass").decode("utf-16"), value
    )
    return value, found.end()
