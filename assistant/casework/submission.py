"""What a person has sent in: answers, facts said to be wrong, and for how long it is to hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, Self

from assistant.config import local_date
from assistant.twin import Generation
from rules.determination import Texts

Duration = Literal["this_year", "whole_stay"]
"""One kindergarten year, or as long as the child has the place (§ 3e third paragraph)."""


Origin = Literal["errand", "intake"]
"""Where one applied: in an errand here, or when the child got its place."""


@dataclass(frozen=True)
class DisputedFact:
    """A fact we hold and the person says is wrong: which, what it should be, and why."""

    fact: str  # its key in the errand: '<subject id>:<concept>'
    label: str  # what it was called on the page
    held: str  # as it was shown; empty where the value is not the person's to read
    should_be: str
    reason: str

    def as_json(self) -> dict[str, Any]:
        return {
            "fact": self.fact,
            "label": self.label,
            "held": self.held,
            "should_be": self.should_be,
            "reason": self.reason,
        }


@dataclass(frozen=True)
class Submission:
    """A submitted errand.

    `errand` is an errand's id or a rule it decides; ids are ours, never identity numbers.
    """

    errand: str
    person_id: str
    subject_id: str
    municipality: str
    duration: Duration
    language: str = "nb"
    process_id: str | None = None
    generation: Generation = "fetched"
    answers: Mapping[str, Any] = field(default_factory=dict)
    disputed: tuple[DisputedFact, ...] = ()
    for_worker: Mapping[str, Texts] = field(default_factory=dict)  # answer → why a person must look at it
    origin: Origin = "errand"
    applied_on: date | None = None  # None: the day it is received
    evidence: Mapping[str, Any] = field(default_factory=dict)  # who acted for the applicant, by what right

    def counts_from(self, received_at: datetime) -> date:
        """The day one is taken to have applied: the day it was received, unless another was said (§ 3d)."""
        return self.applied_on or local_date(received_at)

    def content(self) -> dict[str, Any]:
        """What the case row keeps of it."""
        return {
            "answers": dict(self.answers),
            "disputed": [fact.as_json() for fact in self.disputed],
            "for_worker": {name: dict(text) for name, text in self.for_worker.items()},
            "duration": self.duration,
            "language": self.language,
            "reasons": [],
            "origin": self.origin,
            "applied_on": None if self.applied_on is None else self.applied_on.isoformat(),
            **({"evidence": dict(self.evidence)} if self.evidence else {}),
        }

    @classmethod
    def of_case(cls, case: Mapping[str, Any]) -> Self:
        """Read back from a case row."""
        content = case["content"]
        applied_on = content.get("applied_on")
        return cls(
            errand=case["kind"],
            person_id=case["person_id"],
            subject_id=case["subject_id"],
            municipality=case["municipality"],
            duration=content["duration"],
            language=content["language"],
            process_id=case["process_id"],
            generation=case["generation"],
            answers=content["answers"],
            disputed=tuple(DisputedFact(**fact) for fact in content["disputed"]),
            for_worker=content["for_worker"],
            origin=content.get("origin", "errand"),
            applied_on=None if applied_on is None else date.fromisoformat(applied_on),
            evidence=content.get("evidence", {}),
        )
