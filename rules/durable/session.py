"""What one person's session is filled with, and what the matches in it mean: pure, on our side of the process.

The engine tells facts apart by a 32-bit hash of their id and nothing else, and people's own identifiers have
been seen to collide. So facts are numbered (`c0`, `r0`), people too (`p0`), in a session that has nobody else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import unquote

from rules.durable.canonical import name
from rules.durable.ruleset import Ruleset, values
from rules.life_events import Concerned, FactChange, scope_of

SESSION = "0"
MOST_FACTS = 10_000
"""In a session. So many numbered facts have been seen to have hashes of their own (a test says so)."""

Cause = int | tuple[str, str]
"""What made an event: the place of a change among those told, or the kind and subject of an earlier event."""


class TooManyFacts(ValueError):
    """More than one person's recent changes: not what a session is for."""


@dataclass(frozen=True)
class Case:
    """What `recognise` is asked of one person: their changes, the day, who is related to whom."""

    changes: Sequence[FactChange]
    on: date
    concerned: Concerned = field(default_factory=dict)


@dataclass(frozen=True)
class Session:
    """The facts of a case as the engine is given them, and what their numbers stand for."""

    facts: tuple[dict[str, str], ...]
    people: tuple[str, ...]  # by number
    related: tuple[str, ...]  # by number of the relation: our id of the one it concerns


@dataclass(frozen=True)
class Matches:
    """What the engine found: (kind, cause) → whom it concerns, and which have something speak against them."""

    recognised: Mapping[tuple[str, Cause], tuple[str, ...]]
    spoken_against: frozenset[tuple[str, Cause]]


def fill(ruleset: Ruleset, case: Case) -> Session:
    """The session of a case: only facts that some rule asks for. Raises `NotCanonical`, `TooManyFacts`."""
    people: dict[str, str] = {}

    def number(person: str) -> str:
        return people.setdefault(person, f"p{len(people)}")

    facts: list[dict[str, str]] = []
    related: list[str] = []
    for (relation, of), concerned in case.concerned.items():
        for person in concerned if relation in ruleset.relations else ():
            found = {"relation": name(relation), "of": number(of), "concerned": number(person)}
            facts.append({"id": f"r{len(related)}", **found})
            related.append(person)
    for place, change in enumerate(case.changes):
        if change.concept in ruleset.concepts:
            facts.append(
                {
                    "id": f"c{place}",
                    "concept": name(change.concept),
                    "subject": number(change.subject),
                    "withdrawn": "yes" if change.withdrawn else "no",
                    **_values(change, case.on),
                }
            )
    if (count := max(len(facts), len(case.changes))) > MOST_FACTS:
        raise TooManyFacts(f"{count} facts for one session of durable-rules; it takes {MOST_FACTS}")
    told = tuple({"sid": SESSION, **fact} for fact in facts)
    return Session(told, tuple(people), tuple(related))


def _values(change: FactChange, on: date) -> dict[str, str]:
    scope = scope_of(change, on)  # what was withdrawn is judged as it was when it was stated
    return values(scope["before"], scope["after"])


def understand(session: Session, answer: Mapping[str, Any]) -> Matches:
    """What a child process answered of the session (see `child.py`), in our words."""
    causes: dict[str, Cause] = {}
    subjects: dict[str, str] = {}
    for fact in session.facts:
        if "subject" in fact:
            causes[fact["id"]] = int(fact["id"][1:])
            subjects[fact["id"]] = session.people[int(fact["subject"][1:])]
    for event, (kind, person) in answer["events"].items():
        subjects[event] = session.people[int(person[1:])]
        causes[event] = (unquote(kind), subjects[event])
    concerned: dict[tuple[str, Cause], set[tuple[int, str]]] = {}
    for kind, signal, relation in answer["recognised"]:
        place = int(relation[1:]) if relation else 0
        person = session.related[place] if relation else subjects[signal]
        concerned.setdefault((unquote(kind), causes[signal]), set()).add((place, person))
    return Matches(
        {match: tuple(person for _, person in sorted(people)) for match, people in concerned.items()},
        frozenset((unquote(kind), causes[signal]) for kind, signal in answer["spoken_against"]),
    )
