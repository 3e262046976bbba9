"""What a rule says for a subject at a date: the answer, its reasons, what is missing, until when it holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

Answer = Literal["yes", "no", "undetermined"]
Texts = Mapping[str, str]
"""The same text in languages: {"nb": …, "nn": …, "en": …}."""


@dataclass(frozen=True)
class LawReference:
    act: str  # 'FOR-2005-12-16-1478'
    section: str  # '§ 3b'
    url: str = ""
    title: str = ""

    def as_json(self) -> dict[str, str]:
        return {"act": self.act, "section": self.section, "url": self.url, "title": self.title}


@dataclass(frozen=True)
class ConditionResult:
    """One condition: it holds (True), does not (False), or nobody has told us enough (None)."""

    id: str
    holds: bool | None
    text: Texts
    law: tuple[LawReference, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "holds": self.holds,
            "text": dict(self.text),
            "law": [reference.as_json() for reference in self.law],
        }


@dataclass(frozen=True)
class UsedFact:
    """A fact the answer rests on. `path` is from the rule's subject, with list positions: `…adults[0].…`."""

    path: str
    value: Any
    subject: str = ""  # the "id" of the entity it was read from, where it has one

    def as_json(self) -> dict[str, Any]:
        return {"kind": "fact", "path": self.path, "value": self.value, "subject": self.subject}


@dataclass(frozen=True)
class UsedParameter:
    """A dated value of law (or a municipality's setting, with source 'municipality')."""

    name: str
    value: Any
    unit: str
    valid_from: date | None
    source: str

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": "parameter",
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "from": self.valid_from,
            "source": self.source,
        }


@dataclass(frozen=True)
class Discretion:
    """A question no rule may decide: a case worker does. `reason` says which, in plain words."""

    id: str
    text: Texts
    law: tuple[LawReference, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "text": dict(self.text),
            "law": [reference.as_json() for reference in self.law],
        }


@dataclass(frozen=True)
class Determination:
    """The result of one rule for one subject at one date. Values are exact decimals (NOK), dates or text.

    `values` holds only what is known; `missing` the fact paths that can still change the answer or a value,
    the most deciding first, without list positions.
    """

    rule: str
    rule_version: str
    on: date
    answer: Answer
    values: Mapping[str, Any]
    missing: tuple[str, ...]
    conditions: tuple[ConditionResult, ...]
    used: tuple[UsedFact | UsedParameter, ...]
    law: tuple[LawReference, ...]
    discretion: tuple[Discretion, ...] = ()
    changes_on: date | None = None
    reasons: tuple[str, ...] = ()  # why a value of law is not known: 'max_price has no value on 2014-01-01 …'
    trace: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The contract of `varde determine`; decimals and dates are left to the JSON writer."""
        return {
            "rule": self.rule,
            "rule_version": self.rule_version,
            "on": self.on,
            "answer": self.answer,
            "values": dict(self.values),
            "missing": list(self.missing),
            "conditions": [condition.as_json() for condition in self.conditions],
            "used": [used.as_json() for used in self.used],
            "law": [reference.as_json() for reference in self.law],
            "discretion": [question.as_json() for question in self.discretion],
            "changes_on": self.changes_on,
            "reasons": list(self.reasons),
        }
