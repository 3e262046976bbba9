"""The information model: which subjects there are, what can be known of them, what a value looks like."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from rules.determination import Texts
from rules.faults import suggestion
from rules.parameter import Parameter

Base = Literal["text", "number", "money", "boolean", "date", "subject"]
BASES: tuple[str, ...] = ("text", "number", "money", "boolean", "date")
Silence = Literal["unknown", "none"]
SILENCES: tuple[Silence, ...] = ("unknown", "none")
"""`none`: the register that knows it sends every one there is, so where none is told there is none."""
Sensitivity = Literal["ordinary", "personal", "confidential"]
SENSITIVITIES: tuple[Sensitivity, ...] = ("ordinary", "personal", "confidential")


class FactFault(ValueError):
    """A fact cannot be what its concept says; the message names the path, the value and the way out."""


@dataclass(frozen=True)
class ValueType:
    """What a value is: a scalar, or a subject of a type; one, or a list of them."""

    base: Base
    subject: str = ""  # the subject type, where base is 'subject'
    many: bool = False

    def __str__(self) -> str:
        word = self.subject or self.base
        return f"list of {word}" if self.many else word


@dataclass(frozen=True)
class Choice:
    """One allowed value and what it is called."""

    value: str
    title: Texts


@dataclass(frozen=True)
class Question:
    """How a person is asked for a fact no register knows."""

    text: Texts
    help: Texts
    why: Texts  # why we ask, shown beside the question


@dataclass(frozen=True)
class Concept:
    """One entry of the information model, independent of how any register stores it."""

    id: str  # '<subject type>.<attribute>'
    type: ValueType
    title: Texts
    meaning: Texts
    unit: str = ""  # 'NOK/month', 'hours/week' …
    known_by: tuple[str, ...] = ()  # register ids; 'person' where only the person knows
    choices: tuple[Choice, ...] = ()  # the allowed values, where they are few
    question: Question | None = None  # None: never asked of a person
    sensitivity: Sensitivity = "personal"
    changeable: bool = (
        False  # a person may state another value in an errand, and a case worker then looks at it
    )
    derived: bool = False  # worked out by the twin, never stored
    silence: Silence = "unknown"  # what it means that no source has told us
    can_be_absent: bool = True  # False: null says nothing (everybody has a birth date), and counts as unknown

    @property
    def only_a_person_knows(self) -> bool:
        """Must somebody be asked, because no register has it?"""
        return self.known_by == ("person",)

    @property
    def subject(self) -> str:
        return self.id.partition(".")[0]

    @property
    def attribute(self) -> str:
        return self.id.partition(".")[2]


@dataclass(frozen=True)
class SubjectType:
    """A kind of subject. `aliases` are the roles it has in rules: a person is a child, a guardian."""

    id: str
    title: Texts
    aliases: Mapping[str, Texts] = field(default_factory=dict)


@dataclass(frozen=True)
class InformationModel:
    """All subject types and concepts a catalogue knows, and the values of law its rules share."""

    subject_types: Mapping[str, SubjectType]
    concepts: Mapping[str, Concept]
    shared_values: Mapping[str, Parameter] = field(default_factory=dict)

    def __repr__(self) -> str:  # short: see Catalogue
        return f"<InformationModel: {len(self.subject_types)} subject types, {len(self.concepts)} concepts>"

    def subject_type(self, name: str) -> SubjectType | None:
        """The subject type of a name or alias: 'child' → person."""
        if name in self.subject_types:
            return self.subject_types[name]
        return next((kind for kind in self.subject_types.values() if name in kind.aliases), None)

    @property
    def subject_names(self) -> tuple[str, ...]:
        """Every name a rule's `about` may have: subject types and their aliases."""
        return tuple(name for kind in self.subject_types.values() for name in (kind.id, *kind.aliases))

    def concepts_of(self, subject: str) -> Mapping[str, Concept]:
        """Attribute → concept of one subject type."""
        return {c.attribute: c for c in self.concepts.values() if c.subject == subject}

    def along(self, path: str) -> tuple[Concept, ...]:
        """The concepts a path passes: 'child.household.adults' → person.household, household.adults.

        Raises `FactFault` naming the step that no concept answers, with the nearest that does.
        """
        first, *steps = path.split(".")
        kind = self.subject_type(first)
        if kind is None:
            raise FactFault(f"{path}: '{first}' is no subject{suggestion(first, self.subject_names)}")
        passed: list[Concept] = []
        subject = kind.id
        for step in steps:
            if not subject:
                raise FactFault(f"{path}: '{passed[-1].id}' is {passed[-1].type} and has no '{step}'")
            concept = self.concepts.get(f"{subject}.{step}")
            if concept is None:
                raise FactFault(
                    f"{path}: {subject} has no '{step}'{suggestion(step, self.concepts_of(subject))}"
                )
            passed.append(concept)
            subject = concept.type.subject
        return tuple(passed)

    def concept_at(self, path: str) -> Concept:
        """The concept a path ends in. Raises `FactFault`."""
        if not (passed := self.along(path)):
            raise FactFault(f"{path}: names a subject; add what you want to know of it, as in {path}.name")
        return passed[-1]

    def including(self, kinds: Iterable[SubjectType], concepts: Iterable[Concept]) -> InformationModel:
        """This model with more; a concept already here is replaced."""
        return InformationModel(
            {**self.subject_types, **{kind.id: kind for kind in kinds}},
            {**self.concepts, **{concept.id: concept for concept in concepts}},
            self.shared_values,
        )

    def sharing(self, values: Iterable[Parameter]) -> InformationModel:
        """This model with values of law that any rule may name."""
        named = {**self.shared_values, **{value.name: value for value in values}}
        return InformationModel(self.subject_types, self.concepts, named)


EMPTY_MODEL = InformationModel({}, {})


def converted(concept: Concept, value: Any, path: str) -> Any:
    """One scalar value as its concept has it: money and numbers as Decimal, dates as date.

    Takes JSON values (ISO text for dates; numbers, or decimals as text) as well as Python ones. None is
    returned as it is. Raises `FactFault` where the value cannot be of the type; the value itself is named only
    for concepts that are not confidential.
    """
    if value is None:
        return None
    try:
        result = _CONVERSIONS[concept.type.base](value)
    except (ValueError, InvalidOperation):
        shown = "the value" if concept.sensitivity == "confidential" else repr(value)
        raise FactFault(f"{path}: {shown} is not {_WANTED[concept.type.base]}") from None
    if concept.choices and result not in {choice.value for choice in concept.choices}:
        allowed = [choice.value for choice in concept.choices]
        raise FactFault(f"{path}: {value!r} is not an allowed value{suggestion(str(value), allowed)}")
    return result


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _decimal(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise ValueError
    # repr of a float is the shortest text that means it: 0.1 becomes exactly 0.1, as its writer meant
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        raise ValueError
    return number


def _date(value: Any) -> date:
    if isinstance(value, datetime):
        raise ValueError  # which day a moment is depends on where you are: the caller decides
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or len(value) != len("2024-08-01"):
        raise ValueError
    return date.fromisoformat(value)


_CONVERSIONS = {
    "text": _text,
    "number": _decimal,
    "money": _decimal,
    "boolean": _boolean,
    "date": _date,
}
_WANTED = {
    "text": "text (in quotes)",
    "number": "a number",
    "money": "an amount in kroner",
    "boolean": "true or false",
    "date": "a date (year-month-day)",
}
