"""What a line means: sure enough to answer, two likely meanings to choose from, or honestly not understood.

    >>> understand("kvifor får eg dette?", "nn")
    Sure(meaning='why')

The line is compared with example lines (`phrases.yaml`) by the cosine of their words and character n-grams,
rare ones weighing most. Small, in plain Python, and the same every time. Another way of understanding can
take its place behind `Understanding`.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

from assistant.processes.definition import LANGUAGES, Texts
from assistant.yaml_file import read_yaml

SURE = 0.5
"""At least this alike, and clearly more so than the next meaning: answer."""

CLEARLY = 0.2
POSSIBLE = 0.3
"""At least this alike: offer it as one of two. Below: say that it was not understood."""

LONGEST = 400
"""Characters of a line that are compared; what is longer is a story, not a question."""


@dataclass(frozen=True)
class Sure:
    meaning: str


@dataclass(frozen=True)
class Either:
    """Two meanings that may be meant (or one, not sure enough): let the person choose."""

    meanings: tuple[str, ...]


@dataclass(frozen=True)
class NotUnderstood:
    pass


Understood = Sure | Either | NotUnderstood


class Understanding(Protocol):
    """Anything that tells what a line means. `candidates`: what can be meant just now (None: anything)."""

    def __call__(self, text: str, language: str, candidates: Iterable[str] | None = None) -> Understood: ...


@dataclass(frozen=True)
class Meaning:
    id: str
    title: Texts
    lines: tuple[str, ...]


@cache
def meanings() -> Mapping[str, Meaning]:
    """Everything that can be meant, by id."""
    loaded = read_yaml(Path(__file__).parent / "phrases.yaml")
    return {
        name: Meaning(name, entry["title"], tuple(line for language in LANGUAGES for line in entry[language]))
        for name, entry in loaded.items()
    }


def normal(text: str) -> str:
    """Lower case, one blank between words, no marks: how lines are compared.

    >>> normal("  Hvorfor, DET?! ")
    'hvorfor det'
    """
    folded = unicodedata.normalize("NFKC", text[:LONGEST]).casefold()
    return " ".join(re.findall(r"\w+", folded))


def features(text: str) -> Counter[str]:
    """The words of a line, and the three- and four-letter pieces of them: a slip of the pen leaves most."""
    found: Counter[str] = Counter()
    for name in normal(text).split():
        found[f"={name}"] += 2
        framed = f"^{name}$"
        for size in (3, 4):
            found.update(framed[n : n + size] for n in range(len(framed) - size + 1))
    return found


class Examples:
    """Example lines of what can be meant, to compare a line with."""

    def __init__(self, lines: Iterable[tuple[str, str]]) -> None:
        """`lines`: (what is meant, a line that means it)."""
        found = [(meaning, features(line)) for meaning, line in lines]
        in_lines: Counter[str] = Counter()
        for _, counts in found:
            in_lines.update(counts.keys())
        self._weights = {name: math.log(1 + len(found) / n) for name, n in in_lines.items()}
        self._vectors = tuple((meaning, self._unit(counts, 0.0)) for meaning, counts in found)
        # a word no example has makes the line less like all of them
        self._unseen = math.log(1 + len(self._vectors))

    def _unit(self, counts: Counter[str], unseen: float) -> dict[str, float]:
        raw = {name: (1 + math.log(n)) * self._weights.get(name, unseen) for name, n in counts.items()}
        length = math.sqrt(sum(value * value for value in raw.values())) or 1.0
        return {name: value / length for name, value in raw.items()}

    def likeness(self, text: str, candidates: Collection[str] | None = None) -> list[tuple[float, str]]:
        """How alike the line is to each meaning's likest example (0 to 1), the likest first."""
        line = self._unit(features(text), self._unseen)
        best: dict[str, float] = {}
        for meaning, vector in self._vectors:
            if candidates is None or meaning in candidates:
                cosine = sum(value * vector.get(name, 0.0) for name, value in line.items())
                best[meaning] = max(best.get(meaning, 0.0), cosine)
        return sorted(((score, meaning) for meaning, score in best.items()), reverse=True)


@cache
def _examples() -> Examples:
    return Examples((meaning.id, line) for meaning in meanings().values() for line in meaning.lines)


def likeness(text: str, candidates: Iterable[str] | None = None) -> list[tuple[float, str]]:
    """How alike the line is to each meaning's likest example (0 to 1), the likest first."""
    return _examples().likeness(text, None if candidates is None else set(candidates))


def exactly(text: str, candidates: Iterable[str]) -> str | None:
    """The meaning one of whose lines this is, word for word: a command also where any words are an answer."""
    said, known = normal(text), meanings()
    return next((one for one in candidates if said in {normal(line) for line in known[one].lines}), None)


def understand(text: str, language: str, candidates: Iterable[str] | None = None) -> Understood:
    """The default `Understanding`. All languages are listened for: people mix them."""
    if len(text) > LONGEST or not normal(text):
        return NotUnderstood()
    found = likeness(text, candidates)
    if not found or found[0][0] < POSSIBLE:
        return NotUnderstood()
    (first, meaning), runner_up = found[0], found[1] if len(found) > 1 else (0.0, "")
    if first >= SURE and first - runner_up[0] >= CLEARLY:
        return Sure(meaning)
    likely = [name for score, name in found[:2] if score >= POSSIBLE]
    return Either(tuple(likely))
