"""Regular expressions of XPath (XQuery and XPath Functions 3.1, 5.6) written as Python's, which differ in detail.

`.` matches no end of line and `$` only the end; `\\p{L}` is a category of letters; `[a-z-[aeiou]]` takes out; and
white space means nothing under the flag x.
"""

from __future__ import annotations

import functools
import re
import sys
import unicodedata

_CATEGORY = re.compile(r"\\([pP])\{([^}]*)\}")
_CATEGORIES = re.compile(r"[LMNPZSC][a-z]?")
_BLOCKS = {
    "BasicLatin": (0x00, 0x7F),
    "Latin-1Supplement": (0x80, 0xFF),
    "LatinExtended-A": (0x100, 0x17F),
    "Greek": (0x370, 0x3FF),
    "Cyrillic": (0x400, 0x4FF),
}
_MARKS = {"i": r"^\W\d", "I": r"\W\d", "c": r"\w.\-:", "C": r"^\w.\-:"}


class PatternFault(ValueError):
    """The text is no pattern."""


def translated(pattern: str, flags: str) -> str:
    """The pattern as Python's `re` has it. Raises PatternFault for one that XPath does not have."""
    return _Translating(_without_space(pattern) if "x" in flags else pattern, flags).whole()


def _without_space(pattern: str) -> str:
    """The pattern without white space, but for what stands between [ and ]."""
    kept: list[str] = []
    depth = 0
    for character in pattern:
        escaped = bool(kept) and kept[-1] == "\\" and (len(kept) < 2 or kept[-2] != "\\")
        if not escaped:
            depth += (character == "[") - (character == "]")
        if depth > 0 or not character.isspace():
            kept.append(character)
    return "".join(kept)


class _Translating:
    def __init__(self, pattern: str, flags: str) -> None:
        self.pattern, self.position = pattern, 0
        self.dot = "." if "s" in flags else r"[^\n\r]"
        self.end = "$" if "m" in flags else r"\Z"

    def whole(self) -> str:
        parts: list[str] = []
        while self.position < len(self.pattern):
            character = self.pattern[self.position]
            if character == "\\":
                parts.append(self.escape())
            elif character == "[":
                parts.append(self.characters())
            else:
                parts.append({".": self.dot, "$": self.end}.get(character, character))
                self.position += 1
        return "".join(parts)

    def escape(self) -> str:
        """An escape outside of brackets."""
        found = _CATEGORY.match(self.pattern, self.position)
        if found:
            self.position = found.end()
            return f"[{'^' if found[1] == 'P' else ''}{_ranges(found[2])}]"
        written = self.taken()
        if written == r"\0":
            raise PatternFault
        return f"[{_MARKS[written[1]]}]" if written[1] in _MARKS else written

    def taken(self) -> str:
        written = self.pattern[self.position : self.position + 2]
        if len(written) < 2:
            raise PatternFault
        self.position += 2
        return written

    def characters(self) -> str:
        """What stands between [ and ], with what is taken out of it."""
        self.position += 1
        parts = ["["]
        if self.pattern.startswith("^", self.position):
            parts.append("^")
            self.position += 1
        while not self.pattern.startswith("]", self.position) or len(parts) == 1:
            if self.position >= len(self.pattern):
                raise PatternFault
            if self.pattern.startswith("-[", self.position):
                self.position += 1
                without = self.characters()
                if not self.pattern.startswith("]", self.position):
                    raise PatternFault
                self.position += 1
                return f"(?:(?!{without}){''.join(parts)}])"
            parts.append(self.one_of())
        self.position += 1
        return f"{''.join(parts)}]"

    def one_of(self) -> str:
        character = self.pattern[self.position]
        if character != "\\":
            self.position += 1
            return f"\\{character}" if character in "[&|~" else character
        found = _CATEGORY.match(self.pattern, self.position)
        if found:
            self.position = found.end()
            return _ranges(found[2], others=found[1] == "P")
        written = self.taken()
        if written[1].isdigit():
            raise PatternFault  # a group means nothing between brackets
        return {r"\i": "_:a-zA-Z", r"\c": r"\w.\-:"}.get(written, written)


@functools.lru_cache(maxsize=64)
def _ranges(name: str, *, others: bool = False) -> str:
    """The characters of a category (`L`, `Lu`) or block (`IsBasicLatin`), or all others, as ranges for brackets."""
    if name.startswith("Is") and name[2:] in _BLOCKS:
        first, last = _BLOCKS[name[2:]]
        spans = [(0, first - 1), (last + 1, sys.maxunicode)] if others else [(first, last)]
        return "".join(_span(start, end) for start, end in spans if start <= end)
    if not _CATEGORIES.fullmatch(name):
        raise PatternFault
    parts: list[str] = []
    begun: int | None = None
    for code in range(sys.maxunicode + 2):
        inside = code <= sys.maxunicode and unicodedata.category(chr(code)).startswith(name) is not others
        if inside and begun is None:
            begun = code
        elif not inside and begun is not None:
            parts.append(_span(begun, code - 1))
            begun = None
    return "".join(parts)


def _span(first: int, last: int) -> str:
    return f"\\U{first:08x}-\\U{last:08x}"
