"""What a register tells of by itself: the facts of one subject, read and checked against the model. Pure.

For registers we do not ask: whoever holds them, or a system of the municipality's, posts an event when something
changes. A register may only state what the information model says that it knows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from assistant.events.cloudevents import MalformedEvent
from assistant.registers import is_national_id
from assistant.registers.vehicle import plain_plate
from assistant.twin import Identifier, Provenance, Span, Statement, SubjectRef
from rules import Concept, FactFault, InformationModel, converted

TOLD_BY_EVENT: Final = frozenset(
    {"vehicle_register", "property_register", "employment_register", "business_register", "school_system"}
)
"""Registers whose word we take from an event. What we ask for ourselves nobody may state this way."""

SCHEMES: Final = {
    "vehicle": "registration_number",
    "property": "cadastral_number",
    "employment": "employment_number",
    "organisation": "organisation_number",
    "school": "school_number",
}
"""What each kind of thing is known by. A person is known by `national_id`."""

LONGEST_NUMBER: Final = 100
LONGEST_BASIS: Final = 300
MOST_VALUES: Final = 50

Name = tuple[str, str]  # scheme, value


@dataclass(frozen=True)
class Told:
    """What an event states, and on what basis we may hold it."""

    provenance: Provenance
    subject: SubjectRef
    statements: tuple[Statement, ...]

    @property
    def people(self) -> frozenset[Name]:
        """Everybody it is about or speaks of."""
        return frozenset(_name(ref) for ref in _all_refs(self.statements) if ref.kind == "person")


def subject_of(data: Mapping[str, Any]) -> SubjectRef:
    """The one subject an event is about. Raises `MalformedEvent`."""
    return _ref(data.get("subject"), "subject", None)


def read_register_facts(data: Mapping[str, Any], model: InformationModel) -> Told:
    """Raises `MalformedEvent`, which names the field and never a value."""
    register, basis = data.get("register"), data.get("basis")
    if register not in TOLD_BY_EVENT:
        raise MalformedEvent(f"register must be one of {', '.join(sorted(TOLD_BY_EVENT))}")
    if not isinstance(basis, str) or not 0 < len(basis.strip()) <= LONGEST_BASIS:
        raise MalformedEvent(f"basis must name act and section, in at most {LONGEST_BASIS} characters")
    subject = subject_of(data)
    reading = _Reading(model, str(register))
    statements = reading.facts(subject, data.get("facts"), "facts")
    if subject.kind == "vehicle" and subject.identifier is not None and register == "vehicle_register":
        plate = Statement(subject, "vehicle.registration_number", (Span(subject.identifier.value),))
        statements = (*(one for one in statements if one.concept != plate.concept), plate)
    return Told(Provenance(str(register), basis.strip()), subject, statements)


def about_known(told: Told, known: Collection[Name], subject_is_known: bool) -> tuple[Statement, ...]:
    """What is kept: nothing about people we have not met, nor about things that belong to none we have met.

    `known`: those of its people whom we have met. A thing we hold already may pass to somebody we have not: then
    we no longer know whom it belongs to, and nobody new is met.
    """
    if not known and not subject_is_known:
        return ()
    if told.subject.kind == "person" and _name(told.subject) not in known:
        return ()
    kept = []
    for one in told.statements:
        spans = tuple(span for span in one.spans if _may_be_kept(span.value, known))
        whole = one.empty_is_known and len(spans) == len(one.spans)
        kept.append(replace(one, spans=spans, empty_is_known=whole))
    return tuple(kept)


def _may_be_kept(value: Any, known: Collection[Name]) -> bool:
    return not isinstance(value, SubjectRef) or value.kind != "person" or _name(value) in known


@dataclass(frozen=True)
class _Reading:
    model: InformationModel
    register: str

    def facts(self, subject: SubjectRef, given: Any, where: str) -> tuple[Statement, ...]:
        if not isinstance(given, Mapping) or not given:
            raise MalformedEvent(f"{where} must be an object with at least one fact")
        found: list[Statement] = []
        for name, value in given.items():
            concept = self.model.concepts.get(f"{subject.kind}.{name}")
            if concept is None or concept.derived:
                raise MalformedEvent(
                    f"{where} holds a fact that {subject.kind} does not have; see docs/registers.md"
                )
            if self.register not in concept.known_by:
                raise MalformedEvent(f"{where}.{name} is not for {self.register} to state")
            spans, more = self._spans(concept, value, f"{where}.{name}")
            found.append(Statement(subject, concept.id, spans, empty_is_known=concept.type.many))
            found += more
        return tuple(found)

    def _spans(self, concept: Concept, given: Any, where: str) -> tuple[tuple[Span, ...], list[Statement]]:
        """The spans of a fact, and what is said on the way of the subjects it leads to."""
        if isinstance(given, Mapping) and set(given) == {"spans"}:
            dated = given["spans"]
        elif concept.type.many:
            dated = [{"value": one} for one in given] if isinstance(given, list) else None
        else:
            dated = [{"value": given}]
        if not isinstance(dated, list) or len(dated) > MOST_VALUES:
            raise MalformedEvent(f"{where} must be a list of at most {MOST_VALUES}")
        spans: list[Span] = []
        more: list[Statement] = []
        for number, one in enumerate(dated):
            at = f"{where}[{number}]" if len(dated) > 1 else where
            if not isinstance(one, Mapping) or "value" not in one or set(one) - {"value", "from", "to"}:
                raise MalformedEvent(f"{at} must be an object with value, and from and to where it has them")
            value, said = self._value(concept, one["value"], at)
            more += said
            spans.append(Span(value, _day(one.get("from"), f"{at}.from"), _day(one.get("to"), f"{at}.to")))
        return tuple(spans), more

    def _value(self, concept: Concept, given: Any, where: str) -> tuple[Any, tuple[Statement, ...]]:
        if concept.type.subject and given is not None:
            other = _ref(given, where, concept.type.subject)
            inner = given.get("facts") if isinstance(given, Mapping) else None
            if inner is None:
                return other, ()
            if other.kind == "person":
                raise MalformedEvent(f"{where}.facts: a person's facts are stated of the person alone")
            return other, self.facts(other, inner, f"{where}.facts")
        try:
            converted(concept, given, where)
        except FactFault:
            allowed = ", ".join(choice.value for choice in concept.choices)
            wanted = f"one of {allowed}" if allowed else f"of type {concept.type}"
            raise MalformedEvent(f"{where} must be {wanted}") from None
        return given, ()


def _ref(given: Any, where: str, kind: str | None) -> SubjectRef:
    if not isinstance(given, Mapping):
        raise MalformedEvent(f"{where} must be an object that names a subject")
    kind = kind or given.get("kind")
    if kind == "person":
        number = given.get("national_id")
        if not isinstance(number, str) or not is_national_id(number, synthetic=True):
            raise MalformedEvent(f"{where}.national_id has not the form of an identity number")
        return SubjectRef("person", Identifier("national_id", number))
    if kind not in SCHEMES:
        raise MalformedEvent(f"{where}.kind must be person or one of {', '.join(sorted(SCHEMES))}")
    number = given.get("number")
    if not isinstance(number, str) or not 0 < len(number.strip()) <= LONGEST_NUMBER:
        raise MalformedEvent(f"{where}.number must be a text of at most {LONGEST_NUMBER} characters")
    if is_national_id(number.strip(), synthetic=True):
        raise MalformedEvent(f"{where}.number must not be an identity number")
    value = plain_plate(number) if kind == "vehicle" else number.strip()
    return SubjectRef(str(kind), Identifier(SCHEMES[kind], value))


def _day(given: Any, where: str) -> date | None:
    if given is None:
        return None
    try:
        return date.fromisoformat(given)
    except (TypeError, ValueError):
        raise MalformedEvent(f"{where} must be a date (year-month-day) or null") from None


def _all_refs(statements: Iterable[Statement]) -> Iterable[SubjectRef]:
    for one in statements:
        yield one.subject
        yield from (span.value for span in one.spans if isinstance(span.value, SubjectRef))


def _name(ref: SubjectRef) -> Name:
    assert ref.identifier is not None
    return ref.identifier.scheme, ref.identifier.value
