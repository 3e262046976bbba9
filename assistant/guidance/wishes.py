"""How much a person wants done for them, theme by theme, and what follows for each thing there is to tell. Pure.

Every place that plans a message, or does something for somebody, asks here; nowhere else is a wish read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from assistant.guidance.themes import theme_of
from assistant.yaml_file import read_yaml
from rules.determination import LawReference

Choice = Literal["do", "ask", "tell", "leave"]
"""Do it for me; ask me first; only tell me; leave me alone."""

CHOICES: tuple[Choice, ...] = get_args(Choice)
DEFAULT: Choice = "ask"

Way = Literal["tell", "tell_only", "act", "nothing"]
"""As planned; without an errand to begin; the assistant walks the errand first; not at all."""


@dataclass(frozen=True)
class Wish:
    """What a person has chosen for a theme, and when. What is sent because of it carries it as evidence."""

    theme: str
    choice: Choice
    set_at: datetime | None = None  # None: never chosen, the default

    def as_json(self) -> dict[str, Any]:
        return {
            "theme": self.theme,
            "choice": self.choice,
            "set_at": self.set_at.isoformat() if self.set_at else None,
        }


@cache
def _kinds() -> Mapping[str, tuple[LawReference, ...]]:
    kept = read_yaml(Path(__file__).parent / "statutory.yaml")
    return {
        kind: tuple(LawReference(**reference) for reference in entry.get("law", ()))
        for kind, entry in kept.items()
    }


def is_statutory(kind: str) -> bool:
    """Whether law demands that a message of the kind reaches the person, whatever they wish.

    >>> is_statutory("decision_made"), is_statutory("right_found"), is_statutory("a kind nobody has judged")
    (True, False, True)
    """
    return kind not in _kinds() or bool(_kinds()[kind])


def law_behind(kind: str) -> tuple[LawReference, ...]:
    """The law that demands a message of the kind; none where none does, or nobody has said which."""
    return _kinds().get(kind, ())


def judged_kinds() -> frozenset[str]:
    """The kinds of which it is settled whether law demands them."""
    return frozenset(_kinds())


def choice_for(wishes: Iterable[Wish], theme: str) -> Choice:
    """
    >>> choice_for([Wish("school", "leave")], "school"), choice_for([], "school")
    ('leave', 'ask')
    """
    return next((one.choice for one in wishes if one.theme == theme), DEFAULT)


def way_of(choice: Choice, kind: str, *, has_errand: bool, asked_for: bool = False) -> Way:
    """What becomes of something to tell.

    `asked_for`: it answers the person, or is of their own case. `has_errand`: there is an errand one can walk for
    them here. Only a right that is found is acted on: what is unsure, or lost, is for the person to think about.
    """
    if asked_for or is_statutory(kind):
        return "tell"
    if choice == "leave":
        return "nothing"
    if choice == "tell":
        return "tell_only"
    if choice == "do" and kind == "right_found" and has_errand:
        return "act"
    return "tell"


def way_for(
    wishes: Iterable[Wish], rule: str, kind: str, process: str = "", *, asked_for: bool = False
) -> Way:
    """`way_of` for one who has these wishes, and something of a rule. `process`: the errand it leads to here."""
    choice = choice_for(wishes, theme_of(rule))
    return way_of(choice, kind, has_errand=bool(process), asked_for=asked_for)


def as_wished(content: Mapping[str, Any], way: Way) -> Mapping[str, Any]:
    """The content of a message as the wish would have it: who is only to be told is not led into an errand."""
    return {**content, "process": "", "only_told": True} if way == "tell_only" else content
