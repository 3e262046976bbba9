"""What is planned, made ready to be kept: to whom, how, from what. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assistant.guidance.people import Person
from assistant.guidance.planning import PlannedGuidance
from assistant.guidance.tact import Telling


@dataclass(frozen=True)
class Ready:
    """One thing to tell one person, by the ways and in the language they are told in."""

    planned: PlannedGuidance
    person: Person
    how: Telling
    content: Mapping[str, Any]

    def values(self, now: datetime) -> Mapping[str, Any]:
        """The row of guidance."""
        return {
            "person_id": self.person.id,
            "subject_id": self.planned.subject_id,
            "kind": self.planned.kind,
            "rule": self.planned.rule,
            "cause": self.planned.cause,
            "content": self.content,
            "determination_id": self.planned.determination_id,
            "created_at": now,
        }


def one_a_person(planned: Sequence[PlannedGuidance]) -> Iterator[list[int]]:
    """The places of what is planned, in rounds: whether one is told softly hangs on what they were told just now."""
    left = list(range(len(planned)))
    while left:
        firsts: dict[str, int] = {}
        for place in left:
            firsts.setdefault(planned[place].person.id, place)
        yield list(firsts.values())
        left = [place for place in left if place not in firsts.values()]
