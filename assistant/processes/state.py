"""How far a person has come in an errand: what is answered, and what is said to be wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class Answer:
    """The choice made or the value given, and the words that go with it."""

    value: str
    detail: str = ""

    def as_json(self) -> dict[str, str]:
        return {"value": self.value, "detail": self.detail}


@dataclass(frozen=True)
class Correction:
    """A fact the person says is wrong: what we hold, what it should be (may be empty), and why."""

    fact: str  # HeldFact.key
    label: str
    held: str  # as it was shown; empty where the value is not the person's to read
    should_be: str
    reason: str

    def as_json(self) -> dict[str, str]:
        return {
            "fact": self.fact,
            "label": self.label,
            "held": self.held,
            "should_be": self.should_be,
            "reason": self.reason,
        }


@dataclass(frozen=True)
class ProcessState:
    """`at` is the step to show (empty: the first), `done` those that are answered, by id."""

    at: str = ""
    done: tuple[str, ...] = ()
    answers: Mapping[str, Answer] = field(default_factory=dict)
    corrections: tuple[Correction, ...] = ()
    confirmed: str = ""  # digest of the facts the person has confirmed: new facts must be confirmed again
    prepared: bool = False  # walked for the person as they wished: they are shown only what is left

    def moved_to(self, step: str) -> ProcessState:
        return replace(self, at=step)

    def with_done(self, step: str) -> ProcessState:
        return self if step in self.done else replace(self, done=(*self.done, step))

    def with_answer(self, name: str, answer: Answer | None) -> ProcessState:
        answers = {key: value for key, value in self.answers.items() if key != name}
        if answer is not None:
            answers[name] = answer
        return replace(self, answers=answers)

    def with_correction(self, correction: Correction) -> ProcessState:
        return replace(self, corrections=(*self.without_correction(correction.fact).corrections, correction))

    def without_correction(self, fact: str) -> ProcessState:
        return replace(self, corrections=tuple(c for c in self.corrections if c.fact != fact))

    def correction_of(self, fact: str) -> Correction | None:
        return next((c for c in self.corrections if c.fact == fact), None)

    def as_json(self) -> dict[str, Any]:
        return {
            "at": self.at,
            "done": list(self.done),
            "answers": {name: answer.as_json() for name, answer in self.answers.items()},
            "corrections": [correction.as_json() for correction in self.corrections],
            "confirmed": self.confirmed,
            **({"prepared": True} if self.prepared else {}),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> ProcessState:
        return cls(
            at=stored.get("at", ""),
            done=tuple(stored.get("done", ())),
            answers={name: Answer(**answer) for name, answer in stored.get("answers", {}).items()},
            corrections=tuple(Correction(**correction) for correction in stored.get("corrections", ())),
            confirmed=stored.get("confirmed", ""),
            prepared=stored.get("prepared", False),
        )
