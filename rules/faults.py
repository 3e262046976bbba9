"""What is wrong with a rule file, at which line, and the way out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that is wrong. `line` counts from 1; 0 means the file as a whole."""

    filename: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.filename}:{self.line}: {self.message}"


class RuleFault(ValueError):
    """A rule, concept or life-event file cannot be used. `faults` has every one; `str` gives one a line."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


def suggestion(word: str, known: Iterable[str]) -> str:
    """'; did you mean X?' where one of the known words is close, else the words there are to choose from.

    >>> suggestion("titel", ["title", "law"])
    '; did you mean title?'
    >>> suggestion("zzz", ["title", "law"])
    '; known here: law, title'
    """
    words = sorted(set(known))
    if close := get_close_matches(word, words, n=1, cutoff=0.6):
        return f"; did you mean {close[0]}?"
    shown = ", ".join(words[:12]) + (", …" if len(words) > 12 else "")
    return f"; known here: {shown}" if words else ""
