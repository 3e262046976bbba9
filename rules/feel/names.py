"""Which names an author may write: FEEL's may hold spaces (`date and time`), so only the known ones can be
told apart.

DMN 1.5, 10.3.1.4: of all the known names that match at a place in the text, the longest is meant.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Iterator

NAME_START = r"(?:[^\W\d]|[?\U00010000-\U000EFFFF])"
NAME_PART = r"(?:\w|[?\U00010000-\U000EFFFF\u00b7\u0300-\u036f\u203f-\u2040])"
_WORD = re.compile(rf"{NAME_START}{NAME_PART}*")
_PIECES = re.compile(rf"{NAME_PART}+|[^\s\w]")

KEYWORDS = frozenset(
    [
        "and",
        "between",
        "else",
        "every",
        "false",
        "for",
        "function",
        "if",
        "in",
        "instance",
        "null",
        "of",
        "or",
        "return",
        "satisfies",
        "some",
        "then",
        "true",
    ]
)


def word_at(text: str, position: int) -> str:
    """The single word that starts here, or ''."""
    found = _WORD.match(text, position)
    return found.group() if found else ""


def normal_name(name: str) -> str:
    """A name with its spaces made one each: the form in which names are compared."""
    return " ".join(name.split())


def names_pattern(name: str) -> re.Pattern[str]:
    """Matches the name in a text, however much white space stands between its words."""
    pieces = _PIECES.findall(name)
    written = ""
    for before, piece in zip(["", *pieces], pieces, strict=False):
        if before:
            both_words = before[-1].isalnum() and piece[0].isalnum()
            written += r"\s+" if both_words else r"\s*"
        written += re.escape(piece)
    return re.compile(rf"{written}(?!{NAME_PART})")


class KnownNames:
    """Names by their first word, the longest first."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._by_first: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
        self._all: set[str] = set()
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        name = normal_name(name)
        if not name or name in self._all:
            return
        self._all.add(name)
        first = word_at(name, 0)
        if first == name:
            return  # a single word is found without being known
        bucket = self._by_first.setdefault(first, [])
        bucket.append((name, names_pattern(name)))
        bucket.sort(key=lambda known: -len(known[0]))

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def longest_at(self, text: str, position: int, first: str) -> tuple[str, int] | None:
        """The longest known name of several words at the position, and where it ends."""
        for name, pattern in self._by_first.get(first, ()):
            found = pattern.match(text, position)
            if found:
                return name, found.end()
        return None


def did_you_mean(name: str, known: Collection[str]) -> str:
    """' Did you mean `x`?' for the nearest known name, or ''."""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f" Did you mean `{near[0]}`?" if near else ""
